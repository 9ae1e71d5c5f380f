from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse

from portfolio.core.errors import RuleBroken
from portfolio.core.models import BusinessCalendar, ClosedDay, Event
from portfolio.core.services.calendars import (
    Closed,
    Period,
    Written,
    remove_calendar,
    save_calendar,
)
from portfolio.core.signals import calendar_changed
from tests.factories import CalendarFactory, UserFactory

NINE, TWELVE, ONE, FIVE = (dt.time(hour) for hour in (9, 12, 13, 17))
MIDNIGHT = dt.time()
EVE = dt.date(2026, 12, 24)
SINCE = dt.date(2026, 1, 1)
MONDAY = [Period(0, NINE, FIVE)]


def written(*periods, name="Kraków", **more):
    return Written(name, "Europe/Warsaw", periods=periods or MONDAY, **more)


def revision(team):
    team.refresh_from_db()
    return team.plan_revision


@pytest.fixture
def editor(client, manager):
    client.force_login(manager)
    return client


def sent(shown, **changes):
    """What a browser would send of a page, with some answers changed."""
    parts = (shown["form"], shown["closed"].management_form, *shown["closed"])
    return {
        field.html_name: "" if field.value() is None else field.value()
        for part in parts
        for field in part
        if field.name != "DELETE"
    } | changes


def test_a_calendar_is_written_anew_and_those_who_count_by_it_hear(
    team, manager, django_capture_on_commit_callbacks
):
    told = []
    calendar_changed.connect(listen := lambda **rest: told.append(rest["calendar_id"]))

    with django_capture_on_commit_callbacks(execute=True):
        save_calendar(
            calendar=team.calendar,
            written=written(
                Period(0, NINE, TWELVE),
                Period(0, ONE, MIDNIGHT),
                country="PL",
                closed=[Closed(EVE, "Christmas Eve", closed_from=TWELVE)],
            ),
            by=manager,
            since=SINCE,
        )
    calendar_changed.disconnect(listen)

    event = Event.objects.about(team.calendar).get()
    assert event.kind == "calendar-edited"
    assert event.after == (
        "Kraków: Mon 09:00–12:00 13:00–24:00, Europe/Warsaw, holidays of PL; "
        "closed 2026-12-24 Christmas Eve from 12:00"
    )
    assert (revision(team), told) == (1, [team.calendar.pk])


def test_storing_it_unchanged_counts_nothing_anew(team, manager):
    first = save_calendar(written=written(), by=manager, since=SINCE)

    save_calendar(calendar=first, written=written(), by=manager, since=SINCE)

    assert Event.objects.about(first).count() == 1


def test_closed_days_of_years_before_stay(team, manager):
    old = ClosedDay.objects.create(
        calendar=team.calendar, day=dt.date(2020, 12, 24), name="Long ago"
    )
    ClosedDay.objects.create(calendar=team.calendar, day=EVE, name="Christmas Eve")

    save_calendar(calendar=team.calendar, written=written(), by=manager, since=SINCE)

    assert list(team.calendar.closed_days.all()) == [old]


@pytest.mark.parametrize(
    ("what", "why"),
    [
        (written(name="berlin"), "There is a calendar “berlin” already."),
        (written(country="XX"), "“XX” is not a known country"),
        (Written("New", "Europe/Berlin"), "Nobody would ever work"),
        (
            written(Period(0, NINE, ONE), Period(0, TWELVE, FIVE)),
            "The hours 09:00–13:00 and 12:00–17:00 of one day overlap.",
        ),
        (
            written(Period(0, NINE, MIDNIGHT), Period(0, TWELVE, FIVE)),
            "The hours 09:00–24:00 and 12:00–17:00 of one day overlap.",
        ),
        (
            written(Period(0, FIVE, NINE)),
            "The hours 17:00–09:00 end before they begin.",
        ),
        (
            written(closed=[Closed(EVE, "Eve"), Closed(EVE, "Again")]),
            "2026-12-24 is closed twice",
        ),
    ],
)
def test_what_is_no_calendar_is_refused(db, what, why):
    CalendarFactory(name="Berlin")

    with pytest.raises(RuleBroken, match=why):
        save_calendar(written=what, by=UserFactory(), since=SINCE)

    assert BusinessCalendar.objects.count() == 1


def test_a_calendar_that_a_team_works_by_stays(team, manager):
    other = CalendarFactory()

    remove_calendar(calendar=other, by=manager)
    with pytest.raises(RuleBroken, match="is the calendar of 1 team"):
        remove_calendar(calendar=team.calendar, by=manager)

    assert BusinessCalendar.objects.get() == team.calendar


def test_the_page_shows_what_is_stored_and_stores_it_unchanged(editor, team):
    address = reverse("core:calendar", args=[team.calendar.pk])
    year = dt.date.today().year  # noqa: DTZ011 - a year
    ClosedDay.objects.create(
        calendar=team.calendar,
        day=dt.date(year, 12, 24),
        name="Eve",
        closed_from=TWELVE,
    )

    response = editor.post(address, sent(editor.get(address).context))

    assert response.url == reverse("core:calendars")
    assert not Event.objects.about(team.calendar).exists()


def test_the_page_stores_hours_as_people_type_them(editor, team):
    address = reverse("core:calendar", args=[team.calendar.pk])
    form = sent(
        editor.get(address).context,
        **{
            "hours-0-0-from": "8", "hours-0-0-until": "1200",
            "hours-0-1-from": "12:30", "hours-0-1-until": "24:00",
            "hours-6-0-from": "0:00", "hours-6-0-until": "24:00",
            "country": "de", "subdivision": "be",
            "closed-0-day": "2099-12-24", "closed-0-name": "Christmas Eve",
            "closed-0-closed_from": "12",
        },
    )  # fmt: skip

    editor.post(address, form)

    hours = BusinessCalendar.objects.get().business_hours()
    shown = editor.get(address).content.decode()
    assert hours.words.startswith("Mon 08:00–12:00 12:30–24:00, Tue–Fri 09:00–17:00")
    assert "Sun 00:00–24:00" in hours.words
    assert hours.closings == {(dt.date(2099, 12, 24), TWELVE, dt.time.max)}
    assert 'value="24:00"' in shown
    assert "Christmas Day" in shown


def test_a_new_calendar_begins_with_usual_hours(editor):
    address = reverse("core:new-calendar")

    editor.post(address, sent(editor.get(address).context, name="New"))

    made = BusinessCalendar.objects.get(name="New")
    assert made.business_hours().words == "Mon–Fri 09:00–17:00, Europe/Berlin"


def test_a_closed_day_is_taken_out(editor, team):
    ClosedDay.objects.create(
        calendar=team.calendar, day=dt.date(2099, 12, 24), name="Eve"
    )
    address = reverse("core:calendar", args=[team.calendar.pk])

    editor.post(address, sent(editor.get(address).context, **{"closed-0-DELETE": "on"}))

    assert not ClosedDay.objects.exists()


def test_what_is_wrong_is_said_at_its_field_and_kept(editor, team):
    address = reverse("core:calendar", args=[team.calendar.pk])
    form = sent(
        editor.get(address).context,
        **{
            "name": "", "time_zone": "Berlin",
            "hours-0-0-from": "noon", "hours-1-0-until": "",
            "closed-0-day": "2099-12-24", "closed-0-name": "",
            "closed-1-day": "2099-12-25", "closed-1-name": "X",
            "closed-1-closed_from": "17", "closed-1-closed_until": "9",
        },
    )  # fmt: skip

    page = editor.post(address, form).content.decode()

    for words in (
        "Name: Give the calendar a name.",
        "“Berlin” is not a time zone; names look like Europe/Berlin.",
        "“noon” is no time of day; 9, 9:30 and 24:00 are.",
        "Give both times, or none where nobody works.",
        "Closed days, row 1, Name: Say what day it is.",
        "Closed days, row 2, until: It ends before it begins.",
    ):
        assert words in page, words
    assert 'value="noon"' in page
    assert not Event.objects.about(team.calendar).exists()


@pytest.mark.parametrize("number", [1, 3])
def test_the_list_costs_the_same_queries_for_any_length(
    editor, number, django_assert_num_queries
):
    CalendarFactory.create_batch(number)

    # Session, person, calendars, whether there are any; periods, closed days, teams;
    # and what waits in triage.
    with django_assert_num_queries(7):
        page = editor.get(reverse("core:calendars"))

    assert "Mon–Fri 09:00–17:00" in page.content.decode()


def test_removing_is_asked_twice_and_refused_where_it_is_used(editor, team):
    other = CalendarFactory()
    unused, used = (
        reverse("core:remove-calendar", args=[each.pk])
        for each in (other, team.calendar)
    )

    asked = editor.get(unused)
    editor.post(unused)
    refused = editor.post(used, follow=True)

    assert asked.status_code == 200
    assert "is the calendar of 1 team" in refused.content.decode()
    assert BusinessCalendar.objects.get() == team.calendar


@pytest.mark.parametrize("role", ["requester", "engineer", "viewer"])
def test_only_who_changes_settings_edits_calendars(client, team, role):
    client.force_login(UserFactory(role=role, teams=[team]))

    for name, args in (
        ("calendars", []),
        ("new-calendar", []),
        ("calendar", [team.calendar.pk]),
        ("remove-calendar", [team.calendar.pk]),
    ):
        assert client.get(reverse(f"core:{name}", args=args)).status_code == 403
