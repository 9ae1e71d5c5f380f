"""Reading settings from the environment; a wrong value stops the start."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

YES = {"1", "true", "yes", "on"}
NO = {"0", "false", "no", "off"}


def text(name: str, default: str | None = None) -> str:
    """Value of the variable, or of the file that ``NAME_FILE`` points to."""
    if name in os.environ:
        return os.environ[name]
    if f"{name}_FILE" in os.environ:
        return Path(os.environ[f"{name}_FILE"]).read_text(encoding="utf-8").strip()
    if default is None:
        raise ImproperlyConfigured(
            f"{name} is not set. Set it, or set {name}_FILE to a file that holds it."
        )
    return default


def read_file(path: Path) -> None:
    """Take ``NAME=value`` lines of a file for variables that are not set.

    ``deploy/up`` keeps its own secret key and Redis address in such a file, so that
    ``manage.py`` run by hand talks to the same database and worker.
    """
    if not path.is_file():
        return
    for line in path.read_text(encoding="utf-8").splitlines():
        name, separator, value = line.strip().partition("=")
        if separator and not name.startswith("#"):
            os.environ.setdefault(name.strip(), value.strip())


def flag(name: str, *, default: bool) -> bool:
    given = text(name, "yes" if default else "no").strip().lower()
    if given not in YES | NO:
        allowed = ", ".join(sorted(YES | NO))
        raise ImproperlyConfigured(f"{name} is “{given}”; accepted are {allowed}.")
    return given in YES


def number(name: str, default: int, *, least: int = 0, most: int | None = None) -> int:
    given = text(name, str(default)).strip()
    try:
        value = int(given)
    except ValueError:
        value = least - 1
    if value < least or (most is not None and value > most):
        allowed = f"of at least {least}" if most is None else f"from {least} to {most}"
        raise ImproperlyConfigured(
            f"{name} is “{given}”; a whole number {allowed} is accepted."
        )
    return value


def mail(name: str, folder: Path) -> dict[str, Any]:
    """Django's mail settings from one address; without it mails become files.

    ``smtp://user:password@host:587?tls=yes`` begins in the clear and switches to TLS,
    ``smtps://`` speaks TLS from the first byte; special characters are written as %40.
    """
    given = text(name, "").strip()
    parts = urlsplit(given)
    if given == "console:":
        return {"EMAIL_BACKEND": "django.core.mail.backends.console.EmailBackend"}
    if not given or (parts.scheme == "file" and parts.path and not parts.netloc):
        return {
            "EMAIL_BACKEND": "portfolio.core.mail.FolderBackend",
            "MAIL_FOLDER": unquote(parts.path) or str(folder),
        }
    try:
        port = parts.port
    except ValueError:
        port = 0
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    tls = options.pop("tls", "no").lower()
    if (
        parts.scheme not in {"smtp", "smtps"}
        or not parts.hostname
        or port == 0
        or options
        or tls not in YES | NO
    ):
        # Not the value itself: it may hold a password.
        raise ImproperlyConfigured(
            f"{name} cannot be read; accepted are "
            "smtp://user:password@host:587?tls=yes, smtps://user:password@host:465, "
            "file:///folder and console:."
        )
    return {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": port or {"smtp": 25, "smtps": 465}[parts.scheme],
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_SSL": parts.scheme == "smtps",
        "EMAIL_USE_TLS": parts.scheme == "smtp" and tls in YES,
    }


def mailbox(name: str) -> str:
    """A mailbox to read: a maildir, or a folder of an IMAP server; empty for none."""
    given = text(name, "").strip()
    parts = urlsplit(given)
    try:
        is_port = parts.port is None or parts.port > 0
    except ValueError:
        is_port = False
    is_maildir = parts.scheme == "maildir" and not parts.netloc and parts.path
    is_imap = (
        parts.scheme in {"imap", "imaps"}
        and parts.hostname
        and parts.username
        and parts.query in ({"", "tls=yes"} if parts.scheme == "imap" else {""})
        and is_port
    )
    if given and not is_maildir and not is_imap:
        # Not the value itself: it may hold a password.
        raise ImproperlyConfigured(
            f"{name} cannot be read; accepted are maildir:///folder, "
            "imaps://user:password@host:993/INBOX and "
            "imap://user:password@host:143/INBOX?tls=yes."
        )
    return given


def address(name: str, default: str) -> str:
    """Where people open the application, without a slash at the end."""
    given = text(name, default).strip().rstrip("/")
    parts = urlsplit(given)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ImproperlyConfigured(
            f"{name} is “{given}”; an address like https://throughline.example.com is "
            "accepted."
        )
    return given


def words(name: str, default: str = "") -> list[str]:
    return [word.strip() for word in text(name, default).split(",") if word.strip()]
