"""The page of a request, for who has no account and a link in an e-mail."""

from __future__ import annotations

import re
import uuid

import pytest
from django.test import Client
from django.urls import reverse

from intake.guest_links import address_for
from intake.models import GuestDraft
from intake.services.follow_links import revoke_follow_links
from intake.services.guests import MOST_MAILS_AN_HOUR
from intake.services.triage import accept_demand, ask_for_information
from portfolio.core.models import Event, Mail, Notice, User
from portfolio.core.services.notices import mail_notice
from tests.factories import DemandFactory, UserFactory
from tests.intake.guests import mailed_link, send


def test_a_guest_follows_and_answers_by_the_link_of_the_mail(
    client, link, manager, mailoutbox
):
    demand = send(client, link)
    ask_for_information(demand=demand, by=manager, question="How many pallets?")
    notice = Notice.objects.of(demand.requester).get()
    mail_notice(notice_id=notice.pk)
    client.cookies.clear()
    closed = client.get(demand.get_absolute_url())

    address = re.search(r"http://localhost:8000(\S+)", mailoutbox[0].body).group(1)
    opened = client.get(address, follow=True)
    answered = client.post(
        reverse("intake:answer", args=[demand.reference]), {"answer": "Forty."}
    )

    demand.refresh_from_db()
    text = opened.content.decode()
    assert closed.status_code == 302
    assert "How many pallets?" in text
    assert "account/notices" not in mailoutbox[0].body
    assert reverse("core:notices") not in text
    assert reverse("core:search") not in text
    assert (answered.status_code, demand.stage) == (302, "submitted")
    assert Event.objects.about(demand).latest("pk").actor == demand.requester


def test_a_guest_sees_what_becomes_of_it_and_writes_and_withdraws(
    client, link, manager
):
    demand = send(client, link)
    accept_demand(demand=demand, by=manager)
    names = ("forecast-words", "submitted", "request", "withdraw")
    addresses = [
        reverse(
            f"{'capacity' if name == 'forecast-words' else 'intake'}:{name}",
            args=[demand.reference],
        )
        for name in names
    ]

    pages = [client.get(address).status_code for address in addresses]
    client.post(
        reverse("intake:comment", args=[demand.reference]),
        {"words": "Thank you", "token": str(uuid.uuid4())},
    )
    client.post(reverse("intake:withdraw", args=[demand.reference]), {"why": "Moved."})

    demand.refresh_from_db()
    assert pages == [200] * 4
    assert [event.kind for event in Event.objects.about(demand).by_time()][-2:] == [
        "comment",
        "withdrawn",
    ]
    assert demand.stage == "withdrawn"


def test_a_link_opens_one_request_and_nothing_else(client, link, manager, team):
    first, second = send(client, link), send(client, link)
    other = DemandFactory(team=team, business_unit=link.business_unit)
    client.cookies.clear()
    client.get(address_for(first, first.requester))

    reached = {
        name: client.get(address).status_code
        for name, address in {
            "first": first.get_absolute_url(),
            "second": second.get_absolute_url(),
            "other": other.get_absolute_url(),
            "list": reverse("intake:requests"),
            "new": reverse("intake:new"),
            "account": reverse("core:account"),
            "notices": reverse("core:notices"),
            "board": reverse("board:board"),
            "reopen": reverse("intake:reopen", args=[first.reference]),
        }.items()
    }

    assert reached == {name: 200 if name == "first" else 302 for name in reached}


def test_a_link_is_no_good_for_whom_it_was_not_made(client, link, requester):
    demand = send(client, link)
    client.cookies.clear()
    address = address_for(demand, demand.requester)
    _, _, rest = address.partition("/follow/")

    forged = client.get(f"/follow/{rest[:-3]}xx/")
    client.force_login(UserFactory())
    as_another = client.get(address)

    assert forged.status_code == 410
    assert as_another.status_code == 403
    assert demand.title not in as_another.content.decode()
    assert "Sign out, and open the link once more" in as_another.content.decode()


def test_who_got_an_account_since_signs_in(client, link):
    demand = send(client, link)
    client.cookies.clear()
    address = address_for(demand, demand.requester)
    User.objects.filter(pk=demand.requester_id).update(role="requester")

    response = client.get(address, follow=True)

    assert response.redirect_chain[-1][0].startswith(reverse("core:sign-in"))


def test_a_manager_revokes_the_links_to_a_request_and_it_is_told(client, link, manager):
    demand = send(client, link)
    old = address_for(demand, demand.requester)
    open_already, other = client, Client()
    before = open_already.get(demand.get_absolute_url()).status_code
    other.force_login(manager)

    done = other.post(
        reverse("intake:revoke-links", args=[demand.reference]),
        {"what": "revoke"},
        follow=True,
    )

    event = Event.objects.about(demand).by_time().last()
    assert (event.kind, event.actor) == ("links-revoked", manager)
    assert "The links in e-mails were revoked" in done.content.decode()
    assert before == 200
    # Neither the browser where it is open, nor the link, nor that of the confirmation.
    assert open_already.get(demand.get_absolute_url()).status_code == 302
    assert Client().get(old).status_code == 410
    confirmation = mailed_link(Mail.objects.get(key__startswith="confirm-"))
    assert Client().get(confirmation).status_code == 410
    ask_for_information(demand=demand, by=manager, question="How many pallets?")
    newest = Notice.objects.of(demand.requester).latest("pk").url
    assert Client().get(newest, follow=True).status_code == 200


def test_who_holds_a_revoked_link_has_a_new_one_mailed_to_whose_it_is(
    client, link, manager
):
    demand = send(client, link)
    old = address_for(demand, demand.requester)
    revoke_follow_links(demand=demand, by=manager)
    Mail.objects.all().delete()
    anybody = Client()

    closed = anybody.get(old)
    said = anybody.post(f"{old}again/")

    mail = Mail.objects.get()
    assert "Mail me a new link" in closed.content.decode()
    for page in (closed, said):
        assert "vera@example.com" not in page.content.decode()
        assert demand.title not in page.content.decode()
    assert (mail.to, mail.subject) == (
        "vera@example.com",
        f"{demand.reference}: your new link",
    )
    assert Event.objects.about(demand).by_time().last().kind == "link-mailed"
    opened = Client().get(mailed_link(mail), follow=True)
    assert demand.title in opened.content.decode()


def test_a_new_link_is_mailed_only_so_often(client, link):
    demand = send(client, link)
    old = address_for(demand, demand.requester)

    answers = [client.post(f"{old}again/") for _ in range(MOST_MAILS_AN_HOUR + 1)]

    assert [each.status_code for each in answers] == [200] * 3 + [429]
    assert "several e-mails" in answers[-1].content.decode()
    assert Mail.objects.filter(key__startswith="follow-").count() == 3
    forged = old.removesuffix("/")[:-2]
    assert client.post(f"{forged}xx/again/").status_code == 410


@pytest.mark.parametrize("role", ["requester", "engineer", "viewer"])
def test_links_to_a_request_are_revoked_by_managers_alone(client, link, team, role):
    demand = send(client, link)
    unit = demand.business_unit
    client.force_login(UserFactory(role=role, teams=[team], business_unit=unit))

    response = client.post(reverse("intake:revoke-links", args=[demand.reference]))

    assert response.status_code == 403
    assert GuestDraft.objects.get(demand=demand).link_version == 0


def test_a_request_with_an_account_has_no_links_to_revoke(client, demand, manager):
    client.force_login(manager)

    response = client.post(
        reverse("intake:revoke-links", args=[demand.reference]), follow=True
    )

    assert "is read with an account" in response.content.decode()
    assert "Links without an account" not in response.content.decode()
