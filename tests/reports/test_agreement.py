"""Every number that two formats share is the same, and that of the snapshot."""

from __future__ import annotations

import io

import openpyxl
import pytest
from django.template.defaultfilters import striptags

from portfolio.reports.digest import (
    capacity,
    changes,
    commitments,
    decisions,
    figure_pairs,
    kept,
    risks,
    sections_of,
    service,
)
from portfolio.reports.edition import edition_of
from portfolio.reports.files import write_file
from portfolio.reports.html import text_of
from portfolio.reports.tables import figures
from tests.reports.reading import (
    book_of,
    charts_of,
    csv_rows,
    pages_of,
    slides_of,
    solid,
    spaced,
    tables_of,
    words_of_html,
    words_of_slide,
)
from tests.reports.rows import altered

MANY = 100


@pytest.fixture
def edition(report):
    return edition_of(report)


@pytest.fixture
def html(report):
    return words_of_html(write_file(report, "html").decode())


@pytest.fixture
def screen(report, client, manager):
    client.force_login(manager)
    return client.get(report.get_absolute_url()).content.decode()


def test_the_figures_are_the_same_everywhere(report, edition, html, screen):
    pairs = figure_pairs(edition)
    said = {name: str(value) for name, value, _kind in figures(report.content)}

    [first, *_] = tables_of(slides_of(report)[0])
    page, *_ = pages_of(report)
    sheet = book_of(report)["Summary"]
    in_book = {row[0]: str(row[1]) for row in sheet.iter_rows(values_only=True)}
    in_csv = {row["name"]: row["value"] for row in csv_rows(report, section="facts")}
    on_screen = spaced(striptags(screen))

    assert first == [[name for name, _ in pairs], [value for _, value in pairs]]
    assert [f"{value}{name}" for name, value in pairs] == html.rows[1]
    for name, value in pairs:
        assert f"{value} {name}" in page
        assert f"{name}: {value}" in text_of(edition)
        assert f"{name} {value}" in on_screen
    assert {name: in_book[name] for name in said} == said
    assert {name: in_csv[name] for name in said} == said


def test_each_table_reads_the_same_in_the_mail_and_in_the_pdf(report, edition, html):
    pages = " ".join(pages_of(report))

    for make in (commitments, decisions, changes, risks, kept, service, capacity):
        section = make(edition, MANY)
        assert section.rows
        for row in section.rows:
            assert [spaced(cell) for cell in row] in html.rows
            assert all(spaced(cell) in pages for cell in row)


def test_each_table_reads_the_same_on_its_slide(report, edition):
    slides = slides_of(report)

    for make, place in ((decisions, 1), (commitments, 2), (changes, 3), (risks, 5)):
        section = make(edition, MANY)
        table, *_ = tables_of(slides[place])
        assert table == [list(section.headings), *section.rows]


def test_the_charts_of_the_slides_are_native_and_hold_the_snapshot(report):
    content = report.content
    head, rows = content["headline"], content["capacity"]
    weeks = content["delivered_by_week"]
    quarters = content["integrity"]["by_quarter"]
    slides = slides_of(report)

    assert charts_of(slides[0]) == [
        (
            "Open commitments by status",
            ["On track", "At risk", "Late", "No forecast"],
            {"Open": [head["green"], head["amber"], head["red"], head["grey"]]},
        ),
        (
            "Demands delivered by week",
            [row["week"] for row in weeks],
            {"Delivered": [row["delivered"] for row in weeks]},
        ),
        (
            "Promises delivered and kept",
            [row["quarter"] for row in quarters],
            {
                "Delivered": [row["closed"] for row in quarters],
                "Kept, original date": [row["kept_original"] for row in quarters],
            },
        ),
    ]
    assert charts_of(slides[4]) == [
        (
            "Work left and supply of 12 weeks, focused days",
            [row["skill"] for row in rows],
            {
                "Work left": [row["work"] for row in rows],
                "Supply of 12 weeks": [row["supply"] for row in rows],
            },
        )
    ]


def test_the_numbers_behind_a_chart_can_be_edited_and_hold_no_formula(report):
    skill = '=HYPERLINK("http://x")'
    altered(report, capacity=[{**report.content["capacity"][0], "skill": skill}])
    [shape] = [shape for shape in slides_of(report)[4].shapes if shape.has_chart]

    blob = shape.chart.part.chart_workbook.xlsx_part.blob
    sheet = openpyxl.load_workbook(io.BytesIO(blob)).active

    row = report.content["capacity"][0]
    assert list(sheet.values) == [
        (None, "Work left", "Supply of 12 weeks"),
        (skill, row["work"], row["supply"]),
    ]
    assert (sheet["A2"].data_type, sheet["A2"].hyperlink) == ("s", None)


def test_service_and_shares_read_the_same_on_the_slide(report):
    _chart, shares, service_ = [None, *tables_of(slides_of(report)[4])]

    assert shares[1:] == [
        [
            row["tier"],
            "–" if row["share"] is None else f"{row['allowed']:,.1f}",
            *(f"{row[name]:,.1f}" for name in ("used", "planned", "over")),
        ]
        for row in report.content["shares"]["tiers"]
    ]
    names = ("received", "acknowledged", "decided", "decided_late", "waiting", "late")
    assert service_[1:] == [
        [row["tier"], *(f"{row[name]:,}" for name in names)]
        for row in report.content["service"]
    ]


def test_the_page_reads_as_the_formats(report, edition, screen):
    text = spaced(striptags(screen))

    for section in sections_of(edition, MANY):
        if section.key in {"kept", "capacity", "service"}:
            for row in section.rows:
                if row[0] != "Twelve months":
                    assert " ".join(row) in text
    for row in report.content["commitments"]:
        for word in (row["title"], row["chance_words"], row["rag_word"]):
            assert word in solid(text)


def test_the_snapshot_is_named_at_the_foot_of_every_page_and_slide(report, edition):
    foot, pages = edition.foot, pages_of(report)

    assert [foot in page for page in pages] == [True] * len(pages)
    assert [foot in words_of_slide(slide) for slide in slides_of(report)] == [True] * 6
    assert foot in write_file(report, "html").decode()
    assert foot in text_of(edition)
