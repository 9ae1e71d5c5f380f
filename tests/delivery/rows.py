"""Stored forecasts for tests, made of whole days, as the engine stores them."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone

from capacity.engine.distribution import percentile
from capacity.models import DemandForecast, Forecast


def make_forecast(team, finishes, *, cannot=None, trials=10, **fields):
    """A finished forecast; ``finishes`` maps a demand to {days from today: worlds}."""
    today = timezone.localdate()
    forecast = Forecast.objects.create(
        team=team,
        state="done",
        gathered_at=fields.pop("gathered_at", timezone.now()),
        finished_at=timezone.now(),
        starts_on=today,
        trials=trials,
        seed=7,
        plan_hash="ab" * 32,
        plan_revision=team.plan_revision,
        **fields,
    )
    place = 0
    for place, (demand, worlds) in enumerate(finishes.items(), 1):
        first, last = min(worlds), max(worlds)
        spread = {
            "first": (today + dt.timedelta(days=first)).isoformat(),
            "counts": [worlds.get(day, 0) for day in range(first, last + 1)],
        }
        DemandForecast.objects.create(
            forecast=forecast,
            demand=demand,
            place=place,
            finished_by=spread,
            **{
                f"p{share}": percentile(spread, trials, share / 100)
                for share in (10, 50, 70, 85, 95)
            },
        )
    for number, (demand, reason) in enumerate((cannot or {}).items(), place + 1):
        DemandForecast.objects.create(
            forecast=forecast, demand=demand, place=number, cannot=reason
        )
    return forecast


def days_from_now(days):
    return timezone.localdate() + dt.timedelta(days=days)


# What a team asks before anything is delivered, where it has decided nothing else.
GATES = ["Error handling", "Monitoring", "Documentation", "Runbook"]
