from __future__ import annotations

import datetime as dt

import pytest

from intake.choices import ClockKind
from intake.models import Demand, SlaClock, Tier
from intake.services.clocks import read_clocks, recount_clocks
from intake.services.stages import withdraw_demand
from intake.services.submitting import submit_request
from intake.services.tiers import edit_tier
from intake.services.triage import (
    accept_demand,
    acknowledge_demand,
    answer_question,
    ask_for_information,
    change_tier,
    decline_demand,
    reopen_demand,
)
from intake.tasks import recount_clocks as task
from portfolio.core.errors import RuleBroken
from portfolio.core.models import ClosedDay, Event
from portfolio.core.services.changes import note_calendar_change
from tests.factories import TeamFactory
from tests.intake.conftest import berlin

HOUR = dt.timedelta(hours=1)
# The calendar of the factory is open Monday to Friday from 9 to 17, without holidays.


@pytest.fixture
def sent(at, team, requester):
    """A request of Monday 23 November at ten, under the Standard tier."""
    at("2026-11-23 10:00")
    return submit_request(by=requester, team=team, title="Orders to the ERP")


def clock(demand, kind=ClockKind.DECIDE):
    return SlaClock.objects.get(demand=demand, kind=kind)


def read(demand, now):
    fresh = Demand.objects.select_related("team__calendar", "tier__current_version")
    found = read_clocks(fresh.get(pk=demand.pk), now=berlin(now))
    return {each.kind: (each.state, each.elapsed) for each in found}


def test_both_clocks_start_when_a_request_is_sent(sent):
    decide = clock(sent)

    assert [each.kind for each in sent.clocks.all()] == ["acknowledge", "decide"]
    assert (decide.state, decide.due_at, decide.warn_at) == (
        "running",
        berlin("2026-11-30 10:00"),
        # Thirty of forty hours: 7 on Monday, 8 each until Thursday is 31.
        berlin("2026-11-26 16:00"),
    )
    assert sent.decide_by == decide.due_at
    assert decide.tier_name == "Standard"
    assert decide.version_number == sent.answered_under.number
    assert "Mon–Fri 09:00–17:00, Europe/Berlin" in decide.calendar_words


def test_a_calendar_without_hours_gives_no_due_time(at, team, requester):
    at("2026-11-23 10:00")
    team.calendar.periods.all().delete()

    demand = submit_request(by=requester, team=team, title="Orders to the ERP")

    assert [(each.state, each.due_at) for each in demand.clocks.all()] == [
        ("running", None),
        ("running", None),
    ]


def test_confirming_stops_the_first_clock_and_only_once(at, sent, manager):
    at("2026-11-23 11:00")
    acknowledge_demand(demand=sent, by=manager)

    assert (clock(sent, "acknowledge").state, clock(sent).state) == ("met", "running")
    assert clock(sent, "acknowledge").elapsed == HOUR
    with pytest.raises(RuleBroken, match="was confirmed as read before"):
        acknowledge_demand(demand=sent, by=manager)


def test_asking_pauses_and_the_answer_resumes(at, sent, manager, requester):
    at("2026-11-23 12:00")
    asked = ask_for_information(demand=sent, by=manager, question="Which orders?")

    paused = clock(sent)
    assert (asked.stage, asked.decide_by) == ("needs_information", None)
    assert (paused.state, paused.elapsed, paused.waits_for) == (
        "paused",
        2 * HOUR,
        "the requester",
    )
    assert paused.paused_since == berlin("2026-11-23 12:00")
    assert clock(sent, "acknowledge").state == "met"

    at("2026-11-24 12:00")
    answered = answer_question(demand=sent, by=requester, answer="All of them.")

    assert (answered.stage, answered.decide_by) == (
        "submitted",
        berlin("2026-12-01 10:00"),
    )
    assert (clock(sent).state, clock(sent).paused) == ("running", 8 * HOUR)
    assert list(Event.objects.about(sent).by_time().values_list("kind", "why")) == [
        ("submitted", ""),
        ("information-asked", "Which orders?"),
        ("answered", "All of them."),
    ]


def test_a_pause_records_whom_else_it_waits_for(at, sent, manager):
    ask_for_information(
        demand=sent, by=manager, question="Is it personal?", waits_for="the data office"
    )

    assert clock(sent).waits_for == "the data office"


def test_a_decision_stops_both_clocks(at, sent, manager):
    at("2026-11-25 10:00")
    accept_demand(demand=sent, by=manager)

    assert [(each.state, each.elapsed) for each in sent.clocks.all()] == [
        ("breached", 16 * HOUR),  # nobody confirmed within a day
        ("met", 16 * HOUR),
    ]


def test_withdrawing_cancels_what_still_ran(at, sent, requester):
    at("2026-11-23 11:00")
    withdraw_demand(demand=sent, by=requester)

    assert [each.state for each in sent.clocks.all()] == ["cancelled", "cancelled"]


def test_reopening_goes_on_with_the_same_clock(at, sent, manager):
    at("2026-11-23 12:00")
    decline_demand(demand=sent, by=manager, reason="No budget.")
    stopped = clock(sent)
    at("2026-11-25 09:00")
    reopened = reopen_demand(demand=sent, by=manager, why="There is a budget now.")

    assert (stopped.state, stopped.elapsed) == ("met", 2 * HOUR)
    assert clock(sent).pk == stopped.pk
    assert clock(sent).state == "running"
    # 38 hours are left on Wednesday at nine: three days of eight, the weekend, 14.
    assert reopened.decide_by == berlin("2026-12-01 15:00")
    assert (reopened.stage, reopened.decided_at, reopened.decision_reason) == (
        "submitted",
        None,
        "",
    )


def test_only_what_was_closed_undone_is_opened_again_and_with_a_reason(
    at, sent, manager
):
    with pytest.raises(RuleBroken, match="is submitted; only what was declined"):
        reopen_demand(demand=sent, by=manager, why="Again.")
    decline_demand(demand=sent, by=manager, reason="No budget.")
    with pytest.raises(RuleBroken, match="Say why"):
        reopen_demand(demand=sent, by=manager, why=" ")


def test_another_tier_keeps_what_elapsed_and_both_are_recorded(at, sent, manager):
    expedite = Tier.objects.get(slug="expedite")
    at("2026-11-23 14:00")

    changed = change_tier(demand=sent, tier=expedite, by=manager, why="It is down.")

    decide = clock(sent)
    assert (decide.elapsed, decide.allowed, decide.due_at) == (
        4 * HOUR,
        8 * HOUR,
        berlin("2026-11-24 10:00"),
    )
    assert [words[1] for words in decide.versions] == ["Standard", "Expedite"]
    # Two hours would have been enough; it was not known before that they had to be.
    assert clock(sent, "acknowledge").breached_at == berlin("2026-11-23 14:00")
    assert changed.answered_under.tier.slug == "standard"
    event = Event.objects.about(sent).get(kind="tier-changed")
    assert (event.before, event.after, event.why) == (
        "standard",
        "expedite",
        "It is down.",
    )


@pytest.mark.parametrize(
    ("slug", "why", "problem"),
    [
        ("standard", "Because.", "is Standard already"),
        ("expedite", " ", "Say why"),
    ],
)
def test_a_tier_changes_to_another_one_and_with_a_reason(
    at, sent, manager, slug, why, problem
):
    with pytest.raises(RuleBroken, match=problem):
        change_tier(demand=sent, tier=Tier.objects.get(slug=slug), by=manager, why=why)


def test_a_running_clock_keeps_the_version_it_started_under(at, sent, manager):
    edit_tier(tier=sent.tier, by=manager, why="Faster.", decide_amount=1)
    at("2026-11-23 12:00")
    ask_for_information(demand=sent, by=manager, question="Which orders?")

    assert clock(sent).target_amount == 5


def test_an_edited_calendar_moves_open_clocks_and_no_finished_one(at, sent, manager):
    at("2026-11-23 12:00")
    acknowledge_demand(demand=sent, by=manager)
    ended = SlaClock.objects.filter(pk=clock(sent, "acknowledge").pk).values().get()
    ClosedDay.objects.create(
        calendar=sent.team.calendar, day=dt.date(2026, 11, 24), name="Moving house"
    )
    sent.team.calendar.name = "Renamed"
    sent.team.calendar.save()
    sent.tier.name = "Normal"
    sent.tier.save()
    edit_tier(tier=sent.tier, by=manager, why="Faster.", acknowledge_amount=0)

    recount_clocks(demands=[Demand.objects.get(pk=sent.pk)])

    assert clock(sent).due_at == berlin("2026-12-01 10:00")
    assert clock(sent).calendar_words.startswith("Renamed: ")
    assert SlaClock.objects.filter(kind="acknowledge").values().get() == ended


def test_open_clocks_are_counted_when_they_are_read(at, sent, manager):
    acknowledge_demand(demand=sent, by=manager)

    assert read(sent, "2026-11-24 10:00") == {
        "acknowledge": ("met", 0 * HOUR),
        "decide": ("running", 8 * HOUR),
    }
    assert read(sent, "2026-11-30 11:00")["decide"] == ("breached", 41 * HOUR)


def test_a_request_from_before_there_were_clocks_gets_them_silently(at, sent, manager):
    SlaClock.objects.all().delete()
    at("2026-12-23 10:00")

    recount_clocks(demands=[Demand.objects.get(pk=sent.pk)])

    assert clock(sent).breached_at == berlin("2026-11-30 10:00")
    assert sorted(clock(sent).warnings.values_list("level", flat=True)) == [
        "breached",
        "soon",
    ]


def test_whoever_edits_a_calendar_has_its_open_clocks_counted_again(
    at, sent, monkeypatch, django_capture_on_commit_callbacks
):
    # The worker is this process: what is sent to it is done at once.
    monkeypatch.setattr(task, "apply_async", lambda args, **_rest: task(*args))
    elsewhere = submit_request(
        by=sent.requester, team=TeamFactory(), title="Of another calendar"
    )
    calendar = sent.team.calendar
    ClosedDay.objects.create(
        calendar=calendar, day=dt.date(2026, 11, 24), name="Moving house"
    )

    with django_capture_on_commit_callbacks(execute=True):
        note_calendar_change(calendar_id=calendar.pk)

    assert clock(sent).due_at == berlin("2026-12-01 10:00")
    assert clock(elsewhere).due_at == berlin("2026-11-30 10:00")
