"""Finished packages: what was estimated, what it took, and when it was finished."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Longs = NDArray[np.int64]

NONE = -1
"""The code of a skill or project that is not known; it is like no other."""


@dataclass(frozen=True, slots=True)
class History:
    """Finished packages in the order in which they were finished.

    Attributes
    ----------
    estimate, actual : float64 arrays, shape (packages,)
        Above 0 and in the same unit, whichever.
    finished : float64 array, shape (packages,), days
        When each was finished, from any day on; must not decrease. Packages of the
        same moment know nothing of each other.
    skill, project : int64 arrays, shape (packages,)
        Codes, or ``NONE``. A project is what errs together: in the app, a demand.
    width : float64 array, shape (packages,)
        How wide the range was that somebody declared, as the standard deviation of
        its logarithm; 0 where none is known.

    Raises
    ------
    ValueError
        If the shapes differ, a number is not allowed, or the order is another.
    """

    estimate: Floats
    actual: Floats
    finished: Floats
    skill: Longs
    project: Longs
    width: Floats

    def __post_init__(self) -> None:
        for name in ("actual", "finished", "skill", "project", "width"):
            if len(getattr(self, name)) != len(self.estimate):
                raise ValueError(
                    f"{name} has {len(getattr(self, name))} entries; "
                    f"{len(self.estimate)} were expected, one for each estimate."
                )
        for name in ("estimate", "actual"):
            given = getattr(self, name)
            bad = np.flatnonzero(~(np.isfinite(given) & (given > 0)))
            if bad.size:
                raise ValueError(
                    f"Package {bad[0]} has {name} {given[bad[0]]}; "
                    "a number above 0 is allowed."
                )
        if (np.diff(self.finished) < 0).any():
            raise ValueError("finished decreases; the first finished stands first.")

    def __len__(self) -> int:
        return len(self.estimate)

    @classmethod
    def of(
        cls,
        estimate: Floats,
        actual: Floats,
        finished: Floats,
        *,
        skill: Longs | None = None,
        project: Longs | None = None,
        width: Floats | None = None,
    ) -> History:
        """Put packages into the order in which they were finished; ties keep theirs.

        Examples
        --------
        >>> days = np.array([2.0, 1.0])
        >>> History.of(np.array([5.0, 3.0]), np.ones(2), days).estimate.tolist()
        [3.0, 5.0]
        """
        nothing = np.full(len(estimate), NONE)
        order = np.argsort(finished, kind="stable")
        return cls(
            estimate[order],
            actual[order],
            finished[order],
            (nothing if skill is None else skill)[order],
            (nothing if project is None else project)[order],
            (np.zeros(len(estimate)) if width is None else width)[order],
        )

    def take(self, rows: Longs | NDArray[np.bool_] | slice) -> History:
        """Only some packages; rows must keep the order in which they were finished."""
        return History(
            self.estimate[rows],
            self.actual[rows],
            self.finished[rows],
            self.skill[rows],
            self.project[rows],
            self.width[rows],
        )

    def first(self, packages: int) -> History:
        """The packages that were finished first."""
        return self.take(slice(packages))

    def last(self, packages: int) -> History:
        """The packages that were finished last."""
        return self.take(slice(max(len(self) - packages, 0), len(self)))

    def known_at(self, moment: float) -> int:
        """How many packages were finished strictly before a moment."""
        return int(np.searchsorted(self.finished, moment, side="left"))
