"""What the engine is asked: people, their calendars, and ranked work, checked once.

The file format is the plan of the design page, section 8. A ``Plan`` that exists is
right: behind it nothing checks again.
"""

from __future__ import annotations

import hashlib
import json
from copy import copy
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from capacity.engine import _checks
from capacity.engine._reading import (
    PlanError,
    read_day,
    read_days,
    read_list,
    read_number,
    read_object,
    read_texts,
    read_whole,
)
from capacity.engine.people import Engineer, Interruption, Leave
from capacity.engine.work import Arrival, Demand, Package, Range

__all__ = [
    "Arrival",
    "Demand",
    "Engineer",
    "Interruption",
    "Leave",
    "Package",
    "Plan",
    "PlanError",
    "Range",
    "Uncertainty",
    "load_plan",
]

MOST_TRIALS = 1_000_000
MOST_SEED = 2**63 - 1
MOST_DAYS = 36_525


@dataclass(frozen=True, slots=True)
class Uncertainty:
    """Standard deviations of the logarithms of the shared error factors."""

    demand_sd: float = 0.0
    team_sd: float = 0.0

    @classmethod
    def from_json(cls, value: object) -> Uncertainty:
        fields = read_object(value, "Uncertainty", optional=("demand_sd", "team_sd"))
        return cls(
            demand_sd=read_number(
                fields.get("demand_sd", 0.0),
                "Uncertainty, demand_sd,",
                least=0,
                most=5,
            ),
            team_sd=read_number(
                fields.get("team_sd", 0.0), "Uncertainty, team_sd,", least=0, most=5
            ),
        )

    def to_json(self) -> dict[str, float]:
        return {"demand_sd": self.demand_sd, "team_sd": self.team_sd}


@dataclass(frozen=True, slots=True)
class Plan:
    """Who works when, and on what in which order.

    Attributes
    ----------
    start : date
        First day of the plan; time 0 is its first moment.
    engineers : tuple of Engineer
        In plan order, which decides the last tie.
    demands : tuple of Demand
        In rank order, best first.
    trials : int
        Simulated worlds; the standard error of a share falls with its root.
    seed : int
        Seed of every random number of the plan.
    horizon_days : int
        Days simulated; what ends later has not finished.
    closed_days : tuple of date
        Days on which nobody works.
    interruptions, arrivals, uncertainty
        See the classes.
    together : tuple of tuples of demand ids
        Groups for which “all done by” is wanted.

    Raises
    ------
    PlanError
        If a value or a relation between values is not allowed; the message says
        where, what was given and what is allowed.

    Notes
    -----
    Checks cost O(packages + references).

    Examples
    --------
    >>> plan = Plan.from_json({"start": "2026-11-23", "engineers": [], "demands": []})
    >>> plan.end
    datetime.date(2029, 11, 21)
    """

    start: date
    engineers: tuple[Engineer, ...] = ()
    demands: tuple[Demand, ...] = ()
    trials: int = 10_000
    seed: int = 0
    horizon_days: int = 1095
    closed_days: tuple[date, ...] = ()
    interruptions: tuple[Interruption, ...] = ()
    arrivals: tuple[Arrival, ...] = ()
    uncertainty: Uncertainty = field(default_factory=Uncertainty)
    together: tuple[tuple[str, ...], ...] = ()

    def __post_init__(self) -> None:
        read_whole(self.trials, "The plan, trials,", least=1, most=MOST_TRIALS)
        read_whole(self.seed, "The plan, seed,", least=0, most=MOST_SEED)
        read_whole(
            self.horizon_days, "The plan, horizon_days,", least=1, most=MOST_DAYS
        )
        if (date.max - self.start).days <= self.horizon_days:
            raise PlanError(
                f"The plan starts on {self.start} with a horizon of "
                f"{self.horizon_days} days; it must end before the year 10000."
            )
        _checks.check_plan(self)

    @property
    def end(self) -> date:
        """Last day of the horizon."""
        return self.start + timedelta(days=self.horizon_days - 1)

    def rearranged(self, demands: tuple[Demand, ...]) -> Plan:
        """The plan with its own demands in another order, and without ``together``.

        Parameters
        ----------
        demands
            Each demand of the plan once; they may ask for other ``dates``.

        Notes
        -----
        Not checked again: nothing that was right can have become wrong, and a preview
        of a move would take ten milliseconds longer.
        """
        other = copy(self)
        object.__setattr__(other, "demands", demands)
        object.__setattr__(other, "together", ())
        return other

    @classmethod
    def from_json(cls, mapping: object) -> Plan:
        """Read a plan from the objects and lists of its JSON form.

        Parameters
        ----------
        mapping
            What ``json.loads`` gives for a plan file. Only ``start``, ``engineers``
            and ``demands`` must be there.

        Returns
        -------
        Plan
            The checked plan.

        Raises
        ------
        PlanError
            With one sentence that says where and what is allowed.

        Examples
        --------
        >>> Plan.from_json({"start": "2026-02-30", "engineers": [], "demands": []})
        Traceback (most recent call last):
        ...
        capacity.engine._reading.PlanError: The plan, start, is '2026-02-30'; a date \
that exists, written as YYYY-MM-DD, was expected.
        """
        fields = read_object(
            mapping,
            "The plan",
            required=("start", "engineers", "demands"),
            optional=(
                "trials",
                "seed",
                "horizon_days",
                "closed_days",
                "interruptions",
                "arrivals",
                "uncertainty",
                "together",
            ),
        )

        def numbered(key: str) -> enumerate[Any]:
            return enumerate(
                read_list(fields.get(key, []), f"The plan, {key},"), start=1
            )

        return cls(
            start=read_day(fields["start"], "The plan, start,"),
            trials=read_whole(
                fields.get("trials", 10_000),
                "The plan, trials,",
                least=1,
                most=MOST_TRIALS,
            ),
            seed=read_whole(
                fields.get("seed", 0), "The plan, seed,", least=0, most=MOST_SEED
            ),
            horizon_days=read_whole(
                fields.get("horizon_days", 1095),
                "The plan, horizon_days,",
                least=1,
                most=MOST_DAYS,
            ),
            closed_days=read_days(
                fields.get("closed_days", []), "The plan, closed_days,"
            ),
            engineers=tuple(
                Engineer.from_json(value, number)
                for number, value in numbered("engineers")
            ),
            demands=tuple(
                Demand.from_json(value, number) for number, value in numbered("demands")
            ),
            interruptions=tuple(
                Interruption.from_json(value, number)
                for number, value in numbered("interruptions")
            ),
            arrivals=tuple(
                Arrival.from_json(value, number)
                for number, value in numbered("arrivals")
            ),
            uncertainty=Uncertainty.from_json(fields.get("uncertainty", {})),
            together=tuple(
                read_texts(group, f"Group {number} of together")
                for number, group in numbered("together")
            ),
        )

    def to_json(self) -> dict[str, Any]:
        """Write the plan with every default spelt out, ready for ``json.dumps``."""
        return {
            "start": self.start.isoformat(),
            "trials": self.trials,
            "seed": self.seed,
            "horizon_days": self.horizon_days,
            "closed_days": [day.isoformat() for day in self.closed_days],
            "engineers": [engineer.to_json() for engineer in self.engineers],
            "interruptions": [stream.to_json() for stream in self.interruptions],
            "demands": [demand.to_json() for demand in self.demands],
            "arrivals": [stream.to_json() for stream in self.arrivals],
            "uncertainty": self.uncertainty.to_json(),
            "together": [list(group) for group in self.together],
        }

    def hash(self) -> str:
        """SHA-256 of the canonical JSON: defaults spelt out, keys sorted, no blanks.

        Two files that say the same thing, one with defaults left out or with 2 for
        2.0, have the same hash.
        """
        text = json.dumps(
            self.to_json(), sort_keys=True, separators=(",", ":"), ensure_ascii=False
        )
        return hashlib.sha256(text.encode()).hexdigest()


def load_plan(text: str | bytes) -> Plan:
    """Read a plan from the text of a plan file.

    Parameters
    ----------
    text
        JSON.

    Returns
    -------
    Plan
        The checked plan.

    Raises
    ------
    PlanError
        If the text is no JSON, names a key twice, or is no valid plan.

    Examples
    --------
    >>> load_plan('{"start": "2026-11-23", "engineers": [], "demands": []}').trials
    10000
    """
    return Plan.from_json(_parsed(text))


def _parsed(text: str | bytes) -> object:
    if not text.strip():
        raise PlanError("The plan is empty; a JSON object was expected.")
    if isinstance(text, str):
        text = text.removeprefix("\ufeff")
    try:
        return json.loads(text, object_pairs_hook=_unique_keys)
    except PlanError:
        raise
    except RecursionError:
        raise PlanError("The plan is nested too deeply to be read.") from None
    except UnicodeDecodeError:
        raise PlanError("The plan is not written in UTF-8.") from None
    except json.JSONDecodeError as wrong:
        raise PlanError(
            f"The plan is no JSON: {wrong.msg} in line {wrong.lineno}, "
            f"column {wrong.colno}."
        ) from None
    except ValueError:
        # Python reads no whole number of more than 4300 digits.
        raise PlanError(
            "The plan has a number of more than 4300 digits; no number in it needs "
            "as many."
        ) from None


def _unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise PlanError(
                f"The key “{key}” stands twice in one object of the plan; once is "
                "allowed."
            )
        found[key] = value
    return found
