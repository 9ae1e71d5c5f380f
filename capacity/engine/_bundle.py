"""Named tuples of arrays, handed to kernels behind one pointer.

Numba hands a tuple over piece by piece. A hundred arrays are seven hundred numbers, at
every call that is not put into its caller, and in every signature. A bundle lays the
same numbers out in memory once, and a kernel reads ``bundle.field`` from there. What
the fields are cannot be changed, only what is in them.
"""

from __future__ import annotations

import hashlib
import struct
from functools import cache
from typing import Any, TypeVar

import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.core.datamodel import models
from numba.core.imputils import lower_getattr_generic
from numba.core.typing.templates import AttributeTemplate
from numba.extending import (
    NativeValue,
    infer_getattr,
    register_model,
    typeof_impl,
    unbox,
)

T = TypeVar("T")

WORD = 8
FIXED = frozenset(
    {"course", "facts", "knots", "owners", "patterns", "people", "tasks", "trace"}
)
"""Arrays whose rows are as long in every plan, so that it need not be looked up."""
_SCALARS = {
    "d": types.float64,
    "f": types.float32,
    "i": types.int32,
    "I": types.uint32,
    "l": types.int64,
    "L": types.uint64,
    "?": types.boolean,
}


class BundleType(types.Type):
    """What is in a bundle: each field's type, bytes before it, and columns if fixed."""

    def __init__(self, fields: dict[str, tuple[Any, int, int]]) -> None:
        self.fields = fields
        text = hashlib.sha256(repr(sorted(fields.items())).encode()).hexdigest()
        super().__init__(name=f"Bundle.{text[:16]}")


@cache
def _array_type(scalar: str, axes: int) -> Any:
    return types.Array(_SCALARS[scalar], axes, "C")


@cache
def _bundle_type(fields: tuple[tuple[str, tuple[Any, int, int]], ...]) -> BundleType:
    # Kept, as a plan is played in dozens of chunks and Numba's types are slow to make.
    return BundleType(dict(fields))


class Bundle:
    """A named tuple of arrays, numbers and such tuples, as kernels are handed it."""

    __slots__ = ("_kept", "_memory", "address", "type")

    def __init__(self, values: Any) -> None:
        self._kept: list[object] = [values]
        fields: dict[str, tuple[Any, int, int]] = {}
        words: list[int] = []
        for name, value in zip(values._fields, values, strict=True):
            kind, laid_out = self._lay_out(value)
            columns = value.shape[-1] if name in FIXED else 0
            fields[name] = kind, WORD * len(words), columns
            words += laid_out
        self.type = _bundle_type(tuple(fields.items()))
        self._memory = np.array(words, dtype=np.uint64)
        self.address = int(self._memory.ctypes.data)

    def _lay_out(self, value: Any) -> tuple[Any, list[int]]:
        if isinstance(value, np.ndarray):
            if not value.flags.c_contiguous:
                raise ValueError("An array of a bundle must lie in one piece.")
            kind = _array_type(value.dtype.char, value.ndim)
            return kind, [value.ctypes.data, value.size, *value.shape]
        if isinstance(value, tuple):
            inner = Bundle(value)
            self._kept.append(inner)
            return inner.type, [inner.address]
        if isinstance(value, float):
            return types.float64, [struct.unpack("Q", struct.pack("d", value))[0]]
        if isinstance(value, np.uint64):
            return types.uint64, [int(value)]
        return types.int64, [int(value)]


def bundled(values: T) -> T:
    """Bundle a named tuple; the kernels read it as if it were the tuple itself."""
    return Bundle(values)  # type: ignore[return-value]  # as said


@typeof_impl.register(Bundle)
def _type_of(bundle: Bundle, _context: Any) -> BundleType:
    return bundle.type


# In a kernel it is the bare address.
register_model(BundleType)(models.OpaqueModel)


@unbox(BundleType)
def _unbox(_kind: Any, bundle: Any, c: Any) -> Any:
    number = c.pyapi.object_getattr_string(bundle, "address")
    address = c.pyapi.long_as_voidptr(number)
    c.pyapi.decref(number)
    return NativeValue(address)


@infer_getattr
class _Fields(AttributeTemplate):
    key = BundleType

    def generic_resolve(self, bundle: BundleType, name: str) -> Any:  # type: ignore[override]  # Numba's own is a mark
        return bundle.fields[name][0]


@lower_getattr_generic(BundleType)
def _get(context: Any, builder: Any, bundle: BundleType, value: Any, name: str) -> Any:
    kind, offset, columns = bundle.fields[name]

    def read(place: int, made: Any) -> Any:
        at = builder.gep(value, [ir.Constant(ir.IntType(64), offset + WORD * place)])
        read = builder.load(builder.bitcast(at, made.as_pointer()))
        # Nothing writes to a bundle while a kernel runs, so one reading will do.
        read.set_metadata("invariant.load", builder.module.add_metadata([]))
        return read

    if not isinstance(kind, types.Array):
        return read(0, context.get_value_type(kind))
    number = context.get_value_type(types.intp)
    size = context.get_abi_sizeof(context.get_data_type(kind.dtype))
    shape = [read(2 + axis, number) for axis in range(kind.ndim)]
    if columns:
        shape[-1] = number(columns)
    strides = [number(size)]
    for length in shape[:0:-1]:
        strides.insert(0, builder.mul(strides[0], length))
    array = context.make_array(kind)(context, builder)
    array.meminfo = cgutils.get_null_value(array.meminfo.type)
    array.parent = cgutils.get_null_value(array.parent.type)
    array.data = read(0, array.data.type)
    array.nitems = read(1, number)
    array.itemsize = number(size)
    array.shape = cgutils.pack_array(builder, shape, ty=number)
    array.strides = cgutils.pack_array(builder, strides, ty=number)
    return array._getvalue()  # noqa: SLF001 - Numba's own way to finish an array
