"""Somebody without an account asks, confirms by e-mail, is asked back and answers."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.test_every_page import (
    how_much_wider_than_the_window,
    what_axe_finds,
)

VERA = "vera@elsewhere.example"
TITLE = "Send arrivals of the yard to the transport plan"
LOOKS = [
    pytest.param(
        {"viewport": {"width": 390, "height": 844}, "color_scheme": "dark"},
        id="narrow-dark",
    ),
    pytest.param({"java_script_enabled": False}, id="no-script"),
]
DEED = {
    "name": "deed.pdf",
    "mimeType": "application/pdf",
    "buffer": b"%PDF-1.7 forty a day",
}
# What is chosen and filled in, page after page.
PAGES: list[dict[str, str | None]] = [
    {"Nothing breaks, but something gets better": None},
    {"No": None},
    {"No": None},
    {"Go on with Standard": None},
    {"What data is it?": "Arrivals", "Every hour": None},
    {"Why is it needed?": "Fewer calls to the yard."},
]


def go_on(page: Page, button: str, *, sound: bool) -> None:
    if sound:
        assert what_axe_finds(page) == []
        assert how_much_wider_than_the_window(page) == 0
    page.get_by_role("button", name=button).click()


def link_in(text: str, url: str) -> str:
    found = re.search(rf"{re.escape(url)}/\S+", text)
    assert found is not None, text
    return found.group(0)


def make_link(manager: Page) -> str:
    manager.goto("/settings/links/")
    manager.get_by_label("Whom is it for?").fill("Yard in Poznań")
    manager.get_by_label("For which business unit").select_option(label="Logistics")
    manager.get_by_role("button", name="Make the link").click()
    return manager.get_by_label("Address to pass on").first.input_value()


def fill_in(page: Page, address: str, email: str, *, sound: bool) -> None:
    """From the opening to the page that says to look into the mailbox."""
    page.goto(address)
    page.get_by_label("In a sentence").fill(TITLE)
    page.get_by_label("Where does the data come from?").fill("Yard list")
    page.get_by_label("Where should it go?").fill("Transport plan of Poznań")
    go_on(page, "Continue", sound=sound)
    for answers in PAGES:
        for label, words in answers.items():
            field = page.get_by_label(label, exact=label == "No").first
            if words is None:
                field.check()
            else:
                field.fill(words)
        go_on(page, "Continue", sound=sound)
    expect(page.locator("h1")).to_have_text("Check your answers")
    go_on(page, "Continue", sound=sound)
    page.get_by_label("Your name").fill("Vera Nowak")
    page.get_by_label("Your e-mail").fill(email)
    go_on(page, "Mail me the link", sound=sound)
    expect(page.locator("h1")).to_have_text("Look into your mailbox")


def ask_back(manager: Page, reference: str) -> None:
    manager.goto(f"/triage/{reference}/ask/")
    manager.get_by_label("What do you need to know?").fill("How many a day?")
    manager.get_by_role("button", name="Ask the requester").click()
    manager.wait_for_load_state("networkidle")


@pytest.mark.parametrize("look", LOOKS)
def test_a_stranger_asks_and_answers_without_an_account(
    sign_in, visit, product, mailbox, look
):
    sound = look.get("java_script_enabled", True)
    email = VERA if sound else f"plain-{VERA}"
    manager = sign_in("manager@example.com")
    page = visit(**look)

    fill_in(page, make_link(manager), email, sound=sound)
    manager.goto("/requests/?q=arrivals+of+the+yard&show=all")
    before = manager.get_by_role("link", name=TITLE).count()
    confirmation = mailbox.wait_for(email, "Please confirm your request")
    page.goto(link_in(confirmation, product.url))
    go_on(page, "Confirm and send", sound=sound)
    expect(page.locator("h1")).to_have_text("Request sent")
    reference = page.locator(".reference").inner_text()
    ask_back(manager, reference)
    another = visit(**look)
    another.goto(link_in(mailbox.wait_for(email, f"{reference}:"), product.url))
    expect(another.locator("h1")).to_have_text(TITLE)
    another.get_by_label("Your answer").fill("About forty.")
    another.get_by_label("Files").set_input_files(DEED)
    go_on(another, "Send the answer", sound=sound)
    another.get_by_label("Write a comment").fill("Thank you for asking.")
    go_on(another, "Send the comment", sound=sound)
    with another.expect_download() as file:
        another.get_by_role("link", name="deed.pdf").first.click()
    another.goto("/requests/")
    manager.goto(f"/requests/{reference}/")

    # Nobody saw it before it was confirmed, but for one that was sent by another look.
    assert before == (0 if sound else 1)
    expect(manager.get_by_text("About forty.").first).to_be_visible()
    expect(manager.get_by_text("Thank you for asking.").first).to_be_visible()
    assert "About forty." in mailbox.wait_for("manager@example.com", "has answered")
    assert Path(file.value.path()).read_bytes() == DEED["buffer"]
    # The link opens one request, and no page that needs an account.
    expect(another.get_by_role("button", name="Sign in")).to_be_visible()

    # Once revoked it opens nothing, and a new one comes by e-mail.
    old = link_in(mailbox.wait_for(email, f"{reference}:"), product.url)
    manager.get_by_role("button", name="Revoke the links").click()
    expect(manager.get_by_text("The links are revoked")).to_be_visible()
    stranger = visit(meant="status of 410", **look)
    stranger.goto(old)
    expect(stranger.locator("h1")).to_have_text("This link is closed")
    go_on(stranger, "Mail me a new link", sound=sound)
    expect(stranger.locator("h1")).to_have_text("Look into your mailbox")
    stranger.goto(
        link_in(mailbox.wait_for(email, f"{reference}: your new link"), product.url)
    )
    expect(stranger.locator("h1")).to_have_text(TITLE)
