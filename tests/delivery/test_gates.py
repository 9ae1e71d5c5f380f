from __future__ import annotations

import pytest
from django.urls import reverse
from django.utils import timezone

from portfolio.core.errors import RuleBroken
from portfolio.core.models import Event
from portfolio.delivery.models import DeliveryPolicy, GateCheck
from portfolio.delivery.services.gates import tick_gates
from portfolio.delivery.services.progress import deliver
from tests.delivery.rows import GATES, days_from_now
from tests.factories import (
    CommitmentFactory,
    DemandFactory,
    EngineerFactory,
    RankedDemandFactory,
    UserFactory,
    WorkPackageFactory,
)


@pytest.fixture
def at_work(team, engineer):
    return RankedDemandFactory(
        team=team, stage="in_progress", started_on=days_from_now(-9), owner=engineer
    )


@pytest.fixture
def engineer(team):
    return UserFactory(role="engineer", teams=[team])


def checks_of(demand):
    return list(
        GateCheck.objects.filter(demand=demand)
        .order_by("pk")
        .values_list("gate", "by_name", "waived_because")
    )


def test_a_demand_without_all_gates_is_not_delivered(at_work, engineer):
    with pytest.raises(RuleBroken) as refused:
        deliver(demand=at_work, by=engineer, on=timezone.localdate(), gates=GATES[:3])

    at_work.refresh_from_db()
    assert str(refused.value) == (
        f"{at_work.reference} is not delivered before “Runbook” is ticked, or a "
        "manager says why it may be without."
    )
    assert (at_work.stage, checks_of(at_work)) == ("in_progress", [])


def test_gates_are_ticked_along_the_way_and_unticked_again(at_work, engineer, manager):
    tick_gates(demand=at_work, by=engineer, gates=["Monitoring", "Runbook", "Other"])
    tick_gates(demand=at_work, by=manager, gates=["Monitoring", "Documentation"])
    tick_gates(demand=at_work, by=manager, gates=["Monitoring", "Documentation"])

    assert checks_of(at_work) == [
        ("Monitoring", engineer.name, ""),
        ("Documentation", manager.name, ""),
    ]
    assert list(
        Event.objects.about(at_work).by_time().values_list("kind", "before", "after")
    ) == [
        ("gates-ticked", "", "Monitoring and Runbook"),
        ("gates-ticked", "Monitoring and Runbook", "Monitoring and Documentation"),
    ]


def test_what_is_ticked_already_need_not_be_said_again(at_work, engineer):
    tick_gates(demand=at_work, by=engineer, gates=GATES)

    deliver(demand=at_work, by=engineer, on=timezone.localdate())

    at_work.refresh_from_db()
    assert at_work.stage == "delivered"


def test_a_manager_waives_a_gate_by_name_and_with_a_reason(at_work, manager):
    deliver(
        demand=at_work,
        by=manager,
        on=timezone.localdate(),
        gates=GATES[:3],
        waiver=" The old runbook holds until May. ",
    )

    why = "The old runbook holds until May."
    assert checks_of(at_work)[-1] == ("Runbook", manager.name, why)
    waived = Event.objects.about(at_work).get(kind="gates-waived")
    assert (waived.after, waived.why, waived.actor) == ("Runbook", why, manager)


def test_an_engineer_waives_nothing(at_work, engineer):
    with pytest.raises(RuleBroken, match="Only a manager"):
        deliver(
            demand=at_work,
            by=engineer,
            on=timezone.localdate(),
            gates=[],
            waiver="No time.",
        )

    at_work.refresh_from_db()
    assert (at_work.stage, checks_of(at_work)) == ("in_progress", [])


def test_a_gate_of_another_name_is_ticked_anew(at_work, manager):
    tick_gates(demand=at_work, by=manager, gates=GATES)
    DeliveryPolicy.objects.create(
        team=at_work.team, gates=[["Runbook for nights", ""], ["Monitoring", ""]]
    )

    with pytest.raises(RuleBroken, match="before “Runbook for nights” is ticked"):
        deliver(demand=at_work, by=manager, on=timezone.localdate())


def test_where_no_gate_is_asked_none_is_needed(at_work, manager):
    DeliveryPolicy.objects.create(team=at_work.team, gates=[])

    deliver(demand=at_work, by=manager, on=timezone.localdate())

    assert checks_of(at_work) == []


def test_gates_of_a_demand_outside_the_backlog_are_not_ticked(team, manager):
    demand = DemandFactory(team=team)

    with pytest.raises(RuleBroken, match="while it is in the backlog"):
        tick_gates(demand=demand, by=manager, gates=GATES)

    assert checks_of(demand) == []


def url_of(demand):
    return reverse("delivery:deliver", args=[demand.reference])


def test_an_engineer_reads_what_is_not_theirs_and_reports_nothing(
    client, at_work, manager
):
    other = UserFactory(role="engineer", teams=[at_work.team])
    page = reverse("board:demand", args=[at_work.reference])
    given = {"on": timezone.localdate(), "gates": GATES}

    def tries(user):
        client.force_login(user)
        return (
            "Mark it delivered" in client.get(page).content.decode(),
            client.get(url_of(at_work)).status_code,
            client.post(f"{page}block/", {}).status_code,
        )

    assert tries(other) == (False, 403, 403)
    assert client.post(url_of(at_work), given).status_code == 403
    WorkPackageFactory(
        demand=at_work, engineer=EngineerFactory(team=at_work.team, user=other)
    )
    assert tries(other) == (True, 200, 200)
    assert tries(manager) == (True, 200, 200)


def test_the_page_keeps_ticks_without_delivering(client, at_work, engineer):
    client.force_login(engineer)

    client.post(url_of(at_work), {"on": "", "gates": GATES[:1], "tick": "1"})
    wrong_day = checks_of(at_work)
    given = {"on": timezone.localdate(), "gates": GATES[:1], "tick": "1"}
    client.post(url_of(at_work), given)
    page = client.get(url_of(at_work))

    at_work.refresh_from_db()
    assert wrong_day == []
    assert at_work.stage == "in_progress"
    assert page.context["form"]["gates"].value() == GATES[:1]
    assert "waiver" not in page.context["form"].fields


def test_the_page_refuses_keeps_what_was_typed_and_asks_managers_why(
    client, at_work, manager
):
    CommitmentFactory(demand=at_work)
    client.force_login(manager)
    given = {"on": timezone.localdate(), "gates": GATES[:2]}

    refused = client.post(url_of(at_work), given)
    client.post(url_of(at_work), {**given, "waiver": "A pilot for two weeks."})
    after = client.get(url_of(at_work)).content.decode()

    form = refused.context["form"]
    assert "before “Documentation” and “Runbook” are ticked" in str(form.errors)
    assert form["gates"].value() == GATES[:2]
    assert "Runbook: waived" in after
    assert "A pilot for two weeks." in after
    assert "Monitoring: met" in after


def test_somebody_of_another_team_ticks_nothing(client, at_work):
    client.force_login(UserFactory(role="manager"))

    response = client.post(url_of(at_work), {"on": timezone.localdate(), "tick": "1"})

    assert response.status_code == 404
