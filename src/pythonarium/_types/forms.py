"""Checks for what is not one class: unions, literals, classes as values, anything."""

from collections.abc import Iterable
from types import NoneType
from typing import Any, TypeVar, get_args, get_origin

from pythonarium._types.checks import (
    Check,
    Make,
    Misfit,
    Trail,
    Unusable,
    instance_check,
    misfit_of,
)
from pythonarium._types.wording import UNIONS
from pythonarium_kernel.values import obstacle

__all__ = [
    "ANYTHING",
    "callable_check",
    "class_check",
    "literal_check",
    "subclass_check",
    "union_check",
]

_ATOMS = frozenset({NoneType, bool, int, float, complex, str, bytes})


def _anything(value: object, _: Trail | None) -> object:
    """Return the value, unless no rung could ever carry it."""
    found = obstacle(value)
    if found is None or found.kind != "refused":
        return value
    misfit = Misfit("any value", value, actual=found.reason)
    misfit.step_out(found.path)
    raise misfit


ANYTHING = Check("any value", _anything, _ATOMS)


def union_check(members: Iterable[object], make: Make, text: str) -> Check:
    """Return the check for a value that fits one of the members.

    The first member that the value fits as it is; else the first that converts it.
    """
    checks = [make(member) for member in members]
    classes = frozenset[type]().union(*(check.classes for check in checks))
    swift = classes - {str}

    def convert(value: object, trail: Trail | None) -> object:
        if type(value) in swift:
            return value
        results, misfits = [], []
        for check in checks:
            try:
                result = check.convert(value, trail)
            except Misfit as misfit:
                misfits.append(misfit)
                continue
            if result is value:
                return value
            results.append(result)
        if results:
            return results[0]
        raise _union_misfit(text, value, misfits)

    return Check(text, convert, classes)


def _union_misfit(text: str, value: object, misfits: list[Misfit]) -> Misfit:
    """Return the misfit of the one member that the value nearly fits, or of all."""
    near = [misfit for misfit in misfits if misfit.is_near]
    if len(near) == 1:
        return near[0]
    hints = [misfit.advice for misfit in misfits if misfit.advice]
    return Misfit(text, value, hints[0] if hints else "")


def literal_check(members: tuple[object, ...], text: str) -> Check:
    """Return the check for one of these very values; True is not 1."""

    def convert(value: object, _: Trail | None) -> object:
        for member in members:
            if type(value) is type(member) and value == member:
                return value
        raise Misfit(text, value)

    return Check(text, convert)


def subclass_check(args: tuple[object, ...], text: str) -> Check:
    """Return the check for a class as a value: `type`, `type[X]`."""
    bounds = _bounds(args[0]) if args else (object,)

    def convert(value: object, _: Trail | None) -> object:
        if isinstance(value, type) and issubclass(value, bounds):
            return value
        raise misfit_of(text, type, value)

    return Check(text, convert)


def _bounds(annotation: object) -> tuple[type, ...]:
    if isinstance(annotation, TypeVar):
        return _bounds(annotation.__bound__ or object)
    if get_origin(annotation) in UNIONS:
        return tuple(cls for part in get_args(annotation) for cls in _bounds(part))
    if annotation is not Any and isinstance(annotation, type):
        return (annotation,)
    return (object,)


def callable_check(text: str) -> Check:
    """Return the check for what can be called; its signature cannot be looked at."""

    def convert(value: object, _: Trail | None) -> object:
        if callable(value):
            return value
        raise Misfit(text, value)

    return Check(text, convert)


def class_check(cls: type) -> Check:
    """Return the check for any class.

    Raises:
        Unusable: `isinstance` does not work with it.
    """
    try:
        isinstance(None, cls)
    except TypeError:
        reason = "decorate the protocol with typing.runtime_checkable"
        raise Unusable(cls, reason) from None
    return instance_check(cls)
