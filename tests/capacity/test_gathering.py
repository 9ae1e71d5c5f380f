from __future__ import annotations

from datetime import date, time
from decimal import Decimal

import pytest

from capacity.engine import Plan
from capacity.models import EngineerSkill, WeeklyHours
from capacity.services.gathering import gather, gather_plan
from portfolio.core.models import ClosedDay, Team
from tests.factories import (
    DemandFactory,
    EngineerFactory,
    KtloStreamFactory,
    LeaveFactory,
    RankedDemandFactory,
    TeamFactory,
    WorkPackageFactory,
)

MONDAY = date(2026, 11, 23)


def planned(team):
    plan = gather_plan(team, start=MONDAY, trials=100, seed=7)
    Plan.from_json(plan)
    return plan


def test_an_empty_team_is_an_empty_plan(team):
    plan = planned(team)

    assert plan == {
        "start": "2026-11-23",
        "trials": 100,
        "seed": 7,
        "horizon_days": 1095,
        "closed_days": [],
        "engineers": [],
        "interruptions": [],
        "demands": [],
        "arrivals": [],
        "uncertainty": {"demand_sd": 0.2, "team_sd": 0.15},
    }


def test_an_engineer_has_skills_hours_overhead_and_an_end(team, skill):
    eva = EngineerFactory(
        team=team, overhead=Decimal("0.25"), ends_on=date(2027, 6, 30)
    )
    EngineerSkill.objects.create(engineer=eva, skill=skill, speed=Decimal("0.5"))

    plan = planned(team)

    assert plan["engineers"] == [
        {
            "id": f"eng-{eva.pk}",
            "skills": {"API design": 0.5},
            "hours_per_day": [8.0, 8.0, 8.0, 8.0, 8.0, 0.0, 0.0],
            "overhead": 0.25,
            "from": None,
            "until": "2027-06-30",
            "leave": [],
        }
    ]


def test_who_is_gone_and_who_belongs_to_another_team_is_not_in_the_plan(team):
    EngineerFactory(team=team, ends_on=date(2026, 11, 22))
    EngineerFactory()
    last_day = EngineerFactory(team=team, ends_on=MONDAY)
    joins_later = EngineerFactory(team=team, starts_on=date(2027, 3, 1))

    plan = planned(team)

    assert [(each["id"], each["from"]) for each in plan["engineers"]] == [
        (f"eng-{last_day.pk}", None),
        (f"eng-{joins_later.pk}", "2027-03-01"),
    ]


def test_leave_holidays_and_fewer_hours_become_shares_of_absence(team):
    eva = EngineerFactory(team=team, country="DE", subdivision="BE")
    LeaveFactory(
        engineer=eva,
        first_day=date(2026, 12, 21),
        last_day=date(2026, 12, 23),
        share=Decimal("0.5"),
    )
    WeeklyHours.objects.create(
        engineer=eva,
        effective_from=date(2026, 12, 28),
        **dict.fromkeys(["monday", "tuesday", "wednesday", "thursday", "friday"], 4),
    )

    engineer = planned(team)["engineers"][0]

    assert engineer["hours_per_day"] == [8.0, 8.0, 8.0, 8.0, 8.0, 0.0, 0.0]
    assert engineer["leave"][:5] == [
        ["2026-12-21", "2026-12-23", 0.5],
        ["2026-12-25", "2026-12-25", 1.0],
        ["2026-12-28", "2026-12-31", 0.5],
        ["2027-01-01", "2027-01-01", 1.0],
        ["2027-01-04", "2027-03-05", 0.5],
    ]


def test_without_a_country_of_their_own_people_keep_the_holidays_of_the_team(team):
    team.calendar.country = "PL"
    team.calendar.save()
    EngineerFactory(team=team)

    leave = planned(team)["engineers"][0]["leave"]

    assert leave[0] == ["2026-12-24", "2026-12-25", 1.0]


def test_closed_days_of_the_company_close_for_everybody(team):
    for day in (date(2026, 11, 20), date(2026, 12, 28)):
        ClosedDay.objects.create(calendar=team.calendar, day=day, name="Closed")

    plan = planned(team)

    assert plan["closed_days"] == ["2026-12-28"]


def test_a_day_that_closes_at_noon_is_half_a_day_for_everybody(team):
    EngineerFactory(team=team)
    ClosedDay.objects.create(
        calendar=team.calendar,
        day=date(2026, 12, 24),
        name="Christmas Eve",
        closed_from=time(13),
    )

    plan = planned(team)

    assert plan["closed_days"] == []
    assert plan["engineers"][0]["leave"] == [["2026-12-24", "2026-12-24", 0.5]]


def test_ktlo_interrupts_those_of_its_people_who_are_there(team):
    eva, gone = (
        EngineerFactory(team=team),
        EngineerFactory(team=team, ends_on=date(2026, 1, 1)),
    )
    mail = KtloStreamFactory(team=team, per_week=Decimal("1.5"))
    mail.engineers.set([eva, gone])
    KtloStreamFactory(team=team).engineers.set([gone])
    KtloStreamFactory(team=team, per_week=0).engineers.set([eva])

    plan = planned(team)

    assert plan["interruptions"] == [
        {
            "id": f"ktlo-{mail.pk}",
            "engineers": [f"eng-{eva.pk}"],
            "per_week": 1.5,
            "effort": {"low": 0.1, "likely": 0.3, "high": 2.0},
        }
    ]


def test_demands_stand_in_rank_order_with_their_packages(team, skill):
    second = RankedDemandFactory(
        team=team, rank="2", earliest=date(2026, 12, 1), needed_by=date(2027, 2, 1)
    )
    first = RankedDemandFactory(team=team, rank="1")
    build = WorkPackageFactory(demand=second, skill=skill, position=1)
    design = WorkPackageFactory(
        demand=second,
        skill=skill,
        position=0,
        low=Decimal(2),
        likely=Decimal("2.5"),
        high=Decimal(8),
        wait_low=Decimal(2),
        wait_likely=Decimal(5),
        wait_high=Decimal(15),
    )
    build.after.add(design)
    only = WorkPackageFactory(demand=first, skill=skill)

    plan = planned(team)

    five = {"low": 5.0, "likely": 5.0, "high": 5.0}
    free = {"skill": "API design", "engineer": None, "doing": None, "wait": None}
    assert plan["demands"] == [
        {
            "id": first.reference,
            "earliest": None,
            "after": [],
            "dates": [],
            "packages": [{"id": str(only.pk), "effort": five, "after": [], **free}],
        },
        {
            "id": second.reference,
            "earliest": "2026-12-01",
            "after": [],
            "dates": ["2027-02-01"],
            "packages": [
                {
                    **free,
                    "id": str(design.pk),
                    "effort": {"low": 2.0, "likely": 2.5, "high": 8.0},
                    "after": [],
                    "wait": {"low": 2.0, "likely": 5.0, "high": 15.0},
                },
                {
                    **free,
                    "id": str(build.pk),
                    "effort": five,
                    "after": [str(design.pk)],
                },
            ],
        },
    ]


def test_other_teams_and_undecided_demands_are_not_in_the_plan(team, skill):
    WorkPackageFactory(demand=RankedDemandFactory(), skill=skill)
    WorkPackageFactory(demand=DemandFactory(team=team), skill=skill)

    plan = planned(team)

    assert plan["demands"] == []


def test_work_in_hand_has_what_remains_with_the_ratio_of_its_estimate(team, skill):
    eva = EngineerFactory(team=team, with_skills=[skill])
    demand = RankedDemandFactory(team=team, stage="in_progress")
    WorkPackageFactory(
        demand=demand,
        skill=skill,
        low=Decimal(4),
        likely=Decimal(8),
        high=Decimal(20),
        state="doing",
        engineer=eva,
        remaining=Decimal(2),
    )

    package = planned(team)["demands"][0]["packages"][0]

    assert (package["doing"], package["engineer"], package["effort"]) == (
        f"eng-{eva.pk}",
        None,
        {"low": 1.0, "likely": 2.0, "high": 5.0},
    )


def test_work_in_hand_of_somebody_who_left_is_free_for_others(team, skill):
    gone = EngineerFactory(team=team, ends_on=date(2026, 1, 1))
    WorkPackageFactory(
        demand=RankedDemandFactory(team=team),
        skill=skill,
        state="doing",
        engineer=gone,
        remaining=Decimal(2),
    )

    package = planned(team)["demands"][0]["packages"][0]

    assert (package["doing"], package["effort"]["likely"]) == (None, 2.0)


def test_finished_packages_drop_out_and_no_longer_hold_up_the_next(team, skill):
    demand = RankedDemandFactory(team=team)
    design = WorkPackageFactory(
        demand=demand, skill=skill, state="done", finished_on=date(2026, 11, 18)
    )
    build = WorkPackageFactory(
        demand=demand,
        skill=skill,
        wait_low=Decimal(1),
        wait_likely=Decimal(5),
        wait_high=Decimal(15),
    )
    build.after.add(design)

    packages = planned(team)["demands"][0]["packages"]

    # Thursday and Friday of last week have already been waited.
    assert [(each["id"], each["after"], each["wait"]) for each in packages] == [
        (str(build.pk), [], {"low": 0.5, "likely": 3.0, "high": 13.0})
    ]


def test_a_demand_whose_packages_are_all_done_needs_nobody(team, skill):
    package = WorkPackageFactory(
        demand=RankedDemandFactory(team=team, stage="in_progress"),
        skill=skill,
        state="done",
        finished_on=date(2026, 11, 18),
    )

    packages = planned(team)["demands"][0]["packages"]

    assert [(each["id"], each["effort"]) for each in packages] == [
        (str(package.pk), {"low": 0.0, "likely": 0.0, "high": 0.0})
    ]


def test_a_demand_waits_only_for_those_still_in_the_backlog(team, skill):
    open_one = RankedDemandFactory(team=team)
    delivered = DemandFactory(
        team=team, stage="delivered", delivered_on=date(2026, 11, 1)
    )
    elsewhere = RankedDemandFactory()
    waiting = RankedDemandFactory(team=team)
    waiting.after.set([open_one, delivered, elsewhere])
    for demand in (open_one, waiting):
        WorkPackageFactory(demand=demand, skill=skill)

    plan = planned(team)

    assert [(each["id"], each["after"]) for each in plan["demands"]] == [
        (open_one.reference, []),
        (waiting.reference, [open_one.reference]),
    ]


def test_what_has_no_estimate_is_left_out_with_all_that_waits_for_it(team, skill):
    third = RankedDemandFactory(team=team, reference="INT-0009")
    bare = RankedDemandFactory(team=team, reference="INT-0007")
    second = RankedDemandFactory(team=team, reference="INT-0008")
    free = RankedDemandFactory(team=team, reference="INT-0010")
    second.after.add(bare)
    third.after.add(second)
    for demand in (second, third, free):
        WorkPackageFactory(demand=demand, skill=skill)

    gathered = gather(team, start=MONDAY, trials=100, seed=7)

    assert gathered.cannot == {
        "INT-0007": "It has no estimate yet.",
        "INT-0008": "It waits for INT-0007, which has no estimate yet.",
        "INT-0009": "It waits for INT-0007, which has no estimate yet.",
    }
    assert [each["id"] for each in gathered.plan["demands"]] == ["INT-0010"]
    assert gathered.places == [
        (third.pk, "INT-0009"),
        (bare.pk, "INT-0007"),
        (second.pk, "INT-0008"),
        (free.pk, "INT-0010"),
    ]


def test_what_only_somebody_who_left_may_do_cannot_be_planned(team, skill):
    gone = EngineerFactory(team=team, ends_on=date(2026, 1, 1))
    demand = RankedDemandFactory(team=team)
    WorkPackageFactory(demand=demand, skill=skill, engineer=gone, name="Build")

    gathered = gather(team, start=MONDAY, trials=100, seed=7)

    assert gathered.cannot == {
        demand.reference: (
            "“Build” is kept for somebody who is not in the team any more."
        )
    }


@pytest.mark.parametrize("many", [1, 30])
def test_gathering_costs_the_same_queries_for_any_length(
    django_assert_num_queries, many, skill
):
    team = TeamFactory()
    before = None
    for _ in range(many):
        demand = RankedDemandFactory(team=team)
        design = WorkPackageFactory(demand=demand, skill=skill)
        build = WorkPackageFactory(demand=demand, skill=skill)
        build.after.add(design)
        if before:
            demand.after.add(before)
        before = demand
        eva = EngineerFactory(team=team, with_skills=[skill])
        LeaveFactory(engineer=eva, first_day=MONDAY, last_day=MONDAY)
        KtloStreamFactory(team=team).engineers.add(eva)
    team = Team.objects.select_related("calendar").get(pk=team.pk)

    with django_assert_num_queries(16):
        gathered = gather(team, start=MONDAY, trials=100, seed=7)

    assert len(gathered.plan["demands"]) == many
