from __future__ import annotations

import csv
import datetime as dt
import io

import openpyxl
import pytest
from django.utils import timezone

from portfolio.reports.csv import HEADER
from portfolio.reports.files import write_file
from portfolio.reports.services import freeze_report
from portfolio.reports.xlsx import BACKLOG, CAPACITY, COMMITMENTS, DELIVERED
from tests.delivery.rows import days_from_now
from tests.factories import CommitmentFactory, DemandFactory, RankedDemandFactory
from tests.reports.rows import frozen_before, promised_demand

TITLES = [
    '=HYPERLINK("http://x")',
    "+1 to orders",
    "@SUM(A1)",
    "-2 days",
    "\tTabbed",
    " =1+1",
    "<script>alert(1)</script> مرحبا 🚚",
    "x" * 200,
]


@pytest.fixture
def report(team, manager):
    """A week with something in every section."""
    promised_demand(team, worlds={8: 2, 25: 1, 40: 1})
    before = RankedDemandFactory(team=team, needed_by=days_from_now(60))
    frozen_before(team)
    before.title = "Renamed since"
    before.save()
    RankedDemandFactory(team=team, title="New since")
    done = DemandFactory(
        team=team, stage="delivered", delivered_on=timezone.localdate()
    )
    CommitmentFactory(
        demand=done,
        state="delivered",
        closed_on=timezone.localdate(),
        original_due_on=days_from_now(-3),
        due_on=days_from_now(3),
    )
    return freeze_report(team=team, week=timezone.localdate(), by=manager)


def book_of(report):
    return openpyxl.load_workbook(io.BytesIO(write_file(report, "xlsx")))


def rows_of(sheet):
    heading, *rows = sheet.iter_rows(values_only=True)
    return [dict(zip(heading, row, strict=True)) for row in rows]


def csv_of(report):
    text = write_file(report, "csv").decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def as_cell(value, kind):
    """What a value of the snapshot reads as in a workbook."""
    if value is None or value == "":
        return None
    if kind == "date":
        return dt.datetime.fromisoformat(value)
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else value


@pytest.mark.parametrize(
    ("name", "columns", "key"),
    [
        ("Commitments", COMMITMENTS, "commitments"),
        ("Backlog", BACKLOG, "backlog"),
        ("Delivered", DELIVERED, "delivered"),
        ("Capacity", CAPACITY, "capacity"),
    ],
)
def test_every_cell_of_a_sheet_is_the_typed_value_of_the_snapshot(
    report, name, columns, key
):
    rows = rows_of(book_of(report)[name])

    said = report.content[key]
    assert said
    assert rows == [
        {heading: as_cell(row[field], kind) for heading, field, kind, _ in columns}
        for row in said
    ]


def test_the_summary_says_the_numbers_of_the_snapshot(report):
    sheet = book_of(report)["Summary"]

    told = {row[0]: row[1] for row in sheet.iter_rows(values_only=True)}
    head, kept = report.content["headline"], report.content["integrity"]
    expected = {
        "On track": head["green"],
        "At risk": head["amber"],
        "Late": head["red"],
        "Without a forecast": head["grey"],
        "Due in four weeks": head["due_in_four_weeks"],
        "Delivered this week": head["delivered_this_week"],
        "Delivered in the four weeks before": head["delivered_in_four_weeks"],
        "Commitments closed in twelve months": kept["closed"],
        "of these kept, original date": kept["kept_original"],
        "of these kept, current date": kept["kept_current"],
        "Status as of": dt.datetime.fromisoformat(report.content["as_of"]),
        "Forecast gathered at (UTC)": dt.datetime.fromisoformat(
            report.content["forecast"]["gathered_at"]
        ).replace(microsecond=0, tzinfo=None),
        "Simulated worlds": 4,
        "All": report.content["by_tier"][-1]["open"],
    }
    assert {name: told[name] for name in expected} == expected
    assert sheet["A2"].value == head["sentence"]
    assert [row["delivered"] for row in report.content["delivered_by_week"]] == [
        told[row["week"]] for row in report.content["delivered_by_week"]
    ]


def test_a_chance_stays_a_number_and_reads_as_on_the_page(report):
    [cell] = [row[8] for row in book_of(report)["Commitments"].iter_rows(min_row=2)]

    assert (cell.value, cell.number_format) == (
        0.75,
        '[>0.95]">95 %";[<0.01]"<1 %";0%',
    )


def test_the_changes_are_told_one_in_a_row(report):
    rows = rows_of(book_of(report)["Changes"])

    assert [(row["Change"], row["Title"]) for row in rows] == [
        ("New in the backlog", "New since")
    ]


def test_the_workbook_has_its_sheets_charts_filters_and_print_set_up(report):
    book = book_of(report)

    assert book.sheetnames == [
        "Summary", "Commitments", "Backlog", "Delivered", "Changes", "Capacity",
        "Definitions",
    ]  # fmt: skip
    assert [len(book[name]._charts) for name in ("Summary", "Capacity")] == [2, 1]
    for name in ("Commitments", "Backlog", "Delivered", "Changes", "Capacity"):
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
    told = [row["title"] for row in csv_of(report)]

    assert [(cell.value, cell.data_type, cell.hyperlink) for cell in cells] == [
        (title, "s", None) for title in TITLES
    ]
    assert told == [
        f"'{title}" if title.lstrip().startswith(("=", "+", "@", "-")) else title
        for title in TITLES[:4]
    ] + ["'\tTabbed", "' =1+1", *TITLES[6:]]


def test_the_csv_has_commitments_backlog_and_deliveries_of_the_snapshot(report):
    rows = csv_of(report)

    content = report.content
    sections = [
        ("commitment", content["commitments"]),
        ("backlog", content["backlog"]),
        ("delivered", content["delivered"]),
    ]
    expected = [(name, row) for name, section in sections for row in section]
    assert list(rows[0]) == HEADER
    assert len(rows) == len(expected)
    for told, (name, row) in zip(rows, expected, strict=True):
        assert (told["week"], told["section"]) == (content["week"], name)
        for field in set(HEADER) & set(row) - {"reason", "week"}:
            value = row[field]
            if isinstance(value, bool):
                value = "yes" if value else "no"
            assert told[field] == ("" if value is None else str(value))


def test_the_same_snapshot_gives_the_same_bytes(report):
    assert write_file(report, "xlsx") == write_file(report, "xlsx")
    assert write_file(report, "csv") == write_file(report, "csv")


def test_an_empty_portfolio_makes_both_files_too(team, manager):
    report = freeze_report(team=team, week=timezone.localdate(), by=manager)

    book = book_of(report)

    assert book["Summary"]["A2"].value == "No commitment is open."
    assert book["Changes"]["A2"].value == "There is no snapshot before."
    assert csv_of(report) == []


def test_four_hundred_commitments_are_all_there(team, manager):
    demands = RankedDemandFactory.create_batch(400, team=team)
    for demand in demands:
        CommitmentFactory(demand=demand)
    report = freeze_report(team=team, week=timezone.localdate(), by=manager)

    assert book_of(report)["Commitments"].max_row == 401
    assert len(csv_of(report)) == 800
