from __future__ import annotations

import pytest
from django.utils import timezone

from portfolio.reports.services.freezing import freeze_report
from tests.delivery.rows import days_from_now
from tests.factories import (
    CommitmentFactory,
    DemandFactory,
    EngineerFactory,
    RankedDemandFactory,
)
from tests.reports.rows import frozen_before, promised_demand


@pytest.fixture
def report(team, manager):
    """A week with something in every section."""
    demand = promised_demand(team, worlds={8: 2, 25: 1, 40: 1})
    EngineerFactory(
        team=team, name="Ada Somebody", with_skills=[demand.packages.get().skill]
    )
    late = RankedDemandFactory(
        team=team, blocked_since=timezone.localdate(), blocked_cause="No contract"
    )
    CommitmentFactory(demand=late)
    before = RankedDemandFactory(team=team, needed_by=days_from_now(60))
    frozen_before(team)
    before.title = "Renamed since"
    before.save()
    RankedDemandFactory(team=team, title="New since")
    done = DemandFactory(
        team=team, stage="delivered", delivered_on=timezone.localdate()
    )
    CommitmentFactory(
        demand=done,
        state="delivered",
        closed_on=timezone.localdate(),
        original_due_on=days_from_now(-3),
        due_on=days_from_now(3),
    )
    return freeze_report(team=team, week=timezone.localdate(), by=manager)
