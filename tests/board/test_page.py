from __future__ import annotations

from portfolio.board.backlog import Backlog
from portfolio.board.filters import MORE, ROWS, Filters
from portfolio.board.page import page_of
from tests.board.made import TODAY, row_with


def page(rows, filters=None, *, may_rank=True, after=0):
    backlog = Backlog(None, rows, TODAY)
    return page_of(backlog, filters or Filters(), may_rank=may_rank, after=after)


def test_long_list_shows_its_first_rows_and_how_many_are_behind():
    rows = [row_with(number) for number in range(1, ROWS + MORE + 8)]

    first = page(rows)
    second = page(rows, Filters(rows=ROWS + MORE))

    assert (len(first.lines), first.hidden, first.more) == (ROWS, MORE + 7, MORE)
    assert first.with_more == f"?rows={ROWS + MORE}"
    assert (len(second.lines), second.hidden, second.more) == (ROWS + MORE, 7, 7)


def test_rows_that_come_later_go_on_where_the_list_ended():
    rows = [
        row_with(number, unit="Sales" if number > ROWS else "Finance")
        for number in range(1, ROWS + 8)
    ]
    filters = Filters(rows=2 * ROWS, group="unit")

    rest = page(rows, filters, after=ROWS)

    assert [line.row.place for line in rest.lines] == list(range(ROWS + 1, ROWS + 8))
    assert (rest.shown, rest.hidden) == (ROWS + 7, 0)
    assert [line.begins for line in rest.lines if line.begins] == [("Sales", 7)]
    assert page(rows).only_more == f"?rows={ROWS + MORE}&after={ROWS}"


def test_columns_show_the_first_rows_and_count_all():
    rows = [row_with(number) for number in range(1, ROWS + 8)]

    columns = page(rows, Filters(view="columns")).columns

    assert [(column.count, len(column.rows), column.days) for column in columns] == [
        (0, 0, "0"),
        (ROWS + 7, ROWS, f"{4 * (ROWS + 7)}"),
        (0, 0, "0"),
    ]


def test_rows_asked_for_are_read_from_the_address():
    asked = [Filters.read({"rows": text}).rows for text in ("", "20", "1500", "x", "²")]

    assert asked == [ROWS, ROWS, 1500, ROWS, ROWS]


def test_what_people_wrote_is_escaped_in_a_row():
    mean = '<script>"&'
    row = row_with(
        1, title=mean, unit=mean, owner=mean, skills=(mean,), blocked=mean, silence=mean
    )

    body = page([row]).body

    assert mean not in body
    assert body.count("&lt;script&gt;&quot;&amp;") == 9


def test_row_can_only_be_moved_by_who_may_rank():
    assert "data-to-rank" in page([row_with(1)]).body
    assert "data-to-rank" not in page([row_with(1)], may_rank=False).body
    assert 'class="grip"' not in page([row_with(1)], may_rank=False).body


def test_chance_leads_to_the_promise_for_who_may_give_one():
    backlog = Backlog(None, [row_with(1)], TODAY)

    bodies = [
        page_of(backlog, Filters(), may_rank=False, may_promise=may).body
        for may in (True, False)
    ]

    link = '<a href="/demands/INT-1/promise/?next=/board/"'
    assert [link in body for body in bodies] == [True, False]


def test_groups_stand_together_with_their_size_and_keep_true_ranks():
    rows = [
        row_with(number, unit=unit, unit_slug=unit.lower())
        for number, unit in enumerate(["Sales", "Finance", "Sales"], 1)
    ]

    grouped = page(rows, Filters(group="unit"))

    assert [(line.begins, line.row.place) for line in grouped.lines] == [
        (("Finance", 1), 2),
        (("Sales", 2), 1),
        (None, 3),
    ]
    assert "Sales <span>2</span>" in grouped.body
    # A place between groups is no rank, so nothing can be dropped there.
    assert 'class="grip"' not in grouped.body
    assert page(rows, Filters(group="unit")).ungrouped == "?"
