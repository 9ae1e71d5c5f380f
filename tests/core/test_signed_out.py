"""A session that ends in the middle of a form loses nothing of what was typed."""

from __future__ import annotations

import html
import re
import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from intake.models import Demand
from intake.services.drafting import Opening, open_draft
from tests.factories import UserFactory

ANSWERS = {
    "title": "Orders to the ERP “at once”",
    "source": "Web shop",
    "target": "ERP",
    "data_needed": "Orders\nand lines",
    "frequency": "daily",
    "purpose": "Nobody types them <twice>.",
}
SIGN_IN = {"username": "ada@example.com", "password": "secret"}
HERE = {"Origin": "http://testserver"}


@pytest.fixture
def ada(team):
    return UserFactory(email="ada@example.com", role="requester")


@pytest.fixture
def browser():
    """Checks tokens as a real site does, unlike the client of other tests."""
    return Client(enforce_csrf_checks=True)


def fields_of(response):
    """The hidden fields of a page's form, as a browser sends them."""
    found = re.findall(
        r'type="hidden" name="(\w+)" value="([^"]*)"', response.content.decode()
    )
    return {name: html.unescape(value) for name, value in found}


def token_of(browser, address):
    return fields_of(browser.get(address))["csrfmiddlewaretoken"]


def test_answers_sent_after_the_session_ended_are_sent_after_signing_in(client, ada):
    asked = client.post(reverse("intake:new"), ANSWERS)
    carried = fields_of(asked)["kept"]

    given_back = client.post(reverse("core:sign-in"), {**SIGN_IN, "kept": carried})
    kept = fields_of(given_back)
    sent = client.post(reverse("intake:new"), kept)

    assert asked.status_code == 403
    assert "Your answers are kept" in asked.content.decode()
    assert "Orders<br>and lines" in given_back.content.decode()
    assert {name: kept[name] for name in ANSWERS} == ANSWERS
    demand = Demand.objects.get()
    assert sent.url == reverse(
        "intake:draft-page", args=[demand.submission_token, "late"]
    )
    assert (demand.title, demand.requester) == (ANSWERS["title"], ada)


def test_a_wrong_password_in_between_keeps_them_too(client, ada):
    carried = fields_of(client.post(reverse("intake:new"), ANSWERS))["kept"]

    wrong = client.post(
        reverse("core:sign-in"), {**SIGN_IN, "password": "wrong", "kept": carried}
    )

    assert fields_of(wrong)["kept"] == carried


def test_passwords_are_never_carried(client, ada):
    asked = client.post(
        reverse("core:password"), {"old_password": "secret", "new_password1": "new"}
    )

    assert (asked.status_code, asked.url) == (302, reverse("core:sign-in"))


def test_what_is_not_sealed_by_us_is_not_shown(client, ada):
    response = client.post(reverse("core:sign-in"), {**SIGN_IN, "kept": "forged"})

    assert response.status_code == 302


def test_an_old_token_shows_the_answers_to_send_them_again(browser, ada):
    address = reverse("intake:new")
    browser.force_login(ada)
    old = token_of(browser, address)
    browser.cookies.clear()
    browser.force_login(ada)
    token_of(browser, address)

    shown = browser.post(address, {**ANSWERS, "csrfmiddlewaretoken": old}, headers=HERE)
    again = browser.post(address, fields_of(shown), headers=HERE)

    assert (shown.status_code, again.status_code) == (403, 302)
    assert Demand.objects.get().title == ANSWERS["title"]


def test_without_any_cookie_the_answers_wait_at_the_sign_in(browser, ada):
    asked = browser.post(reverse("intake:new"), ANSWERS, headers=HERE)

    assert asked.status_code == 403
    assert "Your answers are kept" in asked.content.decode()


@pytest.mark.parametrize("headers", [{}, {"Origin": "https://elsewhere.example.com"}])
def test_what_another_site_sends_is_refused_and_not_offered_again(
    browser, ada, headers
):
    browser.force_login(ada)

    refused = browser.post(reverse("intake:new"), ANSWERS, headers=headers)

    assert refused.status_code == 403
    assert ANSWERS["source"] not in refused.content.decode()
    assert not Demand.objects.exists()


def test_a_stale_sign_in_page_is_shown_anew(browser, db):
    response = browser.post(reverse("core:sign-in"), SIGN_IN, headers=HERE)

    assert (response.status_code, response.url) == (302, reverse("core:sign-in"))


@pytest.mark.parametrize("method", ["get", "post"])
def test_htmx_says_that_nobody_is_signed_in_and_leaves_the_page(client, db, method):
    response = getattr(client, method)(
        reverse("capacity:forecast-status"), headers={"HX-Request": "true"}
    )

    assert response.headers["HX-Reswap"] == "none"
    assert "You have been signed out" in response.content.decode()
    assert 'hx-swap-oob="true"' in response.content.decode()


def test_a_file_is_named_that_has_to_be_chosen_again(client, ada):
    act = SimpleUploadedFile("act.pdf", b"%PDF-1.7 The act")
    carried = fields_of(client.post(reverse("intake:new"), {**ANSWERS, "file": act}))

    given_back = client.post(
        reverse("core:sign-in"), {**SIGN_IN, "kept": carried["kept"]}
    )

    said = "then choose act.pdf again on its page"
    assert said in given_back.content.decode()


def test_a_button_without_answers_is_there_again_after_signing_in(client, ada, team):
    token = uuid.uuid4()
    open_draft(by=ada, opening=Opening(title="Mend", team=team), token=token)
    check = reverse("intake:draft-page", args=[token, "late"])

    pressed = client.post(
        reverse("intake:send", args=[token]),
        headers={"Referer": f"http://testserver{check}?then=check"},
    )
    asked = client.get(pressed.url)
    signed_in = client.post(
        reverse("core:sign-in"), {**SIGN_IN, "next": fields_of(asked)["next"]}
    )

    assert "so this was not done" in asked.content.decode()
    assert signed_in.url == f"{check}?then=check"
    assert Demand.objects.get().stage == "draft"


def test_nobody_is_led_to_another_site(client, ada):
    pressed = client.post(
        reverse("core:sign-out"), headers={"Referer": "https://elsewhere.example.com/"}
    )

    assert pressed.url in {reverse("core:sign-in"), "/"}
