"""The delivery page: queries and time with 100, 1,000 and 10,000 delivered demands."""

from __future__ import annotations

import datetime as dt
import random
import statistics
import time
from typing import Any

import django

SIZES = [100, 1000, 10_000]
ROUNDS = 9
BACKLOG = 200
CHARTS = 11


def measure() -> dict[str, Any]:
    django.setup()
    from django.conf import settings
    from django.test.utils import (
        get_runner,
        setup_test_environment,
        teardown_test_environment,
    )

    setup_test_environment(debug=False)
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
        manager = _team_with(size)
        client = Client()
        client.force_login(manager)
        address = reverse("delivery:delivery")
        client.get(address)
        times = []
        for _ in range(ROUNDS):
            began = time.perf_counter()
            response = client.get(address)
            times.append((time.perf_counter() - began) * 1000)
        with CaptureQueriesContext(connection) as queries:
            client.get(address)
        overview, charts = response.context["overview"], response.context["charts"]
        drawn = [chart.slug for chart in charts if chart.figure]
        assert response.status_code == 200
        assert overview.kept.delivered == size // 2
        assert len(drawn) + 1 == CHARTS, f"only {drawn} are drawn"
        [finished] = [chart for chart in charts if chart.slug == "cycle-time"]
        assert len(finished.rows) == size
        transaction.set_rollback(True)
    return {
        f"delivery.{size}.queries": len(queries),
        f"delivery.{size}.median_ms": statistics.median(times),
        f"delivery.{size}.slowest_ms": max(times),
        f"delivery.{size}.kib": len(response.content) / 1024,
    }


def _team_with(size: int) -> Any:
    """A manager whose team has delivered so many in a year, half of them promised."""
    from django.utils import timezone

    from capacity.models import WorkPackage
    from intake.models import Demand, SlaClock, Tier
    from intake.ranking import spread
    from portfolio.delivery.models import Commitment, ForecastScore
    from tests.factories import SkillFactory, TeamFactory, UnitFactory, UserFactory

    rng = random.Random(size)
    team, units = TeamFactory(), UnitFactory.create_batch(6)
    manager = UserFactory(role="manager", teams=[team])
    tiers, skills = list(Tier.objects.all()), SkillFactory.create_batch(6)
    today, now = timezone.localdate(), timezone.now()
    demands = []
    for number in range(size):
        done = 1 + number * 350 // size
        took, queued = rng.randint(1, 60), rng.randint(1, 60)
        demands.append(
            Demand(
                team=team,
                reference=f"D{size}-{number:05d}",
                title=f"Demand number {number} of a long list of integrations",
                tier=tiers[number % len(tiers)],
                stage="delivered",
                business_unit=units[number % 6],
                requester=manager,
                submitted_at=now - dt.timedelta(days=done + took + queued + 3),
                decided_at=now - dt.timedelta(days=done + took + queued),
                started_on=today - dt.timedelta(days=done + took),
                delivered_on=today - dt.timedelta(days=done),
            )
        )
    for number, rank in enumerate(spread(BACKLOG)):
        under_way = number < 12
        demands.append(
            Demand(
                team=team,
                reference=f"O{size}-{number:05d}",
                title=f"Open demand number {number} of a long list",
                tier=tiers[number % len(tiers)],
                stage="in_progress" if under_way else "estimated",
                rank=rank,
                business_unit=units[number % 6],
                requester=manager,
                submitted_at=now - dt.timedelta(days=90),
                decided_at=now - dt.timedelta(days=80),
                started_on=today - dt.timedelta(days=3 * number) if under_way else None,
            )
        )
    demands = Demand.objects.bulk_create(demands, batch_size=2000)
    done, open_ones = demands[:size], demands[size:]
    WorkPackage.objects.bulk_create(
        (
            WorkPackage(
                demand=demand, position=place, name=f"Step {place}",
                skill=skills[(number + place) % 6], low=2, likely=4, high=9,
            )
            for number, demand in enumerate(demands)
            for place in range(2)
        ),
        batch_size=2000,
    )  # fmt: skip
    SlaClock.objects.bulk_create(
        (
            SlaClock(
                demand=demand, kind=kind, started_under=demand.tier.current,
                state="breached" if number % 9 == 0 else "met",
                breached_at=demand.decided_at if number % 9 == 0 else None,
                tier_name=demand.tier.name, version_number=1, target_amount=5,
                target_unit="days", started_at=demand.submitted_at,
                stopped_at=demand.decided_at, allowed=dt.timedelta(hours=40),
                elapsed=dt.timedelta(hours=9), paused=dt.timedelta(0),
            )
            for number, demand in enumerate(done)
            for kind in ("acknowledge", "decide")
        ),
        batch_size=2000,
    )  # fmt: skip
    _forecast(team, open_ones, [skill.name for skill in skills])
    Commitment.objects.bulk_create(
        (
            Commitment(
                team=team, demand=demand, state="delivered",
                original_due_on=demand.delivered_on + dt.timedelta(days=number % 9 - 2),
                due_on=demand.delivered_on, closed_on=demand.delivered_on,
                closed_reference=demand.reference, closed_title=demand.title,
                closed_unit=demand.business_unit.name,
            )
            for number, demand in enumerate(done)
            if number % 2 == 0
        ),
        batch_size=2000,
    )  # fmt: skip
    ForecastScore.objects.bulk_create(
        (
            ForecastScore(
                demand=demand, is_first=True, reached=0.5,
                told_on=demand.decided_at.date(), delivered_on=demand.delivered_on,
                **{
                    f"p{level}": demand.delivered_on
                    + dt.timedelta(days=rng.randint(-level, level) // 3 + level // 9)
                    for level in (10, 50, 70, 85, 95)
                },
            )
            for demand in done
        ),
        batch_size=2000,
    )  # fmt: skip
    return manager


def _forecast(team: Any, open_ones: list[Any], skills: list[str]) -> None:
    """Five forecasts of the backlog, a week from each other, half of it promised."""
    from django.utils import timezone

    from capacity.models import DemandForecast, Forecast
    from portfolio.delivery.models import Commitment

    today, now = timezone.localdate(), timezone.now()
    weeks = [
        {"week": str(today + dt.timedelta(weeks=at)), "demand": 3.0, "supply": 2.5}
        for at in range(26)
    ]
    for ago in range(4, -1, -1):
        forecast = Forecast.objects.create(
            team=team, state="done", gathered_at=now - dt.timedelta(weeks=ago),
            plan_revision=team.plan_revision, finished_at=now, starts_on=today,
            trials=1000, seed=7,
            result={
                "engineers": [],
                "skills": [{"skill": skill, "weeks": weeks} for skill in skills],
            },
        )  # fmt: skip
        DemandForecast.objects.bulk_create(
            DemandForecast(
                forecast=forecast, demand=demand, place=number + 1,
                finished_by={
                    "first": str(today + dt.timedelta(days=number)),
                    "counts": [10] * 100,
                },
                **{
                    f"p{level}": today + dt.timedelta(days=number + level)
                    for level in (10, 50, 70, 85, 95)
                },
            )
            for number, demand in enumerate(open_ones)
        )  # fmt: skip
    Commitment.objects.bulk_create(
        Commitment(
            team=team, demand=demand,
            original_due_on=today + dt.timedelta(days=number + 30),
            due_on=today + dt.timedelta(days=number + 30),
        )
        for number, demand in enumerate(open_ones)
        if number % 2
    )  # fmt: skip
