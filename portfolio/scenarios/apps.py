from __future__ import annotations

from django.apps import AppConfig


class ScenariosConfig(AppConfig):
    name = "portfolio.scenarios"

    def ready(self) -> None:
        from portfolio.core.rights import SEE_SCENARIOS
        from portfolio.core.shell import Room, announce

        announce(Room(45, "Scenarios", "scenarios:scenarios", SEE_SCENARIOS))
