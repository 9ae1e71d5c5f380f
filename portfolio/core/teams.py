from __future__ import annotations

from django.core.exceptions import PermissionDenied

from portfolio.core.models import Team, User


def team_of(user: User) -> Team:
    """The team whose board, capacity and reports a person sees."""
    team = Team.objects.visible_to(user).select_related("calendar").first()
    if team is None:
        raise PermissionDenied(
            "You belong to no team yet. An administrator can add you to one."
        )
    return team
