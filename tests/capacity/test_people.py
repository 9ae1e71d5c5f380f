from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.urls import reverse

from capacity.models import Engineer
from capacity.presence import Contract, ramped
from capacity.services.gathering import gather_plan
from capacity.services.people import (
    WEEKDAYS,
    Hours,
    Person,
    remove_engineer,
    save_engineer,
)
from portfolio.core.errors import RuleBroken
from portfolio.core.models import Event
from tests.factories import (
    EngineerFactory,
    SkillFactory,
    UserFactory,
    WorkPackageFactory,
)

MONDAY = dt.date(2026, 11, 23)
FULL = (*[Decimal(8)] * 5, Decimal(0), Decimal(0))
FOUR_DAYS = (*[Decimal(8)] * 4, *[Decimal(0)] * 3)


def revision(team):
    team.refresh_from_db()
    return team.plan_revision


@pytest.fixture
def planner(client, manager):
    client.force_login(manager)
    return client


def sent(*hours, initial=1, **fields):
    """What a browser posts for an engineer; hours as (from, Monday to Sunday)."""
    form = {"hours-TOTAL_FORMS": len(hours), "hours-INITIAL_FORMS": initial}
    for number, (since, *days) in enumerate(hours):
        form[f"hours-{number}-effective_from"] = since
        for weekday, given in zip(WEEKDAYS, days, strict=False):
            form[f"hours-{number}-{weekday}"] = given
    return {"name": "Ada", "overhead": "20", **form, **fields}


def test_an_engineer_is_written_down_with_skills_and_hours(team, manager, skill):
    ada = save_engineer(
        team=team,
        person=Person(
            name="Ada",
            country="DE",
            subdivision="BE",
            overhead=Decimal("0.25"),
            speeds={skill: Decimal("0.5")},
            hours=[Hours(None, FULL), Hours(dt.date(2027, 1, 4), FOUR_DAYS)],
        ),
        by=manager,
    )

    event = Event.objects.about(ada).get()
    assert event.kind == "engineer-added"
    assert event.after == (
        "Ada: API design 0.5; 40 h a week; 32 h a week from 2027-01-04; "
        "25 % meetings; DE-BE"
    )
    assert revision(team) == 1


def test_the_plan_knows_what_was_written_down(team, manager, skill):
    person = Person(name="Ada", speeds={skill: Decimal(1)}, hours=[Hours(None, FULL)])
    ada = save_engineer(team=team, person=person, by=manager)
    later = Person(
        name="Ada",
        overhead=Decimal(0),
        ends_on=dt.date(2027, 2, 26),
        speeds={skill: Decimal("0.5")},
        hours=[Hours(None, FOUR_DAYS)],
    )

    save_engineer(team=team, engineer=ada, person=later, by=manager)

    [written] = gather_plan(team, start=MONDAY, trials=10, seed=7)["engineers"]
    assert written == {
        "id": f"eng-{ada.pk}",
        "skills": {"API design": 0.5},
        "hours_per_day": [8, 8, 8, 8, 0, 0, 0],
        "overhead": 0.0,
        "from": None,
        "until": "2027-02-26",
        "leave": [],
    }


def test_saving_what_stands_there_already_asks_for_no_forecast(team, manager, skill):
    person = Person(name="Ada", speeds={skill: Decimal(1)}, hours=[Hours(None, FULL)])
    ada = save_engineer(team=team, person=person, by=manager)

    save_engineer(team=team, engineer=ada, person=person, by=manager)

    assert (revision(team), Event.objects.about(ada).count()) == (1, 1)


@pytest.mark.parametrize(
    ("person", "why"),
    [
        (Person(name="grace"), "has an engineer grace already"),
        (Person(name="Ada", country="XX"), "“XX” is not a known country"),
        (
            Person(name="Ada", starts_on=MONDAY, ends_on=dt.date(2026, 11, 1)),
            r"The last working day, 1 Nov.*, comes before the first, 23 Nov",
        ),
        (Person(name="Ada", ramp_up_weeks=4), "count from the first day"),
        (
            Person(name="Ada", hours=[Hours(None, FULL), Hours(None, FOUR_DAYS)]),
            "Two rows of hours hold from the same day",
        ),
    ],
)
def test_what_cannot_be_is_refused(team, manager, person, why):
    EngineerFactory(team=team, name="Grace")

    with pytest.raises(RuleBroken, match=why):
        save_engineer(team=team, person=person, by=manager)

    assert Engineer.objects.count() == 1


def test_an_account_belongs_to_one_engineer(team, manager):
    account = UserFactory(role="engineer", teams=[team])
    EngineerFactory(team=team, user=account)

    with pytest.raises(RuleBroken, match="is the account of another engineer"):
        save_engineer(team=team, person=Person(name="Ada", account=account), by=manager)


def test_who_has_worked_is_not_removed(team, manager, skill):
    ada = EngineerFactory(team=team, name="Ada")
    WorkPackageFactory(engineer=ada, skill=skill)

    with pytest.raises(RuleBroken, match="Give a last working day instead"):
        remove_engineer(engineer=ada, by=manager)

    assert Engineer.objects.get() == ada


def test_the_share_of_somebody_who_starts_rises_week_by_week():
    full = (8.0,) * 5 + (0.0, 0.0)
    half = (4.0,) * 5 + (0.0, 0.0)
    contracts = [Contract(None, full), Contract(MONDAY + dt.timedelta(days=9), half)]

    found = ramped(contracts, MONDAY, 3)

    days = [(each.begins, each.hours[0]) for each in found]
    assert days == [
        (None, 8.0),
        (MONDAY, 2.0),
        (MONDAY + dt.timedelta(days=7), 4.0),
        (MONDAY + dt.timedelta(days=9), 2.0),
        (MONDAY + dt.timedelta(days=14), 3.0),
        (MONDAY + dt.timedelta(days=21), 4.0),
    ]


def test_the_plan_has_less_of_somebody_who_starts(team, skill):
    ada = EngineerFactory(team=team, with_skills=[skill])
    ada.starts_on, ada.ramp_up_weeks = MONDAY, 1
    ada.save()

    [written] = gather_plan(team, start=MONDAY, trials=10, seed=7)["engineers"]

    assert written["hours_per_day"][:5] == [8] * 5
    assert written["leave"] == [["2026-11-23", "2026-11-27", 0.5]]


def test_the_page_stores_all_of_a_person(planner, team, skill):
    other = SkillFactory(name="IAM")
    form = sent(
        ("", 8, 8, 8, 8, 8, 0, 0),
        ("2027-01-04", 8, 8, 8, 8, "", "", ""),
        ("",),
        country="de",
        starts_on="2026-12-01",
        ramp_up_weeks="4",
        **{f"skill-{skill.pk}": "0.8", f"skill-{other.pk}": ""},
    )

    response = planner.post(reverse("capacity:new-engineer"), form)

    ada = Engineer.objects.get()
    assert response.url == reverse("capacity:engineers")
    assert (ada.country, ada.overhead, ada.ramp_up_weeks) == ("DE", Decimal("0.2"), 4)
    assert [str(level) for level in ada.skill_levels.all()] == ["API design × 0.80"]
    assert [str(hours) for hours in ada.weekly_hours.all()] == [
        "40.0 h a week",
        "32.0 h a week",
    ]


def test_the_page_shows_what_is_stored_and_stores_it_unchanged(planner, team, skill):
    ada = EngineerFactory(
        team=team, with_skills=[skill], overhead=Decimal("0.125"), country="PL"
    )
    address = reverse("capacity:engineer", args=[ada.pk])
    shown = planner.get(address).context
    form = {
        field.html_name: "" if field.value() is None else field.value()
        for part in (shown["form"], shown["hours"].management_form, *shown["hours"])
        for field in part
        if field.name != "DELETE"
    }

    planner.post(address, form)

    assert (revision(team), Event.objects.about(ada).count()) == (0, 0)


def test_what_is_wrong_is_said_at_its_field_and_nothing_is_lost(planner, team):
    form = sent(
        ("2027-01-04", 8), ("2027-01-04", 25),
        name="", country="DE", subdivision="XX", starts_on="2027-01-01",
        ends_on="2026-01-01",
    )  # fmt: skip

    page = planner.post(reverse("capacity:new-engineer"), form).content.decode()

    for words in (
        "Name: Give the name.",
        "“XX” is not a region of DE",
        "The last working day comes before the first.",
        "Hours, row 2, Mon: Ensure this value is less than or equal to 24.",
    ):
        assert words in page, words
    assert 'value="XX"' in page
    assert not Engineer.objects.exists()


def test_the_list_keeps_who_left_apart(planner, team):
    EngineerFactory(team=team, name="Here")
    EngineerFactory(team=team, name="Gone", ends_on=dt.date(2020, 1, 31))
    EngineerFactory(name="Of another team")

    context = planner.get(reverse("capacity:engineers")).context

    assert [[each.name for each in context[name]] for name in ("here", "gone")] == [
        ["Here"],
        ["Gone"],
    ]


@pytest.mark.parametrize("people", [1, 3])
def test_the_list_costs_the_same_queries_for_any_length(
    planner, team, skill, people, django_assert_num_queries
):
    for _ in range(people):
        EngineerFactory(team=team, with_skills=[skill])

    # Session, person, team, what waits in triage; people, levels, skills, hours, leave.
    with django_assert_num_queries(9):
        planner.get(reverse("capacity:engineers"))


def test_removing_is_asked_twice(planner, team):
    ada = EngineerFactory(team=team)
    address = reverse("capacity:remove-engineer", args=[ada.pk])

    asked = planner.get(address)
    planner.post(address)

    assert asked.status_code == 200
    assert not Engineer.objects.exists()
    assert revision(team) == 1


def test_an_engineer_of_another_team_is_not_found(planner):
    address = reverse("capacity:engineer", args=[EngineerFactory().pk])

    assert planner.get(address).status_code == 404


@pytest.mark.parametrize("role", ["requester", "engineer", "viewer"])
def test_only_who_plans_sees_and_edits_people(client, team, role):
    ada = EngineerFactory(team=team)
    client.force_login(UserFactory(role=role, teams=[team]))

    for address in (
        reverse("capacity:engineers"),
        reverse("capacity:new-engineer"),
        reverse("capacity:engineer", args=[ada.pk]),
        reverse("capacity:remove-engineer", args=[ada.pk]),
        reverse("capacity:skills"),
    ):
        assert client.post(address).status_code in {403, 405}, address
        assert client.get(address).status_code == 403, address
