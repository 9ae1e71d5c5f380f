"""A request in every tier, with script and without; each page of it is sound."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Page, expect

from portfolio.demo.people import DEMO_PASSWORD
from tests.journeys.test_every_page import (
    how_much_wider_than_the_window,
    what_axe_finds,
)

IN_SPRING = (dt.date.today() + dt.timedelta(days=130)).isoformat()  # noqa: DTZ011 - a day


@dataclass(frozen=True)
class Wish:
    """Which labels are chosen and filled in, page after page of one tier."""

    email: str
    tier: str
    pages: list[dict[str, str | None]] = field(default_factory=list)


WISHES = [
    Wish(
        "people@example.com",
        "Expedite",
        [
            {"People, orders, payments or data are held up": None},
            {"No": None},
            {
                "Yes, and there is no way round it": None,
                "What is broken?": "No price has left the CRM since midnight.",
            },
            {"Go on with Expedite": None},
            {
                "Who or what is affected today?": "All 40 people in the field.",
                "About how much does each day cost?": "20 000",
            },
            {
                "Whom can we call right now?": "Stefanie Vogt, 4417",
                "Who has approved that other work stops for it?": "Henrik Lund",
            },
        ],
    ),
    Wish(
        "finance@example.com",
        "Fixed date",
        [
            {"We break a law, a contract or a public promise": None},
            {
                "Yes": None,
                "Which date is it?": IN_SPRING,
                "A law or an authority": None,
                "What is it called?": "E-invoicing act, first stage",
            },
            {"No": None},
            {"Go on with Fixed date": None},
            {
                "Where can we read about the date?": "Article 4 of the act.",
                "Do you have it as a file?": "%PDF-1.7 The act",
                "Yes": None,
                "What has to be there on the date?": "Invoices to customers.",
            },
            {"What happens on the day after?": "A fine for every invoice."},
            {"What data is it?": "Invoices", "Every hour": None},
        ],
    ),
    Wish(
        "sales@example.com",
        "Strategic",
        [
            {"We miss a goal that the company has set itself": None},
            {"No": None},
            {"No": None},
            {"Go on with Strategic": None},
            {
                "What is different once it is done?": "Managers see who leaves.",
                "What is that worth, and how do you know?": "Two hires a year.",
                "Who is the sponsor?": "Anja Petersen",
            },
            {
                "Yes": None,
                "Which one is the most important of them?": "Docebo",
                "What data is it?": "Trainings and contracts",
                "Once a day": None,
                "About how much is it?": "400",
            },
            {"Personal": None, "Whose data is it": "Names of all employees."},
            {"What else have you considered": "Lists by e-mail: always late."},
        ],
    ),
    Wish(
        "logistics@example.com",
        "Standard",
        [
            {"Nothing breaks, but something gets better": None},
            {"No": None},
            {"No": None},
            {"Go on with Standard": None},
            {"What data is it?": "Arrivals", "Every hour": None},
            {"Why is it needed?": "Fewer calls to the warehouse."},
        ],
    ),
]
LOOKS = [
    pytest.param(
        {
            "viewport": {"width": 390, "height": 844},
            "color_scheme": "dark",
        },
        id="narrow-dark",
    ),
    pytest.param({"java_script_enabled": False}, id="no-script"),
]


# Pages that every tier shares are looked at once.
SEEN: set[str] = set()


def check_page(page: Page, wrong: list[str], *, scripted: bool) -> None:
    where = page.locator("h1").inner_text()
    if page.locator(".error-summary").count():
        where += " (with errors)"
    if not scripted or where in SEEN:
        return
    SEEN.add(where)
    page.wait_for_load_state("networkidle")
    wrong += [f"{where}: {finding}" for finding in what_axe_finds(page)]
    if wider := how_much_wider_than_the_window(page):
        wrong.append(f"{where} is {wider} px wider than the window")


def open_request(page: Page, title: str) -> None:
    page.goto("/requests/new/")
    page.get_by_label("In a sentence").fill(title)
    page.get_by_label("Where does the data come from?").fill("Salesforce")
    page.get_by_label("Where should it go?").fill("Weighing machine")
    page.get_by_role("button", name="Continue").click()


def answer(page: Page, answers: dict[str, str | None]) -> None:
    for label, given in answers.items():
        if given is None:
            page.get_by_role("radio", name=label).first.check()
        elif given.startswith("%PDF"):
            file = {"name": "act.pdf", "mimeType": "", "buffer": given.encode()}
            page.get_by_label(label).set_input_files([file])
        else:
            page.get_by_label(label).fill(given)


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("wish", WISHES, ids=lambda wish: wish.tier)
def test_a_request_is_sent_in_every_tier(sign_in, wish, look):
    scripted = look.get("java_script_enabled", True)
    page = sign_in(wish.email, **look)
    title = f"Weigh what {wish.tier} needs {'by hand' if scripted else 'in the dark'}"
    wrong: list[str] = []
    open_request(page, title)

    for number, answers in enumerate(wish.pages):
        check_page(page, wrong, scripted=scripted)
        if number == 3:
            expect(page.locator("h1")).to_have_text(f"This is {wish.tier}")
        answer(page, answers)
        page.get_by_role("button", name="Continue").click()
    expect(page.locator("h1")).to_have_text("Check your answers")
    check_page(page, wrong, scripted=scripted)
    page.get_by_role("button", name="Send request").click()
    expect(page.locator("h1")).to_have_text("Request sent")
    check_page(page, wrong, scripted=scripted)
    page.get_by_role("link", name="Follow").click()

    main = page.locator("main")
    expect(main).to_contain_text(title)
    expect(main.locator(f".chip:has-text('{wish.tier}')").first).to_be_visible()
    for answers in wish.pages:
        for given in answers.values():
            if given and given.startswith("%PDF"):
                expect(main.get_by_role("link", name="act.pdf")).to_be_visible()
            elif given and given not in {IN_SPRING, "20 000"}:
                expect(main).to_contain_text(given)
    assert wrong == []


def test_errors_focus_and_nothing_is_lost(sign_in):
    page = sign_in("commerce@example.com")
    wrong: list[str] = []
    open_request(page, "Weigh with mistakes")
    page.get_by_role("button", name="Continue").click()

    summary = page.locator(".error-summary")
    expect(summary).to_be_focused()
    check_page(page, wrong, scripted=True)
    summary.get_by_role("link").first.click()
    page.get_by_role("radio", name="We lose money").check()
    page.get_by_role("button", name="Save and come back later").click()
    drafts = page.locator(".drafts")
    expect(drafts).to_contain_text("Weigh with mistakes")
    check_page(page, wrong, scripted=True)
    drafts.get_by_role("link", name="Weigh with mistakes", exact=True).click()
    expect(page.locator("h1")).to_have_text("Is there a date that cannot move?")
    expect(page.get_by_label("Which date is it?")).to_be_hidden()
    page.get_by_role("radio", name="Yes").check()
    page.get_by_label("Which date is it?").fill(IN_SPRING)
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_label("Which date is it?")).to_have_value(IN_SPRING)
    check_page(page, wrong, scripted=True)
    page.get_by_role("radio", name="No").check()
    page.get_by_role("button", name="Continue").click()
    page.go_back()
    expect(page.get_by_role("radio", name="No")).to_be_checked()
    assert wrong == []


@pytest.mark.parametrize("look", LOOKS)
def test_a_session_that_ends_in_the_form_loses_no_answer(sign_in, look):
    page = sign_in("commerce@example.com", meant="status of 403", **look)
    open_request(page, "Weigh what is signed out")
    page.get_by_role("radio", name="We lose money").check()
    page.context.clear_cookies()
    page.get_by_role("button", name="Continue").click()

    expect(page.locator("main")).to_contain_text("Your answers are kept")
    page.get_by_label("E-mail").fill("commerce@example.com")
    page.get_by_label("Password").fill(DEMO_PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator("h1")).to_have_text("Not sent yet, and nothing is lost")
    page.get_by_role("button", name="Send it now").click()

    expect(page.locator("h1")).to_have_text("Is there a date that cannot move?")
    page.goto(page.url.replace("/date/", "/late/"))
    expect(page.get_by_role("radio", name="We lose money")).to_be_checked()
