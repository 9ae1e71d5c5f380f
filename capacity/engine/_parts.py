"""Which demands a change can touch at all, and a plan of these alone.

Demands that share people, that come after one another, or that arrivals tie together
form a *part*. Nothing that happens in one part reaches another: nobody in it takes a
person from it, and what is drawn belongs to ids. So a part keeps its whole course, to
the day, in every trial, when in both plans

- its demands are the same, in everything but ``dates``, and in the same order among
  themselves (demands of other parts may move past them),
- the same arrivals reach it, and
- start, horizon, closed days, engineers, interruptions and uncertainty are the same.

People are shared by all demands they have the skill for, before or after the change; a
package that is pinned to somebody, or in somebody's hands, shares only this person, and
one of effort 0 nobody. An arrival enters behind a share of *all* that is open, so a
stream of a rank between 0 and 1 makes one part of the whole plan; one of rank 0 or 1
enters first or last whatever is open, and belongs to those who can do its packages.

A high rank alone protects nothing. Who is free takes what is ready, of whatever rank,
and is busy with it when something of a higher rank becomes ready. What stands above the
highest change is safe only when there are no arrivals, the work in hand is the same,
and each of its packages is ready at the start or for people who can do nothing below.
Even then, what is below has to know when it sets its people free, so that leaving it
out would save nothing: it is played again with the rest.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property

from capacity.engine.plan import Plan
from capacity.engine.work import Arrival, Demand, Package

Node = tuple[str, ...]

SHARED = (
    "start",
    "horizon_days",
    "closed_days",
    "engineers",
    "interruptions",
    "uncertainty",
    "trials",
    "seed",
)


@dataclass(frozen=True)
class Parts:
    """The parts of two plans, as far as only demands and arrivals differ."""

    before: Plan
    after: Plan

    def changed(self) -> set[str]:
        """Ids of the demands, of either plan, that the change may reach."""
        demands = {each.id for each in (*self.before.demands, *self.after.demands)}
        if any(
            getattr(self.before, name) != getattr(self.after, name) for name in SHARED
        ):
            return demands
        if _is_tied(self.before) or _is_tied(self.after):
            return set() if _is_same_work(self.before, self.after) else demands
        touched = set(self._touched())
        return {name for name in demands if self._part_of("demand", name) in touched}

    def plan_of(self, demands: set[str]) -> Plan:
        """The plan after with the demands of some parts alone."""
        kept = {self._part_of("demand", name) for name in demands}
        return replace(
            self.after,
            demands=tuple(each for each in self.after.demands if each.id in demands),
            arrivals=tuple(
                each
                for each in self.after.arrivals
                if self._part_of("stream", each.id) in kept
            ),
            together=(),
        )

    def _part_of(self, *node: str) -> Node:
        return _root(self._forest, node)

    @cached_property
    def _forest(self) -> dict[Node, Node]:
        """Each node's way to the one that stands for its part."""
        forest: dict[Node, Node] = {}
        for plan in (self.before, self.after):
            for node, other in _touching(plan):
                forest[_root(forest, other)] = _root(forest, node)
        return forest

    def _touched(self) -> Iterator[Node]:
        """Parts in which something is different."""
        for kind, old, new in (
            ("demand", self.before.demands, self.after.demands),
            ("stream", self.before.arrivals, self.after.arrivals),
        ):
            before = {each.id: _undated(each) for each in old}
            after = {each.id: _undated(each) for each in new}
            for name in {**before, **after}:
                if before.get(name) != after.get(name):
                    yield self._part_of(kind, name)
            lines = self._lines(kind, before, after), self._lines(kind, after, before)
            for part, names in lines[0].items():
                if lines[1][part] != names:
                    yield part

    def _lines(
        self, kind: str, mine: Iterable[str], others: Iterable[str]
    ) -> dict[Node, list[str]]:
        """The order of the members of each part, as far as both plans have them."""
        known = set(others)
        lines: dict[Node, list[str]] = {}
        for name in mine:
            if name in known:
                lines.setdefault(self._part_of(kind, name), []).append(name)
        return lines


def _touching(plan: Plan) -> Iterator[tuple[Node, Node]]:
    """Pairs that can take time from each other or wait for each other."""
    groups: set[tuple[str, str | None]] = set()
    for node, packages in _owners(plan):
        for skill, person in _groups(packages):
            groups.add((skill, person))
            yield node, ("group", skill, person or "")
    for engineer in plan.engineers:
        for skill, person in groups:
            if skill in engineer.skills and person in (None, engineer.id):
                yield ("engineer", engineer.id), ("group", skill, person or "")
    for demand in plan.demands:
        for other in demand.after:
            yield ("demand", demand.id), ("demand", other)


def _is_tied(plan: Plan) -> bool:
    """Tell whether arrivals make one part of a plan."""
    return any(0 < stream.rank < 1 and _comes(stream) for stream in plan.arrivals)


def _owners(plan: Plan) -> Iterator[tuple[Node, tuple[Package, ...]]]:
    for demand in plan.demands:
        yield ("demand", demand.id), demand.packages
    for stream in plan.arrivals:
        if _comes(stream):
            yield ("stream", stream.id), stream.packages


def _comes(stream: Arrival) -> bool:
    return stream.per_week > 0 and len(stream.packages) > 0


def _groups(packages: Iterable[Package]) -> set[tuple[str, str | None]]:
    return {
        (package.skill, package.doing or package.engineer)
        for package in packages
        if not package.effort.is_zero
    }


def _root(forest: dict[Node, Node], node: Node) -> Node:
    above = forest.setdefault(node, node)
    while above != node:
        forest[node] = forest[above]
        node, above = above, forest[above]
    return node


def _is_same_work(before: Plan, after: Plan) -> bool:
    """Tell whether what differs between two plans is no more than a question."""
    return (
        len(before.demands) == len(after.demands)
        and all(
            old is new or _undated(old) == _undated(new)
            for old, new in zip(before.demands, after.demands, strict=True)
        )
        and before.arrivals == after.arrivals
    )


def _undated(given: Demand | Arrival) -> Demand | Arrival:
    return replace(given, dates=()) if isinstance(given, Demand) else given
