"""What follows here from events of lower floors, which do not know of promises."""

from __future__ import annotations

from typing import Any

from django.db.models.signals import post_save
from django.dispatch import receiver

from capacity.signals import forecast_stored
from intake.models import Demand
from portfolio.core.models import Event
from portfolio.core.services.messages import send


@receiver(post_save, sender=Event)
def withdraw_the_promise(instance: Event, *, created: bool, **_kwargs: Any) -> None:
    """In the transaction that withdraws a demand, so that no promise outlives it."""
    about_a_demand = instance.subject == Demand._meta.label_lower
    if created and about_a_demand and instance.kind == "withdrawn":
        from portfolio.delivery.services.commitments import withdraw_with_demand

        withdraw_with_demand(demand_id=instance.subject_id, by=instance.actor)


@receiver(post_save, sender=Event)
def score_the_forecasts(instance: Event, *, created: bool, **_kwargs: Any) -> None:
    """In the transaction that delivers a demand, so that none is left unscored."""
    about_a_demand = instance.subject == Demand._meta.label_lower
    if created and about_a_demand and instance.kind == "delivered":
        from portfolio.delivery.services.scores import score_forecasts

        score_forecasts(demand=Demand.objects.get(pk=instance.subject_id))


@receiver(forecast_stored)
def check_promises_soon(*, team_id: int, **_kwargs: Any) -> None:
    """Have a worker look which promises turned; the clock looks too."""
    from portfolio.delivery.tasks import check_promises

    send(check_promises, team_id)
