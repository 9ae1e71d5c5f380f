"""The promises of a quarter as somebody may see them, in a fixed number of queries."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from django.db.models import Q

from capacity.quarters import Quarter
from portfolio.core.models import BusinessUnit, Team, User
from portfolio.core.words import local_day
from portfolio.delivery.models import Commitment
from portfolio.delivery.quarters import Given, History, QuarterPage, quarter_page
from portfolio.delivery.reading import Outlook, outlook_of, read_open

HEADER = [
    "Reference", "Title", "Unit", "Stood on the first day", "Due on the first day",
    "Due at the end", "First promised", "Added", "Dropped", "Re-baselined", "Reasons",
    "Carried over", "Outcome", "Delivered", "Days after first", "Days after promised",
]  # fmt: skip


def read_quarter(
    *,
    user: User,
    team: Team | None,
    quarter: Quarter,
    today: dt.date,
    unit: BusinessUnit | None = None,
) -> QuarterPage:
    """``team`` is None for who belongs to none and sees what their unit asked for."""
    commitments = (
        Commitment.objects.visible_to(user)
        .filter(
            Q(closed_on=None) | Q(closed_on__gte=quarter.first),
            promised_at__date__lte=quarter.last,
        )
        .select_related("demand__business_unit")
        .prefetch_related("versions")
        .order_by("pk")
    )
    if team is not None:
        commitments = commitments.filter(team=team)
    if unit is not None:
        commitments = commitments.filter(demand__business_unit=unit)
    found = list(commitments)
    outlooks = {pk: outlook_of(pk) for pk in sorted({each.team_id for each in found})}
    return quarter_page(
        [_history(each, outlooks[each.team_id], today) for each in found],
        quarter,
        today,
    )


def _history(commitment: Commitment, outlook: Outlook, today: dt.date) -> History:
    demand = commitment.demand
    standing = None
    if commitment.closed_on is None:
        standing = read_open([commitment], outlook, today)[0]
    return History(
        reference=commitment.closed_reference or demand.reference,
        title=commitment.closed_title or demand.title,
        unit=commitment.closed_unit or demand.business_unit.name,
        state=commitment.state,
        first_due=commitment.original_due_on,
        dates=[
            Given(
                on=local_day(version.promised_at),
                due=version.due_on,
                reason=version.get_reason_code_display() if version.reason_code else "",
                why=version.why,
            )
            for version in commitment.versions.all()
        ],
        closed_on=commitment.closed_on,
        rag=standing.rag if standing else None,
        chance_words=standing.chance_words if standing else "",
    )


def sheet_rows(page: QuarterPage) -> Iterator[list[object]]:
    """The table as cells, in the order of ``HEADER``."""
    for line in page.lines:
        history = line.history
        reasons = [
            ". ".join(filter(None, [move.reason, move.why])) for move in line.moves
        ]
        yield [
            history.reference, history.title, history.unit,
            "yes" if line.stood else "no", line.due_then, line.due_now,
            history.first_due, line.came, line.went, len(line.moves),
            "; ".join(filter(None, reasons)), "yes" if line.carried else "no",
            line.outcome_words, line.delivered_on, line.days_after_first,
            line.days_after_due,
        ]  # fmt: skip
