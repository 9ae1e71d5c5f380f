"""Promising a date from its bar on the board."""

from __future__ import annotations

import re

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

ROWS = "tbody tr[data-reference]"


def test_date_is_picked_on_the_bar_seen_with_its_chance_and_promised(sign_in):
    page = sign_in("manager@example.com")
    page.goto("/board/")
    expect(page.locator("#freshness")).to_contain_text("fresh", timeout=60_000)
    row = page.locator(ROWS).filter(has=page.locator("rect.p85"))
    row = row.filter(has_not=page.locator(".commit")).first
    reference = row.get_attribute("data-reference")
    bar = row.locator(".c-time")
    box = bar.bounding_box()
    at = {"x": box["width"] * 0.7, "y": box["height"] / 2}

    bar.hover(position=at)
    expect(page.locator(".date-tip")).to_contain_text("chance by")
    bar.click(position=at)
    dialog = page.locator("#promise-dialog")
    expect(dialog.get_by_label("Date to promise")).to_have_value(
        re.compile(r"^20\d\d-\d\d-\d\d$")
    )
    before = dialog.locator("#chance").inner_text()
    found = Axe().run(page).response["violations"]
    dialog.get_by_label("Date to promise").fill("2031-03-31")
    dialog.get_by_label("Who is told").focus()
    expect(dialog.locator("#chance")).to_contain_text(">95 % chance by Mon 31 Mar 2031")
    dialog.get_by_role("button", name="Promise this date").click()
    expect(dialog).to_contain_text("Promised by Mon 31 Mar 2031")
    dialog.get_by_role("button", name="Close").click()

    assert "chance by" in before
    assert [violation["id"] for violation in found] == []
    promised = page.locator(f"tr[data-reference={reference}] .commit")
    expect(promised).to_be_visible()


def test_promise_opens_by_keyboard_from_the_chance(sign_in):
    page = sign_in("manager@example.com")
    page.goto("/board/")

    page.locator(f"{ROWS} [data-promise]").nth(4).press("Enter")
    expect(page.locator("#promise-dialog")).to_be_visible()
    page.keyboard.press("Escape")

    expect(page.locator("#promise-dialog")).to_be_hidden()
