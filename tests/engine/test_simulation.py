"""Laws every run obeys, whatever the plan, and what a caller may rely on."""

import json
import math
from dataclasses import replace

import numpy as np
import pytest

from capacity.engine import forecast
from capacity.engine.arrays import Room
from capacity.engine.calendar import net_capacity, weekly
from capacity.engine.draws import build_sampler
from capacity.engine.model import build_model
from capacity.engine.simulation import Player, trace
from tests.engine.made import demand, engineer, package, plan, work

SKILLS = ("api", "events", "iam")


def busy_plan(**more):
    """A small team with everything that can happen to it."""
    rng = np.random.default_rng(5)
    demands = []
    for number in range(30):
        packages = []
        for place in range(rng.integers(1, 4)):
            likely = rng.uniform(0.5, 5)
            packages.append(
                package(
                    (likely * 0.7, likely, likely * 2),
                    f"p{place}",
                    SKILLS[rng.integers(3)],
                    after=f"p{place - 1}" if place else "",
                    wait=2 if rng.random() < 0.2 else None,
                )
            )
        after = [f"INT-{number - 3}"] if number % 7 == 3 else []
        demands.append(demand(f"INT-{number}", *packages, after=after))
    return plan(
        engineer("Eva", "api events", overhead=0.2),
        engineer("Jon", "events iam", leave=[["2026-12-01", "2026-12-10", 1]]),
        engineer("Ida", "api", speed=0.5, hours_per_day=[6, 6, 0, 6, 6, 0, 0]),
        engineer("Kim", "iam api", until="2027-01-15"),
        *demands,
        **{
            "horizon_days": 400,
            "trials": 120,
            "seed": 3,
            "closed_days": ["2026-12-25"],
            "uncertainty": {"demand_sd": 0.2, "team_sd": 0.1},
            "together": [["INT-1", "INT-20"], ["INT-5"]],
            "interruptions": [
                {
                    "engineers": ["Eva", "Jon"],
                    "per_week": 1.5,
                    "effort": {"low": 0.1, "likely": 0.3, "high": 2},
                }
            ],
            "arrivals": [
                {
                    "id": "expedite",
                    "per_week": 0.5,
                    "rank": 0.2,
                    "packages": [package((0.5, 1, 3), "look")],
                }
            ],
            **more,
        },
    )


def undisturbed_plan():
    return busy_plan(interruptions=[], arrivals=[])


@pytest.mark.parametrize("threads", [2, 5])
def test_any_number_of_threads_gives_the_same_bytes(threads):
    asked = busy_plan()

    one = json.dumps(forecast(asked, threads=1).to_json())
    more = json.dumps(forecast(asked, threads=threads).to_json())

    assert one == more


def test_the_same_plan_gives_the_same_answer_and_another_seed_another():
    asked = busy_plan()

    first, again = forecast(asked).to_json(), forecast(asked).to_json()
    other = forecast(replace(asked, seed=4)).to_json()

    assert first == again
    assert first["demands"] != other["demands"]


def test_moving_adding_and_removing_demands_changes_nothing_for_other_people():
    def finished(*demands):
        asked = plan(
            engineer("Eva"),
            engineer("Jon", "events"),
            *demands,
            trials=60,
            horizon_days=200,
            uncertainty={"demand_sd": 0.3, "team_sd": 0.2},
            interruptions=[
                {
                    "engineers": ["Jon"],
                    "per_week": 1,
                    "effort": {"low": 0.1, "likely": 0.5, "high": 2},
                }
            ],
        )
        rows = dict(zip(demands_of(asked), forecast(asked).finished, strict=True))
        return [rows[name].tolist() for name in ("X", "Y")]

    def demands_of(asked):
        return [each.id for each in asked.demands]

    a, b = work("A", (1, 2, 4)), work("B", (2, 3, 9), wait=2)
    x, y = work("X", (1, 2, 4), "events"), work("Y", (2, 3, 9), "events", wait=1)

    alone = finished(x, y)

    assert finished(a, x, b, y) == alone
    assert finished(x, y, b, a) == alone
    assert finished(b, x, y) == alone


def test_what_nobody_can_do_neither_counts_as_left_nor_changes_the_rest():
    alone = busy_plan()
    # At the top they enter at the same place, however many others stand there.
    alone = replace(alone, arrivals=tuple(replace(a, rank=0.0) for a in alone.arrivals))
    sap = package(1, "a", "sap")
    hopeless = plan(
        engineer("Eva", "api events"),
        engineer("Jon", "events iam"),
        demand("INT-A", sap, package(1, "b", after="a"), package(0, "c", after="b")),
        work("INT-B", 1, after=["INT-A"]),
        work("INT-C", 1, after=["INT-B"]),
        work("INT-D", 1, engineer="Jon"),
    ).demands

    both = replace(alone, demands=(*hopeless, *alone.demands))

    assert build_model(alone, weeks=4).arrays.hopeless == 0
    assert build_model(both, weeks=4).arrays.hopeless == 6
    before, after = forecast(alone).to_json(), forecast(both).to_json()
    assert after["demands"][len(hopeless) :] == before["demands"]
    assert after["engineers"] == before["engineers"]
    assert [bool(row["cannot"]) for row in after["demands"][:4]] == [True] * 4


def test_what_is_in_hand_or_begins_before_is_not_without_hope():
    mixed = plan(
        engineer("Eva"),
        demand("INT-A", package(1, "a", "sap"), package(2, "b")),
        work("INT-B", 1, after=["INT-A"], doing="Eva"),
        work("INT-C", 1, after=["INT-B"]),
    )

    assert build_model(mixed, weeks=4).arrays.hopeless == 1
    ends = [row["finish"]["p50"] for row in forecast(mixed).to_json()["demands"]]
    assert ends == [None, "2026-11-23", "2026-11-26"]


def test_what_begins_as_the_horizon_ends_stands_waiting_in_its_last_week():
    short = plan(
        engineer("Eva"),
        work("INT-1", 1, doing="Eva"),
        work("INT-2", 3, doing="Eva"),
        horizon_days=1,
    )

    [skill] = forecast(short).to_json()["skills"]

    assert skill["weeks"] == [{"week": "2026-11-23", "demand": 4.0, "supply": 1.0}]


def test_fewer_trials_are_the_first_of_more():
    asked = busy_plan()

    _, many = trace(asked, trials=60)
    _, few = trace(asked, trials=25)
    _, rest = trace(asked, first=25, trials=35)

    assert many.finish_day.tolist() == [
        *few.finish_day.tolist(),
        *rest.finish_day.tolist(),
    ]


def test_a_trial_does_not_depend_on_the_trials_before_it():
    asked = busy_plan()

    _, together = trace(asked, trials=10)
    _, alone = trace(asked, first=9, trials=1)

    assert together.end[9].tolist() == alone.end[0].tolist()


def test_what_finds_no_room_is_played_again_with_more():
    asked = busy_plan()
    model, sampler = build_model(asked, weeks=20), build_sampler(asked)
    usual, cramped = Player(model, sampler), Player(model, sampler)
    cramped.room = Room(events=1, arrivals=1, rows=1)

    expected, found = usual.play(0, 5), cramped.play(0, 5)

    assert cramped.room.events > 1
    assert [each.tolist() for each in found] == [each.tolist() for each in expected]


def offered(asked, engineer, begin, end):
    """Capacity one engineer offers between two moments, summed day by day."""
    capacity = net_capacity(asked)[engineer]
    total = 0.0
    for day in range(int(begin), min(math.ceil(end), asked.horizon_days)):
        total += capacity[day] * (min(end, day + 1) - max(begin, day))
    return total


def test_nobody_does_two_things_at_once_and_every_effort_is_worked_off():
    asked = undisturbed_plan()
    drawn, tally = trace(asked, trials=20)
    packages = [each for demand in asked.demands for each in demand.packages]

    for trial in range(20):
        for row, person in enumerate(asked.engineers):
            mine = np.flatnonzero(tally.who[trial] == row)
            mine = mine[np.argsort(tally.start[trial, mine])]
            starts, ends = tally.start[trial, mine], tally.end[trial, mine]
            assert (starts[1:] >= ends[:-1] - 1e-9).all()
            for place in mine:
                if tally.end[trial, place] <= asked.horizon_days:
                    worked = offered(
                        asked, row, tally.start[trial, place], tally.end[trial, place]
                    )
                    speed = person.skills[packages[place].skill]
                    assert worked * speed == pytest.approx(
                        drawn.effort[trial, place], abs=1e-7
                    )


def test_load_never_exceeds_capacity_and_adds_up_to_the_work():
    asked = undisturbed_plan()
    drawn, tally = trace(asked, trials=20)

    capacity = weekly(asked, net_capacity(asked))

    assert (tally.load <= 20 * capacity[:, : tally.load.shape[1]] + 1e-6).all()
    assert (tally.end[~np.isnan(tally.end)] <= asked.horizon_days).all()
    done = np.where(np.isnan(tally.end), 0.0, drawn.effort)
    assert tally.done.sum() == pytest.approx(done.sum())


def test_interruptions_and_packages_together_stay_within_capacity():
    asked = busy_plan()
    _, tally = trace(asked, trials=20)

    capacity = weekly(asked, net_capacity(asked))[:, : tally.load.shape[1]]

    assert tally.lost.sum() > 0
    assert (tally.load + tally.lost <= 20 * capacity + 1e-6).all()


def test_interruptions_take_what_they_need_where_there_is_enough():
    asked = plan(
        engineer("Eva"),
        horizon_days=700,
        interruptions=[
            {
                "engineers": ["Eva"],
                "per_week": 2,
                "effort": dict.fromkeys(("low", "likely", "high"), 0.5),
            }
        ],
    )

    _, tally = trace(asked, trials=300)

    # A whole day of each five; what is owed at the end of the horizon is missing.
    assert tally.lost.sum() / 300 == pytest.approx(100, rel=0.02)


def test_more_interruptions_than_capacity_leave_nothing():
    asked = plan(
        engineer("Eva"),
        work("A", 1),
        horizon_days=70,
        trials=20,
        interruptions=[
            {
                "engineers": ["Eva"],
                "per_week": 20,
                "effort": dict.fromkeys(("low", "likely", "high"), 5),
            }
        ],
    )

    _, tally = trace(asked, trials=20)

    capacity = weekly(asked, net_capacity(asked))
    assert tally.lost[:, 1:] == pytest.approx(20 * capacity[:, 1:])


def test_all_done_by_is_the_latest_of_a_group_in_each_trial():
    asked = busy_plan()
    _, tally = trace(asked, trials=asked.trials)

    answer = forecast(asked)

    days = tally.finish_day[:, [1, 20]]
    latest = days.max(axis=1)[(days >= 0).all(axis=1)]
    expected = np.bincount(latest, minlength=asked.horizon_days)
    assert answer.together[0].tolist() == expected.tolist()
    assert answer.together[1].tolist() == answer.finished[5].tolist()


@pytest.mark.parametrize("trials", [20, 21, 120, 1000])
def test_progress_rises_in_at_least_twenty_steps_to_the_end(trials):
    shares = []

    forecast(plan(engineer("Eva"), work("A", 1), trials=trials), progress=shares.append)

    assert shares[0] == 0.0
    assert shares[-1] == 1.0
    assert shares == sorted(set(shares))
    assert len(shares) > 20


class GivenUpError(Exception):
    pass


def test_what_progress_raises_ends_the_run():
    calls = []

    def give_up(share):
        calls.append(share)
        if share > 0:
            raise GivenUpError

    with pytest.raises(GivenUpError):
        forecast(busy_plan(), progress=give_up, threads=2)

    assert len(calls) == 2


def test_no_threads_are_refused():
    with pytest.raises(ValueError, match="threads is 0; at least 1 is needed"):
        forecast(busy_plan(), threads=0)


@pytest.mark.slow
def test_the_largest_plans_are_forecast():
    skills = [f"skill-{number}" for number in range(12)]
    people = [
        engineer(f"eng-{number}", " ".join(skills[(number + i) % 12] for i in range(3)))
        for number in range(200)
    ]
    demands = [
        demand(
            f"INT-{number}",
            *(
                package(
                    (1, 2, 5),
                    f"p{place}",
                    skills[(number + place) % 12],
                    after=f"p{place - 1}" if place else "",
                )
                for place in range(4 if number % 3 == 0 else 3)
            ),
            after=[f"INT-{number - 40}"] if number % 9 == 4 and number > 40 else [],
        )
        for number in range(3000)
    ]
    asked = plan(*people, *demands, trials=3, horizon_days=1095)

    drawn, tally = trace(asked, trials=3)

    assert drawn.effort.shape == (3, 10_000)
    assert (tally.finish_day >= 0).all()
    assert tally.load.sum() == pytest.approx(drawn.effort.sum())
    offered = weekly(asked, net_capacity(asked))[:, : tally.load.shape[1]]
    assert (tally.load <= 3 * offered + 1e-6).all()


def test_empty_plans_are_forecast():
    nobody = forecast(plan(work("A", 1)))
    nothing = forecast(plan(engineer("Eva")))
    neither = forecast(plan(arrivals=[], trials=1))

    assert nobody.to_json()["demands"][0]["cannot"] == "Nobody has the skill api."
    assert nothing.to_json()["engineers"][0]["weeks"][0]["load"] == 0.0
    assert neither.to_json()["demands"] == []


def test_people_are_told_apart_in_a_crowd():
    # More than 256, whose order is kept in eight bits, end one after the other.
    people = range(300)
    asked = plan(
        *(engineer(f"e{number}") for number in people),
        *(work(f"w{n}", 1 + n / 100, engineer=f"e{n}") for n in people),
        *(work(f"x{n}", 1 / 100, engineer=f"e{n}") for n in people),
        horizon_days=30,
    )

    _, played = trace(asked)

    ends = played.end[0]
    assert ends[300:].argsort().tolist() == list(people)
    assert (ends[300:] > ends[:300]).all()
