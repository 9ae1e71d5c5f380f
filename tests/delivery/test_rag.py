from __future__ import annotations

import pytest

from portfolio.delivery.rag import rag_of


@pytest.mark.parametrize(
    ("chance", "expected"),
    [
        (1.0, ("green", "on track")),
        (0.85, ("green", "on track")),
        (0.8499, ("amber", "at risk")),
        (0.5, ("amber", "at risk")),
        (0.4999, ("red", "late")),
        (0.0, ("red", "late")),
        (None, ("grey", "no date")),
    ],
)
def test_the_chance_alone_gives_colour_and_word(chance, expected):
    rag = rag_of(chance=chance)

    assert (rag.colour, rag.word) == expected


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"done": True, "overdue": True, "cannot": True}, ("blue", "done")),
        ({"overdue": True, "cannot": True}, ("red", "late")),
        ({"overdue": True}, ("red", "late")),
        ({"cannot": True}, ("grey", "cannot be forecast")),
    ],
)
def test_what_has_happened_counts_more_than_a_good_chance(facts, expected):
    rag = rag_of(chance=0.99, **facts)

    assert (rag.colour, rag.word) == expected
