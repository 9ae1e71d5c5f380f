from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from portfolio.imports.findings import Findings
from portfolio.imports.services.names import Sort

# Called with what is being done, how many rows are done, and of how many (0: unknown).
Progress = Callable[[str, int, int], None]


@dataclass
class Outcome:
    """What an import did, or would have done."""

    team: str
    rows: int = 0
    new: int = 0
    updated: int = 0
    unchanged: int = 0
    left_out: Counter[str] = field(default_factory=Counter)
    # Of the rows that are imported, new or not.
    stages: Counter[str] = field(default_factory=Counter)
    promises: int = 0
    packages: int = 0
    made: dict[Sort, list[str]] = field(default_factory=dict)
    engineers: list[str] = field(default_factory=list)
    team_is_new: bool = False
    nobody_sees_it: bool = False
    kept: bool = False
    findings: Findings = field(default_factory=Findings)

    @property
    def is_bad(self) -> bool:
        return self.findings.problem_count > 0
