"""Every decision is told to who asked, in plain words and with a link."""

from __future__ import annotations

import pytest

from intake.models import Tier
from intake.services.joining import join_demand
from intake.services.stages import withdraw_demand
from intake.services.triage import (
    accept_demand,
    acknowledge_demand,
    ask_for_information,
    change_tier,
    decline_demand,
    reopen_demand,
)
from portfolio.core.models import Notice
from portfolio.core.services.notices import mail_notice
from tests.factories import DemandFactory


def join(demand, by):
    join_demand(demand=demand, original=DemandFactory(team=demand.team), by=by)


def handle_otherwise(demand, by):
    tier = Tier.objects.get(slug="strategic")
    change_tier(demand=demand, tier=tier, by=by, why="The board waits for it.")


def reopen(demand, by):
    decline_demand(demand=demand, by=by, reason="X")
    Notice.objects.all().delete()
    reopen_demand(demand=demand, by=by, why="It is the law.")


@pytest.mark.parametrize(
    ("decide", "subject", "words"),
    [
        (
            lambda demand, by: accept_demand(demand=demand, by=by),
            "accepted",
            "takes it into its backlog",
        ),
        (
            lambda demand, by: decline_demand(demand=demand, by=by, reason="Too dear."),
            "declined",
            "Too dear.",
        ),
        (
            lambda demand, by: ask_for_information(
                demand=demand, by=by, question="How many?"
            ),
            "{team} has a question",
            "How many?",
        ),
        (
            handle_otherwise,
            "handled as Strategic now",
            "handles it as Strategic now, not as Standard:\n\nThe board waits for it.",
        ),
        (join, "joined with another request", "Yours is closed and joined with it"),
        (
            lambda demand, by: withdraw_demand(demand=demand, by=by, why="Bought."),
            "withdrawn",
            "has withdrawn it:\n\nBought.",
        ),
        (
            lambda demand, by: acknowledge_demand(demand=demand, by=by),
            "somebody has read it",
            "has read it. They decide",
        ),
        (reopen, "opened again", "decides about it again:\n\nIt is the law."),
    ],
)
def test_the_requester_gets_a_mail_of_each_decision(
    demand, manager, requester, mailoutbox, settings, decide, subject, words
):
    decide(demand, manager)

    notice = Notice.objects.of(requester).get()
    mail_notice(notice_id=notice.pk)
    [mail] = mailoutbox
    assert mail.to == [requester.email]
    title = subject.format(team=demand.team)
    assert mail.subject == f"{demand.reference}: {title}"
    assert mail.body.startswith(f"“{demand.title}”\n\n")
    assert words in mail.body
    assert f"\n\n{settings.ADDRESS}{demand.get_absolute_url()}\n\n" in mail.body
