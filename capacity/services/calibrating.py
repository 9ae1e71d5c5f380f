"""What a team's finished packages say about the ranges of those to come."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from capacity.choices import PackageState
from capacity.models import WorkPackage
from portfolio.core.models import Team
from portfolio.core.words import counted

if TYPE_CHECKING:
    from capacity.engine.calibration import Calibration

# Skill, demand, low, likely, high, actual, and the day on which it was finished.
Row = tuple[int, int, Decimal, Decimal, Decimal, Decimal, date]


def calibration_of(team: Team) -> Calibration:
    """What was learnt from the team's finished packages; one query."""
    finished = WorkPackage.objects.filter(
        demand__team=team,
        state=PackageState.DONE,
        likely__gt=0,
        actual__gt=0,
        finished_on__isnull=False,
    )
    rows = finished.order_by("finished_on", "pk").values_list(
        "skill_id", "demand_id", "low", "likely", "high", "actual", "finished_on"
    )
    return _learnt(tuple(rows))


def calibrated(
    calibration: Calibration, packages: list[WorkPackage]
) -> dict[int, dict[str, float]]:
    """The range of each package for a plan, by primary key."""
    import numpy as np

    from capacity.engine import Range

    declared = [
        Range(float(each.low), float(each.likely), float(each.high))
        for each in packages
    ]
    skills = np.array([each.skill_id for each in packages], dtype=np.int64)
    found = calibration.ranges(declared, skills)
    return {
        package.pk: {name: _written(days) for name, days in each.to_json().items()}
        for package, each in zip(packages, found, strict=True)
    }


def calibrated_streams(
    calibration: Calibration, streams: list[dict[str, Any]], skills: dict[str, int]
) -> list[dict[str, Any]]:
    """The arrivals of a plan with calibrated ranges; ``skills`` are ids by name."""
    import numpy as np

    from capacity.engine import Range

    packages = [package for stream in streams for package in stream["packages"]]
    declared = [Range(**package["effort"]) for package in packages]
    ids = np.array([skills[each["skill"]] for each in packages], dtype=np.int64)
    efforts = iter(
        {name: _written(days) for name, days in each.to_json().items()}
        for each in calibration.ranges(declared, ids)
    )
    return [
        {
            **stream,
            "packages": [
                {**package, "effort": next(efforts)} for package in stream["packages"]
            ],
        }
        for stream in streams
    ]


def calibration_facts(calibration: Calibration) -> dict[str, Any]:
    """What a forecast keeps of the calibration it was made with."""
    from capacity.engine.walking import NEEDED

    return {
        "is_calibrated": calibration.is_calibrated,
        "finished": calibration.finished,
        "needed": NEEDED,
        **calibration.uncertainty.to_json(),
    }


def calibration_words(facts: dict[str, Any]) -> str:
    """“Ranges calibrated on 212 finished packages.”, or how many are missing."""
    if not facts:
        return ""
    finished = facts["finished"]
    if facts["is_calibrated"]:
        return f"Ranges calibrated on {counted(finished, 'finished package')}."
    there = f"there {'is' if finished == 1 else 'are'} {finished:,}"
    return (
        f"Ranges as estimated, not calibrated: {facts['needed']} finished packages "
        f"with actuals are needed, {there}."
    )


@lru_cache(maxsize=16)
def _learnt(rows: tuple[Row, ...]) -> Calibration:
    import numpy as np

    from capacity.engine.calibration import calibrate, widths
    from capacity.engine.history import History
    from capacity.engine.work import Range

    ranges = [Range(float(row[2]), float(row[3]), float(row[4])) for row in rows]
    return calibrate(
        History.of(
            np.array([float(row[3]) for row in rows]),
            np.array([float(row[5]) for row in rows]),
            np.array([float(row[6].toordinal()) for row in rows]),
            skill=np.array([row[0] for row in rows], dtype=np.int64),
            project=np.array([row[1] for row in rows], dtype=np.int64),
            width=widths(ranges),
        )
    )


def _written(days: float) -> float:
    # Four digits say more than anybody knows, and keep the stored plan short.
    return float(f"{days:.4g}")
