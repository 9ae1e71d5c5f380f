"""A drag on the board: 500 demands, 1,000 worlds, from the question to the JSON.

``p50_ms`` and ``p95_ms`` are drags in a worker that has the plan at hand, ``load_ms``
is what reading its bytes adds once. ``play_ms`` is the part of a drag that is spent in
the kernel, ``sampling_ms`` what NumPy needs on one thread to draw as many lognormals as
there are packages and worlds: a yardstick for the machine.
"""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable
from typing import Any

import numpy as np

DEMANDS = 500
DRAGS = 20
SKILLS = ("api", "events", "iam", "data", "b2b")


def measure() -> dict[str, Any]:
    from capacity.engine import Plan, simulation
    from capacity.engine.finishes import Finishes
    from capacity.engine.preview import TRIALS, Prepared, Shelf, prepare

    simulation.warm_up()
    plan = Plan.from_json(busy_plan())
    stored = prepare(plan).to_bytes()
    orders = list(_drags([demand.id for demand in plan.demands]))
    shelf = Shelf()

    def drag(order: list[str]) -> dict[str, Any]:
        change = json.dumps({"order": order})
        answer: dict[str, Any] = json.loads(
            shelf.answer("plan", lambda: stored, change)
        )
        return answer

    loads = _times(lambda _: Prepared.from_bytes(stored), range(5))
    drag(orders[0])
    drags = sorted(_times(drag, orders))

    prepared = Prepared.from_bytes(stored)
    moved = prepared.reordered(orders[0])
    plays = _times(lambda _: Finishes.of(moved), range(5))
    packages = sum(len(demand.packages) for demand in plan.demands)
    rng = np.random.default_rng(1)
    draws = _times(lambda _: rng.lognormal(size=packages * TRIALS), range(5))

    before, after = Finishes.of(prepared.plan), Finishes.of(moved)
    expected = {
        name: [after.number(name, 85), before.number(name, 85)]
        for name in before.row_of
        if before.number(name, 85) != after.number(name, 85)
    }
    told = {
        row["id"]: row["days"]["p85"]
        for row in drag(orders[0])["demands"]
        if row["days"]["p85"]
    }
    assert told == {name: new - old for name, (new, old) in expected.items()}
    assert told, "The drag moved nothing."
    return {
        "preview.demands": DEMANDS,
        "preview.packages": packages,
        "preview.trials": TRIALS,
        "preview.p50_ms": statistics.median(drags),
        "preview.p95_ms": drags[int(0.95 * len(drags))],
        "preview.load_ms": statistics.median(loads),
        "preview.play_ms": statistics.median(plays),
        "preview.sampling_ms": statistics.median(draws),
        "preview.stored_kib": len(stored) / 1024,
    }


def _times(call: Callable[[Any], object], inputs: Any) -> list[float]:
    times = []
    for each in inputs:
        began = time.perf_counter()
        call(each)
        times.append((time.perf_counter() - began) * 1000)
    return times


def _drags(names: list[str]) -> Any:
    """Orders in which one demand stands somewhere else, near and far."""
    rng = np.random.default_rng(5)
    for _ in range(DRAGS):
        order = list(names)
        moved = order.pop(int(rng.integers(len(order))))
        order.insert(int(rng.integers(len(order))), moved)
        yield order


def busy_plan() -> dict[str, Any]:
    """Ten engineers with three years of ranked work, interruptions and arrivals."""
    rng = np.random.default_rng(20261123)

    def package(place: int) -> dict[str, Any]:
        likely = float(np.exp(rng.normal(1.1, 0.6)))
        return {
            "id": f"p{place}",
            "skill": SKILLS[rng.integers(5)],
            "effort": {"low": 0.7 * likely, "likely": likely, "high": 2 * likely},
            "after": [f"p{place - 1}"] if place else [],
        }

    return {
        "start": "2026-11-23",
        "seed": 7,
        "horizon_days": 8 * 365,
        "engineers": [
            {
                "id": f"eng-{number}",
                "skills": {SKILLS[number % 5]: 1.0, SKILLS[(number + 2) % 5]: 0.6},
                "overhead": 0.2,
                "leave": [
                    [f"{year}-07-05", f"{year}-07-23", 1] for year in range(2027, 2034)
                ],
            }
            for number in range(10)
        ],
        "interruptions": [
            {
                "id": f"tickets {first}",
                "engineers": [f"eng-{number}" for number in range(first, 10, 2)],
                "per_week": 3,
                "effort": {"low": 0.05, "likely": 0.2, "high": 1},
            }
            for first in (0, 1)
        ],
        "demands": [
            {
                "id": f"INT-{number}",
                "dates": ["2027-06-30"] if number % 3 == 0 else [],
                "packages": [package(place) for place in range(rng.integers(1, 6))],
            }
            for number in range(DEMANDS)
        ],
        "arrivals": [
            {"id": "expedite", "per_week": 0.5, "rank": 0.1, "packages": [package(0)]}
        ],
        "uncertainty": {"demand_sd": 0.2, "team_sd": 0.15},
    }  # fmt: skip
