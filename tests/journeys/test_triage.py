"""Twenty requests are decided one after the other, by keyboard alone."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from itertools import cycle

from playwright.sync_api import Page, expect

from tests.journeys.conftest import ROOT, Product

HOW_MANY = 20
SEND = f"""
from intake.services.submitting import submit_request
from portfolio.core.models import Team, User
asker = User.objects.get(email="logistics@example.com")
team = Team.objects.first()
for number in range({HOW_MANY}):
    submit_request(by=asker, team=team, title=f"Weigh pallet {{number}} at the gate")
"""


def send_requests(product: Product) -> None:
    env = {**os.environ, "PORTFOLIO_STATE": str(product.state)}
    subprocess.run(
        [sys.executable, "manage.py", "shell", "--no-imports", "--command", SEND],
        cwd=ROOT, env=env, check=True,
    )  # fmt: skip


def chosen(page: Page) -> str:
    """The reference of the request in the panel."""
    expect(page.locator(".chosen-title")).to_be_visible()
    found = re.search(r"/triage/(\w+-\d+)/", page.url)
    assert found is not None
    return found.group(1)


def say(page: Page, words: str, *, tabs: int = 1) -> None:
    """Type into the field that has the focus, go on to the button and press it."""
    expect(page.locator("#decision form :focus")).to_be_visible()
    page.keyboard.type(words)
    for _ in range(tabs):
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")


def accept(page: Page) -> str:
    page.keyboard.press("a")
    page.wait_for_url("**/accept/")
    # The first template has the focus, and once it is in, the button that accepts.
    page.keyboard.press("Enter")
    expect(page.locator(":focus")).to_contain_text("Accept")
    page.keyboard.press("Enter")
    return "Accepted"


def decline(page: Page) -> str:
    page.keyboard.press("d")
    say(page, "Scales are the landlord’s; ask them.")
    return "Declined"


def ask(page: Page) -> str:
    page.keyboard.press("i")
    say(page, "How heavy is a pallet at most?")
    return "waits for the requester now"


def join(page: Page) -> str:
    page.keyboard.press("m")
    say(page, join.original, tabs=2)
    return "Joined"


def change_tier(page: Page) -> str:
    page.keyboard.press("t")
    expect(page.locator("textarea:focus")).to_be_visible()
    # Back to the tiers, one further on, and to the reason again.
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Tab")
    say(page, "It has a sponsor.")
    return "has another tier now"


def test_twenty_requests_are_decided_by_keyboard_alone(sign_in, product):
    send_requests(product)
    page = sign_in("manager@example.com")
    page.goto("/triage/")
    rows = page.locator("[data-row]")
    page.keyboard.press("j")
    first = chosen(page)
    page.keyboard.press("j")
    expect(rows.nth(1)).to_have_attribute("aria-current", "true")
    page.keyboard.press("k")
    page.wait_for_url(f"**/triage/{first}/")
    steps = cycle([accept, decline, ask, change_tier, accept, join, decline])
    decided: list[str] = []

    while len(decided) < HOW_MANY:
        reference = chosen(page)
        is_expedite = page.locator(".chosen .chip.expedite").count() > 0
        # One is in progress, and no second one is accepted beside it.
        step = decline if is_expedite else next(steps)
        said = step(page)
        expect(page.locator("#toasts")).to_contain_text(reference)
        expect(page.locator("#toasts")).to_contain_text(said)
        if step is accept:
            join.original = reference
        if step is not change_tier:
            decided.append(reference)

    assert len(set(decided)) == HOW_MANY
    page.goto("/triage/")
    left = page.locator("[data-row]")
    for reference in decided:
        row = left.filter(has_text=reference)
        if row.count():
            expect(row).to_contain_text("Needs information")
