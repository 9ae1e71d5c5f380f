"""Puts the demo into the database, and brings it forward from morning to morning."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import TypeVar

from django.db import models

from capacity.models import WorkPackage
from intake.models import Demand, Follower, RankMove, TierToken
from intake.ranking import spread
from intake.services.clocks import begin_clocks
from intake.services.tokens import quarter_of
from portfolio.core.models import Event
from portfolio.delivery.models import Commitment, CommitmentVersion
from portfolio.delivery.services.commitments import freeze_records
from portfolio.demo.cases import Case
from portfolio.demo.company import Company
from portfolio.demo.gates import check_gates
from portfolio.demo.moves import Orders
from portfolio.demo.past import as_it_stood

Row = TypeVar("Row", bound=models.Model)

# What time changes in a row that is there.
DEMAND_FIELDS = [
    "stage", "rank", "revision", "decided_at", "decided_by", "decision_reason",
    "started_on", "delivered_on",
    "blocked_since", "blocked_cause", "blocked_waits_for",
]  # fmt: skip
PACKAGE_FIELDS = [
    "state", "engineer", "started_on", "finished_on", "actual", "remaining",
]  # fmt: skip
COMMITMENT_FIELDS = ["state", "due_on", "closed_on", "closed_at"]


class Books:
    """All cases, and how far they are written down."""

    def __init__(self, company: Company, cases: Iterable[Case], orders: Orders) -> None:
        self._company, self._orders = company, orders
        self._cases = sorted(cases, key=lambda case: case.happenings[0].at)
        self._mornings: list[dt.date] = []
        self._events: list[Event] = []
        # What is stored: what may change of each row, and which rows are linked.
        self._stood: dict[tuple[type[models.Model], int], list[object]] = {}
        self._linked: set[tuple[str, int, int]] = set()
        _number(company, self._cases)
        _name_the_originals(self._cases)
        for case in self._cases:
            _belong_together(case)

    def bring_to(self, morning: dt.date) -> None:
        """Write what happened before that morning and is not written yet."""
        days = self._company.days
        stood = [
            (case, then)
            for case in self._cases
            for then in [as_it_stood(case, days, morning)]
            if then is not None
        ]
        self._rank([then.demand for _, then in stood], morning)
        self._write(
            Demand, [(case.demand, then.demand) for case, then in stood], DEMAND_FIELDS
        )
        self._write_packages(stood)
        self._write_promises(stood)
        since = days.midnight(self._mornings[-1]) if self._mornings else None
        self._write_trail([then for _, then in stood], since, days.midnight(morning))
        self._mornings.append(morning)

    def close(self) -> None:
        """Write what is known once all is there: clocks, tokens, gates, records."""
        _join_duplicates(self._cases)
        _store_tokens(self._cases)
        check_gates(self._company, self._cases)
        freeze_records(list(Commitment.objects.unfrozen().for_closing()))
        begin_clocks(
            demands=[case.demand for case in self._cases],
            events=self._events,
            now=self._company.days.now(),
            # What is late is told with the first check, as it would be in real life.
            is_silent=False,
        )

    def _rank(self, demands: Sequence[Demand], morning: dt.date) -> None:
        days = self._company.days
        order = self._orders.at(days.midnight(morning))
        keys = spread(len(order))
        if morning != days.today:
            # Other keys each time, so that no row meets the key of another on the way.
            number = len(self._mornings) + 1
            keys = [f"{key:0<6}{number}" for key in keys]
        by_title = dict(zip(order, keys, strict=True))
        for demand in demands:
            demand.rank = by_title.get(demand.title)

    def _write_packages(self, stood: Sequence[tuple[Case, Case]]) -> None:
        self._write(
            WorkPackage,
            [
                pair
                for case, then in stood
                # All of its packages, or none before it is estimated.
                for pair in zip(case.packages, then.packages, strict=False)
            ],
            PACKAGE_FIELDS,
        )
        self._link(
            WorkPackage.after.through,
            (
                (later.pk, earlier.pk)
                for _, then in stood
                for earlier, later in zip(
                    then.packages, then.packages[1:], strict=False
                )
            ),
            ("from_workpackage_id", "to_workpackage_id"),
        )
        by_key = {then.story.key: then.demand for _, then in stood if then.story.key}
        self._link(
            Demand.after.through,
            (
                (then.demand.pk, by_key[key].pk)
                for _, then in stood
                for key in then.story.after
                if key in by_key
            ),
            ("from_demand_id", "to_demand_id"),
        )

    def _write_promises(self, stood: Sequence[tuple[Case, Case]]) -> None:
        self._write(
            Commitment,
            [
                (case.commitment, then.commitment)
                for case, then in stood
                if case.commitment and then.commitment
            ],
            COMMITMENT_FIELDS,
        )
        self._write(
            CommitmentVersion,
            [(each, each) for _, then in stood for each in then.versions],
        )

    def _write_trail(
        self, stood: Sequence[Case], since: dt.datetime | None, until: dt.datetime
    ) -> None:
        def is_new(at: dt.datetime) -> bool:
            return at < until and (since is None or at >= since)

        events = [
            event for then in stood for event in then.events() if is_new(event.at)
        ]
        events = sorted(events, key=lambda event: event.at)
        self._events += Event.objects.bulk_create(events)
        RankMove.objects.bulk_create(
            move for move in reversed(self._orders.moves) if is_new(move.moved_at)
        )

    def _write(
        self,
        model: type[Row],
        rows: Sequence[tuple[Row, Row]],
        changing: Sequence[str] = (),
    ) -> None:
        """Store copies as they stood; the rows they are of learn their primary keys."""
        manager = model._default_manager  # noqa: SLF001 - documented name
        new = [(row, then) for row, then in rows if row.pk is None]
        manager.bulk_create([then for _, then in new])
        for row, then in new:
            row.pk = then.pk
        changed = []
        for _, then in rows:
            stands = [getattr(then, name) for name in changing]
            before = self._stood.get((model, then.pk), stands)
            self._stood[model, then.pk] = stands
            if stands != before:
                changed.append(then)
        if changed:
            manager.bulk_update(changed, changing)

    def _link(
        self,
        through: type[models.Model],
        pairs: Iterable[tuple[int, int]],
        columns: tuple[str, str],
    ) -> None:
        new = [pair for pair in pairs if (through.__name__, *pair) not in self._linked]
        rows = [through(**dict(zip(columns, pair, strict=True))) for pair in new]
        through._default_manager.bulk_create(rows)  # noqa: SLF001 - documented name
        self._linked.update((through.__name__, *pair) for pair in new)


def _number(company: Company, cases: Sequence[Case]) -> None:
    for number, case in enumerate(cases, 1):
        case.demand.reference = f"{company.team.reference_prefix}-{number:04d}"
    company.team.last_number = len(cases)
    company.team.save(update_fields=["last_number"])


def _belong_together(case: Case) -> None:
    for package in case.packages:
        package.demand = case.demand
    if case.commitment:
        case.commitment.demand = case.demand
        for version in case.versions:
            version.commitment = case.commitment


def _name_the_originals(cases: Sequence[Case]) -> None:
    """A duplicate says which demand it repeats, not its title: that is another's."""
    by_title = {case.demand.title: case.demand for case in cases}
    for case in cases:
        if case.story.of:
            original = by_title[case.story.of].reference
            reason = f"{original} asks for the same, so it is built there."
            case.demand.decision_reason = reason
            case.happenings[-1].why = reason


def _join_duplicates(cases: Sequence[Case]) -> None:
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


def _store_tokens(cases: Sequence[Case]) -> None:
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
