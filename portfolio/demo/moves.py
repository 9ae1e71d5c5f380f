"""The order of the backlog at any moment, and the last moves on the board.

Both are told backwards, so that they end in the order of today.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from intake.choices import Stage
from intake.models import RankMove
from portfolio.demo.cases import Case
from portfolio.demo.company import Company


@dataclass(frozen=True, slots=True)
class Told:
    title: str
    ago: int
    from_place: int
    why: str


# Last one first; the place before the move, working days ago, and the reason.
MOVES = [
    Told("Consent from the store tills", 1, 16,
         "The authority set a deadline; the letter is in the request."),
    Told("Stop duplicate order events to the warehouse", 5, 12,
         "Seventy orders were picked twice; nothing else is urgent in this way."),
    Told("Supplier master from Coupa, once and clean", 8, 14,
         "Payment run of the month end should use it."),
    Told("Transport costs into Power BI by lane", 9, 9,
         "The carrier tender was moved; Logistics agrees."),
    Told("Salesforce quotes into CPQ", 12, 11,
         "Sales kick-off; Tomasz is free in time."),
    Told("Expired keys found before they expire", 13, 25,
         "Third outage by a certificate this year."),
    Told("Shift plans on the phone", 16, 15, "The works agreement names a later date."),
    Told("Bank statements without FTP", 18, 13, "The server leaves support early."),
    Told("Reviews of marketplaces in one place", 20, 19,
         "Commerce swapped it against click and collect."),
    Told("Orders of trade customers by EDI", 21, 8,
         "Blocked by the buying group; no use in waiting at the top."),
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Orders:
    """The backlog in rank order, by title, as it was since each moment; last first."""

    moves: list[RankMove]
    since: list[tuple[dt.datetime, list[str]]]

    def at(self, moment: dt.datetime) -> list[str]:
        return next(order for since, order in self.since if since < moment)


def order_backlog(company: Company, backlog: list[Case], cases: list[Case]) -> Orders:
    """Walk back from today's order, so that each place is one that there was."""
    order = [case.demand.title for case in backlog]
    moves: list[RankMove] = []
    since: list[tuple[dt.datetime, list[str]]] = []
    told = {each.title: each for each in MOVES}
    steps = [
        (each.at, case, each.kind, None)
        for case in cases
        for each in case.happenings
        if each.kind in {Stage.ACCEPTED, Stage.DELIVERED, Stage.WITHDRAWN}
    ] + [
        (_moved_at(company, told[title]), case, "moved", told[title])
        for case in backlog
        for title in [case.demand.title]
        if title in told
    ]
    for at, case, kind, move in sorted(steps, key=lambda step: step[0], reverse=True):
        title = case.demand.title
        since.append((at, list(order)))
        if move is not None:
            moves += _take_back(company, case, move, at, order)
        elif kind == Stage.ACCEPTED:
            order.remove(title)
        elif kind == Stage.DELIVERED:
            # What is nearly done stands at the top.
            order.insert(0, title)
        else:
            order.append(title)
    since.append((dt.datetime.min.replace(tzinfo=dt.UTC), order))
    return Orders(moves, since)


def _moved_at(company: Company, told: Told) -> dt.datetime:
    rng = company.dice("moved on the board", told.title)
    return company.days.moment(company.days.working(-told.ago), rng)


def _take_back(
    company: Company, case: Case, told: Told, at: dt.datetime, order: list[str]
) -> list[RankMove]:
    """Put it back where it stood, and say that it was moved; none if it stood there."""
    to_place = order.index(told.title) + 1
    from_place = min(told.from_place, len(order))
    if from_place == to_place:
        return []
    order.remove(told.title)
    order.insert(from_place - 1, told.title)
    case.add(
        at,
        "moved",
        company.manager,
        before=str(from_place),
        after=str(to_place),
        why=told.why,
    )
    return [
        RankMove(
            demand=case.demand,
            moved_by=company.manager,
            moved_at=at,
            from_place=from_place,
            to_place=to_place,
            why=told.why,
        )
    ]
