from __future__ import annotations

import datetime as dt

from portfolio.board.timeline import Axis, Bar, Label, Mark, Span, Tick, axis_for, bar

TODAY = dt.date(2026, 11, 23)
# A hundred days, so that a day is one percent: 16 Nov is 0 to 1, 23 Nov is 7 to 8.
HUNDRED = Axis(first=dt.date(2026, 11, 16), last=dt.date(2027, 2, 23), today=TODAY)


# Fifteen letters take 28.5 percent.
LABEL = "28 Dec – 18 Jan"


def day(number):
    """The day whose middle is at ``number`` + 0.5 percent."""
    return HUNDRED.first + dt.timedelta(days=number)


def test_axis_goes_from_a_week_ago_to_a_little_after_the_latest_day():
    axis = axis_for([dt.date(2027, 1, 4), dt.date(2027, 3, 3)], today=TODAY)

    # 3 Mar is 100 days ahead; 6 % of that would be 6 days, and a week is the least.
    assert axis == Axis(
        first=dt.date(2026, 11, 16), last=dt.date(2027, 3, 10), today=TODAY
    )


def test_axis_is_ten_weeks_long_at_least():
    assert axis_for([], today=TODAY).last == TODAY + dt.timedelta(days=70)


def test_axis_is_eighteen_months_long_at_most():
    axis = axis_for([dt.date(2030, 1, 1)], today=TODAY)

    assert axis.last == dt.date(2028, 5, 24)


def test_today_stands_in_the_middle_of_its_day():
    assert HUNDRED.now == "7.50%"


def test_short_axis_labels_every_month_and_knows_the_quarters():
    assert HUNDRED.ticks == [
        Tick(x="15.00%", label="Dec", is_quarter=False),
        Tick(x="46.00%", label="Jan", is_quarter=True),
        Tick(x="77.00%", label="Feb", is_quarter=False),
    ]


def test_long_axis_labels_quarters_and_the_new_year():
    axis = axis_for([dt.date(2027, 11, 1)], today=TODAY)

    assert [tick.label for tick in axis.ticks] == [
        "", "Jan 2027", "", "", "Apr", "", "", "Jul", "", "", "Oct", ""
    ]  # fmt: skip


def test_month_that_begins_at_the_right_edge_has_no_label():
    axis = Axis(first=dt.date(2026, 11, 16), last=dt.date(2027, 2, 3), today=TODAY)

    assert [tick.label for tick in axis.ticks] == ["Dec", "Jan", ""]


def test_quarter_ends_are_those_still_to_come():
    axis = axis_for([dt.date(2027, 8, 1)], today=TODAY)

    assert axis.quarter_ends == [
        dt.date(2026, 12, 31),
        dt.date(2027, 3, 31),
        dt.date(2027, 6, 30),
    ]


def test_bar_goes_from_p10_to_p95_with_p50_to_p85_solid():
    drawn = bar(
        HUNDRED, p10=day(10), p50=day(20), p85=day(40), p95=day(50), label=LABEL
    )

    assert drawn == Bar(
        faint=Span(x="10.50%", width="40.00%"),
        solid=Span(x="20.50%", width="20.00%"),
        faint_is_open=False,
        solid_is_open=False,
        goes_beyond=False,
        promised=None,
        needed=None,
        label=Label(x="53.50%", anchor="start"),
    )


def test_certain_date_is_still_wide_enough_to_be_seen():
    drawn = bar(HUNDRED, p10=day(20), p50=day(20), p85=day(20), p95=day(20))

    assert drawn.solid == Span(x="20.50%", width="0.80%")


def test_certain_date_at_the_right_edge_stays_inside():
    drawn = bar(HUNDRED, p10=day(99), p50=day(99), p85=day(99), p95=day(99))

    assert drawn.solid == Span(x="99.20%", width="0.80%")


def test_unknown_p95_is_open_to_the_edge():
    drawn = bar(HUNDRED, p10=day(10), p50=day(20), p85=day(40), p95=None)

    assert (drawn.faint, drawn.faint_is_open, drawn.solid_is_open) == (
        Span(x="10.50%", width="89.50%"),
        True,
        False,
    )


def test_p85_beyond_the_axis_is_open_too():
    drawn = bar(HUNDRED, p10=day(10), p50=day(90), p85=day(130), p95=day(200))

    assert (drawn.solid, drawn.solid_is_open, drawn.goes_beyond) == (
        Span(x="90.50%", width="9.50%"),
        True,
        False,
    )


def test_bar_wholly_beyond_the_axis_is_an_arrow_with_its_label():
    drawn = bar(
        HUNDRED, p10=day(120), p50=day(130), p85=day(150), p95=day(200), label=LABEL
    )

    assert (drawn.faint, drawn.solid, drawn.goes_beyond, drawn.label) == (
        None,
        None,
        True,
        Label(x="94.00%", anchor="end"),
    )


def test_bar_that_began_before_the_axis_starts_at_its_left_edge():
    drawn = bar(HUNDRED, p10=day(-5), p50=day(-1), p85=day(9), p95=day(19))

    assert (drawn.faint, drawn.solid) == (
        Span(x="0.00%", width="19.50%"),
        Span(x="0.00%", width="9.50%"),
    )


def test_without_a_p50_only_the_dates_are_drawn():
    drawn = bar(
        HUNDRED, p10=None, p50=None, p85=None, p95=None, promised=day(30), needed=None
    )

    assert drawn == Bar(
        faint=None,
        solid=None,
        faint_is_open=False,
        solid_is_open=False,
        goes_beyond=False,
        promised=Mark(x="30.50%"),
        needed=None,
        label=None,
        words_right=True,
    )


def test_words_stand_left_where_a_date_is_on_the_right():
    drawn = bar(
        HUNDRED, p10=None, p50=None, p85=None, p95=None,
        promised=day(30), needed=day(60),
    )  # fmt: skip

    assert drawn.words_right is False


def test_dates_outside_the_axis_stand_at_its_edges_and_say_so():
    drawn = bar(
        HUNDRED,
        p10=day(10),
        p50=day(20),
        p85=day(40),
        p95=day(50),
        promised=day(-3),
        needed=day(150),
    )

    assert (drawn.promised, drawn.needed) == (
        Mark(x="0.00%", beyond="before"),
        Mark(x="100.00%", beyond="after"),
    )


def test_label_stands_right_of_the_dates_too():
    drawn = bar(
        HUNDRED,
        p10=day(10),
        p50=day(20),
        p85=day(40),
        p95=day(50),
        needed=day(60),
        label=LABEL,
    )

    assert drawn.label == Label(x="63.50%", anchor="start")


def test_label_stands_left_where_the_right_is_full():
    drawn = bar(
        HUNDRED, p10=day(50), p50=day(60), p85=day(80), p95=day(90), label=LABEL
    )

    assert drawn.label == Label(x="47.50%", anchor="end")


def test_label_stands_where_an_open_end_fades_out():
    drawn = bar(HUNDRED, p10=day(10), p50=day(20), p85=day(40), p95=None, label=LABEL)

    assert drawn.label == Label(x="97.00%", anchor="end")


def test_label_with_room_on_a_wide_axis_alone_is_marked_so():
    drawn = bar(
        HUNDRED, p10=day(10), p50=day(20), p85=day(60), p95=day(72), label=LABEL
    )

    assert drawn.label == Label(x="75.50%", anchor="start", is_wide=True)


def test_label_is_left_out_where_neither_side_has_room():
    drawn = bar(
        HUNDRED, p10=day(10), p50=day(20), p85=day(80), p95=day(90), label=LABEL
    )

    assert drawn.label is None


def test_long_label_needs_more_room():
    drawn = bar(
        HUNDRED, p10=day(20), p50=day(30), p85=day(50), p95=day(65),
        label="20 Dec 2027 – 18 Jan 2028",
    )  # fmt: skip

    assert drawn.label is None


def test_long_axis_names_its_years_where_quarters_have_no_room():
    today = dt.date(2026, 11, 23)
    short, long = (
        axis_for([today + dt.timedelta(days=days)], today=today) for days in (200, 500)
    )

    assert (short.is_long, long.is_long) == (False, True)
    assert [tick.label for tick in long.ticks if tick.names_year] == [
        "Jan 2027",
        "Jan 2028",
    ]
