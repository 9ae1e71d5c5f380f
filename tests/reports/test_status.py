from __future__ import annotations

import csv
import datetime as dt
import io

import openpyxl
import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from capacity.models import DemandForecast, Forecast
from portfolio.core.errors import RuleBroken
from portfolio.reports.content import build_content, content_hash
from portfolio.reports.files import write_file
from portfolio.reports.models import StatusReport
from portfolio.reports.services import freeze_report
from portfolio.reports.weeks import parse_week, week_name
from tests.factories import (
    CommitmentFactory,
    DemandFactory,
    RankedDemandFactory,
    UserFactory,
    WorkPackageFactory,
)

TITLES = [
    '=HYPERLINK("http://x")',
    "+1 to orders",
    "@SUM(A1)",
    "-2 days",
    "\tTabbed",
    "<script>alert(1)</script> مرحبا 🚚",
]


@pytest.fixture
def today():
    return timezone.localdate()


@pytest.fixture
def promised(team, today):
    """A promised demand with a forecast that gives it three worlds of four."""
    demand = RankedDemandFactory(team=team, title="Orders into the warehouse")
    WorkPackageFactory(demand=demand)
    forecast = Forecast.objects.create(
        team=team, state="done", gathered_at=timezone.now(), plan_revision=0,
        starts_on=today, trials=4, seed=7, plan_hash="ab" * 32,
        result={"skills": [{"skill": "API design", "weeks": [
            {"week": str(today), "demand": 6.0, "supply": 4.0}]}]},
    )  # fmt: skip
    DemandForecast.objects.create(
        forecast=forecast, demand=demand, place=1, p50=today + dt.timedelta(days=8),
        p85=today + dt.timedelta(days=40),
        finished_by={"first": str(today + dt.timedelta(days=7)), "counts": [1, 1, 1]},
    )  # fmt: skip
    CommitmentFactory(demand=demand, original_due_on=today + dt.timedelta(days=30))
    return demand


def test_the_snapshot_says_how_every_commitment_stands(team, today, promised):
    content = build_content(team=team, today=today)

    [row] = content["commitments"]
    assert (row["reference"], row["chance"], row["rag"], row["chance_words"]) == (
        promised.reference,
        0.75,
        "amber",
        "75 %",
    )
    assert content["headline"]["sentence"] == "Of 1 open commitment: 1 at risk."
    assert content["capacity"] == [
        {"skill": "API design", "demand": 6.0, "supply": 4.0}
    ]
    assert content["backlog"][0]["likely_days"] == 5.0


def test_the_same_rows_give_the_same_hash(team, today, promised):
    first = build_content(team=team, today=today)
    second = build_content(team=team, today=today)

    assert content_hash(first) == content_hash(second)
    promised.title = "Renamed"
    promised.save(update_fields=["title"])
    assert content_hash(build_content(team=team, today=today)) != content_hash(first)


def test_a_frozen_week_stays_as_it_was(team, manager, today, promised):
    report = freeze_report(team=team, week=today, by=manager)
    promised.title = "Renamed"
    promised.save(update_fields=["title"])

    report.refresh_from_db()

    assert report.content["commitments"][0]["title"] == "Orders into the warehouse"
    assert content_hash(report.content) == report.content_hash


def test_freezing_again_adds_a_version(team, manager, today):
    first = freeze_report(team=team, week=today, by=manager)
    second = freeze_report(team=team, week=today, by=manager)

    assert (first.version, second.version) == (1, 2)
    assert StatusReport.objects.count() == 2


def test_another_week_cannot_be_frozen(team, manager, today):
    with pytest.raises(RuleBroken, match="Only the current week"):
        freeze_report(team=team, week=today - dt.timedelta(days=7), by=manager)


def test_changes_are_counted_from_the_last_week(team, today):
    stays = RankedDemandFactory.create_batch(3, team=team)
    gone = RankedDemandFactory(team=team)
    before = build_content(team=team, today=today - dt.timedelta(days=7))
    first, second = stays[0], stays[1]
    ranks = (second.rank, first.rank)
    second.rank = "9999999"
    second.save(update_fields=["rank"])
    first.rank, second.rank = ranks
    first.save(update_fields=["rank"])
    second.save(update_fields=["rank"])
    gone.stage, gone.rank, gone.delivered_on = "delivered", None, today
    gone.save(update_fields=["stage", "rank", "delivered_on"])
    new = RankedDemandFactory(team=team)

    changes = build_content(team=team, today=today, before=before)["changes"]

    assert [row["reference"] for row in changes["new"]] == [new.reference]
    assert [row["reference"] for row in changes["done"]] == [gone.reference]
    assert {
        (row["reference"], row["from"], row["to"]) for row in changes["reranked"]
    } == {
        (first.reference, 1, 2),
        (second.reference, 2, 1),
    }
    assert changes["left"] == changes["moved"] == changes["promised"] == []


def test_titles_stay_text_in_the_workbook_and_the_csv(team, manager, today):
    for title in TITLES:
        RankedDemandFactory(team=team, title=title)
    report = freeze_report(team=team, week=today, by=manager)

    book = openpyxl.load_workbook(io.BytesIO(write_file(report, "xlsx")))
    rows = list(
        csv.DictReader(io.StringIO(write_file(report, "csv").decode("utf-8-sig")))
    )

    cells = [row[2] for row in book["Backlog"].iter_rows(min_row=2)]
    assert [cell.value for cell in cells] == TITLES
    assert {cell.data_type for cell in cells} == {"s"}
    assert [row["title"].removeprefix("'") for row in rows] == TITLES
    assert not any(row["title"].startswith(tuple("=+-@\t")) for row in rows)


def test_every_number_of_the_workbook_stands_in_the_snapshot(
    team, manager, today, promised
):
    report = freeze_report(team=team, week=today, by=manager)

    book = openpyxl.load_workbook(io.BytesIO(write_file(report, "xlsx")))

    heading, *rows = book["Commitments"].iter_rows(values_only=True)
    [row] = [dict(zip(heading, row, strict=True)) for row in rows]
    said = report.content["commitments"][0]
    assert row["Reference"] == said["reference"]
    assert row["Chance on time"] == said["chance"]
    assert row["P85"].date().isoformat() == said["p85"]
    assert row["Current date"].date().isoformat() == said["due_on"]
    summary = {row[0]: row[1] for row in book["Summary"].iter_rows(values_only=True)}
    assert summary["At risk"] == report.content["headline"]["amber"] == 1
    assert book.sheetnames == [
        "Summary", "Commitments", "Backlog", "Delivered", "Changes", "Capacity",
        "Definitions",
    ]  # fmt: skip


def test_an_empty_portfolio_makes_a_workbook_too(team, manager, today):
    report = freeze_report(team=team, week=today, by=manager)

    book = openpyxl.load_workbook(io.BytesIO(write_file(report, "xlsx")))

    assert book["Summary"]["A2"].value == "No commitment is open."


def test_the_page_freezes_and_downloads(client, manager, promised, today):
    client.force_login(manager)
    assert "Not frozen yet" in client.get(reverse("reports:reports")).content.decode()

    client.post(reverse("reports:freeze"))

    report = StatusReport.objects.get()
    page = client.get(reverse("reports:reports")).content.decode()
    address = reverse("reports:download", args=[str(report), 1, "xlsx"])
    answer = client.get(address)
    assert address in page
    assert answer.content == write_file(report, "xlsx")
    assert f"{week_name(today)}-v1.xlsx" in answer["Content-Disposition"]
    assert (
        client.get(reverse("reports:report", args=[str(report), 1])).status_code == 200
    )


@pytest.mark.parametrize(
    "address", ["/reports/2026-W99/1/", "/reports/2020-W01/1/xlsx/", "/reports/x/1/"]
)
def test_what_is_not_there_is_not_found(client, manager, address):
    client.force_login(manager)

    assert client.get(address).status_code == 404


@pytest.mark.parametrize(
    ("role", "reads", "freezes"),
    [
        ("manager", 200, 302),
        ("viewer", 200, 403),
        ("engineer", 403, 403),
        ("requester", 403, 403),
    ],
)
def test_who_reads_and_who_freezes(client, team, role, reads, freezes):
    client.force_login(UserFactory(role=role, teams=[team]))

    assert client.get(reverse("reports:reports")).status_code == reads
    assert client.post(reverse("reports:freeze")).status_code == freezes


def test_the_page_costs_the_same_queries_for_any_length(client, manager, team, today):
    client.force_login(manager)
    counts = []

    for _ in range(2):
        CommitmentFactory(demand=RankedDemandFactory(team=team))
        DemandFactory(team=team, stage="delivered", delivered_on=today)
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("reports:reports"))
        counts.append(len(queries))

    assert counts[0] == counts[1] <= 20


def test_the_command_writes_both_files(team, promised, tmp_path, today):
    call_command("export_status", "--out", str(tmp_path), stdout=io.StringIO())

    names = sorted(path.name for path in tmp_path.iterdir())
    stem = f"status-{team.slug}-{week_name(today)}-v1"
    assert names == [f"{stem}.csv", f"{stem}.xlsx"]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--week", "2020-W01"], "There is no snapshot of 2020-W01"),
        (["--week", "last"], "“last” is not a week; weeks look like 2026-W47"),
        (["--format", "docx"], "“docx” is not a format; known are xlsx, csv"),
        (["--team", "nobody"], "There is no team “nobody”"),
    ],
)
def test_the_command_says_what_is_wrong(team, tmp_path, options, words):
    with pytest.raises(CommandError, match=words):
        call_command("export_status", "--out", str(tmp_path), *options)


def test_a_week_is_read_by_its_name():
    assert parse_week("2026-W48") == dt.date(2026, 11, 23)
    assert week_name(dt.date(2027, 1, 1)) == "2026-W53"
