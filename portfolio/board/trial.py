"""One move that is tried: what it does, or why that is not known yet."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from capacity.services.previews import Preview
from portfolio.board.backlog import Backlog
from portfolio.board.rows import Row
from portfolio.board.trying import Moved, Outcome, moved_by, outcome_of
from portfolio.core.words import counted, short_day

# A page asks again so often, a second each time, before it goes on without an answer.
MOST_LOOKS = 15


@dataclass(frozen=True, slots=True)
class Trial:
    """A move from one place to another; without an ``outcome`` none is known yet."""

    row: Row
    to_place: int
    token: str
    looks: int
    problem: str
    outcome: Outcome | None
    words: str
    # By which it comes sooner, in its P50; 0 where it does not.
    sooner: int = 0

    @property
    def is_late(self) -> bool:
        """Whether an answer may still come."""
        return (
            self.outcome is None
            and not self.problem
            and bool(self.token)
            and self.looks < MOST_LOOKS
        )

    @property
    def again(self) -> str:
        """The address part that looks for the answer again."""
        asked = {
            "reference": self.row.reference,
            "revision": self.row.revision,
            "to_place": self.to_place,
            "token": self.token,
            "looks": self.looks,
        }
        return f"?{urlencode(asked)}"


def trial_of(
    *,
    backlog: Backlog,
    row: Row,
    to_place: int,
    token: str,
    looks: int,
    problem: str,
    preview: Preview | None,
) -> Trial:
    if preview is not None and preview.problem:
        problem = preview.problem
    outcome, words, days = None, "", None
    if preview is not None and not problem:
        outcome = outcome_of(backlog, preview, apart=row.reference)
        shift = preview.shifts.get(row.reference)
        own = moved_by(row, shift, backlog.today, backlog.thresholds) if shift else None
        words = move_words(row, own, to_place)
        days = shift.days("p50") if shift else None
    return Trial(
        row=row,
        to_place=to_place,
        token=token,
        looks=looks,
        problem=problem,
        outcome=outcome,
        words=words,
        sooner=max(-(days or 0), 0),
    )


def move_words(row: Row, moved: Moved | None, to_place: int) -> str:
    """“up 6: 18 days earlier, P85 4 Jan instead of 22 Jan”."""
    steps = row.place - to_place
    way = f"{'up' if steps > 0 else 'down'} {abs(steps)}" if steps else "stays"
    if row.silence:
        return f"{way}. {row.silence.removesuffix('.')}"
    if moved is None or not (moved.days or moved.words):
        return f"{way}: its dates stay"
    told = moved.words
    if moved.days:
        late_or_early = "later" if moved.days > 0 else "earlier"
        told = f"{counted(abs(moved.days), 'day')} {late_or_early}"
    before, after = moved.before.dates.p85, moved.after.dates.p85
    if before and after:
        told += f", P85 {short_day(after)} instead of {short_day(before)}"
    return f"{way}: {told}"
