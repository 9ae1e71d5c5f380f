"""Draw what is uncertain: efforts, waits, shared errors, interruptions, arrivals.

Every number belongs to (seed, trial, ids), never to a position. Moving, adding or
removing a demand leaves all other numbers as they were, so two runs differ only by what
was changed; and fewer trials are a prefix of more.
"""

from __future__ import annotations

import hashlib
import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from capacity.engine.arrays import Drawn, Events, Knots, undisturbed, without_arrivals
from capacity.engine.model import Arrays, Floats, Ints, Longs, has_wait
from capacity.engine.plan import Plan
from capacity.engine.work import Package, Range

Keys = NDArray[np.uint64]

Z90 = 1.2815515655446004
"""The standard normal lies below this with 90 %, so P10 and P90 are -Z90 and Z90."""

NOTHING = Range(0.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Spreads:
    """Split lognormals: a key each, and likely, s below and s above it as columns."""

    keys: Keys
    shape: Floats

    def draw(self, *, first: int, trials: int) -> Floats:
        """Numbers of trials ``first`` to ``first + trials - 1``, (trials, columns)."""
        from capacity.engine import _random

        out = np.empty((trials, len(self.keys)))
        _random.fill_spread(self.keys, self.shape, first, out)
        return out


@dataclass(frozen=True, slots=True)
class Shared:
    """The error factors that packages share; demands' keys in plan order."""

    team_key: np.uint64
    team_sd: float
    demand_keys: Keys
    stream_keys: Keys
    demand_sd: float


@dataclass(frozen=True, slots=True)
class Interruptions:
    """Poisson streams that take capacity away, and whom they may hit."""

    spreads: Spreads
    per_day: Floats
    member_from: Ints
    member: Ints
    there: Floats


@dataclass(frozen=True, slots=True)
class Arrivals:
    """Poisson streams of demands; patterns are the packages of all streams."""

    keys: Keys
    per_day: Floats
    pattern_from: Ints
    effort: Spreads
    wait: Spreads


@dataclass(frozen=True, slots=True)
class Sampler:
    """Everything random about a plan, ready to be drawn a few trials at a time."""

    effort: Spreads
    wait: Spreads
    shared: Shared
    interruptions: Interruptions | None
    arrivals: Arrivals | None

    def draw(self, arrays: Arrays, *, first: int, trials: int, lost: Floats) -> Drawn:
        """Draw some trials.

        Parameters
        ----------
        arrays
            The plan's arrays.
        first
            Number of the first trial, from 0.
        trials
            How many.
        lost : float64 array, shape (engineers, weeks), focused days
            What interruptions take is added here.

        Returns
        -------
        Drawn
            See there for shapes and units.

        Notes
        -----
        About 20 ns and 8 bytes for each number.
        """
        from capacity.engine import _random

        effort = self.effort.draw(first=first, trials=trials)
        shared = self.shared
        if shared.demand_sd or shared.team_sd:
            _random.apply_factors(
                shared.team_key,
                shared.team_sd,
                shared.demand_keys,
                shared.demand_sd,
                arrays.demand_of,
                first,
                effort,
            )
        return Drawn(
            effort,
            self.wait.draw(first=first, trials=trials),
            self._knots(arrays, first, trials, lost),
            *self._late(arrays, first, trials),
        )

    def _knots(self, arrays: Arrays, first: int, trials: int, lost: Floats) -> Knots:
        from capacity.engine import _knots

        engineers = len(arrays.capacity)
        events = self.interrupt(arrays.days, first=first, trials=trials)
        if events is None:
            return undisturbed(engineers)
        # At most one knot for each event, for each week and to begin with.
        weeks = (arrays.days + arrays.weekday + 6) // 7
        room = len(events.time) + trials * engineers * (weeks + 1)
        knots = Knots(
            first=np.empty((trials, engineers + 1), dtype=np.int64),
            position=np.empty(room),
            progress=np.empty(room),
            rate=np.empty(room),
        )
        mine = np.empty(int(np.diff(events.first).max()), dtype=np.int64)
        _knots.tie_knots(arrays, events, knots, mine, lost)
        return knots

    def interrupt(self, days: int, *, first: int, trials: int) -> Events | None:
        """Draw when interruptions come, whom they hit, and how long they take.

        Parameters
        ----------
        days
            Days of the horizon.
        first
            Number of the first trial, from 0.
        trials
            How many.

        Returns
        -------
        Events or None
            None where the plan has no interruptions.
        """
        from capacity.engine import _random

        streams = self.interruptions
        if streams is None:
            return None
        keys = streams.spreads.keys
        counts = np.empty((trials, len(keys)), dtype=np.int64)
        _random.count_events(keys, streams.per_day, float(days), first, counts)
        size = int(counts.sum())
        events = Events(
            first=_summed(counts.sum(axis=1)),
            time=np.empty(size),
            who=np.empty(size, dtype=np.int32),
            effort=np.empty(size),
        )
        _random.fill_interruptions(
            keys,
            streams.per_day,
            streams.spreads.shape,
            streams.member_from,
            streams.member,
            streams.there,
            first,
            counts,
            events.time,
            events.who,
            events.effort,
        )
        return events

    def _late(
        self, arrays: Arrays, first: int, trials: int
    ) -> tuple[Longs, Floats, Ints, Longs, Floats, Floats]:
        from capacity.engine import _random

        streams = self.arrivals
        if streams is None:
            return without_arrivals(trials)
        counts = np.empty((trials, len(streams.keys)), dtype=np.int64)
        _random.count_events(
            streams.keys, streams.per_day, float(arrays.days), first, counts
        )
        arrivals = int(counts.sum())
        time = np.empty(arrivals)
        stream_of = np.empty(arrivals, dtype=np.int32)
        number_of = np.empty(arrivals, dtype=np.int64)
        _random.fill_arrivals(
            streams.keys, streams.per_day, first, counts, time, stream_of, number_of
        )
        late_from = _summed(counts.sum(axis=1))
        patterns = np.diff(streams.pattern_from).astype(np.int64)
        package_from = _summed(counts @ patterns)
        effort, wait = np.empty(package_from[-1]), np.empty(package_from[-1])
        for trial in range(trials):
            mine = slice(late_from[trial], late_from[trial + 1])
            rows = slice(package_from[trial], package_from[trial + 1])
            for spreads, out, demand_sd, team_sd in (
                (streams.effort, effort, self.shared.demand_sd, self.shared.team_sd),
                (streams.wait, wait, 0.0, 0.0),
            ):
                _random.fill_arrived(
                    spreads.keys,
                    spreads.shape,
                    streams.pattern_from,
                    self.shared.stream_keys,
                    demand_sd,
                    self.shared.team_key,
                    team_sd,
                    first + trial,
                    stream_of[mine],
                    number_of[mine],
                    out[rows],
                )
        return late_from, time, stream_of, package_from, effort, wait


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
    owned = [(demand, each) for demand in plan.demands for each in demand.packages]
    waiting = [(demand, each) for demand, each in owned if has_wait(each)]
    return Sampler(
        effort=_spreads(
            [each.effort for _, each in owned],
            [key(plan.seed, "effort", demand.id, each.id) for demand, each in owned],
        ),
        wait=_spreads(
            [each.wait or NOTHING for _, each in waiting],
            [key(plan.seed, "wait", demand.id, each.id) for demand, each in waiting],
        ),
        shared=Shared(
            team_key=np.uint64(key(plan.seed, "team")),
            team_sd=plan.uncertainty.team_sd,
            demand_keys=_keys(
                key(plan.seed, "demand", each.id) for each in plan.demands
            ),
            stream_keys=_keys(
                key(plan.seed, "arrived demand", each.id) for each in plan.arrivals
            ),
            demand_sd=plan.uncertainty.demand_sd,
        ),
        interruptions=_interruptions(plan) if plan.interruptions else None,
        arrivals=_arrivals(plan) if plan.arrivals else None,
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


def _interruptions(plan: Plan) -> Interruptions:
    row_of = {each.id: row for row, each in enumerate(plan.engineers)}
    # Without an id they are known by whom they hit, and then by their order.
    seen: Counter[tuple[str, ...]] = Counter()
    keys: list[int] = []
    members: list[list[int]] = []
    for stream in plan.interruptions:
        names = tuple(sorted(set(stream.engineers)))
        members.append([row_of[name] for name in names])
        if stream.id is not None:
            keys.append(key(plan.seed, "interruption stream", stream.id))
            continue
        keys.append(key(plan.seed, "interruption", str(seen[names]), *names))
        seen[names] += 1
    there = np.array(
        [
            [
                (each.first_day - plan.start).days if each.first_day else 0,
                (each.last_day - plan.start).days + 1
                if each.last_day
                else plan.horizon_days,
            ]
            for each in plan.engineers
        ],
        dtype=np.float64,
    )
    return Interruptions(
        spreads=_spreads([each.effort for each in plan.interruptions], keys),
        per_day=np.array([each.per_week / 7.0 for each in plan.interruptions]),
        member_from=np.cumsum([0, *map(len, members)], dtype=np.int32),
        member=np.array([row for rows in members for row in rows], dtype=np.int32),
        there=there,
    )


def _arrivals(plan: Plan) -> Arrivals:
    owned: list[tuple[str, Package]] = [
        (stream.id, each) for stream in plan.arrivals for each in stream.packages
    ]
    return Arrivals(
        keys=_keys(key(plan.seed, "arrival", each.id) for each in plan.arrivals),
        # A stream without packages brings no work; it need not arrive.
        per_day=np.array(
            [each.per_week / 7.0 if each.packages else 0.0 for each in plan.arrivals]
        ),
        pattern_from=np.cumsum(
            [0, *(len(each.packages) for each in plan.arrivals)], dtype=np.int32
        ),
        effort=_spreads(
            [each.effort for _, each in owned],
            [key(plan.seed, "arrived effort", name, each.id) for name, each in owned],
        ),
        wait=_spreads(
            [each.wait or NOTHING for _, each in owned],
            [key(plan.seed, "arrived wait", name, each.id) for name, each in owned],
        ),
    )


def _keys(numbers: Iterable[int]) -> Keys:
    return np.array(list(numbers), dtype=np.uint64)


def _spreads(ranges: Sequence[Range], keys: Sequence[int]) -> Spreads:
    shape = np.zeros((len(ranges), 3))
    for row, each in enumerate(ranges):
        shape[row] = (
            each.likely,
            _slope(each.low, each.likely),
            _slope(each.likely, each.high),
        )
    return Spreads(keys=_keys(keys), shape=shape)


def _slope(lower: float, upper: float) -> float:
    return math.log(upper / lower) / Z90 if upper > lower else 0.0


def _summed(counts: Longs) -> Longs:
    return np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
