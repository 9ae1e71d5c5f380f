"""Time from a kept move to the forecast that knows it, in the running product."""

from __future__ import annotations

import contextlib
import http.cookiejar
import json
import os
import re
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent.parent
MOVES = 5


class Visitor:
    """A signed-in browser without a screen."""

    def __init__(self, url: str, email: str, password: str) -> None:
        self.url = url
        self.cookies = http.cookiejar.CookieJar()
        self.opener = urllib.request.build_opener(
            urllib.request.HTTPCookieProcessor(self.cookies)
        )
        self.get("/sign-in/")
        self.post("/sign-in/", username=email, password=password)

    def get(self, path: str) -> str:
        with self.opener.open(self.url + path, timeout=30) as answer:
            return str(answer.read().decode())

    def post(self, path: str, **fields: object) -> str:
        token = next(c.value for c in self.cookies if c.name == "csrftoken")
        body = urllib.parse.urlencode({**fields, "csrfmiddlewaretoken": token})
        request = urllib.request.Request(  # noqa: S310 - our own address
            self.url + path, body.encode(), {"Referer": self.url + path}
        )
        with self.opener.open(request, timeout=30) as answer:
            return str(answer.read().decode())


@contextlib.contextmanager
def running_product() -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory(prefix="throughline-bench-") as state:
        env = {k: v for k, v in os.environ.items() if not k.startswith("DJANGO_")}
        env |= {"PORT": str(port), "PORTFOLIO_STATE": state}
        process = subprocess.Popen(
            [sys.executable, "deploy/run.py"],
            cwd=ROOT, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        url = f"http://127.0.0.1:{port}"
        try:
            for _ in range(600):
                with contextlib.suppress(OSError):
                    urllib.request.urlopen(f"{url}/healthy/", timeout=2)  # noqa: S310 - ours
                    break
                time.sleep(0.2)
            yield url
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(timeout=30)


def newest(visitor: Visitor) -> dict[str, Any]:
    listed = json.loads(visitor.get("/api/v1/forecasts/"))
    rows = listed["results"] if isinstance(listed, dict) else listed
    done = [row for row in rows if row["state"] == "done"]
    return dict(done[0]) if done else {}


def wait_for_newer(visitor: Visitor, than: int) -> dict[str, Any]:
    end = time.monotonic() + 180
    while time.monotonic() < end:
        found = newest(visitor)
        if found.get("id", 0) > than:
            return found
        time.sleep(0.1)
    raise AssertionError("No newer forecast came in three minutes.")


def measure() -> dict[str, Any]:
    from portfolio.demo.people import DEMO_PASSWORD

    with running_product() as url:
        visitor = Visitor(url, "manager@example.com", DEMO_PASSWORD)
        began = time.monotonic()
        known = wait_for_newer(visitor, 0)
        first = time.monotonic() - began
        board = visitor.get("/board/")
        rows = re.findall(r'data-reference="([^"]+)"[^>]*data-revision="(\d+)"', board)
        waits = []
        for number in range(MOVES):
            reference, revision = rows[10 + number]
            began = time.monotonic()
            visitor.post(
                "/board/move/",
                reference=reference,
                revision=revision,
                to_place=3,
                why="Measured",
            )
            known = wait_for_newer(visitor, known["id"])
            waits.append(time.monotonic() - began)
        return {
            "change.demands": len(rows),
            "change.first_forecast_s": first,
            "change.to_forecast_median_s": statistics.median(waits),
            "change.to_forecast_slowest_s": max(waits),
            "change.quiet_s": 3,
        }
