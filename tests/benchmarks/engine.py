"""The forecast engine on the standard case: speed as ratios taken in one run, and size.

Rounds are interleaved, so that a busy machine slows both sides of a ratio; each time is
the least of its rounds, as everything that disturbs only adds.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from tests.benchmarks.standard import standard_case

ROOT = Path(__file__).resolve().parent.parent.parent
ROUNDS = 5
SIZES = {50: 10_000, 500: 2_000, 5000: 500}
"""Demands, and the trials that are enough to time them."""


def measure() -> dict[str, Any]:
    from capacity.engine.simulation import warm_up

    warm_up()
    return {
        **_ratio_to_sampling(),
        **_ratio_to_simpy(),
        **_ratio_to_taskjuggler(),
        **_growth(),
        **_preview(),
        **_in_processes(),
    }


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _answer(case: dict[str, Any], threads: int | None = None) -> str:
    """The whole way: read and check the plan, forecast it, write the result."""
    from capacity.engine import Plan, forecast

    return json.dumps(forecast(Plan.from_json(case), threads=threads).to_json())


def _packages(case: dict[str, Any]) -> int:
    return sum(len(demand["packages"]) for demand in case["demands"])


def _ratio_to_sampling() -> dict[str, Any]:
    """Against NumPy drawing one lognormal for each trial and package of the plan.

    Interruptions, arrivals, waits and shared errors, which we draw too, are not counted
    for NumPy, which draws on one thread; the result is written to JSON objects.
    """
    from capacity.engine import Plan, forecast

    case = standard_case()
    numbers = case["trials"] * _packages(case)
    ours, sampling = [], []
    for seed in range(ROUNDS):
        rng = np.random.default_rng(seed)
        sampling.append(_seconds(lambda rng=rng: rng.lognormal(size=numbers)))
        ours.append(
            _seconds(lambda: forecast(Plan.from_json(case)).to_json()),
        )
    small = case | {"trials": 500}
    answers = {_answer(small, threads=threads) for threads in (1, 2, 1)}
    assert len(answers) == 1, "the same plan gave two answers"
    return {
        "engine.ratio_to_sampling": min(ours) / min(sampling),
        "engine.forecast_s": min(ours),
        "engine.sampling_s": min(sampling),
        "engine.package_trials": numbers,
    }


def _ratio_to_simpy() -> dict[str, Any]:
    """Against a plain SimPy script, per package and trial, with draws for nothing."""
    from capacity.engine import Plan, forecast
    from capacity.engine.simulation import trace
    from tests.benchmarks.plain_simpy import Team, offered_by
    from tests.engine.worlds import draws_of

    plan = Plan.from_json(standard_case())
    packages = sum(len(demand.packages) for demand in plan.demands)
    offered = offered_by(plan)
    theirs = []
    for trial in range(3):
        (draws,) = draws_of(plan, first=trial)
        days: list[int] = []
        theirs.append(
            _seconds(lambda: days.extend(Team(plan, draws, offered).play()))  # noqa: B023
        )
        _, tally = trace(plan, first=trial)
        assert days == tally.finish_day[0].tolist(), "SimPy and the engine disagree"
    ours = min(_seconds(lambda: forecast(plan)) for _ in range(3)) / plan.trials
    return {
        "engine.simpy_ratio": min(theirs) / ours,
        "engine.simpy_us_per_package_trial": min(theirs) / packages * 1e6,
    }


def _ratio_to_taskjuggler() -> dict[str, Any]:
    """Against one schedule of the likely efforts by TaskJuggler, where installed."""
    from tests.benchmarks.taskjuggler import project_of

    tj3 = shutil.which("tj3")
    if tj3 is None:
        return {"engine.taskjuggler_ratio": None}
    case = standard_case()
    with tempfile.TemporaryDirectory(prefix="throughline-tj3-") as folder:
        project = Path(folder) / "standard.tjp"
        project.write_text(project_of(case))
        theirs = _seconds(
            lambda: subprocess.run(
                [tj3, "--silent", project], cwd=folder, check=True, timeout=900
            )
        )
        assert (Path(folder) / "ends.csv").read_text().count("\n") > _packages(case)
    ours = min(_seconds(lambda: _answer(case)) for _ in range(3))
    return {"engine.taskjuggler_ratio": theirs / ours, "engine.taskjuggler_s": theirs}


def _growth() -> dict[str, Any]:
    """Time per package and trial at three sizes; people grow with the demands."""
    from capacity.engine import Plan, forecast

    plans = {
        size: Plan.from_json(standard_case(size, trials))
        for size, trials in SIZES.items()
    }
    times: dict[int, list[float]] = {size: [] for size in SIZES}
    for _ in range(3):
        for size, plan in plans.items():
            times[size].append(_seconds(lambda plan=plan: forecast(plan)))
    each = {
        size: min(times[size])
        / plan.trials
        / sum(len(demand.packages) for demand in plan.demands)
        for size, plan in plans.items()
    }
    return {
        "engine.growth": max(each.values()) / min(each.values()),
        **{f"engine.ns_per_package_trial.{size}": each[size] * 1e9 for size in SIZES},
    }


def _preview() -> dict[str, Any]:
    """A thousand trials of the plan as it is kept, read and written."""
    from capacity.engine import forecast, load_plan

    kept = json.dumps(standard_case() | {"trials": 1000})
    times = [
        _seconds(lambda: forecast(load_plan(kept)).to_json()) for _ in range(2 * ROUNDS)
    ]
    return {"engine.preview_ms": min(times) * 1000}


def _in_processes() -> dict[str, Any]:
    """What a fresh process needs, as peak memory stays at the highest of a life."""
    cold = min(_seconds(lambda: _peak_alone(500, 1)) for _ in range(3))
    return {
        # All of it: Python, NumPy, Numba, compiled kernels from their cache, one trial.
        "engine.cold_start_s": cold,
        "engine.peak_mib": _peak_alone(500, 10_000),
        "engine.peak_mib_5000": _peak_alone(5000, 1000),
    }


def _peak_alone(demands: int, trials: int) -> float:
    """Peak MiB of a new process that makes one forecast."""
    said = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.engine", str(demands), str(trials)],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    return float(said.stdout)


def _forecast_alone(demands: int, trials: int) -> None:
    _answer(standard_case(demands, trials))
    print(_peak_mib())


def _peak_mib() -> float:
    # Not getrusage, which hands a parent's peak on to its children.
    status = Path("/proc/self/status").read_text()
    (peak,) = re.findall(r"VmHWM:\s+(\d+) kB", status)
    return int(peak) / 1024


if __name__ == "__main__":
    _forecast_alone(*map(int, sys.argv[1:]))
