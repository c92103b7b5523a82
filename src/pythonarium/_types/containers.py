"""Checks for containers: by reference where all fits, else rebuilt."""

import operator
from collections import Counter, OrderedDict, abc, defaultdict, deque
from collections.abc import Callable, Collection, Iterable, Mapping
from itertools import count
from typing import Protocol, cast

from pythonarium._types.checks import (
    Check,
    Make,
    Misfit,
    Trail,
    Unusable,
    all_fit,
    misfit_of,
)
from pythonarium._types.forms import ANYTHING
from pythonarium._types.wording import shown

__all__ = ["CONTAINERS", "Maker"]


class Maker(Protocol):
    """Makes the check for one class of containers.

    Args:
        cls: the class that is declared.
        args: what stands in its brackets; `((),)` for `tuple[()]`.
        make: makes the checks for the args.
        text: the whole annotation, for messages.
    """

    def __call__(
        self, cls: type, args: tuple[object, ...], make: Make, text: str, /
    ) -> Check: ...


_BUILDERS: dict[type, Callable[..., Collection[object]]] = {
    list: lambda _, items: list(items),
    tuple: lambda _, items: tuple(items),
    set: lambda _, items: set(items),
    frozenset: lambda _, items: frozenset(items),
    deque: lambda value, items: deque(items, value.maxlen),
    dict: lambda _, items: dict(items),
    OrderedDict: lambda _, items: OrderedDict(items),
    Counter: lambda _, items: Counter(dict(items)),
    defaultdict: lambda value, items: defaultdict(value.default_factory, items),
}


def _part_checks(
    args: tuple[object, ...], number: int, make: Make, text: str
) -> list[Check]:
    if not args:
        return [ANYTHING] * number
    if len(args) != number:
        raise Unusable(text, f"its brackets take {number}, not {len(args)}")
    return list(map(make, args))


def _iterable(cls: type, args: tuple[object, ...], make: Make, text: str) -> Check:
    (element,) = _part_checks(args, 1, make, text)
    is_abstract = cls.__module__ == "collections.abc"

    def convert(value: object, trail: Trail | None) -> object:
        if not isinstance(value, cls):
            raise misfit_of(text, cls, value)
        if is_abstract and not _is_open(value, element, text):
            return value
        if element is ANYTHING:  # at once, so that cycles through the value are seen
            return ANYTHING.convert(value, trail)
        return _elements(cast("Collection[object]", value), element, trail)

    return Check(text, convert)


def _is_open(value: object, element: Check, text: str) -> bool:
    """Tell whether the elements may be looked at; an iterator would be used up."""
    if isinstance(value, str) and element is not ANYTHING:
        raise Misfit(text, value, "declare it as str")
    return isinstance(value, Collection)


def _elements(value: Collection[object], element: Check, trail: Trail | None) -> object:
    """Return the container, or another one where elements had to be converted."""
    if isinstance(value, (list, tuple, abc.Sequence)):  # the usual ones first, as fast
        items = _items(value, count(), element, trail)
    else:
        items = _members(value, element, "an element", trail)
    if _are_same(items, value):
        return value
    return items if isinstance(value, Mapping) else _rebuilt(value, items)


def _tuple(cls: type, args: tuple[object, ...], make: Make, text: str) -> Check:
    if not args or args[-1] is ...:
        return _iterable(cls, args[:-1], make, text)
    if any(getattr(part, "__unpacked__", False) for part in args):
        raise Unusable(text, "a tuple with an unpacked part is not supported")
    shape = () if args == ((),) else tuple(map(make, args))

    def convert(value: object, trail: Trail | None) -> object:
        if not isinstance(value, tuple):
            raise misfit_of(text, cls, value)
        if len(value) != len(shape):
            actual = f"a tuple of {len(value)}, {shown(value)}"
            raise Misfit(text, value, actual=actual)
        items = []
        for index, (item, check) in enumerate(zip(value, shape, strict=True)):
            try:
                items.append(check.convert(item, trail))
            except Misfit as misfit:
                misfit.step_out(f"[{index}]")
                raise
        return value if _are_same(items, value) else tuple(items)

    return Check(text, convert)


def _mapping(cls: type, args: tuple[object, ...], make: Make, text: str) -> Check:
    key, element = _part_checks(args, 2, make, text)

    def convert(value: object, trail: Trail | None) -> object:
        if not isinstance(value, cls):
            raise misfit_of(text, cls, value)
        if key is element is ANYTHING:
            return ANYTHING.convert(value, trail)
        return _entries(cast("Mapping[object, object]", value), key, element, trail)

    return Check(text, convert)


def _counter(cls: type, args: tuple[object, ...], make: Make, text: str) -> Check:
    return _mapping(cls, (*args, int) if args else (), make, text)


def _entries(
    value: Mapping[object, object], key: Check, element: Check, trail: Trail | None
) -> object:
    """Return the mapping, or another one where entries had to be converted."""
    old_names, old_items = value.keys(), value.values()
    names = _members(old_names, key, "a key", trail)
    items = _items(old_items, old_names, element, trail)
    if _are_same(names, old_names) and _are_same(items, old_items):
        return value
    return _rebuilt(value, list(zip(names, items, strict=True)))


def _members(
    members: Collection[object], check: Check, role: str, trail: Trail | None
) -> Collection[object]:
    """Return members, which have no path of their own, as they convert."""
    if all_fit(members, check.classes):
        return members
    convert, results = check.convert, []
    for member in members:
        try:
            results.append(convert(member, trail))
        except Misfit as misfit:
            expected = f"{check.text} as {role}"
            actual = "" if misfit.path else misfit.actual
            raise Misfit(expected, member, misfit.advice, actual=actual) from None
    return results


def _items(
    items: Collection[object],
    names: Iterable[object],
    check: Check,
    trail: Trail | None,
) -> Collection[object]:
    """Return items, which stand under names, as they convert."""
    if all_fit(items, check.classes):
        return items
    convert, results = check.convert, []
    for name, item in zip(names, items, strict=False):  # names may be without end
        try:
            results.append(convert(item, trail))
        except Misfit as misfit:
            misfit.step_out(f"[{shown(name)}]")
            raise
    return results


def _are_same(items: Iterable[object], others: Iterable[object]) -> bool:
    return items is others or all(map(operator.is_, items, others))


def _rebuilt(value: Collection[object], items: Collection[object]) -> object:
    """Return a container of the items, of the nearest standard class of the value."""
    result = _builder(value)(value, items)
    if len(result) != len(value):
        actual = f"{shown(value)}, of which several convert to the same"
        raise Misfit("members that stay distinct", value, actual=actual)
    return result


def _builder(value: Collection[object]) -> Callable[..., Collection[object]]:
    for cls in type(value).__mro__:
        if cls in _BUILDERS:
            return _BUILDERS[cls]
    if isinstance(value, Mapping):
        return _BUILDERS[dict]
    return _BUILDERS[set if isinstance(value, abc.Set) else list]


CONTAINERS: dict[object, Maker] = {
    **dict.fromkeys(
        (
            *(list, set, frozenset, deque),
            *(abc.Iterable, abc.Collection, abc.Container, abc.Reversible),
            *(abc.Sequence, abc.MutableSequence, abc.Set, abc.MutableSet),
        ),
        _iterable,
    ),
    **dict.fromkeys(
        (dict, OrderedDict, defaultdict, abc.Mapping, abc.MutableMapping), _mapping
    ),
    tuple: _tuple,
    Counter: _counter,
}
