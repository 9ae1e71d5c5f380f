"""Long computations from the request to the stored result, whatever becomes of workers.

A run is a row that goes queued → running → done or failed. A worker owns a running one
by its number of attempts: whoever takes over counts one more, and from then on the one
before writes nothing. So a message may come twice, late or never, and a worker may die
at any moment: the rows alone say what is still to be done.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from time import monotonic
from typing import Any, TypeVar

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from capacity.choices import ForecastState
from capacity.models.runs import Run

logger = logging.getLogger(__name__)

MOST_ATTEMPTS = 3
# Pages ask once a second; writing more often would only make them wait.
PROGRESS_SECONDS = 0.5
# A queued run whose message should have come by now is sent again.
QUEUED_TOO_LONG = timedelta(seconds=10)
INTERRUPTED = (
    f"It was interrupted {MOST_ATTEMPTS} times before it was done. "
    "Look into the log of the worker, then start it again."
)

_R = TypeVar("_R", bound=Run)


class ClaimLost(Exception):
    """Another worker has taken this run over; this one must write nothing."""


def claim(runs: QuerySet[_R], pk: int) -> _R | None:
    """Make a queued or silent run ours; None when it is not ours to run."""
    now = timezone.now()
    lost = now - timedelta(seconds=settings.FORECAST_LOST_SECONDS)
    claimed = runs.filter(
        Q(state=ForecastState.QUEUED)
        | Q(state=ForecastState.RUNNING, heartbeat_at__lt=lost),
        pk=pk,
        attempts__lt=MOST_ATTEMPTS,
    ).update(
        state=ForecastState.RUNNING,
        attempts=F("attempts") + 1,
        started_at=now,
        heartbeat_at=now,
        progress=0.0,
        error="",
    )
    # Nobody else can have claimed it since: its heart has just beaten.
    return runs.get(pk=pk) if claimed else None


def write(run: Run, **fields: Any) -> None:
    """Change the row of a run that is ours; every write is a heartbeat too."""
    rows = type(run)._meta.base_manager.filter(
        pk=run.pk, state=ForecastState.RUNNING, attempts=run.attempts
    )
    held = rows.update(**{"heartbeat_at": timezone.now(), **fields})
    if not held:
        raise ClaimLost


@contextmanager
def kept_alive(run: Run) -> Iterator[None]:
    """Beat from a thread while the engine compiles or computes without a word.

    Compiling it for the first time took 24 s on two slow cores, nearly as long as a
    worker may be silent.
    """
    done = threading.Event()
    pause = settings.FORECAST_LOST_SECONDS / 10

    def beat() -> None:
        try:
            while not done.wait(pause):
                try:
                    write(run)
                except (ClaimLost, DatabaseError) as silent:
                    logger.info("No heartbeat of %s: %r", run, silent)
        finally:
            connection.close()

    thread = threading.Thread(target=beat, name=f"heart of {run}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def progress_of(run: Run) -> Callable[[float], None]:
    """What the engine calls with the share that is done; it is written now and then."""
    told_at = monotonic()

    def tell(share: float) -> None:
        nonlocal told_at
        if monotonic() - told_at >= PROGRESS_SECONDS:
            told_at = monotonic()
            write(run, progress=share)

    return tell


def try_again_or_give_up(run: Run, words: str) -> None:
    if run.attempts >= MOST_ATTEMPTS:
        give_up(run, words)
        return
    # Sent by the rescue, after a pause: what broke may have recovered by then.
    _end(run, state=ForecastState.QUEUED, error=words)


def give_up(run: Run, words: str) -> None:
    _end(run, state=ForecastState.FAILED, error=words, finished_at=timezone.now())


def rescue_runs(runs: QuerySet[_R], *, silent_since: datetime | None) -> list[int]:
    """Queue again what died; gives the keys of all whose message should be sent again.

    ``silent_since`` is given by a worker that has just started: what ran before and
    has said nothing since then died with the worker before it.
    """
    patience = timedelta(seconds=settings.FORECAST_LOST_SECONDS)
    silent_since = silent_since or timezone.now() - patience
    interrupted = runs.filter(
        state=ForecastState.RUNNING, heartbeat_at__lt=silent_since
    )
    found = []
    for run in interrupted:
        logger.warning("%s was interrupted.", run)
        try_again_or_give_up(run, INTERRUPTED)
        found.append(run.pk)
    waiting = runs.filter(
        Q(pk__in=found) | Q(queued_at__lt=timezone.now() - QUEUED_TOO_LONG),
        state=ForecastState.QUEUED,
    )
    return list(waiting.values_list("pk", flat=True))


def _end(run: Run, **fields: Any) -> None:
    try:
        write(run, **fields)
    except ClaimLost:
        logger.info("%s goes on with another worker.", run)
