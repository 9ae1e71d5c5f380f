"""What is wrong or remarkable in a file: where, what was given, what would be right."""

from __future__ import annotations

from dataclasses import dataclass, field

MOST_KEPT = 1000
SHOWN = 60


@dataclass(frozen=True, slots=True)
class Finding:
    """One cell (or, without a column, one line) and what would be right there."""

    line: int
    column: str
    given: str
    right: str

    def __str__(self) -> str:
        where = f"Line {self.line}" if self.line else "The file"
        if self.column:
            where += f", column {self.column}"
        given = f"“{shortened(self.given)}” " if self.given else ""
        return f"{where}: {given}{self.right}"


@dataclass
class Findings:
    """Bad rows and remarks of one run.

    A file of the wrong kind has something wrong in every row: the first thousand are
    kept and the rest only counted.
    """

    problems: list[Finding] = field(default_factory=list)
    problem_count: int = 0
    # The same remark about the same value is said once, with its lines.
    remarks: dict[tuple[str, str, str], list[int]] = field(default_factory=dict)
    remark_count: int = 0

    def add_problem(self, problem: Finding) -> None:
        # One bad cell may feed several values; it is said once.
        if problem in self.problems[-4:]:
            return
        self.problem_count += 1
        if len(self.problems) < MOST_KEPT:
            self.problems.append(problem)

    def add_remark(self, remark: Finding) -> None:
        self.remark_count += 1
        key = (remark.column, remark.given, remark.right)
        if key in self.remarks or len(self.remarks) < MOST_KEPT:
            self.remarks.setdefault(key, []).append(remark.line)


def shortened(text: str) -> str:
    """At most sixty characters on one line, for a message about a cell."""
    line = " ".join(text.split())
    return line if len(line) <= SHOWN else f"{line[: SHOWN - 1]}…"
