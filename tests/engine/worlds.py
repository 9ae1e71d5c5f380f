"""What the engine draws for a trial, by name, for models that play it another way."""

from dataclasses import dataclass, field

from capacity.engine.draws import build_sampler, has_wait
from capacity.engine.model import build_model
from capacity.engine.result import report_weeks


@dataclass
class Arrived:
    """A demand that comes later: when, of which stream, with what efforts and waits."""

    time: float
    stream: object
    efforts: list
    waits: list


@dataclass
class Draws:
    """What one trial has drawn; interruptions are (time, engineer id, effort)."""

    efforts: dict
    waits: dict
    interruptions: list = field(default_factory=list)
    arrivals: list = field(default_factory=list)


def draws_of(plan, *, first=0, trials=1):
    """Give what every trial has drawn for it, up to the horizon."""
    model, sampler = build_model(plan, weeks=report_weeks(plan)), build_sampler(plan)
    drawn = sampler.draw(model.arrays, first=first, trials=trials)
    events = sampler.interrupt(plan.horizon_days, first=first, trials=trials)
    packages = [
        ((demand.id, package.id), package)
        for demand in plan.demands
        for package in demand.packages
    ]
    names = [name for name, _ in packages]
    waiting = [name for name, package in packages if has_wait(package)]
    for trial in range(trials):
        yield Draws(
            dict(zip(names, drawn.effort[trial].tolist(), strict=True)),
            dict(zip(waiting, drawn.wait[trial].tolist(), strict=True)),
            list(_interruptions_of(plan, events, trial)),
            list(_arrivals_of(plan, drawn, trial)),
        )


def _interruptions_of(plan, events, trial):
    for event in range(events.first[trial], events.first[trial + 1]):
        if events.who[event] >= 0:
            yield (
                events.time[event].item(),
                plan.engineers[events.who[event]].id,
                events.effort[event].item(),
            )


def _arrivals_of(plan, drawn, trial):
    place = drawn.late_package_from[trial]
    for arrival in range(drawn.late_from[trial], drawn.late_from[trial + 1]):
        stream = plan.arrivals[drawn.late_stream[arrival]]
        rows = slice(place, place + len(stream.packages))
        place = rows.stop
        yield Arrived(
            drawn.late_time[arrival].item(),
            stream,
            drawn.late_effort[rows].tolist(),
            drawn.late_wait[rows].tolist(),
        )
