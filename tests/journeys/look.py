"""Takes pictures of every page, light and dark, wide and narrow, to be looked at.

python -m tests.journeys.look http://127.0.0.1:8000 screenshots [page …]
"""

from __future__ import annotations

import re
import shutil
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

from portfolio.demo.people import DEMO_PASSWORD
from tests.journeys.conftest import CHROMIUM, FLAGS
from tests.journeys.test_every_page import PAGES, first_link

WIDTHS = {"wide": (1440, 900), "narrow": (390, 844)}


def main(url: str, folder: str, *wanted: str) -> None:
    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    found = next(filter(None, map(shutil.which, CHROMIUM)))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=FLAGS)
        for colours in ("light", "dark"):
            for name, (width, height) in WIDTHS.items():
                for email in ("manager@example.com", "finance@example.com"):
                    page = browser.new_context(
                        base_url=url,
                        viewport={"width": width, "height": height},
                        color_scheme=colours,
                    ).new_page()
                    page.goto("/sign-in/")
                    page.get_by_label("E-mail").fill(email)
                    page.get_by_label("Password").fill(DEMO_PASSWORD)
                    page.get_by_role("button", name="Sign in").click()
                    addresses = list(PAGES[email])
                    if email.startswith("manager"):
                        addresses.append(first_link(page, "/triage/", "/triage/"))
                        addresses.append(first_link(page, "/board/", "/board/"))
                    addresses.append(first_link(page, "/requests/", "/requests/"))
                    for address in addresses:
                        plain = re.sub(r"\W+", "-", address).strip("-")
                        if wanted and not any(word in plain for word in wanted):
                            continue
                        page.goto(address)
                        page.wait_for_load_state("networkidle")
                        who = email.split("@")[0]
                        page.screenshot(
                            path=target / f"{who}-{plain}-{name}-{colours}.png",
                            full_page=True,
                        )
        browser.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
