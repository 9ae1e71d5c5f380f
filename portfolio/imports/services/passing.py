"""Goes through a file once: rows that are in order, in batches, with what is known."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from zoneinfo import ZoneInfo

from django.utils import timezone

from intake.models import Demand
from portfolio.core.models import Team
from portfolio.imports.findings import Finding, Findings
from portfolio.imports.mapping import ImportMapping
from portfolio.imports.models import ImportedDemand
from portfolio.imports.services.adding import number_in
from portfolio.imports.services.merging import changed_names
from portfolio.imports.services.names import Names
from portfolio.imports.table import Row, Table, TableBroken
from portfolio.imports.tracked import Tracked
from portfolio.imports.tracking import Tracking, label

BATCH = 500


@dataclass(frozen=True, slots=True)
class Entry:
    """A row, and what it is compared with when it was imported before."""

    tracked: Tracked
    imported: ImportedDemand | None
    # Which values are new, or said otherwise than at the last import.
    changed: set[str]


@dataclass
class Pass:
    """One way through the file, in batches of rows that are in order."""

    table: Table
    mapping: ImportMapping
    team: Team | None
    findings: Findings
    names: Names
    rows: int = 0
    left_out: Counter[str] = field(default_factory=Counter)
    # On which line a key or a reference stands first.
    keys: dict[str, int] = field(default_factory=dict)
    references: dict[str, int] = field(default_factory=dict)

    def batches(self) -> Iterator[list[Entry]]:
        good = self._good_rows()
        while batch := list(islice(good, BATCH)):
            entries = self._with_imported(batch)
            self._check_references(entries)
            for entry in entries:
                self.names.require(entry.tracked, entry.changed, self.findings)
            yield entries

    def _good_rows(self) -> Iterator[Tracked]:
        zone = (
            self.team.calendar.time_zone if self.team else self.mapping.team.time_zone
        )
        today = timezone.localdate(timezone=ZoneInfo(zone))
        tracking = Tracking(self.mapping, ZoneInfo(zone), today, self.findings)
        try:
            for row in self.table.rows():
                self.rows += 1
                tracked = self._tracked(row, tracking)
                if tracked and self._is_first(tracked):
                    yield tracked
        except TableBroken as broken:
            self.findings.add_problem(broken.finding)

    def _tracked(self, row: Row | Finding, tracking: Tracking) -> Tracked | None:
        if isinstance(row, Finding):
            self.findings.add_problem(row)
            return None
        if why := tracking.left_out(row):
            self.left_out[why] += 1
            return None
        return tracking.track(row)

    def _is_first(self, tracked: Tracked) -> bool:
        """Whether its key, and its reference if it brings one, stand here first."""
        fresh = True
        for name, seen in (("key", self.keys), ("reference", self.references)):
            text = tracked.text(name)
            line = seen.setdefault(text, tracked.line) if text else tracked.line
            if line != tracked.line:
                fresh = False
                self._problem(tracked, name, f"stands on line {line} already.")
        return fresh

    def _problem(self, tracked: Tracked, name: str, right: str) -> None:
        cell = tracked.cells[name]
        self.findings.add_problem(
            Finding(tracked.line, label(cell), tracked.text(name), right)
        )

    def _with_imported(self, batch: list[Tracked]) -> list[Entry]:
        known: dict[str, ImportedDemand] = {}
        if self.team:
            rows = ImportedDemand.objects.filter(
                demand__team=self.team,
                demand__import_source=self.mapping.tracker,
                # As in the index, which is for demands with a key alone.
                demand__import_key__gt="",
                demand__import_key__in=[tracked.key for tracked in batch],
            ).select_related("demand")
            known = {row.demand.import_key: row for row in rows}
        return [
            Entry(tracked, before, changed_names(tracked, before))
            for tracked in batch
            for before in [known.get(tracked.key)]
        ]

    def _check_references(self, entries: list[Entry]) -> None:
        fresh = [
            entry.tracked
            for entry in entries
            if entry.imported is None and entry.tracked.text("reference")
        ]
        if not fresh:
            return
        wanted = [tracked.text("reference") for tracked in fresh]
        taken = set(
            Demand.objects.filter(reference__in=wanted).values_list(
                "reference", flat=True
            )
        )
        others = self._prefixes_of_others()
        for tracked in fresh:
            reference = tracked.text("reference")
            if reference in taken:
                self._problem(tracked, "reference", "is another demand's reference.")
            elif any(number_in(reference, prefix) for prefix in others):
                self._problem(
                    tracked, "reference", "has the form of another team's references."
                )

    def _prefixes_of_others(self) -> list[str]:
        teams = Team.objects.exclude(pk=self.team.pk) if self.team else Team.objects
        return list(teams.values_list("reference_prefix", flat=True))
