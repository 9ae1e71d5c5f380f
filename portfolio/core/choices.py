from __future__ import annotations

from django.db.models import TextChoices


class Role(TextChoices):
    REQUESTER = "requester", "Requester"
    ENGINEER = "engineer", "Engineer"
    MANAGER = "manager", "Manager"
    VIEWER = "viewer", "Viewer"
    ADMINISTRATOR = "administrator", "Administrator"
    # Somebody without an account, known by an e-mail that they confirmed.
    GUEST = "guest", "Guest"


class NoticeKind(TextChoices):
    """What a notice is about; each may come in its own way."""

    DECISION = "decision", "What is decided about your requests"
    QUESTION = "question", "Questions to you, and answers to yours"
    MENTION = "mention", "Somebody mentions you"
    COMMENT = "comment", "Comments on what you asked for or follow"
    FOLLOWED = "followed", "What becomes of requests you follow"
    WARNING = "warning", "Clocks that run out"
    RISK = "risk", "Promises at risk, and on track again"
    MAILBOX = "mailbox", "E-mails that could not be taken"
    REPORT = "report", "Weekly status reports to approve"


class Channel(TextChoices):
    AT_ONCE = "at_once", "By e-mail at once"
    DAILY = "daily", "In one e-mail a day"
    APP = "app", "Only here"
