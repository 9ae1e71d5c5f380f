from __future__ import annotations

import pytest
from django.urls import reverse

from capacity.models import Skill
from capacity.services.skills import remove_skill, save_skill
from portfolio.core.errors import RuleBroken
from portfolio.core.models import Event
from tests.factories import EngineerFactory, RankedDemandFactory, WorkPackageFactory


@pytest.fixture
def planner(client, manager):
    client.force_login(manager)
    return client


def test_a_skill_is_made_and_renamed(team, manager):
    made = save_skill(name="  Event   streaming ", by=manager)

    save_skill(skill=made, name="Streaming", by=manager)

    team.refresh_from_db()
    assert (made.name, made.slug, team.plan_revision) == ("Streaming", "streaming", 1)
    assert list(
        Event.objects.about(made).by_time().values_list("kind", "before", "after")
    ) == [
        ("skill-made", "", "Event streaming"),
        ("skill-renamed", "Event streaming", "Streaming"),
    ]


@pytest.mark.parametrize("name", ["api DESIGN", "API-design"])
def test_two_skills_have_two_names(skill, manager, name):
    with pytest.raises(RuleBroken, match="already"):
        save_skill(name=name, by=manager)


def test_a_skill_in_use_stays_and_one_that_is_not_goes(team, manager, skill):
    EngineerFactory(team=team, with_skills=[skill])
    WorkPackageFactory(skill=skill)
    unused = save_skill(name="COBOL", by=manager)

    remove_skill(skill=unused, by=manager)
    with pytest.raises(RuleBroken, match="in use by 1 engineer and 1 work package"):
        remove_skill(skill=skill, by=manager)

    assert list(Skill.objects.all()) == [skill]


def test_the_page_says_who_has_a_skill_and_what_asks_for_it(planner, team, skill):
    EngineerFactory(team=team, with_skills=[skill])
    EngineerFactory(team=team, with_skills=[skill], ends_on="2020-01-31")
    EngineerFactory(with_skills=[skill])
    demand = RankedDemandFactory(team=team)
    WorkPackageFactory(demand=demand, skill=skill)
    WorkPackageFactory(demand=demand, skill=skill, state="done", finished_on="2026-1-1")

    [found] = planner.get(reverse("capacity:skills")).context["skills"]

    assert (found.people, found.packages_open) == (1, 1)


def test_the_page_adds_renames_and_removes(planner, skill):
    planner.post(reverse("capacity:new-skill"), {"name": "IAM"})
    made = Skill.objects.get(name="IAM")
    planner.post(reverse("capacity:skill", args=[made.pk]), {"name": "Access"})
    renamed = Skill.objects.get(pk=made.pk).name
    planner.post(reverse("capacity:remove-skill", args=[made.pk]))

    assert renamed == "Access"
    assert list(Skill.objects.all()) == [skill]


def test_the_page_says_what_is_wrong_and_keeps_it(planner, skill):
    twice = planner.post(reverse("capacity:new-skill"), {"name": "API design"})
    nothing = planner.post(reverse("capacity:new-skill"), {"name": ""})

    assert "There is a skill “API design” already." in twice.content.decode()
    assert "Give the skill a name." in nothing.content.decode()


def test_a_page_of_a_skill_in_use_says_why_it_stays(planner, team, skill):
    EngineerFactory(team=team, with_skills=[skill])

    response = planner.post(
        reverse("capacity:remove-skill", args=[skill.pk]), follow=True
    )

    assert "is in use by 1 engineer." in response.content.decode()
