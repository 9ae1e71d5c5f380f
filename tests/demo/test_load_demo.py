from __future__ import annotations

import datetime as dt
import io

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from capacity.models import WorkPackage
from intake.models import Demand
from portfolio.catalogue.models import Integration
from portfolio.core.calendars import BusinessHours
from portfolio.core.models import Event
from portfolio.core.signals import plan_changed
from portfolio.delivery.models import Commitment
from portfolio.demo.days import Days
from portfolio.demo.loading import load_demo
from portfolio.demo.people import DEMO_PASSWORD, DEMO_SIGN_INS
from portfolio.demo.weeks import freezing_days
from tests.factories import TeamFactory

MONDAY = dt.date(2026, 11, 23)
DAYS = [
    MONDAY,
    dt.date(2026, 1, 1),  # a holiday, and in the year before a closure
    dt.date(2027, 3, 28),  # a Sunday on which the clocks change
    dt.date(2028, 2, 29),
]


def shape(today, seed=7):
    """What a load makes, with all dates as days from the day of the load."""
    with transaction.atomic():
        load_demo(today=today, seed=seed, weeks=0, say=lambda _line: None)
        found = [
            (
                demand.reference, demand.title, demand.stage, demand.tier.slug,
                demand.rank, demand.requester and demand.requester.name,
                demand.started_on and (demand.started_on - today).days,
                demand.delivered_on and (demand.delivered_on - today).days,
                demand.needed_by and (demand.needed_by - today).days,
                [
                    (package.name, package.likely, package.actual, package.state)
                    for package in demand.packages.all()
                ],
                [
                    (commitment.state, (commitment.due_on - today).days)
                    for commitment in demand.commitments.all()
                ],
            )
            for demand in Demand.objects.order_by("reference").select_related(
                "tier", "requester"
            )
        ]  # fmt: skip
        transaction.set_rollback(True)
    return found


@pytest.mark.parametrize("today", DAYS, ids=str)
def test_nothing_that_has_happened_lies_in_the_future(db, today):
    load_demo(today=today, seed=7, weeks=0, say=lambda _line: None)
    midnight = dt.datetime.combine(today, dt.time(), dt.UTC)

    assert not Event.objects.filter(at__gte=midnight).exists()
    assert not Demand.objects.filter(submitted_at__gte=midnight).exists()
    assert not Demand.objects.filter(delivered_on__gte=today).exists()
    assert not WorkPackage.objects.filter(finished_on__gte=today).exists()
    assert not Integration.objects.filter(runs_since__gte=today).exists()
    # And what is to come has not come.
    assert not Commitment.objects.open().filter(due_on__lt=today).exists()
    assert not Demand.objects.open().filter(needed_by__lt=today).exists()


def test_every_state_of_a_promise_is_there_and_every_closed_one_has_its_record(db):
    load_demo(today=MONDAY, seed=7, weeks=0, say=lambda _line: None)

    closed = list(Commitment.objects.closed())
    delivered = [each for each in closed if each.state == "delivered"]
    records = [each.closed_record for each in delivered]
    assert not Commitment.objects.unfrozen().exists()
    assert any(each.state == "withdrawn" for each in closed)
    assert any(each.kept_original for each in delivered)
    assert any(each.kept_current and not each.kept_original for each in delivered)
    assert any(not each.kept_current for each in delivered)
    assert all(len(record["gates"]) == 4 for record in records)
    assert any(gate["waived_because"] for record in records for gate in record["gates"])
    for demand in Demand.objects.delivered():
        assert demand.gate_checks.count() == 4


@pytest.mark.parametrize("today", DAYS[1:3], ids=str)
def test_history_is_about_a_year_whatever_the_day(db, today):
    load_demo(today=today, seed=7, weeks=0, say=lambda _line: None)
    days = Demand.objects.delivered().values_list("delivered_on", flat=True)

    assert 350 <= (today - min(days)).days <= 480
    assert 1 <= (today - max(days)).days <= 21


@pytest.fixture(scope="module")
def first(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock():
        return shape(MONDAY)


def test_the_same_seed_and_day_give_the_same_demo(db, first):
    assert shape(MONDAY) == first


def test_another_seed_gives_another_demo(db, first):
    assert shape(MONDAY, seed=8) != first


def test_it_never_ages(db, first):
    """On another day: the same demands, sizes, people and stages."""
    later = shape(dt.date(2027, 6, 15))

    def ageless(rows):
        return sorted((row[1:4], row[9][:1]) for row in rows)

    assert [row[1] for row in first if row[4]] != []
    assert ageless(later) == ageless(first)


def test_the_command_says_what_it_loads_and_who_can_sign_in(db):
    out = io.StringIO()

    call_command("load_demo", today=MONDAY, weeks=1, stdout=out)

    lines = out.getvalue().splitlines()
    assert lines[:6] == [
        "The company: 8 engineers, 6 business units, 40 systems, "
        "85 integrations running.",
        "A year of history: 70 demands delivered.",
        "Open: 36 demands in the backlog, 11 requests waiting for a decision.",
        "A report is frozen of 2026-W47.",
        "A scenario: Hire a second event engineer from January.",
        "Loaded for the Integration team. Sign in with:",
    ]
    assert [line.split()[-1] for line in lines[6:]] == [
        *(email for _, email in DEMO_SIGN_INS),
        DEMO_PASSWORD,
    ]


@pytest.mark.parametrize(
    ("today", "days"),
    [
        # On a Sunday they are frozen on Fridays.
        ((2026, 11, 22), [(11, 6), (11, 13)]),
        # On Christmas Day nobody is there, and between the years only on Thursday.
        ((2027, 1, 8), [(12, 24), (12, 31)]),
        # A Monday that is a holiday: the day after.
        ((2026, 4, 13), [(3, 30), (4, 7)]),
    ],
)
def test_weeks_are_frozen_on_working_days_near_the_weekday_of_today(today, days):
    closed = {dt.date(2026, 12, day) for day in (27, 28, 29, 30)}
    weekdays = tuple((day, dt.time(9), dt.time(17)) for day in range(5))
    hours = BusinessHours(dt.UTC, weekdays, "DE", "BE", closed=frozenset(closed))

    found = freezing_days(Days(dt.date(*today), hours), 2)

    assert found == [dt.date(2026, *day) for day in days]


def test_sign_ins_are_silent_where_no_demo_was_loaded(db):
    out = io.StringIO()

    call_command("load_demo", "--sign-ins", stdout=out)

    assert out.getvalue() == ""


def test_a_database_in_use_is_refused(db):
    TeamFactory()

    with pytest.raises(CommandError, match="already has teams or demands"):
        call_command("load_demo", today=MONDAY)

    assert Demand.objects.count() == 0


def test_if_empty_leaves_a_database_in_use_alone_and_says_so(db):
    TeamFactory()
    out = io.StringIO()

    call_command("load_demo", "--if-empty", stdout=out)

    assert out.getvalue() == "The database is in use; no demo data is loaded.\n"
    assert Demand.objects.count() == 0


def test_loading_asks_for_a_forecast(db, django_capture_on_commit_callbacks):
    heard = []

    def listen(*, team_id, revision, **_rest):
        heard.append((team_id, revision))

    plan_changed.connect(listen)
    with django_capture_on_commit_callbacks(execute=True):
        team = load_demo(today=MONDAY, seed=7, weeks=0, say=lambda _line: None)
    plan_changed.disconnect(listen)

    assert heard == [(team.pk, 1)]
