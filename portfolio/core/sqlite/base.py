"""SQLite on which writers take turns.

SQLite lets a writer that finds the lock taken look again later and later, up to a tenth
of a second, so that whoever comes fresh is quicker than who has waited long. With 16
threads that send requests, some waited for 30 s and failed with “database is locked”.
"""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db.backends.sqlite3 import base


class DatabaseWrapper(base.DatabaseWrapper):
    """Only one writer at a time waits for SQLite; the system has the others queue."""

    def _start_transaction_under_autocommit(self) -> None:
        with self._turn():
            super()._start_transaction_under_autocommit()  # type: ignore[misc]  # the stubs lack it

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """Held until the write lock is got, across threads and processes.

        Opened anew each time, so that no two threads or forked workers share a lock.
        Whoever does not take turns is still kept out by SQLite itself.
        """
        name = str(self.settings_dict["NAME"])
        if self.creation.is_in_memory_db(name):
            yield
            return
        with Path(f"{name}-turn").open("ab") as queue:
            fcntl.flock(queue, fcntl.LOCK_EX)
            yield
