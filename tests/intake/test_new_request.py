from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from intake.models import Demand, Tier, TierToken
from portfolio.core.words import day_words
from tests.factories import (
    DemandFactory,
    SystemFactory,
    TeamFactory,
    UnitFactory,
    UserFactory,
)

TOKEN = "5b3bdc9a-6d3c-4f0e-9d3f-0f7f6f0c9a11"
A_DATE = {"date": "yes", "date_set_by": "law", "date_name": "Act"}
NO_HURRY = {"late": "costs", "date": "no", "broken": "no"}


@pytest.fixture
def opening(team):
    """What a requester fills in first, with one system of the list and one beside."""
    SystemFactory(name="SAP S/4HANA", kind="ERP")
    return {
        "token": TOKEN,
        "title": "Send orders to the ERP\nso that nobody types them",
        "source": "Warehouse robot",
        "target": "sap s/4hana",
    }


@pytest.fixture
def asker(client, requester):
    client.force_login(requester)
    return client


@pytest.fixture
def draft(asker, opening):
    asker.post(reverse("intake:new"), opening)
    return Demand.objects.get()


def page(slug, token=TOKEN):
    return reverse("intake:draft-page", args=[token, slug])


def slug_of(response):
    """The page a redirect leads to."""
    assert response.status_code == 302, response.context["form"].errors
    return response.url.split("?")[0].rstrip("/").rsplit("/", 1)[-1]


def answer(client, **pages):
    """Send page after page; gives where the last one led."""
    for slug, sent in pages.items():
        response = client.post(page(slug.replace("_", "-")), sent)
    return slug_of(response)


def answer_evidence(client, **changes):
    given = NO_HURRY | changes
    for slug in ("late", "date", "broken"):
        response = client.post(page(slug), given)
    return slug_of(response)


STANDARD = {
    "part_1": {"data_needed": "Orders and their lines", "frequency": "daily"},
    "part_2": {"purpose": "Two people type them today."},
}


def test_a_request_is_asked_page_by_page_and_sent_with_its_reference(asker, opening):
    went = [slug_of(asker.post(reverse("intake:new"), opening))]
    went.append(answer(asker, late={"late": "costs"}))
    went.append(answer(asker, date={"date": "no"}))
    went.append(answer(asker, broken={"broken": "no"}))
    went.append(answer(asker, tier={"wanted": "stay"}))
    went.append(answer(asker, part_1=STANDARD["part_1"]))
    went.append(answer(asker, part_2=STANDARD["part_2"]))
    response = asker.post(reverse("intake:send", args=[TOKEN]), follow=True)

    demand = Demand.objects.get()
    assert went == ["late", "date", "broken", "tier", "part-1", "part-2", "check"]
    assert response.redirect_chain == [
        (reverse("intake:submitted", args=[demand.reference]), 302)
    ]
    assert demand.reference == f"{demand.team.reference_prefix}-0001"
    assert (
        demand.stage,
        demand.title,
        demand.source_system,
        demand.source_name,
        demand.target_name,
        demand.frequency,
        demand.purpose,
        demand.tier.slug,
        demand.answered_under,
        demand.answers,
    ) == (
        "submitted",
        "Send orders to the ERP so that nobody types them",
        None,
        "Warehouse robot",
        "SAP S/4HANA",
        "daily",
        "Two people type them today.",
        "standard",
        demand.tier.current,
        NO_HURRY,
    )
    text = response.content.decode()
    assert demand.reference in text
    assert day_words(demand.decide_by) in text
    assert demand.get_absolute_url() in text


def test_the_opening_sent_twice_makes_one_draft(asker, opening):
    asker.post(reverse("intake:new"), opening)
    asker.post(reverse("intake:new"), opening | {"title": "Send orders"})

    assert [demand.title for demand in Demand.objects.all()] == ["Send orders"]


def test_sending_twice_answers_with_the_first_request(asker, draft):
    answer_evidence(asker)
    answer(asker, **STANDARD)
    first = asker.post(reverse("intake:send", args=[TOKEN]))
    second = asker.post(reverse("intake:send", args=[TOKEN]))
    back = asker.get(page("late"))
    changed = asker.post(page("late"), {"late": "stops"})

    draft.refresh_from_db()
    assert first.url == second.url == back.url == changed.url
    assert (Demand.objects.count(), draft.answers["late"]) == (1, "costs")


def test_a_draft_is_listed_for_its_requester_and_goes_on_where_it_was_left(
    asker, draft
):
    answer(asker, late={"late": "costs", "later": "yes"})

    listed = asker.get(reverse("intake:requests")).content.decode()
    on = asker.get(draft.get_absolute_url())

    assert draft.get_absolute_url() in listed
    assert "draft-" not in listed
    assert slug_of(on) == "date"


def test_nobody_else_sees_a_draft(client, draft, team, requester):
    colleague = UserFactory(business_unit=requester.business_unit)
    for other in (colleague, UserFactory(role="manager", teams=[team])):
        client.force_login(other)
        listed = client.get(reverse("intake:requests"), {"show": "all"})
        answers = [
            client.get(draft.get_absolute_url()),
            client.get(page("late")),
            client.post(page("late"), {"late": "stops"}),
            client.post(reverse("intake:send", args=[TOKEN])),
            client.post(reverse("intake:discard", args=[TOKEN])),
            client.get(reverse("intake:request", args=[draft.reference])),
        ]

        assert draft.title not in listed.content.decode()
        assert [each.status_code for each in answers] == [404] * 6
    draft.refresh_from_db()
    assert draft.answers == {}


def test_a_draft_is_in_no_list_and_no_export_of_what_was_sent(asker, draft):
    listed = asker.get(reverse("intake:requests"), {"show": "all", "format": "csv"})

    assert draft.title not in listed.content.decode()


def test_a_draft_is_found_by_its_title_and_has_no_reference_yet(asker, draft):
    found = asker.get(reverse("core:search"), {"q": "nobody types"}).content.decode()
    sent = asker.get(reverse("intake:submitted", args=[draft.reference]))

    assert draft.title in found
    assert draft.get_absolute_url() in found
    assert draft.reference not in found
    assert sent.url == draft.get_absolute_url()


def test_half_a_page_can_be_kept_for_later(asker, draft):
    answer_evidence(asker)
    response = asker.post(page("part-1"), {"data_needed": "Orders", "later": "yes"})

    draft.refresh_from_db()
    assert response.url == reverse("intake:requests")
    assert draft.data_needed == "Orders"
    assert slug_of(asker.get(draft.get_absolute_url())) == "part-1"


def test_a_page_that_fails_keeps_every_answer_and_links_to_the_errors(asker, draft):
    answer_evidence(asker)
    response = asker.post(page("part-1"), {"data_needed": "Orders", "frequency": ""})

    text = response.content.decode()
    assert response.context["form"].errors == {
        "frequency": ["Choose an answer to “How often is it needed?”."]
    }
    assert 'href="#id_frequency"' in text
    assert 'id="id_frequency"' in text
    assert 'aria-describedby="id_frequency_error"' in text
    assert ">Orders</textarea>" in text.replace("\r", "").replace("\n", "")


def test_what_is_sent_after_the_session_ended_is_there_after_signing_in(
    client, draft, requester
):
    client.logout()

    away = client.post(page("late"), {"late": "stops"})
    back = client.post(
        reverse("core:sign-in"),
        {
            "username": requester.email,
            "password": "secret",
            "kept": away.context["kept"],
        },
    )
    went = answer(client, late=dict(back.context["kept"].fields))

    draft.refresh_from_db()
    assert (went, draft.answers) == ("date", {"late": "stops"})


def test_a_change_leads_back_to_the_check(asker, draft):
    answer_evidence(asker)
    answer(asker, **STANDARD)

    response = asker.post(
        f"{page('part-2')}?then=check&tier=standard", {"purpose": "It is faster."}
    )

    draft.refresh_from_db()
    assert (slug_of(response), draft.purpose) == ("check", "It is faster.")


def test_a_change_that_gives_another_tier_leads_to_it_and_its_questions(asker, draft):
    answer_evidence(asker)
    answer(asker, **STANDARD)

    changed = asker.post(f"{page('late')}?then=check&tier=standard", {"late": "goal"})
    tier = asker.post(
        f"{changed.url.split('?')[0]}?then=check&tier=strategic", {"wanted": "stay"}
    )

    draft.refresh_from_db()
    assert (slug_of(changed), slug_of(tier)) == ("tier", "part-1")
    assert (draft.tier.slug, draft.purpose) == (
        "strategic",
        "Two people type them today.",
    )


def test_the_check_says_what_is_missing_and_nothing_is_sent_without_it(asker, draft):
    answer_evidence(asker)
    answer(asker, part_1=STANDARD["part_1"])

    check = asker.get(page("check")).content.decode()
    sent = asker.post(reverse("intake:send", args=[TOKEN]), follow=True)

    draft.refresh_from_db()
    assert "Answer “Why is it needed?”." in check
    assert "Orders and their lines" in check
    assert "It is not sent yet." in sent.content.decode()
    assert draft.stage == "draft"


def test_answers_that_no_longer_count_are_not_sent(asker, draft):
    answer_evidence(
        asker, date="yes", needed_by="2031-01-01", date_set_by="law", date_name="Act"
    )
    answer_evidence(asker)
    answer(asker, **STANDARD)
    asker.post(reverse("intake:send", args=[TOKEN]))

    draft.refresh_from_db()
    assert (draft.stage, draft.answers) == ("submitted", NO_HURRY)


def test_the_tier_page_says_which_tier_why_and_what_it_means(asker, draft):
    went = answer_evidence(
        asker,
        late="duty",
        date="yes",
        needed_by=str(timezone.localdate() + dt.timedelta(days=60)),
        date_set_by="law",
        date_name="E-invoicing act",
    )

    response = asker.get(page("tier"))
    text = " ".join(response.content.decode().split())
    due = response.context["due"]
    assert went == "tier"
    assert "This is Fixed date" in text
    assert "Because there is a date that cannot move, and a law, a contract" in text
    assert f"{due.confirm_by.astimezone(timezone.get_current_timezone()):%H:%M}" in text
    assert day_words(due.decide_by) in text


def test_another_tier_is_asked_for_with_a_reason_and_does_not_count_yet(asker, draft):
    answer_evidence(asker)
    bare = asker.post(page("tier"), {"wanted": "expedite", "why": " "})
    went = answer(asker, tier={"wanted": "expedite", "why": "The board asks daily."})

    draft.refresh_from_db()
    assert bare.context["form"].errors == {
        "why": ["Say why it should be another tier."]
    }
    assert went == "part-1"
    assert (draft.tier.slug, draft.tier_wanted.slug, draft.tier_wanted_why) == (
        "standard",
        "expedite",
        "The board asks daily.",
    )
    assert "The board asks daily." in asker.get(page("check")).content.decode()


def test_a_date_of_the_evidence_is_not_asked_again(asker, draft):
    day = timezone.localdate() + dt.timedelta(days=60)
    answer_evidence(
        asker,
        late="goal",
        date="yes",
        needed_by=str(day),
        date_set_by="ourselves",
        date_name="Our own plan",
    )

    form = asker.get(page("part-1")).context["form"]

    draft.refresh_from_db()
    assert (draft.tier.slug, draft.needed_by) == ("strategic", day)
    assert list(form.fields) == ["purpose", "value", "sponsor"]


def test_what_hangs_on_an_answer_is_asked_only_after_it(asker, draft):
    unasked = asker.post(page("date"), {"date": "no", "date_name": "typed before"})
    asked = asker.post(page("date"), {"date": "yes"})

    draft.refresh_from_db()
    assert slug_of(unasked) == "broken"
    assert draft.answers == {"date": "no"}
    assert asked.context["form"].errors == {
        "needed_by": ["Give a date: “Which date is it?”."],
        "date_set_by": ["Choose an answer to “Who or what set it?”."],
        "date_name": ["Answer “What is it called?”."],
    }


def test_without_a_token_the_request_counts_as_standard_and_asks_for_more(
    asker, draft, requester
):
    expedite = Tier.objects.get(slug="expedite")
    answer_evidence(asker, late="stops", broken="stuck", broken_what="The orders.")
    draft.refresh_from_db()
    before = draft.tier.slug
    quarter = timezone.localdate()
    for _ in range(2):
        TierToken.objects.create(
            business_unit=requester.business_unit,
            tier=expedite,
            quarter=f"{quarter.year}Q{(quarter.month + 2) // 3}",
            demand=DemandFactory(requester=requester),
        )
    answer_evidence(asker, late="stops", broken="stuck", broken_what="The orders.")

    text = " ".join(asker.get(page("tier")).content.decode().split())
    draft.refresh_from_db()
    assert before == "expedite"
    assert (draft.tier.slug, draft.tier_wanted) == ("standard", expedite)
    assert "has spent all 2 Expedite requests of this quarter" in text
    assert "It counts as <b>Standard</b>" in text


def test_a_wish_for_another_tier_ends_with_the_evidence_it_was_made_of(asker, draft):
    answer_evidence(asker)
    answer(asker, tier={"wanted": "expedite", "why": "The board asks daily."})
    answer_evidence(asker)
    draft.refresh_from_db()
    kept = draft.tier_wanted.slug
    answer_evidence(asker, late="goal")

    draft.refresh_from_db()
    assert kept == "expedite"
    assert (draft.tier.slug, draft.tier_wanted, draft.tier_wanted_why) == (
        "strategic",
        None,
        "",
    )


def test_a_near_miss_asks_whether_another_system_is_meant(asker, opening):
    typo = opening | {"target": "SAP S4HANA"}

    response = asker.post(reverse("intake:new"), typo)

    form = response.context["form"]
    assert form.errors == {
        "target": [
            "“SAP S4HANA” is not in the list. Did you mean “SAP S/4HANA”? "
            "If not, send it once more as it is."
        ]
    }
    assert form["target_kept"].value() == "SAP S4HANA"


def test_a_near_miss_sent_once_more_is_kept_as_written(asker, opening):
    asker.post(
        reverse("intake:new"),
        opening | {"target": "SAP S4HANA", "target_kept": "SAP S4HANA"},
    )

    demand = Demand.objects.get()
    assert (demand.target_system, demand.target_system_name) == (None, "SAP S4HANA")


@pytest.mark.parametrize(
    ("change", "errors"),
    [
        (
            {"source": "sap s/4hana"},
            {
                "target": [
                    "Source and target are the same. Name the other system, or the "
                    "part of it that you mean, as in “SAP payroll”."
                ]
            },
        ),
        (
            {"title": "x" * 203},
            {
                "title": [
                    "Shorten it to 200 characters; it has 203. Details fit further on."
                ]
            },
        ),
        (
            {"title": ""},
            {"title": ["Say in a sentence what should be connected and what for."]},
        ),
    ],
)
def test_an_opening_that_cannot_be_is_said(asker, opening, change, errors):
    response = asker.post(reverse("intake:new"), opening | change)

    assert response.context["form"].errors == errors
    assert Demand.objects.count() == 0


@pytest.mark.parametrize(
    ("slug", "sent", "errors"),
    [
        (
            "date",
            A_DATE | {"needed_by": "2020-01-01"},
            {"needed_by": ["This date has passed. Give a date from today on."]},
        ),
        (
            "date",
            A_DATE | {"needed_by": "soon"},
            {"needed_by": ["Write the date as year, month and day, as in 2027-03-31."]},
        ),
        ("late", {"late": "never"}, {"late": ["Choose one of the answers."]}),
    ],
)
def test_an_answer_that_cannot_be_is_said(asker, draft, slug, sent, errors):
    response = asker.post(page(slug), sent)

    assert response.context["form"].errors == errors


def test_somebody_without_a_unit_is_asked_for_it(client, team, opening):
    unit = UnitFactory(name="Logistics")
    client.force_login(UserFactory(business_unit=None))

    refused = client.post(reverse("intake:new"), opening)
    client.post(reverse("intake:new"), opening | {"business_unit": unit.pk})

    assert refused.context["form"].errors == {
        "business_unit": ["Choose the unit that needs it."]
    }
    assert Demand.objects.get().business_unit == unit


def test_the_team_is_asked_for_only_where_there_are_several(asker, team, opening):
    alone = asker.get(reverse("intake:new")).context["form"]
    other = TeamFactory()

    several = asker.get(reverse("intake:new")).context["form"]
    asker.post(reverse("intake:new"), opening | {"team": other.pk})

    assert ("team" in alone.fields, "team" in several.fields) == (False, True)
    assert Demand.objects.get().team == other


def test_a_member_of_a_team_asks_that_team_first(client, team):
    own = TeamFactory(name="Zebra team")
    client.force_login(UserFactory(role="engineer", teams=[own]))

    form = client.get(reverse("intake:new")).context["form"]

    assert form["team"].value() == own.pk


def test_without_any_team_the_form_says_what_to_do(client, db):
    client.force_login(UserFactory())

    response = client.post(reverse("intake:new"), {"title": "Connect"})

    assert response.context["form"].non_field_errors() == [
        "There is no team yet that could take a request. Please tell an administrator."
    ]


def test_a_draft_is_thrown_away_after_asking(asker, draft):
    asked = asker.get(reverse("intake:discard", args=[TOKEN]))
    asker.post(reverse("intake:discard", args=[TOKEN]))

    assert "Nobody but you has seen it" in asked.content.decode()
    assert Demand.objects.count() == 0


def test_the_form_is_forbidden_without_the_right_to_submit(client, team, opening):
    client.force_login(UserFactory(role="viewer"))

    responses = [
        client.get(reverse("intake:new")),
        client.post(reverse("intake:new"), opening),
        client.get(page("late")),
        client.post(reverse("intake:send", args=[TOKEN])),
    ]

    assert [response.status_code for response in responses] == [403] * 4


@pytest.mark.parametrize("systems", [1, 3])
def test_the_opening_costs_the_same_queries_for_any_number_of_systems(
    asker, team, systems, django_assert_num_queries
):
    SystemFactory.create_batch(systems)

    # Session, person; systems, teams with calendar, own teams.
    with django_assert_num_queries(5):
        response = asker.get(reverse("intake:new"))

    assert len(response.context["form"].systems) == systems


def test_what_connects_the_systems_is_asked_for_beside_the_form(asker, team):
    text = asker.get(reverse("intake:new")).content.decode()

    assert f'hx-get="{reverse("catalogue:similar")}"' in text
    assert "Once both systems are named" in text
