from __future__ import annotations

import datetime as dt
from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portfolio.core.calendars import BusinessHours, country_error, public_holidays
from portfolio.core.models import WorkingPeriod

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
    ("opened", "days", "hours", "due"),
    [
        ("2026-11-23 10:15", 0, 0, "2026-11-23 10:15"),
        ("2026-11-23 10:15", 1, 8, "2026-11-24 10:15"),
        ("2026-11-23 10:15", 5, 40, "2026-11-30 10:15"),
        ("2026-11-27 20:00", 1, 8, "2026-11-30 17:00"),  # Friday night: all of Monday
        ("2026-12-23 11:00", 3, 24, "2026-12-29 11:00"),  # 24, 28, 29
    ],
)
def test_business_days_skip_weekends_and_holidays(opened, days, hours, due):
    working = OFFICE.working_days(berlin(opened), days)

    assert working == dt.timedelta(hours=hours)
    assert OFFICE.after(berlin(opened), working) == berlin(due)


def test_round_the_clock_no_minute_is_missing_at_midnight():
    always = tuple((weekday, dt.time(), dt.time.max) for weekday in range(7))
    hours = BusinessHours(zone=BERLIN, periods=always)

    # Over both changes of the clocks, which real hours know.
    for first, days in (("2026-11-23", 7), ("2026-03-28", 2), ("2026-10-24", 2)):
        begin = berlin(f"{first} 00:00")
        end = begin + dt.timedelta(days=days)
        passed = end.astimezone(dt.UTC) - begin.astimezone(dt.UTC)
        assert hours.between(begin, end) == passed
        assert hours.after(begin, passed) == end
    assert hours.words == "Mon–Sun 00:00–24:00, Europe/Berlin"


def test_a_shift_may_end_at_midnight(team):
    WorkingPeriod.objects.all().delete()
    late = WorkingPeriod.objects.create(
        calendar=team.calendar, weekday=0, opens_at=dt.time(16), closes_at=dt.time()
    )

    hours = team.calendar.business_hours()

    monday = berlin("2026-11-23 23:00")
    assert str(late) == "Monday 16:00–24:00"
    assert hours.between(monday, berlin("2026-11-24 09:00")) == dt.timedelta(hours=1)
    assert hours.is_working_day(dt.date(2026, 11, 23))
    assert not hours.is_working_day(dt.date(2026, 11, 24))


def test_a_business_day_ends_at_the_same_time_of_a_shorter_day_where_it_can():
    short_friday = BusinessHours(
        zone=BERLIN, periods=(*NINE_TO_FIVE[:4], (4, dt.time(9), dt.time(13)))
    )

    fitting = short_friday.working_days(berlin("2026-11-26 11:00"), 1)
    too_late = short_friday.working_days(berlin("2026-11-26 16:00"), 1)

    assert fitting == dt.timedelta(hours=8)
    assert short_friday.after(berlin("2026-11-26 16:00"), too_late) == berlin(
        "2026-11-27 13:00"
    )


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

    reached = closed.after(berlin("2026-11-23 16:00"), dt.timedelta(hours=2))

    assert reached == berlin("2026-11-25 10:00")


EVE = dt.date(2026, 12, 24)
HALF_EVE = replace(OFFICE, closings=frozenset({(EVE, dt.time(12), dt.time.max)}))


def test_a_day_that_closes_at_noon_is_worked_until_then():
    assert HALF_EVE.between(
        berlin("2026-12-24 00:00"), berlin("2026-12-25 00:00")
    ) == dt.timedelta(hours=3)
    assert HALF_EVE.is_working_day(EVE)
    assert HALF_EVE.shortened_days(EVE, EVE) == {EVE: 0.625}


def test_a_business_day_gets_back_what_a_half_holiday_takes_from_it():
    working = HALF_EVE.working_days(berlin("2026-12-23 15:00"), 1)

    # Two hours on the 23rd, three on the 24th, three on Monday the 28th.
    assert HALF_EVE.after(berlin("2026-12-23 15:00"), working) == berlin(
        "2026-12-28 12:00"
    )


def test_a_morning_or_a_middle_can_be_closed_as_well():
    meeting = replace(
        OFFICE,
        closings=frozenset(
            {
                (EVE, dt.time.min, dt.time(11)),
                (EVE, dt.time(13), dt.time(14)),
            }
        ),
    )

    spans = [
        (begin.astimezone(BERLIN).hour, end.astimezone(BERLIN).hour)
        for begin, end in meeting.spans(EVE)
    ]

    assert spans == [(11, 13), (14, 17)]


def test_a_calendar_that_never_opens_is_an_error():
    never = BusinessHours(zone=BERLIN, periods=())

    with pytest.raises(ValueError, match="not open"):
        never.after(berlin("2026-11-23 10:00"), dt.timedelta(hours=1))
    with pytest.raises(ValueError, match="not open"):
        never.working_days(berlin("2026-11-23 10:00"), 1)


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


MINUTES = st.integers(0, 400 * 24 * 60)


@given(MINUTES, MINUTES, MINUTES)
def test_working_time_of_parts_sums_to_the_whole(first, second, third):
    begin, middle, end = (
        berlin("2026-06-01 00:00").astimezone(dt.UTC) + dt.timedelta(minutes=minute)
        for minute in sorted([first, second, third])
    )

    whole = HALF_EVE.between(begin, end)

    assert whole == HALF_EVE.between(begin, middle) + HALF_EVE.between(middle, end)
    assert dt.timedelta(0) <= whole <= end - begin


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
