from __future__ import annotations

from django.db.models import Q

from capacity.models import WorkPackage
from intake.models import Demand, Follower
from intake.services.following import may_read
from portfolio.core.absence import Told, who_is_told
from portfolio.core.choices import NoticeKind, Role
from portfolio.core.models import User
from portfolio.core.services.notices import give_notice
from portfolio.delivery.alerts import Turn
from portfolio.delivery.models import Commitment
from portfolio.delivery.models.risks import watch_of


def tell_watchers(*, turn: Turn) -> None:
    """Tell everybody who chose to be told of it and may read it now."""
    demand = turn.commitment.demand
    watching = watchers_of(turn.commitment)
    told = [
        each
        for each in who_is_told(watching, turn.today)
        if each.instead_of is None or may_read(each.person, demand)
    ]
    # In an order of its own, so that two checks never wait for each other.
    for each in sorted(told, key=lambda each: each.person.pk):
        _tell(turn, each)
    # Who is away finds it when they are back, without a mail.
    reached = {each.person.pk for each in told}
    away = [person for person in watching if person.pk not in reached]
    give_notice(
        to=away,
        kind=NoticeKind.RISK,
        title=turn.title,
        text=turn.text,
        url=demand.get_absolute_url(),
        by_mail=False,
    )


def watchers_of(commitment: Commitment) -> list[User]:
    """Who chose to be told of a promise and may read it, in a fixed order."""
    demand = commitment.demand
    own, follows = _own(commitment), _follow(demand)
    people = (
        User.objects.filter(
            Q(pk__in=own | follows)
            | Q(teams=commitment.team)
            | Q(business_unit=demand.business_unit, risk_watch__unit=True),
            is_active=True,
        )
        .exclude(role=Role.GUEST)
        .select_related("risk_watch", "deputy")
        .distinct()
        .order_by("pk")
    )
    members = set(commitment.team.members.values_list("pk", flat=True))
    return [
        person
        for person in people
        for watch in [watch_of(person)]
        if (
            (watch.own and person.pk in own)
            or (watch.watched and person.pk in follows)
            or (watch.team and person.pk in members)
            or (watch.unit and person.business_unit_id == demand.business_unit_id)
        )
        and may_read(person, demand)
    ]


def _own(commitment: Commitment) -> set[int]:
    """Who asked for it, answers for it, works on it, or promised it."""
    demand = commitment.demand
    at_it = WorkPackage.objects.filter(demand=demand).unfinished()
    people = {
        demand.requester_id,
        demand.owner_id,
        *at_it.values_list("engineer__user", flat=True),
        *commitment.versions.values_list("promised_by", flat=True),
    }
    return {pk for pk in people if pk is not None}


def _follow(demand: Demand) -> set[int]:
    chosen = Follower.objects.by_choice().filter(demand=demand)
    return set(chosen.values_list("person", flat=True))


def _tell(turn: Turn, told: Told) -> None:
    instead = f"\n\nYou get this instead of {told.instead_of}, who is away."
    give_notice(
        to=[told.person],
        kind=NoticeKind.RISK,
        title=turn.title,
        text=turn.text + (instead if told.instead_of else ""),
        url=turn.commitment.demand.get_absolute_url(),
    )
