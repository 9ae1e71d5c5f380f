"""The week's status: notes beside it, approval, sending, and the files."""

from __future__ import annotations

import re

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

SUMMARY = "The bank moved its test date; everything else holds."


def test_status_is_annotated_approved_sent_and_downloaded(sign_in, mailbox):
    page = sign_in("manager@example.com")
    page.goto("/reports/plan/")
    page.get_by_label("Leadership").fill("board@example.com")
    page.get_by_label("The team and its managers").fill("")
    page.get_by_role("button", name="Save").click()
    # Another journey may have frozen it before.
    page.get_by_role("button", name=re.compile("Freeze")).click()

    page.get_by_role("link", name="Write notes").click()
    page.get_by_label("In your words").fill(SUMMARY)
    page.get_by_label("Decisions you need besides").fill("Hire somebody for SAP BTP")
    found = Axe().run(page).response["violations"]
    page.get_by_role("button", name="Save the notes").click()
    expect(page.get_by_label("Headline")).to_contain_text(SUMMARY)
    expect(page.locator(".report-decisions li").first).to_contain_text("Hire somebody")
    sentence = page.locator(".report-sentence").inner_text()
    page.get_by_role("button", name=re.compile("Approve and send to 1 person")).click()
    expect(page.locator(".report-way")).to_contain_text("Approved")
    expect(page.get_by_role("link", name="Write notes")).to_have_count(0)

    text = mailbox.wait_for("board@example.com", sentence[:40])
    page.reload()
    expect(page.locator(".report-steps .done")).to_have_count(3)
    page.locator(".report-mails summary").click()
    with page.expect_download() as downloading:
        page.get_by_role("link", name=re.compile("as PDF")).first.click()

    assert [violation["id"] for violation in found] == []
    assert sentence in " ".join(text.split())
    assert SUMMARY in " ".join(text.split())
    file = downloading.value
    assert re.search(r"-v\d+\.pdf$", file.suggested_filename)
    assert file.path().read_bytes().startswith(b"%PDF-")
