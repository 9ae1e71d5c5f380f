"""Which integrations a list shows, as its address says: filters, words and order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import F
from django.http import QueryDict

from portfolio.catalogue.models import IntegrationQuerySet, Pattern

SHOWS = {"running": "Running", "retired": "Retired", "all": "All"}
COLUMNS = {
    "source": ("From", "source__name"),
    "target": ("To", "target__name"),
    "what": ("What", "name"),
    "pattern": ("Pattern", "pattern"),
    "unit": ("Owner", "owner_unit__name"),
    "since": ("Since", "runs_since"),
}


@dataclass(frozen=True, slots=True)
class Column:
    key: str
    name: str
    # As aria-sort says it; empty when the list is not in this order.
    sorted: str
    # What the heading sorts by when it is chosen.
    sort: str


@dataclass(frozen=True, slots=True)
class Pick:
    key: str
    name: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class Listing:
    show: str = "running"
    words: str = ""
    pattern: str = ""
    unit: str = ""
    sort: str = "source"

    @classmethod
    def read(cls, query: QueryDict) -> Listing:
        """What an address asks for; what it does not know it reads as the default."""
        show, pattern = query.get("show", ""), query.get("pattern", "")
        sort = query.get("sort", "")
        return cls(
            show=show if show in SHOWS else "running",
            words=query.get("q", "").replace("\x00", "").strip()[:200],
            pattern=pattern if pattern in Pattern.values else "",
            unit=query.get("unit", "").replace("\x00", "").strip()[:80],
            sort=sort if sort.removeprefix("-") in COLUMNS else "source",
        )

    @property
    def narrows(self) -> bool:
        """Whether anything is hidden that the empty list may be hiding."""
        return bool(self.words or self.pattern or self.unit)

    def chosen(self, integrations: IntegrationQuerySet) -> IntegrationQuerySet:
        if self.show == "running":
            integrations = integrations.running()
        elif self.show == "retired":
            integrations = integrations.filter(retired_on__isnull=False)
        if self.pattern:
            integrations = integrations.filter(pattern=self.pattern)
        if self.unit:
            integrations = integrations.filter(owner_unit__slug=self.unit)
        return self._in_order(integrations.matching(self.words).for_reading())

    def _in_order(self, integrations: IntegrationQuerySet) -> IntegrationQuerySet:
        _, field = COLUMNS[self.sort.removeprefix("-")]
        order = (
            F(field).desc(nulls_last=True)
            if self.sort.startswith("-")
            else F(field).asc(nulls_last=True)
        )
        return integrations.order_by(order, "name")

    def columns(self) -> list[Column]:
        return [self._column(key, name) for key, (name, _) in COLUMNS.items()]

    def _column(self, key: str, name: str) -> Column:
        if self.sort == key:
            return Column(key, name, "ascending", f"-{key}")
        if self.sort == f"-{key}":
            return Column(key, name, "descending", key)
        return Column(key, name, "", key)

    def shows(self) -> list[Pick]:
        return [Pick(key, name, key == self.show) for key, name in SHOWS.items()]

    def patterns(self) -> list[Pick]:
        return [
            Pick(value, label, value == self.pattern)
            for value, label in Pattern.choices
        ]


CSV_HEADER = [
    "Integration", "Source system", "Target system", "Pattern", "Owner unit",
    "Runs since", "Retired on",
]  # fmt: skip


def csv_rows(integrations: IntegrationQuerySet) -> Iterator[list[object]]:
    for integration in integrations:
        yield [
            integration.name,
            integration.source.name,
            integration.target.name,
            integration.get_pattern_display(),
            integration.owner_unit.name,
            integration.runs_since,
            integration.retired_on,
        ]
