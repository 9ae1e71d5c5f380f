"""Walk through finished packages as they were finished, forecasting each unseen.

Nothing is forecast from anything that was not finished strictly before it; packages of
the same moment do not see each other. Estimates, skills and projects count as known.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from capacity.engine.baselines import BASELINES, Baseline
from capacity.engine.history import NONE, Floats, History, Longs
from capacity.engine.ratios import (
    MOST_REMEMBERED,
    Asked,
    Past,
    Setting,
    Settings,
)
from capacity.engine.scoring import (
    crps_sample,
    crps_weighted,
    mid_quantiles,
    pinball,
    shares_below,
)
from capacity.engine.sums import (
    DRAWS,
    INSIDE,
    UNSEEN_SD,
    PastSum,
    SharedError,
    draw_sum,
    needed_sd,
    shared_scores,
)
from capacity.engine.walking import (
    NEEDED,
    shared_error,
    walk_packages,
    walk_sums,
)

LEVELS = {"p10": 0.1, "p50": 0.5, "p80": 0.8, "p85": 0.85, "p90": 0.9}
SHARES = np.array(list(LEVELS.values()))

SUMS_OF_OTHERS = 40
"""Sums of other projects that a left-out project's shared error is learnt from."""

Progress = Callable[[str, int, int], object]


@dataclass(slots=True)
class Scores:
    """What forecasts of single packages were worth, added up."""

    covered: Floats = field(default_factory=lambda: np.zeros(len(SHARES)))
    split: Floats = field(default_factory=lambda: np.zeros(len(SHARES)))
    loss: Floats = field(default_factory=lambda: np.zeros(len(SHARES)))
    crps: float = 0.0
    actual: float = 0.0
    count: int = 0

    def add(self, quantiles: Floats, crps: Floats, actual: Floats) -> None:
        # An actual at the quantile is covered, whatever the last bit says.
        self.covered += (actual[:, None] <= quantiles * (1 + 1e-9)).sum(axis=0)
        self.loss += [
            pinball(quantiles[:, place], actual, share).sum()
            for place, share in enumerate(SHARES)
        ]
        self.crps += float(crps.sum())
        self.actual += float(actual.sum())
        self.count += len(actual)

    def to_json(self) -> dict[str, Any]:
        return {
            "coverage": _by_level(self.covered / self.count),
            "pinball": _by_level(self.loss / self.actual),
            "crps": round(self.crps / self.actual, 5),
        }


@dataclass(slots=True)
class SumScores:
    """What forecasts of sums were worth, added up."""

    inside: int = 0
    crps: float = 0.0
    actual: float = 0.0
    count: int = 0

    def add(self, sample: Floats, actual: float) -> None:
        low, high = np.quantile(sample, INSIDE)
        self.inside += bool(low * (1 - 1e-9) <= actual <= high * (1 + 1e-9))
        self.crps += crps_sample(sample, actual)
        self.actual += actual
        self.count += 1

    def to_json(self) -> dict[str, Any]:
        if not self.count:
            return {"inside_p10_p90": None, "crps": None}
        return {
            "inside_p10_p90": round(self.inside / self.count, 4),
            "crps": round(self.crps / self.actual, 5),
        }


def backtest(
    history: History,
    *,
    size: int = 20,
    leave_out_project: bool = False,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Forecast every package and every sum of a history from its own past.

    Parameters
    ----------
    history
        Finished packages.
    size
        Packages in a sum; consecutive ones in the order of their finish.
    leave_out_project
        Sum packages of one project, and forecast them from other projects only.
    progress
        Called with what is done, how many of it, and of how many.

    Returns
    -------
    dict
        ``tasks`` and ``sums`` with their baselines. Coverage is the share of actuals
        at or below the quantile, CRPS and pinball loss are relative to the mean
        actual. ``coverage_split`` counts an actual that ties with the quantile in
        part, as the forecast's own mass there does (Czado et al. 2009).

    Raises
    ------
    ValueError
        If there are no more than ``NEEDED`` packages, or if no more were finished
        before the last moment.

    Notes
    -----
    O(packages * 5000); about a minute for 50,000 packages. Quantiles are mid-quantiles
    for all forecasts alike.
    """
    if len(history) <= NEEDED:
        raise ValueError(
            f"There are {len(history)} finished packages that can be used; more than "
            f"{NEEDED} are needed, as the first {NEEDED} are only learnt from."
        )
    tell = progress or (lambda *_: None)
    if history.known_at(float(history.finished[-1])) < NEEDED:
        raise ValueError(
            f"Fewer than {NEEDED} of the {len(history)} packages were finished before "
            "the last day; they cannot be forecast from what was finished before."
        )
    settings = Settings(history)
    tasks = _tasks(history, settings, tell)
    sums = (
        _sums_of_projects(history, size, tell)
        if leave_out_project
        else _sums(history, size, settings, tell)
    )
    return {"tasks": tasks, "sums": {"size": size, **sums}}


def _tasks(history: History, settings: Settings, tell: Progress) -> dict[str, Any]:
    ours = Scores()
    plain = {name: Scores() for name in BASELINES}
    for known, rows in walk_packages(history):
        asked, before = history.take(rows), history.first(known)
        past = Past.at(before, settings.at(known))
        weights = past.weigh(Asked.of(asked))
        errors = np.log(asked.actual / asked.estimate)
        estimate = asked.estimate
        quantiles = np.exp(mid_quantiles(past.error, weights, SHARES))
        crps = crps_weighted(np.exp(past.error), weights, asked.actual / estimate)
        ours.add(estimate[:, None] * quantiles, estimate * crps, asked.actual)
        below, up_to = shares_below(past.error, weights, errors)
        mass = np.maximum(up_to - below, 1e-12)[:, None]
        ours.split += np.clip((SHARES - below[:, None]) / mass, 0, 1).sum(axis=0)
        for name, kind in BASELINES.items():
            fitted = kind.fit(before)
            plain[name].add(
                fitted.quantiles(estimate, SHARES),
                fitted.crps(estimate, asked.actual),
                asked.actual,
            )
        tell("packages", int(rows[-1]) + 1, len(history))
    return {
        "n": ours.count,
        **ours.to_json(),
        "coverage_split": _by_level(ours.split / ours.count),
        "baselines": {name: scores.to_json() for name, scores in plain.items()},
    }


def _sums(
    history: History, size: int, settings: Settings, tell: Progress
) -> dict[str, Any]:
    """Sums of consecutive packages, each forecast from what was finished before."""
    ours, usual = SumScores(), _Plain(history)
    shared = shared_error(size)
    for each in walk_sums(history, size, settings, shared):
        ours.add(each.sample, float(history.actual[each.rows].sum()))
        usual.add(each.known, slice(each.known), each.rows, each.rng)
        tell("sums", int(each.rows[-1]) + 1, len(history))
    sd = round(shared.settled_sd(), 4)
    return {"n": ours.count, **ours.to_json(), "shared_sd": sd, **usual.json}


def _sums_of_projects(history: History, size: int, tell: Progress) -> dict[str, Any]:
    """Sums of one project's packages, forecast from the past of the others alone."""
    ours, usual, others = SumScores(), _Plain(history), _Others(history)
    sums = _sums_by_project(others.rows_of, size)
    sd = UNSEEN_SD
    for done, (project, mine) in enumerate(sums.items(), start=1):
        shared = _learnt_from_others(history, others, sums, project)
        for rows in mine:
            known = others.all_before(rows[0], project)
            if len(known) < NEEDED:
                continue
            sd = shared.sd_at(float(history.finished[rows[0]]))
            rng = np.random.default_rng([size, rows[0]])
            sample = others.draw(rows, rng, project)
            actual = float(history.actual[rows].sum())
            ours.add(sample * np.exp(sd * shared_scores(rng)), actual)
            usual.add((project, len(known)), known, rows, rng)
        tell("projects", done, len(sums))
    return {"n": ours.count, **ours.to_json(), "shared_sd": round(sd, 4), **usual.json}


def _learnt_from_others(
    history: History, others: _Others, sums: dict[int, list[Longs]], left_out: int
) -> SharedError:
    """What sums of all other projects erred together, the one left out unseen.

    Each is forecast from the past without its own project and the one left out.
    """
    every = sorted(
        (
            (float(history.finished[rows[-1]]), other, rows)
            for other, all_rows in sums.items()
            for rows in all_rows
            if other != left_out
        ),
        key=lambda each: each[0],
    )
    shared = SharedError(usual=UNSEEN_SD)
    for ended, other, rows in every[:: max(len(every) // SUMS_OF_OTHERS, 1)]:
        if len(others.all_before(rows[0], left_out, other)) < NEEDED:
            continue
        rng = np.random.default_rng([left_out, rows[0]])
        sample = others.draw(rows, rng, left_out, other)
        actual = float(history.actual[rows].sum())
        shared.learn(PastSum(ended, needed_sd(sample, shared_scores(rng), actual)))
    return shared


class _Others:
    """The past of all projects but some, each project having as much to say.

    Projects differ from each other more than their packages do, so that a large one
    teaches little more about another than a small one: of each, as many packages are
    taken, evenly over its time. How long ago that was does not matter.
    """

    def __init__(self, history: History) -> None:
        self.history = history
        self.setting = Setting(half_life=np.inf)
        order = np.argsort(history.project, kind="stable")
        codes, starts = np.unique(history.project[order], return_index=True)
        self.rows_of: dict[int, Longs] = dict(
            zip(codes.tolist(), np.split(order, starts[1:]), strict=True)
        )

    def all_before(self, row: int, *without: int) -> Longs:
        """Rows finished before this one, of other projects."""
        known = self.history.known_at(float(self.history.finished[row]))
        return np.flatnonzero(~np.isin(self.history.project[:known], without))

    def draw(self, rows: Longs, rng: np.random.Generator, *without: int) -> Floats:
        """Draw the sum of some rows from other projects' past."""
        known = self.history.known_at(float(self.history.finished[rows[0]]))
        pasts = [
            mine[: np.searchsorted(mine, known)]
            for project, mine in self.rows_of.items()
            if project not in without
        ]
        most = MOST_REMEMBERED // max(sum(len(each) > 0 for each in pasts), 1)
        taken = np.sort(np.concatenate([_evenly(each, most) for each in pasts]))
        past = Past.at(self.history.take(taken), self.setting)
        return draw_sum(past, Asked.of(self.history.take(rows)), rng)


def _evenly(rows: Longs, most: int) -> Longs:
    if len(rows) <= most:
        return rows
    return rows[np.linspace(0, len(rows) - 1, most).astype(np.int64)]


def _sums_by_project(rows_of: dict[int, Longs], size: int) -> dict[int, list[Longs]]:
    """Rows of each project's sums, for projects that have a whole one."""
    return {
        project: [
            rows[first : first + size] for first in range(0, len(rows) - size + 1, size)
        ]
        for project, rows in rows_of.items()
        if project != NONE and len(rows) >= size
    }


class _Plain:
    """The baselines' sums, drawn each package for itself."""

    def __init__(self, history: History) -> None:
        self.history = history
        self.scores = {name: SumScores() for name in BASELINES}
        self.fitted: dict[str, Baseline] = {}
        self.fitted_to: object = None

    def add(
        self, name: object, known: Longs | slice, rows: Longs, rng: np.random.Generator
    ) -> None:
        if name != self.fitted_to:
            before = self.history.take(known)
            self.fitted = {each: kind.fit(before) for each, kind in BASELINES.items()}
            self.fitted_to = name
        summed = self.history.take(rows)
        for each, fitted in self.fitted.items():
            sample = fitted.draw(summed.estimate, rng, DRAWS).sum(axis=1)
            self.scores[each].add(sample, float(summed.actual.sum()))

    @property
    def json(self) -> dict[str, Any]:
        return {
            "baselines": {name: each.to_json() for name, each in self.scores.items()}
        }


def _by_level(values: Floats) -> dict[str, float]:
    return {
        name: round(float(each), 5) for name, each in zip(LEVELS, values, strict=True)
    }
