"""Keep-the-lights-on work: streams as declared or as logged, and the log itself."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from capacity.measuring import WINDOW, Measured, measure
from capacity.models import Engineer, Interruption, KtloStream
from intake.services.locking import lock_team
from portfolio.core.errors import RuleBroken
from portfolio.core.models import Team, User
from portfolio.core.services.changes import note_plan_change
from portfolio.core.services.events import record_event
from portfolio.core.words import day_words, joined


@dataclass(frozen=True, slots=True)
class Stream:
    """A stream as a manager declares it; effort in focused days."""

    name: str
    engineers: Sequence[Engineer]
    per_week: Decimal
    low: Decimal
    likely: Decimal
    high: Decimal
    is_measured: bool = False


@transaction.atomic
def save_stream(
    *, team: Team, declared: Stream, by: User, stream: KtloStream | None = None
) -> KtloStream:
    lock_team(team.pk)
    others = KtloStream.objects.filter(team=team)
    if stream:
        others = others.exclude(pk=stream.pk)
    if others.filter(name__iexact=declared.name).exists():
        raise RuleBroken(f"{team} has a stream “{declared.name}” already.")
    if not declared.engineers:
        raise RuleBroken("Say whom it interrupts; without anybody it takes no time.")
    if not 0 < declared.low <= declared.likely <= declared.high:
        raise RuleBroken(
            "Low is above 0, likely is at least low, and high at least likely."
        )
    before = stream_words(stream) if stream else ""
    stream = stream or KtloStream(team=team)
    stream.name = declared.name
    stream.per_week = declared.per_week
    stream.low, stream.likely = declared.low, declared.likely
    stream.high = declared.high
    stream.is_measured = declared.is_measured
    stream.save()
    stream.engineers.set(declared.engineers)
    after = stream_words(stream)
    if after == before:
        return stream
    record_event(
        subject=stream,
        kind="ktlo-edited" if before else "ktlo-added",
        by=by,
        team=team,
        before=before,
        after=after,
    )
    note_plan_change(team_id=team.pk)
    return stream


@transaction.atomic
def remove_stream(*, stream: KtloStream, by: User) -> None:
    """Take a stream away with what was logged of it."""
    record_event(
        subject=stream,
        kind="ktlo-removed",
        by=by,
        team=stream.team,
        before=stream_words(stream),
    )
    stream.delete()
    note_plan_change(team_id=stream.team_id)


def stream_words(stream: KtloStream) -> str:
    """For the trail: “Tickets: 2.4 a week of 0.1 – 0.3 – 1.2 days, Ada and Bob”."""
    names = Engineer.objects.filter(ktlo_streams=stream).values_list("name", flat=True)
    days = " – ".join(
        f"{float(each):g}" for each in (stream.low, stream.likely, stream.high)
    )
    measured = ", measured" if stream.is_measured else ""
    return (
        f"{stream}: {float(stream.per_week):g} a week of {days} days{measured}, "
        f"{joined(list(names))}"
    )


@transaction.atomic
def log_interruption(
    *,
    stream: KtloStream,
    engineer: Engineer,
    day: date,
    hours: Decimal,
    by: User,
    note: str = "",
) -> Interruption:
    """Write down once that something took somebody from their work."""
    if day > timezone.localdate():
        raise RuleBroken(f"{day_words(day)} has not come yet.")
    if engineer.team_id != stream.team_id:
        raise RuleBroken(f"{engineer} is not in {stream.team}.")
    logged = Interruption.objects.create(
        stream=stream,
        engineer=engineer,
        day=day,
        hours=hours,
        note=note.strip(),
        logged_by=by,
    )
    _note_if_measured(stream)
    return logged


@transaction.atomic
def remove_interruption(*, interruption: Interruption) -> None:
    interruption.delete()
    _note_if_measured(interruption.stream)


def _note_if_measured(stream: KtloStream) -> None:
    if stream.is_measured:
        note_plan_change(team_id=stream.team_id)


def measured_streams(
    stream_ids: Collection[int], *, until: date
) -> dict[int, Measured]:
    """What the log of each of these says, by primary key; one query."""
    logs: dict[int, list[tuple[date, float]]] = defaultdict(list)
    # From longer ago, so that it is seen whether logging began before.
    entries = Interruption.objects.filter(
        stream__in=stream_ids, day__gte=until - WINDOW * 2, day__lt=until
    )
    for pk, day, hours in entries.values_list("stream", "day", "hours"):
        logs[pk].append((day, float(hours)))
    return {pk: measure(logs[pk], until=until) for pk in stream_ids}
