"""Checks for numpy's arrays.

numpy is not imported here: an annotation that names it comes from where it is loaded.
No array is ever cast.
"""

from collections.abc import Callable
from typing import Any, Protocol, TypeAlias, cast, get_args, get_origin

from pythonarium._types.checks import Check, Misfit, Trail, misfit_of

__all__ = ["array_check", "is_array_type"]

_ABSTRACT = {
    *("generic", "number", "integer", "signedinteger", "unsignedinteger"),
    *("inexact", "floating", "complexfloating", "flexible", "character"),
}
_UNSIZED = {"str_", "bytes_", "void", "object_", "datetime64", "timedelta64"}


class _DType(Protocol):
    type: type
    hasobject: bool


class _Array(Protocol):
    dtype: _DType
    ndim: int


_Accepts: TypeAlias = Callable[[_DType], bool]


def is_array_type(cls: type) -> bool:
    """Tell whether this is numpy's ndarray, or a class derived from it."""
    return any(
        base.__module__ == "numpy" and base.__name__ == "ndarray"
        for base in cls.__mro__
    )


def array_check(cls: type, args: tuple[object, ...], text: str) -> Check:
    """Return the check for an array: `np.ndarray`, `NDArray[np.float64]`."""
    dimensions = _dimensions(args)
    accepts = _accepted_dtypes(args)

    def convert(value: object, _: Trail | None) -> object:
        if not isinstance(value, cls):
            raise misfit_of(text, cls, value)
        array = cast("_Array", value)
        if not accepts(array.dtype):
            raise _dtype_misfit(text, array)
        if dimensions not in {None, array.ndim}:
            raise Misfit(text, value, actual=f"an array of {array.ndim} dimensions")
        return value

    return Check(text, convert)


def _dtype_misfit(text: str, array: _Array) -> Misfit:
    if array.dtype.hasobject:
        actual, advice = "an array of Python objects", "give it a dtype with .astype()"
    else:
        actual, advice = f"an array of {array.dtype!s}", "use .astype() first"
    return Misfit(text, array, advice, actual=actual)


def _dimensions(args: tuple[object, ...]) -> int | None:
    """Return how many dimensions are declared: two for `tuple[int, int]`."""
    sizes = get_args(args[0]) if args else ()
    return None if not sizes or sizes[-1] is ... else len(sizes)


def _accepted_dtypes(args: tuple[object, ...]) -> _Accepts:
    scalars = get_args(args[1]) if len(args) > 1 else ()
    scalar = get_origin(scalars[0]) or scalars[0] if scalars else None
    if scalar is Any or not isinstance(scalar, type) or scalar.__name__ == "generic":
        return lambda dtype: not dtype.hasobject
    if scalar.__name__ in _ABSTRACT:
        return lambda dtype: issubclass(dtype.type, scalar)
    if scalar.__name__ in _UNSIZED:
        return lambda dtype: dtype.type is scalar
    same: object = scalar
    return lambda dtype: dtype == same  # also where C has two names for one
