from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from capacity.services.previews import Preview, Shift
from portfolio.board.backlog import Backlog
from portfolio.board.rows import Dates
from portfolio.board.trial import move_words
from portfolio.board.trying import moved_by, order_with, outcome_of
from portfolio.delivery.rag import AT_RISK, ON_TRACK
from tests.board.made import TODAY, row_with

DAY = dt.date(2026, 12, 1)


def later(days):
    return DAY + dt.timedelta(days=days)


def shift(reference, *, by, chances=None, cannot=""):
    """All its dates later by so many days, from others than the board has."""
    dates = {"p50": 8, "p85": 18, "p95": 28}
    return Shift(
        reference=reference,
        before={name: later(days) for name, days in dates.items()},
        after={name: later(days + by) for name, days in dates.items()},
        chances=chances or {},
        cannot=cannot,
    )


def row(number, **more):
    dates = Dates(p10=DAY, p50=later(10), p85=later(20), p95=later(30))
    return row_with(number, dates=dates, **more)


def outcome(rows, *shifts, apart=""):
    found = {each.reference: each for each in shifts}
    return outcome_of(Backlog(None, rows, TODAY), Preview(found, 500), apart=apart)


@pytest.mark.parametrize(("to_place", "order"), [(1, "CAB"), (2, "ACB"), (3, "ABC")])
def test_order_with_a_move_has_the_demand_at_its_place(to_place, order):
    assert order_with(["A", "B", "C"], "C", to_place) == list(order)


def test_row_moves_by_the_days_of_the_preview_from_its_own_dates():
    moved = moved_by(row(1), shift("INT-1", by=7), TODAY)

    assert moved.days == 7
    assert moved.days_words == "+7 days"
    assert moved.after.dates == Dates(
        p10=later(7), p50=later(17), p85=later(27), p95=later(37)
    )


def test_dates_of_a_row_never_stand_in_the_wrong_order():
    odd = replace(
        shift("INT-1", by=0), after={"p50": later(28), "p85": later(19), "p95": None}
    )

    dates = moved_by(row(1), odd, TODAY).after.dates

    assert (dates.p50, dates.p85, dates.p95) == (later(30), later(30), None)


def test_chance_moves_by_the_difference_and_turns_its_colour():
    due = later(25)
    promised = row(1, chance=0.88, rag=ON_TRACK)
    promised = replace(promised, dates=replace(promised.dates, promised=due))

    moved = moved_by(promised, shift("INT-1", by=9, chances={due: (0.9, 0.63)}), TODAY)

    assert moved.turns
    assert (moved.before.chance_words, moved.after.chance_words) == ("88 %", "61 %")
    assert moved.after.rag == AT_RISK
    assert moved.judged_by == "promised 26 Dec"


def test_outcome_tells_the_largest_first_and_counts_the_rest():
    rows = [row(number) for number in range(1, 9)]
    shifts = [
        shift(f"INT-{number}", by=by)
        for number, by in enumerate([-18, 1, 9, 2, 3, 4, -2], 1)
    ]

    told = outcome(rows, *shifts, apart="INT-1")

    assert [each.reference for each in told.told_later] == [
        "INT-3", "INT-6", "INT-5", "INT-4"
    ]  # fmt: skip
    assert (told.more_later, [each.days for each in told.told_earlier]) == (1, [-2])
    assert (told.rest, told.moves_nothing) == (1, False)
    assert told.bars["INT-3"]["shift"] == "+9 d"
    assert told.bars["INT-1"]["shift"] == "−18 d"


def test_what_is_only_luck_is_not_told_but_of_the_moved_demand_itself():
    lucky = [replace(shift(f"INT-{number}", by=4), is_sure=False) for number in (1, 2)]

    told = outcome([row(1), row(2)], *lucky, apart="INT-1")

    assert (list(told.bars), told.later, told.rest) == (["INT-1"], [], 1)


def test_outcome_without_a_shift_moves_nothing():
    told = outcome([row(1), row(2)])

    assert (told.moves_nothing, told.rest, told.bars) == (True, 2, {})


@pytest.mark.parametrize(
    ("by", "from_place", "to_place", "words"),
    [
        (-18, 9, 3, "up 6: 18 days earlier, P85 3 Dec instead of 21 Dec"),
        (1, 3, 4, "down 1: 1 day later, P85 22 Dec instead of 21 Dec"),
        (0, 3, 4, "down 1: its dates stay"),
    ],
)
def test_move_is_told_with_its_own_days(by, from_place, to_place, words):
    standing = replace(row(1), place=from_place)
    moved = moved_by(standing, shift("INT-1", by=by), TODAY)

    assert move_words(standing, moved, to_place) == words


def test_move_of_what_cannot_be_forecast_says_why():
    silent = row_with(9, silence="Cannot be forecast. It has no estimate yet.")

    words = move_words(silent, None, 3)

    assert words == "up 6. Cannot be forecast. It has no estimate yet"


def test_date_that_is_lost_or_won_is_said_without_days():
    lost = replace(
        shift("INT-1", by=0), after={"p50": later(28), "p85": None, "p95": None}
    )

    moved = moved_by(row(1), lost, TODAY)

    assert (moved.days, moved.days_words) == (None, "has no P85 any more")
