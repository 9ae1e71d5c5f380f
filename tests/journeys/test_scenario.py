"""A manager asks what a hire and a move would do, compares, and applies both."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.journeys.test_every_page import (
    how_much_wider_than_the_window,
    what_axe_finds,
)

ROWS = "tbody tr[data-reference]"
A_MINUTE = 60_000


def order(page: Page) -> list[str]:
    page.goto("/board/")
    return page.locator(ROWS).evaluate_all("rows => rows.map(r => r.dataset.reference)")


def add_hire(page: Page) -> None:
    page.get_by_role("link", name="Somebody joins").click()
    page.get_by_label("Name").fill("Nora Lind")
    page.get_by_label("Event streaming").fill("1")
    page.get_by_role("button", name="Add to the scenario").click()


def add_move(page: Page, reference: str) -> None:
    page.get_by_role("link", name="Add a change").click()
    page.get_by_role("link", name="A demand gets another rank").click()
    demand = page.get_by_label("Which demand")
    value = demand.locator("option", has_text=reference).get_attribute("value")
    demand.select_option(value=value)
    page.get_by_label("To rank").fill("1")
    page.get_by_role("button", name="Add to the scenario").click()


def take_away(page: Page, name: str) -> None:
    """As other journeys meet the same company."""
    page.goto("/capacity/team/")
    page.get_by_role("link", name=name).first.click()
    page.get_by_role("link", name="Remove…").click()
    page.get_by_role("button", name=f"Remove {name}").click()
    expect(page.locator("#toasts")).to_contain_text(f"Removed {name}.")


def test_a_scenario_is_forecast_compared_and_applied(sign_in):
    page = sign_in("manager@example.com")
    before = order(page)
    moved = before[9]

    page.goto("/scenarios/")
    page.get_by_role("link", name="New scenario").click()
    page.get_by_label("Name").fill("Hire, and that one first")
    page.get_by_role("button", name="Go on to its changes").click()
    add_hire(page)
    add_move(page, moved)
    page.get_by_role("button", name="Forecast", exact=True).click()
    # By itself, without a reload.
    status = page.locator("#scenario-status")
    expect(status).to_contain_text("fresh", timeout=A_MINUTE)
    headline = page.locator(".headline")
    expect(headline).to_contain_text("the median demand")
    found = what_axe_finds(page), how_much_wider_than_the_window(page)
    page.get_by_role("link", name=re.compile("^Earlier")).click()
    expect(page).to_have_url(re.compile("show=earlier"))
    expect(page.locator("#comparison tbody tr", has_text=moved)).to_be_visible()
    still = order(page)
    page.go_back()
    page.get_by_role("link", name="Apply…").click()
    page.get_by_role("button", name="Apply 2 changes").click()

    expect(page.locator("#toasts")).to_contain_text("Applied: 2 changes.")
    assert found == ([], 0)
    assert still == before
    assert order(page) == [moved, *(each for each in before if each != moved)]
    take_away(page, "Nora Lind")
    page.goto("/scenarios/1/")
    expect(page.locator("#scenario-status")).to_contain_text(
        "the live plan has changed since"
    )


def test_packages_of_an_estimate_are_shown_as_soon_as_a_demand_is_chosen(sign_in):
    page = sign_in("manager@example.com")
    page.goto("/board/")
    estimated = page.locator("tr.row", has_text="Estimated").first
    reference = estimated.get_attribute("data-reference")
    page.goto("/scenarios/1/changes/new/estimate/")
    which = page.get_by_label("Which demand")
    label = which.locator("option", has_text=reference).inner_text()

    which.select_option(label=label)

    names = page.locator(".package-name input")
    expect(names.first).not_to_have_value("")
    page.get_by_role("button", name="Add another row").click()
    expect(names.last).to_have_value("")
