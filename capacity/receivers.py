"""What capacity does when a lower floor says that something has changed."""

from __future__ import annotations

from typing import Any

from django.conf import settings

from portfolio.core.services.messages import send


def forecast_soon(*, team_id: int, revision: int, **_kwargs: Any) -> None:
    """Queue a forecast for when the plan has been quiet for a moment.

    Whoever has just moved one demand often moves another: what that would do is asked
    of the plan as it is now.
    """
    from capacity.tasks import forecast_when_quiet, take_up_plan

    send(take_up_plan, team_id)
    send(
        forecast_when_quiet,
        team_id,
        revision,
        countdown=settings.FORECAST_QUIET_SECONDS,
    )
