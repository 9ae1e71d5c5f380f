"""The demo as it stood on a morning: what had happened by then, and no more."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from copy import copy
from dataclasses import replace
from decimal import Decimal

from capacity.choices import PackageState
from capacity.models import WorkPackage
from intake.choices import CLOSED, Stage
from intake.models import Demand
from portfolio.delivery.choices import CommitmentState
from portfolio.delivery.models import Commitment, CommitmentVersion
from portfolio.demo.cases import Case, Happening
from portfolio.demo.days import Days

LEAST_LEFT = Decimal("0.25")
_DECISIONS = {Stage.ACCEPTED, Stage.DECLINED, Stage.DUPLICATE}


def as_it_stood(case: Case, days: Days, morning: dt.date) -> Case | None:
    """A case as anybody knew it that morning; None before it was asked for.

    Its rows are copies, and what happened later is in none of them.
    """
    until = days.midnight(morning)
    happened = [each for each in case.happenings if each.at < until]
    if not happened:
        return None
    demand = _demand(case.demand, happened)
    versions = [each for each in case.versions if each.promised_at < until]
    is_estimated = any(each.kind == Stage.ESTIMATED for each in happened)
    return replace(
        case,
        demand=demand,
        happenings=happened,
        packages=[_package(each, days, morning) for each in case.packages]
        if is_estimated
        else [],
        commitment=_commitment(case.commitment, demand, versions),
        versions=versions,
    )


def _demand(demand: Demand, happened: Sequence[Happening]) -> Demand:
    then, kinds = copy(demand), {each.kind for each in happened}
    then.stage = next(
        each.after for each in reversed(happened) if each.after in Stage.values
    )
    # One for the row, and one for each thing that happened to it since.
    then.revision = len(happened)
    if not kinds & _DECISIONS:
        then.decided_at = then.decided_by = None
        then.decision_reason = ""
    if "started" not in kinds:
        then.started_on = None
    if "delivered" not in kinds:
        then.delivered_on = None
    if "blocked" not in kinds:
        then.blocked_since = None
        then.blocked_cause = then.blocked_waits_for = ""
    return then


def _package(package: WorkPackage, days: Days, morning: dt.date) -> WorkPackage:
    then = copy(package)
    first, last = package.started_on, package.finished_on
    if first is None or first >= morning:
        then.state = PackageState.TO_DO
        then.engineer = then.started_on = None
        then.finished_on = then.actual = then.remaining = None
    elif last is None or last >= morning:
        then.state = PackageState.DOING
        then.finished_on = then.actual = None
        then.remaining = _left(package, days, first, morning)
    return then


def _left(
    package: WorkPackage, days: Days, first: dt.date, morning: dt.date
) -> Decimal | None:
    """What its engineer would have said: the estimate less what had gone into it."""
    end = days.next(package.finished_on) if package.finished_on else days.today
    if morning >= end:
        return package.remaining
    spent = package.actual or package.likely - (package.remaining or 0)
    # Some work while the team has a holiday: abroad it is none.
    whole = max(days.between(first, end), 1)
    share = Decimal(days.between(first, morning)) / whole
    left = float(package.likely - spent * share)
    return max(LEAST_LEFT, Decimal(str(round(left * 4) / 4)))


def _commitment(
    commitment: Commitment | None,
    demand: Demand,
    versions: Sequence[CommitmentVersion],
) -> Commitment | None:
    if commitment is None or not versions:
        return None
    then = copy(commitment)
    then.due_on = versions[-1].due_on
    if demand.stage not in CLOSED:
        then.state = CommitmentState.OPEN
        then.closed_on = then.closed_at = None
    return then
