from __future__ import annotations

import difflib
from collections.abc import Iterable


def nearest(given: str, known: Iterable[str], *, cutoff: float = 0.6) -> str | None:
    """The known word most like the given one, whatever their case."""
    words = {word.casefold(): word for word in known}
    # Comparing takes quadratic time in the length; a text is no misspelt word.
    wanted = given[:200].casefold()
    near = difflib.get_close_matches(wanted, words, 1, cutoff)
    return words[near[0]] if near else None


def named(known: Iterable[str], *, most: int = 12) -> str:
    """“a, b, c and 4 more”, for a message that says what there is."""
    words = list(known)
    if not words:
        return "none"
    listed = ", ".join(words[:most])
    return f"{listed} and {len(words) - most} more" if words[most:] else listed


def did_you_mean(given: str, known: Iterable[str]) -> str:
    """“; did you mean “owner”?”, or nothing when no word is near."""
    words = list(known)
    near = nearest(given, words) or _begins_alike(given, words)
    return f"; did you mean “{near}”?" if near else ""


def _begins_alike(given: str, words: list[str]) -> str | None:
    """As “Due” for “Due date”, which spelling alone does not find."""
    first = given.casefold().split()[:1]
    found = (word for word in words if word.casefold().split()[:1] == first)
    return next(found, None) if first else None
