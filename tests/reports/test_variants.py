from __future__ import annotations

import pytest
from django.test import Client
from django.utils import timezone

from portfolio.reports.files import FORMATS, write_file
from portfolio.reports.services.freezing import freeze_report
from portfolio.reports.tables import figures
from portfolio.reports.variants import for_leadership
from tests.factories import (
    CommitmentFactory,
    EngineerFactory,
    RankedDemandFactory,
    UserFactory,
    WorkPackageFactory,
)
from tests.reports.reading import text_of
from tests.reports.rows import promised_demand

NAME = "Ada Somebody"


@pytest.fixture
def report(team, manager):
    """A week in which one person stands in fields, in a title and in reasons."""
    engineer = EngineerFactory(team=team, name=NAME)
    demand = promised_demand(team, worlds={60: 4}, title=f"What {NAME} asked for")
    skill = demand.packages.get().skill
    engineer.skill_levels.create(skill=skill)
    WorkPackageFactory(demand=demand, skill=skill, state="doing", engineer=engineer)
    CommitmentFactory(
        demand=RankedDemandFactory(
            team=team,
            blocked_since=timezone.localdate(),
            blocked_cause=f"{NAME.upper()} is ill",
        )
    )
    report = freeze_report(team=team, week=timezone.localdate(), by=manager)
    report.notes = {"summary": f"{NAME}’s week", "own": [f"Replace {NAME}?"]}
    report.save()
    return report


def test_leadership_reads_no_name_in_any_field_or_text(report):
    told = for_leadership(report.content)

    assert NAME.lower() in str(report.content).lower()
    assert NAME.lower() not in str(told).lower()
    assert told["commitments"][0]["title"] == "What somebody of the team asked for"


def test_leadership_reads_the_same_numbers(report):
    assert figures(for_leadership(report.content)) == figures(report.content)


def test_a_name_inside_a_word_is_none():
    content = {"people": ["Ann"], "title": "Annual plan of Ann", "by": "Ann"}

    assert for_leadership(content) == {"title": "Annual plan of somebody of the team"}


@pytest.mark.parametrize("name", FORMATS)
def test_no_format_for_leadership_holds_the_name(report, name):
    text = text_of(name, write_file(report, name, "leadership"))

    assert NAME.lower() in text_of(name, write_file(report, name, "team")).lower()
    assert NAME.lower() not in text.lower()
    assert "somebody of the team" in text


@pytest.mark.parametrize(("role", "reads"), [("manager", True), ("viewer", False)])
def test_pages_and_files_give_viewers_the_variant_without_names(
    report, team, role, reads
):
    client = Client()
    client.force_login(UserFactory(role=role, teams=[team]))
    address = report.get_absolute_url()

    page = client.get(address).content.decode()
    live = client.get("/reports/?draft").content.decode()
    file = client.get(f"{address}csv/").content.decode()

    assert [NAME in text for text in (page, live, file)] == [reads] * 3


def test_a_manager_looks_at_what_leadership_reads(report, client, manager):
    client.force_login(manager)

    page = client.get(f"{report.get_absolute_url()}?for=leadership").content.decode()
    file = client.get(f"{report.get_absolute_url()}csv/?for=leadership")

    assert NAME not in page
    assert "As leadership reads it" in page
    assert "-leadership.csv" in file["Content-Disposition"]
    assert NAME not in file.content.decode()
