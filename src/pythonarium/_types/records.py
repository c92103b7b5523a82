"""Checks for values with named parts: dataclass, NamedTuple, TypedDict, Enum.

A script may bring a class of its own that looks like the host's: the same names in it.
An instance of such a look-alike is converted, part by part, to the host's class.
"""

import copy
import dataclasses
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from enum import Enum
from typing import Protocol, TypeAlias, cast

from pythonarium._types.checks import (
    Check,
    Convert,
    Misfit,
    Trail,
    instance_check,
    misfit_of,
)
from pythonarium._types.wording import class_name, shown

__all__ = [
    "Parts",
    "dataclass_body",
    "enum_check",
    "is_named_tuple_type",
    "named_tuple_body",
    "typed_dict_body",
]

Parts: TypeAlias = Mapping[str, Check]


class _NamedTuple(Protocol):
    _fields: tuple[str, ...]

    @classmethod
    def _make(cls, values: Iterable[object]) -> tuple[object, ...]: ...


def is_named_tuple_type(cls: type) -> bool:
    """Tell whether this is the class of a named tuple."""
    return issubclass(cls, tuple) and hasattr(cls, "_fields") and hasattr(cls, "_make")


def dataclass_body(cls: type, parts: Parts, text: str) -> Convert:
    """Return the conversion to a dataclass."""
    names = set(parts)

    def convert(value: object, trail: Trail | None) -> object:
        if not isinstance(value, cls) and _field_names(value) != names:
            raise misfit_of(text, cls, value)
        changed = _changed(_attributes(value, parts), parts, ".{}", trail)
        if not isinstance(value, cls):
            return _built(cls, {**_attributes(value, parts), **changed}, text, value)
        return _replaced(value, changed) if changed else value

    return convert


def named_tuple_body(cls: type, parts: Parts, text: str) -> Convert:
    """Return the conversion to a NamedTuple class."""
    names = tuple(parts)

    def convert(value: object, trail: Trail | None) -> object:
        if not isinstance(value, cls) and getattr(type(value), "_fields", ()) != names:
            raise misfit_of(text, cls, value)
        old = dict(zip(names, cast("tuple[object, ...]", value), strict=True))
        changed = _changed(old, parts, ".{}", trail)
        if isinstance(value, cls) and not changed:
            return value
        return cast("_NamedTuple", cls)._make({**old, **changed}.values())

    return convert


def typed_dict_body(parts: Parts, required: frozenset[str], text: str) -> Convert:
    """Return the conversion to a TypedDict class, of which dicts are the instances."""

    def convert(value: object, trail: Trail | None) -> object:
        if not isinstance(value, dict):
            raise misfit_of(text, dict, value)
        _check_keys(value, parts, required)
        changed = _changed(value, parts, "[{!r}]", trail)
        return {**value, **changed} if changed else value

    return convert


def _check_keys(
    value: Mapping[object, object], parts: Parts, required: frozenset[str]
) -> None:
    for key in value:
        if key not in parts:
            near = get_close_matches(key, parts, n=1) if isinstance(key, str) else ()
            hint = f"did you mean {near[0]!r}?" if near else ""
            misfit = Misfit("no such key", value[key], hint)
            misfit.step_out(f"[{shown(key)}]")
            raise misfit
    for key in parts:
        if key in required and key not in value:
            misfit = Misfit(parts[key].text, None, actual="nothing")
            misfit.step_out(f"[{key!r}]")
            raise misfit


def _changed(
    values: Mapping[str, object], parts: Parts, step: str, trail: Trail | None
) -> dict[str, object]:
    """Return those of the values that had to be converted, as they convert."""
    changed = {}
    for name, value in values.items():
        try:
            result = parts[name].convert(value, trail)
        except Misfit as misfit:
            misfit.step_out(step.format(name))
            raise
        if result is not value:
            changed[name] = result
    return changed


def _field_names(value: object) -> set[str] | None:
    if not dataclasses.is_dataclass(value) or isinstance(value, type):
        return None
    return {field.name for field in dataclasses.fields(value)}


def _attributes(value: object, parts: Parts) -> dict[str, object]:
    values = {}
    for name, check in parts.items():
        try:
            values[name] = getattr(value, name)
        except AttributeError:
            misfit = Misfit(check.text, None, actual="nothing")
            misfit.step_out(f".{name}")
            raise misfit from None
    return values


def _replaced(value: object, changed: Mapping[str, object]) -> object:
    """Return a copy with some fields changed; also of a frozen dataclass."""
    result = copy.copy(value)
    for name, part in changed.items():
        object.__setattr__(result, name, part)
    return result


def _built(cls: type, values: Mapping[str, object], text: str, value: object) -> object:
    """Return an instance with these very values in its fields."""
    fields = dataclasses.fields(cls)
    arguments = {field.name: values[field.name] for field in fields if field.init}
    try:
        result = cls(**arguments)
    except Exception as error:
        reason = f"of which no {class_name(cls)} can be made: {error}"
        actual = f"{class_name(type(value))} {shown(value)}, {reason}"
        raise Misfit(text, value, actual=actual) from error
    for field in fields:
        if getattr(result, field.name, None) is not values[field.name]:
            object.__setattr__(result, field.name, values[field.name])
    return result


def enum_check(cls: type[Enum], text: str) -> Check:
    """Return the check for a member of the class, or of a look-alike of it."""
    check = instance_check(cls)

    def convert(value: object, trail: Trail | None) -> object:
        if isinstance(value, Enum) and not isinstance(value, cls):
            return _twin(cls, value, text)
        return check.convert(value, trail)

    return Check(text, convert, check.classes)


def _twin(cls: type[Enum], value: Enum, text: str) -> Enum:
    twin = cls.__members__.get(value.name)
    if twin is None or type(value).__qualname__ != cls.__qualname__:
        raise misfit_of(text, cls, value)
    if type(twin.value) is not type(value.value) or twin.value != value.value:
        actual = f"{shown(value)}, whose value is {shown(value.value)}"
        raise Misfit(shown(twin), value, actual=actual)
    return twin
