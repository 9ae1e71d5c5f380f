from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from portfolio import env


def test_a_secret_may_stand_in_a_file(monkeypatch, tmp_path):
    (tmp_path / "key").write_text("from a file\n", encoding="utf-8")
    monkeypatch.delenv("PORTFOLIO_KEY", raising=False)
    monkeypatch.setenv("PORTFOLIO_KEY_FILE", str(tmp_path / "key"))

    assert env.text("PORTFOLIO_KEY") == "from a file"


def test_a_missing_value_without_default_stops_the_start(monkeypatch):
    monkeypatch.delenv("PORTFOLIO_KEY", raising=False)

    with pytest.raises(ImproperlyConfigured, match="PORTFOLIO_KEY is not set"):
        env.text("PORTFOLIO_KEY")


@pytest.mark.parametrize(
    ("given", "value"), [("yes", True), ("0", False), ("On", True)]
)
def test_a_flag_is_read(monkeypatch, given, value):
    monkeypatch.setenv("PORTFOLIO_FLAG", given)

    assert env.flag("PORTFOLIO_FLAG", default=not value) is value


def test_a_wrong_flag_names_the_accepted_values(monkeypatch):
    monkeypatch.setenv("PORTFOLIO_FLAG", "maybe")

    with pytest.raises(ImproperlyConfigured, match="“maybe”; accepted are 0, 1"):
        env.flag("PORTFOLIO_FLAG", default=True)


@pytest.mark.parametrize("given", ["many", "-1", "2.5"])
def test_a_wrong_number_says_what_is_accepted(monkeypatch, given):
    monkeypatch.setenv("PORTFOLIO_TRIALS", given)

    with pytest.raises(ImproperlyConfigured, match="at least 0 is accepted"):
        env.number("PORTFOLIO_TRIALS", 5)


def test_a_file_of_values_does_not_overrule_the_environment(monkeypatch, tmp_path):
    (tmp_path / "env").write_text("# own\nPORTFOLIO_A=file\nPORTFOLIO_B=file\n")
    monkeypatch.setenv("PORTFOLIO_A", "environment")
    monkeypatch.delenv("PORTFOLIO_B", raising=False)

    env.read_file(tmp_path / "env")

    assert (env.text("PORTFOLIO_A"), env.text("PORTFOLIO_B")) == ("environment", "file")
    monkeypatch.delenv("PORTFOLIO_B")


@pytest.mark.parametrize(
    ("given", "settings"),
    [
        (
            "",
            {"EMAIL_BACKEND": "portfolio.core.mail.FolderBackend", "MAIL_FOLDER": "/m"},
        ),
        (
            "file:///var/mails%20out",
            {
                "EMAIL_BACKEND": "portfolio.core.mail.FolderBackend",
                "MAIL_FOLDER": "/var/mails out",
            },
        ),
        (
            "console:",
            {"EMAIL_BACKEND": "django.core.mail.backends.console.EmailBackend"},
        ),
        (
            "smtp://ada%40example.com:p%3Ass@mail.example.com:587?tls=yes",
            {
                "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
                "EMAIL_HOST": "mail.example.com",
                "EMAIL_PORT": 587,
                "EMAIL_HOST_USER": "ada@example.com",
                "EMAIL_HOST_PASSWORD": "p:ss",
                "EMAIL_USE_SSL": False,
                "EMAIL_USE_TLS": True,
            },
        ),
        (
            "smtps://mail.example.com",
            {
                "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
                "EMAIL_HOST": "mail.example.com",
                "EMAIL_PORT": 465,
                "EMAIL_HOST_USER": "",
                "EMAIL_HOST_PASSWORD": "",
                "EMAIL_USE_SSL": True,
                "EMAIL_USE_TLS": False,
            },
        ),
    ],
)
def test_an_address_says_how_mails_go(monkeypatch, given, settings):
    monkeypatch.setenv("PORTFOLIO_MAIL", given)

    assert env.mail("PORTFOLIO_MAIL", Path("/m")) == settings


@pytest.mark.parametrize(
    "given",
    [
        "mail.example.com:25",
        "http://mail.example.com",
        "smtp://",
        "smtp://u:secret@mail.example.com:seven",
        "smtp://u:secret@mail.example.com?tls=perhaps",
        "smtp://u:secret@mail.example.com?ssl=yes",
        "file://folder",
    ],
)
def test_a_wrong_mail_address_names_the_accepted_ones_and_no_password(
    monkeypatch, given
):
    monkeypatch.setenv("PORTFOLIO_MAIL", given)

    with pytest.raises(ImproperlyConfigured) as refused:
        env.mail("PORTFOLIO_MAIL", Path("/m"))

    assert str(refused.value) == (
        "PORTFOLIO_MAIL cannot be read; accepted are "
        "smtp://user:password@host:587?tls=yes, smtps://user:password@host:465, "
        "file:///folder and console:."
    )


def test_the_address_of_the_application_is_one(monkeypatch):
    monkeypatch.setenv("PORTFOLIO_AT", "https://throughline.example.com/")
    assert env.address("PORTFOLIO_AT", "") == "https://throughline.example.com"

    monkeypatch.setenv("PORTFOLIO_AT", "throughline.example.com")
    with pytest.raises(ImproperlyConfigured, match="like https://throughline"):
        env.address("PORTFOLIO_AT", "")


@pytest.mark.parametrize(
    "given",
    [
        "",
        "maildir:///var/mail/intake",
        "imaps://intake:secret@mail.example.com/INBOX",
        "imaps://intake%40example.com:secret@mail.example.com:993/To%20do",
        "imap://intake:secret@mail.example.com:143/INBOX?tls=yes",
    ],
)
def test_a_mailbox_is_a_folder_or_a_server(monkeypatch, given):
    monkeypatch.setenv("PORTFOLIO_MAILBOX", given)

    assert env.mailbox("PORTFOLIO_MAILBOX") == given


@pytest.mark.parametrize(
    "given",
    [
        "/var/mail/intake",
        "maildir://host/folder",
        "pop3://intake:secret@mail.example.com",
        "imaps://mail.example.com",
        "imaps://intake:secret@mail.example.com?tls=yes",
        "imap://intake:secret@mail.example.com:0",
        "imap://intake:secret@mail.example.com:many",
    ],
)
def test_another_mailbox_is_refused_without_its_password(monkeypatch, given):
    monkeypatch.setenv("PORTFOLIO_MAILBOX", given)

    with pytest.raises(ImproperlyConfigured, match="accepted are maildir:") as refused:
        env.mailbox("PORTFOLIO_MAILBOX")

    assert "secret" not in str(refused.value)


def test_a_number_may_have_a_most(monkeypatch):
    monkeypatch.setenv("PORTFOLIO_HOUR", "24")

    with pytest.raises(ImproperlyConfigured, match="from 0 to 23 is accepted"):
        env.number("PORTFOLIO_HOUR", 7, most=23)


def test_every_setting_stands_in_the_readme_and_the_example():
    top = Path(env.__file__).parent.parent

    def named(path, pattern):
        return set(re.findall(pattern, (top / path).read_text("utf-8"), re.MULTILINE))

    read = named("portfolio/settings.py", r"env\.\w+\(\s*\"(\w+)\"")
    readme = named("README.md", r"^\| `(\w+)` \|")
    example = named("deploy/env.example", r"^#?(\w+)=")

    assert "PORTFOLIO_MAILBOX" in read
    assert read - readme == set()
    assert read ^ example == set()
