"""Checks for single values of the standard library."""

import math
from collections.abc import Callable
from datetime import date, datetime, timedelta
from types import NoneType
from typing import SupportsComplex, SupportsFloat, SupportsInt, TypeVar, cast

from pythonarium._types.checks import Check, Misfit, Trail, misfit_of
from pythonarium._types.wording import class_name, describe, shown

__all__ = ["SCALARS"]

T = TypeVar("T", float, complex)


class _Inexact(ValueError):  # noqa: N818  # caught where the check is
    """The value is of the right kind, and no value of the class equals it."""


def _scalar(cls: type, to_class: Callable[[object], object | None]) -> Check:
    """Return the check for exactly this class, or what converts to it."""
    text = describe(cls)

    def convert(value: object, _: Trail | None) -> object:
        if type(value) is cls:
            return value
        try:
            result = to_class(value)
        except _Inexact as error:
            actual = f"{class_name(type(value))} {shown(value)}, {error}"
            raise Misfit(text, value, actual=actual) from None
        if result is None:
            raise misfit_of(text, cls, value)
        return result

    return Check(text, convert, frozenset({cls}))


def _to_nothing(_: object) -> None:
    return None


def _to_int(value: object) -> int | None:
    if isinstance(value, int) and not isinstance(value, bool):
        return int.__int__(value)
    if _is_numpy(value, "integer") and not _is_numpy(value, "timedelta64"):
        return int(cast("SupportsInt", value))
    return None


def _to_float(value: object) -> float | None:
    if isinstance(value, float):
        return float.__float__(value)
    whole = _to_int(value)
    if whole is not None:
        return _whole_to_float(whole)
    if _is_numpy(value, "floating"):
        real = float(cast("SupportsFloat", value))
        return _equal(value, real, is_nan=math.isnan(real))
    return None


def _whole_to_float(whole: int) -> float:
    try:
        result = float(whole)
    except OverflowError:
        result = math.inf
    return _equal(whole, result)


def _to_complex(value: object) -> complex | None:
    if isinstance(value, complex):
        return complex.__complex__(value)
    if _is_numpy(value, "complexfloating"):
        number = complex(cast("SupportsComplex", value))
        return _equal(value, number, is_nan=number != number)  # noqa: PLR0124
    real = _to_float(value)
    return None if real is None else complex(real)


def _to_bool(value: object) -> bool | None:
    return bool(value) if _is_numpy(value, "bool", "bool_") else None


def _to_bytes(value: object) -> bytes | None:
    return bytes.__bytes__(value) if isinstance(value, bytes) else None


def _to_datetime(value: object) -> datetime | None:
    if not isinstance(value, datetime) or value != value:  # noqa: PLR0124  # pandas.NaT
        return None
    _refuse_nanoseconds(value, "nanosecond")
    clock = value.hour, value.minute, value.second, value.microsecond
    return datetime(  # noqa: DTZ001  # as naive as the value
        value.year, value.month, value.day, *clock, value.tzinfo, fold=value.fold
    )


def _to_date(value: object) -> date | None:
    if not isinstance(value, date) or isinstance(value, datetime):
        return None
    return date(value.year, value.month, value.day)


def _to_timedelta(value: object) -> timedelta | None:
    if not isinstance(value, timedelta):
        return None
    _refuse_nanoseconds(value, "nanoseconds")
    return timedelta(value.days, value.seconds, value.microseconds)


def _refuse_nanoseconds(value: object, attribute: str) -> None:
    if getattr(value, attribute, 0):
        raise _Inexact("which has nanoseconds")


def _equal(value: object, result: T, *, is_nan: bool = False) -> T:
    if is_nan or result == value:
        return result
    raise _Inexact(f"which no {type(result).__name__} equals")


def _is_numpy(value: object, *names: str) -> bool:
    """Tell whether one of the value's classes is numpy's; without importing it."""
    return any(
        cls.__module__ == "numpy" and cls.__name__ in names
        for cls in type(value).__mro__
    )


def _text(value: object, _: Trail | None) -> object:
    if not isinstance(value, str):
        raise misfit_of("str", str, value)
    result = value if type(value) is str else str.__str__(value)
    if not result.isascii():
        _refuse_surrogates(result)
    return result


def _refuse_surrogates(text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError as error:
        actual = f"str {shown(text)} with a lone surrogate at index {error.start}"
        raise Misfit("str", text, actual=actual) from None


_CONVERSIONS: dict[type, Callable[[object], object | None]] = {
    int: _to_int,
    float: _to_float,
    complex: _to_complex,
    bool: _to_bool,
    bytes: _to_bytes,
    bytearray: _to_nothing,
    memoryview: _to_nothing,
    datetime: _to_datetime,
    date: _to_date,
    timedelta: _to_timedelta,
    NoneType: _to_nothing,
}

SCALARS: dict[object, Check] = {
    cls: _scalar(cls, to_class) for cls, to_class in _CONVERSIONS.items()
}
SCALARS[str] = Check("str", _text, frozenset({str}))
SCALARS[None] = SCALARS[NoneType]
