"""What is asked of the team, in which order, and how much work it is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, ClassVar

from capacity.choices import PackageState
from capacity.services.estimating import Estimate, accept_with_packages, set_packages
from intake.models import Demand, Tier
from intake.services.ranking import move_demand
from intake.services.stages import withdraw_demand
from intake.services.submitting import submit_request
from portfolio.core.errors import RuleBroken
from portfolio.core.models import BusinessUnit
from portfolio.core.rights import DECIDE, PLAN, RANK
from portfolio.scenarios.changes.base import (
    Change,
    Making,
    day,
    demand_now,
    number,
    skill_now,
)
from portfolio.scenarios.choices import ChangeKind

Packages = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class MoveDemand(Change):
    """``seen`` is the place it had when this was written, for the words alone."""

    kind: ClassVar = ChangeKind.MOVE_DEMAND
    permission: ClassVar = RANK

    demand: int
    reference: str
    title: str
    to_place: int
    seen: int

    @classmethod
    def of(cls, demand: Demand, to_place: int) -> MoveDemand:
        above = Demand.objects.in_backlog().filter(
            team=demand.team_id, rank__lt=demand.rank or ""
        )
        return cls(
            demand=demand.pk,
            reference=demand.reference,
            title=demand.title,
            to_place=to_place,
            seen=above.count() + 1,
        )

    @property
    def words(self) -> str:
        way = "up" if self.to_place < self.seen else "down"
        return (
            f"{self.reference} “{self.title}” moves {way} from rank {self.seen} to "
            f"{self.to_place}."
        )

    def make(self, making: Making) -> None:
        demand = demand_now(self.demand, self.reference, making.team)
        move_demand(demand=demand, to_place=self.to_place, by=making.by, why=making.why)


@dataclass(frozen=True, slots=True)
class AddDemand(Change):
    """Something nobody has asked for yet; without a place it goes to the end."""

    kind: ClassVar = ChangeKind.ADD_DEMAND
    permission: ClassVar = DECIDE

    title: str
    unit: int
    unit_name: str
    tier: int
    tier_name: str
    packages: Packages
    place: int | None = None
    needed_by: str | None = None

    @property
    def words(self) -> str:
        return (
            f"New: “{self.title}” for {self.unit_name} ({self.tier_name}) "
            f"{_place(self.place)}, {_work(self.packages)}."
        )

    @property
    def consequence(self) -> str:
        return "It becomes a request of yours, accepted and estimated."

    def make(self, making: Making) -> Demand:
        unit = BusinessUnit.objects.filter(pk=self.unit).first()
        tier = Tier.objects.filter(pk=self.tier).first()
        if unit is None or tier is None:
            gone = self.tier_name if unit else self.unit_name
            raise RuleBroken(f"There is no {gone} any more.")
        demand = submit_request(
            by=making.by,
            team=making.team,
            title=self.title,
            business_unit=unit,
            tier=tier,
            needed_by=day(self.needed_by),
        )
        return accept_with_packages(
            demand=demand,
            packages=estimates(self.packages),
            by=making.by,
            place=self.place,
        )


@dataclass(frozen=True, slots=True)
class AcceptRequest(Change):
    kind: ClassVar = ChangeKind.ACCEPT_REQUEST
    permission: ClassVar = DECIDE

    demand: int
    reference: str
    title: str
    packages: Packages
    place: int | None = None

    @property
    def words(self) -> str:
        return (
            f"{self.reference} “{self.title}” is accepted {_place(self.place)}, "
            f"{_work(self.packages)}."
        )

    @property
    def consequence(self) -> str:
        return "Who asked for it is told."

    def make(self, making: Making) -> None:
        accept_with_packages(
            demand=demand_now(self.demand, self.reference, making.team),
            packages=estimates(self.packages),
            by=making.by,
            place=self.place,
        )


@dataclass(frozen=True, slots=True)
class DropDemand(Change):
    kind: ClassVar = ChangeKind.DROP_DEMAND
    permission: ClassVar = DECIDE

    demand: int
    reference: str
    title: str
    why: str

    @property
    def words(self) -> str:
        return f"{self.reference} “{self.title}” is dropped: {self.why}"

    @property
    def consequence(self) -> str:
        return (
            "It is withdrawn with what is promised of it, and who asked for it is told "
            "the reason."
        )

    def make(self, making: Making) -> None:
        demand = demand_now(self.demand, self.reference, making.team)
        if not demand.is_in_backlog:
            raise RuleBroken(
                f"{self.reference} is {demand.get_stage_display().lower()}, and not "
                "in the backlog any more."
            )
        withdraw_demand(demand=demand, by=making.by, why=self.why)


@dataclass(frozen=True, slots=True)
class ChangeEstimate(Change):
    """``seen`` is the work still to be begun, as it was estimated then."""

    kind: ClassVar = ChangeKind.ESTIMATE
    permission: ClassVar = PLAN

    demand: int
    reference: str
    title: str
    packages: Packages
    seen: Packages

    @property
    def words(self) -> str:
        before = number(likely_days(self.seen))
        return (
            f"{self.reference} “{self.title}” still takes "
            f"{number(likely_days(self.packages))} likely days instead of {before}."
        )

    def make(self, making: Making) -> None:
        demand = demand_now(self.demand, self.reference, making.team)
        if demand.is_in_backlog and packages_now(demand) != self.seen:
            raise RuleBroken(
                f"{self.reference} was estimated anew, or work on it began, since this "
                "was written."
            )
        set_packages(demand=demand, packages=estimates(self.packages), by=making.by)


def packages_now(demand: Demand) -> Packages:
    """The work of a demand that nobody has begun, as changes store it."""
    found = demand.packages.filter(state=PackageState.TO_DO)
    return [
        _package(
            name=package.name,
            skill=package.skill_id,
            skill_name=package.skill.name,
            days=(package.low, package.likely, package.high),
            after_previous=bool(package.after.all()),
            package=package.pk,
        )
        for package in found.select_related("skill").prefetch_related("after")
    ]


def stored(estimates: Iterable[Estimate]) -> Packages:
    """What was typed as changes store it."""
    return [
        _package(
            name=each.name,
            skill=each.skill.pk,
            skill_name=each.skill.name,
            days=(each.low, each.likely, each.high),
            after_previous=each.after_previous,
            package=each.package_id,
        )
        for each in estimates
    ]


def estimates(packages: Packages) -> list[Estimate]:
    return [
        Estimate(
            name=each["name"],
            skill=skill_now(each["skill"], each["skill_name"]),
            low=Decimal(each["low"]),
            likely=Decimal(each["likely"]),
            high=Decimal(each["high"]),
            after_previous=each["after_previous"],
            package_id=each["package"],
        )
        for each in packages
    ]


def likely_days(packages: Packages) -> float:
    return sum(float(each["likely"]) for each in packages)


def _package(
    *,
    name: str,
    skill: int,
    skill_name: str,
    days: Sequence[Decimal],
    after_previous: bool,
    package: int | None,
) -> dict[str, Any]:
    low, likely, high = (number(each) for each in days)
    return {
        "name": name,
        "skill": skill,
        "skill_name": skill_name,
        "low": low,
        "likely": likely,
        "high": high,
        "after_previous": after_previous,
        "package": package,
    }


def _work(packages: Packages) -> str:
    return f"{number(likely_days(packages))} likely days"


def _place(place: int | None) -> str:
    return f"at rank {place}" if place else "at the end of the backlog"
