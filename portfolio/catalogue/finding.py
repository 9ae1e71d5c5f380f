from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Q
from django.urls import reverse
from django.utils.http import urlencode

from portfolio.catalogue.models import Integration
from portfolio.core.models import User
from portfolio.core.search import Found


def find_integrations(_user: User, words: str) -> Iterator[Found]:
    """Running integrations by their name or systems; everybody may know them."""
    rows = Integration.objects.running()
    for word in words.split():
        rows = rows.filter(
            Q(name__icontains=word)
            | Q(source__name__icontains=word)
            | Q(target__name__icontains=word)
        )
    for row in rows[:4]:
        query = urlencode({"q": row.name})
        yield Found(
            name=row.name,
            url=f"{reverse('catalogue:integrations')}?{query}",
            note="Integration that runs",
        )
