from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from capacity.forms import PackageAdminForm
from capacity.models import Engineer, Forecast, Leave
from tests.factories import (
    EngineerFactory,
    KtloStreamFactory,
    LeaveFactory,
    RankedDemandFactory,
    SkillFactory,
    TeamFactory,
    UserFactory,
    WorkPackageFactory,
)

MODELS = ["skill", "engineer", "leave", "ktlostream", "workpackage", "forecast"]
EMPTY_INLINES = {
    f"{prefix}-{count}_FORMS": 0
    for prefix in ("skill_levels", "weekly_hours", "leave")
    for count in ("TOTAL", "INITIAL")
}


@pytest.fixture
def administrator(db, team):
    return UserFactory(role="administrator", is_superuser=True, teams=[team])


def revision(team):
    team.refresh_from_db()
    return team.plan_revision


@pytest.mark.parametrize("model", MODELS)
def test_every_list_and_row_opens(client, team, administrator, model):
    skill = SkillFactory()
    engineer = EngineerFactory(team=team, with_skills=[skill])
    rows = {
        "skill": skill,
        "engineer": engineer,
        "leave": LeaveFactory(
            engineer=engineer, first_day=date(2026, 12, 1), last_day=date(2026, 12, 2)
        ),
        "ktlostream": KtloStreamFactory(team=team),
        "workpackage": WorkPackageFactory(skill=skill),
        "forecast": Forecast.objects.create(team=team),
    }
    client.force_login(administrator)

    answers = [
        client.get(address).status_code
        for address in (
            reverse(f"admin:capacity_{model}_changelist"),
            reverse(f"admin:capacity_{model}_change", args=[rows[model].pk]),
        )
    ]

    assert answers == [200, 200]


def test_a_new_engineer_changes_the_plan_of_the_team(client, team, manager):
    client.force_login(manager)

    client.post(
        reverse("admin:capacity_engineer_add"),
        {
            "team": team.pk,
            "name": "Eva",
            "overhead": "0.2",
            "ramp_up_weeks": "0",
            **EMPTY_INLINES,
        },
    )

    assert (Engineer.objects.get().name, revision(team)) == ("Eva", 1)


def test_an_engineer_who_moves_changes_both_plans(client, team, manager):
    eva = EngineerFactory(team=team, name="Eva")
    hours = eva.weekly_hours.get()
    other = TeamFactory()
    client.force_login(manager)

    client.post(
        reverse("admin:capacity_engineer_change", args=[eva.pk]),
        {
            "team": other.pk,
            "name": "Eva",
            "overhead": "0.2",
            "ramp_up_weeks": "0",
            **EMPTY_INLINES,
            "weekly_hours-TOTAL_FORMS": 1,
            "weekly_hours-INITIAL_FORMS": 1,
            "weekly_hours-0-id": hours.pk,
            "weekly_hours-0-engineer": eva.pk,
            **{
                f"weekly_hours-0-{day}": 8
                for day in ("monday", "tuesday", "wednesday", "thursday", "friday")
            },
            "weekly_hours-0-saturday": 0,
            "weekly_hours-0-sunday": 0,
        },
    )

    eva.refresh_from_db()
    assert (eva.team, revision(team), revision(other)) == (other, 1, 1)


def test_leave_that_is_taken_back_changes_the_plan(client, team, manager):
    leave = LeaveFactory(
        engineer=EngineerFactory(team=team),
        first_day=date(2026, 12, 1),
        last_day=date(2026, 12, 2),
    )
    client.force_login(manager)

    client.post(
        reverse("admin:capacity_leave_delete", args=[leave.pk]), {"post": "yes"}
    )

    assert (Leave.objects.exists(), revision(team)) == (False, 1)


def test_a_forecast_is_never_edited(client, team, administrator):
    forecast = Forecast.objects.create(team=team)
    client.force_login(administrator)

    answers = [
        client.post(reverse("admin:capacity_forecast_add")).status_code,
        client.post(
            reverse("admin:capacity_forecast_change", args=[forecast.pk])
        ).status_code,
        client.post(
            reverse("admin:capacity_forecast_delete", args=[forecast.pk])
        ).status_code,
    ]

    assert answers == [403, 403, 403]


@pytest.mark.parametrize("role", ["requester", "engineer", "viewer"])
def test_others_do_not_enter_the_administration(client, role, team):
    client.force_login(UserFactory(role=role, teams=[team]))

    response = client.get(reverse("admin:capacity_leave_changelist"))

    assert response.status_code == 302


def errors_of(package, after):
    form = PackageAdminForm(
        {
            **{
                name: getattr(package, name)
                for name in ("position", "name", "low", "likely", "high", "state")
            },
            "demand": package.demand_id,
            "skill": package.skill_id,
            "after": [other.pk for other in after],
        },
        instance=package,
    )
    return dict(form.errors)


@pytest.mark.django_db
def test_a_package_comes_after_packages_of_its_own_demand_only():
    stranger = WorkPackageFactory(name="Design")

    assert errors_of(WorkPackageFactory(), [stranger]) == {
        "after": [
            "Design belongs to another demand. To let one demand wait for another, "
            "say so at the demand."
        ]
    }


@pytest.mark.django_db
def test_packages_cannot_wait_for_each_other():
    demand = RankedDemandFactory()
    design, build, run = WorkPackageFactory.create_batch(3, demand=demand)
    build.after.add(design)
    run.after.add(build)

    assert errors_of(design, [run]) == {
        "after": ["These packages would wait for each other."]
    }
    assert errors_of(run, [design, build]) == {}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("wait", "why"),
    [
        ((1, 2, None), "Give low, likely and high of the wait, or none."),
        ((3, 2, 4), "Low, likely and high of the wait must not decrease."),
        ((0, 2, 4), "Low of the wait must be above 0 unless all three are 0."),
    ],
)
def test_a_wait_that_no_plan_can_say_is_refused(wait, why):
    package = WorkPackageFactory()
    package.wait_low, package.wait_likely, package.wait_high = (
        None if days is None else Decimal(days) for days in wait
    )

    with pytest.raises(ValidationError) as refused:
        package.clean()

    assert refused.value.messages == [why]
