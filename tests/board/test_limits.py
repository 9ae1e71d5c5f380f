from __future__ import annotations

from dataclasses import replace

import pytest

from intake.models import Tier
from portfolio.board.limits import Limits, read_limits
from portfolio.board.models import BoardPolicy
from tests.board.made import row_with

FREE = Limits(under_way=7, most=None, expedite=0, most_expedite=None, blocked=0)


def test_limits_count_what_is_under_way_against_what_may_be(team):
    expedite = Tier.objects.get(slug="expedite").current
    BoardPolicy.objects.create(team=team, most_in_progress=1)
    rows = [
        row_with(1, stage="in_progress", tier_slug="expedite"),
        row_with(2, stage="in_progress", blocked="waits for SAP"),
        row_with(3),
    ]

    limits = read_limits(team, rows)

    assert limits == Limits(
        under_way=2,
        most=1,
        expedite=1,
        most_expedite=expedite.most_in_progress,
        blocked=1,
    )


@pytest.mark.parametrize(
    ("limits", "words", "is_over"),
    [
        (FREE, "In progress 7", False),
        (replace(FREE, most=7), "In progress 7 of at most 7", False),
        (replace(FREE, most=6), "In progress 7 of at most 6", True),
        (
            replace(FREE, expedite=2, most_expedite=1, blocked=3),
            "In progress 7 · expedite 2 of 1 · blocked 3",
            True,
        ),
    ],
)
def test_limits_are_told_in_words(limits, words, is_over):
    assert (limits.words, limits.is_over) == (words, is_over)
