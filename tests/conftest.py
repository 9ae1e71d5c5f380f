from __future__ import annotations

import hashlib
import os
import sqlite3
from contextlib import closing
from importlib import import_module
from pathlib import Path

import pytest
import redis
from django import get_version
from django.apps import apps
from django.conf import settings
from django.db import connection
from django.utils import timezone

from portfolio.celery import app
from tests.factories import DemandFactory, TeamFactory, UserFactory
from tests.mail_server import serve
from tests.processes import start_redis


@pytest.fixture(scope="session")
def migrated_before():
    """The database of the tests as all migrations left it once, where it is SQLite.

    It lies in memory, so every run would migrate anew, which takes five seconds of the
    minute that the quick part has. PostgreSQL migrates in every run.
    """
    if connection.vendor != "sqlite":
        yield None
        return
    kept = _kept_database()
    name = connection.creation._get_test_db_name()
    with closing(sqlite3.connect(name, uri=True)) as memory:
        if kept.exists():
            with closing(sqlite3.connect(kept)) as before:
                before.backup(memory)
        yield memory


def _kept_database() -> Path:
    """Another one for every change of a migration and of Django."""
    said = hashlib.sha256(get_version().encode())
    for path in sorted(settings.BASE_DIR.glob("[cip]*/**/mi*/*.py")):
        said.update(path.read_bytes())
    folder = settings.BASE_DIR / ".throughline" / "check"
    folder.mkdir(parents=True, exist_ok=True)
    return folder / f"migrated-{said.hexdigest()[:16]}.sqlite3"


@pytest.fixture(scope="session")
def django_db_setup(migrated_before, django_db_setup):
    kept = _kept_database()
    if migrated_before is not None and not kept.exists():
        # Two may migrate at once; who comes last replaces the same by the same.
        new = kept.with_suffix(f".{os.getpid()}")
        with closing(sqlite3.connect(new)) as after:
            migrated_before.backup(after)
        new.replace(kept)


@pytest.fixture
def shipped_tiers(transactional_db):
    """The tiers as migrated, which a test with real commits before has emptied."""
    Tier = apps.get_model("intake", "Tier")
    for tier in import_module("intake.migrations.0002_shipped_tiers").SHIPPED:
        named = {name: tier[name] for name in ("name", "position", "purpose")}
        Tier.objects.get_or_create(slug=tier["slug"], defaults=named)
    for migration, ship in (
        ("0005_first_tier_versions", "first_versions"),
        ("0008_first_questions", "first_questions"),
        ("0009_first_tier_table", "first_table"),
    ):
        getattr(import_module(f"intake.migrations.{migration}"), ship)(apps, None)


@pytest.fixture
def today():
    """Read when a test begins: one that ran over midnight kept the day before."""
    return timezone.localdate()


@pytest.fixture
def team(db):
    return TeamFactory()


@pytest.fixture
def manager(team):
    return UserFactory(role="manager", teams=[team])


@pytest.fixture
def requester(team):
    return UserFactory(role="requester")


@pytest.fixture
def demand(team, requester):
    """A request that was submitted and awaits its decision."""
    return DemandFactory(team=team, requester=requester)


@pytest.fixture(scope="session")
def compiled_engine():
    """Compile before a test runs a forecast.

    The heart of a forecast that compiles first beats from a thread, whose connection to
    a database in memory Python 3.13 reports as never closed.
    """
    from capacity.engine.simulation import warm_up

    warm_up()


@pytest.fixture(scope="session")
def redis_server(tmp_path_factory):
    """The address of a real Redis."""
    process, url = start_redis(tmp_path_factory.mktemp("redis"))
    yield url
    process.terminate()
    process.wait(timeout=30)


@pytest.fixture
def store(redis_server, settings):
    """An empty Redis that the product keeps things in."""
    settings.REDIS_URL = redis_server
    with redis.Redis.from_url(redis_server) as client:
        client.flushall()
        yield client


@pytest.fixture
def previewer(store, compiled_engine):
    """Whatever is sent to a worker is done at once, so that previews are answered."""
    app.conf.update(task_always_eager=True, task_eager_propagates=True)
    yield
    app.conf.update(task_always_eager=False, task_eager_propagates=False)


@pytest.fixture
def mail_server(settings):
    """A real SMTP server on a free port; gives its mailbox."""
    with serve() as mailbox:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", mailbox.port
        yield mailbox
