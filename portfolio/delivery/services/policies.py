from __future__ import annotations

from django.db import transaction

from portfolio.core.errors import RuleBroken
from portfolio.core.models import Team, User
from portfolio.core.services.events import record_event
from portfolio.core.words import joined
from portfolio.delivery.models import DeliveryPolicy, policy_of


@transaction.atomic
def set_policy(
    *,
    team: Team,
    by: User,
    green_from: float,
    amber_from: float,
    margin: float,
    gates: list[list[str]],
) -> DeliveryPolicy:
    """Change when a promise counts as at risk, and which gates stand before delivery.

    What is closed already keeps the thresholds and gates that it was closed under.
    """
    names = [name for name, _asks in gates]
    if len({name.casefold() for name in names}) < len(names):
        raise RuleBroken("Two quality gates have the same name; rename one of them.")
    if not 0 < amber_from < green_from <= 1 or margin < 0:
        raise RuleBroken(
            "“At risk from” must be above 0 and below “on track from”, and that at "
            "most 100 %; the margin is not negative."
        )
    # Else nothing could ever be told as better.
    if amber_from + margin > green_from or green_from + margin > 1:
        raise RuleBroken(
            "The margin is too wide: a chance that rises by it from “at risk” must "
            "stay below “on track”, and from “on track” below 100 %."
        )
    Team.objects.select_for_update(no_key=True).get(pk=team.pk)
    policy = policy_of(team)
    before = _words(policy)
    policy.green_from, policy.amber_from = green_from, amber_from
    policy.margin, policy.gates = margin, gates
    policy.save()
    if _words(policy) != before:
        record_event(
            subject=team,
            kind="delivery-policy",
            by=by,
            team=team,
            before=before,
            after=_words(policy),
        )
    return policy


def _words(policy: DeliveryPolicy) -> str:
    return (
        f"on track from {policy.green_from:.0%}, at risk from {policy.amber_from:.0%}, "
        f"margin {policy.margin:.0%}; gates: {joined(policy.gate_names) or 'none'}"
    )
