"""How the engine's kernels are compiled."""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec, TypeVar

from numba import njit

P = ParamSpec("P")
R = TypeVar("R")


def compiled(kernel: Callable[P, R]) -> Callable[P, R]:
    """Compile a kernel that allocates nothing, to be run without the GIL.

    Notes
    -----
    Without Numba's reference counts: counting every array of every call took nine
    tenths of the time and kept threads from each other. Numba refuses to compile a
    kernel that would need them.
    """
    made: Callable[P, R] = njit(cache=True, nogil=True, _nrt=False)(kernel)  # type: ignore[call-overload]  # _nrt is missing in Numba's stubs
    return made
