from __future__ import annotations

from decimal import Decimal

import pytest
from django.utils import timezone

from capacity.models import WorkPackage
from portfolio.core.errors import RuleBroken
from portfolio.core.models import Event, Team
from portfolio.delivery.models import Commitment
from portfolio.delivery.services.progress import deliver, start
from tests.delivery.rows import GATES, days_from_now
from tests.factories import (
    CommitmentFactory,
    EngineerFactory,
    RankedDemandFactory,
    WorkPackageFactory,
)


@pytest.fixture
def at_work(team):
    return RankedDemandFactory(
        team=team, stage="in_progress", started_on=days_from_now(-9), title="Old name"
    )


def kinds_of(demand):
    return list(Event.objects.about(demand).by_time().values_list("kind", flat=True))


def test_start_says_on_which_day_and_asks_for_a_new_forecast(team, manager):
    demand = RankedDemandFactory(team=team, stage="estimated")

    started = start(demand=demand, by=manager, on=days_from_now(-2))

    assert (started.stage, started.started_on) == ("in_progress", days_from_now(-2))
    assert kinds_of(demand) == ["started"]
    assert Team.objects.get().plan_revision == 1


def test_deliver_closes_the_demand_its_commitment_and_its_packages(at_work, manager):
    commitment = CommitmentFactory(demand=at_work)
    engineer = EngineerFactory(team=at_work.team)
    done = WorkPackageFactory(
        demand=at_work, state="done", finished_on=days_from_now(-5), actual=Decimal(4)
    )
    doing = WorkPackageFactory(
        demand=at_work,
        state="doing",
        engineer=engineer,
        started_on=days_from_now(-4),
        remaining=Decimal(2),
    )
    to_do = WorkPackageFactory(demand=at_work)

    delivered = deliver(demand=at_work, by=manager, on=days_from_now(-1), gates=GATES)
    delivered.title = "New name"
    delivered.save()

    assert (delivered.stage, delivered.delivered_on, delivered.rank) == (
        "delivered",
        days_from_now(-1),
        None,
    )
    commitment.refresh_from_db()
    assert (
        commitment.state,
        commitment.closed_on,
        commitment.closed_reference,
        commitment.closed_title,
        commitment.kept_original,
    ) == ("delivered", days_from_now(-1), at_work.reference, "Old name", True)
    assert list(
        WorkPackage.objects.order_by("pk").values_list(
            "pk", "state", "started_on", "finished_on", "actual", "remaining"
        )
    ) == [
        (done.pk, "done", None, days_from_now(-5), Decimal(4), None),
        (doing.pk, "done", days_from_now(-4), days_from_now(-1), None, None),
        (to_do.pk, "done", None, days_from_now(-1), None, None),
    ]
    assert kinds_of(at_work) == ["gates-ticked", "delivered"]


def test_deliver_without_a_promise_needs_none(at_work, manager):
    deliver(demand=at_work, by=manager, on=timezone.localdate(), gates=GATES)

    at_work.refresh_from_db()
    assert at_work.stage == "delivered"
    assert not Commitment.objects.exists()


def test_a_refused_delivery_leaves_commitment_and_packages_as_they_were(team, manager):
    demand = RankedDemandFactory(team=team)
    commitment = CommitmentFactory(demand=demand)
    package = WorkPackageFactory(demand=demand)

    with pytest.raises(RuleBroken, match="only a demand in progress can be delivered"):
        deliver(demand=demand, by=manager, on=timezone.localdate())

    commitment.refresh_from_db()
    package.refresh_from_db()
    assert (commitment.state, package.state) == ("open", "to_do")


def test_a_delivery_later_than_both_dates_is_kept_as_late(team, manager):
    demand = RankedDemandFactory(
        team=team, stage="in_progress", started_on=days_from_now(-60)
    )
    commitment = CommitmentFactory(
        demand=demand, original_due_on=days_from_now(-30), due_on=days_from_now(-10)
    )

    deliver(demand=demand, by=manager, on=days_from_now(-10), gates=GATES)

    commitment.refresh_from_db()
    assert (commitment.kept_original, commitment.kept_current) == (False, True)
