from __future__ import annotations

import datetime as dt
import logging
import zoneinfo

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from intake.choices import ClockKind, WarningLevel
from intake.clock_words import DONE, deadline_words, time_words
from intake.models import Demand, SlaClock, SlaWarning
from intake.services.clocks import keep_clocks
from intake.services.locking import lock_demand
from portfolio.core.absence import who_is_told
from portfolio.core.choices import NoticeKind
from portfolio.core.models import User
from portfolio.core.services.notices import give_notice
from portfolio.core.words import day_words

logger = logging.getLogger(__name__)

WHAT = {ClockKind.ACKNOWLEDGE: "confirm", ClockKind.DECIDE: "decide"}
LATE = {ClockKind.ACKNOWLEDGE: "the confirmation", ClockKind.DECIDE: "the decision"}


def check_clocks() -> int:
    """Tell of every open clock that reached a level since; each level is told once.

    Of a clock that is late already, only that is told: a worker that was down for a
    day does not say in one breath that time is short and that it is over.
    """
    now = timezone.now()
    told = 0
    for demand in Demand.objects.filter(pk__in=_reached(now)).order_by("pk"):
        told += _check(demand=demand)
    return told


def _reached(now: dt.datetime) -> list[int]:
    """Demands with a clock that reached a level of which nobody was told yet."""

    def silent(level: WarningLevel) -> Q:
        given = SlaWarning.objects.filter(clock=OuterRef("pk"), level=level)
        return ~Q(Exists(given))

    late = Q(due_at__lt=now) & silent(WarningLevel.BREACHED)
    soon = Q(warn_at__lte=now) & silent(WarningLevel.SOON)
    open_clocks = SlaClock.objects.running_on().filter(late | soon)
    return list(open_clocks.values_list("demand", flat=True).distinct())


@transaction.atomic
def _check(*, demand: Demand) -> int:
    # Counted again first: the calendar may have changed since it was stored.
    demand = keep_clocks(demand=lock_demand(demand))
    now = timezone.now()
    told = 0
    for clock in demand.clocks.running_on():
        levels = clock.levels_reached(now)
        given = set(clock.warnings.values_list("level", flat=True))
        missing = [level for level in levels if level not in given]
        SlaWarning.objects.bulk_create(
            SlaWarning(clock=clock, level=level, given_at=now) for level in missing
        )
        if missing and levels[-1] == missing[-1]:
            _tell(demand, clock, levels[-1], now)
            told += 1
    return told


def _tell(
    demand: Demand, clock: SlaClock, level: WarningLevel, now: dt.datetime
) -> None:
    managers = list(User.objects.managers_of(demand.team).select_related("deputy"))
    zone = zoneinfo.ZoneInfo(demand.team.calendar.time_zone)
    told = who_is_told(managers, timezone.localdate(now, timezone=zone))
    title, text = _words(demand, clock, level, now)
    # Always in the same order, so that two checks never wait for each other.
    for each in sorted(told, key=lambda each: each.person.pk):
        instead = f"\n\nYou get this instead of {each.instead_of}, who is away."
        give_notice(
            to=[each.person],
            kind=NoticeKind.WARNING,
            title=title,
            text=text + (instead if each.instead_of else ""),
            url=demand.get_absolute_url(),
        )
    if not told:
        # Nobody is there and nobody stands in: they find it when they are back.
        logger.info("Nobody of %s is there to be told: %s.", demand.team, title)
        give_notice(
            to=managers,
            kind=NoticeKind.WARNING,
            title=title,
            text=text,
            url=demand.get_absolute_url(),
            by_mail=False,
        )


def _words(
    demand: Demand, clock: SlaClock, level: WarningLevel, now: dt.datetime
) -> tuple[str, str]:
    kind = ClockKind(clock.kind)
    due = clock.due_at or now
    when = f"{day_words(due)}, {timezone.localtime(due):%H:%M}"
    about = f"{demand} ({demand.tier}, {demand.business_unit})"
    if level == WarningLevel.BREACHED:
        return (
            f"{demand.reference}: {LATE[kind]} is late",
            f"{about} was to be {DONE[kind]} by {when}.",
        )
    left = time_words(max(clock.allowed - clock.elapsed, dt.timedelta(0)))
    return (
        f"{demand.reference}: {WHAT[kind]} by {deadline_words(due, now)}",
        f"Three quarters of the time for {about} are used. "
        f"Please {WHAT[kind]} by {when}; {left} of working time are left.",
    )
