from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.urls import reverse

from capacity.models import WorkPackage
from capacity.services.estimating import Estimate, accept_with_packages, set_packages
from intake.models import Demand
from intake.services.triage import decline_demand
from portfolio.core.errors import RuleBroken
from tests.factories import (
    RankedDemandFactory,
    UserFactory,
    WorkPackageFactory,
)


def days(low, likely, high):
    return {"low": Decimal(low), "likely": Decimal(likely), "high": Decimal(high)}


def sent(*rows, initial=0, **more):
    """What a browser posts for rows of an estimate."""
    form = {"packages-TOTAL_FORMS": len(rows), "packages-INITIAL_FORMS": initial}
    for number, row in enumerate(rows):
        form |= {f"packages-{number}-{name}": value for name, value in row.items()}
    return {**form, **more}


def test_accepting_makes_packages_and_ranks_the_demand(demand, manager, skill):
    design = Estimate("Design", skill, **days(1, 2, 5))
    build = Estimate("Build", skill, **days(3, 6, 14), after_previous=True)

    accepted = accept_with_packages(demand=demand, packages=[design, build], by=manager)

    first, second = accepted.packages.all()
    assert (accepted.stage, accepted.rank is not None) == ("estimated", True)
    assert (first.name, list(first.after.all())) == ("Design", [])
    assert (second.likely, list(second.after.all())) == (Decimal(6), [first])


def test_accepting_without_packages_leaves_it_to_be_estimated(demand, manager):
    accepted = accept_with_packages(demand=demand, packages=[], by=manager)

    assert (accepted.stage, accepted.packages.count()) == ("accepted", 0)


def test_a_refused_acceptance_makes_no_package(team, manager, skill):
    demand = RankedDemandFactory(team=team)

    with pytest.raises(RuleBroken):
        accept_with_packages(
            demand=demand, packages=[Estimate("X", skill, **days(1, 1, 1))], by=manager
        )

    assert not WorkPackage.objects.exists()


def test_estimating_again_keeps_what_is_begun(team, manager, skill):
    demand = RankedDemandFactory(team=team, stage="in_progress")
    done = WorkPackageFactory(
        demand=demand, state="done", finished_on="2026-11-02", name="Done"
    )
    changed = WorkPackageFactory(demand=demand, position=1, name="Old name")
    dropped = WorkPackageFactory(demand=demand, position=2)

    set_packages(
        demand=demand,
        packages=[
            Estimate("New name", skill, **days(1, 2, 3), package_id=changed.pk),
            Estimate("Added", skill, **days(1, 1, 1), after_previous=True),
        ],
        by=manager,
    )

    kept = list(demand.packages.values_list("pk", "name"))
    assert kept[0] == (done.pk, "Done")
    assert kept[1] == (changed.pk, "New name")
    assert kept[2][1] == "Added"
    assert not WorkPackage.objects.filter(pk=dropped.pk).exists()
    team.refresh_from_db()
    assert team.plan_revision == 1


def test_a_package_of_another_demand_is_not_touched(team, manager, skill):
    other = WorkPackageFactory(name="Not yours")
    demand = RankedDemandFactory(team=team)

    set_packages(
        demand=demand,
        packages=[Estimate("Mine", skill, **days(1, 1, 1), package_id=other.pk)],
        by=manager,
    )

    other.refresh_from_db()
    assert (other.name, demand.packages.get().name) == ("Not yours", "Mine")


def test_the_page_accepts_with_packages(client, demand, manager, skill):
    client.force_login(manager)
    row = {"name": "Build", "skill": skill.pk, **days("1", "2", "5")}

    response = client.post(
        reverse("capacity:accept", args=[demand.reference]), sent(row, {})
    )

    demand.refresh_from_db()
    assert response.url == reverse("intake:triage")
    assert (demand.stage, demand.packages.get().high) == ("estimated", Decimal(5))


def test_a_decreasing_range_is_refused_at_the_field_and_kept(
    client, demand, manager, skill
):
    client.force_login(manager)
    row = {"name": "Build", "skill": skill.pk, **days("8", "4", "9")}

    response = client.post(
        reverse("capacity:accept", args=[demand.reference]), sent(row)
    )

    page = response.content.decode()
    assert "Likely must be at least low, which is 8." in page
    assert 'value="Build"' in page
    assert Demand.objects.get(pk=demand.pk).stage == "submitted"


def test_another_row_comes_without_script_and_without_loss(client, demand, manager):
    client.force_login(manager)

    response = client.post(
        reverse("capacity:accept", args=[demand.reference]),
        sent({"name": "Half typed"}, add="1"),
    )

    page = response.content.decode()
    assert len(response.context["formset"].forms) == 2
    assert 'value="Half typed"' in page
    assert "There is a problem" not in page


def test_a_pattern_fills_rows(client, demand, manager, skill):
    client.force_login(manager)

    response = client.get(
        reverse("capacity:accept", args=[demand.reference]), {"pattern": "api"}
    )

    assert "Design the contract" in response.content.decode()


def test_estimating_again_keeps_what_comes_after_what(team, manager, skill):
    demand = RankedDemandFactory(team=team, stage="estimated")
    design, model, build = (
        WorkPackageFactory(demand=demand, skill=skill, position=position)
        for position in range(3)
    )
    build.after.set([design, model])

    set_packages(
        demand=demand,
        packages=[
            Estimate("Design", skill, **days(1, 1, 1), package_id=design.pk),
            Estimate(
                "Model",
                skill,
                **days(1, 1, 1),
                package_id=model.pk,
                after_previous=True,
            ),
            Estimate(
                "Build",
                skill,
                **days(1, 1, 1),
                package_id=build.pk,
                after_previous=True,
            ),
        ],
        by=manager,
    )

    after = {each.pk: set(each.after.all()) for each in demand.packages.all()}
    assert after == {design.pk: set(), model.pk: {design}, build.pk: {design, model}}


def test_a_package_no_longer_after_others_may_begin_at_once(team, manager, skill):
    demand = RankedDemandFactory(team=team, stage="estimated")
    design, build = WorkPackageFactory.create_batch(2, demand=demand, skill=skill)
    build.after.add(design)

    set_packages(
        demand=demand,
        packages=[
            Estimate("Design", skill, **days(1, 1, 1), package_id=design.pk),
            Estimate("Build", skill, **days(1, 1, 1), package_id=build.pk),
        ],
        by=manager,
    )

    assert list(build.after.all()) == []


def test_an_estimate_cannot_be_emptied(team, manager, skill):
    demand = RankedDemandFactory(team=team, stage="estimated")
    package = WorkPackageFactory(demand=demand, skill=skill)

    with pytest.raises(RuleBroken) as refused:
        set_packages(demand=demand, packages=[], by=manager)

    assert str(refused.value) == (
        f"{demand.reference} needs at least one work package to be forecast. "
        "If there is nothing to do, withdraw it."
    )
    assert list(demand.packages.all()) == [package]


def test_what_is_not_in_the_backlog_is_not_estimated(demand, manager, skill):
    with pytest.raises(RuleBroken) as refused:
        set_packages(
            demand=demand, packages=[Estimate("X", skill, **days(1, 1, 1))], by=manager
        )

    assert str(refused.value) == (
        f"{demand.reference} is submitted; only work of the backlog is estimated."
    )


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ((8, 4, 9), "Likely must be at least low, which is 8."),
        ((1, 4, 3), "High must be at least likely, which is 4."),
        ((0, 0, 1), "Low must be above 0, unless all three are 0."),
    ],
)
def test_a_range_that_is_none_is_refused_with_the_reason(
    demand, manager, skill, given, why
):
    with pytest.raises(RuleBroken) as refused:
        accept_with_packages(
            demand=demand,
            packages=[Estimate("Build", skill, **days(*given))],
            by=manager,
        )

    assert str(refused.value) == f"“Build”: {why}"


def test_no_effort_at_all_is_an_estimate(demand, manager, skill):
    accepted = accept_with_packages(
        demand=demand, packages=[Estimate("Sign", skill, **days(0, 0, 0))], by=manager
    )

    assert accepted.packages.get().high == 0


def test_a_pattern_is_added_to_what_was_typed(client, demand, manager, skill):
    client.force_login(manager)

    response = client.post(
        reverse("capacity:accept", args=[demand.reference]),
        sent({"name": "Half typed", "low": "much"}, {}, pattern="file"),
    )

    forms = response.context["formset"].forms
    assert [form["name"].value() for form in forms] == [
        "Half typed",
        "Agree format and times",
        "Transfer, checks and alarms",
        "Test with real files",
    ]
    assert forms[0]["low"].value() == "much"


def test_a_removed_row_and_an_empty_row_are_no_rows(client, demand, manager, skill):
    client.force_login(manager)
    kept = {"name": "Build", "skill": skill.pk, **days("1", "2", "5")}
    removed = {"name": "Wrong", "low": "x", "DELETE": "on"}
    empty = {"after_previous": "on"}

    client.post(
        reverse("capacity:accept", args=[demand.reference]),
        sent(kept, removed, empty, initial=3),
    )

    assert [package.name for package in demand.packages.all()] == ["Build"]


def test_a_missing_answer_is_named_at_its_field(client, demand, manager, skill):
    client.force_login(manager)

    response = client.post(
        reverse("capacity:accept", args=[demand.reference]),
        sent({"name": "Build", "low": "1", "high": "2"}),
    )

    assert response.context["formset"].errors == [
        {
            "skill": ["Choose the skill it asks for."],
            "likely": ["Say how many days."],
        }
    ]


def test_the_estimate_page_shows_what_is_begun_and_what_comes_after_more_than_one(
    client, team, manager, skill
):
    demand = RankedDemandFactory(team=team, stage="in_progress")
    WorkPackageFactory(
        demand=demand, skill=skill, name="Map", state="done", finished_on="2026-11-02"
    )
    design, model, build = (
        WorkPackageFactory(demand=demand, skill=skill, name=name, position=position)
        for position, name in enumerate(["Design", "Model", "Build"], start=1)
    )
    build.after.set([design, model])
    client.force_login(manager)

    page = client.get(
        reverse("capacity:packages", args=[demand.reference])
    ).content.decode()

    assert "Begun or done, and kept as it is" in page
    assert "now after Design and Model" in page


def test_the_estimate_page_saves_and_leads_to_the_demand(client, team, manager, skill):
    demand = RankedDemandFactory(team=team)
    client.force_login(manager)

    response = client.post(
        reverse("capacity:packages", args=[demand.reference]),
        sent({"name": "Build", "skill": skill.pk, **days("1", "2", "5")}),
    )

    demand.refresh_from_db()
    assert response.url == reverse("board:demand", args=[demand.reference])
    assert demand.stage == "estimated"


def test_a_demand_that_is_decided_is_not_accepted_again(client, team, manager):
    demand = RankedDemandFactory(team=team)
    client.force_login(manager)

    response = client.get(reverse("capacity:accept", args=[demand.reference]))

    assert response.url == reverse("intake:triage-demand", args=[demand.reference])


def accepted_by_another(demand, team, **packages):
    other = UserFactory(role="manager", teams=[team], name="Sabine Krüger")
    accept_with_packages(
        demand=demand,
        packages=[Estimate(name, *row) for name, row in packages.items()],
        by=other,
    )
    Demand.objects.update(decided_at=dt.datetime(2026, 11, 23, 8, 14, tzinfo=dt.UTC))


def test_packages_are_kept_when_another_manager_was_faster(
    client, team, demand, manager, skill
):
    accepted_by_another(demand, team, Design=(skill, *map(Decimal, (1, 2, 3))))
    client.force_login(manager)
    row = {"name": "Build", "skill": skill.pk, **days("1", "2", "5")}

    response = client.post(
        reverse("capacity:accept", args=[demand.reference]), sent(row)
    )

    page = response.content.decode()
    assert f"{demand.reference} was accepted by Sabine Krüger on 23 Nov, 09:14." in page
    assert [form["name"].value() for form in response.context["formset"]] == [
        "Design",
        "Build",
    ]
    assert response.context["address"] == reverse(
        "capacity:packages", args=[demand.reference]
    )
    assert [each.name for each in demand.packages.all()] == ["Design"]


def test_packages_are_kept_when_another_manager_declined(
    client, team, demand, manager, skill
):
    decline_demand(demand=demand, by=manager, reason="The data hub has it.")
    client.force_login(manager)

    response = client.post(
        reverse("capacity:accept", args=[demand.reference]),
        sent({"name": "Build", "skill": skill.pk, "low": "8", "likely": "2"}),
    )

    page = response.content.decode()
    assert f"{demand.reference} was declined by {manager}" in page
    assert f"Open {demand.reference} again to accept it with them." in page
    assert 'value="Build"' in page


def test_rows_are_asked_for_as_a_fragment(client, demand, manager):
    client.force_login(manager)

    response = client.post(
        reverse("capacity:accept", args=[demand.reference]),
        sent({}, add="1"),
        headers={"hx-request": "true"},
    )

    page = response.content.decode()
    assert "<html" not in page
    assert 'name="packages-0-name"' in page


@pytest.mark.parametrize("rows", [1, 20])
def test_the_estimate_page_costs_the_same_queries_for_any_length(
    client, team, manager, skill, rows, django_assert_num_queries
):
    demand = RankedDemandFactory(team=team)
    WorkPackageFactory.create_batch(rows, demand=demand, skill=skill)
    client.force_login(manager)

    # Two of them for the templates: the team's own, and the skills of the shipped.
    with django_assert_num_queries(9):
        client.get(reverse("capacity:packages", args=[demand.reference]))


@pytest.mark.parametrize("role", ["requester", "engineer", "viewer"])
def test_only_who_decides_accepts(client, team, demand, role):
    client.force_login(UserFactory(role=role, teams=[team]))

    for name in ("capacity:accept", "capacity:packages"):
        assert client.post(reverse(name, args=[demand.reference])).status_code == 403
