"""Promises as a calendar: what stands in it, and who reads it by which address."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.core import signing
from django.db.models import Q
from django.urls import reverse

from capacity.models import WorkPackage
from intake.models import Follower
from portfolio.core.choices import Role
from portfolio.core.models import Team
from portfolio.core.words import full_day, moment_words
from portfolio.delivery.choices import CommitmentState, FeedKind
from portfolio.delivery.frames import lateness_words
from portfolio.delivery.ical import Event
from portfolio.delivery.models import CalendarFeed, Commitment, CommitmentVersion
from portfolio.delivery.models.commitments import CommitmentQuerySet
from portfolio.delivery.reading import OpenCommitment, outlook_of, read_open

_FEED = signing.Signer(salt="delivery.feed")
# What closed longer ago is no longer shown, and calendars let it go.
CLOSED_SHOWN = dt.timedelta(days=365)


def feed_address(feed: CalendarFeed) -> str:
    return reverse("delivery:feed", args=[_FEED.sign_object(feed.pk)])


def feed_of(signed: str) -> CalendarFeed | None:
    """The open feed of an address; None where it was revoked or nobody signed it."""
    try:
        pk = _FEED.unsign_object(signed)
    except signing.BadSignature:
        return None
    feeds = CalendarFeed.objects.open().filter(person__is_active=True)
    feeds = feeds.exclude(person__role=Role.GUEST)
    return feeds.select_related("person", "business_unit", "team").filter(pk=pk).first()


def promises_of(feed: CalendarFeed, today: dt.date) -> CommitmentQuerySet:
    """What the feed shows, of what its person may read at this moment."""
    person = feed.person
    commitments = Commitment.objects.visible_to(person).open_or_closed_since(
        today - CLOSED_SHOWN
    )
    if feed.kind == FeedKind.UNIT:
        return commitments.filter(demand__business_unit=feed.business_unit)
    if feed.kind == FeedKind.TEAM:
        mine = Team.objects.visible_to(person)
        return commitments.filter(team=feed.team, team__in=mine)
    promised = CommitmentVersion.objects.filter(promised_by=person)
    followed = Follower.objects.by_choice().filter(person=person)
    worked_on = WorkPackage.objects.filter(engineer__user=person)
    return commitments.filter(
        Q(demand__requester=person)
        | Q(demand__owner=person)
        | Q(pk__in=promised.values("commitment"))
        | Q(demand__in=followed.values("demand"))
        | Q(demand__in=worked_on.values("demand"))
    )


def events_of(feed: CalendarFeed, today: dt.date) -> list[Event]:
    """Its promises as whole days, the earliest first, in a fixed number of queries."""
    commitments = list(
        promises_of(feed, today).select_related("demand").prefetch_related("versions")
    )
    outlooks = {pk: outlook_of(pk) for pk in sorted({c.team_id for c in commitments})}
    events = []
    for commitment in sorted(commitments, key=lambda each: (each.due_on, each.pk)):
        outlook = outlooks[commitment.team_id]
        moments = [version.promised_at for version in commitment.versions.all()]
        words = [_dates(commitment)]
        if commitment.state == CommitmentState.OPEN:
            forecast = outlook.forecast
            standing = read_open([commitment], outlook, today)[0]
            if forecast and forecast.gathered_at and standing.chance is not None:
                moments.append(forecast.gathered_at)
                words.append(_chance(standing, forecast.gathered_at))
        elif commitment.closed_at:
            moments.append(commitment.closed_at)
        events.append(_event(commitment, "\n".join(words), moments))
    return events


def _event(
    commitment: Commitment, description: str, moments: list[dt.datetime]
) -> Event:
    demand, is_open = commitment.demand, commitment.state == CommitmentState.OPEN
    reference = commitment.closed_reference or demand.reference
    title = commitment.closed_title or demand.title
    said = {
        CommitmentState.OPEN: "Promised: ",
        CommitmentState.DELIVERED: "Delivered: ",
        CommitmentState.WITHDRAWN: "No longer promised: ",
    }[CommitmentState(commitment.state)]
    return Event(
        uid=f"commitment-{commitment.pk}@{settings.MAIL_DOMAIN}",
        day=commitment.due_on,
        summary=f"{said}{reference} {title}",
        description=description,
        url=f"{settings.ADDRESS}{demand.get_absolute_url()}",
        modified_at=max([commitment.promised_at, *moments]),
        # One for every date after the first, and one for having closed.
        sequence=max(len(commitment.versions.all()) - 1, 0) + (not is_open),
        is_cancelled=commitment.state == CommitmentState.WITHDRAWN,
    )


def _dates(commitment: Commitment) -> str:
    """Whole dates, with the year: a calendar keeps them for long."""
    told = [f"Promised by {full_day(commitment.due_on)}."]
    if commitment.due_on != commitment.original_due_on:
        told.append(f"First promised by {full_day(commitment.original_due_on)}.")
    if commitment.audience:
        told.append(f"Told to {commitment.audience}.")
    if commitment.closed_on and commitment.state == CommitmentState.DELIVERED:
        late = lateness_words((commitment.closed_on - commitment.due_on).days)
        told.append(f"Delivered {full_day(commitment.closed_on)}, {late}.")
    elif commitment.closed_on:
        told.append(f"Taken back {full_day(commitment.closed_on)}.")
    return " ".join(told)


def _chance(standing: OpenCommitment, gathered_at: dt.datetime) -> str:
    day = gathered_at.date()
    return (
        f"Chance on time: {standing.chance_words} "
        f"(forecast of {moment_words(gathered_at, day)})."
    )
