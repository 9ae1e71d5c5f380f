from __future__ import annotations

from django.db.models import TextChoices


class ReportState(TextChoices):
    DRAFT = "draft", "Draft"
    APPROVED = "approved", "Approved"
    SENT = "sent", "Sent"


class Variant(TextChoices):
    """Who reads it: leadership sees skills and units, never names of individuals."""

    TEAM = "team", "For the team, with names"
    LEADERSHIP = "leadership", "For leadership, without names"
