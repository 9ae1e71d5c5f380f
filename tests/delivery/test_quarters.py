"""Membership of a quarter by hand, and the law that nothing comes or goes unseen."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capacity.quarters import Quarter
from portfolio.delivery.quarters import (
    KEPT,
    MISSED,
    OPEN,
    Given,
    History,
    quarter_named,
    quarter_page,
)

Q4 = Quarter.of(dt.date(2026, 11, 1))
AFTER = dt.date(2027, 2, 1)


def day(text):
    return dt.date.fromisoformat(f"2026-{text}" if len(text) == 5 else text)


def promise(*dates, state="open", closed=None, first=None):
    """A promise by its dates, each as (given on, due)."""
    given_dates = [Given(day(on), day(due), "Scope changed") for on, due in dates]
    return History(
        reference="INT-1",
        title="Orders",
        unit="Sales",
        state=state,
        first_due=day(first) if first else given_dates[0].due,
        dates=given_dates,
        closed_on=day(closed) if closed else None,
    )


def line_of(history, today=AFTER):
    lines = quarter_page([history], Q4, today).lines
    return lines[0] if lines else None


def told(history, today=AFTER):
    """(stood, came, went, carried, moves, outcome) or None where it is not in Q4."""
    line = line_of(history, today)
    return line and (
        line.stood,
        line.came,
        line.went,
        line.carried,
        len(line.moves),
        line.outcome,
    )


@pytest.mark.parametrize(
    ("history", "expected"),
    [
        # Promised before, delivered on its day.
        (
            promise(("08-03", "11-20"), state="delivered", closed="11-20"),
            (True, "", "", False, 0, "kept"),
        ),
        (
            promise(("08-03", "11-20"), state="delivered", closed="11-21"),
            (True, "", "", False, 0, "missed"),
        ),
        # Delivered after the quarter: for the quarter it was missed, and stays so.
        (
            promise(("08-03", "12-31"), state="delivered", closed="2027-01-04"),
            (True, "", "", False, 0, "missed"),
        ),
        # On the first day it counts as having stood, whichever happens on it.
        (promise(("10-01", "12-20")), (True, "", "", False, 0, "missed")),
        (
            promise(("08-03", "12-20"), state="withdrawn", closed="10-01"),
            (True, "", "taken back Thu 1 Oct", False, 0, "dropped"),
        ),
        (
            promise(("08-03", "10-20"), ("10-01", "11-20")),
            (True, "", "", False, 0, "missed"),
        ),
        # Came in.
        (
            promise(("10-02", "12-20"), state="delivered", closed="12-01"),
            (False, "promised Fri 2 Oct", "", False, 0, "kept"),
        ),
        (
            promise(("08-03", "2027-02-01"), ("11-03", "12-20")),
            (False, "moved in Tue 3 Nov", "", False, 1, "missed"),
        ),
        (
            promise(("08-03", "2027-02-01"), state="delivered", closed="12-30"),
            (False, "delivered early, promised by 1 Feb", "", False, 0, "kept"),
        ),
        # Went out.
        (
            promise(("08-03", "11-20"), ("11-03", "2027-02-01")),
            (True, "", "moved out to 1 Feb", False, 1, "dropped"),
        ),
        (
            promise(("08-03", "11-20"), state="withdrawn", closed="11-05"),
            (True, "", "taken back Thu 5 Nov", False, 0, "dropped"),
        ),
        # Came and went.
        (
            promise(("10-05", "11-20"), state="withdrawn", closed="11-05"),
            (False, "promised Mon 5 Oct", "taken back Thu 5 Nov", False, 0, "dropped"),
        ),
        # Moved inside the quarter, and kept by the later date alone.
        (
            promise(("08-03", "11-20"), ("11-03", "12-20"), state="delivered",
                    closed="12-19"),
            (True, "", "", False, 1, "kept"),
        ),
        # Overdue when it began.
        (
            promise(("05-04", "09-15"), state="delivered", closed="10-09"),
            (True, "", "", True, 0, "missed"),
        ),
        # Not of this quarter at all.
        (promise(("08-03", "09-30"), state="delivered", closed="09-30"), None),
        (promise(("08-03", "12-20"), state="delivered", closed="09-30"), None),
        (promise(("08-03", "2027-02-01")), None),
        (promise(("2027-01-02", "2027-02-01")), None),
        (promise(("08-03", "12-20"), state="withdrawn", closed="09-30"), None),
    ],
)  # fmt: skip
def test_how_a_promise_belongs_to_a_quarter(history, expected):
    assert told(history) == expected


def test_both_dates_judge_what_was_delivered():
    line = line_of(
        promise(
            ("08-03", "11-20"), ("11-03", "12-20"), state="delivered", closed="12-19"
        )
    )

    assert (line.first_words, line.due_words, line.kept_first) == (
        "29 days late",
        "1 day early",
        False,
    )


def test_while_the_quarter_runs_it_is_as_today():
    due_later = promise(("08-03", "12-20"))
    today_due = promise(("08-03", "11-25"))
    overdue = promise(("08-03", "11-24"))

    page = quarter_page([due_later, today_due, overdue], Q4, day("11-25"))

    assert [line.outcome for line in page.lines] == [MISSED, OPEN, OPEN]
    assert page.headline == (
        "0 of 3 commitments kept so far, 1 missed and 2 still open; "
        "0 added and 0 dropped since 1 Oct"
    )


def test_a_quarter_to_come_has_what_is_promised_for_it_so_far():
    page = quarter_page(
        [promise(("08-03", "12-20")), promise(("08-03", "09-20"))], Q4, day("09-21")
    )

    assert [line.outcome for line in page.lines] == [OPEN]
    assert page.headline == "1 commitment is promised for it so far"


def test_nothing_promised_says_so():
    assert quarter_page([], Q4, AFTER).headline == (
        "Nothing was promised for this quarter"
    )


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("2025Q1", Quarter.of(dt.date(2025, 1, 1))),
        ("2026Q5", Q4),
        ("2026", Q4),
        ("0000Q1", Q4),
        ("²026Q1", Q4),
        ("", Q4),
    ],
)
def test_a_quarter_is_read_from_its_name(key, expected):
    assert quarter_named(key, day("11-25")) == expected


days = st.integers(0, 420).map(
    lambda number: dt.date(2026, 3, 1) + dt.timedelta(number)
)


@st.composite
def histories(draw):
    on = sorted(draw(st.lists(days, min_size=1, max_size=4)))
    dates = [Given(each, each + dt.timedelta(draw(st.integers(0, 300)))) for each in on]
    state = draw(st.sampled_from(["open", "delivered", "withdrawn"]))
    closed = None
    if state != "open":
        closed = on[-1] + dt.timedelta(draw(st.integers(0, 200)))
    return History("INT-1", "Orders", "Sales", state, dates[0].due, dates, closed)


@given(st.lists(histories(), max_size=12), days)
def test_what_stood_and_came_less_what_went_is_what_is_judged(found, today):
    # Nothing is known today of what has not happened yet.
    known = [
        each
        for each in found
        if each.dates[-1].on <= today and (each.closed_on or today) <= today
    ]

    page = quarter_page(known, Q4, today)

    assert page.count("stood") + page.count("added") - page.count("dropped") == (
        page.at_the_end
    )
    assert page.at_the_end == sum(page.count(pick) for pick in (KEPT, MISSED, OPEN))
    if page.is_over:
        assert page.count(OPEN) == 0


@given(st.lists(histories(), max_size=12), st.integers(0, 400))
def test_a_quarter_that_is_over_never_changes(found, later):
    first_day_after = Q4.last + dt.timedelta(1)
    today = first_day_after + dt.timedelta(later)

    def seen_on(day):
        """What the records say on a day, of what had happened by then."""
        known = []
        for each in found:
            dates = [given for given in each.dates if given.on <= day]
            closed = each.closed_on if each.is_closed(day) else None
            if dates:
                state = each.state if closed else "open"
                known.append(
                    History("INT-1", "", "", state, each.first_due, dates, closed)
                )
        page = quarter_page(known, Q4, day)
        return [
            (line.stood, bool(line.came), bool(line.went), line.outcome, line.due_now)
            for line in page.lines
        ]

    assert seen_on(today) == seen_on(first_day_after)
