"""The kinds of changes a scenario is made of.

Each is a small class: what is stored of it, how it reads, which right it takes, and the
service that makes it. Forecasting a scenario and applying it both call ``make``, so the
two cannot differ.
"""

from __future__ import annotations

from portfolio.scenarios.changes.base import Change, Making
from portfolio.scenarios.changes.demands import (
    AcceptRequest,
    AddDemand,
    ChangeEstimate,
    DropDemand,
    MoveDemand,
)
from portfolio.scenarios.changes.people import (
    AddLeave,
    AddPerson,
    CancelLeave,
    RemovePerson,
)
from portfolio.scenarios.changes.work import DropSkill, SetKtlo, SetSpeed
from portfolio.scenarios.models import ScenarioChange

KINDS: dict[str, type[Change]] = {
    kind.kind: kind
    for kind in (
        AddPerson, RemovePerson, AddLeave, CancelLeave, SetSpeed, DropSkill, SetKtlo,
        MoveDemand, AddDemand, AcceptRequest, DropDemand, ChangeEstimate,
    )
}  # fmt: skip


def read_change(row: ScenarioChange) -> Change:
    return KINDS[row.kind].read(row.facts)


__all__ = ["KINDS", "Change", "Making", "read_change"]
