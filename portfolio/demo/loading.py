"""The whole demo in one transaction: made in memory first, then stored in bulk."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable

from django.db import models, transaction

from capacity.models import WorkPackage
from intake.models import Demand, Follower, RankMove, TierToken
from intake.ranking import spread
from intake.services.clocks import begin_clocks
from intake.services.tokens import quarter_of
from portfolio.catalogue.models import Integration
from portfolio.core.errors import RuleBroken
from portfolio.core.models import Event, Team
from portfolio.core.services.changes import note_plan_change
from portfolio.core.words import counted
from portfolio.delivery.models import Commitment, CommitmentVersion
from portfolio.demo.backlog import backlog_cases
from portfolio.demo.cases import Case
from portfolio.demo.company import Company, found_company
from portfolio.demo.decisions import refused_cases, waiting_cases
from portfolio.demo.diary import Diary
from portfolio.demo.history import delivered_cases
from portfolio.demo.moves import rank_moves
from portfolio.demo.promises import promise_backlog, promise_history, promise_withdrawn
from portfolio.demo.stories import Stories


def is_in_use() -> bool:
    """Whether anybody works with this database already."""
    return Team.objects.exists() or Demand.objects.exists()


@transaction.atomic
def load_demo(*, today: dt.date, seed: int, say: Callable[[str], object]) -> Team:
    """Fill an empty database with a company that has a year behind it."""
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
    told = Stories()
    diary = Diary(company)
    backlog = backlog_cases(company, told.backlog, diary)
    history = delivered_cases(company, told.history, diary)
    waiting = waiting_cases(company, told.waiting)
    refused = refused_cases(company, told.refused)
    promise_history(company, history)
    promise_backlog(company, backlog)
    promise_withdrawn(company, refused)
    moves = rank_moves(company, backlog)
    for case, rank in zip(backlog, spread(len(backlog)), strict=True):
        case.demand.rank = rank
    _store(company, [*history, *refused, *waiting, *backlog], moves)
    say(f"A year of history: {counted(len(history), 'demand')} delivered.")
    say(
        f"Open: {counted(len(backlog), 'demand')} in the backlog, "
        f"{counted(len(waiting), 'request')} waiting for a decision."
    )
    note_plan_change(team_id=company.team.pk)
    return company.team


def _store(company: Company, cases: list[Case], moves: list[RankMove]) -> None:
    cases = sorted(cases, key=lambda case: case.happenings[0].at)
    for number, case in enumerate(cases, 1):
        case.demand.reference = f"{company.team.reference_prefix}-{number:04d}"
        # One for the row, and one for each thing that happened to it since.
        case.demand.revision = len(case.happenings)
    company.team.last_number = len(cases)
    company.team.save(update_fields=["last_number"])
    _name_the_originals(cases)
    Demand.objects.bulk_create(case.demand for case in cases)
    _join_duplicates(cases)
    _store_tokens(cases)
    _store_order(cases)
    _store_packages(cases)
    _store_promises(cases)
    RankMove.objects.bulk_create(reversed(moves))
    events = [event for case in cases for event in case.events()]
    events = sorted(events, key=lambda event: event.at)
    begin_clocks(
        demands=[case.demand for case in cases],
        events=Event.objects.bulk_create(events),
        now=company.days.now(),
        # What is late is told with the first check, as it would be in real life.
        is_silent=False,
    )


def _store_tokens(cases: list[Case]) -> None:
    """What waits under a tier with tokens has spent one; the past had none."""
    TierToken.objects.bulk_create(
        TierToken(
            business_unit=demand.business_unit,
            tier=demand.tier,
            quarter=quarter_of(demand.submitted_at, demand.team),
            demand=demand,
            spent_at=demand.submitted_at,
        )
        for demand in (case.demand for case in cases)
        if demand.is_decidable
        and demand.submitted_at
        and demand.tier.current.tokens_per_quarter is not None
    )


def _name_the_originals(cases: list[Case]) -> None:
    """A duplicate says which demand it repeats, not its title: that is another's."""
    by_title = {case.demand.title: case.demand for case in cases}
    for case in cases:
        if case.story.of:
            original = by_title[case.story.of].reference
            reason = f"{original} asks for the same, so it is built there."
            case.demand.decision_reason = reason
            case.happenings[-1].why = reason


def _join_duplicates(cases: list[Case]) -> None:
    """Who asked again follows what was asked before."""
    by_title = {case.demand.title: case.demand for case in cases}
    joined = [case.demand for case in cases if case.story.of]
    for case in cases:
        if case.story.of:
            case.demand.duplicate_of = by_title[case.story.of]
    Demand.objects.bulk_update(joined, ["duplicate_of"])
    Follower.objects.bulk_create(
        Follower(demand=demand.duplicate_of, person=demand.requester, joined=demand)
        for demand in joined
        if demand.duplicate_of and demand.requester
    )


def _store_order(cases: list[Case]) -> None:
    by_key = {case.story.key: case.demand for case in cases if case.story.key}
    _link(
        Demand.after.through,
        (
            (case.demand.pk, by_key[key].pk)
            for case in cases
            for key in case.story.after
        ),
        ("from_demand_id", "to_demand_id"),
    )


def _store_packages(cases: list[Case]) -> None:
    for case in cases:
        for package in case.packages:
            package.demand = case.demand
    WorkPackage.objects.bulk_create(
        package for case in cases for package in case.packages
    )
    _link(
        WorkPackage.after.through,
        (
            (later.pk, earlier.pk)
            for case in cases
            for earlier, later in zip(case.packages, case.packages[1:], strict=False)
        ),
        ("from_workpackage_id", "to_workpackage_id"),
    )


def _link(
    through: type[models.Model],
    pairs: Iterable[tuple[int, int]],
    columns: tuple[str, str],
) -> None:
    rows = [through(**dict(zip(columns, pair, strict=True))) for pair in pairs]
    through._default_manager.bulk_create(rows)  # noqa: SLF001 - documented name


def _store_promises(cases: list[Case]) -> None:
    commitments, versions = [], []
    for case in cases:
        commitment = case.commitment
        if commitment is None:
            continue
        commitment.demand = case.demand
        if commitment.closed_on:
            commitment.closed_reference = case.demand.reference
        commitments.append(commitment)
        versions += [(commitment, version) for version in case.versions]
    Commitment.objects.bulk_create(commitments)
    for commitment, version in versions:
        version.commitment = commitment
    CommitmentVersion.objects.bulk_create(version for _, version in versions)
