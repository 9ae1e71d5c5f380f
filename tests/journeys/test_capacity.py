"""A manager plans people and sees what it does; an engineer tells how work goes."""

from __future__ import annotations

import datetime as dt

from playwright.sync_api import expect

IN_A_WEEK = dt.timedelta(days=7)


def test_leave_says_what_it_does_before_it_is_entered(sign_in):
    page = sign_in("manager@example.com")
    first = dt.date.today() + IN_A_WEEK  # noqa: DTZ011 - a day
    page.goto("/capacity/leave/new/")
    page.get_by_label("Who is away").select_option(label="Tomasz Wiśniewski")
    page.get_by_label("First day").fill(first.isoformat())
    page.get_by_label("Last day").fill((first + 3 * IN_A_WEEK).isoformat())
    page.get_by_label("Last day").blur()

    effect = page.locator("#effect")
    expect(effect).to_contain_text("later, by P85")
    expect(effect).to_contain_text("simulated worlds")
    page.get_by_role("button", name="Enter it").click()
    expect(page.locator("#toasts")).to_contain_text("Tomasz Wiśniewski is away")

    # Taken back, as other journeys meet the same company.
    page.locator("tr", has_text="Tomasz Wiśniewski").first.get_by_role(
        "link", name="Remove"
    ).click()
    expect(page.locator(".effect")).to_contain_text("earlier, by P85")
    page.get_by_role("button", name="Remove it").click()
    expect(page.locator("#toasts")).to_contain_text("It is removed.")


def test_an_engineer_logs_an_interruption_without_script(sign_in):
    page = sign_in("engineer@example.com", java_script_enabled=False)
    page.goto("/capacity/")
    page.get_by_role("link", name="Log an interruption").click()
    page.get_by_label("What came in").select_option(label="Tickets on iPaaS flows")
    page.get_by_label("Hours it took").fill("1.5")
    page.get_by_label("What was it?").fill("A flow stood still")
    page.get_by_role("button", name="Log it").click()

    expect(page.locator("#toasts")).to_contain_text("Logged: 1.5 h")
    row = page.locator("tr", has_text="A flow stood still")
    row.get_by_role("button", name="Take out").click()
    expect(page.locator("tr", has_text="A flow stood still")).to_have_count(0)


def test_an_engineer_starts_goes_on_finishes_and_logs(sign_in):
    page = sign_in("engineer@example.com")
    expect(page.locator("h1")).to_have_text("My work")
    toasts = page.locator("#toasts")
    following = page.locator("#next-title ~ ol > li").first
    name = following.locator("h3").inner_text().splitlines()[0].strip()
    following.get_by_role("button", name="Start").click()

    expect(toasts).to_contain_text("Begun:")
    mine = page.locator("article", has_text=name).last
    mine.get_by_label("Days left").fill("0.5")
    mine.get_by_role("button", name="Save").click()
    expect(toasts).to_contain_text("0.5 days left.")
    expect(mine.get_by_label("Days left")).to_have_value("0.5")

    # Two clicks: what is asked is filled in.
    mine.locator("summary").click()
    mine.get_by_role("button", name="It is done").click()
    expect(toasts).to_contain_text("was done on")

    page.get_by_role("button", name="30 min").click()
    expect(toasts).to_contain_text("Logged: 0.5 h")

    # Taken back, as other journeys meet the same company.
    page.get_by_role("button", name="Not done").first.click()
    expect(toasts).to_contain_text("is in hand again.")
    mine.get_by_role("button", name="Put back").click()
    expect(toasts).to_contain_text("is not begun any more.")


def test_what_would_help_is_tried_with_progress(sign_in):
    page = sign_in("manager@example.com")
    page.goto("/capacity/")
    page.get_by_role("link", name="What would help").click()
    page.get_by_role("button", name="Try it on the newest forecast").click()

    expect(page.locator("#help")).to_contain_text("You can leave this page")
    helps = page.locator(".helps tbody")
    expect(helps.first).to_contain_text("One more person", timeout=120_000)
    assert helps.count() > 3
    leadership = sign_in("cio@example.com")
    leadership.goto("/capacity/what-helps/")
    expect(leadership.locator(".helps")).to_contain_text("A colleague at half speed")
