"""What a change moves is told from what only scatters."""

import numpy as np

from capacity.engine.finishes import NEVER, Finishes
from capacity.engine.noise import surely_moved
from tests.engine.made import engineer, plan, work

WORLDS = 400


def finishes(days, *names):
    """Finish days by demand, given as an array or one number for all worlds."""
    made = plan(
        engineer("Eva", "api"), *(work(name, 1) for name in names), trials=WORLDS
    )
    rows = [np.broadcast_to(each, WORLDS) for each in days]
    return Finishes(made, np.array(rows, dtype=np.uint16))


def test_what_moves_in_every_world_has_moved_and_what_scatters_has_not():
    rng = np.random.default_rng(7)
    scattered = 30 + rng.permutation(np.repeat([-5, 5], WORLDS // 2))
    before = finishes([10, 20, 30], "moves", "stays", "scatters")
    after = finishes([11, 20, scattered], "moves", "stays", "scatters")

    assert surely_moved(before, after) == {"moves"}


def test_small_move_among_scatter_is_seen_in_enough_worlds():
    rng = np.random.default_rng(7)
    scattered = 30 + rng.integers(-4, 7, WORLDS)
    before, after = finishes([30], "A"), finishes([scattered], "A")

    assert surely_moved(before, after) == {"A"}


def test_luck_alone_passes_for_a_move_hardly_ever():
    rng = np.random.default_rng(7)
    names = [f"D{number}" for number in range(500)]
    before = finishes([30] * 500, *names)
    after = finishes(list(30 + rng.integers(-6, 7, (500, WORLDS))), *names)

    assert len(surely_moved(before, after)) <= 5


def test_what_comes_goes_or_never_ends_has_moved():
    before = finishes([10, 12], "ends", "goes")
    after = finishes([NEVER, 12], "ends", "comes")

    assert surely_moved(before, after) == {"ends", "goes", "comes"}
