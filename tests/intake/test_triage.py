from __future__ import annotations

import re

import pytest

from intake.models import Demand
from intake.services.triage import accept_demand, decline_demand
from portfolio.core.errors import RuleBroken
from portfolio.core.models import Event
from tests.factories import DemandFactory, RankedDemandFactory


def test_accept_demand_ranks_it_at_the_end_of_the_backlog(team, demand, manager):
    above = RankedDemandFactory.create_batch(2, team=team)

    accepted = accept_demand(demand=demand, by=manager)

    team.refresh_from_db()
    assert (accepted.stage, accepted.decided_by, accepted.revision) == (
        "accepted",
        manager,
        2,
    )
    assert list(Demand.objects.in_backlog().by_rank()) == [*above, demand]
    assert team.plan_revision == 1
    event = Event.objects.about(demand).get()
    assert (event.kind, event.actor, event.team, event.before, event.after) == (
        "accepted",
        manager,
        team,
        "submitted",
        "accepted",
    )


def test_accept_demand_takes_one_that_waits_for_information(manager, team):
    demand = DemandFactory(team=team, stage="needs_information")

    accepted = accept_demand(demand=demand, by=manager)

    assert accepted.stage == "accepted"


@pytest.mark.parametrize("stage", ["draft", "declined", "withdrawn", "duplicate"])
def test_accept_demand_refuses_what_awaits_no_decision(team, manager, stage):
    demand = DemandFactory(team=team, stage=stage)
    message = (
        f"{demand.reference} is {stage}; "
        "only a demand that awaits its decision is accepted."
    )

    with pytest.raises(RuleBroken, match=re.escape(message)):
        accept_demand(demand=demand, by=manager)

    demand.refresh_from_db()
    assert (demand.stage, demand.rank, Event.objects.count()) == (stage, None, 0)


def test_a_decision_made_meanwhile_is_not_made_again(demand, manager):
    seen_by_another = Demand.objects.get(pk=demand.pk)
    decline_demand(demand=demand, by=manager, reason="No budget this year.")

    with pytest.raises(RuleBroken, match="is declined; only a demand that awaits"):
        accept_demand(demand=seen_by_another, by=manager)


def test_decline_demand_keeps_the_reason(team, demand, manager):
    declined = decline_demand(demand=demand, by=manager, reason=" Use the data hub. ")

    team.refresh_from_db()
    assert (
        declined.stage,
        declined.decision_reason,
        declined.decided_by,
        declined.rank,
        team.plan_revision,
    ) == ("declined", "Use the data hub.", manager, None, 0)
    event = Event.objects.about(demand).get()
    assert (event.kind, event.after, event.why) == (
        "declined",
        "declined",
        "Use the data hub.",
    )


def test_decline_demand_refuses_without_a_reason(demand, manager):
    with pytest.raises(RuleBroken, match=f"Say why {demand.reference} is declined"):
        decline_demand(demand=demand, by=manager, reason="  ")

    demand.refresh_from_db()
    assert (demand.stage, Event.objects.count()) == ("submitted", 0)


def test_decline_demand_refuses_what_is_in_the_backlog(manager):
    demand = RankedDemandFactory()

    with pytest.raises(RuleBroken, match="is accepted; only a demand that awaits"):
        decline_demand(demand=demand, by=manager, reason="Too late.")
