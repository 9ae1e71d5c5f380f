from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date

from capacity.models import Leave


def on_leave(user_ids: Collection[int], day: date) -> Iterable[int]:
    """Those of these accounts whose engineer is on leave for the whole of a day."""
    return Leave.objects.filter(
        engineer__user__in=user_ids, first_day__lte=day, last_day__gte=day, share=1
    ).values_list("engineer__user", flat=True)
