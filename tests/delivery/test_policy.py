from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from portfolio.core.errors import RuleBroken
from portfolio.core.models import Event
from portfolio.delivery.models import DeliveryPolicy, policy_of
from portfolio.delivery.rag import AT_RISK, CANNOT, LATE, ON_TRACK, Thresholds
from portfolio.delivery.reading import outlook_of
from portfolio.delivery.services.policies import set_policy
from tests.delivery.rows import GATES, days_from_now, make_forecast
from tests.factories import CommitmentFactory, RankedDemandFactory, UserFactory

PAGE = "/settings/delivery/"
USUAL = Thresholds()


@pytest.fixture
def page(client, manager):
    client.force_login(manager)
    return client


def sent(*gates, green=90, amber=60, margin=3):
    rows = {
        f"gates-{number}-{name}": value
        for number, gate in enumerate(gates)
        for name, value in zip(("name", "asks", "DELETE"), gate, strict=False)
    }
    return {
        "green_from": green,
        "amber_from": amber,
        "margin": margin,
        "gates-TOTAL_FORMS": len(gates),
        "gates-INITIAL_FORMS": min(len(gates), len(GATES)),
        **rows,
    }


@pytest.mark.parametrize(
    ("before", "chance", "after"),
    [
        (ON_TRACK, 0.85, ON_TRACK),
        (ON_TRACK, 0.849, AT_RISK),
        (ON_TRACK, 0.1, LATE),
        (AT_RISK, 0.89, AT_RISK),
        (AT_RISK, 0.9, ON_TRACK),
        (AT_RISK, 0.49, LATE),
        (LATE, 0.54, LATE),
        (LATE, 0.55, AT_RISK),
        (LATE, 0.88, AT_RISK),
        (LATE, 0.9, ON_TRACK),
        (CANNOT, 0.86, ON_TRACK),
    ],
)
def test_bad_news_is_told_at_once_and_good_news_past_the_margin(before, chance, after):
    assert USUAL.next(before, chance) == after


@given(st.lists(st.floats(0.8501, 0.8999), max_size=30))
def test_a_chance_that_trembles_inside_the_margin_changes_nothing(chances):
    for known in (ON_TRACK, AT_RISK):
        told = known
        for chance in chances:
            told = USUAL.next(told, chance)

        assert told == known


def test_a_manager_edits_thresholds_and_gates(page, team):
    response = page.post(
        PAGE,
        sent(
            (" Load  test ", "It holds ten times the volume."),
            *[(name, "", "on") for name in GATES[1:]],
            ("", ""),
        ),
    )

    policy = policy_of(team)
    assert response.url == PAGE
    assert policy.thresholds == Thresholds(0.9, 0.6, 0.03)
    assert policy.gates == [["Load test", "It holds ten times the volume."]]
    event = Event.objects.about(team).get()
    assert event.after == (
        "on track from 90%, at risk from 60%, margin 3%; gates: Load test"
    )


def test_a_team_that_decided_nothing_has_what_is_usual(page, team):
    context = page.get(PAGE).context

    assert policy_of(team).gate_names == GATES
    assert context["form"].initial == {
        "green_from": 85,
        "amber_from": 50,
        "margin": 5,
    }
    assert not DeliveryPolicy.objects.exists()


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (sent(green=50, amber=60), "“At risk from” must be above 0 and below"),
        (sent(green=99, margin=5), "The margin is too wide"),
        (sent(("Runbook", ""), ("runbook", "")), "Two quality gates have the same"),
        (sent(("", "Something")), "Name the gate, or remove the row."),
    ],
)
def test_what_does_not_fit_is_refused_and_nothing_is_lost(page, given, message):
    response = page.post(PAGE, given)

    assert message in response.content.decode()
    assert f'value="{given["margin"]}"' in response.content.decode()
    assert not DeliveryPolicy.objects.exists()


def test_the_service_itself_refuses_what_could_never_be_told(team, manager):
    with pytest.raises(RuleBroken, match="must be above 0 and below"):
        set_policy(
            team=team, by=manager, green_from=0.5, amber_from=0.5, margin=0, gates=[]
        )


def test_status_follows_the_thresholds_of_the_team(team, manager, today):
    demand = RankedDemandFactory(team=team)
    CommitmentFactory(demand=demand, original_due_on=days_from_now(15))
    make_forecast(team, {demand: {10: 9, 20: 1}})
    before = outlook_of(team.pk).rag(demand.pk, days_from_now(15), today)

    set_policy(
        team=team, by=manager, green_from=0.95, amber_from=0.9, margin=0.01, gates=[]
    )

    after = outlook_of(team.pk).rag(demand.pk, days_from_now(15), today)
    assert (before, after) == (ON_TRACK, AT_RISK)


@pytest.mark.parametrize(
    ("role", "status"),
    [
        ("manager", 200),
        ("administrator", 200),
        ("viewer", 403),
        ("engineer", 403),
        ("requester", 403),
    ],
)
def test_who_may_edit_the_policy(team, role, status):
    client = Client()
    client.force_login(UserFactory(role=role, teams=[team]))

    assert client.get(PAGE).status_code == status


def test_settings_lead_there(page):
    assert reverse("delivery:policy") in page.get("/settings/").content.decode()
