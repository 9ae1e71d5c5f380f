"""Net capacity has one definition; here it is checked day by day."""

from datetime import date

from capacity.engine.calendar import (
    capacity_beyond,
    monday_of_week,
    net_capacity,
    week_of_day,
    weekly,
    working_days,
)
from tests.engine.made import engineer, plan


def test_hours_meetings_leave_and_closed_days_reduce_capacity():
    asked = plan(
        engineer(
            "Eva",
            hours_per_day=[8, 8, 8, 4, 0, 0, 2],
            overhead=0.25,
            leave=[["2026-11-24", "2026-11-25", 0.5], ["2026-11-29", "2026-12-31", 1]],
        ),
        engineer("Jon", **{"from": "2026-11-25", "until": "2026-11-26"}),
        closed_days=["2026-11-25", "2026-01-01"],
        horizon_days=7,
    )

    capacity = net_capacity(asked)

    assert capacity.tolist() == [
        [0.75, 0.375, 0.0, 0.375, 0.0, 0.0, 0.0],
        [0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0],
    ]


def test_overlapping_leave_adds_up_to_one_day_at_most():
    asked = plan(
        engineer(
            "Eva",
            leave=[
                ["2026-11-23", "2026-11-25", 0.5],
                ["2026-11-24", "2026-11-25", 0.25],
                ["2026-11-25", "2026-11-25", 0.75],
            ],
        ),
        horizon_days=4,
    )

    assert net_capacity(asked).tolist() == [[0.5, 0.25, 0.0, 1.0]]


def test_shares_of_leave_that_make_a_whole_day_leave_nothing():
    # 0.7, 0.2 and 0.1 add up to less than 1 in floats.
    shares = [["2026-11-23", "2026-11-23", share] for share in (0.7, 0.2, 0.1)]

    capacity = net_capacity(plan(engineer("Eva", leave=shares), horizon_days=2))

    assert capacity.tolist() == [[0.0, 1.0]]


def test_the_calendar_goes_on_behind_the_horizon_to_a_week_without_exceptions():
    asked = plan(
        engineer("Eva", leave=[["2026-11-30", "2028-01-03", 1]]),
        engineer("Jon", until="2026-12-01"),
        closed_days=["2026-12-01"],
        horizon_days=7,
    )

    beyond = capacity_beyond(asked)

    # From Monday 2026-11-30 on; Tuesday is closed, and Eva is back in 2028.
    assert beyond.shape == (2, 400 + 7)
    assert beyond[1, :3].tolist() == [1.0, 0.0, 0.0]
    assert (beyond[0, :400].sum(), beyond[0, 400:].sum()) == (0.0, 5.0)


def test_nobody_there_before_or_after_the_horizon_is_counted():
    asked = plan(
        engineer("Eva", until="2026-11-01"),
        engineer("Jon", **{"from": "2027-11-01"}),
        horizon_days=7,
    )

    assert net_capacity(asked).sum(axis=1).tolist() == [0.0, 0.0]


def test_waiting_counts_on_weekdays_that_are_not_closed():
    asked = plan(start="2026-11-27", closed_days=["2026-12-01"], horizon_days=7)

    assert working_days(asked).tolist() == [1, 0, 0, 1, 0, 1, 1]


def test_weeks_begin_on_monday_also_in_the_middle_of_a_plan():
    asked = plan(engineer("Eva"), start="2026-11-26", horizon_days=13)

    assert week_of_day(asked).tolist() == [0] * 4 + [1] * 7 + [2] * 2
    assert weekly(asked, net_capacity(asked)).tolist() == [[2.0, 5.0, 2.0]]
    assert monday_of_week(asked, 0) == date(2026, 11, 23)
    assert monday_of_week(asked, 2) == date(2026, 12, 7)
