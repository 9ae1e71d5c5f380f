"""What a list of requests shows, as its address says: filters, words and order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import F
from django.http import QueryDict

from intake.models import Demand
from intake.models.demands import DemandQuerySet
from portfolio.core.models import User
from portfolio.core.words import local_day

SHOWS = {"open": "Open", "closed": "Closed", "all": "All"}
COLUMNS = {
    "title": ("Request", "title"),
    "stage": ("Stage", "stage_order"),
    "unit": ("Unit", "business_unit__name"),
    "needed": ("Needed by", "needed_by"),
    "submitted": ("Submitted", "submitted_at"),
}
NEWEST_FIRST = "-submitted"


@dataclass(frozen=True, slots=True)
class Column:
    key: str
    name: str
    # As aria-sort says it; empty when the list is not in this order.
    sorted: str
    # What the heading sorts by when it is chosen.
    sort: str


@dataclass(frozen=True, slots=True)
class Listing:
    show: str = "open"
    mine: bool = False
    words: str = ""
    sort: str = NEWEST_FIRST

    @classmethod
    def read(cls, query: QueryDict) -> Listing:
        """What an address asks for; what it does not know it reads as the default."""
        show = query.get("show", "open")
        sort = query.get("sort", NEWEST_FIRST)
        return cls(
            show=show if show in SHOWS else "open",
            mine=query.get("mine") == "yes",
            words=query.get("q", "").strip()[:200],
            sort=sort if sort.removeprefix("-") in COLUMNS else NEWEST_FIRST,
        )

    @property
    def narrows(self) -> bool:
        """Whether anything may be hidden beside what is closed."""
        return self.mine or bool(self.words) or self.show == "closed"

    def chosen(self, demands: DemandQuerySet, user: User) -> DemandQuerySet:
        if self.show != "all":
            demands = demands.open() if self.show == "open" else demands.closed()
        if self.mine:
            demands = demands.filter(requester=user)
        return self._in_order(demands.matching(self.words))

    def _in_order(self, demands: DemandQuerySet) -> DemandQuerySet:
        _, field = COLUMNS[self.sort.removeprefix("-")]
        order = (
            F(field).desc(nulls_last=True)
            if self.sort.startswith("-")
            else F(field).asc(nulls_last=True)
        )
        return demands.with_stage_order().order_by(order, "-pk")

    def columns(self) -> list[Column]:
        return [self._column(key, name) for key, (name, _) in COLUMNS.items()]

    def _column(self, key: str, name: str) -> Column:
        if self.sort == key:
            return Column(key, name, "ascending", f"-{key}")
        if self.sort == f"-{key}":
            return Column(key, name, "descending", key)
        return Column(key, name, "", f"-{key}" if key == "submitted" else key)

    def picks(self) -> list[dict[str, Any]]:
        return [
            {"key": key, "name": name, "current": key == self.show}
            for key, name in SHOWS.items()
        ]


CSV_HEADER = [
    "Reference", "Title", "Tier", "Stage", "Business unit", "Requester",
    "Source system", "Target system", "How often", "Needed by", "Submitted on",
    "Decision due on", "Decided on", "Delivered on",
]  # fmt: skip


def csv_rows(demands: DemandQuerySet) -> Iterator[list[object]]:
    for demand in demands.for_reading():
        yield [
            demand.reference,
            demand.title,
            demand.tier.name,
            demand.get_stage_display(),
            demand.business_unit.name,
            demand.requester.name if demand.requester else "",
            demand.source_name,
            demand.target_name,
            demand.get_frequency_display(),
            demand.needed_by,
            _day(demand, "submitted_at"),
            _day(demand, "decide_by"),
            _day(demand, "decided_at"),
            demand.delivered_on,
        ]


def _day(demand: Demand, field: str) -> object:
    moment = getattr(demand, field)
    return local_day(moment) if moment else None
