"""The standard case: a large real portfolio, made from a fixed seed."""

from __future__ import annotations

from typing import Any

import numpy as np

SKILLS = ("api", "events", "iam", "data", "b2b")
YEARS = 8


def standard_case(demands: int = 500, trials: int = 10_000) -> dict[str, Any]:
    """The JSON of a plan: chains of one to five packages for ten engineers.

    People and streams grow with the demands, so that every size is planned over the
    same three years or so of the eight that the calendars cover.
    """
    rng = np.random.default_rng(20261123)
    # Five at least, as fewer would not have all skills.
    people = max(round(demands / 50), 5)
    return {
        "start": "2026-11-23",
        "trials": trials,
        "seed": 7,
        "horizon_days": YEARS * 365,
        "closed_days": [
            f"{2026 + year}-{day}" for year in range(YEARS) for day in HOLIDAYS
        ],
        "engineers": [_engineer(rng, number) for number in range(people)],
        "interruptions": [
            _interruption(range(people), 0.3 * people, (0.1, 0.3, 1.5)),
            _interruption(range(0, people, 2), 0.1 * people, (0.2, 0.5, 2.0)),
        ],
        "demands": [_demand(rng, number) for number in range(demands)],
        "arrivals": [
            {
                "id": "expedite",
                "per_week": 0.03 * people,
                "rank": 0.1,
                "packages": [_package(rng, place) for place in range(2)],
            }
        ],
        "uncertainty": {"demand_sd": 0.2, "team_sd": 0.15},
        "together": [[f"INT-{number}" for number in range(0, demands, 25)]],
    }


HOLIDAYS = ("12-25", "12-28", "04-06", "05-01", "05-14", "10-03")


def _engineer(rng: np.random.Generator, number: int) -> dict[str, Any]:
    count = 2 + number % 2
    # Each skill in turn, so that nobody is the only one who can do something.
    mine = [SKILLS[(number + step * (1 + number % 2)) % 5] for step in range(count)]
    leave = []
    for year in range(YEARS):
        for month in (rng.integers(1, 4), rng.integers(6, 10)):
            day = rng.integers(1, 15)
            first = f"{2027 + year}-{month:02d}-{day:02d}"
            leave.append([first, f"{2027 + year}-{month:02d}-{day + 13:02d}", 1.0])
    return {
        "id": f"eng-{number}",
        "skills": {
            skill: 1.0 if place == 0 else float(rng.choice([0.5, 0.7, 1.0]))
            for place, skill in enumerate(mine)
        },
        "hours_per_day": [8, 8, 8, 8, 0 if number % 5 == 4 else 8, 0, 0],
        "overhead": 0.2,
        "leave": leave,
    }


def _interruption(
    people: range, per_week: float, effort: tuple[float, float, float]
) -> dict[str, Any]:
    return {
        "engineers": [f"eng-{number}" for number in people],
        "per_week": per_week,
        "effort": dict(zip(("low", "likely", "high"), effort, strict=True)),
    }


def _demand(rng: np.random.Generator, number: int) -> dict[str, Any]:
    count = int(rng.choice([1, 2, 3, 4, 5], p=[0.1, 0.25, 0.3, 0.25, 0.1]))
    return {
        "id": f"INT-{number}",
        "dates": ["2027-06-30", "2028-06-30"] if number % 3 == 0 else [],
        "after": [f"INT-{number - 7}"] if number % 20 == 19 else [],
        "packages": [_package(rng, place) for place in range(count)],
    }


def _package(rng: np.random.Generator, place: int) -> dict[str, Any]:
    likely = round(float(np.exp(rng.normal(np.log(2.0), 0.6))), 2)
    wait = round(float(rng.uniform(1, 8)), 1) if rng.random() < 0.1 else None
    return {
        "id": f"p{place}",
        "skill": SKILLS[rng.integers(5)],
        "effort": {
            "low": round(likely * float(rng.uniform(0.5, 0.9)), 2),
            "likely": likely,
            "high": round(likely * float(rng.uniform(1.2, 3.0)), 2),
        },
        "after": [f"p{place - 1}"] if place else [],
        "wait": wait and {"low": wait, "likely": wait * 2, "high": wait * 5},
    }
