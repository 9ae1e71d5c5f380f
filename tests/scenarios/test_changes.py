from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from capacity.measuring import Measured
from capacity.models import Engineer, KtloStream, Leave
from capacity.services.leave import Away
from capacity.services.people import person_of
from intake.models import Demand, RankMove
from portfolio.core.errors import RuleBroken
from portfolio.core.models import Event, Notice, Team
from portfolio.scenarios.changes import KINDS, read_change
from portfolio.scenarios.changes.demands import (
    AcceptRequest,
    ChangeEstimate,
    DropDemand,
    packages_now,
)
from portfolio.scenarios.changes.people import AddLeave, CancelLeave, RemovePerson
from portfolio.scenarios.changes.work import DropSkill, SetKtlo, SetSpeed
from portfolio.scenarios.choices import ChangeKind
from portfolio.scenarios.services.applying import apply_scenario
from portfolio.scenarios.services.trying import problems_of, try_scenario
from tests.factories import UserFactory
from tests.scenarios.made import hire, move, something_new, work

CERTAIN = {"low": 5.0, "likely": 5.0, "high": 5.0}


def tried(scenario, manager):
    """The plan with the changes, and that the live one is untouched."""
    before = _rows(scenario.team)
    found = try_scenario(scenario=scenario, by=manager)
    assert found.problems == {}
    assert _rows(scenario.team) == before
    return found.then.plan


def applied(scenario, manager):
    scenario.refresh_from_db()
    return apply_scenario(
        scenario=scenario, by=manager, seen_revision=scenario.revision
    )


def _rows(team):
    """What trying a change must never leave behind."""
    return (
        Team.objects.get(pk=team.pk).plan_revision,
        Team.objects.get(pk=team.pk).last_number,
        Event.objects.count(),
        Notice.objects.count(),
        RankMove.objects.count(),
        list(Demand.objects.values_list("reference", "stage", "rank")),
        [str(person_of(each)) for each in Engineer.objects.order_by("pk")],
        list(Leave.objects.values_list("first_day", "last_day")),
        list(KtloStream.objects.values_list("per_week", "is_measured")),
    )


def test_every_kind_has_its_class_and_reads_what_it_has_stored():
    assert set(KINDS) == set(ChangeKind.values)


def test_somebody_joins(scenario, add, backlog, events, manager, today):
    first = (today + dt.timedelta(days=30)).isoformat()
    row = add(hire(events, starts_on=first, ramp_up_weeks=4, hours_a_week="32"))

    plan = tried(scenario, manager)
    applied(scenario, manager)

    new = plan["engineers"][-1]
    assert (new["id"], new["skills"], new["from"]) == (
        f"new-{row.pk}",
        {"Events": 1.0},
        first,
    )
    eva = person_of(Engineer.objects.get(name="Eva"))
    assert (eva.ramp_up_weeks, eva.overhead) == (4, Decimal("0.200"))
    assert [float(hours) for hours in eva.hours[0].days] == [6.4] * 5 + [0, 0]
    assert Event.objects.filter(kind="engineer-added", actor=manager).count() == 1


def test_somebody_leaves(scenario, add, backlog, bob, manager, today):
    add(RemovePerson.of(bob, today))

    plan = tried(scenario, manager)
    applied(scenario, manager)

    assert plan["engineers"][-1]["until"] == today.isoformat()
    bob.refresh_from_db()
    assert bob.ends_on == today


def test_somebody_is_away(scenario, add, backlog, bob, manager, today):
    away = Away(today, today + dt.timedelta(days=4), Decimal("0.5"))
    add(AddLeave.of(bob, away))

    plan = tried(scenario, manager)
    applied(scenario, manager)

    assert plan["engineers"][-1]["leave"] != []
    assert bob.leave.get().share == Decimal("0.5")


def test_leave_is_cancelled(scenario, add, backlog, leave, manager):
    add(CancelLeave.of(leave))

    plan = tried(scenario, manager)
    applied(scenario, manager)

    assert plan["engineers"][0]["leave"] == []
    assert not Leave.objects.exists()


def test_a_skill_is_learnt(scenario, add, backlog, bob, api, manager):
    row = add(SetSpeed.of(bob, api, Decimal("0.5")))

    plan = tried(scenario, manager)
    applied(scenario, manager)

    assert plan["engineers"][-1]["skills"] == {"API": 0.5, "Events": 1.0}
    assert person_of(bob).speeds[api] == Decimal("0.5")
    assert read_change(row).words == "Bob learns API, at speed 0.5."


def test_somebody_gets_faster(scenario, add, backlog, ada, api, manager):
    row = add(SetSpeed.of(ada, api, Decimal("1.5")))

    plan = tried(scenario, manager)
    applied(scenario, manager)

    assert plan["engineers"][0]["skills"] == {"API": 1.5}
    assert read_change(row).words == "Ada does API at speed 1.5 instead of 1."


def test_a_skill_is_no_longer_used(scenario, add, backlog, bob, events, manager):
    add(DropSkill.of(bob, events))

    plan = tried(scenario, manager)
    applied(scenario, manager)

    assert plan["engineers"][-1]["skills"] == {}
    assert person_of(bob).speeds == {}


def test_interruptions_come_less_often(scenario, add, backlog, stream, manager):
    row = add(SetKtlo.of(stream, Measured(0, 0, problem="Nothing."), Decimal(1)))

    plan = tried(scenario, manager)
    applied(scenario, manager)

    assert [each["per_week"] for each in plan["interruptions"]] == [1.0]
    stream.refresh_from_db()
    assert stream.per_week == 1
    assert read_change(row).words == ("“Tickets” interrupts at 1 a week instead of 2.")


def test_a_measured_rate_is_declared_with_the_days_that_were_measured(
    scenario, add, backlog, stream, manager
):
    stream.is_measured = True
    stream.save()
    log = Measured(20, 10, per_week=2.0, low=0.2, likely=0.5, high=1.0)
    add(SetKtlo.of(stream, log, Decimal(1)))

    applied(scenario, manager)

    stream.refresh_from_db()
    assert (stream.is_measured, stream.per_week, stream.likely) == (
        False,
        1,
        Decimal("0.5"),
    )


def test_a_demand_gets_another_rank(scenario, add, backlog, manager):
    row = add(move(backlog[2], 1))

    plan = tried(scenario, manager)
    applied(scenario, manager)

    order = ["INT-0003", "INT-0001", "INT-0002"]
    assert [each["id"] for each in plan["demands"]] == order
    ranked = Demand.objects.in_backlog().by_rank()
    assert list(ranked.values_list("reference", flat=True)) == order
    assert RankMove.objects.get().why == f"Applied with scenario {scenario.pk}."
    assert read_change(row).words == "INT-0003 “Invoices” moves up from rank 3 to 1."


def test_a_new_demand_comes_in(scenario, add, backlog, events, manager):
    row = add(something_new(backlog[0], events, place=2))

    plan = tried(scenario, manager)
    applied(scenario, manager)

    new = plan["demands"][1]
    assert (new["id"], new["packages"][0]["id"]) == (f"new-{row.pk}", f"new-{row.pk}-1")
    made = Demand.objects.get(title="Returns")
    assert (made.stage, made.requester, made.packages.count()) == (
        "estimated",
        manager,
        1,
    )
    ranked = Demand.objects.in_backlog().by_rank()
    assert list(ranked).index(made) == 1


def test_a_waiting_request_is_accepted(scenario, add, backlog, waiting, api, manager):
    add(
        AcceptRequest(
            demand=waiting.pk,
            reference=waiting.reference,
            title=waiting.title,
            packages=[work(api)],
            place=1,
        )
    )

    plan = tried(scenario, manager)
    applied(scenario, manager)

    first = plan["demands"][0]
    assert (first["id"], first["packages"][0]["id"]) == ("INT-0009", "INT-0009-1")
    waiting.refresh_from_db()
    assert waiting.stage == "estimated"
    assert Notice.objects.filter(person=waiting.requester).count() == 1


def test_a_demand_is_dropped(scenario, add, backlog, manager):
    gone = backlog[0]
    add(
        DropDemand(
            demand=gone.pk, reference=gone.reference, title=gone.title, why="Not now."
        )
    )

    plan = tried(scenario, manager)
    applied(scenario, manager)

    assert [each["id"] for each in plan["demands"]] == ["INT-0002", "INT-0003"]
    gone.refresh_from_db()
    assert gone.stage == "withdrawn"


def test_an_estimate_changes(scenario, add, backlog, api, manager):
    demand = backlog[0]
    package = demand.packages.get()
    row = add(
        ChangeEstimate(
            demand=demand.pk,
            reference=demand.reference,
            title=demand.title,
            packages=[
                work(api, package=package.pk, name="Build"),
                work(api, "2", name="Test", after_previous=True),
            ],
            seen=packages_now(demand),
        )
    )

    plan = tried(scenario, manager)
    applied(scenario, manager)

    ids = [each["id"] for each in plan["demands"][0]["packages"]]
    assert ids == [str(package.pk), "INT-0001-1"]
    assert plan["demands"][0]["packages"][1]["after"] == [str(package.pk)]
    assert [float(each.likely) for each in demand.packages.all()] == [5, 2]
    assert read_change(row).words == (
        "INT-0001 “Orders” still takes 7 likely days instead of 10."
    )


def test_a_change_needs_the_right_that_its_page_needs(scenario, add, backlog, team):
    row = add(move(backlog[2], 1))
    engineer = UserFactory(role="engineer", teams=[team])

    problems = problems_of(scenario=scenario, by=engineer, rows=[row])

    assert problems == {row.pk: f"{engineer} may not do this."}


def test_a_change_that_does_not_fit_is_not_kept(scenario, add, backlog, ada, api):
    with pytest.raises(RuleBroken, match="Ada does API at speed 1 already"):
        add(SetSpeed.of(ada, api, Decimal(1)))

    scenario.refresh_from_db()
    assert (scenario.changes.count(), scenario.revision) == (0, 1)


def test_nobody_s_name_leave_or_speed_is_told_to_others(
    add, backlog, ada, bob, leave, api, events, today
):
    away = Away(today, today, Decimal(1))
    rows = [
        add(change)
        for change in (
            hire(api, name="Eva"),
            SetSpeed.of(ada, api, Decimal("1.5")),
            SetSpeed.of(bob, api, Decimal("0.5")),
            AddLeave.of(bob, away),
            CancelLeave.of(leave),
            DropSkill.of(bob, events),
            RemovePerson.of(ada, today + dt.timedelta(days=100)),
        )
    ]

    told = [read_change(row).shared_words for row in rows]

    assert told == [
        "One more person with API.",
        "API is done faster.",
        "One more person can do API.",
        "One absence more in the team.",
        "One absence fewer in the team.",
        "One person fewer does Events.",
        "One person fewer with API.",
    ]
