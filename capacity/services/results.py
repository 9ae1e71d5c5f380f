from __future__ import annotations

from typing import Any

from capacity.models import Forecast
from portfolio.core.models import User


def result_for(forecast: Forecast, *, user: User) -> dict[str, Any]:
    """The stored result as this person may see it: individuals only for managers.

    Engineers keep their own line.
    """
    result: dict[str, Any] = dict(forecast.result or {})
    if user.has_perm("capacity.see_people"):
        return result
    engineer = getattr(user, "engineer", None)
    own = f"eng-{engineer.pk}" if engineer else ""
    result["engineers"] = [
        row for row in result.get("engineers", []) if row["id"] == own
    ]
    return result
