"""--in and --out: texts of the command line become typed variables."""

import json
import types
import typing
from collections.abc import Callable, Iterable
from datetime import date, datetime, time
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from types import NoneType
from typing import Any, Final, NoReturn
from uuid import UUID

from pythonarium.cli import data_files
from pythonarium.errors import VariableTypeError
from pythonarium.types import describe, named_type
from pythonarium.variables import Variable, checked_name

__all__ = ["BadInputError", "input_variables", "output_types"]


class BadInputError(ValueError):
    """A --in or --out that cannot be understood.  The message says which, and why."""


def input_variables(texts: Iterable[str]) -> list[Variable[Any]]:
    """Return the variables of all --in options.

    Raises:
        BadInputError: one is not `NAME[:TYPE]=VALUE`, or its value cannot be read.
    """
    variables = [_input(text) for text in texts]
    _refuse_twice("--in", [variable.name for variable in variables])
    return variables


def output_types(texts: Iterable[str]) -> dict[str, object]:
    """Return name -> annotation, None where there is none, of all --out options.

    Raises:
        BadInputError: one is not `NAME[:TYPE]`.
    """
    outputs = [_declared("--out", text) for text in texts]
    _refuse_twice("--out", [name for name, _ in outputs])
    return dict(outputs)


def _refuse_twice(option: str, names: list[str]) -> None:
    for name in names:
        if names.count(name) > 1:
            raise BadInputError(f"{option} {name}: given twice")


def _declared(option: str, text: str) -> tuple[str, object]:
    name, colon, type_text = text.partition(":")
    try:
        if not colon:
            return checked_name(name), None
        return checked_name(name), named_type(type_text) or NoneType
    except (VariableTypeError, ValueError) as error:
        raise BadInputError(f"{option} {text}: {error}") from error


def _input(text: str) -> Variable[Any]:
    declaration, equals, value_text = text.partition("=")
    if not equals:
        raise BadInputError(
            f"--in {text}: expected NAME=VALUE, NAME:TYPE=VALUE or NAME=@FILE"
        )
    name, annotation = _declared("--in", declaration)
    try:
        value = _value(value_text, annotation)
    except (ValueError, TypeError, RecursionError, OSError) as error:
        reason = str(error) or type(error).__name__
        raise BadInputError(f"--in {declaration}: {reason}") from error
    return Variable(name, annotation, value)


def _value(text: str, annotation: object) -> object:
    if text.startswith("@") and annotation is not str:
        return data_files.read(Path(text[1:]))
    if annotation in (None, object, Any):
        return _guess(text)
    return _parse(text, annotation)


def _guess(text: str) -> object:
    try:
        return json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        return text


def _no_constant(text: str) -> NoReturn:
    raise ValueError(f"{text} is not JSON")


# A text with a type


def _bool(text: str) -> bool:
    if text.lower() not in ("true", "false"):
        raise ValueError(text)
    return text.lower() == "true"


def _none(text: str) -> None:
    if text.lower() not in ("none", "null"):
        raise ValueError(text)


_SCALARS: Final[dict[object, Callable[[str], object]]] = {
    str: str,
    int: int,
    float: float,
    bool: _bool,
    complex: complex,
    NoneType: _none,
    datetime: datetime.fromisoformat,
    date: date.fromisoformat,
    time: time.fromisoformat,
    Decimal: Decimal,
    Fraction: Fraction,
    UUID: UUID,
    Path: Path,
}
_WRITTEN: Final[dict[object, str]] = {
    bool: "bool, true or false",
    datetime: "datetime, such as 2026-01-31T12:30",
    date: "date, such as 2026-01-31",
    time: "time, such as 12:30",
}
"""What to expect of a text, where the name of its type does not say it all."""
_READ_FROM_FILES: Final = ("numpy", "pandas", "pyarrow")
"""Whose types `data_files` gives."""
_SEQUENCES: Final = (list, tuple, set, frozenset)
_TEXTS: Final = _SCALARS.keys() - {int, float, bool, complex, NoneType}
"""What JSON says by a text."""


def _parse(text: str, annotation: object) -> object:
    """Return the value that a text says, for a type.

    The result still has to be checked against the type.

    Raises:
        ValueError: the text says no such value.
    """
    members = _members(annotation)
    if members:
        return _first(text, members, _parse, annotation)
    if annotation in _SCALARS:
        return _scalar(text, annotation)
    origin = typing.get_origin(annotation) or annotation
    if origin is typing.Literal:
        allowed = {str(choice): choice for choice in typing.get_args(annotation)}
        if text not in allowed:
            raise ValueError(f"expected one of {', '.join(allowed)}, got {text!r}")
        return allowed[text]
    if origin not in (*_SEQUENCES, dict):
        package = getattr(origin, "__module__", "").partition(".")[0]
        advice = "make it in the script"
        if package in _READ_FROM_FILES:
            advice = "read it from a file: NAME=@FILE"
        raise ValueError(
            f"{describe(annotation)} cannot be written on the command line; {advice}"
        )
    return _shape(_json(text), annotation)


def _scalar(text: str, annotation: object) -> object:
    try:
        return _SCALARS[annotation](text)
    except (ValueError, ArithmeticError):
        expected = _WRITTEN.get(annotation) or describe(annotation)
        raise ValueError(f"expected {expected}, got {text!r}") from None


def _members(annotation: object) -> tuple[object, ...]:
    """Return the members of a union, text last since everything is text."""
    if typing.get_origin(annotation) not in (typing.Union, types.UnionType):
        return ()
    return tuple(sorted(typing.get_args(annotation), key=lambda member: member is str))


def _first(
    value: Any,  # noqa: ANN401  # a text, or what JSON has
    members: tuple[object, ...],
    read: Callable[[Any, object], object],
    annotation: object,
) -> object:
    for member in members:
        try:
            return read(value, member)
        except ValueError:
            continue
    raise ValueError(f"expected {describe(annotation)}, got {value!r}")


class _Number(str):
    """A number of a JSON text with a point or exponent, as it is written there."""

    __slots__ = ()


def _json(text: str) -> object:
    try:
        return json.loads(text, parse_float=_Number)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"expected JSON, got {text!r}: {error}") from error


def _shape(value: object, annotation: object) -> object:
    """Return JSON data with its containers and texts as a type wants them."""
    members = _members(annotation)
    if members:
        return _first(value, members, _shape, annotation)
    origin = typing.get_origin(annotation) or annotation
    if isinstance(value, list):
        return _sequence(value, origin, typing.get_args(annotation))
    if isinstance(value, dict):
        key, item = typing.get_args(annotation) or (None, None)
        return {_key(k, key): _shape(v, item) for k, v in value.items()}
    return _leaf(value, annotation)


def _key(text: str, annotation: object) -> object:
    return _scalar(text, annotation) if annotation in _SCALARS else text


def _sequence(value: list[object], origin: object, args: tuple[object, ...]) -> object:
    fixed = origin is tuple and args[1:] != (...,)
    if fixed and args:
        if len(args) != len(value):
            raise ValueError(f"expected {len(args)} items, got {len(value)}")
        items = [_shape(*pair) for pair in zip(value, args, strict=True)]
    else:
        items = [_shape(item, args[0] if args else None) for item in value]
    if origin in _SEQUENCES:
        return origin(items)  # one of four classes
    return items


def _leaf(value: object, annotation: object) -> object:
    if type(value) is _Number:
        return _scalar(value, annotation if annotation in _SCALARS else float)
    if isinstance(value, str) and annotation in _TEXTS:
        return _scalar(value, annotation)
    if type(value) is int and annotation in (Decimal, Fraction):
        return annotation(value)
    return _fitting(value, annotation)


def _fitting(value: object, annotation: object) -> object:
    """Refuse what cannot be the type, so that a union tries its next member."""
    accepted = (float, int) if annotation is float else annotation
    if annotation in _SCALARS and not isinstance(value, accepted):  # type: ignore[arg-type]
        raise ValueError(f"expected {describe(annotation)}, got {value!r}")
    return value
