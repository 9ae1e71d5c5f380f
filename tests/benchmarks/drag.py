"""A drag on the board as the page waits for it: 500 demands, a real worker and Redis.

Each round asks ``/board/try/`` for another move of another demand; the time is that of
the whole answer, with the board read beside it and the outcome in words. Once for a
team without a past, and once for the demo company, whose year behind it says what will
still arrive: ``arrivals`` are the streams of that in its plan.
"""

from __future__ import annotations

import statistics
import tempfile
from pathlib import Path
from typing import Any

DEMANDS = 500
DRAGS = 40

NEW_TEAM = """
from capacity.models import Forecast, Skill
from tests.benchmarks.board import team_with
from tests.factories import EngineerFactory, KtloStreamFactory
team = team_with({demands}).teams.get()
Forecast.objects.all().delete()
skills = list(Skill.objects.all())
people = [
    EngineerFactory(team=team, with_skills=[skills[n % 5], skills[(n + 2) % 5]])
    for n in range(10)
]
KtloStreamFactory(team=team, per_week=3).engineers.set(people)
"""
DEMO_TEAM = """
from django.core.management import call_command
from io import StringIO
from capacity.models import Skill
from intake.models import Demand
from portfolio.core.models import BusinessUnit, Team, User
from tests.benchmarks.board import rank_demands
call_command("load_demo", "--weeks", "0", stdout=StringIO())
team = Team.objects.get()
rank_demands(
    team,
    {demands} - team.demands.in_backlog().count(),
    unit=BusinessUnit.objects.first(),
    by=User.objects.get(email="manager@example.com"),
    skills=list(Skill.objects.filter(engineer_levels__engineer__team=team).distinct()),
)
"""
FORECAST = """
from capacity.services.forecasting import request_forecast, run_forecast
done = run_forecast(
    forecast_id=request_forecast(team=team, by=None, reason="Measured.").pk
)
assert done.state == "done", done.state
answer(len(done.plan["arrivals"]))
"""
DRAG = """
import html, random, re, time
from django.test import Client
from intake.models import Demand
from portfolio.core.models import User
client = Client(SERVER_NAME="localhost")
client.force_login(User.objects.filter(role="manager").first())
rows = list(
    Demand.objects.in_backlog().by_rank().values_list("reference", "revision")
)
assert len(rows) == {demands}, len(rows)
random.seed(5)
times, busy = [], []
for number in range({drags} + 1):
    reference, revision = random.choice(rows)
    asked = {{"reference": reference, "revision": revision,
             "to_place": random.randrange(len(rows)) + 1}}
    began, ran = time.perf_counter(), time.process_time()
    page = client.get("/board/try/", asked, headers={{"HX-Request": "true"}})
    while late := re.search('hx-get="(/board/try/[^"]+)"', page.content.decode()):
        # As the page does: it looks again for an answer that is not there yet.
        time.sleep(0.1)
        page = client.get(html.unescape(late[1]), headers={{"HX-Request": "true"}})
    times.append((time.perf_counter() - began) * 1000)
    busy.append((time.process_time() - ran) * 1000)
    text = page.content.decode()
    assert "outcome-own" in text, text
    assert "worlds" in text
worlds = text.split("as far as ")[1].split(" ")[0]
# The first one loads templates and opens connections.
answer([times[1:], busy[1:], worlds])
"""
PREVIEWER = ("--pool", "solo", "--queues", "previews", "--hostname", "previewer@%h")


def measure() -> dict[str, Any]:
    return {
        "drag.demands": DEMANDS,
        **_measured("drag", NEW_TEAM),
        **_measured("drag.demo", DEMO_TEAM),
    }


def _measured(name: str, team: str) -> dict[str, Any]:
    from tests.processes import Installation

    with (
        tempfile.TemporaryDirectory(prefix="throughline-drag-") as folder,
        Installation(Path(folder), {"PORTFOLIO_FORECAST_TRIALS": "1000"}) as running,
    ):
        arrivals = running.ask(team.format(demands=DEMANDS) + FORECAST)
        running.start_worker(*PREVIEWER)
        times, busy, worlds = running.ask(DRAG.format(drags=DRAGS, demands=DEMANDS))
    ordered = sorted(times)
    return {
        f"{name}.arrivals": arrivals,
        f"{name}.worlds": int(worlds.replace(",", "")),
        f"{name}.p50_ms": statistics.median(ordered),
        f"{name}.p95_ms": ordered[int(0.95 * len(ordered))],
        f"{name}.slowest_ms": ordered[-1],
        # What the page itself takes of a processor, beside the worker.
        f"{name}.page_ms": statistics.median(busy),
    }
