"""All charts of the delivery page, from one reading of the records."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.utils import timezone

from capacity.models import DemandForecast, Forecast
from intake.models import Demand
from portfolio.delivery.choosing import Asked
from portfolio.delivery.flow.ageing import ageing_chart, ageing_of
from portfolio.delivery.flow.attainment import attainment_chart, attainment_of
from portfolio.delivery.flow.burn_up import (
    burn_up_chart,
    burn_up_of,
    cone_of,
    horizon_of,
)
from portfolio.delivery.flow.calibration import calibration_chart, reliability_of
from portfolio.delivery.flow.chart import Chart
from portfolio.delivery.flow.cumulative import cumulative_chart, flow_of
from portfolio.delivery.flow.cycle_time import (
    cycle_time_chart,
    finished_of,
    pace_of,
)
from portfolio.delivery.flow.days import Workdays
from portfolio.delivery.flow.drift import drift_chart
from portfolio.delivery.flow.records import (
    count_scores,
    read_clocks,
    read_demands,
    read_first_told,
    read_targets,
    read_told,
)
from portfolio.delivery.flow.skills import load_of, skills_chart
from portfolio.delivery.flow.throughput import (
    histogram_chart,
    throughput_chart,
    weekly_of,
)

# Work in progress may have begun long before the period.
LONGEST_AGE = timedelta(days=3 * 366)


def flow_charts(
    asked: Asked,
    *,
    forecast: Forecast | None,
    forecasts: Mapping[int, DemandForecast],
    followed: Demand | None,
) -> list[Chart]:
    """Every chart beside the one of promises, in the order of the page."""
    since, today = asked.since, asked.today
    demands = read_demands(asked, forecasts)
    workdays = Workdays.of(
        asked.team.calendar.business_hours(), since - LONGEST_AGE, today
    )
    finished = finished_of(demands, since, today, workdays)
    pace = pace_of(finished)
    weekly = weekly_of(demands, since, today)
    burnt = burn_up_of(demands, since, today)
    done = int(burnt["delivered"].iloc[-1])
    cone = cone_of(demands, done, today, horizon_of(demands, since, today))
    under_way = demands["stage"].eq("in_progress")
    undated = demands["started"].isna()
    return [
        drift_of(asked, followed),
        calibration_chart(
            reliability_of(read_first_told(asked), since, today), count_scores(asked)
        ),
        burn_up_chart(burnt, cone, demands, today),
        cumulative_chart(flow_of(demands, since, today)),
        cycle_time_chart(
            finished,
            undated=int((undated & demands["delivered"].notna()).sum()),
            since=since,
            today=today,
        ),
        ageing_chart(
            ageing_of(demands, today, pace, workdays),
            pace,
            undated=int((undated & under_way).sum()),
            today=today,
        ),
        throughput_chart(weekly, today),
        histogram_chart(weekly),
        attainment_chart(attainment_of(read_clocks(asked, timezone.now()))),
        skills_chart(load_of(_weeks_of(forecast, asked), today), today),
    ]


def drift_of(asked: Asked, demand: Demand | None) -> Chart:
    """How the forecast of one demand moved; nothing has the number 0."""
    pk = demand.pk if demand else 0
    return drift_chart(
        demand.reference if demand else "",
        read_told(pk),
        read_targets(pk),
        delivered=demand.delivered_on if demand else None,
        today=asked.today,
    )


def _weeks_of(forecast: Forecast | None, asked: Asked) -> list[dict[str, Any]]:
    """Weeks of a forecast's skills, or of one: nobody's name is in them."""
    rows = (forecast.result or {}).get("skills", []) if forecast else []
    return [
        {"skill": row["skill"], **week}
        for row in rows
        if asked.skill is None or row["skill"] == asked.skill.name
        for week in row["weeks"]
    ]
