from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from portfolio.core.models import Event, Notice
from portfolio.reports.models import ReportPlan, StatusReport
from portfolio.reports.models.plans import addresses
from portfolio.reports.services import planning
from portfolio.reports.services.freezing import freeze_report
from portfolio.reports.services.planning import make_drafts
from tests.factories import TeamFactory, UserFactory

UTC = dt.UTC


@pytest.fixture
def plan(team):
    """Mondays at seven in Berlin, which is six in UTC in winter."""
    return ReportPlan.objects.create(team=team, is_on=True)


def at(text):
    return dt.datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "now", "due"),
    [
        ("Europe/Berlin", "2026-11-25 12:00", "2026-11-23 06:00"),
        ("Europe/Berlin", "2026-07-01 12:00", "2026-06-29 05:00"),
        ("America/New_York", "2026-11-25 12:00", "2026-11-23 12:00"),
        # Where it is Monday already while it is Sunday in UTC.
        ("Pacific/Auckland", "2026-11-22 12:00", "2026-11-22 18:00"),
        ("Pacific/Auckland", "2026-11-22 10:59", "2026-11-15 18:00"),
    ],
)
def test_the_time_is_that_of_the_manager(zone, now, due):
    plan = ReportPlan(time_zone=zone)

    assert plan.due_in_week_of(at(now)) == at(due)


@pytest.mark.parametrize(
    ("day", "time", "due"),
    [
        # Clocks go from 02:00 to 03:00 on 29 March 2026: 02:30 is 03:30 summer time.
        ("2026-03-29 12:00", dt.time(2, 30), "2026-03-29 01:30"),
        # And from 03:00 back to 02:00 on 25 October: 02:30 is the first of both.
        ("2026-10-25 12:00", dt.time(2, 30), "2026-10-25 00:30"),
    ],
)
def test_a_time_that_is_skipped_or_comes_twice_counts_once(day, time, due):
    plan = ReportPlan(weekday=6, at=time, time_zone="Europe/Berlin")

    assert plan.due_in_week_of(at(day)) == at(due)


def test_the_draft_is_made_at_its_time_and_its_managers_are_told(plan, manager):
    before = make_drafts(at("2026-11-23 05:59"))
    made = make_drafts(at("2026-11-23 06:00"))

    report = StatusReport.objects.get()
    [notice] = Notice.objects.all()
    assert (before, made) == (0, 1)
    assert (str(report), report.state, report.frozen_by) == ("2026-W48", "draft", None)
    assert (notice.person, notice.kind, notice.by_mail) == (manager, "report", True)
    assert notice.title == f"Status 2026-W48 of {plan.team} is ready to be approved"
    assert "No commitment is open." in notice.text
    assert notice.url == report.get_absolute_url()


def test_a_week_gets_one_draft_however_often_the_clock_strikes(plan, manager):
    counts = [make_drafts(at(f"2026-11-{day} 09:00")) for day in (23, 23, 24, 29, 30)]

    assert counts == [1, 0, 0, 0, 1]
    assert [str(report) for report in StatusReport.objects.all()] == [
        "2026-W49",
        "2026-W48",
    ]
    assert Notice.objects.count() == 2


def test_a_clock_that_stood_still_makes_the_draft_later_in_the_week(plan, manager):
    assert make_drafts(at("2026-11-27 23:00")) == 1


def test_what_was_frozen_by_hand_since_is_the_draft_and_before_is_not(
    plan, team, manager
):
    plan.weekday = 2
    plan.save()
    day = dt.date(2026, 11, 25)
    freeze_report(team=team, week=day, by=manager, now=at("2026-11-24 09:00"))
    first = make_drafts(at("2026-11-25 09:00"))
    freeze_report(team=team, week=day, by=manager, now=at("2026-11-25 10:00"))

    assert (first, make_drafts(at("2026-11-25 11:00"))) == (1, 0)
    assert StatusReport.objects.count() == 3


def test_the_week_is_that_of_the_manager_too(plan, manager):
    plan.time_zone = "Pacific/Auckland"
    plan.at = dt.time(1)
    plan.save()

    make_drafts(at("2026-11-22 13:00"))

    report = StatusReport.objects.get()
    assert (str(report), report.content["as_of"]) == ("2026-W48", "2026-11-23")


def test_a_plan_that_is_off_makes_nothing(plan):
    plan.is_on = False
    plan.save()

    assert make_drafts(at("2026-11-27 23:00")) == 0


def test_a_draft_whose_approval_could_not_be_asked_is_not_made(plan, monkeypatch):
    monkeypatch.setattr(planning, "give_notice", lambda **_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        make_drafts(at("2026-11-23 09:00"))
    monkeypatch.undo()
    assert not StatusReport.objects.exists()

    assert make_drafts(at("2026-11-23 09:01")) == 1


def test_who_is_away_is_not_told_but_who_stands_in(plan, manager):
    deputy = UserFactory(role="manager")
    manager.away_from, manager.deputy = dt.date(2026, 11, 20), deputy
    manager.save()

    make_drafts(at("2026-11-23 09:00"))

    assert [notice.person for notice in Notice.objects.all()] == [deputy]


def test_a_manager_sets_when_and_who(client, team, manager):
    client.force_login(manager)
    address = reverse("reports:plan")
    given = {
        "is_on": "on", "weekday": "4", "at": "14:30", "time_zone": "Europe/Rome",
        "leadership": " cio@example.com \n\ncio@example.com", "insiders": "",
    }  # fmt: skip

    first = client.get(address).content.decode()
    client.post(address, given)

    plan = ReportPlan.objects.get()
    assert "Europe/Berlin" in first
    assert (plan.is_on, str(plan), plan.leadership) == (
        True,
        "Friday 14:30 Europe/Rome",
        "cio@example.com",
    )
    [event] = Event.objects.about(plan)
    assert (event.after, event.why) == ("Friday 14:30 Europe/Rome, on", "1 recipient")


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("time_zone", "Mars/Olympus", "is not a time zone"),
        ("leadership", "cio", "“cio” is no e-mail address"),
        ("insiders", "a@b.example\nlead at example", "“lead at example” is no e-mail"),
        ("leadership", "\n".join(f"a{n}@b.example" for n in range(201)), "at most 200"),
    ],
)
def test_what_is_wrong_is_said_and_kept(client, team, manager, name, value, words):
    client.force_login(manager)
    given = {"weekday": "0", "at": "07:00", "time_zone": "Europe/Berlin", name: value}

    page = client.post(reverse("reports:plan"), given)

    assert page.status_code == 422
    assert words in page.content.decode()
    assert not ReportPlan.objects.exists()


def test_each_team_has_its_plan(client, plan, manager):
    other = TeamFactory()
    client.force_login(UserFactory(role="manager", teams=[other]))

    page = client.get(reverse("reports:plan"))

    assert page.context["form"].instance.pk is None


def test_addresses_are_taken_once_in_any_case():
    assert addresses(" a@x.example\n\nA@X.example\nb@x.example ") == [
        "a@x.example",
        "b@x.example",
    ]


def test_now_is_used_where_no_moment_is_given(plan, manager):
    make_drafts()

    due = plan.due_in_week_of(timezone.now())
    assert StatusReport.objects.exists() == (due <= timezone.now())
