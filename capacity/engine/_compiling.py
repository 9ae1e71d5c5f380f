"""How the engine's kernels are compiled, and when what was compiled is still right."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from numba import njit, types
from numba.core.caching import FunctionCache
from numba.np import arrayobj

P = ParamSpec("P")
R = TypeVar("R")


KERNELS = (
    "_bundle",
    "_compiling",
    "_counting",
    "_draws",
    "_hands",
    "_kernels",
    "_random",
    "_ready",
    "_wakes",
    "_weeks",
    "arrays",
)


_fix_index: Any = arrayobj.fix_integer_index


def _as_it_is(context: Any, builder: Any, kind: Any, index: Any, size: Any) -> Any:
    """Take an index of a kernel as it is.

    Numba lets negative indices count from the end, at three instructions for each index
    it cannot tell the sign of; kernels have hundreds of those, and none is negative.
    """
    if KERNEL not in builder.function.name:
        return _fix_index(context, builder, kind, index, size)
    return context.cast(builder, index, kind, types.intp)


KERNEL = "capacity6engine"
"""In the names of our kernels, as Numba writes them, and in no other's."""

arrayobj.fix_integer_index = _as_it_is


def _stamp() -> str:
    texts = hashlib.sha256()
    for name in KERNELS:
        texts.update((Path(__file__).parent / f"{name}.py").read_bytes())
    return texts.hexdigest()


STAMP = _stamp()


class _EngineCache(FunctionCache):
    """Kernels as they were compiled from this very text of all of them.

    Numba's own cache looks only at the file a kernel stands in, and would go on with
    the old code of what the kernel calls elsewhere.
    """

    def _index_key(self, *given: Any) -> tuple[Any, ...]:
        return (*super()._index_key(*given), STAMP)  # type: ignore[no-untyped-call]  # Numba's own


def compiled(kernel: Callable[P, R]) -> Callable[P, R]:
    """Compile a kernel that only other kernels call.

    Notes
    -----
    Put into its callers as it is, without a doorway for Python: handing over forty
    arrays took longer than the work, and doorways were half of the compiling.

    Without Numba's reference counts: counting every array of every call took nine
    tenths of the time and kept threads from each other. Numba refuses to compile a
    kernel that would need them. Division by 0 gives inf, as checks for it would keep
    loops from being done several numbers at a time; no kernel divides by 0.
    """
    return _compiled(kernel, forceinline=True, no_cpython_wrapper=True)


def apart(kernel: Callable[P, R]) -> Callable[P, R]:
    """Compile a kernel that other kernels call, seldom or from several places.

    Notes
    -----
    Handing over what it works on takes longer than a short kernel's work, but the code
    stands only once, and compiles sooner. It must be said: Numba hands the wish to be
    put into callers on to whatever a kernel calls.
    """
    return _compiled(kernel, forceinline=False, no_cpython_wrapper=True)


def called(kernel: Callable[P, R]) -> Callable[P, R]:
    """Compile a kernel that Python calls, to be run without the GIL."""
    made = _compiled(kernel, nogil=True, cache=True)
    # The place Numba itself keeps a kernel's cache in.
    setattr(made, "_cache", _EngineCache(kernel))  # type: ignore[no-untyped-call]  # noqa: B010
    return made


def _compiled(kernel: Callable[P, R], **more: bool) -> Callable[P, R]:
    made: Callable[P, R] = njit(  # type: ignore[call-overload]  # some are missing in Numba's stubs
        error_model="numpy", _nrt=False, no_cfunc_wrapper=True, **more
    )(kernel)
    return made
