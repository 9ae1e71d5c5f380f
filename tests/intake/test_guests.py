"""From a manager's link to the request of somebody without an account."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from intake.guest_links import confirm_address, link_address
from intake.models import Demand, GuestDraft
from portfolio.core.models import Event, Mail, User
from tests.factories import (
    UserFactory,
)
from tests.intake.guests import (
    OPENING,
    begin,
    fill_in,
    fill_in_by_hand,
    mailed_link,
    page,
    say_who,
    send,
)


def test_a_stranger_asks_confirms_and_follows(client, link, team):
    draft = fill_in_by_hand(client, link)
    check = client.get(page(draft, "draft-page", "check"))
    to_who = client.post(page(draft, "guest-send"))
    to_wait = say_who(client, draft)
    before = (Demand.objects.get(pk=draft.pk).stage, User.objects.filter(role="guest"))
    mail = Mail.objects.get()
    asked = client.get(mailed_link(mail))
    sent = client.post(mailed_link(mail), follow=True)
    again = client.post(mailed_link(mail))

    draft.refresh_from_db()
    assert check.status_code == 200
    assert to_who.url == page(draft, "guest-who")
    assert to_wait.url == page(draft, "guest-wait")
    assert before[0] == "draft"
    assert (mail.to, mail.subject) == (
        "vera@example.com",
        "Please confirm your request",
    )
    # Nobody can have words of their own mailed to anybody.
    assert OPENING["title"] not in mail.text
    assert "Vera" not in mail.text
    assert "Confirm and send" in asked.content.decode()
    person = User.objects.get(role="guest")
    assert (person.name, person.email) == ("Vera Fremd", "vera@example.com")
    assert not person.has_usable_password()
    assert (draft.stage, draft.requester, draft.business_unit, draft.team) == (
        "submitted",
        person,
        link.business_unit,
        team,
    )
    assert Event.objects.about(draft).get().actor == person
    assert draft.reference in sent.content.decode()
    assert again.url == reverse("intake:submitted", args=[draft.reference])
    assert Demand.objects.sent().count() == 1


def test_opening_the_link_of_the_mail_sends_nothing_yet(client, link):
    draft = fill_in(link)
    say_who(client, draft)

    for _ in range(2):
        client.get(mailed_link(Mail.objects.get()))

    draft.refresh_from_db()
    assert (draft.stage, draft.guest.confirmed_at) == ("draft", None)


def test_who_has_an_account_by_that_e_mail_gets_it_there(client, link):
    person = UserFactory(email="Vera@Example.com")

    demand = send(client, link)

    assert (demand.requester, demand.stage) == (person, "submitted")
    assert not User.objects.filter(role="guest").exists()
    # Having opened the mail is no sign-in.
    assert client.get(demand.get_absolute_url()).status_code == 302


@pytest.mark.parametrize(
    "made",
    [{"role": "viewer"}, {"is_active": False}, {"role": "guest", "is_active": 0}],
)
def test_an_account_that_may_send_nothing_sends_nothing(client, link, made):
    UserFactory(email="vera@example.com", **made)

    demand = send(client, link)

    assert (demand.stage, demand.requester) == ("draft", None)


def test_a_second_request_is_of_the_same_guest(client, link):
    first, second = send(client, link), send(client, link, "VERA@example.com")

    assert first.requester == second.requester
    assert User.objects.filter(role="guest").count() == 1


def test_a_guest_never_signs_in(client, link):
    demand = send(client, link)

    for password in ("", "!", "secret"):
        assert not client.login(username=demand.requester.email, password=password)


def test_a_confirmation_is_for_one_address_and_three_days(client, link, monkeypatch):
    draft = fill_in(link)
    say_who(client, draft, "first@example.com")
    first = mailed_link(Mail.objects.latest("pk"))
    say_who(client, draft, "second@example.com")
    second = mailed_link(Mail.objects.latest("pk"))
    later = dt.timedelta(days=3, minutes=1).total_seconds() + timezone.now().timestamp()

    wrong = client.post(first)
    with monkeypatch.context() as ahead:
        ahead.setattr("django.core.signing.time.time", lambda: later)
        late = client.post(second)
    right = client.post(second)

    assert [each.status_code for each in (wrong, late, right)] == [410, 410, 302]


def test_another_address_after_confirming_has_to_be_confirmed_too(client, link):
    draft = fill_in(link)
    say_who(client, draft)
    GuestDraft.objects.update(confirmed_at=timezone.now())

    client.post(
        page(draft, "guest-who"),
        {"name": "Vera", "email": "other@example.com"},
    )

    draft.refresh_from_db()
    assert (draft.stage, draft.guest.confirmed_at) == ("draft", None)


def test_who_has_confirmed_sends_at_once_what_had_to_be_answered_again(client, link):
    draft = fill_in(link)
    say_who(client, draft)
    GuestDraft.objects.update(confirmed_at=timezone.now())

    shown = client.get(page(draft, "guest-who"))
    response = client.post(page(draft, "guest-send"))

    draft.refresh_from_db()
    assert shown.status_code == 200
    assert draft.stage == "submitted"
    assert response.url == reverse("intake:submitted", args=[draft.reference])


def test_what_is_kept_is_found_again_by_its_address(client, link):
    begin(client, link)
    draft = Demand.objects.get()

    response = client.post(
        page(draft, "draft-page", "late"),
        {"late": "costs", "later": "yes"},
        follow=True,
    )

    text = response.content.decode()
    assert f"http://localhost:8000{draft.get_absolute_url()}" in text
    assert client.get(draft.get_absolute_url()).url == page(draft, "draft-page", "date")


def test_a_file_is_kept_and_the_draft_thrown_away(client, link):
    draft = fill_in(link)

    asked = client.get(page(draft, "discard"))
    gone = client.post(page(draft, "discard"))

    assert (asked.status_code, gone.status_code) == (200, 200)
    assert not Demand.objects.exists()
    assert not GuestDraft.objects.exists()


def test_who_is_signed_in_needs_no_link(client, link, requester):
    client.force_login(requester)

    assert client.get(link_address(link)).url == reverse("intake:new")


def test_what_comes_without_a_valid_token_is_kept_without_signing_in(link):
    client = Client(enforce_csrf_checks=True)

    response = client.post(
        link_address(link), OPENING, headers={"Origin": "http://testserver"}
    )

    text = response.content.decode()
    assert response.status_code == 403
    assert "Send it now" in text
    assert OPENING["title"] in text
    assert not Demand.objects.exists()


def test_the_confirmation_is_for_the_draft_it_was_mailed_for(client, link):
    first, second = fill_in(link), fill_in(link)
    say_who(client, first)

    client.post(confirm_address(GuestDraft.objects.get(demand=first)))

    second.refresh_from_db()
    assert second.stage == "draft"
