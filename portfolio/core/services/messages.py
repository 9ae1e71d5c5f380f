"""Messages to the workers; a broker that is down never fails what was stored."""

from __future__ import annotations

import logging
from typing import Any

from celery import Task
from kombu.exceptions import OperationalError

logger = logging.getLogger(__name__)

# With retry=False the transport tries on its own for six seconds; one quick second
# attempt gives up after 40 ms where nothing listens.
BRIEFLY = {
    "max_retries": 1, "interval_start": 0, "interval_step": 0.1, "interval_max": 0.1
}  # fmt: skip


def send(task: Task[Any, Any], *args: Any, countdown: float = 0) -> bool:
    """Hand a task to the broker; False when the broker does not answer.

    Nothing is lost then: the rescue finds what is stored and never came.
    """
    try:
        task.apply_async(
            args=args, countdown=countdown, retry=True, retry_policy=BRIEFLY
        )
    except OperationalError as down:
        logger.warning("%s%s was not sent: %s", task.name, args, down)
        return False
    return True
