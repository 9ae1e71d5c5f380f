"""The Celery application and everything that runs by the clock."""

from __future__ import annotations

import os

from celery import Celery
from celery.schedules import crontab

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portfolio.settings")

app = Celery("throughline")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

app.conf.beat_schedule = {
    # A forecast whose worker died is started again; a change whose message was lost
    # is forecast all the same.
    "rescue-forecasts": {
        "task": "capacity.tasks.rescue_forecasts",
        "schedule": 15.0,
        "options": {"expires": 15},
    },
    # The same for forecasts of scenarios.
    "rescue-scenarios": {
        "task": "portfolio.scenarios.tasks.rescue_scenario_forecasts",
        "schedule": 15.0,
        "options": {"expires": 15},
    },
    # Warns of clocks that used 75 % of their target or are late; each is told once.
    "check-clocks": {
        "task": "intake.tasks.check_clocks",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    # Mails that no worker got, or that the mail server refused.
    "mail-unsent": {
        "task": "portfolio.core.tasks.mail_unsent",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    # The mail of the day, when it is the hour for it where each person works.
    "make-digests": {
        "task": "portfolio.core.tasks.make_digests",
        "schedule": 300.0,
        "options": {"expires": 300},
    },
    # E-mails that people write to the team, where a mailbox is named.
    "read-mailbox": {
        "task": "intake.tasks.read_mailbox",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    # The weekly draft of each team, at the time its manager set where they work.
    "make-report-drafts": {
        "task": "portfolio.reports.tasks.make_drafts",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    # Approved reports that no worker sent, or that the mail server refused.
    "send-unsent-reports": {
        "task": "portfolio.reports.tasks.send_unsent_reports",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    # Holidays may have been added, and requests from before have no clocks yet.
    "recount-clocks": {
        "task": "intake.tasks.recount_clocks",
        "schedule": crontab(hour=2, minute=30),
    },
    # Promises whose chance turned while a message was lost, or whose date has passed.
    "check-promises": {
        "task": "portfolio.delivery.tasks.check_every_team",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    # Promises that closed before there were records get theirs, once.
    "freeze-old-records": {
        "task": "portfolio.delivery.tasks.freeze_old_records",
        "schedule": 300.0,
        "options": {"expires": 300},
    },
    # Drafts of people without an account that nobody confirmed for a month.
    "forget-guest-drafts": {
        "task": "intake.tasks.forget_guest_drafts",
        "schedule": crontab(hour=2, minute=45),
    },
    # What came of every forecast; a delivery scores its own, an import scores nothing.
    "score-forecasts": {
        "task": "portfolio.delivery.tasks.score_forecasts",
        "schedule": crontab(hour=2, minute=50),
    },
    # Dates move with the day even when nobody changes anything.
    "forecast-every-morning": {
        "task": "capacity.tasks.forecast_every_team",
        "schedule": crontab(hour=3, minute=0),
    },
    # What would help takes as long as dozens of previews, so it is tried by night;
    # and whenever somebody asks.
    "find-help-every-morning": {
        "task": "capacity.tasks.find_help_for_every_team",
        "schedule": crontab(hour=3, minute=30),
    },
}
