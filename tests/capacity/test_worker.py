"""The forecast as it runs for users: a real worker, a real Redis, a real database."""

from __future__ import annotations

import os
import signal
import socket
import sqlite3
import time
from pathlib import Path

import pytest
from celery import Celery
from django.conf import settings

from capacity import engine
from portfolio.core.services.messages import send
from tests.processes import Installation, free_port, kill_group, wait_until

BACKLOG = """
from tests.factories import *
team = TeamFactory()
skill = SkillFactory()
for number in range(3):
    EngineerFactory(team=team, with_skills=[skill])
for number in range({demands}):
    demand = RankedDemandFactory(team=team, stage="estimated")
    for part in range(3):
        WorkPackageFactory(demand=demand, skill=skill, low=2, likely=3, high=8)
answer(team.pk)
"""
CHANGE = """
from portfolio.core.services.changes import note_plan_change
answer(note_plan_change(team_id={team}))
"""
REQUEST = """
from capacity.services.forecasting import request_forecast
from portfolio.core.models import Team
forecast = request_forecast(team=Team.objects.get(), by=None, reason="Asked for.")
answer(forecast.pk)
"""
RESCUE = """
from capacity.tasks import rescue_forecasts
rescue_forecasts.delay()
"""
PREVIEW = """
from capacity.services.previews import preview_of
from intake.models import Demand
from portfolio.core.models import Team
order = list(Demand.objects.by_rank().values_list("reference", flat=True))
found = preview_of(team=Team.objects.get(), change={"order": order[::-1]}, seconds=20)
answer([found.problem, len(found.shifts)])
"""
PREVIEWER = ("--pool", "solo", "--queues", "previews", "--hostname", "previewer@%h")


def forecasts(installation):
    """State, attempts, progress and number of rows of every forecast, oldest first."""
    connection = sqlite3.connect(installation.state / "throughline.sqlite3")
    try:
        return connection.execute(
            "SELECT state, attempts, progress, (SELECT count(*) FROM"
            " capacity_demandforecast row WHERE row.forecast_id = forecast.id)"
            " FROM capacity_forecast forecast ORDER BY id"
        ).fetchall()
    finally:
        connection.close()


def states(installation):
    return [state for state, *_ in forecasts(installation)]


@pytest.fixture(scope="module")
def compiled():
    """The engine compiled and cached, so that no test waits for that."""
    engine.forecast(
        engine.Plan.from_json({"start": "2026-11-23", "engineers": [], "demands": []})
    )


@pytest.fixture
def installation(tmp_path, compiled):
    with Installation(tmp_path, {"PORTFOLIO_FORECAST_QUIET_SECONDS": "1"}) as running:
        yield running


def lengthen(installation, trials=150_000):
    """Make the next forecasts long enough to be interrupted."""
    installation.env["PORTFOLIO_FORECAST_TRIALS"] = str(trials)


@pytest.mark.slow
def test_a_change_is_forecast_by_the_worker_after_a_quiet_moment(installation):
    installation.env["PORTFOLIO_FORECAST_TRIALS"] = "200"
    team = installation.ask(BACKLOG.format(demands=3))
    installation.start_worker()

    for _ in range(2):
        installation.ask(CHANGE.format(team=team))

    wait_until(
        lambda: states(installation)[-1:] == ["done"] or None,
        seconds=60,
        what="The forecast being done",
    )
    assert forecasts(installation)[-1][1:] == (1, 1.0, 3)


@pytest.mark.slow
def test_a_forecast_whose_worker_is_killed_is_finished_after_the_restart(installation):
    lengthen(installation)
    installation.ask(BACKLOG.format(demands=20))
    installation.ask(REQUEST)
    worker = installation.start_worker()
    wait_until(
        lambda: 0.0 < forecasts(installation)[0][2] < 1.0,
        seconds=90,
        what="Progress of the forecast",
    )

    kill_group(worker)
    killed = forecasts(installation)
    installation.start_worker()
    restarted_at = time.monotonic()
    wait_until(
        lambda: states(installation) == ["done"],
        seconds=90,
        what="The end of the interrupted forecast",
    )

    took = time.monotonic() - restarted_at
    print(f"done {took:.1f} s after the restart")
    assert [row[0] for row in killed] == ["running"]
    # A worker that starts does not wait until the silence is long enough.
    assert "was interrupted" in installation.log.read_text(encoding="utf-8")
    assert forecasts(installation) == [("done", 2, 1.0, 20)]


@pytest.mark.slow
def test_a_forecast_whose_process_dies_under_a_living_worker_is_rescued(
    tmp_path, compiled
):
    impatient = {"PORTFOLIO_FORECAST_LOST_SECONDS": "2"}
    with Installation(tmp_path, impatient) as installation:
        lengthen(installation)
        installation.ask(BACKLOG.format(demands=20))
        installation.ask(REQUEST)
        worker = installation.start_worker()
        wait_until(
            lambda: 0.0 < forecasts(installation)[0][2] < 1.0,
            seconds=90,
            what="Progress of the forecast",
        )

        for child in children(worker.pid):
            os.kill(child, signal.SIGKILL)
        time.sleep(2.5)
        installation.ask(RESCUE)
        wait_until(
            lambda: states(installation) == ["done"],
            seconds=90,
            what="The end of the interrupted forecast",
        )

        assert forecasts(installation) == [("done", 2, 1.0, 20)]


@pytest.mark.slow
def test_a_preview_is_answered_while_a_forecast_runs(installation):
    # So long that it runs still when the answer comes; nobody waits for its end.
    lengthen(installation, trials=1_000_000)
    installation.ask(BACKLOG.format(demands=20))
    installation.start_worker(*PREVIEWER)
    installation.ask(REQUEST)
    installation.start_worker()
    wait_until(
        lambda: states(installation) == ["running"],
        seconds=60,
        what="The start of the forecast",
    )

    problem, moved = installation.ask(PREVIEW)

    assert states(installation) == ["running"]
    assert (problem, moved > 10) == ("", True)


def children(pid):
    listed = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii")
    return [int(child) for child in listed.split()]


def sent_to(port):
    """Whether a task was sent to a broker, and how long that took."""
    app = Celery(
        "elsewhere", broker=f"redis://127.0.0.1:{port}/0", set_as_current=False
    )
    app.conf.broker_transport_options = settings.CELERY_BROKER_TRANSPORT_OPTIONS

    @app.task(name="elsewhere.nothing")
    def task(_number):
        raise AssertionError("nobody listens")

    began = time.monotonic()
    return send(task, 1), time.monotonic() - began


def test_a_broker_that_is_down_costs_a_page_next_to_nothing():
    sent, took = sent_to(free_port())

    assert (sent, took < 1) == (False, True)


@pytest.mark.slow
def test_a_broker_that_never_answers_costs_a_page_seconds():
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen(8)

        sent, took = sent_to(silent.getsockname()[1])

    assert (sent, took < 8) == (False, True)
