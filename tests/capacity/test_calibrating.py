"""From finished packages of a team to the ranges of its plan."""

from datetime import date, timedelta
from decimal import Decimal

from capacity.engine import Plan
from capacity.services.calibrating import calibration_of
from capacity.services.gathering import gather
from tests.factories import (
    DemandFactory,
    EngineerFactory,
    RankedDemandFactory,
    TeamFactory,
    WorkPackageFactory,
)

MONDAY = date(2026, 11, 23)


def finish(team, skill, packages, *, over):
    """Packages of four days each that took more by this factor, in pairs."""
    for number in range(packages):
        if number % 2 == 0:
            demand = DemandFactory(
                team=team, stage="delivered", delivered_on=MONDAY - timedelta(days=1)
            )
        luck = Decimal("0.7") if number % 2 else Decimal("1.4")
        WorkPackageFactory(
            demand=demand,
            skill=skill,
            low=3,
            likely=4,
            high=6,
            state="done",
            actual=4 * over * luck,
            finished_on=MONDAY - timedelta(days=100 - number),
        )


def effort_of(team):
    gathered = gather(team, start=MONDAY, trials=100, seed=7)
    Plan.from_json(gathered.plan)
    return gathered, gathered.plan["demands"][0]["packages"][0]["effort"]


def to_do(team, skill, **more):
    ranked = RankedDemandFactory(team=team, stage="estimated")
    return WorkPackageFactory(
        demand=ranked, skill=skill, low=3, likely=4, high=6, **more
    )


def test_ranges_stand_as_estimated_while_too_little_is_finished(team, skill):
    finish(team, skill, 29, over=2)
    to_do(team, skill)

    gathered, effort = effort_of(team)

    assert effort == {"low": 3.0, "likely": 4.0, "high": 6.0}
    assert gathered.calibration["is_calibrated"] is False
    assert gathered.calibration["finished"] == 29


def test_ranges_follow_what_the_team_needed_before(team, skill):
    finish(team, skill, 40, over=2)
    to_do(team, skill)

    gathered, effort = effort_of(team)

    assert gathered.calibration["is_calibrated"] is True
    assert 4 * 2 * 0.7 < effort["likely"] < 4 * 2 * 1.4
    assert effort["low"] < effort["likely"] < effort["high"]
    assert gathered.plan["uncertainty"] == {
        name: gathered.calibration[name] for name in ("demand_sd", "team_sd")
    }


def test_what_is_left_of_work_in_hand_is_calibrated_alike(team, skill):
    finish(team, skill, 40, over=2)
    package = to_do(team, skill)
    _, whole = effort_of(team)
    package.engineer = EngineerFactory(team=team, with_skills=[skill])
    package.state, package.remaining = "doing", Decimal(1)
    package.save(update_fields=["engineer", "state", "remaining"])

    _, left = effort_of(team)

    assert left == {name: days / 4 for name, days in whole.items()}


def test_other_teams_and_packages_without_an_actual_teach_nothing(team, skill):
    finish(TeamFactory(), skill, 30, over=2)
    finish(team, skill, 30, over=2)
    package = team.demands.first().packages.first()
    package.actual = None
    package.save(update_fields=["actual"])

    assert calibration_of(team).finished == 29
