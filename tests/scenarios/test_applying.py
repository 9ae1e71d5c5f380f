from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from capacity.services.leave import Away, save_leave
from capacity.services.people import person_of, remove_engineer
from intake.models import Demand
from intake.services.stages import withdraw_demand
from portfolio.core.errors import RuleBroken
from portfolio.core.models import Event, Team
from portfolio.delivery.models import Commitment
from portfolio.scenarios.changes.demands import ChangeEstimate, DropDemand, packages_now
from portfolio.scenarios.changes.people import AddLeave, RemovePerson
from portfolio.scenarios.changes.work import SetSpeed
from portfolio.scenarios.models import Scenario
from portfolio.scenarios.services.applying import DoesNotFit, apply_scenario
from portfolio.scenarios.services.editing import (
    discard_scenario,
    restore_scenario,
    save_change,
    set_shared,
)
from tests.factories import CommitmentFactory, EngineerFactory
from tests.scenarios.made import hire, move, work


def apply(scenario, by, seen_revision=None):
    scenario.refresh_from_db()
    seen = seen_revision or scenario.revision
    return apply_scenario(scenario=scenario, by=by, seen_revision=seen)


def order():
    ranked = Demand.objects.in_backlog().by_rank()
    return list(ranked.values_list("reference", flat=True))


def test_apply_makes_all_changes_counts_the_plan_up_and_leaves_the_trail(
    scenario, add, backlog, events, manager
):
    add(hire(events))
    add(move(backlog[2], 1))
    before = Team.objects.get(pk=scenario.team_id).plan_revision

    done = apply(scenario, manager)

    assert (done.state, done.closed_by) == ("applied", manager)
    assert Team.objects.get(pk=scenario.team_id).plan_revision == before + 2
    assert order() == ["INT-0003", "INT-0001", "INT-0002"]
    kinds = Event.objects.filter(actor=manager).by_time().values_list("kind", flat=True)
    assert list(kinds) == [
        "scenario-made",
        "engineer-added",
        "moved",
        "scenario-applied",
    ]
    assert Event.objects.about(done).get(kind="scenario-applied").after == "2 changes"


def test_apply_changes_nothing_when_one_change_does_not_fit(
    scenario, add, backlog, manager
):
    add(move(backlog[2], 1))
    row = add(move(backlog[0], 3))
    withdraw_demand(demand=backlog[0], by=manager)
    before = Team.objects.get(pk=scenario.team_id).plan_revision

    with pytest.raises(DoesNotFit, match="1 change no longer fits") as refused:
        apply(scenario, manager)

    assert refused.value.problems == {
        row.pk: "INT-0001 is withdrawn; only a demand in the backlog has a rank."
    }
    assert order() == ["INT-0002", "INT-0003"]
    assert Team.objects.get(pk=scenario.team_id).plan_revision == before
    scenario.refresh_from_db()
    assert scenario.is_open


def test_apply_tells_every_change_that_does_not_fit(
    scenario, add, backlog, bob, api, events, manager, today
):
    carl = EngineerFactory(team=scenario.team, name="Carl")
    gone = add(SetSpeed.of(carl, api, Decimal("0.5")))
    left = add(RemovePerson.of(bob, today))
    away = add(AddLeave.of(bob, Away(today, today, Decimal(1))))
    estimate = add(
        ChangeEstimate(
            demand=backlog[0].pk,
            reference="INT-0001",
            title="Orders",
            packages=[work(api)],
            seen=packages_now(backlog[0]),
        )
    )
    remove_engineer(engineer=carl, by=manager)
    bob.ends_on = today + dt.timedelta(days=9)
    bob.save()
    save_leave(engineer=bob, away=Away(today, today, Decimal(1)), by=manager)
    backlog[0].packages.update(high=20)

    with pytest.raises(DoesNotFit) as refused:
        apply(scenario, manager)

    problems = refused.value.problems
    assert problems.keys() == {gone.pk, left.pk, away.pk, estimate.pk}
    assert problems[gone.pk] == "Carl is not in the team any more."
    assert problems[left.pk].startswith("The last working day of Bob is ")
    assert problems[away.pk].startswith("They are away ")
    assert problems[estimate.pk] == (
        "INT-0001 was estimated anew, or work on it began, since this was written."
    )


def test_apply_refuses_a_speed_that_is_another_by_now(
    scenario, add, backlog, ada, api, manager
):
    row = add(SetSpeed.of(ada, api, Decimal("1.5")))
    ada.skill_levels.update(speed=Decimal("0.8"))

    with pytest.raises(DoesNotFit) as refused:
        apply(scenario, manager)

    assert refused.value.problems == {row.pk: "Ada does API at speed 0.8 now."}
    assert person_of(ada).speeds[api] == Decimal("0.8")


def test_a_dropped_demand_takes_its_promise_along(scenario, add, backlog, manager):
    promise = CommitmentFactory(demand=backlog[0])
    add(
        DropDemand(
            demand=backlog[0].pk, reference="INT-0001", title="Orders", why="Not now."
        )
    )

    apply(scenario, manager)

    assert Commitment.objects.get(pk=promise.pk).state == "withdrawn"


def test_apply_refuses_what_was_changed_since_it_was_looked_at(
    scenario, add, backlog, manager
):
    add(move(backlog[2], 1))

    with pytest.raises(RuleBroken, match="changed by somebody else"):
        apply(scenario, manager, seen_revision=1)

    assert order() == ["INT-0001", "INT-0002", "INT-0003"]


def test_apply_refuses_a_scenario_that_changes_nothing(scenario, manager):
    with pytest.raises(RuleBroken, match="changes nothing yet"):
        apply(scenario, manager)


def test_apply_happens_once(scenario, add, backlog, manager):
    add(move(backlog[2], 1))
    apply(scenario, manager)

    with pytest.raises(RuleBroken, match="“Hire” is applied; it stays as it is"):
        apply(scenario, manager)


def test_what_is_discarded_changes_no_more_until_it_is_taken_up(
    scenario, add, backlog, manager
):
    set_shared(scenario=scenario, is_shared=True, by=manager)
    discard_scenario(scenario=scenario, by=manager)

    with pytest.raises(RuleBroken, match="is discarded"):
        save_change(scenario=scenario, change=move(backlog[2], 1), by=manager)
    restore_scenario(scenario=scenario, by=manager)
    add(move(backlog[2], 1))

    scenario.refresh_from_db()
    assert (scenario.is_open, scenario.changes.count()) == (True, 1)


def test_only_what_is_discarded_is_taken_up(scenario, manager):
    with pytest.raises(RuleBroken, match="is open, not discarded"):
        restore_scenario(scenario=scenario, by=manager)


def test_who_may_read_scenarios(scenario, manager, viewer, engineer, requester):
    private = [
        set(Scenario.objects.visible_to(each))
        for each in (manager, viewer, engineer, requester)
    ]
    set_shared(scenario=scenario, is_shared=True, by=manager)
    shared = [
        set(Scenario.objects.visible_to(each))
        for each in (manager, viewer, engineer, requester)
    ]
    discard_scenario(scenario=scenario, by=manager)

    assert private == [{scenario}, set(), set(), set()]
    assert shared == [{scenario}, {scenario}, {scenario}, set()]
    assert not Scenario.objects.visible_to(viewer).exists()
