from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capacity.engine.calendar import net_capacity
from capacity.engine.plan import Plan
from capacity.presence import (
    FULL_WEEK,
    Absence,
    Contract,
    Presence,
    presence_between,
)

MONDAY = date(2026, 11, 23)
SUNDAY = date(2026, 12, 6)
HALF_WEEK = (4.0, 4.0, 4.0, 4.0, 4.0, 0.0, 0.0)
FOUR_DAYS = (8.0, 8.0, 8.0, 8.0, 0.0, 0.0, 0.0)


def test_without_contract_or_absence_the_week_is_full():
    found = presence_between([], [], MONDAY, SUNDAY)

    assert found == Presence(FULL_WEEK, ())


def test_leave_over_a_weekend_is_one_entry():
    leave = Absence(date(2026, 11, 26), date(2026, 12, 1))

    found = presence_between([], [leave], MONDAY, SUNDAY)

    assert found == Presence(FULL_WEEK, (leave,))


def test_leave_outside_the_period_is_left_out_and_leave_across_its_edge_is_cut():
    before = Absence(date(2026, 11, 2), date(2026, 11, 20))
    across = Absence(date(2026, 12, 4), date(2026, 12, 18))

    found = presence_between([], [before, across], MONDAY, SUNDAY)

    assert found.absences == (Absence(date(2026, 12, 4), date(2026, 12, 4)),)


def test_two_halves_of_a_day_make_a_whole_one():
    day = date(2026, 11, 25)

    found = presence_between(
        [], [Absence(day, day, 0.5), Absence(day, day, 0.75)], MONDAY, SUNDAY
    )

    assert found.absences == (Absence(day, day, 1.0),)


def test_fewer_hours_from_a_day_on_are_absence_from_that_day():
    contracts = [
        Contract(date(2026, 11, 30), HALF_WEEK),
        Contract(None, FULL_WEEK),
    ]

    found = presence_between(contracts, [], MONDAY, SUNDAY)

    assert found == Presence(
        FULL_WEEK, (Absence(date(2026, 11, 30), date(2026, 12, 4), 0.5),)
    )


def test_more_hours_from_a_day_on_are_absence_before_it():
    contracts = [
        Contract(date(2026, 1, 1), HALF_WEEK),
        Contract(date(2026, 11, 30), FULL_WEEK),
    ]

    found = presence_between(contracts, [], MONDAY, SUNDAY)

    assert found == Presence(FULL_WEEK, (Absence(MONDAY, date(2026, 11, 27), 0.5),))


def test_a_contract_that_was_replaced_before_the_period_does_not_count():
    contracts = [Contract(None, FULL_WEEK), Contract(date(2026, 6, 1), FOUR_DAYS)]

    found = presence_between(contracts, [], MONDAY, SUNDAY)

    assert found == Presence(FOUR_DAYS, ())


def test_half_a_day_off_a_half_day_leaves_a_quarter():
    contracts = [Contract(None, FULL_WEEK), Contract(date(2026, 11, 30), HALF_WEEK)]
    day = date(2026, 12, 2)

    found = presence_between(contracts, [Absence(day, day, 0.5)], MONDAY, SUNDAY)

    assert found.absences == (
        Absence(date(2026, 11, 30), date(2026, 12, 1), 0.5),
        Absence(day, day, 0.75),
        Absence(date(2026, 12, 3), date(2026, 12, 4), 0.5),
    )


@pytest.mark.parametrize("begins", [date(2026, 12, 7), date(2027, 3, 1)])
def test_a_contract_after_the_period_does_not_count(begins):
    found = presence_between(
        [Contract(None, HALF_WEEK), Contract(begins, FULL_WEEK)], [], MONDAY, SUNDAY
    )

    assert found == Presence(HALF_WEEK, ())


hours = st.sampled_from([0.0, 2.0, 4.0, 7.6, 8.0])
days = st.integers(-20, 60).map(lambda number: MONDAY + timedelta(days=number))
contracts = st.lists(
    st.builds(Contract, st.none() | days, st.tuples(*[hours] * 7)),
    max_size=4,
    unique_by=lambda contract: contract.begins,
)
absences = st.lists(
    st.builds(
        lambda first, length, share: Absence(
            first, first + timedelta(days=length), share
        ),
        days,
        st.integers(0, 20),
        st.sampled_from([0.25, 0.5, 1.0]),
    ),
    max_size=5,
)


@given(contracts, absences)
def test_the_engine_offers_the_contracted_hours_less_the_leave(contracts, absences):
    last = MONDAY + timedelta(days=41)

    found = presence_between(contracts, absences, MONDAY, last)

    plan = Plan.from_json(
        {
            "start": MONDAY.isoformat(),
            "horizon_days": 42,
            "demands": [],
            "engineers": [
                {
                    "id": "eng-1",
                    "skills": {},
                    "hours_per_day": found.hours_per_day,
                    "leave": [
                        [each.first.isoformat(), each.last.isoformat(), each.share]
                        for each in found.absences
                    ],
                }
            ],
        }
    )
    wanted = []
    for number in range(42):
        day = MONDAY + timedelta(days=number)
        begun = [each for each in contracts if (each.begins or date.min) <= day]
        in_force = max(
            begun,
            key=lambda each: each.begins or date.min,
            default=Contract(None, FULL_WEEK),
        )
        away = sum(each.share for each in absences if each.first <= day <= each.last)
        wanted.append(in_force.hours[day.weekday()] / 8 * (1 - min(away, 1)))
    assert net_capacity(plan)[0].tolist() == pytest.approx(wanted, abs=1e-8)
