from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from intake.choices import Stage
from intake.comments import COMMENT, FOR_ALL, FOR_TEAM, is_of_team
from intake.guest_links import address_for
from intake.mentions import Mentions, mentions_in
from intake.models import Demand, Follower
from intake.services.following import may_read
from intake.services.locking import lock_demand
from portfolio.core.choices import NoticeKind, Role
from portfolio.core.errors import RuleBroken
from portfolio.core.models import Event, User
from portfolio.core.models.people import UserQuerySet
from portfolio.core.rights import COMMENT as MAY_COMMENT
from portfolio.core.services.events import record_event
from portfolio.core.services.notices import give_notice

# As many as are read at a glance.
MOST = 6


@transaction.atomic
def write_comment(
    *,
    demand: Demand,
    by: User,
    words: str,
    is_internal: bool = False,
    token: UUID | None = None,
) -> Mentions:
    """Add a comment to the trail and tell whom it is for.

    The token belongs to the form: the same form sent again adds nothing. Gives whom it
    names, and the names that nobody has who may read it.
    """
    demand = lock_demand(demand)
    in_team = is_of_team(by, demand)
    _refuse(demand, by, words, is_internal=is_internal, in_team=in_team)
    people = people_to_mention(demand, by, in_team=in_team, is_internal=is_internal)
    mentions = _who_may_read(mentions_in(words, people), demand)
    sent = Event.objects.about(demand).filter(kind=COMMENT, actor=by)
    if token and sent.filter(facts__token=str(token)).exists():
        return mentions
    record_event(
        subject=demand,
        kind=COMMENT,
        by=by,
        team=demand.team,
        why=words.strip(),
        facts={
            "audience": FOR_TEAM if is_internal else FOR_ALL,
            "mentions": {each.pk: each.name for each in mentions.people},
            "token": str(token or ""),
        },
    )
    _tell(demand, by, words.strip(), mentions.people, is_internal=is_internal)
    return mentions


def people_to_mention(
    demand: Demand, by: User, *, in_team: bool, is_internal: bool = False
) -> UserQuerySet:
    """Whom a comment may name: nobody who could not read it.

    People of the team name each other, who asked, and who follows. Everybody else names
    colleagues of their unit and those whom the page of the demand names.
    """
    people = User.objects.filter(is_active=True)
    team = Q(teams=demand.team_id, role__in=[Role.ENGINEER, Role.MANAGER])
    if is_internal:
        return people.filter(team).distinct()
    following = Q(
        pk__in=Follower.objects.by_choice().filter(demand=demand).values("person")
    )
    asked = Q(pk=demand.requester_id)
    if in_team:
        return people.filter(team | asked | following).distinct()
    events = Event.objects.about(demand).filter(kind=COMMENT, facts__audience=FOR_ALL)
    named = Q(pk__in=[demand.decided_by_id, *events.values_list("actor", flat=True)])
    colleagues = Q(
        role=Role.REQUESTER,
        business_unit=by.business_unit_id,
        business_unit__isnull=False,
    )
    if by.business_unit_id != demand.business_unit_id:
        colleagues = Q(pk=by.pk)
    return people.filter(asked | named | colleagues).distinct()


def names_to_offer(
    demand: Demand, by: User, begun: str, *, is_internal: bool = False
) -> list[str]:
    """Names that go on as begun, by any of their words; only of who may read it."""
    in_team = is_of_team(by, demand)
    if is_internal and not in_team:
        return []
    people = people_to_mention(demand, by, in_team=in_team, is_internal=is_internal)
    others = people.exclude(pk=by.pk).order_by("name", "pk")
    found = (each for each in others if _goes_on(each.name, begun))
    return list(islice((each.name for each in found if may_read(each, demand)), MOST))


def _goes_on(name: str, begun: str) -> bool:
    words = name.casefold().split()
    tails = (" ".join(words[place:]) for place in range(len(words)))
    return any(tail.startswith(begun.casefold().strip()) for tail in tails)


def _who_may_read(mentions: Mentions, demand: Demand) -> Mentions:
    """Who followed it, or wrote, may have left the unit or the team since."""
    read = [person for person in mentions.people if may_read(person, demand)]
    gone = [person.name for person in mentions.people if person not in read]
    return Mentions(read, [*mentions.unknown, *gone])


def _refuse(
    demand: Demand, by: User, words: str, *, is_internal: bool, in_team: bool
) -> None:
    if demand.stage == Stage.DRAFT:
        raise RuleBroken("A draft is seen by its requester alone; send it first.")
    if not by.has_perm(MAY_COMMENT):
        raise RuleBroken("Who reads along for leadership changes and writes nothing.")
    if is_internal and not in_team:
        raise RuleBroken(f"Only people of {demand.team} write inside the team.")
    if not words.strip():
        raise RuleBroken("Write a comment; it is empty.")


def _tell(
    demand: Demand,
    by: User,
    words: str,
    mentioned: Iterable[User],
    *,
    is_internal: bool,
) -> None:
    """Whom it names, and everybody who is told of this demand and may read it."""
    named = {person.pk: person for person in mentioned if person != by}
    others = {
        person.pk: person
        for person in _listening(demand, by, is_internal=is_internal)
        if person != by and person.pk not in named
    }
    for people, kind, does in (
        (named, NoticeKind.MENTION, "mentions you"),
        (others, NoticeKind.COMMENT, "writes"),
    ):
        # Always in the same order, so that two at once never wait for each other.
        for _, person in sorted(people.items()):
            give_notice(
                to=[person],
                kind=kind,
                title=f"{demand.reference}: {by} {does}",
                text=f"“{demand.title}”\n\n{words}",
                url=f"{address_for(demand, person)}#comments",
            )


def _listening(demand: Demand, by: User, *, is_internal: bool) -> list[User]:
    chosen = Follower.objects.by_choice().filter(demand=demand, person__is_active=True)
    listening = [each.person for each in chosen.select_related("person")]
    if demand.owner and demand.owner.is_active:
        listening.append(demand.owner)
    if is_internal:
        return [person for person in listening if is_of_team(person, demand)]
    asked = demand.requester
    if asked and asked.is_active:
        listening.append(asked)
    if asked == by and not demand.owner:
        # Nobody of the team answers for it yet; somebody has to read it all the same.
        listening += User.objects.managers_of(demand.team)
    return [each for each in listening if may_read(each, demand)]
