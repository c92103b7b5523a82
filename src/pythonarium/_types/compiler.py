"""Annotations -> checks."""

import dataclasses
import typing
from collections import abc
from collections.abc import Callable, Mapping
from contextlib import suppress
from enum import Enum
from types import MappingProxyType
from typing import (
    Any,
    ClassVar,
    Final,
    ForwardRef,
    Literal,
    NewType,
    NotRequired,
    Required,
    TypeAlias,
    TypeVar,
    Union,
    get_args,
    get_origin,
    get_type_hints,
)

from pythonarium._types.arrays import array_check, is_array_type
from pythonarium._types.checks import Check, Convert, Trail, Unusable, guarded
from pythonarium._types.containers import CONTAINERS
from pythonarium._types.forms import (
    ANYTHING,
    callable_check,
    class_check,
    literal_check,
    subclass_check,
    union_check,
)
from pythonarium._types.names import named_type
from pythonarium._types.records import (
    Parts,
    dataclass_body,
    enum_check,
    is_named_tuple_type,
    named_tuple_body,
    typed_dict_body,
)
from pythonarium._types.scalars import SCALARS
from pythonarium._types.wording import QUALIFIERS, UNIONS, describe

__all__ = ["Compiler"]

_Args: TypeAlias = tuple[object, ...]

_READY: Mapping[object, Check] = MappingProxyType(
    {
        **SCALARS,
        **dict.fromkeys((Any, object, Final, ClassVar), ANYTHING),
        typing.LiteralString: SCALARS[str],
    }
)


class Compiler:
    """Compiles one annotation; a part that refers to itself is compiled once.

    Attributes:
        is_lasting: every part of the annotation lives as long as the program; none
            belongs to a script, or to one call of a function.
    """

    def __init__(self) -> None:
        self.is_lasting = True
        self._made: dict[object, Check] = {}
        self._recursive: set[object] = set()

    def make(self, annotation: object) -> Check:
        """Return the check for an annotation.

        Raises:
            Unusable: it is none, or a part of it is none.
        """
        self.is_lasting &= _is_lasting(annotation)
        ready = self._ready(annotation)
        if ready is not None:
            return ready
        origin = get_origin(annotation)
        if origin is None:
            return self._single(annotation)
        return self._form(annotation, origin, get_args(annotation))

    def _ready(self, annotation: object) -> Check | None:
        try:
            made = self._made.get(annotation)
        except TypeError:  # not hashable
            return None
        if made is not None and made.convert is _unmade:
            self._recursive.add(annotation)
        return made or _READY.get(annotation)

    def _single(self, annotation: object) -> Check:
        if isinstance(annotation, type) and annotation not in UNIONS:
            return self._class(annotation, annotation, ())
        if isinstance(annotation, (str, ForwardRef)):
            return self._text(describe(annotation))
        if isinstance(annotation, NewType):
            return self.make(annotation.__supertype__)
        if isinstance(annotation, TypeVar):
            return self._variable(annotation)
        if _is_alias(annotation):
            return self._alias(annotation, annotation, ())
        raise Unusable(annotation)

    def _form(self, annotation: object, origin: object, args: _Args) -> Check:
        if origin in QUALIFIERS:
            return self.make(args[0])
        if origin in UNIONS:
            return union_check(args, self.make, describe(annotation))
        if origin is Literal:
            return literal_check(args, describe(annotation))
        if _is_alias(origin):
            return self._alias(annotation, origin, args)
        if origin is abc.Callable:
            return callable_check(describe(annotation))
        if isinstance(origin, type):
            if origin is tuple and not args and hasattr(annotation, "__args__"):
                args = ((),)
            return self._class(annotation, origin, args)
        raise Unusable(annotation)

    def _class(self, annotation: object, cls: type, args: _Args) -> Check:
        """Return the check for a class, with what stands in its brackets."""
        text = describe(annotation)
        if cls in CONTAINERS:
            return CONTAINERS[cls](cls, args, self.make, text)
        body = next((body for fits, body in _RECORDS if fits(cls)), None)
        if body is not None:
            return self._record(annotation, cls, args, body)
        if cls is type:
            return subclass_check(args, text)
        if issubclass(cls, Enum):
            return enum_check(cls, text)
        if is_array_type(cls):
            return array_check(cls, args, text)
        return class_check(cls)

    def _text(self, text: str) -> Check:
        try:
            return self.make(named_type(text))
        except ValueError as error:
            raise Unusable(text, str(error)) from None

    def _variable(self, variable: TypeVar) -> Check:
        if variable.__constraints__:
            return self.make(Union[variable.__constraints__])  # noqa: UP007  # a tuple
        bound = variable.__bound__
        return ANYTHING if bound is None else self.make(bound)

    def _alias(self, annotation: object, alias: Any, args: _Args) -> Check:  # noqa: ANN401
        """Return the check for what `type X = ...` made, or for `X[int]`."""
        text = describe(annotation)
        check = self._made[annotation] = Check(text, _unmade)
        try:
            value = alias.__value__
        except _FAULTS as error:
            raise Unusable(annotation, _reason(error)) from None
        target = self.make(_bound(value, alias.__type_params__, args))
        if target is check:
            raise Unusable(annotation, "it stands for itself")
        check.classes = target.classes
        if target.convert is not _unmade:
            return self._finished(annotation, check, target.convert)

        def convert(value: object, trail: Trail | None) -> object:
            return target.convert(value, trail)  # made by the time there is a value

        return self._finished(annotation, check, convert)

    def _record(
        self, annotation: object, cls: type, args: _Args, body: "_Body"
    ) -> Check:
        """Return the check for a class with typed parts, which may lead back to it."""
        text = describe(annotation)
        check = self._made[annotation] = Check(text, _unmade)
        variables = getattr(cls, "__parameters__", ())
        hints = {
            name: _bound(hint, variables, args) for name, hint in _hints(cls).items()
        }
        return self._finished(annotation, check, body(cls, hints, self.make, text))

    def _finished(self, annotation: object, check: Check, convert: Convert) -> Check:
        """Return the check with its conversion; guarded, if a value can be endless."""
        is_recursive = annotation in self._recursive
        check.convert = guarded(check.text, convert) if is_recursive else convert
        return check


_Body: TypeAlias = Callable[
    [type, Mapping[str, object], Callable[[object], Check], str], Convert
]
"""From the class, its hints, the maker of checks and the text, to the conversion."""


def _dataclass_body(
    cls: type, hints: Mapping[str, object], make: Callable[[object], Check], text: str
) -> Convert:
    fields = dataclasses.fields(cls)
    parts = {field.name: make(hints[field.name]) for field in fields}
    return dataclass_body(cls, parts, text)


def _named_tuple_body(
    cls: type, hints: Mapping[str, object], make: Callable[[object], Check], text: str
) -> Convert:
    names: tuple[str, ...] = cls._fields  # type: ignore[attr-defined]  # a NamedTuple
    parts = {name: make(hints.get(name, Any)) for name in names}
    return named_tuple_body(cls, parts, text)


def _typed_dict_body(
    cls: Any,  # noqa: ANN401  # a TypedDict class is no type
    hints: Mapping[str, object],
    make: Callable[[object], Check],
    text: str,
) -> Convert:
    parts: Parts = {name: make(hint) for name, hint in hints.items()}
    required = frozenset(
        name
        for name, hint in hints.items()
        if get_origin(hint) is Required
        or (name in cls.__required_keys__ and get_origin(hint) is not NotRequired)
    )
    return typed_dict_body(parts, required, text)


def _is_typed_dict_type(cls: type) -> bool:
    return hasattr(cls, "__required_keys__")  # also one of typing_extensions


_RECORDS: tuple[tuple[Callable[[type], bool], _Body], ...] = (
    (_is_typed_dict_type, _typed_dict_body),
    (dataclasses.is_dataclass, _dataclass_body),
    (is_named_tuple_type, _named_tuple_body),
)


def _unmade(value: object, _trail: Trail | None) -> object:
    """Stand in a check that is still being made: a part of it may lead back to it."""
    message = f"a check was used on {type(value).__name__} before it was made"
    raise AssertionError(message)  # ours to mend: the compiler puts the right one here


def _is_lasting(part: object) -> bool:
    inner = part if isinstance(part, list) else get_args(part)
    name = getattr(part, "__qualname__", type(part).__qualname__)
    is_host = getattr(part, "__module__", "") != "__main__"
    return is_host and "<locals>" not in name and all(map(_is_lasting, inner))


def _is_alias(annotation: object) -> bool:
    """Tell whether `type X = ...` made this; here, or in typing_extensions."""
    return type(annotation).__name__ == "TypeAliasType"


def _bound(hint: Any, variables: _Args, args: _Args) -> object:  # noqa: ANN401
    """Return the hint with its type variables replaced by the arguments."""
    values = dict(zip(variables, args, strict=False))
    if isinstance(hint, TypeVar):
        return values.get(hint, hint)
    free = getattr(hint, "__parameters__", ())
    if isinstance(hint, type) or not values or not free:
        return hint
    return hint[tuple(values.get(variable, variable) for variable in free)]


_FAULTS = (NameError, AttributeError, SyntaxError, TypeError)
"""What an annotation that was written as text may raise when it is looked at."""


def _hints(cls: type) -> dict[str, object]:
    """Return the annotations of a class, those written as text resolved."""
    names = _names_of_script(cls)
    with suppress(*_FAULTS):
        return get_type_hints(cls, localns=names, include_extras=True)
    names = {**(names or {}), cls.__name__: cls}  # a class of a function
    try:
        return get_type_hints(cls, localns=names, include_extras=True)
    except _FAULTS as error:
        raise Unusable(cls, _reason(error)) from None


def _names_of_script(cls: type) -> dict[str, Any] | None:
    """Return what a script's class can see; its `__main__` is not the host's."""
    if cls.__module__ != "__main__":
        return None
    names: dict[str, Any] | None = getattr(
        vars(cls).get("__init__"), "__globals__", None
    )
    return names


def _reason(error: Exception) -> str:
    if isinstance(error, NameError):
        return f"it names {error.name!r}, which is not defined where it stands"
    return f"a part of it is none: {error}"
