"""Questions and answers, confirming and opening again, as the pages do it."""

from __future__ import annotations

import pytest
from django.urls import reverse

from intake.models import Tier
from intake.services.submitting import submit_request
from intake.services.triage import ask_for_information, decline_demand
from portfolio.core.errors import RuleBroken
from portfolio.core.models import Event
from tests.factories import UserFactory


@pytest.fixture
def sent(team, requester):
    return submit_request(by=requester, team=team, title="Orders to the ERP")


@pytest.fixture
def asked(sent, manager):
    return ask_for_information(demand=sent, by=manager, question="Which orders?")


def url(name, demand):
    return reverse(f"intake:{name}", args=[demand.reference])


def stage(demand):
    demand.refresh_from_db()
    return demand.stage


def test_the_manager_asks_and_the_list_goes_on(client, sent, manager):
    client.force_login(manager)

    form = client.get(url("ask", sent))
    response = client.post(url("ask", sent), {"question": "Which orders?"}, follow=True)

    assert "What do you need to know?" in form.content.decode()
    assert stage(sent) == "needs_information"
    assert f"{sent.reference} waits for the requester now." in response.content.decode()


def test_a_question_without_words_is_refused(client, sent, manager):
    client.force_login(manager)

    response = client.post(url("ask", sent), {"question": " "})

    assert "Write your question." in response.content.decode()
    assert stage(sent) == "submitted"
    with pytest.raises(RuleBroken, match="Say what you need to know"):
        ask_for_information(demand=sent, by=manager, question=" ")


def test_the_requester_reads_the_question_and_answers_it(client, asked, requester):
    client.force_login(requester)

    page = client.get(asked.get_absolute_url())
    response = client.post(
        url("answer", asked), {"answer": "All of them."}, follow=True
    )

    text = page.content.decode()
    assert "Which orders?" in text
    assert "waiting for you" in text
    assert stage(asked) == "submitted"
    assert "Your answer is sent." in response.content.decode()
    assert "All of them." in response.content.decode()


def test_an_empty_answer_says_so_and_keeps_the_question(client, asked, requester):
    client.force_login(requester)

    response = client.post(url("answer", asked), {"answer": ""})

    text = response.content.decode()
    assert "Write an answer; the team waits for it." in text
    assert "Which orders?" in text
    assert stage(asked) == "needs_information"


def test_a_colleague_of_the_unit_reads_the_question_and_cannot_answer(
    client, asked, requester
):
    client.force_login(UserFactory(business_unit=requester.business_unit))

    page = client.get(asked.get_absolute_url())
    response = client.post(url("answer", asked), {"answer": "None."})

    assert "Which orders?" in page.content.decode()
    assert "Send the answer" not in page.content.decode()
    assert (response.status_code, stage(asked)) == (403, "needs_information")


def test_an_answer_that_comes_twice_is_told_so(client, asked, requester):
    client.force_login(requester)
    client.post(url("answer", asked), {"answer": "All of them."})

    response = client.post(url("answer", asked), {"answer": "Once more."}, follow=True)

    assert "does not wait for an answer any more" in response.content.decode()
    assert Event.objects.about(asked).filter(kind="answered").count() == 1


def test_the_manager_confirms_that_it_was_read(client, sent, manager):
    client.force_login(manager)
    before = client.get(url("triage-demand", sent)).content.decode()

    response = client.post(url("acknowledge", sent), follow=True)

    assert "Confirm as read" in before
    assert "Confirm as read</button>" not in response.content.decode()
    assert sent.clocks.get(kind="acknowledge").state == "met"


def test_the_manager_changes_the_tier_with_a_reason(client, sent, manager):
    client.force_login(manager)
    expedite = Tier.objects.get(slug="expedite")

    form = client.get(url("tier", sent)).context["form"]
    client.post(url("tier", sent), {"tier": expedite.pk, "why": "It is down."})

    sent.refresh_from_db()
    assert form["tier"].value() == Tier.objects.get(slug="standard").pk
    assert sent.tier == expedite


def test_the_manager_opens_again_what_was_declined(client, sent, manager):
    decline_demand(demand=sent, by=manager, reason="No budget.")
    client.force_login(manager)

    page = client.get(sent.get_absolute_url()).content.decode()
    form = client.get(url("reopen", sent)).content.decode()
    client.post(url("reopen", sent), {"why": "There is a budget now."})

    assert url("reopen", sent) in page
    assert "Why is it opened again?" in form
    assert stage(sent) == "submitted"


@pytest.mark.parametrize("name", ["ask", "tier", "reopen", "acknowledge"])
def test_who_cannot_decide_neither_asks_nor_reopens(client, sent, requester, name):
    client.force_login(requester)

    response = client.post(url(name, sent), {"question": "Why?", "why": "Because."})

    assert (response.status_code, stage(sent)) == (403, "submitted")
