from __future__ import annotations

from django.apps import AppConfig


class ScenariosConfig(AppConfig):
    name = "portfolio.scenarios"

    def ready(self) -> None:
        from portfolio.core.rights import SEE_SCENARIOS
        from portfolio.core.search import announce_finder
        from portfolio.core.shell import Room, announce
        from portfolio.scenarios.finding import find_scenarios

        announce(Room(45, "Scenarios", "scenarios:scenarios", SEE_SCENARIOS))
        announce_finder(find_scenarios)
