from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

BERLIN = ZoneInfo("Europe/Berlin")


def berlin(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=BERLIN)


@pytest.fixture
def at(monkeypatch):
    """Make it a moment in Berlin, until the next call: ``at("2026-11-23 10:00")``."""

    def turn_to(text):
        monkeypatch.setattr(timezone, "now", lambda: berlin(text).astimezone(dt.UTC))

    return turn_to
