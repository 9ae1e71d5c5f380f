"""What the board shows of a team's backlog, in five queries for any length."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.urls import reverse

from capacity.engine.distribution import chance_words
from capacity.models import DemandForecast, WorkPackage
from intake.choices import Stage
from intake.models import Demand
from portfolio.board.timeline import Axis, Bar, axis_for, bar
from portfolio.core.models import Team, User
from portfolio.core.words import range_words, short_day
from portfolio.delivery.rag import Rag
from portfolio.delivery.reading import (
    OpenCommitment,
    Outlook,
    open_by_demand,
    outlook_of,
)

AT_RISK = {"amber", "red"}


@dataclass(frozen=True, slots=True)
class Dates:
    """The days of one row; None where there is none, or it is not known."""

    p10: dt.date | None = None
    p50: dt.date | None = None
    p85: dt.date | None = None
    p95: dt.date | None = None
    promised: dt.date | None = None
    needed: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Work:
    """The packages of one demand: likely focused days and their skills in order."""

    likely_days: float
    skills: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """One demand of the backlog, ready to be written."""

    place: int
    reference: str
    url: str
    title: str
    revision: int
    unit: str
    unit_slug: str
    tier: str
    tier_slug: str
    stage: str
    stage_words: str
    blocked: str
    likely_days: float | None
    skills: tuple[str, ...]
    dates: Dates
    chance: float | None
    rag: Rag
    # Why there is no bar; empty when there is one.
    silence: str

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


@dataclass(frozen=True, slots=True)
class Backlog:
    """All rows of a team in rank order, and the day they were read."""

    team: Team
    rows: list[Row]
    today: dt.date

    @property
    def limits(self) -> str:
        """What is under way: “In progress 7, 1 of them expedite · blocked 2”."""
        under_way = [row for row in self.rows if row.is_under_way]
        expedite = sum(row.tier_slug == "expedite" for row in under_way)
        blocked = sum(bool(row.blocked) for row in self.rows)
        told = [f"In progress {len(under_way)}"]
        if expedite:
            told[0] += f", {expedite} of them expedite"
        if blocked:
            told.append(f"blocked {blocked}")
        return " · ".join(told)

    def axis(self) -> Axis:
        """One axis for all rows, whichever of them are shown."""
        days = (
            day
            for row in self.rows
            for day in (row.dates.p85 or row.dates.p50, row.dates.promised)
            if day
        )
        return axis_for(days, today=self.today)


def read_backlog(*, team: Team, user: User, today: dt.date) -> Backlog:
    """The backlog of a team as this person may see it."""
    demands = (
        Demand.objects.visible_to(user)
        .filter(team=team)
        .in_backlog()
        .select_related("tier", "business_unit")
        .only(
            "reference", "title", "stage", "rank", "needed_by", "revision", "team_id",
            "blocked_since", "blocked_cause", "blocked_waits_for",
            "tier__name", "tier__slug", "business_unit__name", "business_unit__slug",
        )
        .by_rank()
    )  # fmt: skip
    outlook = outlook_of(team.pk)
    promised = open_by_demand(team.pk, outlook, today)
    work = read_work(
        WorkPackage.objects.of_backlog(team.pk).values_list(
            "demand_id", "skill__name", "likely"
        )
    )
    return Backlog(
        team=team,
        rows=[
            row_of(
                place=place,
                demand=demand,
                outlook=outlook,
                commitment=promised.get(demand.pk),
                work=work.get(demand.pk),
                today=today,
            )
            for place, demand in enumerate(demands, 1)
        ],
        today=today,
    )


def read_work(packages: Iterable[tuple[int, str, Decimal]]) -> dict[int, Work]:
    """Sum packages, given as (demand, skill, likely days) in order, by demand."""
    days: dict[int, float] = {}
    skills: dict[int, dict[str, None]] = {}
    for demand, skill, likely in packages:
        days[demand] = days.get(demand, 0) + float(likely)
        skills.setdefault(demand, {})[skill] = None
    return {
        demand: Work(likely_days=total, skills=tuple(skills[demand]))
        for demand, total in days.items()
    }


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
    demand: Demand,
    outlook: Outlook,
    commitment: OpenCommitment | None,
    work: Work | None,
    today: dt.date,
) -> Row:
    forecast = outlook.rows.get(demand.pk)
    promised = commitment.commitment.due_on if commitment else None
    judged_by = promised or demand.needed_by
    return Row(
        place=place,
        reference=demand.reference,
        url=reverse("board:demand", args=[demand.reference]),
        title=demand.title,
        revision=demand.revision,
        unit=demand.business_unit.name,
        unit_slug=demand.business_unit.slug,
        tier=demand.tier.name,
        tier_slug=demand.tier.slug,
        stage=demand.stage,
        stage_words=Stage(demand.stage).label.lower(),
        blocked=_blocked_words(demand),
        likely_days=work.likely_days if work else None,
        skills=work.skills if work else (),
        dates=Dates(
            p10=forecast.p10 if forecast else None,
            p50=forecast.p50 if forecast else None,
            p85=forecast.p85 if forecast else None,
            p95=forecast.p95 if forecast else None,
            promised=promised,
            needed=demand.needed_by,
        ),
        chance=outlook.chance(demand.pk, judged_by) if judged_by else None,
        rag=outlook.rag(demand.pk, judged_by, today),
        silence=silence_of(forecast, has_packages=work is not None),
    )


def _blocked_words(demand: Demand) -> str:
    if not demand.is_blocked:
        return ""
    waits_for = demand.blocked_waits_for
    return f"waits for {waits_for}" if waits_for else demand.blocked_cause


def silence_of(forecast: DemandForecast | None, *, has_packages: bool) -> str:
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
