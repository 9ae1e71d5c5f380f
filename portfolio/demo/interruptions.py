"""What the team has logged of the interruptions that keep things running."""

from __future__ import annotations

import datetime as dt
import math
import random
from collections.abc import Mapping
from decimal import Decimal

from capacity.models import Engineer, Interruption, KtloStream
from portfolio.demo.days import Days, Dice
from portfolio.demo.people import KTLO, KTLO_NOTES

WORKING_DAYS = 105
FULL_DAY = 8
# P90 of a normal distribution: low, likely and high are P10, P50 and P90.
TO_P90 = 1.2816


def log_interruptions(
    streams: Mapping[str, KtloStream],
    engineers: Mapping[str, Engineer],
    days: Days,
    dice: Dice,
) -> None:
    """A log of some months for each stream that has notes to tell."""
    log: list[Interruption] = []
    for name, names, per_week, *effort in KTLO:
        if name not in KTLO_NOTES:
            continue
        day = days.today
        for ago in range(1, WORKING_DAYS + 1):
            day = days.before(day)
            rng = dice("interruptions", name, ago)
            log += [
                Interruption(
                    stream=streams[name],
                    engineer=engineers[rng.choice(names)],
                    day=day,
                    hours=_hours(rng, *(float(each) for each in effort)),
                    note=rng.choice(KTLO_NOTES[name]),
                    logged_at=days.moment(day, rng, opens=14, closes=17),
                )
                for _ in range(_how_many(rng, float(per_week) / 5))
            ]
    for each in log:
        each.logged_by = each.engineer.user
    Interruption.objects.bulk_create(sorted(log, key=_when))


def _when(logged: Interruption) -> dt.datetime:
    return logged.logged_at


def _how_many(rng: random.Random, rate: float) -> int:
    """A Poisson number, by Knuth's way: rates of a day are small."""
    count, left = 0, rng.random()
    while left > math.exp(-rate):
        count, left = count + 1, left * rng.random()
    return count


def _hours(rng: random.Random, low: float, likely: float, high: float) -> Decimal:
    z = rng.gauss(0, 1)
    spread = math.log(high / likely if z > 0 else likely / low) / TO_P90
    hours = likely * math.exp(spread * z) * FULL_DAY
    return Decimal(str(max(0.25, round(min(hours, 3 * FULL_DAY) * 4) / 4)))
