"""Somebody without an account on their way through the form."""

from __future__ import annotations

import re
import uuid

from django.urls import reverse

from intake.guest_links import link_address
from intake.models import Demand
from intake.services.drafting import Opening, keep_answers
from intake.services.guests import (
    begin_guest_draft,
)
from portfolio.core.models import Mail

OPENING = {"title": "Send pallets to the ERP", "source": "Scanner", "target": "ERP"}
NOTHING_URGENT = {
    "late": {"late": "better"},
    "date": {"date": "no"},
    "broken": {"broken": "no"},
    "tier": {"wanted": "stay"},
    "part-1": {"data_needed": "Arrivals", "frequency": "hourly"},
    "part-2": {"purpose": "Fewer calls."},
}
URGENT = {
    "late": "stops",
    "date": "no",
    "broken": "stuck",
    "broken_what": "No price leaves the CRM.",
}


def page(draft, name, *rest):
    return reverse(f"intake:{name}", args=[draft.submission_token, *rest])


def begin(client, link, **opening):
    sent = {"token": str(uuid.uuid4()), **OPENING, **opening}
    return client.post(link_address(link), sent)


def fill_in_by_hand(client, link):
    """Answer page by page until the check; gives the draft."""
    begin(client, link)
    draft = Demand.objects.latest("pk")
    for slug, given in NOTHING_URGENT.items():
        response = client.post(page(draft, "draft-page", slug), given)
        assert response.status_code == 302, (slug, response.context["form"].errors)
    return draft


def fill_in(link):
    """The same without the pages."""
    draft = begin_guest_draft(
        link=link,
        opening=Opening(
            title=OPENING["title"],
            team=link.team,
            business_unit=link.business_unit,
            source_system_name="Scanner",
            target_system_name="ERP",
        ),
        token=uuid.uuid4(),
        network_address="",
    )
    answers = {k: v for page in NOTHING_URGENT.values() for k, v in page.items()}
    del answers["wanted"]
    return keep_answers(draft=draft, answers=answers)


def say_who(client, draft, email="vera@example.com", name="Vera Fremd"):
    return client.post(page(draft, "guest-who"), {"name": name, "email": email})


def mailed_link(mail):
    return re.search(r"http://localhost:8000(/\S+)", mail.text).group(1)


def send(client, link, email="vera@example.com"):
    """All the way; gives the request that reached triage."""
    draft = fill_in(link)
    say_who(client, draft, email)
    client.post(mailed_link(Mail.objects.latest("pk")))
    draft.refresh_from_db()
    return draft
