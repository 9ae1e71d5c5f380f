"""The board page: queries and time at 50, 500 and 2,000 demands."""

from __future__ import annotations

import datetime as dt
import gc
import html
import logging
import re
import statistics
import time
from typing import Any

import django

SIZES = [50, 500, 2000]
ROUNDS = 40
ANSWERS = {
    "late": "costs",
    "late_why": "Two people type the orders of the day before in again.",
    "date": "no",
    "broken": "no",
    "data": "Orders with their lines, about 400 a day",
    "often": "hourly",
}


def measure() -> dict[str, Any]:
    django.setup()
    from django.conf import settings
    from django.test.utils import (
        get_runner,
        setup_test_environment,
        teardown_test_environment,
    )

    # Also what a web process does when it starts.
    import portfolio.wsgi  # noqa: F401 - for its effects

    setup_test_environment(debug=False)
    # Each page would say that there is no Redis here.
    logging.getLogger("portfolio.core.services.store").setLevel(logging.ERROR)
    runner = get_runner(settings)(verbosity=0, interactive=False)
    databases = runner.setup_databases()
    try:
        figures = {}
        for size in SIZES:
            figures |= _of_size(size)
        return figures
    finally:
        runner.teardown_databases(databases)
        teardown_test_environment()


def _of_size(size: int) -> dict[str, Any]:
    from django.db import connection, transaction
    from django.test import Client
    from django.test.utils import CaptureQueriesContext
    from django.urls import reverse

    with transaction.atomic():
        manager = team_with(size)
        # A web process has none of what the rows were made from.
        gc.collect()
        gc.freeze()
        client = Client()
        client.force_login(manager)
        address = reverse("board:board")
        client.get(address)
        times, busy = [], []
        for _ in range(ROUNDS):
            began, ran = time.perf_counter(), time.process_time()
            response = client.get(address)
            times.append((time.perf_counter() - began) * 1000)
            busy.append((time.process_time() - ran) * 1000)
        with CaptureQueriesContext(connection) as captured:
            client.get(address)
        # Counted now: the next request begins the log anew.
        queries = len(captured)
        began, later = time.perf_counter(), response.content.decode()
        rows = later.count('<tr class="row" data-')
        while found := re.search('hx-get="([^"]+;after=[^"]+)"', later):
            # As a script does as soon as the page is there.
            later = client.get(
                html.unescape(found[1]), headers={"HX-Request": "true"}
            ).content.decode()
            rows += later.count('<tr class="row" data-')
        rest = (time.perf_counter() - began) * 1000
        assert response.status_code == 200
        assert rows == size, f"{rows} of {size} demands are on the page"
        transaction.set_rollback(True)
    return {
        f"board.{size}.queries": queries,
        f"board.{size}.median_ms": statistics.median(times),
        f"board.{size}.p95_ms": sorted(times)[int(0.95 * ROUNDS)],
        f"board.{size}.slowest_ms": max(times),
        # What it takes of a processor, whatever else the machine does.
        f"board.{size}.processor_ms": statistics.median(busy),
        # All rows that come after the page, one answer after the other.
        f"board.{size}.rest_ms": rest,
        f"board.{size}.kib": len(response.content) / 1024,
    }


def team_with(size: int) -> Any:
    """A manager whose team has so many ranked, estimated and forecast demands."""
    from django.utils import timezone

    from capacity.models import DemandForecast, Forecast
    from portfolio.delivery.models import Commitment
    from tests.factories import SkillFactory, TeamFactory, UnitFactory, UserFactory

    team, unit = TeamFactory(), UnitFactory()
    manager = UserFactory(role="manager", teams=[team])
    demands = rank_demands(
        team, size, unit=unit, by=manager, skills=SkillFactory.create_batch(5)
    )
    today, now = timezone.localdate(), timezone.now()
    forecast = Forecast.objects.create(
        team=team, state="done", gathered_at=now, plan_revision=team.plan_revision,
        finished_at=now, starts_on=today, trials=1000, seed=7,
        result={"engineers": [], "skills": []},
    )  # fmt: skip
    DemandForecast.objects.bulk_create(
        DemandForecast(
            forecast=forecast,
            demand=demand,
            place=number + 1,
            start_p50=today + dt.timedelta(days=number),
            p10=today + dt.timedelta(days=number + 5),
            p50=today + dt.timedelta(days=number + 20),
            p70=today + dt.timedelta(days=number + 30),
            p85=today + dt.timedelta(days=number + 40),
            p95=today + dt.timedelta(days=number + 60),
            finished_by={
                "first": str(today + dt.timedelta(days=number)),
                "counts": [10] * 100,
            },
        )
        for number, demand in enumerate(demands)
    )
    Commitment.objects.bulk_create(
        Commitment(
            team=team, demand=demand,
            original_due_on=today + dt.timedelta(days=number + 30),
            due_on=today + dt.timedelta(days=number + 30),
        )
        for number, demand in enumerate(demands)
        if number % 4 == 0
    )  # fmt: skip
    return manager


def rank_demands(team: Any, size: int, *, unit: Any, by: Any, skills: Any) -> list[Any]:
    """Put so many estimated demands of three packages below what a team has ranked."""
    from django.utils import timezone

    from capacity.models import WorkPackage
    from intake.models import Demand, Tier
    from intake.ranking import between

    tiers = list(Tier.objects.exclude(slug=Tier.EXPEDITE))
    today, now = timezone.localdate(), timezone.now()
    rank = team.demands.in_backlog().by_rank().values_list("rank", flat=True).last()
    ranks = []
    for _ in range(size):
        rank = between(rank, None)
        ranks.append(rank)
    demands = Demand.objects.bulk_create(
        Demand(
            team=team,
            reference=f"B{size}-{number:04d}",
            title=f"Demand number {number} of a long list of integrations",
            tier=tiers[number % len(tiers)],
            stage="estimated",
            rank=rank,
            business_unit=unit,
            requester=by,
            decided_at=now,
            answers=ANSWERS,
            needed_by=today + dt.timedelta(days=number) if number % 3 else None,
        )
        for number, rank in enumerate(ranks)
    )
    WorkPackage.objects.bulk_create(
        WorkPackage(
            demand=demand, position=place, name=f"Step {place}",
            skill=skills[(number + place) % len(skills)], low=2, likely=4, high=9,
        )
        for number, demand in enumerate(demands)
        for place in range(3)
    )  # fmt: skip
    return demands
