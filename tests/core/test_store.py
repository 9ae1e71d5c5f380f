from __future__ import annotations

import threading
import time

from portfolio.core.services.store import hand_over, keep, kept, wait_for


def test_what_is_kept_is_there_until_it_expires(store):
    is_kept = keep("plan", b"\x00bytes", seconds=30)

    assert (is_kept, kept("plan"), kept("another")) == (True, b"\x00bytes", None)
    assert 0 < store.ttl("throughline:plan") <= 30


def test_who_waits_gets_what_is_handed_over_and_may_look_again(store):
    threading.Timer(0.1, hand_over, ("answer", b"42"), {"seconds": 30}).start()

    seen = wait_for("answer", seconds=5)

    assert (seen, wait_for("answer", seconds=0.1)) == (b"42", b"42")
    assert 0 < store.ttl("throughline:answer") <= 30


def test_waiting_ends_when_nothing_comes(store):
    began = time.monotonic()

    assert wait_for("nothing", seconds=0.2) is None
    assert time.monotonic() - began < 2


def test_store_that_is_down_is_as_good_as_empty():
    hand_over("answer", b"42", seconds=30)

    assert keep("plan", b"bytes", seconds=30) is False
    assert (kept("plan"), wait_for("answer", seconds=1)) == (None, None)
