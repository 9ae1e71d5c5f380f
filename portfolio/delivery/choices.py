from __future__ import annotations

from django.db.models import TextChoices


class CommitmentState(TextChoices):
    OPEN = "open", "Open"
    DELIVERED = "delivered", "Delivered"
    WITHDRAWN = "withdrawn", "Withdrawn"


class RebaselineReason(TextChoices):
    SCOPE = "scope", "Scope changed"
    ESTIMATE = "estimate", "Estimate was wrong"
    CAPACITY = "capacity", "People or capacity changed"
    PRIORITY = "priority", "Other work was ranked higher"
    DEPENDENCY = "dependency", "Waits for somebody else"
    REQUEST = "request", "The requester asked for another date"
    IMPORTED = "imported", "Imported from another tracker"


class RiskLevel(TextChoices):
    """The status of an open promise as it was last told, by its colour."""

    GREEN = "green", "on track"
    AMBER = "amber", "at risk"
    RED = "red", "late"
    GREY = "grey", "cannot be forecast"


class FeedKind(TextChoices):
    OWN = "own", "Your own promises"
    UNIT = "unit", "What a unit asked for"
    TEAM = "team", "What a team promised"
