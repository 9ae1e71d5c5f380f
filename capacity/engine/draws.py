"""Draw what is uncertain: efforts, waits, shared errors, interruptions, arrivals.

Every number belongs to (seed, trial, ids), never to a position. Moving, adding or
removing a demand leaves all other numbers as they were, so two runs differ only by what
was changed; and fewer trials are a prefix of more.
"""

from __future__ import annotations

import hashlib
import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from capacity.engine.arrays import (
    Drawn,
    Draws,
    Interrupted,
    Keys,
    Late,
    empty_events,
    empty_late,
    empty_scratch,
    enough,
)
from capacity.engine.model import Arrays, Floats, Longs, has_wait
from capacity.engine.plan import Plan
from capacity.engine.work import Demand, Package, Range

Z90 = 1.2815515655446004
"""The standard normal lies below this with 90 %, so P10 and P90 are -Z90 and Z90."""

NOTHING = Range(0.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Sampler:
    """Everything random about a plan, ready to be drawn for any trial."""

    draws: Draws

    def draw(self, arrays: Arrays, *, first: int, trials: int) -> Drawn:
        """Draw some trials as far as the horizon.

        Parameters
        ----------
        arrays
            The plan's arrays.
        first
            Number of the first trial, from 0.
        trials
            How many.

        Returns
        -------
        Drawn
            See there for shapes and units.

        Notes
        -----
        The kernel draws the same numbers itself, as far as it needs them. About 3 ns
        for each.
        """
        from capacity.engine import _draws
        from capacity.engine._bundle import bundled

        effort = np.empty((trials, len(self.draws.effort_key)))
        wait = np.empty((trials, len(self.draws.wait_key)))
        draws, scratch = bundled(self.draws), bundled(empty_scratch(self.draws))
        _draws.fill_packages(draws, first, scratch, effort, wait)
        until = float(arrays.days - arrays.start)
        arrivals = [self._arrive(draws, until, first + i) for i in range(trials)]
        return Drawn(
            effort,
            wait,
            late_from=_summed([len(each.time) for each in arrivals]),
            late_time=np.concatenate([each.time for each in arrivals]),
            late_stream=np.concatenate([each.stream for each in arrivals]),
            late_package_from=_summed([len(each.effort) for each in arrivals]),
            late_effort=np.concatenate([each.effort for each in arrivals]),
            late_wait=np.concatenate([each.wait for each in arrivals]),
        )

    def interrupt(self, days: int, *, first: int, trials: int) -> Interrupted:
        """Draw when interruptions come, whom they hit, and how long they take.

        Parameters
        ----------
        days
            Days from the plan's start.
        first
            Number of the first trial, from 0.
        trials
            How many.

        Returns
        -------
        Interrupted
            See there for shapes and units.
        """
        from capacity.engine import _draws
        from capacity.engine._bundle import bundled

        draws = bundled(self.draws)
        room = enough(days * float(self.draws.stream_per_day.sum()))
        drawn = []
        for trial in range(first, first + trials):
            while True:
                events = empty_events(self.draws, room)
                _draws.fill_events(draws, bundled(events), trial, float(days))
                if not events.sizes[_draws.LACKS_ROOM]:
                    break
                room *= 2
            size = events.sizes[_draws.DRAWN]
            drawn.append((events.time[:size], events.who[:size], events.effort[:size]))
        time, who, effort = (np.concatenate(each) for each in zip(*drawn, strict=True))
        return Interrupted(_summed([len(each[0]) for each in drawn]), time, who, effort)

    def _arrive(self, draws: Draws, until: float, trial: int) -> Late:
        from capacity.engine import _draws
        from capacity.engine._bundle import bundled

        if not self.draws.arrival_per_day.any():
            return empty_late(self.draws, 0, 0)
        patterns = np.diff(self.draws.pattern_from)
        room = enough(until * float(self.draws.arrival_per_day.sum()))
        while True:
            late = empty_late(self.draws, room, room * int(patterns.max(initial=0)))
            _draws.fill_arrivals(draws, bundled(late), trial, until)
            if not late.sizes[_draws.LACKS_ROOM]:
                break
            room *= 2
        size, rows = late.sizes[_draws.DRAWN], late.sizes[_draws.ROWS]
        return late._replace(
            time=late.time[:size],
            stream=late.stream[:size],
            effort=late.effort[:rows],
            wait=late.wait[:rows],
        )


def build_sampler(plan: Plan) -> Sampler:
    """Prepare the draws of a plan.

    Parameters
    ----------
    plan
        A checked plan.

    Returns
    -------
    Sampler
        Whose ``draw`` gives the numbers of any trials.

    Notes
    -----
    Effort is ``likely * exp(s * z)``, z standard normal, s = ln(likely / low) / Z90 for
    z < 0 and ln(high / likely) / Z90 for z >= 0: low, likely and high are its P10, P50
    and P90 exactly. The shared factors ``exp(sd * z)`` have median 1 and multiply every
    effort, a certain one too: the range says what is known of the package, the factor
    how far everybody is off together. Waits and interruptions are no estimates of the
    team's own work and take no factor.

    An interruption hits one of the stream's engineers who is with the team on that day;
    where none is, it hits nobody.

    References
    ----------
    D. G. Malcolm et al., "Application of a Technique for Research and Development
    Program Evaluation", Operations Research 7(5), 1959, for effort as a distribution
    from three estimates.
    """
    owned = [
        (row, demand, each)
        for row, demand in enumerate(plan.demands)
        for each in demand.packages
    ]
    waiting = [each for each in owned if has_wait(each[2])]
    patterns = [(stream, each) for stream in plan.arrivals for each in stream.packages]
    efforts = _shape([each.effort for _, _, each in owned])
    waits = _shape([each.wait or NOTHING for _, _, each in waiting])
    members = _members(plan)
    there = _there(plan)
    is_there = (there[:, 0] <= 0) & (there[:, 1] >= plan.horizon_days)

    def keys(kind: str, names: Iterable[tuple[str, ...]]) -> Keys:
        return np.array(
            [key(plan.seed, kind, *each) for each in names], dtype=np.uint64
        )

    return Sampler(
        Draws(
            team_key=np.uint64(key(plan.seed, "team")),
            team_sd=plan.uncertainty.team_sd,
            demand_key=keys("demand", ((each.id,) for each in plan.demands)),
            demand_sd=plan.uncertainty.demand_sd,
            effort_key=keys("effort", _ids(owned)),
            effort_likely=efforts[0],
            effort_slope=efforts[1:].astype(np.float32),
            demand_of=np.array([row for row, _, _ in owned], dtype=np.int32),
            wait_key=keys("wait", _ids(waiting)),
            wait_likely=waits[0],
            wait_slope=waits[1:].astype(np.float32),
            stream_key=_stream_keys(plan),
            stream_per_day=_rates([each.per_week for each in plan.interruptions]),
            stream_shape=_shape([each.effort for each in plan.interruptions]),
            member_from=np.cumsum([0, *map(len, members)], dtype=np.int32),
            member=np.array([row for rows in members for row in rows], dtype=np.int32),
            there=there,
            is_steady=np.array([is_there[rows].all() for rows in members], dtype=bool),
            arrival_key=keys("arrival", ((each.id,) for each in plan.arrivals)),
            # A stream without packages brings no work; it need not arrive.
            arrival_per_day=_rates(
                [each.per_week if each.packages else 0.0 for each in plan.arrivals]
            ),
            arrival_factor_key=keys(
                "arrived demand", ((each.id,) for each in plan.arrivals)
            ),
            pattern_from=np.cumsum(
                [0, *(len(each.packages) for each in plan.arrivals)], dtype=np.int32
            ),
            pattern_key=keys(
                "arrived effort", ((stream.id, each.id) for stream, each in patterns)
            ),
            pattern_shape=_shape([each.effort for _, each in patterns]),
            pattern_wait_key=keys(
                "arrived wait", ((stream.id, each.id) for stream, each in patterns)
            ),
            pattern_wait_shape=_shape([each.wait or NOTHING for _, each in patterns]),
        )
    )


def key(seed: int, *names: str) -> int:
    """Derive the 64-bit key of a stream of random numbers from the seed and ids.

    Parameters
    ----------
    seed
        Seed of the plan.
    names
        What the numbers are for, then the ids of what they belong to.

    Returns
    -------
    int
        From 0 to 2**64 - 1; the same on every machine.

    Examples
    --------
    >>> key(7, "effort", "INT-1", "build") == key(7, "effort", "INT-1b", "uild")
    False
    """
    # Lengths keep ("a", "bc") apart from ("ab", "c").
    text = "".join(f"{len(name)}:{name}" for name in (str(seed), *names))
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big")


def _ids(owned: Iterable[tuple[int, Demand, Package]]) -> Iterator[tuple[str, str]]:
    return ((demand.id, package.id) for _, demand, package in owned)


def _members(plan: Plan) -> list[list[int]]:
    """Rows of those whom each stream of interruptions may hit."""
    row_of = {each.id: row for row, each in enumerate(plan.engineers)}
    return [
        [row_of[name] for name in sorted(set(stream.engineers))]
        for stream in plan.interruptions
    ]


def _stream_keys(plan: Plan) -> Keys:
    """Keys of the streams of interruptions."""
    # Without an id they are known by whom they hit, and then by their order.
    seen: Counter[tuple[str, ...]] = Counter()
    keys: list[int] = []
    for stream in plan.interruptions:
        names = tuple(sorted(set(stream.engineers)))
        if stream.id is not None:
            keys.append(key(plan.seed, "interruption stream", stream.id))
            continue
        keys.append(key(plan.seed, "interruption", str(seen[names]), *names))
        seen[names] += 1
    return np.array(keys, dtype=np.uint64)


def _there(plan: Plan) -> Floats:
    """The days from and to which each engineer is with the team."""
    spans = [
        (
            (each.first_day - plan.start).days if each.first_day else 0,
            (each.last_day - plan.start).days + 1
            if each.last_day
            else plan.horizon_days,
        )
        for each in plan.engineers
    ]
    return np.array(spans, dtype=np.float64).reshape(-1, 2)


def _rates(per_week: Sequence[float]) -> Floats:
    return np.array(per_week, dtype=np.float64) / 7.0


def _shape(ranges: Sequence[Range]) -> Floats:
    shape = np.zeros((3, len(ranges)))
    for column, each in enumerate(ranges):
        shape[:, column] = (
            each.likely,
            _slope(each.low, each.likely),
            _slope(each.likely, each.high),
        )
    return shape


def _slope(lower: float, upper: float) -> float:
    return math.log(upper / lower) / Z90 if upper > lower else 0.0


def _summed(counts: Sequence[int]) -> Longs:
    return np.cumsum([0, *counts], dtype=np.int64)
