"""Long titles, other scripts, nothing and far too much: every format still reads."""

from __future__ import annotations

import pytest
from django.utils import timezone

from portfolio.reports.cuts import cut, cut_to_width, printable
from portfolio.reports.edition import edition_of
from portfolio.reports.files import write_file
from portfolio.reports.html import MOST_ROWS, text_of
from portfolio.reports.services.freezing import freeze_report
from tests.reports.reading import (
    book_of,
    csv_rows,
    pages_of,
    slides_of,
    tables_of,
    words_of_html,
    words_of_slide,
)
from tests.reports.rows import crowded

LONG = "A very long title of a demand that never comes to its end, " * 5
# One title with all of it in the quick run, each alone in the slow one.
ALONE = {
    "long": LONG[:300],
    "unbroken": "x" * 300,
    "emoji": "🚚 Deliveries 👩‍💻 " * 15,
    "right to left": "مرحبا بالعالم שלום עולם " * 12,
    "script": "<script>alert(1)</script>&amp;" * 10,
    "wide": "日本語のとても長い題名" * 27,
}
TITLES = [
    pytest.param("مرحبا 🚚 <b>日本語</b> " + "x" * 60 + LONG[:210], id="all"),
    *(
        pytest.param(title.strip(), id=name, marks=pytest.mark.slow)
        for name, title in ALONE.items()
    ),
]


@pytest.mark.parametrize("title", TITLES)
def test_two_pages_come_before_the_appendix_whatever_the_titles(report, title):
    crowded(report, title=title, commitments=16)

    pages = pages_of(report, first=3)

    assert [page.startswith("Appendix") for page in pages] == [False, False, True]
    assert "and 6 more, in the appendix" in pages[0]


@pytest.mark.parametrize("title", TITLES)
def test_nothing_stands_beyond_the_edge_of_a_slide(report, title):
    crowded(report, title=title, commitments=16)

    slides = slides_of(report)

    assert len(slides) == 6
    for slide in slides:
        foot = min(shape.top for shape in slide.shapes if shape.has_text_frame
                   and "Throughline · " in shape.text_frame.text)  # fmt: skip
        for shape in slide.shapes:
            assert shape.left >= 0
            assert shape.left + shape.width <= 12_192_000
            if shape.has_table:
                heights = [row.height for row in shape.table.rows]
                assert shape.top + sum(heights) <= foot
    assert "and 6 more" in words_of_slide(slides[2])


def test_a_page_and_a_mail_show_markup_as_text(report, client, manager):
    title = "<script>alert(1)</script>"
    crowded(report, title=title, commitments=3)
    client.force_login(manager)

    page = client.get(report.get_absolute_url()).content.decode()
    mail = words_of_html(write_file(report, "html").decode())

    assert title not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "script" not in {tag for tag, _ in mail.tags}
    assert title in "".join(mail.text)


def test_a_mail_needs_no_picture_and_no_other_file(report):
    mail = words_of_html(write_file(report, "html").decode())

    assert {tag for tag, _ in mail.tags} & {"img", "link", "script", "iframe"} == set()
    assert [attributes["href"] for tag, attributes in mail.tags if tag == "a"] == [
        f"http://localhost:8000{report.get_absolute_url()}"
    ]


@pytest.mark.slow
def test_four_hundred_commitments_read_well_in_every_format(report):
    crowded(report, title="Orders into the warehouse", commitments=400)

    pages = pages_of(report)
    mail = text_of(edition_of(report))

    assert pages[2].startswith("Appendix")
    assert all(f"INT-{number:04d}" in " ".join(pages) for number in range(400))
    assert "and 390 more" in words_of_slide(slides_of(report)[2])
    assert f"and {400 - MOST_ROWS} more" in mail
    assert f"and {400 - MOST_ROWS} more" in write_file(report, "html").decode()
    assert book_of(report)["Commitments"].max_row == 401
    assert len(csv_rows(report, section="commitment")) == 400


def test_nothing_at_all_is_said_in_every_format(team, manager):
    report = freeze_report(team=team, week=timezone.localdate(), by=manager)

    slides = slides_of(report)
    first, *_ = pages_of(report)

    assert "No commitment is open." in first
    assert "No decision is needed." in first
    assert slides[0].shapes.title.text_frame.text == "No commitment is open."
    assert [len(tables_of(slide)) for slide in slides] == [1, 0, 0, 0, 2, 0]
    assert "No commitment is open." in text_of(edition_of(report))
    assert "No commitment is open." in write_file(report, "html").decode()


def test_text_is_cut_at_words_and_by_the_room_it_takes():
    assert cut("Orders into the warehouse", 16) == "Orders into the…"
    assert cut("x" * 20, 10) == "x" * 9 + "…"
    assert cut("short", 10) == "short"
    assert cut_to_width("日本語の題名", 6) == "日本…"
    assert cut_to_width("six is", 6) == "six is"


def test_pictures_are_written_by_name_and_long_words_can_break():
    assert printable("🚚 to ada") == "[delivery truck] to ada"
    assert printable("x" * 30).replace("\u200b", "") == "x" * 30
    assert "\u200b" in printable("x" * 30)
    assert printable("a\tb\rc\x00d") == "a b cd"
