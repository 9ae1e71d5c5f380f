"""Reading settings from the environment; a wrong value stops the start."""

from __future__ import annotations

import os
from pathlib import Path

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


def number(name: str, default: int, *, least: int = 0) -> int:
    given = text(name, str(default)).strip()
    try:
        value = int(given)
    except ValueError:
        value = least - 1
    if value < least:
        raise ImproperlyConfigured(
            f"{name} is “{given}”; a whole number of at least {least} is accepted."
        )
    return value


def words(name: str, default: str = "") -> list[str]:
    return [word.strip() for word in text(name, default).split(",") if word.strip()]
