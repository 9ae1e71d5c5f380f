"""What a link for people without an account does not do, and how often what it does."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
from django.core import signing
from django.urls import reverse
from django.utils import timezone

from intake.guest_links import link_address
from intake.models import Demand, GuestDraft, SubmissionLink, TierToken
from intake.services.drafting import keep_answers
from intake.services.guests import (
    MOST_AN_HOUR,
    MOST_MAILS_AN_HOUR,
    forget_guest_drafts,
    revoke_link,
)
from intake.services.tokens import quarter_of
from portfolio.core.models import Mail
from tests.factories import (
    DemandFactory,
    SystemFactory,
)
from tests.intake.guests import (
    NOTHING_URGENT,
    OPENING,
    URGENT,
    begin,
    fill_in,
    mailed_link,
    page,
    say_who,
    send,
)


@pytest.mark.parametrize("end", ["revoke", "expire"])
def test_a_link_that_is_closed_takes_nothing_any_more(client, link, end):
    draft = fill_in(link)
    say_who(client, draft)
    if end == "revoke":
        revoke_link(link=link)
    else:
        link.expires_at = timezone.now()
        link.save()

    opened = client.get(link_address(link))
    begun = begin(client, link)
    confirmed = client.post(mailed_link(Mail.objects.get()))

    draft.refresh_from_db()
    assert [each.status_code for each in (opened, begun, confirmed)] == [410] * 3
    assert "This link is closed" in opened.content.decode()
    assert draft.stage == "draft"
    assert Demand.objects.count() == 1


def test_a_link_that_nobody_signed_leads_nowhere(client, link):
    forged = signing.Signer(salt="something else").sign_object(link.pk)

    for signed in (forged, str(link.pk), "nonsense"):
        address = reverse("intake:guest-new", args=[signed])
        assert client.get(address).status_code == 404


def test_a_link_takes_so_many_a_day(client, link, monkeypatch):
    SubmissionLink.objects.update(most_a_day=2)
    answers = [begin(client, link) for _ in range(3)]
    tomorrow = timezone.now() + dt.timedelta(days=1)
    monkeypatch.setattr(timezone, "now", lambda: tomorrow)
    answers.append(begin(client, link))

    assert [each.status_code for each in answers] == [302, 302, 429, 302]
    assert "This link takes 2 requests a day" in answers[2].content.decode()
    assert OPENING["title"] in answers[2].content.decode()


def test_one_place_begins_so_many_an_hour(client, link):
    answers = [begin(client, link) for _ in range(MOST_AN_HOUR + 1)]
    elsewhere = client.post(
        link_address(link), {"token": "", **OPENING}, REMOTE_ADDR="203.0.113.9"
    )

    assert [each.status_code for each in answers[-2:]] == [302, 429]
    assert elsewhere.status_code == 302
    assert not GuestDraft.objects.filter(came_from__contains="127.0.0.1").exists()


def test_behind_a_proxy_only_its_own_word_counts(client, link, settings):
    settings.HTTPS = True
    for number in range(MOST_AN_HOUR):
        client.post(
            link_address(link),
            {"token": "", **OPENING},
            headers={"X-Forwarded-For": f"10.0.0.{number}, 198.51.100.7"},
        )

    response = client.post(
        link_address(link),
        {"token": "", **OPENING},
        headers={"X-Forwarded-For": "10.9.9.9, 198.51.100.7"},
    )

    assert response.status_code == 429


def test_the_same_form_sent_twice_begins_one_draft(client, link):
    token = str(uuid.uuid4())

    for _ in range(2):
        begin(client, link, token=token)

    assert GuestDraft.objects.get().demand.submission_token == uuid.UUID(token)


def test_one_address_is_mailed_so_often(client, link):
    draft = fill_in(link)

    answers = [say_who(client, draft) for _ in range(MOST_MAILS_AN_HOUR + 1)]

    assert [each.status_code for each in answers[-2:]] == [302, 429]
    assert Mail.objects.count() == MOST_MAILS_AN_HOUR
    assert "several e-mails to this address" in answers[-1].content.decode()


def test_tokens_hold_at_the_moment_of_sending(client, link, team):
    """Two were left while the form was filled in, and none once it was confirmed."""
    begin(client, link)
    draft = keep_answers(draft=Demand.objects.get(), answers=URGENT)
    was = draft.tier.slug
    for topic in draft.tier.current.questions["topics"]:
        for question in topic["questions"]:
            number = question["kind"] == "number"
            draft.answers[question["key"]] = "20" if number else "Everybody"
    draft.save()
    say_who(client, draft)
    others = DemandFactory.create_batch(
        2, team=team, business_unit=link.business_unit, title="Secret of others"
    )
    for other in others:
        TierToken.objects.create(
            business_unit=link.business_unit,
            tier=draft.tier,
            quarter=quarter_of(timezone.now(), team),
            demand=other,
        )

    response = client.post(mailed_link(Mail.objects.get()), follow=True)

    draft.refresh_from_db()
    text = response.content.decode()
    assert (was, draft.stage, draft.tier.slug) == ("expedite", "draft", "standard")
    assert "It is not sent yet." in text
    assert TierToken.objects.spent().count() == 2
    assert "Secret of others" not in text
    assert not any(other.reference in text for other in others)


def test_nothing_of_other_requests_is_seen_on_the_way(client, link, team, manager):
    source, target = SystemFactory(name="Scanner"), SystemFactory(name="ERP")
    other = DemandFactory(
        team=team,
        business_unit=link.business_unit,
        title=OPENING["title"] + " again",
        source_system=source,
        target_system=target,
    )
    draft = fill_in(link)
    addresses = [
        link_address(link),
        *(page(draft, "draft-page", slug) for slug in ("opening", *NOTHING_URGENT)),
        page(draft, "draft-page", "check"),
        page(draft, "guest-who"),
        page(draft, "guest-kept"),
        page(draft, "guest-wait"),
        reverse("capacity:draft-words", args=[draft.submission_token]),
    ]

    pages = [client.get(address) for address in addresses]
    similar = client.get(reverse("catalogue:similar"), {"title": other.title})

    assert {each.status_code for each in pages} == {200}
    for each in pages:
        assert other.title not in each.content.decode()
        assert other.reference not in each.content.decode()
        assert reverse("catalogue:similar") not in each.content.decode()
    assert similar.status_code == 302


def test_a_draft_is_opened_by_its_token_alone(client, link, requester, manager):
    draft = fill_in(link)
    own = DemandFactory(
        stage="draft", requester=requester, submission_token=uuid.uuid4()
    )

    stranger = client.get(page(own, "draft-page", "opening"))
    client.force_login(manager)
    signed_in = client.get(page(draft, "draft-page", "opening"))

    assert stranger.status_code == 302
    assert stranger.url.startswith(reverse("core:sign-in"))
    assert signed_in.status_code == 404


def test_what_is_not_sent_for_a_month_is_forgotten(client, link, monkeypatch):
    sent = send(client, link)
    say_who(client, fill_in(link), "forgotten@example.com")
    soon = forget_guest_drafts()
    later = timezone.now() + dt.timedelta(days=31)
    monkeypatch.setattr(timezone, "now", lambda: later)

    assert (soon, forget_guest_drafts()) == (0, 1)
    assert Demand.objects.get() == sent
    assert [mail.to for mail in Mail.objects.all()] == ["vera@example.com"]
