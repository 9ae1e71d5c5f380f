from __future__ import annotations

import json
from queue import Empty

import pytest

from portfolio.celery import app
from tests.factories import (
    EngineerFactory,
    RankedDemandFactory,
    SkillFactory,
    WorkPackageFactory,
)


@pytest.fixture
def sent():
    """Reads what was sent to the workers since the last look, as (task, arguments)."""

    def look():
        found = []
        with app.connection_for_read() as connection:
            queue = connection.SimpleQueue("celery")
            while True:
                try:
                    message = queue.get_nowait()
                except Empty:
                    return found
                message.ack()
                arguments = json.loads(message.body)[0]
                found.append((message.headers["task"], arguments))

    look()
    return look


@pytest.fixture
def skill(db):
    return SkillFactory(name="API design", slug="api-design")


@pytest.fixture
def backlog(team, skill):
    """Two demands of five certain days each, and one person who can do them."""
    EngineerFactory(team=team, with_skills=[skill])
    demands = [RankedDemandFactory(team=team, stage="estimated") for _ in range(2)]
    for demand in demands:
        WorkPackageFactory(demand=demand, skill=skill)
    return demands


@pytest.fixture(scope="session", autouse=True)
def forecasts(compiled_engine):
    """Forecasts are run all over this room."""
