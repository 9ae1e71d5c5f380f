from __future__ import annotations

import pytest

from portfolio.board.story import words_of
from portfolio.core.models import Event


@pytest.mark.parametrize(
    ("kind", "before", "after", "words"),
    [
        ("moved", "7", "3", "Moved from rank 7 to 3"),
        ("promised", "", "2019-12-06", "Promised by Fri 6 Dec 2019"),
        ("promised", "", "soon", "Promised by soon"),
        ("tier-changed", "standard", "expedite", "Tier changed: standard → expedite"),
        ("reopened", "delivered", "in_progress", "Reopened: Delivered → In progress"),
        ("noted", "", "", "Noted"),
    ],
)
def test_event_is_told_in_words(kind, before, after, words):
    event = Event(kind=kind, before=before, after=after)

    said = words_of(event)

    assert said == words
