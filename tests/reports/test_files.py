from __future__ import annotations

import datetime as dt
import subprocess
import sys

import pytest
from django.db.models import Value
from django.db.models.functions import Concat
from django.utils import timezone

from capacity.models import Engineer, EngineerSkill
from intake.models import Demand, Tier
from portfolio.core.errors import RuleBroken
from portfolio.core.models import Team
from portfolio.delivery.models import Commitment
from portfolio.reports.content import content_hash
from portfolio.reports.csv import HEADER
from portfolio.reports.edition import edition_of
from portfolio.reports.files import FORMATS, write_file
from portfolio.reports.models import StatusReport
from portfolio.reports.services.freezing import freeze_report
from portfolio.reports.tables import (
    BACKLOG,
    CAPACITY,
    COMMITMENTS,
    DECISIONS,
    DELIVERED,
    NEXT,
    RISKS,
    SERVICE,
    SHARES,
    TABLES,
    figures,
    rows_of,
)
from portfolio.reports.xlsx import SHARE
from tests.delivery.rows import days_from_now, make_forecast
from tests.factories import (
    RankedDemandFactory,
)
from tests.reports.reading import as_cell, book_of, csv_rows, sheet_rows
from tests.reports.rows import altered

TITLES = [
    '=HYPERLINK("http://x")',
    "+1 to orders",
    "@SUM(A1)",
    "-2 days",
    "\tTabbed",
    " =1+1",
    "\r=1+1",
    "<script>alert(1)</script> مرحبا 🚚",
    "x" * 200,
]


def test_every_cell_of_a_sheet_is_the_typed_value_of_the_snapshot(report):
    book = book_of(report)

    for table in (
        BACKLOG, CAPACITY, COMMITMENTS, DECISIONS, DELIVERED, NEXT, RISKS, SERVICE,
        SHARES,
    ):  # fmt: skip
        said = rows_of(table, edition_of(report).content)
        assert said
        assert sheet_rows(book[table.name]) == [
            {
                column.heading: as_cell(row.get(column.key), column.kind)
                for column in table.columns
            }
            for row in said
        ]


def test_the_summary_says_the_numbers_of_the_snapshot(report):
    sheet = book_of(report)["Summary"]

    told = {row[0]: row[1] for row in sheet.iter_rows(values_only=True)}
    content = report.content
    expected = {
        **{name: value for name, value, _kind in figures(content)},
        "Status as of": dt.datetime.fromisoformat(content["as_of"]),
        "Forecast gathered at (UTC)": dt.datetime.fromisoformat(
            content["forecast"]["gathered_at"]
        ).replace(microsecond=0, tzinfo=None),
        "Simulated worlds": 4,
        "Demands with a forecast": content["health"]["forecast"],
        "Snapshot": edition_of(report).foot,
    }
    assert {name: told[name] for name in expected} == expected
    assert sheet["A2"].value == content["headline"]["sentence"]
    assert [row["delivered"] for row in content["delivered_by_week"]] == [
        told[row["week"]] for row in content["delivered_by_week"]
    ]


def test_a_chance_stays_a_number_and_reads_as_on_the_page(report):
    cell, _ = [row[8] for row in book_of(report)["Commitments"].iter_rows(min_row=2)]

    assert (cell.value, cell.number_format) == (0.75, SHARE)


def test_the_changes_are_told_one_in_a_row(report):
    rows = sheet_rows(book_of(report)["Changes"])

    assert [(row["Change"], row["Title"]) for row in rows] == [
        ("New in the backlog", "New since")
    ]


def test_the_workbook_has_its_sheets_charts_filters_and_print_set_up(report):
    book = book_of(report)

    assert book.sheetnames == [
        "Summary", "Decisions", "Changes", "Commitments", "Delivered", "Next", "Kept",
        "Capacity", "Shares", "Demand and SLA", "Risks and waits", "By stage",
        "Backlog", "Definitions",
    ]  # fmt: skip
    drawn = {sheet.title: len(sheet._charts) for sheet in book if sheet._charts}
    assert drawn == {
        "Summary": 2, "Kept": 1, "Capacity": 1, "Shares": 1, "Demand and SLA": 1
    }  # fmt: skip
    for name in [*(table.name for table in TABLES), "By stage"]:
        sheet = book[name]
        assert sheet.freeze_panes == "A2"
        assert sheet.auto_filter.ref
        assert sheet.page_setup.orientation == "landscape"
        assert sheet.print_title_rows == "$1:$1"


def test_titles_stay_text_in_the_workbook_and_the_csv(team, manager):
    for title in TITLES:
        RankedDemandFactory(team=team, title=title)
    report = freeze_report(team=team, week=timezone.localdate(), by=manager)

    cells = [row[2] for row in book_of(report)["Backlog"].iter_rows(min_row=2)]
    told = [row["title"] for row in csv_rows(report, section="backlog")]

    # A carriage return alone is a line break in the XML of a workbook.
    assert [(cell.value, cell.data_type, cell.hyperlink) for cell in cells] == [
        (title.replace("\r", "_x000D_"), "s", None) for title in TITLES
    ]
    assert told == [
        f"'{title}" if title.lstrip().startswith(("=", "+", "@", "-")) else title
        for title in TITLES[:4]
    ] + ["'\tTabbed", "' =1+1", "'\r=1+1", *TITLES[7:]]


def test_what_a_manager_writes_stays_text_too(report):
    report.notes = {"summary": "=1+1", "own": ["@SUM(A1)"]}

    sheet = book_of(report)["Summary"]
    [own, *_] = csv_rows(report, section="decision")

    assert (sheet["A4"].value, sheet["A4"].data_type) == ("=1+1", "s")
    assert csv_rows(report, section="headline")[0]["note"] == "'=1+1"
    assert own["name"] == "'@SUM(A1)"


def test_the_csv_has_commitments_backlog_and_deliveries_of_the_snapshot(report):
    content = report.content
    sections = [
        ("commitment", content["commitments"]),
        ("delivered", content["delivered"]),
        ("backlog", content["backlog"]),
    ]
    rows = [row for name, _ in sections for row in csv_rows(report, section=name)]

    expected = [(name, row) for name, section in sections for row in section]
    assert list(rows[0]) == HEADER
    assert len(rows) == len(expected)
    for told, (name, row) in zip(rows, expected, strict=True):
        assert (told["week"], told["section"]) == (
            row.get("week", content["week"]),
            name,
        )
        for field in set(HEADER) & set(row) - {"reason", "week", "people"}:
            value = row[field]
            if isinstance(value, bool):
                value = "yes" if value else "no"
            assert told[field] == ("" if value is None else str(value))


@pytest.mark.parametrize(
    "table", [CAPACITY, SHARES, SERVICE], ids=lambda table: table.key
)
def test_every_number_of_a_table_is_a_row_of_the_csv(report, table):
    told = [
        (row["title"], row["name"], row["value"])
        for row in csv_rows(report, section=table.key)
    ]

    first, *numbers = table.columns
    assert told == [
        (
            row[first.key],
            column.heading,
            "" if row[column.key] is None else str(row[column.key]),
        )
        for row in rows_of(table, report.content)
        for column in numbers
    ]


def test_an_old_week_is_rebuilt_to_the_same_bytes_whatever_happened_since(
    report, team, manager
):
    before = {name: write_file(report, name) for name in FORMATS}
    demand = Demand.objects.get(title="Orders into the warehouse")
    demand.packages.update(likely=99, high=100)
    make_forecast(team, {demand: {300: 4}}, trials=4)
    Demand.objects.update(title="Renamed", blocked_cause="Something else")
    Commitment.objects.update(due_on=days_from_now(900))
    Tier.objects.update(name=Concat("name", Value(" renamed")))
    EngineerSkill.objects.all().delete()
    Engineer.objects.all().delete()
    Team.objects.update(name="Others")

    report = StatusReport.objects.get(pk=report.pk)

    assert content_hash(report.content) == report.content_hash
    assert {name: write_file(report, name) for name in FORMATS} == before


def test_a_snapshot_that_was_altered_is_not_written(report):
    StatusReport.objects.update(content={**report.content, "week": "2020-W01"})
    report.refresh_from_db()

    with pytest.raises(RuleBroken, match="is not what was frozen"):
        write_file(report, "csv")


def test_an_empty_portfolio_makes_every_file_too(team, manager):
    report = freeze_report(team=team, week=timezone.localdate(), by=manager)

    book = book_of(report)

    assert book["Summary"]["A2"].value == "No commitment is open."
    assert book["Changes"]["A2"].value == "There is no snapshot before."
    assert csv_rows(report, section="commitment") == []
    assert all(write_file(report, name) for name in FORMATS)


def test_pages_start_without_the_writers():
    code = (
        "import os, sys, django; django.setup(); import portfolio.urls;"
        "print([name for name in ('pptx', 'typst', 'xlsxwriter', 'lxml')"
        " if name in sys.modules])"
    )

    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={"DJANGO_SETTINGS_MODULE": "tests.settings", "PATH": ""},
    )

    assert done.stdout == "[]\n"


def test_a_snapshot_of_an_earlier_version_is_written_and_shown_too(
    report, client, manager
):
    content = report.content
    later = {
        "decisions", "next", "shares", "service", "risks", "health", "people",
        "headline", "integrity", "commitments", "changes",
    }  # fmt: skip
    report.content = {key: content[key] for key in content if key not in later}
    altered(
        report,
        schema=1,
        headline=without(content["headline"], "trend_way"),
        integrity=without(content["integrity"], "by_quarter", "withdrawn"),
        commitments=[
            without(row, "trend", "promised_by", "people")
            for row in content["commitments"]
        ],
        changes=without(content["changes"], "scope"),
    )
    client.force_login(manager)

    page = client.get(report.get_absolute_url())

    assert all(write_file(report, name) for name in FORMATS)
    assert page.status_code == 200
    assert "frozen before the report told of it" in page.content.decode()


def without(row, *names):
    return {key: value for key, value in row.items() if key not in names}
