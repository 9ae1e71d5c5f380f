"""What would help: asked for, and read, ranked by what it gives back.

A worker tries it on the plan of a stored forecast; pages only read what is stored.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.db import transaction

from capacity.choices import ForecastState
from capacity.models import Engineer, Forecast, HelpRun
from capacity.services.gathering import engineer_id
from intake.services.locking import lock_team
from portfolio.core.errors import RuleBroken
from portfolio.core.models import Team, User
from portfolio.core.rights import SEE_PEOPLE
from portfolio.core.services.messages import send


@dataclass(frozen=True, slots=True)
class Option:
    """One candidate; ``who`` is empty for one more person, and where it is not said.

    Days are calendar days by which P85 dates come sooner, below 0 for later.
    """

    skill: str
    is_more: bool
    who: str
    promised_days: int
    days: int
    dates: int
    kept: float
    # Of the best of all, in per cent.
    width: int = 0

    @property
    def words(self) -> str:
        if self.is_more:
            return "One more person"
        return f"{self.who or 'A colleague'} at half speed"

    @property
    def promised_words(self) -> str:
        return signed(self.promised_days)

    @property
    def days_words(self) -> str:
        return signed(self.days)


def signed(days: int) -> str:
    """“1,024”, “−14”."""
    return f"{'−' if days < 0 else ''}{abs(days):,}"


@dataclass(frozen=True, slots=True)
class SkillHelp:
    """The best of both kinds for a skill; ``taught`` is None where all have it."""

    skill: str
    more: Option
    taught: Option | None

    @property
    def options(self) -> list[Option]:
        return [each for each in (self.more, self.taught) if each]


@dataclass(frozen=True, slots=True)
class Help:
    """Skills by what they give back, the most first; ``run`` is on its way or failed.

    Days of promises rank where there are promises, and of all demands where none are.
    """

    done: HelpRun | None
    run: HelpRun | None
    skills: list[SkillHelp]
    # Everything that was tried, for who may see people.
    options: list[Option]
    # The forecast that a new run would belong to, where there is none of it.
    newer: Forecast | None

    @property
    def promises(self) -> int:
        return len(self.done.promised) if self.done else 0

    @property
    def is_running(self) -> bool:
        return self.run is not None and self.run.state != ForecastState.FAILED

    @property
    def percent(self) -> int:
        return round(100 * self.run.progress) if self.run else 0


@transaction.atomic
def request_help(*, team: Team, by: User | None) -> HelpRun:
    """Have a worker try what would help, on the plan of the newest forecast.

    Gives the run that waits, runs or is done already, as the same plan has the same
    answer.
    """
    from capacity.tasks import find_help as task

    lock_team(team.pk)
    run = HelpRun.objects.unfinished().filter(forecast__team=team).first()
    if run is None:
        forecast = Forecast.objects.latest_of(team.pk)
        if forecast is None:
            raise RuleBroken("There is no forecast yet that could be tried on.")
        run, _ = HelpRun.objects.get_or_create(
            forecast=forecast, defaults={"requested_by": by}
        )
        if run.state == ForecastState.FAILED:
            run.state, run.attempts = ForecastState.QUEUED, 0
            run.save(update_fields=["state", "attempts"])
    if run.state == ForecastState.QUEUED:
        transaction.on_commit(partial(send, task, run.pk))
    return run


def help_for(team: Team, user: User) -> Help:
    """What is known, as this person may read it; three queries."""
    runs = HelpRun.objects.of_team(team.pk)
    done = HelpRun.objects.newest_of(team.pk)
    run = runs.exclude(state=ForecastState.DONE).first()
    newest = Forecast.objects.latest_of(team.pk)
    if run and done and run.forecast_id < done.forecast_id:
        run = None
    options: list[Option] = []
    if done:
        names = {}
        if user.has_perm(SEE_PEOPLE):
            people = Engineer.objects.filter(team=team)
            names = {engineer_id(each.pk): each.name for each in people}
        options = list(_options(done, names))
    return Help(
        done=done,
        run=run,
        skills=_by_skill(options),
        options=options if user.has_perm(SEE_PEOPLE) else [],
        newer=newest
        if newest and (not done or newest.pk != done.forecast_id)
        else None,
    )


def _options(done: HelpRun, names: dict[str, str]) -> Iterator[Option]:
    """The best first."""
    has_promises = bool(done.promised)

    def gain(row: dict[str, Any]) -> tuple[int, int, int]:
        promised = row["promised_days"] if has_promises else 0
        return (promised, row["days"], row["dates"])

    best = max((gain(row)[0 if has_promises else 1] for row in done.tried), default=0)
    for row in sorted(done.tried, key=gain, reverse=True):
        days = gain(row)[0 if has_promises else 1]
        yield Option(
            skill=row["skill"],
            is_more=row["engineer"] is None,
            who=names.get(row["engineer"] or "", ""),
            promised_days=row["promised_days"],
            days=row["days"],
            dates=row["dates"],
            kept=row["kept"],
            width=max(round(100 * days / best), 0) if best > 0 else 0,
        )


def _by_skill(options: list[Option]) -> list[SkillHelp]:
    """In the order of the better of both."""
    more: dict[str, Option] = {}
    taught: dict[str, Option] = {}
    order: dict[str, None] = {}
    for each in options:
        order.setdefault(each.skill)
        (more if each.is_more else taught).setdefault(each.skill, each)
    return [
        SkillHelp(skill, more[skill], taught.get(skill))
        for skill in order
        if skill in more
    ]
