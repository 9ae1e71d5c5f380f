"""How alike two sentences are by their words, for a hint and nothing more."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TypeVar

# Words of nearly every request, which say nothing of what it is about.
COMMON = frozenset(
    re.findall(
        r"\w+",
        """
        about after again also and any are back between both come comes connect data
        each every for from gets have integration into its just least make need needs
        new nobody not only our out request send sends sent should show shows that the
        their them then there these they this twice type types want wants what when
        where which while who will with without
        """,
    )
)
# “order”, “orders” and “ordered” are one word; longer beginnings would part them.
STEM = 5
ENOUGH = 0.5

Thing = TypeVar("Thing")


def stems(sentence: str) -> frozenset[str]:
    """The beginnings of the words that say what a sentence is about."""
    words = re.findall(r"\w+", sentence.casefold())
    return frozenset(
        word.removesuffix("s")[:STEM]
        for word in words
        if len(word) > 2 and word not in COMMON
    )


def likeness(one: frozenset[str], other: frozenset[str]) -> float:
    """From 0 to 1: the share of the shorter sentence's words that both have.

    One word in common is chance, whatever its share; it counts as nothing.
    """
    both = len(one & other)
    return both / min(len(one), len(other)) if both > 1 else 0.0


def most_alike(
    sentence: str, things: Iterable[tuple[Thing, str]], most: int
) -> list[Thing]:
    """Those with a sentence that is enough alike, the likest first."""
    wanted = stems(sentence)
    scored = []
    for thing, other in things:
        words = stems(other)
        alike = likeness(wanted, words)
        if alike >= ENOUGH:
            # Among equals the one that says little else.
            scored.append((alike, -len(words - wanted), thing))
    scored.sort(key=lambda each: each[:2], reverse=True)
    return [thing for _, _, thing in scored[:most]]
