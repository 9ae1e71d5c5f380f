from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.test import RequestFactory
from django.urls import reverse
from django.views.defaults import server_error

from tests.factories import UserFactory


def test_signing_in_takes_the_mail_address_in_any_case(client, db):
    UserFactory(email="ada@example.com", role="requester")

    response = client.post(
        reverse("core:sign-in"), {"username": " ADA@example.com ", "password": "secret"}
    )

    assert response.status_code == 302
    assert client.get(reverse("core:account")).status_code == 200


def test_a_wrong_password_says_what_to_do_and_keeps_the_address(client, db):
    UserFactory(email="ada@example.com")

    response = client.post(
        reverse("core:sign-in"), {"username": "ada@example.com", "password": "wrong"}
    )

    page = response.content.decode()
    assert "No account has this e-mail and password" in page
    assert 'value="ada@example.com"' in page


def test_signing_out_ends_the_session(client, manager):
    client.force_login(manager)

    client.post(reverse("core:sign-out"))

    response = client.get(reverse("core:account"))
    assert response.status_code == 302
    assert response.url.startswith(reverse("core:sign-in"))


def test_a_password_is_changed_and_works(client, manager):
    client.force_login(manager)
    new = "correct horse battery"

    response = client.post(
        reverse("core:password"),
        {"old_password": "secret", "new_password1": new, "new_password2": new},
    )

    manager.refresh_from_db()
    assert response.status_code == 302
    assert manager.check_password(new)


@pytest.mark.parametrize("name", ["core:home", "core:account", "core:settings"])
def test_every_page_asks_to_sign_in(client, db, name):
    response = client.get(reverse(name))

    assert response.status_code == 302
    assert response.url.startswith(reverse("core:sign-in"))


def test_settings_are_for_managers(client, manager, requester):
    client.force_login(requester)
    assert client.get(reverse("core:settings")).status_code == 403

    client.force_login(manager)
    assert client.get(reverse("core:settings")).status_code == 200


@pytest.mark.parametrize(
    ("role", "start"),
    [
        ("requester", "intake:requests"),
        ("engineer", "capacity:my-work"),
        ("manager", "board:board"),
        ("viewer", "delivery:delivery"),
    ],
)
def test_home_is_where_the_role_works(client, team, role, start):
    client.force_login(UserFactory(role=role, teams=[team]))

    response = client.get(reverse("core:home"))

    assert response.url == reverse(start)


def test_the_chosen_colours_are_kept(client, manager):
    client.force_login(manager)

    client.post(reverse("core:theme"), {"theme": "dark"})

    page = client.get(reverse("core:account")).content.decode()
    assert '<html lang="en" data-theme="dark">' in page


@pytest.mark.parametrize(
    ("role", "rooms"),
    [
        ("requester", ["Requests"]),
        (
            "manager",
            [
                "Requests", "Triage", "Board", "Capacity", "Scenarios", "Delivery",
                "Reports", "Settings",
            ],
        ),
        ("viewer", ["Board", "Capacity", "Scenarios", "Delivery", "Reports"]),
    ],
)  # fmt: skip
def test_the_navigation_shows_what_the_role_may_see(client, team, role, rooms):
    client.force_login(UserFactory(role=role, teams=[team]))

    response = client.get(reverse("core:account"))

    assert [room["name"] for room in response.context["rooms"]] == rooms


def test_a_strict_policy_stands_on_every_answer(client, manager):
    client.force_login(manager)

    policy = client.get(reverse("core:account")).headers["Content-Security-Policy"]

    assert "script-src 'self'" in policy
    assert "style-src 'self'" in policy
    assert "unsafe" not in policy


def test_search_finds_pages_and_answers_in_fragments(client, manager):
    client.force_login(manager)
    address = reverse("core:search")

    whole = client.get(address, {"q": "deliv"})
    part = client.get(address, {"q": "deliv"}, headers={"HX-Request": "true"})

    assert "<html" in whole.content.decode()
    assert "<html" not in part.content.decode()
    assert reverse("delivery:delivery") in part.content.decode()


def test_healthy_answers_without_signing_in(client, db):
    response = client.get(reverse("core:healthy"))

    assert (response.status_code, response.content) == (200, b"ok\n")


def test_no_template_carries_inline_script_or_style():
    wrong = re.compile(
        r"<style|\sstyle=|\son[a-z]+=|javascript:"
        r"|<script(?![^>]*\bsrc=)(?![^>]*application/json)"
    )
    found = [
        f"{path.relative_to(settings.BASE_DIR)}: {hit.group(0)}"
        for path in Path(settings.BASE_DIR, "templates").rglob("*.html")
        # An e-mail is no page of ours: it has to carry its styles.
        if path.name != "mail.html"
        for hit in wrong.finditer(path.read_text(encoding="utf-8"))
    ]

    assert found == []


def test_a_page_that_breaks_says_so_without_asking_anything_that_may_be_broken():
    page = server_error(RequestFactory().get("/")).content.decode()

    assert "Something went wrong on our side" in page
    sheets = re.findall(r'href="/static/([^"]+)"', page)
    assert [finders.find(sheet) is not None for sheet in sheets] == [True] * 4
