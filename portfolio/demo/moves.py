"""The last moves on the board, told so that they end in the order of today."""

from __future__ import annotations

from dataclasses import dataclass

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


def rank_moves(company: Company, backlog: list[Case]) -> list[RankMove]:
    """Walk back from today's order, so that each place is one that there was."""
    order = [case.demand.title for case in backlog]
    by_title = {case.demand.title: case for case in backlog}
    moves = []
    for told in MOVES:
        case, to_place = by_title[told.title], order.index(told.title) + 1
        if told.from_place == to_place:
            continue
        order.remove(told.title)
        order.insert(told.from_place - 1, told.title)
        rng = company.dice("moved on the board", told.title)
        at = company.days.moment(company.days.working(-told.ago), rng)
        moves.append(
            RankMove(
                demand=case.demand,
                moved_by=company.manager,
                moved_at=at,
                from_place=told.from_place,
                to_place=to_place,
                why=told.why,
            )
        )
        case.add(
            at,
            "moved",
            company.manager,
            before=str(told.from_place),
            after=str(to_place),
            why=told.why,
        )
    return moves
