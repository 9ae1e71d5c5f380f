"""One request, all the way: from the form to the weekly status, by those who do it."""

from __future__ import annotations

import datetime as dt
import io
import re

import openpyxl
from playwright.sync_api import Page, expect

TITLE = "Send loyalty points from the shop to the CRM at once"
A_MINUTE = 60_000


def go_on(page: Page) -> None:
    page.get_by_role("button", name="Continue").click()


def submit(page: Page) -> str:
    """Answer page by page as a stakeholder does; gives the reference."""
    page.goto("/requests/")
    page.get_by_role("link", name="New request").first.click()
    systems = page.locator("#systems option").evaluate_all(
        "options => options.map(option => option.value)"
    )
    page.get_by_label("In a sentence").fill(TITLE)
    page.get_by_label("Where does the data come from?").fill(systems[0])
    page.get_by_label("Where should it go?").fill(systems[1])
    go_on(page)
    page.get_by_label("We lose money or time every week").check()
    go_on(page)
    page.get_by_label("No", exact=True).check()
    go_on(page)
    page.get_by_label("No", exact=True).check()
    go_on(page)
    expect(page.locator("h1")).to_have_text("This is Standard")
    page.get_by_label("Go on with Standard").check()
    go_on(page)
    page.get_by_label("What data is it?").fill("Customer number and points")
    page.get_by_label("At once, as it happens").check()
    go_on(page)
    needed_by = dt.date.today() + dt.timedelta(days=400)  # noqa: DTZ011 - a day
    page.get_by_label("By when do you need it?").fill(needed_by.isoformat())
    page.get_by_label("Why is it needed").fill("Customers ask where they are.")
    go_on(page)
    expect(page.locator("h1")).to_have_text("Check your answers")
    page.get_by_role("button", name="Send request").click()
    page.wait_for_url("**/submitted/")
    found = re.search(r"INT-\d+", page.url)
    assert found is not None
    return found.group(0)


def accept(page: Page, reference: str) -> None:
    page.goto(f"/triage/{reference}/")
    page.get_by_role("link", name=re.compile("Accept")).click()
    row = page.locator(".package").first
    row.get_by_label("Work package").fill("Build and test")
    row.get_by_label("Skill").select_option(label="iPaaS")
    row.get_by_label("Low").fill("2")
    row.get_by_label("Likely").fill("4")
    row.get_by_label("High").fill("9")
    page.get_by_role("button", name=re.compile(f"Accept {reference}")).click()
    page.wait_for_url("**/triage/**")


def rank_third(page: Page, reference: str) -> None:
    page.goto(f"/board/{reference}/")
    section = page.locator("#ranking")
    section.get_by_label(re.compile("rank", re.IGNORECASE)).first.fill("3")
    section.get_by_role("button", name="See what it would do").click()
    page.get_by_label(re.compile("Why")).fill("Customers ask for it")
    page.get_by_role("button", name="Keep").click()
    page.goto("/board/")
    expect(page.locator(f"[data-reference='{reference}'] .place")).to_have_text("3")


def wait_for_a_fresh_forecast(page: Page) -> None:
    """The line on the page turns fresh by itself, without a reload."""
    status = page.locator("#forecast-status")
    expect(status).to_contain_text("fresh", timeout=A_MINUTE)
    expect(page.locator(".p85").first).to_be_attached()


def promise(page: Page, reference: str, day: dt.date) -> None:
    page.goto(f"/board/{reference}/")
    section = page.locator("#promise")
    section.get_by_label("Date to promise").fill(day.isoformat())
    section.get_by_label("Date to promise").dispatch_event("change")
    expect(section.locator("#chance")).to_contain_text("% chance by")
    section.get_by_role("button", name="Promise this date").click()
    expect(section.locator("h2")).to_contain_text("Promised by")


def test_one_request_all_the_way(sign_in):
    stakeholder = sign_in("commerce@example.com")
    reference = submit(stakeholder)
    manager = sign_in("manager@example.com", accept_downloads=True)
    accept(manager, reference)
    rank_third(manager, reference)
    wait_for_a_fresh_forecast(manager)
    bar = manager.locator(f"[data-reference='{reference}']")
    expect(bar).to_contain_text(TITLE)
    expect(bar.locator(".p85")).to_be_attached()

    due_on = dt.date.today() + dt.timedelta(days=200)  # noqa: DTZ011 - a day
    promise(manager, reference, due_on)

    manager.goto("/delivery/")
    drawn = manager.locator("#commitments-figure-chart, [data-chart]").first
    expect(drawn.locator("svg.main-svg").first).to_be_visible(timeout=A_MINUTE)
    expect(drawn).to_contain_text(reference)

    manager.goto("/reports/")
    manager.get_by_role("button", name=re.compile("Freeze")).click()
    with manager.expect_download() as loading:
        manager.get_by_role("link", name=re.compile("as XLSX")).first.click()
    content = loading.value.path().read_bytes()
    book = openpyxl.load_workbook(io.BytesIO(content))
    heading, *rows = book["Commitments"].iter_rows(values_only=True)
    told = {
        row["Reference"]: row
        for row in (dict(zip(heading, values, strict=True)) for values in rows)
    }
    assert told[reference]["Title"] == TITLE
    assert told[reference]["Current date"].date() == due_on

    stakeholder.goto(f"/requests/{reference}/")
    expect(stakeholder.locator("main")).to_contain_text(
        re.compile(r"Number 3 of \d+ in the queue")
    )
    manager.goto(f"/board/{reference}/")
    for said in ("Work has begun", "It is delivered"):
        section = manager.locator("#progress")
        for gate in section.get_by_role("checkbox").all():
            gate.check()
        section.get_by_role("button", name=said).click()
        expect(section.get_by_role("button", name=said)).to_have_count(0)
    manager.goto(f"/requests/{reference}/")
    expect(manager.locator("main")).to_contain_text("Delivered")
