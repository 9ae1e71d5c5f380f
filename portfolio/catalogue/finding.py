from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlencode

from django.urls import reverse

from portfolio.catalogue.models import Integration
from portfolio.core.models import User
from portfolio.core.search import Found

MOST = 4


def address_of(integration: Integration) -> str:
    """The list, narrowed to this one; an integration has no page of its own."""
    query = {"q": integration.name}
    if not integration.is_running:
        query["show"] = "all"
    return f"{reverse('catalogue:integrations')}?{urlencode(query)}"


def find_integrations(_user: User, words: str) -> Iterator[Found]:
    """The list itself, which has no room in the navigation, and what runs."""
    if "integrations".startswith(words.lower()):
        yield Found("Integrations", reverse("catalogue:integrations"), "Page")
    found = Integration.objects.running().matching(words).for_reading()
    for integration in found.order_by("name")[:MOST]:
        yield Found(
            name=integration.name,
            url=address_of(integration),
            note=f"{integration.get_pattern_display()} · {integration.owner_unit}",
        )
