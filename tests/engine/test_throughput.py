"""“When will N items be done” from completion dates alone."""

from datetime import date, timedelta

import numpy as np
import pytest

from capacity.engine._levels import follow
from capacity.engine.throughput import (
    Completions,
    TooLittleHistory,
    days,
    draw_times,
    items_for,
    quantile,
    weeks_until,
    when_done,
)

MONDAY = date(2024, 1, 1)


def in_weeks(counts, *, first=MONDAY):
    """Completions on the first day of each week, observed to the last day of all."""
    per_day = np.zeros(len(counts) * 7, dtype=np.int64)
    per_day[::7] = counts
    return Completions(first, per_day)


def p50_and_p85(history, items):
    done = when_done(history, items=items, trials=400)
    return [quantile(done.weeks, share) for share in (0.5, 0.85)]


def test_days_are_counted_whole_and_from_the_first_completion():
    done = [(MONDAY + timedelta(days=day), 1) for day in (3, 3, 11, 40)]

    history = Completions.count(done, until=MONDAY + timedelta(days=20))

    assert history.first == MONDAY + timedelta(days=3)
    assert history.per_day.tolist() == [2, 0, 0, 0, 0, 0, 0, 0, 1, *[0] * 9]
    assert history.per_week.tolist() == [2, 1]


def test_the_days_before_the_first_whole_week_are_left_out():
    history = Completions(MONDAY, np.arange(9)).ending_with_a_whole_week()

    assert history.first == MONDAY + timedelta(days=2)
    assert history.per_week.tolist() == [sum(range(2, 9))]


def test_questions_and_outcomes_by_hand():
    history = in_weeks([2] * 12 + [0, 5, 1])

    assert [items_for(history, 12, horizon) for horizon in (0.4, 0.5, 4)] == [0, 1, 8]
    # The fifth item comes on the first day of the week after the empty one.
    assert weeks_until(history, 12, 5) == pytest.approx(8 / 7)
    assert weeks_until(history, 12, 7) is None
    assert (days(8 / 7), days(1.0), days(1.001)) == (8, 7, 8)


def test_a_steady_team_goes_on_as_it_did():
    rng = np.random.default_rng(1)
    history = in_weeks(rng.poisson(20, 60))

    p50, p85 = p50_and_p85(history, 160)

    assert 7 < p50 < 9
    assert p50 < p85 < 12


def test_a_lasting_drop_is_believed_within_weeks():
    rng = np.random.default_rng(2)
    history = in_weeks([*rng.poisson(20, 60), *rng.poisson(4, 8)])

    p50, _ = p50_and_p85(history, 40)

    # At the mean of the last 12 weeks it would be 4.3, at today's pace 10.
    assert 7 < p50 < 14


def test_one_week_of_clearing_up_is_not_taken_for_pace():
    rng = np.random.default_rng(3)
    counts = rng.poisson(10, 60)
    cleared = counts.copy()
    cleared[-3] = 2000

    plain, after = (p50_and_p85(in_weeks(each), 100)[0] for each in (counts, cleared))

    assert after == pytest.approx(plain, rel=0.35)


def test_a_silent_team_may_be_silent_for_years():
    rng = np.random.default_rng(4)
    silent = when_done(in_weeks([*rng.poisson(6, 30), *[0] * 20]), items=30, trials=400)
    busy = when_done(in_weeks(rng.poisson(6, 50)), items=30, trials=400)

    assert silent.chance_by(silent.today + timedelta(weeks=104)) < 0.95
    assert silent.chance_by(silent.today + timedelta(weeks=12)) < 0.5
    assert busy.chance_by(busy.today + timedelta(weeks=12)) > 0.95
    assert silent.outcomes == 0


def test_chances_and_percentiles_are_the_same_distribution():
    rng = np.random.default_rng(5)
    done = when_done(in_weeks(rng.negative_binomial(2, 0.2, 40)), items=50, trials=400)

    for share in (0.1, 0.5, 0.85):
        day = done.percentile(share)
        assert done.chance_by(day) >= share
        assert done.chance_by(day - timedelta(days=1)) < share


def test_the_same_question_has_the_same_answer():
    history = in_weeks([3, 0, 1] * 8)

    first, second = (when_done(history, items=9, trials=50, seed=3) for _ in range(2))
    other = when_done(history, items=9, trials=50, seed=4)

    assert first.weeks.tolist() == second.weeks.tolist()
    assert first.weeks.tolist() != other.weeks.tolist()


def test_more_items_are_done_later_in_every_world():
    *_, belief = follow([5, 9, 0, 4] * 4)

    few, many = draw_times(belief, [10, 30], trials=200, rng=np.random.default_rng(0))

    assert (few < many).all()


def test_its_percentiles_hold_in_worlds_like_its_own():
    """In series whose level jumps at random P85 holds in about 85 of 100."""
    rng = np.random.default_rng(6)
    held = []
    for _ in range(60):
        height = np.log(8) + np.cumsum(
            np.where(rng.random(50) < 0.04, rng.laplace(0, 1, 50), 0)
        )
        counts = rng.poisson(np.exp(np.clip(height, -2, 6)))
        *_, belief = follow(counts[:30])
        items = max(1, round(8 * counts[18:30].mean()))
        times = draw_times(belief, [items], trials=200, rng=rng)[0]
        took = int(np.searchsorted(np.cumsum(counts[30:]), items)) + 1
        held.append(took <= quantile(times, 0.85) + 1)

    assert 0.75 <= np.mean(held) <= 0.97


@pytest.mark.parametrize(
    ("counts", "sentence"),
    [
        ([1] * 11, "There are 11 whole weeks of history; 12 are needed."),
        ([1] * 12, None),
    ],
)
def test_too_little_history_says_how_much_is_needed(counts, sentence):
    if sentence is None:
        assert when_done(in_weeks(counts), items=5, trials=50).outcomes == 0
        return
    with pytest.raises(TooLittleHistory, match=sentence):
        when_done(in_weeks(counts), items=5)


def test_nothing_finished_and_nothing_asked_are_refused():
    with pytest.raises(TooLittleHistory, match="Nothing was ever finished"):
        Completions.count([(MONDAY, 0)])
    with pytest.raises(ValueError, match="items is 0; at least 1 is needed"):
        when_done(in_weeks([1] * 20), items=0)
