"""Rank keys: fractions as decimal digits, so that a move writes one row.

“25” is 0.25 and “3” is 0.3. Keys never end in 0, so each fraction has one spelling and
text order is number order in every database and locale.
"""

from __future__ import annotations

from collections.abc import Sequence

# Put at either end, a key takes the next place on a grid of this many digits instead
# of the middle of what is left: thousands of arrivals then share the same short length.
GRID_DIGITS = 4
GRID = 10**GRID_DIGITS


def between(low: str | None, high: str | None) -> str:
    """A key above ``low`` and below ``high``; None stands for the end of the list.

    >>> between("25", "3")
    '28'
    >>> between(None, None), between("5", None), between(None, "5")
    ('5', '5001', '4999')
    """
    for key in (low, high):
        if key is not None:
            _check(key)
    if low is not None and high is not None and low >= high:
        raise ValueError(f"Nothing lies between “{low}” and “{high}”; give low first.")
    if low is not None and high is None and _on_grid(low) + 1 < GRID:
        return _spelled(_on_grid(low) + 1, GRID_DIGITS)
    if low is None and high is not None:
        below = _on_grid(high) - (len(high) <= GRID_DIGITS)
        if below > 0:
            return _spelled(below, GRID_DIGITS)
    return _middle(low or "", high)


def spread(count: int) -> list[str]:
    """So many short keys in rising order, with room between and at both ends.

    >>> spread(3)
    ['375', '5', '625']
    """
    digits = len(str(count)) + 2
    size = 10**digits
    step = size // 2 // (count + 1)
    return [_spelled(size // 4 + step * place, digits) for place in range(1, count + 1)]


def longest_kept(before: Sequence[str], after: Sequence[str]) -> list[str]:
    """The most names that keep their order among themselves: the others were moved.

    Of several such sets one with the most names that keep their very place.

    >>> longest_kept(["A", "B", "C", "D"], ["D", "A", "B", "C"])
    ['A', 'B', 'C']
    >>> longest_kept(["A", "B", "C"], ["C", "B", "A"])
    ['B']
    """
    places = {name: place for place, name in enumerate(before, 1)}
    # A Fenwick tree over the places before: the best run that ends at or above each, as
    # its length, how many in it stay where they were, and where it ends.
    best = [(0, 0, 0)] * (len(before) + 1)
    came_after: dict[int, int] = {}
    end = (0, 0, 0)
    for place_now, name in enumerate(after, 1):
        place = places[name]
        run = (0, 0, 0)
        above = place - 1
        while above:
            run = max(run, best[above])
            above -= above & -above
        came_after[place] = run[2]
        run = (run[0] + 1, run[1] + (place == place_now), place)
        end = max(end, run)
        while place < len(best):
            best[place] = max(best[place], run)
            place += place & -place
    kept = []
    place = end[2]
    while place:
        kept.append(before[place - 1])
        place = came_after[place]
    return kept[::-1]


def _check(key: str) -> None:
    if not (key.isascii() and key.isdigit()) or key.endswith("0"):
        raise ValueError(f"“{key}” is not a rank key: digits that do not end in 0.")


def _on_grid(key: str) -> int:
    return int(key[:GRID_DIGITS].ljust(GRID_DIGITS, "0"))


def _spelled(number: int, digits: int) -> str:
    return str(number).zfill(digits).rstrip("0")


def _middle(low: str, high: str | None) -> str:
    """The shortest key between, near the middle; “” is 0 and None is 1."""
    if high is not None:
        shared = 0
        while (low[shared : shared + 1] or "0") == high[shared]:
            shared += 1
        if shared:
            return high[:shared] + _middle(low[shared:], high[shared:])
    first = int(low[:1] or 0)
    last = 10 if high is None else int(high[0])
    if last - first > 1:
        return str((first + last + 1) // 2)
    if high is not None and len(high) > 1:
        return high[0]
    return str(first) + _middle(low[1:], None)
