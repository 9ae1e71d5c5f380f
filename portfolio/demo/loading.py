"""The whole demo in one transaction: made in memory first, then stored in bulk."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from django.db import transaction

from intake.models import Demand
from portfolio.catalogue.models import Integration
from portfolio.core.errors import RuleBroken
from portfolio.core.models import Team
from portfolio.core.services.changes import note_plan_change
from portfolio.core.words import counted, joined
from portfolio.delivery.services.scores import score_all
from portfolio.demo.backlog import backlog_cases
from portfolio.demo.company import found_company
from portfolio.demo.decisions import refused_cases, waiting_cases
from portfolio.demo.diary import Diary
from portfolio.demo.history import delivered_cases
from portfolio.demo.moves import order_backlog
from portfolio.demo.promises import promise_backlog, promise_history, promise_withdrawn
from portfolio.demo.scenarios import ask_what_a_hire_is_worth
from portfolio.demo.scores import invent_scores
from portfolio.demo.shares import share_out
from portfolio.demo.stories import Stories
from portfolio.demo.storing import Books
from portfolio.demo.weeks import freeze_week, freezing_days, plan_reports


def is_in_use() -> bool:
    """Whether anybody works with this database already."""
    return Team.objects.exists() or Demand.objects.exists()


@transaction.atomic
def load_demo(
    *, today: dt.date, seed: int, weeks: int, say: Callable[[str], object]
) -> Team:
    """Fill an empty database with a company that has a year behind it.

    The last ``weeks`` are lived through: on a day of each the rows are what they were
    then, and are forecast and frozen as they are.
    """
    if is_in_use():
        raise RuleBroken(
            "This database already has teams or demands, and the demo would stand "
            "among them. Load it into an empty database: give another PORTFOLIO_STATE "
            "or DATABASE_URL and run “manage.py migrate” first."
        )
    company = found_company(today=today, seed=seed)
    say(
        f"The company: {counted(len(company.engineers), 'engineer')}, "
        f"{counted(len(company.units), 'business unit')}, "
        f"{counted(len(company.systems), 'system')}, "
        f"{counted(Integration.objects.running().count(), 'integration')} running."
    )
    share_out(company)
    plan_reports(company)
    told = Stories()
    diary = Diary(company)
    backlog = backlog_cases(company, told.backlog, diary)
    history = delivered_cases(company, told.history, diary)
    waiting = waiting_cases(company, told.waiting)
    refused = refused_cases(company, told.refused)
    promise_history(company, history)
    promise_backlog(company, backlog)
    promise_withdrawn(company, refused)
    cases = [*history, *refused, *waiting, *backlog]
    books = Books(company, cases, order_backlog(company, backlog, cases))
    frozen = []
    for day in freezing_days(company.days, weeks):
        books.bring_to(day)
        frozen.append(freeze_week(company, day))
    books.bring_to(today)
    books.close()
    score_all()
    invent_scores(company, history)
    say(f"A year of history: {counted(len(history), 'demand')} delivered.")
    say(
        f"Open: {counted(len(backlog), 'demand')} in the backlog, "
        f"{counted(len(waiting), 'request')} waiting for a decision."
    )
    if frozen:
        are = "A report is" if len(frozen) == 1 else "Reports are"
        say(f"{are} frozen of {joined([str(report) for report in frozen])}.")
    scenario = ask_what_a_hire_is_worth(company)
    say(f"A scenario: {scenario}.")
    note_plan_change(team_id=company.team.pk)
    return company.team
