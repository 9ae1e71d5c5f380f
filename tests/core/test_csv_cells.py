from __future__ import annotations

import csv
import datetime as dt
import io
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portfolio.core.csv_cells import csv_cell, csv_response, csv_text


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        ("=HYPERLINK(1)", "'=HYPERLINK(1)"),
        ("+49 30 1234", "'+49 30 1234"),
        ("-1+2", "'-1+2"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\tx", "'\tx"),
        ("\rx", "'\rx"),
        ("\nx", "'\nx"),
        ("  =1", "'  =1"),
        ("Orders = lines", "Orders = lines"),
        ("", ""),
        (None, ""),
        (-4, "-4"),
        (-0.5, "-0.5"),
        (dt.date(2026, 12, 4), "2026-12-04"),
    ],
)
def test_a_cell_never_begins_a_formula(value, cell):
    assert csv_cell(value) == cell


def test_a_negative_decimal_stays_a_number():
    assert csv_cell(Decimal("-1.50")) == "-1.50"


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=1))
def test_any_text_survives_but_for_the_apostrophe(cells):
    [read] = list(csv.reader(io.StringIO(csv_text(cells, []), newline="")))

    assert [cell.removeprefix("'") for cell in read] == [
        cell.removeprefix("'") for cell in cells
    ]
    assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in read)


def test_the_download_opens_as_utf_8():
    response = csv_response("requests.csv", ["Title"], [["Größe – é"]])

    assert response.content.decode("utf-8-sig") == "Title\r\nGröße – é\r\n"
    assert response["Content-Disposition"] == 'attachment; filename="requests.csv"'
