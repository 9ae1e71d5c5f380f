"""Why the date of a demand moved, from forecast to forecast, in words that add up."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.utils import timezone

from capacity.models import DemandForecast, Engineer, Forecast
from capacity.services.explaining import ROUNDING
from intake.models import Demand, RankMove
from portfolio.core.models import User
from portfolio.core.rights import SEE_PEOPLE
from portfolio.core.words import counted, joined, short_day

# So many moves are told, the newest first, and so many names within one.
MOST_MOVES = 3
MOST_NAMED = 4
# A worker explains within moments; a page looks again for so long.
SOON = dt.timedelta(minutes=2)

CAUSES = {
    "progress": "days passed and work was done",
    "scope": "packages were added or dropped",
    "demand": "demands came or left",
    "estimate": "estimates changed",
    "uncertainty": "ranges were learnt anew from finished work",
    "dependency": "waits, dates or dependencies changed",
    "rank": "the order changed",
    "capacity": "people, their hours, skills or leave changed",
    "ktlo": "work that keeps things running changed",
    "arrivals": "what is still expected to come changed",
    ROUNDING: "what fewer worlds cannot tell: causes are played in {trials:,}",
}


@dataclass(frozen=True, slots=True)
class Cause:
    """One reason and its days, above 0 for later."""

    days: int
    words: str
    # Which demands or people, and who moved them.
    names: str

    @property
    def days_words(self) -> str:
        return f"{'+' if self.days > 0 else '−'}{counted(abs(self.days), 'day')}"


@dataclass(frozen=True, slots=True)
class Why:
    """How a date moved between two forecasts; the causes add up to the whole."""

    at: dt.datetime
    words: str
    causes: list[Cause]
    why: str


@dataclass(frozen=True, slots=True)
class Moves:
    """The last moves of one demand; ``is_coming``: the newest is still explained."""

    told: list[Why]
    # Whether the newest forecast is the one of the first of those told.
    is_newest: bool
    is_coming: bool


def read_moves(demand: Demand, newest: Forecast | None, user: User) -> Moves:
    rows = list(
        DemandForecast.objects.filter(demand=demand, moved__isnull=False)
        .select_related("forecast")
        .defer("forecast__plan", "forecast__result", "finished_by")
        .order_by("-pk")[:MOST_MOVES]
    )
    sees_people = user.has_perm(SEE_PEOPLE)
    return Moves(
        told=[_why(row, sees_people=sees_people) for row in rows],
        is_newest=bool(rows and newest and rows[0].forecast_id == newest.pk),
        is_coming=_is_coming(newest),
    )


def move_words(moved: dict[str, Any]) -> str:
    """“P85 moved from 18 Jan to 27 Jan: 9 days later”."""
    old, new = (_day(moved[name]) for name in ("before", "after"))
    if old is None or new is None:
        return f"P85 is {short_day(new)} now" if new else "P85 is not known any more"
    late_or_early = "later" if moved["days"] > 0 else "earlier"
    days = counted(abs(moved["days"]), "day")
    return (
        f"P85 moved from {short_day(old)} to {short_day(new)}: {days} {late_or_early}"
    )


def _is_coming(newest: Forecast | None) -> bool:
    return (
        newest is not None
        and not newest.explained
        and newest.finished_at is not None
        and newest.finished_at > timezone.now() - SOON
    )


def _why(row: DemandForecast, *, sees_people: bool) -> Why:
    moved, explained = row.moved or {}, row.forecast.explained
    by_size = sorted(
        moved.get("causes", {}).items(), key=lambda item: (-abs(item[1]), item[0])
    )
    at = row.forecast.gathered_at or row.forecast.queued_at
    return Why(
        at=at,
        words=move_words(moved),
        causes=[
            Cause(
                days=days,
                words=CAUSES[cause].format(trials=explained.get("trials", 0)),
                names=_names(
                    cause,
                    explained.get("touched", {}).get(cause, []),
                    row.forecast,
                    sees_people=sees_people,
                ),
            )
            for cause, days in by_size
        ],
        why=moved.get("why", ""),
    )


def _names(
    cause: str, touched: list[str], forecast: Forecast, *, sees_people: bool
) -> str:
    if cause in {"capacity", "ktlo"}:
        return _listed(_people(touched)) if sees_people else ""
    if cause in {ROUNDING, "arrivals", "uncertainty", "progress"}:
        return ""
    if cause == "rank":
        moves = _rank_moves(touched, forecast)
        return "; ".join(moves) or _listed(touched)
    return _listed(touched)


def _people(ids: Iterable[str]) -> list[str]:
    keys = {each.removeprefix("eng-") for each in ids}
    found = Engineer.objects.filter(pk__in=[key for key in keys if key.isdecimal()])
    return list(found.order_by("name").values_list("name", flat=True))


def _rank_moves(references: list[str], forecast: Forecast) -> list[str]:
    """Who moved these demands, since the forecast before."""
    since = Forecast.objects.filter(pk=forecast.explained.get("since"))
    moves = (
        RankMove.objects.filter(
            Q(moved_at__lte=forecast.gathered_at),
            demand__reference__in=references,
            moved_at__gte=since.values("gathered_at")[:1],
        )
        .select_related("demand", "moved_by")
        .order_by("-moved_at")[:MOST_NAMED]
    )
    told = []
    for move in moves:
        words = f"{move.demand.reference} from {move.from_place} to {move.to_place}"
        if move.moved_by:
            words += f" by {move.moved_by}"
        told.append(f"{words} (“{move.why}”)" if move.why else words)
    return told


def _listed(names: list[str]) -> str:
    if len(names) > MOST_NAMED:
        more = f"{len(names) - MOST_NAMED + 1} more"
        return joined([*names[: MOST_NAMED - 1], more])
    return joined(names)


def _day(text: str | None) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None
