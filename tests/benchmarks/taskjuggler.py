"""The standard case as a TaskJuggler project: one schedule of the likely efforts."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def project_of(case: dict[str, Any]) -> str:
    """Write the plan as a .tjp file that reports the end of every package.

    TaskJuggler knows no speed by skill: everybody works at full speed. Interruptions,
    arrivals and waits are left out; ranks become priorities.
    """
    start = date.fromisoformat(case["start"])
    end = start + timedelta(days=case["horizon_days"])
    lines = [f'project standard "Standard case" {start} - {end} {{', "}"]
    for day in case["closed_days"]:
        following = date.fromisoformat(day) + timedelta(days=1)
        lines.append(f'leaves holiday "Closed" {day} - {following}')
    for number, engineer in enumerate(case["engineers"]):
        lines += _resource(number, engineer)
    count = len(case["demands"])
    for number, demand in enumerate(case["demands"]):
        lines += _task(case, number, count, demand)
    lines.append('taskreport ends "ends" { formats csv columns id, end }')
    return "\n".join(lines) + "\n"


def _resource(number: int, engineer: dict[str, Any]) -> list[str]:
    open_days = ", ".join(
        day for day, hours in zip(DAYS, engineer["hours_per_day"], strict=True) if hours
    )
    off = ", ".join(
        day
        for day, hours in zip(DAYS, engineer["hours_per_day"], strict=True)
        if not hours
    )
    lines = [f'resource r{number} "{engineer["id"]}" {{']
    lines.append(f"  workinghours {open_days} 9:00 - 17:00")
    lines.append(f"  workinghours {off} off")
    lines.append(f"  efficiency {1 - engineer['overhead']:g}")
    for first, last, _ in engineer["leave"]:
        following = date.fromisoformat(last) + timedelta(days=1)
        lines.append(f"  leaves annual {first} - {following}")
    return [*lines, "}"]


def _task(
    case: dict[str, Any], number: int, count: int, demand: dict[str, Any]
) -> list[str]:
    place = {each["id"]: row for row, each in enumerate(case["demands"])}
    lines = [f'task t{number} "{demand["id"]}" {{']
    lines.append(f"  priority {max(1000 - 1000 * number // count, 1)}")
    lines += [f"  depends !t{place[other]}" for other in demand["after"]]
    for package in demand["packages"]:
        able = [
            f"r{row}"
            for row, engineer in enumerate(case["engineers"])
            if package["skill"] in engineer["skills"]
        ]
        lines.append(f'  task {package["id"]} "{package["id"]}" {{')
        # Quarters of an hour are the least TaskJuggler plans in.
        lines.append(f"    effort {max(round(package['effort']['likely'] * 8, 2), 1)}h")
        others = f" {{ alternative {', '.join(able[1:])} }}" if able[1:] else ""
        lines.append(f"    allocate {able[0]}{others}")
        lines += [f"    depends !{other}" for other in package["after"]]
        lines.append("  }")
    return [*lines, "}"]
