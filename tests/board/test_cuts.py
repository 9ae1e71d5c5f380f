from __future__ import annotations

import datetime as dt

import pytest

from portfolio.board.cuts import Cut, cuts_of

DECEMBER, MARCH = dt.date(2026, 12, 31), dt.date(2027, 3, 31)
EARLY, LATER = dt.date(2026, 12, 31), dt.date(2027, 1, 1)


def test_cut_stands_where_fewest_rows_are_on_the_wrong_side():
    finishes = [EARLY, None, EARLY, EARLY, LATER, LATER, EARLY]

    cuts = cuts_of(finishes, [DECEMBER])

    assert cuts == [Cut(day=DECEMBER, above=4, done_above=3, done_below=1, rows=7)]


def test_cut_stands_on_top_when_what_is_done_ranks_low():
    cuts = cuts_of([LATER, LATER, EARLY], [DECEMBER])

    assert cuts == [Cut(day=DECEMBER, above=0, done_above=0, done_below=1, rows=3)]


def test_day_by_which_nothing_more_is_done_has_no_cut():
    cuts = cuts_of([LATER, LATER], [DECEMBER, MARCH, dt.date(2027, 6, 30)])

    assert [cut.day for cut in cuts] == [MARCH]


@pytest.mark.parametrize(
    ("cut", "words"),
    [
        (Cut(MARCH, above=13, done_above=11, done_below=1, rows=45),
         "12 of these 45: 11 of the 13 above, 1 below"),
        (Cut(MARCH, above=4, done_above=4, done_below=0, rows=45),
         "4 of these 45: all 4 above"),
        (Cut(MARCH, above=1, done_above=1, done_below=0, rows=45),
         "1 of these 45: the 1 above"),
        (Cut(MARCH, above=0, done_above=0, done_below=2, rows=45),
         "2 of these 45: 2 below"),
        (Cut(MARCH, above=45, done_above=45, done_below=0, rows=45), "all 45"),
    ],
)  # fmt: skip
def test_words_say_how_much_is_done_and_where(cut, words):
    said = cut.words

    assert said == words
