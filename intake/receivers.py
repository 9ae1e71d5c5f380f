"""What intake does when the ground floor says that something has changed."""

from __future__ import annotations

from typing import Any

from portfolio.core.services.messages import send


def recount_soon(*, calendar_id: int, **_kwargs: Any) -> None:
    """Count open clocks by the new hours; a page that is opened meanwhile does too."""
    from intake.tasks import recount_clocks

    send(recount_clocks, calendar_id)
