from __future__ import annotations

from django.db import transaction

from intake.evidence import IMPACTS, URGENCIES
from intake.models import Tier, TierTable
from portfolio.core.errors import RuleBroken
from portfolio.core.models import User
from portfolio.core.services.events import record_event


@transaction.atomic
def edit_table(
    *, cells: dict[str, dict[str, str]], by: User, why: str, seen_number: int
) -> TierTable:
    """Put a new table of impact and urgency in force; the old one when none differs."""
    # One editor of tiers after the other, as for their versions.
    tiers = {tier.slug for tier in Tier.objects.select_for_update()}
    before = TierTable.objects.first()
    if before and before.number != seen_number:
        raise RuleBroken(
            f"{before.made_by_name or 'Somebody'} has changed the table meanwhile "
            f"(number {before.number}). Look at it as it is now and edit it again."
        )
    if before and before.cells == cells:
        return before
    if not why.strip():
        raise RuleBroken("Say why the table is changed; its history shows the reason.")
    for impact in IMPACTS:
        for urgency in URGENCIES:
            if cells.get(impact, {}).get(urgency) not in tiers:
                raise RuleBroken("Each cell of the table names a tier that exists.")
    after = TierTable.objects.create(
        number=before.number + 1 if before else 1,
        cells=cells,
        made_by=by,
        made_by_name=by.name,
        why=why.strip(),
    )
    record_event(
        subject=after,
        kind="tier-table-edited",
        by=by,
        before=f"table {before.number}" if before else "",
        after=f"table {after.number}",
        why=after.why,
    )
    return after
