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


@pytest.mark.parametrize(
    ("first", "last", "said"),
    [
        (dt.date(2026, 12, 4), dt.date(2027, 1, 18), "4 Dec – 18 Jan"),
        (dt.date(2027, 4, 30), dt.date(2027, 6, 3), "30 Apr – 3 Jun 2027"),
        (dt.date(2027, 6, 9), dt.date(2027, 7, 22), "9 Jun – 22 Jul 2027"),
        (dt.date(2027, 11, 9), dt.date(2028, 1, 3), "9 Nov 2027 – 3 Jan 2028"),
        (dt.date(2026, 1, 5), dt.date(2026, 11, 3), "5 Jan 2026 – 3 Nov"),
        (dt.date(2027, 7, 1), dt.date(2027, 7, 1), "1 Jul 2027"),
    ],
)
def test_a_range_reads_from_to_with_a_shared_year_once(first, last, said):
    assert words.range_words(first, last, TODAY) == said


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
