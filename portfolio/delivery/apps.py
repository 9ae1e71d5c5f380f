from __future__ import annotations

from django.apps import AppConfig


class DeliveryConfig(AppConfig):
    name = "portfolio.delivery"

    def ready(self) -> None:
        from capacity.promised import announce_promises
        from portfolio.core.rights import SEE_DELIVERY
        from portfolio.core.shell import Room, announce
        from portfolio.delivery import receivers  # noqa: F401 - connects them
        from portfolio.delivery.due import due_days

        announce_promises(due_days)
        announce(Room(50, "Delivery", "delivery:delivery", SEE_DELIVERY))
