from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from capacity.models import DemandForecast
from intake.models import RankMove
from portfolio.board.why import move_words, read_moves
from tests.delivery.rows import days_from_now, make_forecast
from tests.factories import EngineerFactory

CAUSES = {"rank": 6, "capacity": 4, "rounding": -1}


@pytest.fixture
def forecast(team, backlog):
    """The newest forecast, which explains why Orders moved by nine days."""
    before = make_forecast(team, {backlog[0]: {10: 10}})
    before.gathered_at = timezone.now() - timedelta(hours=2)
    before.save()
    engineer = EngineerFactory(team=team, name="Ada")
    newest = make_forecast(team, {backlog[0]: {19: 10}, backlog[1]: {30: 10}})
    newest.explained = {
        "since": before.pk,
        "touched": {"rank": ["INT-0002"], "capacity": [f"eng-{engineer.pk}"]},
        "trials": 1000,
    }
    newest.save()
    DemandForecast.objects.filter(forecast=newest, demand=backlog[0]).update(
        moved={
            "before": days_from_now(10).isoformat(),
            "after": days_from_now(19).isoformat(),
            "days": 9,
            "causes": CAUSES,
        }
    )
    return newest


def test_causes_stand_by_size_with_their_names_and_add_up(manager, backlog, forecast):
    RankMove.objects.create(
        demand=backlog[1], moved_by=manager, from_place=2, to_place=1, why="Audit",
        moved_at=timezone.now() - timedelta(hours=1),
    )  # fmt: skip

    told = read_moves(backlog[0], forecast, manager).told[0]

    assert told.words.endswith(": 9 days later")
    assert [(cause.days_words, cause.words, cause.names) for cause in told.causes] == [
        (
            "+6 days",
            "the order changed",
            f"INT-0002 from 2 to 1 by {manager} (“Audit”)",
        ),
        ("+4 days", "people, their hours, skills or leave changed", "Ada"),
        (
            "−1 day",
            "what fewer worlds cannot tell: causes are played in 1,000",
            "",
        ),
    ]
    assert sum(cause.days for cause in told.causes) == 9


def test_who_may_not_see_people_reads_no_names(viewer, backlog, forecast):
    told = read_moves(backlog[0], forecast, viewer).told[0]

    assert [cause.names for cause in told.causes] == ["INT-0002", "", ""]


def test_page_says_whether_it_moved_in_the_newest_forecast(
    client, manager, backlog, forecast
):
    client.force_login(manager)

    moved, stayed = (
        client.get(f"/board/{demand.reference}/").content.decode()
        for demand in backlog[:2]
    )

    assert "9 days later" in moved
    assert "did not move in the newest forecast" not in moved
    assert "Its P85 did not move in the newest forecast" in stayed


def test_forecast_that_is_not_explained_yet_is_looked_at_again(
    client, manager, backlog, forecast
):
    forecast.explained = {}
    forecast.save()
    client.force_login(manager)

    page = client.get("/board/INT-0002/").content.decode()

    assert "is being explained" in page


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ("2026-12-18", "2026-12-17", "from 18 Dec to 17 Dec: 1 day earlier"),
        (None, "2026-12-17", "P85 is 17 Dec now"),
        ("2026-12-18", None, "P85 is not known any more"),
    ],
)
def test_move_is_told_in_words(before, after, words):
    said = move_words({"before": before, "after": after, "days": -1})

    assert words in said
