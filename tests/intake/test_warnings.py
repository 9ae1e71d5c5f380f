from __future__ import annotations

import datetime as dt

import pytest

from intake.models import SlaWarning
from intake.services.submitting import submit_request
from intake.services.triage import (
    accept_demand,
    acknowledge_demand,
    answer_question,
    ask_for_information,
    decline_demand,
    reopen_demand,
)
from intake.services.warnings import check_clocks
from portfolio.core.models import ClosedDay, Notice
from portfolio.core.services.notices import mail_unsent
from tests.factories import UserFactory

# The calendar of the factory is open Monday to Friday from 9 to 17, without holidays;
# Standard is confirmed within a day and decided within five.


@pytest.fixture
def sent(at, team, requester):
    at("2026-11-23 10:00")
    return submit_request(by=requester, team=team, title="Orders to the ERP")


@pytest.fixture
def confirmed(at, sent, manager):
    at("2026-11-23 11:00")
    return acknowledge_demand(demand=sent, by=manager)


def told(person):
    return list(
        Notice.objects.of(person).order_by("pk").values_list("title", "by_mail")
    )


def test_three_quarters_are_told_once(at, confirmed, manager):
    at("2026-11-26 15:59")
    before = check_clocks()
    at("2026-11-26 16:00")

    checks = [check_clocks() for _ in range(3)]

    reference = confirmed.reference
    assert (before, checks) == (0, [1, 0, 0])
    assert told(manager) == [(f"{reference}: decide by Mon 10:00", True)]
    assert Notice.objects.of(manager).get().text == (
        f"Three quarters of the time for {confirmed} (Standard, "
        f"{confirmed.business_unit}) are used. Please decide by Mon 30 Nov, 10:00; "
        "10 h of working time are left."
    )


def test_a_breach_is_told_once_after_it(at, confirmed, manager):
    at("2026-11-27 12:00")
    check_clocks()
    at("2026-11-30 10:00")
    in_time = check_clocks()
    at("2026-11-30 10:01")

    checks = [check_clocks() for _ in range(3)]

    assert (in_time, checks) == (0, [1, 0, 0])
    assert told(manager)[-1] == (f"{confirmed.reference}: the decision is late", True)
    assert confirmed.clocks.get(kind="decide").state == "breached"


def test_after_a_day_without_a_worker_each_clock_is_told_once_and_as_it_is(
    at, confirmed, manager
):
    at("2026-12-01 12:00")

    checks = [check_clocks() for _ in range(2)]

    assert checks == [1, 0]
    assert told(manager) == [(f"{confirmed.reference}: the decision is late", True)]
    assert SlaWarning.objects.count() == 2


def test_the_confirmation_has_a_clock_of_its_own(at, sent, manager):
    at("2026-11-24 10:30")
    check_clocks()

    assert told(manager) == [(f"{sent.reference}: the confirmation is late", True)]


def test_what_was_decided_meanwhile_is_not_told(at, confirmed, manager):
    at("2026-12-01 12:00")
    accept_demand(demand=confirmed, by=manager)

    assert check_clocks() == 0


def test_a_pause_holds_the_warning_back_until_it_is_due_again(
    at, confirmed, manager, requester
):
    at("2026-11-26 15:00")
    ask_for_information(demand=confirmed, by=manager, question="Which orders?")
    at("2026-12-10 12:00")
    paused = check_clocks()
    answer_question(demand=confirmed, by=requester, answer="All.")
    at("2026-12-10 13:00")

    assert (paused, check_clocks()) == (0, 1)


def test_a_closed_day_declared_meanwhile_is_counted_before_anybody_is_told(
    at, confirmed, team
):
    ClosedDay.objects.create(
        calendar=team.calendar, day=dt.date(2026, 11, 25), name="Moving house"
    )
    at("2026-11-26 16:30")

    assert check_clocks() == 0
    assert confirmed.clocks.get(kind="decide").due_at.day == 1


def test_reopening_does_not_tell_again_what_was_told(at, confirmed, manager):
    at("2026-11-26 16:30")
    check_clocks()
    decline_demand(demand=confirmed, by=manager, reason="No budget.")
    at("2026-12-07 10:00")
    reopen_demand(demand=confirmed, by=manager, why="There is one now.")

    assert check_clocks() == 0


def test_who_is_away_is_not_told_and_the_deputy_is(at, confirmed, manager, team):
    deputy = UserFactory(role="engineer", teams=[team])
    manager.away_from, manager.deputy = dt.date(2026, 11, 26), deputy
    manager.save()
    at("2026-11-26 16:30")

    check_clocks()

    assert told(manager) == []
    assert told(deputy) == [(f"{confirmed.reference}: decide by Mon 10:00", True)]
    text = Notice.objects.of(deputy).get().text
    assert text.endswith(f"You get this instead of {manager}, who is away.")


def test_two_managers_are_both_told_and_the_one_who_is_away_is_not(
    at, confirmed, manager, team
):
    other = UserFactory(role="manager", teams=[team])
    manager.away_from = dt.date(2026, 11, 26)
    manager.save()
    at("2026-11-26 16:30")

    check_clocks()

    assert (len(told(manager)), len(told(other))) == (0, 1)


def test_when_all_are_away_it_waits_for_them_without_a_mail(at, confirmed, manager):
    manager.away_from = dt.date(2026, 11, 26)
    manager.save()
    at("2026-11-26 16:30")

    check_clocks()

    assert told(manager) == [(f"{confirmed.reference}: decide by Mon 10:00", False)]


def test_the_mail_of_a_warning_goes_out_once_however_often_workers_try(
    at, confirmed, manager, mailoutbox
):
    at("2026-11-26 16:30")
    check_clocks()
    at("2026-11-26 16:40")

    for _ in range(3):
        check_clocks()
        mail_unsent()

    warnings = [mail for mail in mailoutbox if mail.to == [manager.email]]
    assert [mail.subject for mail in warnings] == [
        f"{confirmed.reference}: decide by Mon 10:00"
    ]
    assert f"/requests/{confirmed.reference}/" in warnings[0].body


def test_questions_answers_and_decisions_are_told(at, sent, manager, requester):
    acknowledge_demand(demand=sent, by=manager)
    ask_for_information(demand=sent, by=manager, question="Which orders?")
    answer_question(demand=sent, by=requester, answer="All.")
    decline_demand(demand=sent, by=manager, reason="No budget.")
    reopen_demand(demand=sent, by=manager, why="There is one now.")
    accept_demand(demand=sent, by=manager)

    def titles(person):
        return [title.removeprefix(f"{sent.reference}: ") for title, _ in told(person)]

    assert titles(requester) == [
        "somebody has read it",
        f"{sent.team} has a question",
        "declined",
        "opened again",
        "accepted",
    ]
    assert titles(manager) == [f"{requester} has answered"]
    declined = Notice.objects.of(requester).get(title__endswith="declined")
    assert "No budget." in declined.text


def test_nobody_is_told_what_they_did_themselves(at, team, manager):
    at("2026-11-23 10:00")
    own = submit_request(
        by=manager,
        team=team,
        title="Ours",
        business_unit=UserFactory().business_unit,
    )
    accept_demand(demand=own, by=manager)

    assert told(manager) == []
