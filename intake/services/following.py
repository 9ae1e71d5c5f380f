from __future__ import annotations

from django.db import transaction

from intake.models import Demand, Follower
from portfolio.core.models import User


@transaction.atomic
def follow_demand(*, demand: Demand, person: User) -> None:
    """Tell somebody from now on what becomes of it and what is written about it."""
    Follower.objects.get_or_create(demand=demand, person=person, joined=None)


@transaction.atomic
def unfollow_demand(*, demand: Demand, person: User) -> None:
    Follower.objects.by_choice().filter(demand=demand, person=person).delete()


def may_read(person: User, demand: Demand) -> bool:
    """Now; whoever follows it may have left its unit or team since."""
    return Demand.objects.filter(pk=demand.pk).visible_to(person).exists()


def follows(person: User, demand: Demand) -> bool:
    """By choice; who asked for it is told without following."""
    chosen = Follower.objects.by_choice()
    return chosen.filter(demand=demand, person=person).exists()
