from __future__ import annotations

from decimal import Decimal

import pytest
from django.urls import reverse

from capacity.models import WorkPackage
from capacity.services.estimating import Estimate, accept_with_packages, set_packages
from intake.models import Demand
from portfolio.core.errors import RuleBroken
from tests.factories import (
    RankedDemandFactory,
    SkillFactory,
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


@pytest.fixture
def skill(db):
    return SkillFactory(name="API design")


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


@pytest.mark.parametrize("role", ["requester", "engineer", "viewer"])
def test_only_who_decides_accepts(client, team, demand, role):
    client.force_login(UserFactory(role=role, teams=[team]))

    for name in ("capacity:accept", "capacity:packages"):
        assert client.post(reverse(name, args=[demand.reference])).status_code == 403
