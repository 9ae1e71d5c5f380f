from __future__ import annotations

from django.apps import AppConfig


class CapacityConfig(AppConfig):
    name = "capacity"

    def ready(self) -> None:
        from capacity.receivers import forecast_soon
        from capacity.services.leave import on_leave
        from portfolio.core.absence import announce_absences
        from portfolio.core.rights import OWN_WORK, SEE_CAPACITY
        from portfolio.core.shell import Room, announce
        from portfolio.core.signals import plan_changed

        plan_changed.connect(forecast_soon, dispatch_uid="capacity.forecast_soon")
        announce_absences(on_leave)
        announce(Room(25, "My work", "capacity:my-work", OWN_WORK))
        announce(Room(40, "Capacity", "capacity:capacity", SEE_CAPACITY))
