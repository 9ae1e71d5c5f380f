"""The whole product as deploy/up runs it, with demo data, and Chromium before it."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    sync_playwright,
)

from portfolio.demo.people import DEMO_PASSWORD
from tests.mail_server import Mailbox, serve

ROOT = Path(__file__).resolve().parent.parent.parent
CHROMIUM = ["chromium", "chromium-browser", "google-chrome"]
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "journeys" in item.path.parts:
            item.add_marker(pytest.mark.journey)


@dataclass(frozen=True)
class Product:
    url: str
    state: Path
    process: subprocess.Popen[bytes]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


@pytest.fixture(scope="session")
def mailbox() -> Iterator[Mailbox]:
    """A real mail server, to which the product sends."""
    with serve() as served:
        yield served


@pytest.fixture(scope="session")
def product(tmp_path_factory, mailbox) -> Iterator[Product]:
    state = tmp_path_factory.mktemp("product")
    port = free_port()
    env = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PORTFOLIO_", "DJANGO_")) and name != "DATABASE_URL"
    }
    env |= {
        "PORT": str(port),
        "PORTFOLIO_STATE": str(state),
        # Enough for stable dates, and quick on a busy machine.
        "PORTFOLIO_FORECAST_TRIALS": "1000",
        "PORTFOLIO_FORECAST_QUIET_SECONDS": "1",
        "PORTFOLIO_HELP_SECONDS": "5",
        "PORTFOLIO_EMAIL_URL": f"smtp://127.0.0.1:{mailbox.port}",
    }
    log = (state / "log").open("wb")
    process = subprocess.Popen(
        [sys.executable, "deploy/run.py"], cwd=ROOT, env=env, stdout=log, stderr=log
    )
    url = f"http://127.0.0.1:{port}"
    try:
        _wait_until_it_answers(url, process, state / "log")
        yield Product(url=url, state=state, process=process)
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(timeout=30)
        log.close()


def _wait_until_it_answers(
    url: str, process: subprocess.Popen[bytes], log: Path
) -> None:
    # A minute on an idle machine; where it is busy the demo's forecasts take longer.
    end = time.monotonic() + 420
    while time.monotonic() < end:
        if process.poll() is not None:
            break
        try:
            with urllib.request.urlopen(f"{url}/healthy/", timeout=2):  # noqa: S310 - ours
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.3)
    pytest.fail(f"The product did not start:\n{log.read_text(encoding='utf-8')}")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    found = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if found is None:
        pytest.fail("The journeys need Chromium: sudo apt-get install chromium")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=found, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def visit(product: Product, browser: Browser) -> Iterator[Callable[..., Page]]:
    """A page in a browser of its own, of nobody yet.

    At the end nothing may have been said on the console: no script error, and no
    breach of the Content-Security-Policy; nor any failure but the one that is meant.
    """
    contexts: list[BrowserContext] = []
    said: list[str] = []

    def open_page(*, meant: str = "", **options: object) -> Page:
        context = browser.new_context(base_url=product.url, **options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.on("console", lambda line: _note(said, line, meant))
        page.on("pageerror", lambda error: said.append(f"script error: {error}"))
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert said == []


@pytest.fixture
def sign_in(visit: Callable[..., Page]) -> Callable[..., Page]:
    """A page of the person with this e-mail, in a browser of their own."""

    def open_page(email: str, **options: object) -> Page:
        page = visit(**options)
        page.goto("/sign-in/")
        page.get_by_label("E-mail").fill(email)
        page.get_by_label("Password").fill(DEMO_PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(lambda url: "/sign-in/" not in url)
        return page

    return open_page


# What htmx says of a request whose page was left; what fails has a line of its own.
LEFT = ("htmx:sendAbort", "htmx:afterRequest")


def _note(said: list[str], line: ConsoleMessage, meant: str) -> None:
    if meant and meant in line.text:
        return
    if line.type in {"error", "warning"} and not line.text.startswith(LEFT):
        said.append(f"{line.type}: {line.text} ({line.location['url']})")
