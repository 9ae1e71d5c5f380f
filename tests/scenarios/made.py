"""Changes for tests."""

from __future__ import annotations

from portfolio.scenarios.changes.demands import AddDemand, MoveDemand
from portfolio.scenarios.changes.people import AddPerson


def work(skill, days="5", **fields):
    """One package as changes store it."""
    return {
        "name": "Build",
        "skill": skill.pk,
        "skill_name": skill.name,
        "low": days,
        "likely": days,
        "high": days,
        "after_previous": False,
        "package": None,
        **fields,
    }


def hire(skill, **fields):
    return AddPerson(
        **{"name": "Eva", "speeds": [[str(skill.pk), skill.name, "1"]], **fields}
    )


def move(demand, to_place):
    return MoveDemand.of(demand, to_place)


def something_new(demand, skill, **fields):
    """A new demand for the unit and under the tier of another."""
    return AddDemand(
        **{
            "title": "Returns",
            "unit": demand.business_unit_id,
            "unit_name": demand.business_unit.name,
            "tier": demand.tier_id,
            "tier_name": demand.tier.name,
            "packages": [work(skill)],
            **fields,
        }
    )
