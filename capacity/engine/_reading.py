"""Read plain JSON values into the plan's types, and say in one sentence what is wrong.

Nothing here knows what a plan is; the rules between values stand in ``_checks``.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import date
from difflib import get_close_matches
from typing import Any

_NAMES = {
    bool: "true or false",
    int: "a number",
    float: "a number",
    str: "a text",
    list: "a list",
    tuple: "a list",
    dict: "an object",
    type(None): "null",
}


class PlanError(ValueError):
    """A plan that cannot be forecast as it is written; the message is one sentence.

    It is one line as well, whatever the ids and keys it repeats are made of.
    """

    def __init__(self, sentence: str) -> None:
        super().__init__(
            "".join(
                each if each.isprintable() else ascii(each)[1:-1] for each in sentence
            )
        )


def named(value: object) -> str:
    """Name what was given, short enough for a sentence."""
    if isinstance(value, int) and abs(value) > 10**60:
        return "a number of more than 60 digits"
    if isinstance(value, str | int | float) and not isinstance(value, bool):
        shown = repr(value)
        return shown if len(shown) <= 60 else f"{shown[:57]}…"
    return _NAMES.get(type(value), f"a {type(value).__name__}")


def nearest(wrong: str, known: Sequence[str]) -> str:
    """Name the likeliest right word, or all of them where there are few."""
    close = get_close_matches(wrong, known, n=1, cutoff=0.5)
    if close:
        return f"did you mean “{close[0]}”?"
    if not known:
        return "there are none."
    listed = ", ".join(known[:12]) + (", …" if len(known) > 12 else "")
    return f"known are {listed}."


def read_object(
    value: object,
    where: str,
    *,
    required: Sequence[str] = (),
    optional: Sequence[str] = (),
) -> Mapping[str, Any]:
    """Give the object back when it has every required key and no unknown one.

    An optional key that is null is as good as left out.
    """
    if not isinstance(value, Mapping):
        raise PlanError(f"{where} is {named(value)}; an object was expected.")
    known = [*required, *optional]
    for key in value:
        if key not in known:
            raise PlanError(
                f"{where} has the unknown key “{key}”; {nearest(str(key), known)}"
            )
    for key in required:
        if key not in value:
            raise PlanError(f"{where} has no “{key}”; it is needed.")
    return {
        key: given
        for key, given in value.items()
        if given is not None or key in required
    }


def read_list(value: object, where: str) -> Sequence[Any]:
    """Give the list back when it is one."""
    if not isinstance(value, list | tuple):
        raise PlanError(f"{where} is {named(value)}; a list was expected.")
    return value


def read_text(value: object, where: str) -> str:
    """Give the text back when it is one, is not blank, and can be written in UTF-8."""
    if not isinstance(value, str) or not value.strip():
        raise PlanError(f"{where} is {named(value)}; a text was expected.")
    # JSON can spell half of a character, which no file and no hash can hold.
    if not value.isascii() and any("\ud800" <= each <= "\udfff" for each in value):
        raise PlanError(
            f"{where} is {named(value)}; a text of whole characters was expected."
        )
    return value


def read_optional_text(value: object, where: str) -> str | None:
    """Give the text back, or None for null."""
    return None if value is None else read_text(value, where)


def read_texts(value: object, where: str) -> tuple[str, ...]:
    """Give a list of texts back."""
    return tuple(
        read_text(text, f"Entry {number} of {where[0].lower()}{where[1:]}")
        for number, text in enumerate(read_list(value, where), start=1)
    )


def read_number(
    value: object,
    where: str,
    *,
    least: float = -math.inf,
    most: float = math.inf,
) -> float:
    """Give a finite number between ``least`` and ``most`` back as a float."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise PlanError(f"{where} is {named(value)}; a number was expected.")
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number) or not least <= number <= most:
        raise PlanError(f"{where} is {named(value)}; {_span(least, most)} is allowed.")
    # Adding nothing makes 0.0 of -0.0, which would be another plan by its hash.
    return number + 0.0


def read_whole(value: object, where: str, *, least: int, most: int) -> int:
    """Give a whole number between ``least`` and ``most`` back."""
    number = read_number(value, where)
    if number != int(number) or not least <= number <= most:
        raise PlanError(
            f"{where} is {named(value)}; a whole number from {least} to {most} "
            "is allowed."
        )
    return int(value) if isinstance(value, int) else int(number)


def read_day(value: object, where: str) -> date:
    """Give a calendar date back, written as YYYY-MM-DD."""
    if type(value) is date:
        return value
    if not isinstance(value, str):
        raise PlanError(
            f"{where} is {named(value)}; a date, written as YYYY-MM-DD, was expected."
        )
    try:
        day = date.fromisoformat(value)
    except ValueError:
        day = None
    # Python also reads 20261123 and 2026-W48-1; the format knows one way only.
    if day is None or day.isoformat() != value:
        raise PlanError(
            f"{where} is {named(value)}; a date that exists, written as YYYY-MM-DD, "
            "was expected."
        )
    return day


def read_optional_day(value: object, where: str) -> date | None:
    """Give a calendar date back, or None for null."""
    return None if value is None else read_day(value, where)


def read_days(value: object, where: str) -> tuple[date, ...]:
    """Give a list of calendar dates back."""
    return tuple(
        read_day(day, f"Entry {number} of {where[0].lower()}{where[1:]}")
        for number, day in enumerate(read_list(value, where), start=1)
    )


def written(day: date | None) -> str | None:
    """Write a calendar date as the plan file does, or null."""
    return None if day is None else day.isoformat()


def _span(least: float, most: float) -> str:
    if math.isinf(least) and math.isinf(most):
        return "a finite number"
    if math.isinf(most):
        return f"a number of at least {least:g}"
    return f"a number from {least:g} to {most:g}"
