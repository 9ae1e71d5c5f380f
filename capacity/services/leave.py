from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db import transaction

from capacity.choices import LeaveKind
from capacity.models import Engineer, Leave
from intake.services.locking import lock_team
from portfolio.core.errors import RuleBroken
from portfolio.core.models import Team, User
from portfolio.core.services.changes import note_plan_change
from portfolio.core.services.events import record_event
from portfolio.core.words import range_words

WHOLE = Decimal(1)
LONGEST = timedelta(days=3 * 366)


@dataclass(frozen=True, slots=True)
class Away:
    """Days away, both included, and the share of each that is lost."""

    first_day: date
    last_day: date
    share: Decimal = WHOLE
    kind: str = LeaveKind.VACATION


def on_leave(user_ids: Collection[int], day: date) -> Iterable[int]:
    """Those of these accounts whose engineer is on leave for the whole of a day."""
    return Leave.objects.filter(
        engineer__user__in=user_ids, first_day__lte=day, last_day__gte=day, share=1
    ).values_list("engineer__user", flat=True)


@transaction.atomic
def save_leave(
    *, engineer: Engineer, away: Away, by: User, leave: Leave | None = None
) -> Leave:
    """Enter leave of an engineer, or change what was entered."""
    lock_team(engineer.team_id)
    if wrong := leave_problem(engineer, away, but=leave):
        raise RuleBroken(wrong)
    before = leave_words(leave) if leave else ""
    moved_from = leave.engineer.team_id if leave else engineer.team_id
    leave = leave or Leave()
    leave.engineer = engineer
    leave.first_day, leave.last_day = away.first_day, away.last_day
    leave.share, leave.kind = away.share, away.kind
    leave.save()
    _record(engineer, "leave-changed" if before else "leave-entered", by, before, leave)
    for team_id in sorted({moved_from, engineer.team_id}):
        note_plan_change(team_id=team_id)
    return leave


@transaction.atomic
def remove_leave(*, leave: Leave, by: User) -> None:
    _record(leave.engineer, "leave-removed", by, leave_words(leave), None)
    leave.delete()
    note_plan_change(team_id=leave.engineer.team_id)


@transaction.atomic
def add_leave(
    *, team: Team, entries: Iterable[tuple[Engineer, Away]], by: User
) -> list[Leave]:
    """Enter all of these or none; what is there already in the same days stays once."""
    lock_team(team.pk)
    made = []
    for engineer, away in entries:
        if is_known(engineer, away):
            continue
        if wrong := leave_problem(engineer, away):
            raise RuleBroken(f"{engineer}: {wrong}")
        leave = Leave.objects.create(
            engineer=engineer,
            first_day=away.first_day,
            last_day=away.last_day,
            share=away.share,
            kind=away.kind,
        )
        _record(engineer, "leave-entered", by, "", leave)
        made.append(leave)
    if made:
        note_plan_change(team_id=team.pk)
    return made


def is_known(engineer: Engineer, away: Away) -> bool:
    return Leave.objects.filter(
        engineer=engineer,
        first_day=away.first_day,
        last_day=away.last_day,
        share=away.share,
    ).exists()


def leave_problem(
    engineer: Engineer, away: Away, *, but: Leave | None = None
) -> str | None:
    """Why somebody cannot be away then, or None."""
    if away.last_day < away.first_day:
        return "The last day comes before the first."
    if away.last_day - away.first_day > LONGEST:
        return "More than three years away: give a last working day instead."
    if not 0 < away.share <= 1:
        return "The share of a day is above 0 and at most 1."
    others = Leave.objects.filter(
        engineer=engineer,
        first_day__lte=away.last_day,
        last_day__gte=away.first_day,
        # Two halves of one day are no contradiction.
        share__gt=1 - away.share,
    )
    if but is not None:
        others = others.exclude(pk=but.pk)
    there = others.first()
    if there is None:
        return None
    when = range_words(there.first_day, there.last_day)
    return f"They are away {when} already; change that entry instead."


def leave_words(leave: Leave) -> str:
    """For the trail, which many may read: when, and not why."""
    part = "" if leave.share == 1 else f", {leave.share_percent} % of each day"
    return f"{leave.first_day.isoformat()} to {leave.last_day.isoformat()}{part}"


def _record(
    engineer: Engineer, kind: str, by: User, before: str, leave: Leave | None
) -> None:
    record_event(
        subject=engineer,
        kind=kind,
        by=by,
        team=engineer.team,
        before=before,
        after=leave_words(leave) if leave else "",
    )
