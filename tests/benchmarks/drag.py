"""A drag on the board as the page waits for it: 500 demands, a real worker and Redis.

Each round asks ``/board/try/`` for another move of another demand; the time is that of
the whole answer, with the board read beside it and the outcome in words.
"""

from __future__ import annotations

import statistics
import tempfile
from pathlib import Path
from typing import Any

DEMANDS = 500
DRAGS = 40

TEAM = """
from capacity.models import DemandForecast, Forecast
from capacity.services.forecasting import request_forecast, run_forecast
from tests.benchmarks.board import _team_with
from tests.factories import EngineerFactory, KtloStreamFactory
from capacity.models import Skill
manager = _team_with({demands})
team = manager.teams.get()
Forecast.objects.all().delete()
skills = list(Skill.objects.all())
people = [
    EngineerFactory(team=team, with_skills=[skills[n % 5], skills[(n + 2) % 5]])
    for n in range(10)
]
KtloStreamFactory(team=team, per_week=3).engineers.set(people)
done = run_forecast(
    forecast_id=request_forecast(team=team, by=None, reason="Measured.").pk
)
answer(done.state)
"""
DRAG = """
import random, time
from django.test import Client
from intake.models import Demand
from portfolio.core.models import User
client = Client(SERVER_NAME="localhost")
client.force_login(User.objects.get(role="manager"))
rows = list(Demand.objects.by_rank().values_list("reference", "revision"))
random.seed(5)
times = []
for number in range({drags} + 1):
    reference, revision = random.choice(rows)
    asked = {{"reference": reference, "revision": revision,
             "to_place": random.randrange(len(rows)) + 1}}
    began = time.perf_counter()
    page = client.get("/board/try/", asked, headers={{"HX-Request": "true"}})
    times.append((time.perf_counter() - began) * 1000)
    text = page.content.decode()
    assert "outcome-own" in text, text
    assert "worlds" in text
worlds = text.split("as far as ")[1].split(" ")[0]
# The first one loads templates and opens connections.
answer([times[1:], worlds])
"""
PREVIEWER = ("--pool", "solo", "--queues", "previews", "--hostname", "previewer@%h")


def measure() -> dict[str, Any]:
    from tests.processes import Installation

    with (
        tempfile.TemporaryDirectory(prefix="throughline-drag-") as folder,
        Installation(Path(folder), {"PORTFOLIO_FORECAST_TRIALS": "1000"}) as running,
    ):
        state = running.ask(TEAM.format(demands=DEMANDS))
        assert state == "done", state
        running.start_worker(*PREVIEWER)
        times, worlds = running.ask(DRAG.format(drags=DRAGS))
    ordered = sorted(times)
    return {
        "drag.demands": DEMANDS,
        "drag.worlds": int(worlds.replace(",", "")),
        "drag.p50_ms": statistics.median(ordered),
        "drag.p95_ms": ordered[int(0.95 * len(ordered))],
        "drag.slowest_ms": ordered[-1],
    }
