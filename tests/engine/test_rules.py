"""Rules 1 to 4 and 9, worked out by hand; every plan starts on Monday 23 November 2026.

23–27 November are Monday to Friday, 28 and 29 the weekend, 30 November is a Monday.
"""

import pytest

from capacity.engine import forecast
from tests.engine.made import demand, engineer, package, plan, work

CASES = {
    "three days of work end on the third evening": (
        plan(engineer("Eva"), work("A", 3)),
        {"A": "2026-11-25"},
    ),
    "a full week ends on Friday, not on Saturday": (
        plan(engineer("Eva"), work("A", 5)),
        {"A": "2026-11-27"},
    ),
    "the sixth day is the Monday after the weekend": (
        plan(engineer("Eva"), work("A", 6)),
        {"A": "2026-11-30"},
    ),
    "somebody who works at the weekend finishes there": (
        plan(engineer("Eva", hours_per_day=[0, 0, 0, 0, 0, 8, 8]), work("A", 2)),
        {"A": "2026-11-29"},
    ),
    "a plan that starts on a Saturday begins on Monday": (
        plan(engineer("Eva"), work("A", 1), start="2026-11-28"),
        {"A": "2026-11-30"},
    ),
    "two days of leave are skipped": (
        plan(engineer("Eva", leave=[["2026-11-24", "2026-11-25", 1.0]]), work("A", 2)),
        {"A": "2026-11-26"},
    ),
    "half a day of leave leaves half a day": (
        plan(
            engineer("Eva", leave=[["2026-11-24", "2026-11-24", 0.5]]), work("A", 1.5)
        ),
        {"A": "2026-11-24"},
    ),
    "two half days of leave on one date leave nothing": (
        plan(
            engineer(
                "Eva",
                leave=[
                    ["2026-11-24", "2026-11-24", 0.5],
                    ["2026-11-24", "2026-11-24", 0.5],
                ],
            ),
            work("A", 1.5),
        ),
        {"A": "2026-11-25"},
    ),
    "a closed day is skipped": (
        plan(engineer("Eva"), work("A", 3), closed_days=["2026-11-25"]),
        {"A": "2026-11-26"},
    ),
    "three days a week make the fourth day next Monday": (
        plan(engineer("Eva", hours_per_day=[8, 8, 8, 0, 0, 0, 0]), work("A", 4)),
        {"A": "2026-11-30"},
    ),
    "half days take twice as long": (
        plan(engineer("Eva", hours_per_day=[4, 4, 4, 4, 4, 0, 0]), work("A", 1)),
        {"A": "2026-11-24"},
    ),
    "a fifth lost to meetings makes five days of four": (
        plan(engineer("Eva", overhead=0.2), work("A", 4)),
        {"A": "2026-11-27"},
    ),
    "half speed takes twice as long": (
        plan(engineer("Eva", speed=0.5), work("A", 2)),
        {"A": "2026-11-26"},
    ),
    "thirds of days add up to whole days": (
        plan(
            engineer("Eva", speed=0.6),
            demand(
                "A",
                package(1, "a"),
                package(1, "b", after="a"),
                package(1, "c", after="b"),
            ),
            work("B", 0.6),
        ),
        {"A": "2026-11-27", "B": "2026-11-30"},
    ),
    "a late joiner begins on the first day": (
        plan(engineer("Eva", **{"from": "2026-11-26"}), work("A", 1)),
        {"A": "2026-11-26"},
    ),
    "the last day still counts": (
        plan(engineer("Eva", until="2026-11-24"), work("A", 2)),
        {"A": "2026-11-24"},
    ),
    "who leaves before the end is not given the work": (
        plan(
            engineer("Eva", until="2026-11-24"),
            engineer("Jon", **{"from": "2026-11-30"}),
            work("A", 3),
            work("B", 1),
        ),
        {"A": "2026-12-02", "B": "2026-11-23"},
    ),
    "one person works in rank order": (
        plan(engineer("Eva"), work("A", 2), work("B", 2)),
        {"A": "2026-11-24", "B": "2026-11-26"},
    ),
    "packages of one demand go to two people": (
        plan(
            engineer("Eva"),
            engineer("Jon"),
            demand("A", package(2, "a"), package(2, "b")),
        ),
        {"A": "2026-11-24"},
    ),
    "packages come before those of the next demand": (
        plan(
            engineer("Eva"), demand("A", package(1, "a"), package(1, "b")), work("B", 1)
        ),
        {"A": "2026-11-24", "B": "2026-11-25"},
    ),
    "the better rank goes to the faster person": (
        plan(engineer("Eva", speed=0.5), engineer("Jon"), work("A", 2), work("B", 1)),
        {"A": "2026-11-24", "B": "2026-11-24"},
    ),
    "leave counts when asking who would finish first": (
        plan(
            engineer("Eva", leave=[["2026-11-24", "2026-11-30", 1.0]]),
            engineer("Jon", speed=0.8),
            work("A", 2),
        ),
        {"A": "2026-11-25"},
    ),
    "a tie goes to the person with fewer skills": (
        plan(
            engineer("Eva", "api events"),
            engineer("Jon"),
            work("A", 2),
            work("B", 1, "events"),
        ),
        {"A": "2026-11-24", "B": "2026-11-23"},
    ),
    "a tie of skills goes to the first of the plan": (
        plan(
            engineer("Eva"), engineer("Jon"), work("A", 2), work("B", 1, engineer="Jon")
        ),
        {"A": "2026-11-24", "B": "2026-11-23"},
    ),
    "nobody idles for better ranked work that is not ready": (
        plan(engineer("Eva"), work("A", 1, earliest="2026-11-25"), work("B", 5)),
        {"A": "2026-11-30", "B": "2026-11-27"},
    ),
    "work in hand goes on before better ranked work": (
        plan(engineer("Eva"), work("A", 1), work("B", 2, doing="Eva")),
        {"A": "2026-11-25", "B": "2026-11-24"},
    ),
    "work in hand waits for nothing any more": (
        plan(
            engineer("Eva"),
            engineer("Jon"),
            work("A", 3, engineer="Jon"),
            work("B", 2, doing="Eva", after=["A"], earliest="2026-12-01", wait=5),
        ),
        {"A": "2026-11-25", "B": "2026-11-24"},
    ),
    "who is at several packages takes them in rank order": (
        plan(
            engineer("Eva"),
            work("A", 1),
            work("B", 2, doing="Eva"),
            work("C", 1, doing="Eva"),
        ),
        {"A": "2026-11-26", "B": "2026-11-24", "C": "2026-11-25"},
    ),
    "who is at it keeps it from whom it was pinned to": (
        plan(
            engineer("Eva"), engineer("Jon"), work("A", 2, doing="Eva", engineer="Jon")
        ),
        {"A": "2026-11-24"},
    ),
    "pinned work waits for its person": (
        plan(
            engineer("Eva"),
            engineer("Jon"),
            work("A", 5, engineer="Eva"),
            work("B", 1, engineer="Eva"),
        ),
        {"A": "2026-11-27", "B": "2026-11-30"},
    ),
    "five working days of waiting end on Friday evening": (
        plan(engineer("Eva"), work("A", 1, wait=5)),
        {"A": "2026-11-30"},
    ),
    "closed days are no waiting": (
        plan(engineer("Eva"), work("A", 1, wait=3), closed_days=["2026-11-25"]),
        {"A": "2026-11-27"},
    ),
    "waiting begins when the predecessor ends": (
        plan(
            engineer("Eva"),
            demand("A", package(0.5, "a"), package(1, "b", after="a", wait=1)),
        ),
        {"A": "2026-11-25"},
    ),
    "nothing is begun before its earliest day": (
        plan(engineer("Eva"), work("A", 1, earliest="2026-12-01"), work("B", 1)),
        {"A": "2026-12-01", "B": "2026-11-23"},
    ),
    "an earliest day at the weekend means Monday": (
        plan(engineer("Eva"), work("A", 1, earliest="2026-11-28")),
        {"A": "2026-11-30"},
    ),
    "an earliest day in the past changes nothing": (
        plan(engineer("Eva"), work("A", 1, earliest="2026-01-01")),
        {"A": "2026-11-23"},
    ),
    "waiting is counted from the earliest day": (
        plan(engineer("Eva"), work("A", 1, earliest="2026-11-28", wait=1)),
        {"A": "2026-12-01"},
    ),
    "a demand waits for another of worse rank": (
        plan(engineer("Eva"), work("A", 1, after=["B"]), work("B", 2)),
        {"A": "2026-11-25", "B": "2026-11-24"},
    ),
    "work of no effort is done with what it waits for": (
        plan(
            engineer("Eva"),
            demand("A", package(2, "a"), package(0, "b", "sign-off", after="a")),
        ),
        {"A": "2026-11-24"},
    ),
    "work of no effort that waits for nothing is done on the first day": (
        plan(work("A", 0)),
        {"A": "2026-11-23"},
    ),
    "work of no effort is not done before its earliest day": (
        plan(work("A", 0, earliest="2026-12-01")),
        {"A": "2026-12-01"},
    ),
    "work of no effort is not done before what it waits for": (
        plan(work("A", 0, earliest="2026-12-01"), work("B", 0, after=["A"])),
        {"A": "2026-12-01", "B": "2026-12-01"},
    ),
    "work of no effort takes its wait": (
        plan(work("A", 0, wait=3)),
        {"A": "2026-11-25"},
    ),
    "who is away is not free and takes nothing": (
        plan(
            engineer("Eva", leave=[["2026-11-24", "2026-12-11", 1.0]]),
            engineer("Jon"),
            work("A", 2, engineer="Jon"),
            work("B", 1, earliest="2026-11-24"),
        ),
        {"A": "2026-11-24", "B": "2026-11-25"},
    ),
    "work ready at the weekend is given out on Monday": (
        plan(
            engineer("Eva", speed=0.5),
            engineer("Jon"),
            work("A", 5, engineer="Jon"),
            work("B", 2, after=["A"]),
        ),
        {"A": "2026-11-27", "B": "2026-12-01"},
    ),
    "the last moment of the horizon counts": (
        plan(engineer("Eva"), work("A", 5), horizon_days=5),
        {"A": "2026-11-27"},
    ),
    "who would finish first is asked beyond the horizon too": (
        plan(
            engineer("Jon"),
            engineer("Eva", "api events", speed=2.0),
            work("A", 50),
            work("B", 6),
            horizon_days=14,
        ),
        {"A": None, "B": "2026-11-30"},
    ),
    "who leaves after the horizon and before the end is not given the work": (
        plan(
            engineer("Jon", until="2027-03-01"),
            engineer("Eva", "api events", speed=0.1),
            work("A", 500),
            work("B", 6),
            horizon_days=14,
        ),
        {"A": None, "B": "2026-11-30"},
    ),
    "what ends after the horizon has no date": (
        plan(engineer("Eva"), work("A", 6), work("B", 1), horizon_days=7),
        {"A": None, "B": None},
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_rules_by_hand(case):
    asked, expected = CASES[case]

    answer = forecast(asked).to_json()

    assert {each["id"]: each["finish"]["p50"] for each in answer["demands"]} == expected


CANNOT = {
    "nobody has the skill": (
        plan(engineer("Eva"), work("A", 1, "SAP BTP"), work("B", 1)),
        {"A": "Nobody has the skill SAP BTP.", "B": None},
    ),
    "what waits for it cannot be forecast either": (
        plan(
            engineer("Eva"),
            work("A", 1, after=["B"]),
            work("B", 1, after=["C"]),
            work("C", 1, "SAP"),
        ),
        {
            "A": "It waits for B, which cannot be forecast.",
            "B": "It waits for C, which cannot be forecast.",
            "C": "Nobody has the skill SAP.",
        },
    ),
    "the pinned person lacks the skill": (
        plan(
            engineer("Eva"),
            engineer("Jon", "events"),
            work("A", 1, "events", engineer="Eva"),
        ),
        {"A": "Eva, who is pinned to it, does not have events."},
    ),
    "the person at it lacks the skill": (
        plan(
            engineer("Eva"),
            engineer("Jon", "events"),
            work("A", 1, "events", doing="Eva"),
        ),
        {"A": "Eva, who is at it, does not have events."},
    ),
    "the pinned person never works": (
        plan(
            engineer("Eva", until="2026-11-01"),
            engineer("Jon"),
            work("A", 1, engineer="Eva"),
        ),
        {"A": "Eva, who is pinned to it, has no working time until 2027-01-21."},
    ),
    "nobody with the skill ever works": (
        plan(engineer("Eva", overhead=1.0), work("A", 1)),
        {"A": "Nobody who has api has any working time until 2027-01-21."},
    ),
    "there are no packages": (
        plan(engineer("Eva"), demand("A"), work("B", 1)),
        {"A": "It has no work packages yet.", "B": None},
    ),
    "work of no effort needs no skill": (plan(work("A", 0, "SAP")), {"A": None}),
}


@pytest.mark.parametrize("case", CANNOT)
def test_what_cannot_be_forecast_says_why(case):
    asked, expected = CANNOT[case]

    answer = forecast(asked).to_json()

    assert {each["id"]: each["cannot"] for each in answer["demands"]} == expected


def test_the_rest_of_what_cannot_be_done_is_still_worked_on():
    asked = plan(
        engineer("Eva"),
        demand("A", package(2, "a"), package(1, "b", "SAP", after="a")),
        work("B", 1),
    )

    answer = forecast(asked).to_json()

    assert answer["demands"][1]["finish"]["p50"] == "2026-11-25"
