"""How a demand of each pattern is cut into work packages, and how estimates err."""

from __future__ import annotations

import itertools
import math
import random
from dataclasses import dataclass
from decimal import Decimal

# name, skill, share of the likely days; each package follows the one before it.
SHAPES: dict[str, list[tuple[str, str, float]]] = {
    "api": [
        ("Contract and design", "api", 0.3),
        ("Build and test", "api", 0.5),
        ("Roles and keys", "iam", 0.2),
    ],
    "api_small": [("Design, build and test", "api", 1)],
    "api_events": [
        ("Contract and design", "api", 0.25),
        ("Topics and consumers", "events", 0.4),
        ("Service and tests", "api", 0.35),
    ],
    "api_data": [
        ("Contract and design", "api", 0.2),
        ("Reading and checks", "data", 0.5),
        ("Service and approval", "api", 0.3),
    ],
    "events": [
        ("Event contract", "api", 0.2),
        ("Topics and consumers", "events", 0.6),
        ("Monitoring and cut-over", "events", 0.2),
    ],
    "events_small": [("Topic, consumer and alarm", "events", 1)],
    "ipaas": [
        ("Mapping with both sides", "ipaas", 0.35),
        ("Flow and error handling", "ipaas", 0.65),
    ],
    "ipaas_small": [("Flow with mapping", "ipaas", 1)],
    "pipeline": [
        ("Extract and history", "data", 0.4),
        ("Model, checks and load", "data", 0.6),
    ],
    "pipeline_small": [("Load and checks", "data", 1)],
    "cdc": [
        ("Capture of changes", "events", 0.45),
        ("Load and reconcile", "data", 0.55),
    ],
    "file": [
        ("Transfer, signature and receipt", "middleware", 0.45),
        ("Flow and checks", "ipaas", 0.55),
    ],
    "file_small": [("Transfer and checks", "middleware", 1)],
    "middleware": [
        ("Adapter", "middleware", 0.65),
        ("Routing and monitoring", "ipaas", 0.35),
    ],
    "access": [
        ("Roles and claims", "iam", 0.55),
        ("Provisioning flow", "ipaas", 0.45),
    ],
    "access_small": [("Roles and keys", "iam", 1)],
    "retire": [
        ("Find and agree with consumers", "api", 0.25),
        ("Move consumers", "api", 0.55),
        ("Switch off and clean up", "middleware", 0.2),
    ],
    "hub": [
        ("Formats and contract", "api", 0.2),
        ("Core of the hub", "api", 0.4),
        ("Connection to the state", "middleware", 0.25),
        ("Signature and keys", "iam", 0.15),
    ],
    "stock": [
        ("Stock events: contract", "api", 0.15),
        ("Stock topics out of SAP", "events", 0.45),
        ("Stock service of the shop", "api", 0.3),
        ("Load test and cut-over", "events", 0.1),
    ],
    "sap_btp": [("Event mesh and first topic", "sap-btp", 1)],
}


@dataclass(frozen=True, slots=True)
class Part:
    """A work package before it has an engineer and dates."""

    name: str
    skill: str
    low: Decimal
    likely: Decimal
    high: Decimal


def _halves(days: float, least: float) -> Decimal:
    return Decimal(str(max(least, round(days * 2) / 2)))


def parts_of(shape: str, days: float, rng: random.Random) -> list[Part]:
    """The packages of a demand with ranges as a team writes them down."""
    parts = []
    for name, skill, share in SHAPES[shape]:
        likely = float(_halves(days * share, 0.5))
        low = float(_halves(likely * rng.uniform(0.5, 0.75), 0.25))
        high = float(_halves(likely * rng.uniform(1.5, 2.3), 1))
        parts.append(
            Part(
                name,
                skill,
                Decimal(str(min(low, likely))),
                Decimal(str(likely)),
                Decimal(str(max(high, likely))),
            )
        )
    return parts


# Actual over likely effort of single tasks: what three public records of estimates and
# actuals agree on at P10, P50, P80 and P90.
_ERROR = [(0.0, 0.2), (0.1, 0.4), (0.5, 1.0), (0.8, 1.6), (0.9, 2.4), (1.0, 3.5)]
_EXACT = 0.12
_SMALL, _LARGE = 2, 8


def actual_of(likely: Decimal, rng: random.Random) -> Decimal:
    """What a package really took, in quarters of a day; some exactly as estimated."""
    share, is_exact = rng.random(), rng.random() < _EXACT
    if is_exact:
        return likely
    (low, below), (high, above) = next(
        pair for pair in itertools.pairwise(_ERROR) if share <= pair[1][0]
    )
    along = (share - low) / (high - low)
    ratio = math.exp(math.log(below) * (1 - along) + math.log(above) * along)
    if likely <= _SMALL:
        ratio *= 1.12
    elif likely >= _LARGE:
        ratio *= 0.9
    return Decimal(str(max(0.25, round(float(likely) * ratio * 4) / 4)))
