"""Whose work a demand is."""

from __future__ import annotations

from capacity.models import WorkPackage
from intake.models import Demand
from portfolio.core.models import User
from portfolio.core.rights import PLAN, REPORT_PROGRESS


def may_report(user: User, demand: Demand) -> bool:
    """Whether this person may say how a demand goes.

    Who plans may for the whole team. An engineer may where they answer for it or one of
    its work packages is theirs, and reads the rest.
    """
    if not user.has_perm(REPORT_PROGRESS):
        return False
    return (
        user.has_perm(PLAN)
        or demand.owner_id == user.pk
        or WorkPackage.objects.filter(demand=demand, engineer__user=user).exists()
    )
