"""Every page, by every role that opens it, at two widths and in both colours."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

PAGES = {
    "manager@example.com": [
        "/requests/",
        "/requests/new/",
        "/triage/",
        "/board/",
        "/board/?view=columns",
        "/board/?group=tier",
        "/board/history/",
        "/board/by-score/",
        "/board/scoring/",
        "/capacity/",
        "/capacity/shares/",
        "/capacity/shares/?quarter=2026Q3",
        "/capacity/what-helps/",
        "/capacity/over-time/",
        "/capacity/team/",
        "/capacity/team/new/",
        "/capacity/team/1/",
        "/capacity/leave/",
        "/capacity/leave/new/",
        "/capacity/leave/import/",
        "/capacity/leave/1/",
        "/capacity/ktlo/",
        "/capacity/ktlo/new/",
        "/capacity/ktlo/1/",
        "/capacity/interruptions/",
        "/capacity/skills/",
        "/capacity/skills/1/",
        "/scenarios/",
        "/scenarios/new/",
        "/scenarios/1/",
        "/scenarios/1/edit/",
        "/scenarios/1/changes/new/",
        "/scenarios/1/changes/new/add-demand/",
        "/scenarios/1/changes/new/move-demand/",
        "/scenarios/1/changes/1/",
        "/scenarios/1/share/",
        "/scenarios/1/apply/",
        "/delivery/",
        "/delivery/quarter/",
        "/delivery/quarter/?show=kept",
        "/reports/",
        "/reports/plan/",
        "/settings/",
        "/settings/calendars/",
        "/settings/calendars/new/",
        "/settings/calendars/1/",
        "/settings/delivery/",
        "/settings/packages/",
        "/settings/packages/new/",
        "/settings/links/",
        "/settings/mailbox/",
        "/settings/tiers/",
        "/settings/tiers/table/",
        "/settings/tiers/fixed-date/",
        "/settings/tiers/fixed-date/preview/",
        "/settings/tiers/fixed-date/topics/new/",
        "/settings/tiers/fixed-date/questions/part_first/",
        "/integrations/",
        "/search/?q=sap",
        "/account/",
        "/account/password/",
        "/account/notices/",
        "/account/promises/",
        "/notices/",
    ],
    "finance@example.com": ["/requests/", "/requests/new/", "/delivery/quarter/"],
    "engineer@example.com": [
        "/my-work/",
        "/board/",
        "/capacity/",
        "/capacity/leave/",
        "/capacity/interruptions/",
        "/scenarios/1/",
    ],
    "cio@example.com": [
        "/board/",
        "/capacity/",
        "/capacity/what-helps/",
        "/scenarios/",
        "/scenarios/1/",
        "/delivery/",
        "/reports/",
    ],
}
LOOKS = [
    pytest.param({"width": 1440, "height": 900}, "light", id="wide-light"),
    pytest.param({"width": 390, "height": 844}, "dark", id="narrow-dark"),
]
# The least and the most, and one pixel above each width at which a layout turns.
WIDTHS = (360, 601, 701, 901, 1101, 1241, 2560)


def what_axe_finds(page: Page) -> list[str]:
    found = Axe().run(page).response["violations"]
    return [
        f"{violation['id']}: {node['html'][:160]}"
        for violation in found
        for node in violation["nodes"]
    ]


def how_much_wider_than_the_window(page: Page) -> int:
    wider: int = page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    return wider


def widths_that_scroll(page: Page) -> list[str]:
    """Where a page is wider than its window; most break just above a turning point."""
    usual = page.viewport_size
    found = []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        if wider := how_much_wider_than_the_window(page):
            found.append(f"{wider} px wider than a window of {width}")
    if usual:
        page.set_viewport_size(usual)
    return found


def first_link(page: Page, listing: str, prefix: str) -> str:
    """Address of the first page below a prefix that a listing links to."""
    page.goto(listing)
    hrefs = page.locator(f"main a[href^='{prefix}INT-']").evaluate_all(
        "links => links.map(link => link.getAttribute('href'))"
    )
    assert hrefs, f"{listing} links to nothing below {prefix}"
    return str(hrefs[0])


@pytest.mark.parametrize(("viewport", "colours"), LOOKS)
@pytest.mark.parametrize("email", PAGES)
def test_every_page_is_sound(sign_in, email, viewport, colours):
    page = sign_in(email, viewport=viewport, color_scheme=colours)
    addresses = list(PAGES[email])
    if "/triage/" in addresses:
        waiting = first_link(page, "/triage/", "/triage/")
        addresses += [waiting, f"{waiting}accept/", f"{waiting}duplicate/"]
        addresses.append(f"{waiting}if-ranked/")
        # With the rows of the first template the demo has.
        addresses += ["/settings/packages/1/", f"{waiting}accept/?pattern=1"]
    if "/reports/" in addresses:
        page.goto("/reports/")
        week = page.locator(".report-week a").first.get_attribute("href")
        addresses.append(str(week))
        if email.startswith("manager"):
            addresses.append(f"{week}notes/")
    if "/delivery/" in addresses:
        # The record of the first promise, which the demo closed long ago.
        addresses.append("/delivery/commitments/1/")
    if "/board/" in addresses:
        addresses.append(first_link(page, "/board/", "/board/"))
    if "/requests/" in addresses:
        addresses.append(first_link(page, "/requests/", "/requests/"))
    wrong = []

    for address in addresses:
        response = page.goto(address)
        page.wait_for_load_state("networkidle")
        if response is None or response.status != 200:
            wrong.append(f"{address} answered {response and response.status}")
        wrong += [f"{address}: {finding}" for finding in what_axe_finds(page)]
        if wider := how_much_wider_than_the_window(page):
            wrong.append(f"{address} is {wider} px wider than the window")
        if colours == "light":
            wrong += [f"{address}: {found}" for found in widths_that_scroll(page)]

    assert wrong == []


def test_every_page_reads_without_script(sign_in):
    page = sign_in("manager@example.com", java_script_enabled=False)
    wrong = []

    for address in PAGES["manager@example.com"]:
        response = page.goto(address)
        heading = page.locator("h1").first.inner_text()
        if response is None or response.status != 200 or not heading:
            wrong.append(f"{address}: {heading!r}")

    assert wrong == []
