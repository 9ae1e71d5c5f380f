from __future__ import annotations

from portfolio.celery import app


def test_everything_that_runs_by_the_clock_is_a_task():
    app.loader.import_default_modules()

    scheduled = {entry["task"] for entry in app.conf.beat_schedule.values()}

    assert scheduled <= set(app.tasks)
