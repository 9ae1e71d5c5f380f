from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portfolio.core.calendars import BusinessHours, country_error, public_holidays

BERLIN = ZoneInfo("Europe/Berlin")
NINE_TO_FIVE = tuple((weekday, dt.time(9), dt.time(17)) for weekday in range(5))
OFFICE = BusinessHours(zone=BERLIN, periods=NINE_TO_FIVE, country="DE")


def berlin(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=BERLIN)


@pytest.mark.parametrize(
    ("opened", "hours", "due"),
    [
        ("2026-11-23 09:00", 8, "2026-11-23 17:00"),  # a whole Monday
        ("2026-11-23 16:00", 2, "2026-11-24 10:00"),  # over the evening
        ("2026-11-27 16:30", 1, "2026-11-30 09:30"),  # over the weekend
        ("2026-11-28 12:00", 1, "2026-11-30 10:00"),  # asked on a Saturday
        ("2026-12-24 16:00", 2, "2026-12-28 10:00"),  # 25 and 26 December are holidays
        ("2026-03-27 16:00", 2, "2026-03-30 10:00"),  # clocks go forward on the 29th
        ("2026-10-23 16:00", 2, "2026-10-26 10:00"),  # and back on the 25th
    ],
)
def test_working_time_passes_only_in_working_hours(opened, hours, due):
    reached = OFFICE.after(berlin(opened), dt.timedelta(hours=hours))

    assert reached == berlin(due)


@pytest.mark.parametrize(
    ("opened", "days", "due"),
    [
        ("2026-11-23 10:15", 1, "2026-11-24 10:15"),
        ("2026-11-23 10:15", 5, "2026-11-30 10:15"),
        ("2026-11-27 20:00", 1, "2026-12-01 09:00"),  # Friday night counts from Monday
        ("2026-12-23 11:00", 3, "2026-12-29 11:00"),  # 24, 28, 29
    ],
)
def test_working_days_skip_weekends_and_holidays(opened, days, due):
    assert OFFICE.working_days_after(berlin(opened), days) == berlin(due)


def test_a_lunch_break_is_not_working_time():
    with_lunch = BusinessHours(
        zone=BERLIN,
        periods=((0, dt.time(9), dt.time(12)), (0, dt.time(13), dt.time(17))),
    )

    reached = with_lunch.after(berlin("2026-11-23 11:30"), dt.timedelta(hours=1))

    assert reached == berlin("2026-11-23 13:30")


def test_own_closed_days_are_not_worked():
    closed = BusinessHours(
        zone=BERLIN, periods=NINE_TO_FIVE, closed=frozenset({dt.date(2026, 11, 24)})
    )

    reached = closed.working_days_after(berlin("2026-11-23 10:00"), 1)

    assert reached == berlin("2026-11-25 10:00")


def test_a_calendar_that_never_opens_is_an_error():
    never = BusinessHours(zone=BERLIN, periods=())

    with pytest.raises(ValueError, match="not open"):
        never.after(berlin("2026-11-23 10:00"), dt.timedelta(hours=1))


@given(
    st.integers(0, 4 * 365 * 24 * 60),
    st.integers(0, 5000),
    st.integers(0, 5000),
)
def test_waiting_twice_is_waiting_once_for_the_sum(minute, first, second):
    moment = berlin("2024-01-01 00:00") + dt.timedelta(minutes=minute)
    one, two = dt.timedelta(minutes=first), dt.timedelta(minutes=second)

    stepwise = OFFICE.after(OFFICE.after(moment, one), two)

    assert stepwise == OFFICE.after(moment, one + two) or two == dt.timedelta(0)


def test_public_holidays_have_names():
    december = public_holidays("DE", "", dt.date(2026, 12, 1), dt.date(2026, 12, 31))

    assert sorted(december) == [dt.date(2026, 12, 25), dt.date(2026, 12, 26)]


@pytest.mark.parametrize(
    ("country", "subdivision", "problem"),
    [
        ("DE", "", None),
        ("DE", "BE", None),
        ("", "", None),
        ("XX", "", "“XX” is not a known country; codes look like DE, PL or US."),
        ("", "BE", "A region needs its country."),
    ],
)
def test_a_country_is_checked(country, subdivision, problem):
    assert country_error(country, subdivision) == problem


def test_an_unknown_region_names_the_known_ones():
    assert "BE" in (country_error("DE", "ZZ") or "")
