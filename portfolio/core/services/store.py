"""What is kept in Redis for a while; one that is down is as good as an empty one."""

from __future__ import annotations

import logging
from functools import cache

import redis
from django.conf import settings

logger = logging.getLogger(__name__)

# Where Redis does not answer, a page that asks waits no longer than this.
CONNECT_SECONDS = 1
# Beyond the time that a reply may take.
SLACK_SECONDS = 2


def keep(name: str, value: bytes, *, seconds: int) -> bool:
    """Keep a value for so long; False when Redis does not answer."""
    try:
        _client(settings.REDIS_URL).set(_key(name), value, ex=seconds)
    except redis.RedisError as down:
        logger.warning("%s is not kept: %s", name, down)
        return False
    return True


def kept(name: str) -> bytes | None:
    try:
        found = _client(settings.REDIS_URL).get(_key(name))
    except redis.RedisError as down:
        logger.warning("%s is not read: %s", name, down)
        return None
    return found if isinstance(found, bytes) else None


def hand_over(name: str, value: bytes, *, seconds: int) -> None:
    """Give a value to whoever waits for it, now or until it expires."""
    client = _client(settings.REDIS_URL)
    try:
        with client.pipeline() as both:
            both.rpush(_key(name), value)
            both.expire(_key(name), seconds)
            both.execute()
    except redis.RedisError as down:
        logger.warning("%s is not handed over: %s", name, down)


def wait_for(name: str, *, seconds: float) -> bytes | None:
    """What was handed over under this name; it stays there for another look."""
    key = _key(name)
    try:
        # Turned on itself, a list gives its value and keeps it, and keeps its expiry.
        found = _client(settings.REDIS_URL).blmove(
            key,
            key,
            timeout=max(seconds, 0.01),  # type: ignore[arg-type]  # fractions are fine since Redis 6
        )
    except redis.RedisError as down:
        logger.warning("%s is not waited for: %s", name, down)
        return None
    return found if isinstance(found, bytes) else None


def _key(name: str) -> str:
    return f"throughline:{name}"


@cache
def _client(url: str) -> redis.Redis:
    return redis.Redis.from_url(
        url,
        socket_connect_timeout=CONNECT_SECONDS,
        socket_timeout=CONNECT_SECONDS + SLACK_SECONDS,
    )
