"""Somebody is named in a comment, by keyboard and with a screen reader's tree."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.journeys.test_every_page import first_link, what_axe_finds


def test_a_name_is_offered_and_taken_by_keyboard(sign_in):
    page = sign_in("manager@example.com")
    page.goto(first_link(page, "/board/", "/board/"))
    field = page.get_by_label("Write a comment")
    names = page.get_by_role("listbox", name="Who may be named")
    field.press_sequentially("Mind the gap, @Jon")
    expect(names).to_be_visible()
    first = names.get_by_role("option").first
    expect(first).to_have_attribute("aria-selected", "true")
    name = first.inner_text()
    expect(field).to_have_attribute(
        "aria-activedescendant", str(first.get_attribute("id"))
    )
    said = page.locator("[data-mentions-said]").inner_text()
    found = what_axe_finds(page)

    field.press("Escape")
    expect(names).to_have_count(0)
    field.press_sequentially("a")
    expect(names).to_be_visible()
    field.press("Enter")

    expect(names).to_have_count(0)
    expect(field).to_have_value(f"Mind the gap, @{name} ")
    assert "Arrows choose, Enter takes" in said
    assert found == []
    page.get_by_role("button", name="Send the comment").click()
    expect(page.locator("#toasts")).to_contain_text(f"{name} is told")


def test_who_may_not_read_it_is_not_offered(sign_in):
    page = sign_in("commerce@example.com")
    page.goto(first_link(page, "/requests/?mine=yes&show=all", "/requests/"))
    field = page.get_by_label("Write a comment")

    with page.expect_response("**/names/?q=Matthias") as answer:
        field.press_sequentially("@Matthias")

    assert answer.value.json() == {"names": []}
    expect(page.get_by_role("listbox")).to_have_count(0)
