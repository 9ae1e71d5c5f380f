"""A promise all the way: given, moved, delivered through its gates, and on record."""

from __future__ import annotations

import datetime as dt
import re

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

ROWS = "tbody tr[data-reference]"


def first_without_a_promise(page: Page) -> str:
    """A demand of the backlog that nobody works on and nobody promised."""
    page.goto("/board/")
    expect(page.locator("#freshness")).to_contain_text("fresh", timeout=60_000)
    row = page.locator(ROWS).filter(has=page.locator("rect.p85"))
    row = row.filter(has_not=page.locator(".commit")).first
    return str(row.get_attribute("data-reference"))


def test_promise_is_moved_delivered_with_its_gates_and_read_in_its_quarter(sign_in):
    page = sign_in("manager@example.com")
    today = dt.date.today()  # noqa: DTZ011 - a day
    reference = first_without_a_promise(page)
    page.goto(f"/board/{reference}/")
    title = page.locator("h1").inner_text()
    promise = page.locator("#promise")

    promise.get_by_label("Date to promise").fill(today.isoformat())
    promise.get_by_role("button", name="Promise this date").click()
    expect(promise.locator("h2")).to_contain_text("Promised by")
    promise.get_by_text("Promise another date").click()
    later = today + dt.timedelta(days=400)
    promise.get_by_label("New date").fill(later.isoformat())
    promise.get_by_label("Why it moves").select_option(label="Scope changed")
    promise.get_by_label("In your words").fill("Returns were added.")
    promise.get_by_role("button", name="Promise the new date").click()
    expect(promise).to_contain_text("Returns were added.")

    progress = page.locator("#progress")
    if progress.get_by_role("button", name="Work has begun").count():
        progress.get_by_role("button", name="Work has begun").click()
    progress.get_by_role("button", name="It is delivered").click()
    expect(progress.get_by_role("alert")).to_contain_text("“Runbook” are ticked")
    for gate in ("Error handling", "Monitoring", "Documentation"):
        progress.get_by_label(re.compile(gate)).check()
    progress.get_by_role("button", name="Only keep the ticks").click()
    # The section is drawn anew, and what is typed before is not in it.
    expect(progress.get_by_role("alert")).to_have_count(0)
    expect(progress.get_by_label(re.compile("Monitoring"))).to_be_checked()
    progress.get_by_label(re.compile("Why it may go without")).fill("A pilot.")
    found = Axe().run(page).response["violations"]
    progress.get_by_role("button", name="It is delivered").click()
    expect(progress).to_contain_text("Runbook: waived")
    expect(promise.locator("h2")).to_have_text("Promise kept")
    assert [violation["id"] for violation in found] == []

    promise.get_by_role("link", name="The record of this promise").click()
    expect(page.locator("h1")).to_have_text(f"Kept: {title}")
    expect(page.locator("main")).to_contain_text("Scope changed. Returns were added.")
    page.goto("/delivery/quarter/?show=added")
    row = page.locator("tbody tr").filter(has_text=reference)
    expect(row).to_contain_text("kept")
    expect(row).to_contain_text("added: promised")


def test_calendar_of_promises_is_subscribed_to_and_revoked(sign_in, visit):
    page = sign_in("manager@example.com")
    page.goto("/account/promises/")
    page.get_by_label("Calendar of").select_option(label="Promises for Finance")
    page.get_by_role("button", name="Make the calendar").click()
    address = page.get_by_label(re.compile("Address of the calendar")).input_value()
    path = "/calendars/" + address.partition("/calendars/")[2]
    program = visit(meant="404").request

    read = program.get(path)
    again = program.get(path, headers={"If-None-Match": read.headers["etag"]})
    page.reload()
    expect(page.locator(".feed")).to_contain_text("last read")
    page.get_by_role("button", name=re.compile("Revoke")).click()
    gone = program.get(path)

    assert read.text().startswith("BEGIN:VCALENDAR\r\n")
    assert "SUMMARY:Promised: INT-" in read.text()
    assert [answer.status for answer in (read, again, gone)] == [200, 304, 404]
