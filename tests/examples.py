"""How many examples a property is tried on: all of them, or a quarter to be quick."""

from __future__ import annotations

import os

IS_QUICK = "QUICK_TESTS" in os.environ


def examples(number: int) -> int:
    return max(number // 4, 5) if IS_QUICK else number
