"""From a manager's link to a request of somebody without an account, and its page."""

from __future__ import annotations

import datetime as dt
import re
import uuid

import pytest
from django.core import signing
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from intake.guest_links import address_for, confirm_address, link_address
from intake.models import Demand, GuestDraft, SubmissionLink, TierToken
from intake.services.drafting import Opening, keep_answers
from intake.services.guests import (
    MOST_AN_HOUR,
    MOST_MAILS_AN_HOUR,
    begin_guest_draft,
    forget_guest_drafts,
    make_link,
    revoke_link,
)
from intake.services.tokens import quarter_of
from intake.services.triage import accept_demand, ask_for_information
from portfolio.core.models import Event, Mail, Notice, User
from portfolio.core.services.notices import mail_notice
from tests.factories import (
    DemandFactory,
    SystemFactory,
    TeamFactory,
    UnitFactory,
    UserFactory,
)

OPENING = {"title": "Send pallets to the ERP", "source": "Scanner", "target": "ERP"}
NOTHING_URGENT = {
    "late": {"late": "better"},
    "date": {"date": "no"},
    "broken": {"broken": "no"},
    "tier": {"wanted": "stay"},
    "part-1": {"data_needed": "Arrivals", "frequency": "hourly"},
    "part-2": {"purpose": "Fewer calls."},
}
URGENT = {
    "late": "stops",
    "date": "no",
    "broken": "stuck",
    "broken_what": "No price leaves the CRM.",
}


@pytest.fixture
def link(team, manager):
    return make_link(
        by=manager,
        team=team,
        business_unit=UnitFactory(name="Logistics"),
        name="Warehouse",
        days=30,
        most_a_day=20,
    )


def page(draft, name, *rest):
    return reverse(f"intake:{name}", args=[draft.submission_token, *rest])


def begin(client, link, **opening):
    sent = {"token": str(uuid.uuid4()), **OPENING, **opening}
    return client.post(link_address(link), sent)


def fill_in_by_hand(client, link):
    """Answer page by page until the check; gives the draft."""
    begin(client, link)
    draft = Demand.objects.latest("pk")
    for slug, given in NOTHING_URGENT.items():
        response = client.post(page(draft, "draft-page", slug), given)
        assert response.status_code == 302, (slug, response.context["form"].errors)
    return draft


def fill_in(link):
    """The same without the pages."""
    draft = begin_guest_draft(
        link=link,
        opening=Opening(
            title=OPENING["title"],
            team=link.team,
            business_unit=link.business_unit,
            source_system_name="Scanner",
            target_system_name="ERP",
        ),
        token=uuid.uuid4(),
        network_address="",
    )
    answers = {k: v for page in NOTHING_URGENT.values() for k, v in page.items()}
    del answers["wanted"]
    return keep_answers(draft=draft, answers=answers)


def say_who(client, draft, email="vera@example.com", name="Vera Fremd"):
    return client.post(page(draft, "guest-who"), {"name": name, "email": email})


def mailed_link(mail):
    return re.search(r"http://localhost:8000(/\S+)", mail.text).group(1)


def send(client, link, email="vera@example.com"):
    """All the way; gives the request that reached triage."""
    draft = fill_in(link)
    say_who(client, draft, email)
    client.post(mailed_link(Mail.objects.latest("pk")))
    draft.refresh_from_db()
    return draft


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


def test_what_is_not_sent_for_a_month_is_forgotten(client, link, monkeypatch):
    sent = send(client, link)
    say_who(client, fill_in(link), "forgotten@example.com")
    soon = forget_guest_drafts()
    later = timezone.now() + dt.timedelta(days=31)
    monkeypatch.setattr(timezone, "now", lambda: later)

    assert (soon, forget_guest_drafts()) == (0, 1)
    assert Demand.objects.get() == sent
    assert [mail.to for mail in Mail.objects.all()] == ["vera@example.com"]


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


def test_a_manager_makes_copies_and_revokes_links(client, team, manager):
    unit = UnitFactory()
    client.force_login(manager)
    page = reverse("intake:guest-links")
    sent = {
        "name": "Warehouse",
        "business_unit": unit.pk,
        "team": team.pk,
        "days": 7,
        "most_a_day": 5,
    }

    client.post(page, sent)
    link = SubmissionLink.objects.get()
    listed = client.get(page).content.decode()
    client.post(reverse("intake:revoke-link", args=[link.pk]))
    closed = client.get(page).content.decode()

    link.refresh_from_db()
    assert (link.business_unit, link.made_by, link.most_a_day) == (unit, manager, 5)
    assert link.expires_at - link.made_at - dt.timedelta(days=7) < dt.timedelta(
        minutes=1
    )
    assert link_address(link) in listed
    assert link_address(link) not in closed
    assert link.revoked_at is not None


def test_links_of_another_team_are_neither_made_nor_revoked(client, link):
    client.force_login(UserFactory(role="manager", teams=TeamFactory.create_batch(2)))

    made = client.post(
        reverse("intake:guest-links"),
        {
            "name": "X",
            "business_unit": link.business_unit_id,
            "team": link.team_id,
            "days": 7,
            "most_a_day": 5,
        },
    )
    revoked = client.post(reverse("intake:revoke-link", args=[link.pk]))

    assert (made.status_code, revoked.status_code) == (200, 404)
    assert SubmissionLink.objects.get().revoked_at is None


@pytest.mark.parametrize("role", ["requester", "engineer", "viewer"])
def test_links_are_for_managers(client, link, team, role):
    client.force_login(UserFactory(role=role, teams=[team]))

    assert client.get(reverse("intake:guest-links")).status_code == 403


@pytest.mark.parametrize("number", [1, 3])
def test_the_list_costs_the_same_for_any_number(
    client, team, manager, number, django_assert_num_queries
):
    for _ in range(number):
        make_link(
            by=manager,
            team=team,
            business_unit=UnitFactory(),
            name="X",
            days=1,
            most_a_day=1,
        )
    client.force_login(manager)

    # Session, person; teams and units to choose from; links; how many wait in triage.
    with django_assert_num_queries(6):
        response = client.get(reverse("intake:guest-links"))

    assert len(response.context["links"]) == number


def test_the_confirmation_is_for_the_draft_it_was_mailed_for(client, link):
    first, second = fill_in(link), fill_in(link)
    say_who(client, first)

    client.post(confirm_address(GuestDraft.objects.get(demand=first)))

    second.refresh_from_db()
    assert second.stage == "draft"
