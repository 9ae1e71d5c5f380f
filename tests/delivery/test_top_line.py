from __future__ import annotations

import datetime as dt
from html import unescape

import pytest
from django.utils import timezone

from intake.models import Demand
from portfolio.delivery.choosing import Asked
from portfolio.delivery.flow.calibration import p85_of, reliability_of
from portfolio.delivery.flow.records import read_first_told
from portfolio.delivery.models import ForecastScore
from portfolio.delivery.proportions import Share, wilson
from portfolio.delivery.top_line import read_top_line
from tests.delivery.rows import days_from_now, make_forecast
from tests.factories import (
    CommitmentFactory,
    DemandFactory,
    RankedDemandFactory,
    SlaClockFactory,
)


def top_line(team, *, since=-90):
    return read_top_line(
        Demand.objects.filter(team=team),
        since=days_from_now(since),
        today=timezone.localdate(),
    )


def scored(team, *, p85, done, is_first=True):
    demand = DemandFactory(
        team=team, stage="delivered", delivered_on=days_from_now(done)
    )
    return ForecastScore.objects.create(
        demand=demand,
        told_on=days_from_now(done - 60),
        is_first=is_first,
        p85=days_from_now(p85),
        delivered_on=days_from_now(done),
        reached=0.5,
    )


def clock(team, state, *, stopped=None):
    at = stopped and timezone.now() + dt.timedelta(days=stopped)
    return SlaClockFactory(
        demand=DemandFactory(team=team),
        state=state,
        stopped_at=at,
        breached_at=timezone.now() if state == "breached" else None,
    )


def test_sla_is_of_what_is_decided_in_the_period(team):
    clock(team, "met", stopped=-5)
    clock(team, "met", stopped=-6)
    clock(team, "met", stopped=-400)
    clock(team, "breached", stopped=-7)
    clock(team, "breached")
    clock(team, "running")
    clock(team, "paused")
    clock(team, "cancelled", stopped=-3)
    SlaClockFactory(state="met", stopped_at=timezone.now())

    assert top_line(team).sla == Share(2, 4)


def test_a_p85_is_judged_once_its_day_has_passed_as_in_the_chart(team, manager):
    scored(team, p85=-10, done=-12)
    scored(team, p85=-10, done=-10)
    scored(team, p85=-10, done=-3)
    # Not yet passed, before the period, and not the first that was told.
    scored(team, p85=5, done=-1)
    scored(team, p85=-200, done=-100)
    scored(team, p85=-10, done=-12, is_first=False)
    late, coming = RankedDemandFactory.create_batch(2, team=team)
    make_forecast(team, {late: {-20: 10}, coming: {9: 10}})
    make_forecast(team, {late: {30: 10}, coming: {-9: 10}})

    assert top_line(team).p85 == Share(2, 4)
    asked = Asked(team, manager, days_from_now(-90), timezone.localdate())
    drawn = p85_of(reliability_of(read_first_told(asked), asked.since, asked.today))
    assert (drawn.right, drawn.judged) == (2, 4)


@pytest.mark.parametrize(
    ("share", "words"),
    [
        (Share(0, 0), "–"),
        (Share(3, 4), "3 of 4"),
        (Share(9, 10), "90 %"),
        (Share(33, 42), "79 %"),
    ],
)
def test_a_share_of_few_is_told_as_numbers(share, words):
    assert share.words == words


def test_wilson_agrees_with_the_literature():
    # Newcombe (1998), Statistics in Medicine 17, table I, method 3: 81 of 263 and
    # 0 of 20.
    assert [round(end, 4) for end in wilson(81, 263)] == [0.2553, 0.3662]
    assert [round(end, 4) for end in wilson(0, 20)] == [0.0, 0.1611]
    assert Share(33, 42).range_words == "64–88 %"


def test_the_page_has_every_number_with_its_definition(client, team, manager):
    client.force_login(manager)
    for number in range(10):
        scored(team, p85=-10, done=-12 if number else -3)
    demand = RankedDemandFactory(team=team, title="Orders")
    CommitmentFactory(demand=demand, original_due_on=days_from_now(15))
    make_forecast(team, {demand: {10: 6, 20: 4}})

    text = unescape(client.get("/delivery/").content.decode())

    assert text.count("Definition<") == 6
    for words in (
        "<b>90 %</b>",
        "of the time · n = 10, 95 % interval 60–98 %",
        "0.6 expected on time",
        "1 promise due in the next 4 weeks, with the chance of each",
        "On track from 85 % chance",
    ):
        assert words in text
