from __future__ import annotations

from datetime import date, timedelta

import pytest

from portfolio.delivery.frames import (
    MOST_DRAWN,
    Kept,
    Pace,
    PromiseLine,
    drawn_of,
    due_soon,
    headline,
    kept_of,
    lateness_words,
    open_by_status,
    pace_of,
)
from portfolio.delivery.rag import AT_RISK, CANNOT, LATE, ON_TRACK

TODAY = date(2026, 11, 23)
numbers = iter(range(1, 100_000))


def line(**fields):
    number = next(numbers)
    given = {
        "reference": f"INT-{number:04d}",
        "title": "CRM to ERP",
        "unit": "Sales",
        "state": "open",
        "first_due": date(2026, 12, 1),
        "rag": ON_TRACK,
    } | fields
    return PromiseLine(**({"due": given["first_due"]} | given))


def delivered(first_due, closed_on, due=None):
    return line(
        state="delivered",
        first_due=first_due,
        due=due or first_due,
        closed_on=closed_on,
    )


def test_kept_counts_both_dates_and_leaves_out_what_is_not_delivered():
    lines = [
        delivered(date(2026, 10, 1), date(2026, 10, 1)),
        delivered(date(2026, 10, 1), date(2026, 10, 9), due=date(2026, 10, 10)),
        delivered(date(2026, 10, 1), date(2026, 10, 11), due=date(2026, 10, 10)),
        line(),
        line(state="withdrawn", closed_on=date(2026, 10, 2)),
    ]

    kept = kept_of(lines)

    assert kept == Kept(delivered=3, first=1, current=2)
    assert (kept.first_share, kept.current_share) == ("33 %", "67 %")


def test_kept_of_nothing_is_no_share():
    assert kept_of([]).first_share == "–"


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (None, ""),
        (-2, "2 days early"),
        (0, "on the day"),
        (1, "1 day late"),
        (13, "13 days late"),
    ],
)
def test_lateness_in_words(days, words):
    assert lateness_words(days) == words


def test_open_promises_are_counted_by_status_the_worst_first():
    lines = [
        line(rag=ON_TRACK),
        line(rag=CANNOT),
        line(rag=LATE),
        line(rag=ON_TRACK),
        line(rag=AT_RISK),
        delivered(date(2026, 10, 1), date(2026, 10, 1)),
    ]

    assert open_by_status(lines) == [
        (LATE, 1),
        (AT_RISK, 1),
        (CANNOT, 1),
        (ON_TRACK, 2),
    ]


def test_due_soon_is_four_weeks_and_what_is_overdue():
    overdue, last_day, later = (
        line(first_due=TODAY - timedelta(days=3)),
        line(first_due=TODAY + timedelta(days=28)),
        line(first_due=TODAY + timedelta(days=29)),
    )

    assert due_soon([overdue, last_day, later], TODAY) == [overdue, last_day]


def test_pace_counts_a_month_in_both_halves_of_a_period():
    # 487 days: the middle is day 243, so the halves have 244 and 243 days.
    first, last = date(2025, 7, 24), date(2026, 11, 23)
    days = [first, date(2025, 9, 1), date(2026, 3, 24), date(2026, 3, 25), last]

    pace = pace_of(days, first=first, last=last)

    month = 365.25 / 12
    assert pace == Pace(now=2 / (244 / month), before=3 / (243 / month))


def test_pace_is_not_compared_where_the_records_hardly_begin():
    days = [date(2026, 8, 1), date(2026, 11, 1)]

    pace = pace_of(days, first=date(2026, 5, 24), last=date(2026, 11, 23))

    assert pace.before is None
    assert pace_of([], first=date(2026, 5, 24), last=TODAY) == Pace(now=0, before=None)


def test_the_chart_draws_what_is_due_next_and_what_closed_last_in_order_of_time():
    closed = [
        delivered(date(2026, 1, 1), date(2026, 1, 1) + timedelta(days=day))
        for day in range(40)
    ]
    ahead = [
        line(first_due=TODAY + timedelta(days=day)) for day in reversed(range(1, 21))
    ]

    drawn = drawn_of([*ahead, *closed])

    assert len(drawn) == MOST_DRAWN
    assert drawn == [*closed[-10:], *reversed(ahead[-14:])]


def test_the_chart_of_few_lines_draws_all_but_the_withdrawn():
    first, second = line(), delivered(date(2026, 9, 1), date(2026, 9, 5))
    withdrawn = line(state="withdrawn", closed_on=date(2026, 10, 2))

    assert drawn_of([first, withdrawn, second]) == [second, first]


def test_the_chart_of_open_lines_alone_uses_all_the_room():
    ahead = [line(first_due=TODAY + timedelta(days=day)) for day in range(30)]

    assert drawn_of(ahead) == ahead[:MOST_DRAWN]


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        ([], "No promise is open, and none was delivered in this period"),
        ([line(), line()], "None of 2 open promises is at risk"),
        ([line(), line(rag=LATE)], "1 of 2 open promises is at risk or late"),
        (
            [line(rag=AT_RISK), line(rag=LATE), line()],
            "2 of 3 open promises are at risk or late",
        ),
        (
            [delivered(date(2026, 9, 1), date(2026, 8, 1))],
            "The one promise delivered in this period kept its first date",
        ),
        (
            [delivered(date(2026, 9, 1), date(2026, 9, 1))] * 4,
            "All 4 promises delivered kept their first date",
        ),
        (
            [
                delivered(date(2026, 9, 1), date(2026, 9, 1)),
                delivered(date(2026, 9, 1), date(2026, 9, 2)),
            ],
            "1 of 2 delivered promises missed its first date, by 1 day",
        ),
        (
            [
                delivered(date(2026, 9, 1), date(2026, 9, 14)),
                delivered(date(2026, 9, 1), date(2026, 9, 19)),
                delivered(date(2026, 9, 1), date(2026, 9, 1)),
            ],
            "2 of 3 delivered promises missed their first date, by 13 to 18 days",
        ),
    ],
)
def test_the_headline_says_what_the_promises_show(lines, sentence):
    assert headline(lines) == sentence
