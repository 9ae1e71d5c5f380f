"""Which question of the team an e-mail answers, as its address or references say."""

from __future__ import annotations

import re
from collections.abc import Iterable

from django.utils.crypto import constant_time_compare, salted_hmac

from portfolio.core.models import Event

# Lower case alone: some mail servers change the case of an address.
_TOKEN = re.compile(r"[+.](\d{1,18})-([0-9a-f]{24})(?=@)")


def token_of(question: Event) -> str:
    return f"{question.pk}-{_signature(question.pk)}"


def question_answered(addressed: Iterable[str]) -> Event | None:
    """The question whose token stands in one of these, signed by us."""
    for address in addressed:
        for pk, signature in _TOKEN.findall(address.lower()):
            if constant_time_compare(signature, _signature(int(pk))):
                asked = Event.objects.filter(kind="information-asked")
                return asked.filter(pk=int(pk)).first()
    return None


def _signature(pk: int) -> str:
    salted = salted_hmac("intake.answer", str(pk), algorithm="sha256")
    return salted.hexdigest()[:24]
