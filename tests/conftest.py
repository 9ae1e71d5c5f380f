from __future__ import annotations

from importlib import import_module

import pytest
import redis
from django.apps import apps
from django.utils import timezone

from portfolio.celery import app
from tests.factories import DemandFactory, TeamFactory, UserFactory
from tests.mail_server import serve
from tests.processes import start_redis


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
