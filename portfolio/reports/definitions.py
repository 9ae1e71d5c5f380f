"""The words of the report; the thresholds of the day are put in where it is made."""

from __future__ import annotations

CAPACITY_WEEKS = 12
SERVICE_WEEKS = 4

DEFINITIONS = [
    ["P50, P85", "The date on or before which 50 or 85 % of simulated worlds finish."],
    [
        "Chance on time",
        "Share of simulated worlds that finish by the promised date, or by the date "
        "it is needed by where nothing is promised. Above 95 % it reads >95 %: a "
        "simulation knows only the risks it was told of.",
    ],
    [
        "Status",
        "On track from {green} chance, at risk from {amber}, late below that or when "
        "the date has passed; grey where no chance can be given.",
    ],
    [
        "Trend",
        "Of a commitment: its chance against the snapshot before, by 5 points or more.",
    ],
    [
        "Kept",
        "Delivered on or before the promised date: the first one ever promised "
        "(original), and the one that held at the end (current).",
    ],
    [
        "Changes",
        "Against the last snapshot of an earlier week. Re-ranked are demands that "
        "somebody moved; a demand that only made room is not one. A forecast moved "
        "when its P85 did by 5 days or more.",
    ],
    [
        "Next",
        "Demands with a promise in the next four weeks, or that half of the simulated "
        "worlds finish by then.",
    ],
    [
        "Focused day",
        "A day of undisturbed work by one engineer of full proficiency.",
    ],
    [
        "Work and supply",
        "Focused days still to do in the backlog by likely estimate, and on offer in "
        f"the next {CAPACITY_WEEKS} weeks, by skill. A person with two skills is on "
        "offer in both.",
    ],
    [
        "Share of a tier",
        "The part of the quarter's focused days that is meant for it; used is what its "
        "work took so far, planned what the forecast puts into the rest.",
    ],
    [
        "Answered and decided in time",
        f"Of the clocks that ended in the last {SERVICE_WEEKS} weeks: met, out of met "
        "and breached. A clock counts working time, and stands still while the team "
        "waits for the requester.",
    ],
    [
        "Our P85 was right",
        "Share of demands delivered in twelve months that were done by the P85 of "
        "their first forecast. It should be near 85 %.",
    ],
]
