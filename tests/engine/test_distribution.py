"""Stored distributions answer for any date without a new run."""

from datetime import date

import pytest

from capacity.engine import forecast
from capacity.engine.distribution import chance_by, chance_words, percentile
from tests.engine.made import engineer, plan, work

SPREAD = {"first": "2026-11-23", "counts": [1, 0, 6]}


@pytest.mark.parametrize(
    ("day", "chance"),
    [(22, 0.0), (23, 0.1), (24, 0.1), (25, 0.7), (30, 0.7)],
)
def test_chance_counts_the_worlds_done_by_the_end_of_a_day(day, chance):
    assert chance_by(SPREAD, 10, date(2026, 11, day)) == chance


@pytest.mark.parametrize(
    ("share", "day"),
    [
        (0.05, date(2026, 11, 23)),
        (0.1, date(2026, 11, 23)),
        (0.11, date(2026, 11, 25)),
        (0.7, date(2026, 11, 25)),
        (0.71, None),
    ],
)
def test_percentile_is_the_first_day_by_which_that_share_is_done(share, day):
    assert percentile(SPREAD, 10, share) == day


@pytest.mark.parametrize("share", [0.0, 1.1, -0.5])
def test_percentile_refuses_what_is_no_share(share):
    with pytest.raises(ValueError, match="above 0 and at most 1 is allowed"):
        percentile(SPREAD, 10, share)


def test_nothing_finished_has_no_chance_and_no_date():
    none = {"first": "2026-11-23", "counts": []}

    assert chance_by(none, 10, date(2030, 1, 1)) == 0.0
    assert percentile(none, 10, 0.1) is None


@pytest.mark.parametrize(
    ("chance", "words"),
    [
        (1.0, ">95 %"),
        (0.9501, ">95 %"),
        (0.95, "95 %"),
        (0.9499, "94 %"),
        (0.85, "85 %"),
        (0.8499, "84 %"),
        (0.29, "29 %"),
        (0.01, "1 %"),
        (0.0099, "<1 %"),
        (0.0, "<1 %"),
    ],
)
def test_chances_are_never_shown_as_certain_or_rounded_up(chance, words):
    assert chance_words(chance) == words


def test_stored_distributions_agree_with_the_forecast_they_come_from():
    asked = plan(
        engineer("Eva"),
        work("A", (2, 4, 12), dates=["2026-11-26", "2026-12-10"]),
        trials=300,
    )

    (answer,) = forecast(asked).to_json()["demands"]

    spread = answer["finished_by"]
    assert answer["chance"] == {
        day: chance_by(spread, 300, date.fromisoformat(day))
        for day in ("2026-11-26", "2026-12-10")
    }
    assert answer["finish"] == {
        f"p{share}": percentile(spread, 300, share / 100).isoformat()
        for share in (10, 50, 70, 85, 95)
    }
