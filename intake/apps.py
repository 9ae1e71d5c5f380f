from __future__ import annotations

from django.apps import AppConfig


class IntakeConfig(AppConfig):
    name = "intake"

    def ready(self) -> None:
        from intake.finding import count_awaiting_decision, find_demands
        from intake.receivers import recount_soon
        from portfolio.core.rights import DECIDE, SUBMIT
        from portfolio.core.search import announce_finder
        from portfolio.core.shell import Room, announce
        from portfolio.core.signals import calendar_changed

        announce(Room(10, "Requests", "intake:requests", SUBMIT))
        announce(
            Room(
                20,
                "Triage",
                "intake:triage",
                DECIDE,
                count=count_awaiting_decision,
                count_words=" waiting for a decision",
            )
        )
        announce_finder(find_demands)
        calendar_changed.connect(recount_soon, dispatch_uid="intake.recount_soon")
