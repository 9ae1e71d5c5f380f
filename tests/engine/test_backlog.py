"""When shares of a backlog are done, from what became of items like these."""

import numpy as np
import pytest

from capacity.engine.backlog import Items, name_classes, share_done, size_classes
from capacity.engine.throughput import TooLittleHistory


def items_of(created, finished, kinds=None):
    created, finished = np.asarray(created, float), np.asarray(finished, float)
    kinds = np.zeros((0, len(created)), int) if kinds is None else kinds
    return Items(created, finished, kinds)


def overtaking(seed, *, days=700, share_never=0.0):
    """New items are done at once or take long, whatever the throughput is."""
    rng = np.random.default_rng(seed)
    created = np.sort(np.floor(rng.uniform(0, days, days)))
    slow = rng.random(days) < 0.3
    took = np.where(slow, rng.exponential(200, days), rng.exponential(2, days))
    took[rng.random(days) < share_never] = np.inf
    return items_of(created, created + np.floor(took))


def test_what_is_known_at_a_day_ends_there():
    items = items_of([0, 5, 9], [6, 20, 30], np.array([[1, 2, 3]]))

    known = items.known_at(8)

    assert known.created.tolist() == [0, 5]
    assert known.finished.tolist() == [6, np.inf]
    assert known.kinds.tolist() == [[1, 2]]
    assert items.is_open_at(6).tolist() == [False, True, False]


def test_old_items_are_not_taken_for_new_ones():
    items = overtaking(1)

    half, most = (
        np.quantile(row, [0.1, 0.5, 0.9])
        for row in share_done(items, today=600.0, trials=200)
    )

    # All that is open waits some 200 days: half of it about 140, four fifths about 320.
    # At the throughput of one a day, both would be over in a month or two.
    assert half[0] < 140 < half[2]
    assert most[0] < 320 < most[2]
    assert half[1] > 80


def test_what_is_never_done_keeps_a_share_from_being_reached():
    never = share_done(overtaking(2, share_never=0.15), today=650.0, trials=80)
    always = share_done(overtaking(2), today=650.0, trials=80)

    assert np.median(never[1]) > 2 * np.median(always[1])


def test_priorities_that_are_never_done_are_told_apart():
    rng = np.random.default_rng(3)
    created = np.sort(np.floor(rng.uniform(0, 600, 600)))
    low = rng.random(600) < 0.2
    took = np.where(low, np.inf, np.floor(rng.exponential(40, 600)))
    kinds = low.astype(int)[None]

    blind = share_done(items_of(created, created + took), today=590.0, trials=80)
    sees = share_done(items_of(created, created + took, kinds), today=590.0, trials=80)

    # Four of five that are open by now will never be done, and each has that priority.
    assert np.isinf(sees[1]).mean() > np.isinf(blind[1]).mean()


def test_later_history_changes_no_forecast():
    items = overtaking(4)
    other = items_of(
        items.created,
        np.where(items.finished > 400, items.finished + 99, items.finished),
    )
    other.created[items.created > 400] += 50

    first, second = (
        share_done(each, today=400.0, trials=40) for each in (items, other)
    )

    assert first.tolist() == second.tolist()


def test_shares_come_in_order_in_every_world():
    half, most = share_done(overtaking(5), today=500.0, trials=40)

    assert (half <= most).all()
    assert (np.diff(half) >= 0).all()


def test_classes_of_sizes_and_names():
    assert size_classes([8.0, 15.9, 16.0, None]).tolist() == [3, 3, 4, -99]
    assert name_classes(["b", "", "a", "b"]).tolist() == [2, 0, 1, 2]


@pytest.mark.parametrize(
    ("items", "sentence"),
    [
        (items_of(range(99), [np.inf] * 99), "0 items were finished; 10 are needed"),
        (items_of(range(60, 99), [98] * 39), "has 38 days; 91 are needed"),
        (items_of(range(99), range(99)), "Nothing is open"),
    ],
)
def test_too_little_history_says_how_much_is_needed(items, sentence):
    with pytest.raises(TooLittleHistory, match=sentence):
        share_done(items, today=98.0)
