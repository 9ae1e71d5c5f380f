"""The shares of the capacity that the units have agreed on, and one loan."""

from __future__ import annotations

from decimal import Decimal

from capacity.models import Borrowing
from capacity.quarters import Quarter
from intake.models import TierVersion
from portfolio.core.services.events import record_event
from portfolio.demo.company import Company

# A twentieth is nobody's: it goes into what keeps things running.
SHARES = {"expedite": 10, "fixed-date": 25, "strategic": 35, "standard": 25}
AGREED = "Agreed with the units for this year."
LENT = Decimal(8)
WHY_LENT = "The HR suite waits for its contract; small wins go first until then."


def share_out(company: Company) -> None:
    """A version of each tier with its share, and days that one lent another."""
    rng, days = company.dice("shares"), company.days
    agreed_at = days.moment(days.working(-60), rng)
    for slug, percent in SHARES.items():
        tier = company.tiers[slug]
        before = TierVersion.objects.filter(tier=tier).latest("number")
        held = {
            field.name: getattr(before, field.name)
            for field in TierVersion._meta.concrete_fields
            if field.name != "id"
        }
        tier.current_version = TierVersion.objects.create(
            **{
                **held,
                "number": before.number + 1,
                "share_percent": percent,
                "made_at": agreed_at,
                "made_by": company.manager,
                "made_by_name": company.manager.name,
                "why": AGREED,
            }
        )
        tier.save(update_fields=["current_version"])
        record_event(
            subject=tier,
            kind="tier-edited",
            by=company.manager,
            before=f"version {before.number}",
            after=f"version {before.number + 1}: share percent",
            why=AGREED,
            at=agreed_at,
        )
    Borrowing.objects.create(
        team=company.team,
        quarter=Quarter.of(days.today).key,
        borrower=company.tiers["standard"],
        lender=company.tiers["strategic"],
        days=LENT,
        why=WHY_LENT,
        made_at=days.moment(days.working(-3), rng),
        made_by=company.manager,
        made_by_name=company.manager.name,
    )
