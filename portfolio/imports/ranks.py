"""Rank keys below everything that is ranked already, in the order of a file."""

from __future__ import annotations

from intake.ranking import spread

SHORTEST = 4
# Between two new ones there is room for a few moves before their keys grow.
STEP = 4


def keys_below(last: str | None, count: int) -> list[str]:
    """So many rising keys after the last one in use; None stands for an empty list.

    >>> keys_below("5", 3)
    ['5004', '5008', '5012']
    >>> keys_below("9999", 2)
    ['99994', '99998']
    """
    if not count:
        return []
    if last is None:
        return spread(count)
    digits = SHORTEST
    while _room(last, digits) < STEP * count:
        digits += 1
    begin = _cut(last, digits)
    keys = (begin + STEP * place for place in range(1, count + 1))
    return [str(key).zfill(digits).rstrip("0") for key in keys]


def _cut(key: str, digits: int) -> int:
    return int(key[:digits].ljust(digits, "0"))


def _room(last: str, digits: int) -> int:
    return int(10**digits) - 1 - _cut(last, digits)
