from __future__ import annotations

import re

import pytest
from django.urls import reverse
from django.utils import timezone

from intake.models import Demand, Follower, Tier
from intake.services.clocks import keep_clocks
from intake.services.joining import join_demand
from intake.services.stages import deliver_demand, withdraw_demand
from intake.services.tokens import spend_token
from intake.services.triage import accept_demand, decline_demand, reopen_demand
from portfolio.core.errors import RuleBroken
from portfolio.core.models import Event, Notice
from portfolio.core.services.events import record_event
from tests.factories import DemandFactory, RankedDemandFactory, TeamFactory, UserFactory


@pytest.fixture
def original(team):
    return DemandFactory(team=team, title="Secret plan of another unit")


def told(person):
    notices = Notice.objects.filter(person=person).order_by("pk")
    return [(notice.title, notice.text, notice.url) for notice in notices]


def test_a_duplicate_is_closed_and_linked_and_its_requester_follows(
    demand, original, manager
):
    joined = join_demand(demand=demand, original=original, by=manager, reason=" Same. ")

    joined.refresh_from_db()
    assert (
        joined.stage,
        joined.duplicate_of,
        joined.decided_by,
        joined.decision_reason,
    ) == ("duplicate", original, manager, "Same.")
    follower = original.followers.get()
    assert (follower.person, follower.joined) == (demand.requester, demand)
    event = Event.objects.about(demand).get()
    assert (event.kind, event.before, event.after, event.facts) == (
        "duplicate",
        "submitted",
        "duplicate",
        {"original": original.reference},
    )


def test_the_requester_is_told_without_the_title_they_may_not_see(
    demand, original, manager
):
    join_demand(demand=demand, original=original, by=manager)

    assert told(demand.requester) == [
        (
            f"{demand.reference}: joined with another request",
            f"“{demand.title}”\n\nThe same was asked for before: "
            f"{original.reference}, another request. Yours is closed and joined with "
            "it, so that it is done once. We tell you what becomes of it.",
            demand.get_absolute_url(),
        )
    ]


def test_who_may_see_the_original_reads_its_title(team, demand, manager):
    mine = DemandFactory(
        team=team, requester=demand.requester, business_unit=demand.business_unit
    )

    join_demand(demand=demand, original=mine, by=manager)

    [(_, text, _)] = told(demand.requester)
    assert f"asked for before: {mine}. Yours" in text


def test_the_clock_of_the_decision_stops_as_with_any_decision(
    demand, original, manager
):
    record_event(
        subject=demand,
        kind="submitted",
        by=demand.requester,
        after="submitted",
        at=demand.submitted_at,
    )
    keep_clocks(demand=demand)

    join_demand(demand=demand, original=original, by=manager)

    assert {clock.kind: clock.state for clock in demand.clocks.all()} == {
        "acknowledge": "met",
        "decide": "met",
    }


def test_an_expedite_token_goes_back(demand, original, manager):
    expedite = Tier.objects.get(slug="expedite")
    spend_token(demand=demand, tier=expedite, at=timezone.now())

    join_demand(demand=demand, original=original, by=manager)

    assert not demand.tokens.spent().exists()


def test_followers_are_told_of_acceptance_and_delivery_in_their_own_words(
    demand, original, manager
):
    join_demand(demand=demand, original=original, by=manager)
    accept_demand(demand=original, by=manager)
    today = timezone.localdate()
    Demand.objects.filter(pk=original.pk).update(stage="in_progress", started_on=today)
    deliver_demand(demand=original, by=manager, on=today)

    _, accepted, delivered = told(demand.requester)
    text = f"“{demand.title}”\n\n{original.reference}, with which your request was"
    assert accepted == (
        f"{demand.reference}: what it was joined with is accepted",
        f"{text} joined, is accepted.",
        demand.get_absolute_url(),
    )
    assert delivered[1] == f"{text} joined, is delivered."


@pytest.mark.parametrize(
    ("end", "word"),
    [
        (lambda demand, by: decline_demand(demand=demand, by=by, reason="X"), "decli"),
        (lambda demand, by: withdraw_demand(demand=demand, by=by, why="X"), "withd"),
    ],
)
def test_when_the_original_ends_followers_read_what_they_can_do(
    demand, original, manager, end, word
):
    join_demand(demand=demand, original=original, by=manager)

    end(original, manager)

    _, text, _ = told(demand.requester)[-1]
    assert f"joined, is {word}" in text
    assert text.endswith(
        f"If you still need yours, ask {demand.team} to open it again."
    )


def test_followers_move_along_and_come_back(team, demand, original, manager):
    between = DemandFactory(team=team)
    join_demand(demand=demand, original=between, by=manager)

    join_demand(demand=between, original=original, by=manager)
    there = set(original.followers.values_list("joined", flat=True))
    reopen_demand(demand=between, by=manager, why="It is not the same.")

    between.refresh_from_db()
    assert there == {demand.pk, between.pk}
    assert not original.followers.exists()
    assert (between.stage, between.duplicate_of) == ("submitted", None)
    assert between.followers.get().joined == demand


def test_opening_the_first_of_a_chain_takes_it_out_alone(
    team, demand, original, manager
):
    between = DemandFactory(team=team)
    join_demand(demand=demand, original=between, by=manager)
    join_demand(demand=between, original=original, by=manager)

    reopen_demand(demand=demand, by=manager, why="It is not the same.")

    assert [follower.joined for follower in Follower.objects.all()] == [between]


@pytest.mark.parametrize("stage", ["declined", "duplicate", "withdrawn"])
def test_nothing_is_joined_with_what_is_closed_undone(demand, team, manager, stage):
    closed = DemandFactory(team=team, stage=stage)

    with pytest.raises(RuleBroken, match=f"{closed.reference} is {stage}; nothing"):
        join_demand(demand=demand, original=closed, by=manager)

    demand.refresh_from_db()
    assert (demand.stage, Event.objects.count()) == ("submitted", 0)


def test_a_demand_is_no_duplicate_of_itself(demand, manager):
    with pytest.raises(RuleBroken, match="cannot be a duplicate of itself"):
        join_demand(demand=demand, original=demand, by=manager)


def test_what_is_decided_is_not_joined(team, original, manager):
    decided = RankedDemandFactory(team=team)

    with pytest.raises(RuleBroken, match="is accepted; only a demand that awaits"):
        join_demand(demand=decided, original=original, by=manager)


def test_the_demand_of_another_team_is_not_told_of(demand, manager):
    foreign = DemandFactory(team=TeamFactory())

    with pytest.raises(RuleBroken, match=re.escape("that you can see.")):
        join_demand(demand=demand, original=foreign, by=manager)


def test_the_panel_joins_by_reference_and_goes_on(client, demand, original, manager):
    client.force_login(manager)
    address = reverse("intake:duplicate", args=[demand.reference])

    form = client.get(address, headers={"HX-Request": "true"}).content.decode()
    response = client.post(address, {"original": f" {original.reference.lower()} "})

    demand.refresh_from_db()
    assert f'<option value="{original.reference}">' in form
    assert f'<option value="{demand.reference}">' not in form
    assert demand.duplicate_of == original
    assert response.url == reverse("intake:triage-demand", args=[original.reference])


@pytest.mark.parametrize("typed", ["self", "foreign", "INT-9999"])
def test_what_cannot_be_found_is_asked_for_again(client, demand, manager, typed):
    foreign = DemandFactory(team=TeamFactory())
    found = {"self": demand.reference, "foreign": foreign.reference}.get(typed, typed)
    client.force_login(manager)

    response = client.post(
        reverse("intake:duplicate", args=[demand.reference]), {"original": found}
    )

    demand.refresh_from_db()
    text = response.content.decode()
    assert f"You can see no request {found}." in text
    assert (demand.stage, foreign.title in text) == ("submitted", False)


def test_the_follow_page_links_the_original_only_where_it_may_be_read(
    client, demand, original, manager
):
    join_demand(demand=demand, original=original, by=manager)
    pages = []
    for person in (manager, demand.requester):
        client.force_login(person)
        pages.append(client.get(demand.get_absolute_url()).content.decode())

    managers, requesters = pages
    assert f'<a href="{original.get_absolute_url()}">{original}</a> asks' in managers
    assert original.title not in requesters
    assert "Another request asked for the same before" in requesters


def test_joining_is_forbidden_without_the_right_to_decide(client, team, demand):
    client.force_login(UserFactory(role="engineer", teams=[team]))

    response = client.post(reverse("intake:duplicate", args=[demand.reference]))

    assert response.status_code == 403


def test_the_page_of_the_original_lists_what_was_joined_for_who_may_read_it(
    client, demand, original, manager
):
    join_demand(demand=demand, original=original, by=manager)
    pages = []
    for person in (manager, original.requester):
        client.force_login(person)
        pages.append(client.get(original.get_absolute_url()).content.decode())

    assert [demand.title in page for page in pages] == [True, False]


def test_who_asked_for_both_is_told_once(team, demand, manager):
    own = DemandFactory(team=team, requester=demand.requester)
    join_demand(demand=demand, original=own, by=manager)

    accept_demand(demand=own, by=manager)

    assert [title for title, _, _ in told(demand.requester)[1:]] == [
        f"{own.reference}: accepted"
    ]


def test_what_the_manager_withdraws_is_told_to_its_requester(demand, manager):
    withdraw_demand(demand=demand, by=manager, why="Bought instead.")

    assert told(demand.requester) == [
        (
            f"{demand.reference}: withdrawn",
            f"“{demand.title}”\n\n{manager} of {demand.team} has withdrawn it:\n\n"
            "Bought instead.",
            demand.get_absolute_url(),
        )
    ]


def test_what_is_delivered_is_told_to_its_requester(team, manager):
    today = timezone.localdate()
    demand = RankedDemandFactory(team=team, stage="in_progress", started_on=today)

    deliver_demand(demand=demand, by=manager, on=today)

    [(title, text, _)] = told(demand.requester)
    assert title == f"{demand.reference}: delivered"
    assert f"{team} delivered it on " in text
