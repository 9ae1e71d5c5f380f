from __future__ import annotations

from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "portfolio.core"
    verbose_name = "People and calendars"

    def ready(self) -> None:
        from portfolio.core.rights import SETTINGS
        from portfolio.core.shell import Room, announce

        announce(Room(70, "Settings", "core:settings", SETTINGS))
