"""What capacity does when a lower floor says that something has changed."""

from __future__ import annotations

from typing import Any

from django.conf import settings

from portfolio.core.services.messages import send


def forecast_soon(*, team_id: int, revision: int, **_kwargs: Any) -> None:
    """Queue a forecast for when the plan has been quiet for a moment."""
    from capacity.tasks import forecast_when_quiet

    send(
        forecast_when_quiet,
        team_id,
        revision,
        countdown=settings.FORECAST_QUIET_SECONDS,
    )
