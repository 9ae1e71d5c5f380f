"""Whose leave and interruptions a person enters."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.utils import timezone

from capacity.models import Engineer
from portfolio.core.models import User
from portfolio.core.rights import PLAN
from portfolio.core.teams import team_of


def people_entered_by(user: User) -> list[Engineer]:
    """Everybody of the team for who plans, themselves for an engineer."""
    found = Engineer.objects.filter(team=team_of(user)).select_related("user")
    if user.has_perm(PLAN):
        return list(found.not_gone_by(timezone.localdate()))
    people = list(found.filter(user=user).not_gone_by(timezone.localdate()))
    if not people:
        raise PermissionDenied(
            "No engineer of the team has your account yet. Your manager can choose it "
            "on the page of the team."
        )
    return people
