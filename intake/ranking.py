"""Rank keys: fractions as decimal digits, so that a move writes one row.

“25” is 0.25 and “3” is 0.3. Keys never end in 0, so each fraction has one spelling and
text order is number order in every database and locale.
"""

from __future__ import annotations

from bisect import bisect_left
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

    >>> longest_kept(["A", "B", "C", "D"], ["D", "A", "B", "C"])
    ['A', 'B', 'C']
    """
    places = {name: place for place, name in enumerate(before)}
    # Patience: the least last place of a run of each length, and what came before it.
    lasts: list[int] = []
    ends: list[str] = []
    came_after: dict[str, str | None] = {}
    for name in after:
        length = bisect_left(lasts, places[name])
        came_after[name] = ends[length - 1] if length else None
        lasts[length : length + 1] = [places[name]]
        ends[length : length + 1] = [name]
    kept = []
    name_or_none = ends[-1] if ends else None
    while name_or_none is not None:
        kept.append(name_or_none)
        name_or_none = came_after[name_or_none]
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
