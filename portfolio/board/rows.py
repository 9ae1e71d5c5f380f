"""What the board shows of one demand: a row, and the words for it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import NamedTuple

from django.db.models import TextField
from django.db.models.functions import Cast
from django.urls import reverse

from capacity.engine.distribution import chance_words
from capacity.models import DemandForecast
from intake.choices import Stage
from intake.scoring import Score
from portfolio.board.timeline import Axis, Bar, bar
from portfolio.core.words import range_words, short_day
from portfolio.delivery.rag import Rag

AT_RISK = {"amber", "red"}
STAGE_WORDS = {stage.value: stage.label.lower() for stage in Stage}


# These three are not frozen: frozen, a page made thousands of them in twice the time.
@dataclass(slots=True)
class Dates:
    """The days of one row; None where there is none, or it is not known."""

    p10: dt.date | None = None
    p50: dt.date | None = None
    p85: dt.date | None = None
    p95: dt.date | None = None
    promised: dt.date | None = None
    needed: dt.date | None = None


@dataclass(slots=True)
class Work:
    """The packages of one demand: likely focused days and their skills in order."""

    likely_days: float
    skills: tuple[str, ...]


class Facts(NamedTuple):
    """What a row is made from, in the order of ``COLUMNS``."""

    pk: int
    reference: str
    title: str
    stage: str
    needed_by: dt.date | None
    revision: int
    blocked_since: dt.date | None
    blocked_cause: str
    blocked_waits_for: str
    tier: str
    tier_slug: str
    unit: str
    unit_slug: str
    owner: str | None
    # As they are stored: only what is scored reads them.
    answers: str

    @property
    def blocked(self) -> str:
        if self.blocked_since is None:
            return ""
        waits_for = self.blocked_waits_for
        return f"waits for {waits_for}" if waits_for else self.blocked_cause


COLUMNS = (
    "pk", "reference", "title", "stage", "needed_by", "revision", "blocked_since",
    "blocked_cause", "blocked_waits_for", "tier__name", "tier__slug",
    "business_unit__name", "business_unit__slug", "owner__name",
    Cast("answers", TextField()),
)  # fmt: skip


class Seen(NamedTuple):
    """The newest forecast of one demand, as far as a row shows it."""

    p10: dt.date | None
    p50: dt.date | None
    p85: dt.date | None
    p95: dt.date | None
    cannot: str
    # The distribution as it is stored, read for rows that are judged by a date.
    finished_by: str | None


@dataclass(slots=True)
class Row:
    """One demand of the backlog, ready to be written."""

    place: int
    reference: str
    url: str
    title: str
    revision: int
    unit: str
    unit_slug: str
    owner: str
    tier: str
    tier_slug: str
    stage: str
    stage_words: str
    blocked: str
    likely_days: float | None
    skills: tuple[str, ...]
    # Worked out when it is asked for: of 2,000 rows a page shows 250.
    scored: Callable[[], Score] = field(compare=False)
    dates: Dates
    chance: float | None
    rag: Rag
    # Why there is no bar; empty when there is one.
    silence: str

    @property
    def score(self) -> Score:
        return self.scored()

    @property
    def days_words(self) -> str:
        return "–" if self.likely_days is None else days_words(self.likely_days)

    @property
    def chance_words(self) -> str:
        return "–" if self.chance is None else chance_words(self.chance)

    @property
    def skill_words(self) -> str:
        return " · ".join(self.skills) or "–"

    @property
    def has_chance(self) -> bool:
        return self.chance is not None

    @property
    def is_under_way(self) -> bool:
        return self.stage == Stage.IN_PROGRESS

    @property
    def is_committed(self) -> bool:
        return self.dates.promised is not None

    @property
    def is_at_risk(self) -> bool:
        return self.rag.colour in AT_RISK

    @property
    def is_unestimated(self) -> bool:
        return self.likely_days is None


def days_words(days: float) -> str:
    """“0.5”, “4”, “31”: a decimal only where it matters."""
    return f"{days:.1f}".removesuffix(".0") if days < 10 else f"{days:.0f}"


def bar_of(row: Row, axis: Axis, label: str) -> Bar:
    dates = row.dates
    return bar(
        axis,
        p10=dates.p10,
        p50=dates.p50,
        p85=dates.p85,
        p95=dates.p95,
        promised=dates.promised,
        needed=dates.needed,
        label=label,
    )


def bar_words(row: Row, today: dt.date) -> str:
    """The bar for who does not see it: “P50 4 Dec, P85 18 Jan, promised 12 Jan”."""
    dates = row.dates
    told = []
    if dates.p50 is None:
        told.append(row.silence)
    else:
        told.append(f"P50 {short_day(dates.p50, today)}")
        for name, day in (("P85", dates.p85), ("P95", dates.p95)):
            told.append(f"{name} {short_day(day, today) if day else 'not known'}")
    if dates.promised:
        told.append(f"promised {short_day(dates.promised, today)}")
    if dates.needed:
        told.append(f"needed by {short_day(dates.needed, today)}")
    return ", ".join(told)


def range_of(row: Row, today: dt.date) -> str:
    """P50 to P85 in the shortest words: “4 Dec – 18 Jan”."""
    first, last = row.dates.p50, row.dates.p85
    if first is None:
        return ""
    if last is None:
        return f"from {short_day(first, today)}"
    return range_words(first, last, today)


def row_of(
    *,
    place: int,
    facts: Facts,
    forecast: Seen | DemandForecast | None,
    promised: dt.date | None,
    chance: float | None,
    rag: Rag,
    work: Work | None,
    scored: Callable[[], Score],
) -> Row:
    return Row(
        place=place,
        reference=facts.reference,
        url=url_of(facts.reference),
        title=facts.title,
        revision=facts.revision,
        unit=facts.unit,
        unit_slug=facts.unit_slug,
        owner=facts.owner or "",
        tier=facts.tier,
        tier_slug=facts.tier_slug,
        stage=facts.stage,
        stage_words=STAGE_WORDS[facts.stage],
        blocked=facts.blocked,
        likely_days=work.likely_days if work else None,
        skills=work.skills if work else (),
        scored=scored,
        dates=Dates(
            p10=forecast.p10 if forecast else None,
            p50=forecast.p50 if forecast else None,
            p85=forecast.p85 if forecast else None,
            p95=forecast.p95 if forecast else None,
            promised=promised,
            needed=facts.needed_by,
        ),
        chance=chance,
        rag=rag,
        silence=silence_of(forecast, has_packages=work is not None),
    )


def url_of(reference: str) -> str:
    # References are letters, digits and dashes; looking the address up for each of
    # thousands took a third of the time of the page.
    return _url("board:demand").replace("/-/", f"/{reference}/")


def promise_url(row: Row) -> str:
    """Where a date is promised, and back to the board."""
    address = _url("delivery:promise").replace("/-/", f"/{row.reference}/")
    return f"{address}?next={_url('board:board', named=False)}"


@cache
def _url(name: str, *, named: bool = True) -> str:
    return reverse(name, args=["-"] if named else [])


def silence_of(forecast: Seen | DemandForecast | None, *, has_packages: bool) -> str:
    """Why a demand has no dates, or nothing when it has."""
    if forecast is None:
        return (
            "Not forecast yet"
            if has_packages
            else "Cannot be forecast. It has no estimate yet."
        )
    if forecast.cannot:
        return f"Cannot be forecast. {forecast.cannot}"
    if forecast.p50 is None:
        return "Half of the simulated worlds do not finish it within the horizon."
    return ""
