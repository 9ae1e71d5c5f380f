"""What differs between two plans, cause by cause, and the plans in between.

Every difference belongs to exactly one cause, and any set of causes can be applied to
the plan before: the plan in between is valid, whatever the set.

======================  ==============================================================
progress                ``start`` and ``horizon_days``; demands and packages that are
                        done; ``doing``; less effort of work that is or was in hand,
                        and effort that fell to 0; a wait that ran while the start moved
                        on; pin and wait of a package that was taken in hand or put down
scope                   packages that a demand gained or lost, their order and ``skill``
demand                  demands that came, or left without being done
estimate                any other change of ``effort``
uncertainty             ``demand_sd`` and ``team_sd``
dependency              ``earliest``, ``after`` of demands and packages, pins, waits
rank                    the order of the demands that are in both plans
capacity                engineers, whatever of them, and ``closed_days``
ktlo                    interruptions
arrivals                arrival streams
======================  ==============================================================

``dates``, ``together``, ``trials`` and ``seed`` change no date.

What one plan says of days that the other does not cover (a week has passed, the horizon
moved on) is no difference. A reference to something that is not there goes with it:
``after`` a demand that is done goes with progress, an interruption of somebody who left
with capacity. Ids are all there is to recognise something by: what has a new id is
another thing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from capacity.engine._lines import (
    Links,
    in_line,
    linked_differently,
    mixed_links,
    moved,
)
from capacity.engine._teams import Teams
from capacity.engine.calendar import working_days
from capacity.engine.people import Interruption
from capacity.engine.plan import Plan
from capacity.engine.work import Arrival, Demand, Package

CAUSES = (
    "progress",
    "scope",
    "demand",
    "estimate",
    "uncertainty",
    "dependency",
    "rank",
    "capacity",
    "ktlo",
    "arrivals",
)

Done = Collection[str | tuple[str, str]]


@dataclass(frozen=True)
class Between:
    """Two plans, and everything between them.

    Attributes
    ----------
    before, after : Plan
    done : collection of demand ids and (demand id, package id), or None
        What has been finished in between, rather than dropped. None: what was in hand,
        and all that is gone when the start moved on.
    """

    before: Plan
    after: Plan
    done: Done | None = None

    @cached_property
    def touched(self) -> dict[str, tuple[str, ...]]:
        """Causes that differ, in the order of ``CAUSES``, and the ids they touch.

        Ids of demands; of engineers for capacity and KTLO; of streams for arrivals. A
        new day and a changed uncertainty touch nothing by name.
        """
        found: dict[str, dict[str, None]] = {}
        for cause, name in self._differences():
            found.setdefault(cause, {}).update(dict.fromkeys([name] if name else []))
        return {cause: tuple(found[cause]) for cause in CAUSES if cause in found}

    def plan_with(self, applied: Collection[str]) -> Plan:
        """Give the plan before with the differences of some causes applied.

        Parameters
        ----------
        applied
            Causes; those without a difference make none.

        Returns
        -------
        Plan
            ``before`` itself for none of ``touched``, ``after`` itself for all of them.
            Plans in between have no ``dates`` and no ``together``.
        """
        differing = set(self.touched) & set(applied)
        if not differing:
            return self.before
        if len(differing) == len(self.touched):
            return self.after
        return self._mixed(differing)

    def is_done(self, demand: str) -> bool:
        """Tell whether a demand that is gone is done, rather than dropped."""
        if self.done is not None:
            return demand in self.done
        packages = self._demands_before[demand].packages
        return self._days_passed > 0 or any(each.doing for each in packages)

    @cached_property
    def _demands_before(self) -> dict[str, Demand]:
        return {demand.id: demand for demand in self.before.demands}

    @cached_property
    def _demands_after(self) -> dict[str, Demand]:
        return {demand.id: demand for demand in self.after.demands}

    @cached_property
    def _teams(self) -> Teams:
        return Teams(self.before, self.after)

    @property
    def _days_passed(self) -> int:
        return (self.after.start - self.before.start).days

    @cached_property
    def _waited_days(self) -> float:
        """Working days that have passed."""
        passed = working_days(self.before)[: max(self._days_passed, 0)]
        return float(passed.sum())

    def _differences(self) -> Iterator[tuple[str, str]]:
        before, after = self.before, self.after
        if (before.start, before.horizon_days) != (after.start, after.horizon_days):
            yield "progress", ""
        if before.uncertainty != after.uncertainty:
            yield "uncertainty", ""
        for name in _changed_streams(before.arrivals, after.arrivals):
            yield "arrivals", name
        for name in self._teams.changed:
            yield "capacity", name
        if self._teams.is_closed_differently:
            yield "capacity", ""
        for name in self._interrupted_differently():
            yield "ktlo", name
        yield from self._differences_of_demands()

    def _differences_of_demands(self) -> Iterator[tuple[str, str]]:
        old, new = self._demands_before, self._demands_after
        for name in old:
            if name not in new:
                yield self._cause_of_leaving(name), name
        for name in moved(list(old), list(new)):
            yield "rank", name
        for name in linked_differently(_demand_links(old), _demand_links(new)):
            yield "dependency", name
        for name, demand in new.items():
            if name not in old:
                yield "demand", name
            elif demand != old[name]:
                for cause in self._differences_of_demand(old[name], demand):
                    yield cause, name

    def _differences_of_demand(self, old: Demand, new: Demand) -> Iterator[str]:
        if old.earliest != new.earliest:
            yield "dependency"
        mine, others = _packages(old), _packages(new)
        if others.keys() - mine.keys() or moved(list(mine), list(others)):
            yield "scope"
        if linked_differently(_package_links(old), _package_links(new)):
            yield "dependency"
        for name, package in mine.items():
            if name in others:
                yield from self._causes_in(package, others[name]).values()
            else:
                yield self._cause_of_ending(old, package)

    def _cause_of_leaving(self, demand: str) -> str:
        return "progress" if self.is_done(demand) else "demand"

    def _cause_of_ending(self, demand: Demand, package: Package) -> str:
        if self.done is not None:
            is_done = (demand.id, package.id) in self.done
        else:
            is_done = self._days_passed > 0 or package.doing is not None
        return "progress" if is_done else "scope"

    def _causes_in(self, old: Package, new: Package) -> dict[str, str]:
        """The cause of each field of a package that differs, ``after`` apart."""
        found = {}
        if old.skill != new.skill:
            found["skill"] = "scope"
        if old.effort != new.effort:
            is_less = new.effort.likely < old.effort.likely
            in_hand = old.doing is not None or new.doing is not None
            worked = new.effort.is_zero or (in_hand and is_less)
            found["effort"] = "progress" if worked else "estimate"
        is_handed = old.doing != new.doing
        if is_handed:
            found["doing"] = "progress"
        if old.engineer != new.engineer:
            found["engineer"] = "progress" if is_handed else "dependency"
        if old.wait != new.wait:
            ran = is_handed or 0 < _fallen(old, new) <= self._waited_days
            found["wait"] = "progress" if ran else "dependency"
        return found

    def _interrupted_differently(self) -> list[str]:
        """Members of the streams that differ, for those who are in both teams."""
        both = {each.id for each in self.before.engineers}
        both &= {each.id for each in self.after.engineers}
        old = _hitting(self.before.interruptions, both)
        new = _hitting(self.after.interruptions, both)
        differing = [each for each in old if each not in new]
        differing += [each for each in new if each not in old]
        if not differing and old != new:
            differing = [*old, *new]
        return [name for each in differing for name in each.engineers]

    def _mixed(self, applied: set[str]) -> Plan:
        dated = self._chosen("progress", applied)
        engineers = self._teams.engineers(is_new="capacity" in applied)
        there = {each.id for each in engineers}
        # Streams that differ in nothing but who is there go with those people.
        streamed = "ktlo" if "ktlo" in self.touched else "capacity"
        return Plan(
            start=dated.start,
            horizon_days=dated.horizon_days,
            trials=self.after.trials,
            seed=self.after.seed,
            closed_days=self._teams.closed_days(is_new="capacity" in applied),
            engineers=tuple(engineers),
            interruptions=tuple(
                _hitting(self._chosen(streamed, applied).interruptions, there)
            ),
            arrivals=tuple(
                replace(stream, packages=_unpinned(stream.packages, there))
                for stream in self._chosen("arrivals", applied).arrivals
            ),
            uncertainty=self._chosen("uncertainty", applied).uncertainty,
            demands=tuple(self._mixed_demands(applied, there)),
        )

    def _chosen(self, cause: str, applied: set[str]) -> Plan:
        return self.after if cause in applied else self.before

    def _mixed_demands(self, applied: set[str], there: set[str]) -> Iterator[Demand]:
        old, new = self._demands_before, self._demands_after
        present = [
            name
            for name in in_line(list(old), list(new), is_new="rank" in applied)
            if (name in new or self._cause_of_leaving(name) not in applied)
            and (name in old or "demand" in applied)
        ]
        links = mixed_links(
            _demand_links(old),
            _demand_links(new),
            present,
            is_new="dependency" in applied,
        )
        for name in present:
            if name in old and name in new:
                mixed = self._mixed_demand(old[name], new[name], applied, there)
            else:
                alone = old.get(name) or new[name]
                mixed = replace(alone, packages=_unpinned(alone.packages, there))
            yield replace(mixed, after=links[name], dates=())

    def _mixed_demand(
        self, old: Demand, new: Demand, applied: set[str], there: set[str]
    ) -> Demand:
        if old == new:
            return old
        mine, others = _packages(old), _packages(new)
        present = [
            name
            for name in in_line(list(mine), list(others), is_new="scope" in applied)
            if (name in others or self._cause_of_ending(old, mine[name]) not in applied)
            and (name in mine or "scope" in applied)
        ]
        links = mixed_links(
            _package_links(old),
            _package_links(new),
            present,
            is_new="dependency" in applied,
        )
        packages = []
        for name in present:
            if name in mine and name in others:
                package = self._mixed_package(mine[name], others[name], applied, there)
            else:
                alone = mine.get(name) or others[name]
                package = _unpinned([alone], there)[0]
            packages.append(replace(package, after=links[name]))
        dated = new if "dependency" in applied else old
        return Demand(id=old.id, packages=tuple(packages), earliest=dated.earliest)

    def _mixed_package(
        self, old: Package, new: Package, applied: set[str], there: set[str]
    ) -> Package:
        changes = {
            name: getattr(new, name)
            for name, cause in self._causes_in(old, new).items()
            if cause in applied
        }
        mixed = replace(old, **changes)
        # Who is not there yet, or no more, makes way for whom the other plan names.
        return replace(
            mixed,
            engineer=_who(there, mixed.engineer, new.engineer, old.engineer),
            doing=_who(there, mixed.doing, new.doing, old.doing),
        )


def _demand_links(demands: Mapping[str, Demand]) -> Links:
    return {name: demand.after for name, demand in demands.items()}


def _package_links(demand: Demand) -> Links:
    return {package.id: package.after for package in demand.packages}


def _packages(demand: Demand) -> dict[str, Package]:
    return {package.id: package for package in demand.packages}


def _hitting(
    streams: Iterable[Interruption], there: Collection[str]
) -> list[Interruption]:
    """Streams as far as they hit somebody who is there."""
    left = (
        replace(
            stream,
            engineers=tuple(name for name in stream.engineers if name in there),
        )
        for stream in streams
    )
    return [stream for stream in left if stream.engineers]


def _changed_streams(old: Sequence[Arrival], new: Sequence[Arrival]) -> list[str]:
    before = {stream.id: stream for stream in old}
    after = {stream.id: stream for stream in new}
    changed = [
        name for name in {**before, **after} if before.get(name) != after.get(name)
    ]
    return changed or moved(list(before), list(after))


def _unpinned(packages: Iterable[Package], there: set[str]) -> tuple[Package, ...]:
    """Packages without the names of those who are not there."""
    return tuple(
        replace(
            package,
            engineer=_who(there, package.engineer),
            doing=_who(there, package.doing),
        )
        for package in packages
    )


def _who(there: set[str], *names: str | None) -> str | None:
    """The first of some names, unless it is of somebody who is not there."""
    if names[0] is None:
        return None
    return next((name for name in names if name in there), None)


def _fallen(old: Package, new: Package) -> float:
    """By how many days a wait became shorter."""
    before = old.wait.likely if old.wait else 0.0
    return before - (new.wait.likely if new.wait else 0.0)
