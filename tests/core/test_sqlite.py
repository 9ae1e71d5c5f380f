"""Writers on a file of SQLite take turns; see ``portfolio/core/sqlite``."""

from __future__ import annotations

import fcntl
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import OperationalError
from django.db.utils import ConnectionHandler

ENGINE = "portfolio.core.sqlite"
# They use no row of the test database, but connections are only allowed with it.
pytestmark = pytest.mark.django_db


@pytest.fixture
def writers(tmp_path):
    """Makes connections to one file; all are closed at the end."""
    made = []

    def make(*, timeout):
        options = {"transaction_mode": "IMMEDIATE", "timeout": timeout}
        file = {"ENGINE": ENGINE, "NAME": tmp_path / "file", "OPTIONS": options}
        writer = ConnectionHandler({"default": file})["default"]
        writer.inc_thread_sharing()
        made.append(writer)
        return writer

    yield make
    for writer in made:
        writer.close()


@pytest.fixture
def is_taken(tmp_path):
    """Whether somebody has the turn now."""

    def look():
        with (tmp_path / "file-turn").open("ab") as queue:
            try:
                fcntl.flock(queue, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
        return False

    return look


def begin(writer):
    writer.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)


def test_who_waits_for_the_write_lock_has_the_turn_until_it_is_got(writers, is_taken):
    first, second = writers(timeout=10), writers(timeout=10)
    begin(first)
    taken_by_the_writer = is_taken()

    with ThreadPoolExecutor(1) as threads:
        waiting = threads.submit(begin, second)
        while not is_taken():
            time.sleep(0.001)
        was_waiting = not waiting.done()
        first.rollback()
        waiting.result(timeout=10)

    assert (taken_by_the_writer, was_waiting, is_taken()) == (False, True, False)
    second.rollback()


def test_who_is_refused_gives_the_turn_back(writers, is_taken):
    first, second = writers(timeout=10), writers(timeout=0.01)
    begin(first)

    with pytest.raises(OperationalError, match="locked"):
        begin(second)

    assert not is_taken()
    first.rollback()
