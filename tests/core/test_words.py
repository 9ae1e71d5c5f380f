from __future__ import annotations

import datetime as dt

import pytest

from portfolio.core import words
from portfolio.core.templatetags.words import counted, day, to

TODAY = dt.date(2026, 11, 23)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (dt.date(2026, 12, 4), "Fri 4 Dec"),
        (dt.date(2027, 1, 18), "Mon 18 Jan"),
        (dt.date(2027, 7, 1), "Thu 1 Jul 2027"),
        (dt.date(2025, 12, 4), "Thu 4 Dec 2025"),
    ],
)
def test_a_day_names_its_year_only_when_it_could_be_mistaken(given, said):
    assert words.day_words(given, TODAY) == said


def test_a_range_reads_from_to():
    said = words.range_words(dt.date(2026, 12, 4), dt.date(2027, 1, 18), TODAY)

    assert said == "4 Dec – 18 Jan"


def test_a_day_on_a_page_carries_the_full_date():
    html = day(dt.date(2026, 12, 4))

    assert 'datetime="2026-12-04"' in html
    assert 'title="Friday 4 December 2026"' in html


def test_nothing_reads_as_a_dash():
    assert (day(None), to(None, None)) == ("–", "–")


@pytest.mark.parametrize(
    ("number", "said"), [(0, "0 demands"), (1, "1 demand"), (1200, "1,200 demands")]
)
def test_things_are_counted(number, said):
    assert counted(number, "demand") == said


@pytest.mark.parametrize(
    ("given", "said"), [([], ""), (["a"], "a"), (["a", "b", "c"], "a, b and c")]
)
def test_words_are_joined(given, said):
    assert words.joined(given) == said
