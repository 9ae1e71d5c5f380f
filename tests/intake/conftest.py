from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from intake.services.guests import make_link
from tests.factories import UnitFactory
from tests.intake.mailing import ADDRESS

BERLIN = ZoneInfo("Europe/Berlin")


def berlin(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=BERLIN)


@pytest.fixture
def at(monkeypatch):
    """Make it a moment in Berlin, until the next call: ``at("2026-11-23 10:00")``."""

    def turn_to(text):
        monkeypatch.setattr(timezone, "now", lambda: berlin(text).astimezone(dt.UTC))

    return turn_to


@pytest.fixture
def maildir(tmp_path, settings):
    """An empty maildir that the product reads."""
    root = tmp_path / "Mail dir"
    for name in ("new", "cur", "tmp"):
        (root / name).mkdir(parents=True)
    settings.MAILBOX = f"maildir://{str(root).replace(' ', '%20')}"
    settings.MAILBOX_ADDRESS = ADDRESS
    return root


@pytest.fixture
def unit(settings):
    """For whom strangers ask."""
    unit = UnitFactory()
    settings.MAILBOX_UNIT = unit.slug
    return unit


@pytest.fixture
def link(team, manager):
    return make_link(
        by=manager,
        team=team,
        business_unit=UnitFactory(name="Logistics"),
        name="Warehouse",
        days=30,
        most_a_day=20,
    )
