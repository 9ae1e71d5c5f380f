from __future__ import annotations

from django.db.models import TextChoices


class Role(TextChoices):
    REQUESTER = "requester", "Requester"
    ENGINEER = "engineer", "Engineer"
    MANAGER = "manager", "Manager"
    VIEWER = "viewer", "Viewer"
    ADMINISTRATOR = "administrator", "Administrator"
