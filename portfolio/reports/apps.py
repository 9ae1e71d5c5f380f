from __future__ import annotations

from django.apps import AppConfig


class ReportsConfig(AppConfig):
    name = "portfolio.reports"

    def ready(self) -> None:
        from portfolio.core.rights import SEE_REPORTS
        from portfolio.core.shell import Room, announce

        announce(Room(60, "Reports", "reports:reports", SEE_REPORTS))
