"""Records cross by value: instances of enums, dataclasses and named tuples.

A record travels as the description of its class and the values of its fields.  Its class
is looked up on the other side, by module and name.  A worker imports the module if it can;
if not, it makes a class of the same name and fields, without the methods, which stay in
the host.  A host takes only a class that it gave away before, or that is there in a module
that it has imported, and puts the fields in without calling any code of the class.
"""

import sys
from weakref import WeakKeyDictionary, WeakValueDictionary

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Optional

    Description = tuple[str, str, str, tuple[Any, ...]]
    """Module, qualified name, kind, and the shape of the class."""

OF_HOST = "__host_main__"
"""The module, in a worker, of records that the host's `__main__` defines."""

_descriptions: "WeakKeyDictionary[type, Description]" = WeakKeyDictionary()
_described: "WeakValueDictionary[tuple[str, str], type]" = WeakValueDictionary()


class UnknownClass(Exception):
    """There is no such class of records here.  The message names it."""


def is_record(cls: "Any") -> bool:
    """Tell whether the instances of a class are records."""
    return kind_of(cls) is not None


def kind_of(cls: "Any") -> "Optional[str]":
    """Return enum, dataclass or namedtuple, or None."""
    for base in cls.__mro__:
        if base.__module__ == "enum" and base.__qualname__ == "Enum":
            return "enum"
    if isinstance(vars(cls).get("__dataclass_fields__"), dict):
        return "dataclass"
    if issubclass(cls, tuple) and isinstance(getattr(cls, "_fields", None), tuple):
        return "namedtuple"
    return None


def description(cls: "Any") -> "Description":
    """Return what tells the other side which class is meant, and how it is made."""
    described = _descriptions.get(cls)
    if described is None:
        kind = kind_of(cls)
        assert kind is not None
        shape: tuple[Any, ...]
        if kind == "enum":
            bases = [b.__name__ for b in cls.__mro__ if b.__module__ == "enum"]
            plain = [b.__name__ for b in cls.__mro__ if b in (int, str, float, bytes)]
            members = [(n, m._value_) for n, m in cls._member_map_.items()]
            boundary = getattr(cls, "_boundary_", None)  # of flags, since 3.11
            shape = bases[0], plain[:1], members, boundary and boundary.name
        elif kind == "dataclass":
            options = cls.__dataclass_params__
            slots = "__slots__" in vars(cls)
            switches = options.eq, options.order, options.frozen, slots
            shape = (tuple(cls.__dataclass_fields__), switches)
        else:
            shape = (tuple(cls._fields),)
        described = _descriptions[cls] = (cls.__module__, cls.__qualname__, kind, shape)
        _described[described[:2]] = cls
    return described


def take_apart(value: "Any") -> "tuple[Any, ...]":
    """Return the values of a record's fields; of an enum its name and value."""
    cls = type(value)
    kind = description(cls)[2]
    if kind == "enum":
        return value._name_, value._value_
    if kind == "namedtuple":
        return tuple(value)
    return tuple(getattr(value, name) for name in cls.__dataclass_fields__)


def put_together(cls: "Any", state: "Any") -> object:
    """Return a record of a class, from the values of its fields.

    Raises:
        UnknownClass: the class has other fields, or members.
    """
    kind = kind_of(cls)
    if kind == "enum":
        name, value = state
        member = cls._member_map_.get(name) if isinstance(name, str) else None
        return cls(value) if member is None else member
    fields = cls._fields if kind == "namedtuple" else tuple(cls.__dataclass_fields__)
    if len(fields) != len(state):
        message = f"{cls.__module__}.{cls.__qualname__} has other fields on this side"
        raise UnknownClass(message)
    if kind == "namedtuple":
        return tuple.__new__(cls, state)
    made = object.__new__(cls)
    for name, part in zip(fields, state):
        object.__setattr__(made, name, part)
    return made


def loaded_class(described: "Any") -> type:
    """Return the class that a description names, if it was described here or is loaded.

    Raises:
        UnknownClass: it is not, or there is no such class of records in it.
    """
    module, name, kind, _shape = described
    given = _described.get((module, name))
    if given is not None and kind_of(given) == kind:
        return given
    found: Any = sys.modules.get(module)
    for part in name.split("."):
        if part == "<locals>":
            found = None
        found = None if found is None else vars(found).get(part)
    if isinstance(found, type) and kind_of(found) == kind:
        return found
    message = (
        f"{module}.{name} is not known here; import it first, or use a handle"
        " to the object"
    )
    raise UnknownClass(message)


def made_class(described: "Description") -> type:
    """Return a class of the same name, kind and fields, without methods."""
    module, name, kind, shape = described
    short = name.rpartition(".")[2]
    make: Any = {"enum": _made_enum, "dataclass": _made_dataclass}.get(
        kind, _made_tuple
    )
    cls: Any = make(short, *shape)
    cls.__module__ = OF_HOST if module == "__main__" else module
    cls.__qualname__ = name
    _descriptions[cls] = described
    return cls  # type: ignore[no-any-return]


def _made_tuple(name: str, fields: "tuple[str, ...]") -> object:
    from collections import namedtuple

    made: Any = namedtuple  # noqa: PYI024  # the fields are known only now
    return made(name, fields)


def _made_enum(
    name: str, base: str, plain: "list[str]", members: "Any", boundary: "Optional[str]"
) -> object:
    import builtins
    import enum

    kind: Any = getattr(enum, base, None)
    if kind is None:  # StrEnum is of 3.11
        kind, plain = enum.Enum, ["str"]
    options: dict[str, Any] = {}
    mixins = [getattr(builtins, p) for p in plain]
    if mixins and not issubclass(kind, mixins[0]):
        options["type"] = mixins[0]
    if boundary and sys.version_info >= (3, 11):
        options["boundary"] = enum.FlagBoundary[boundary]
    return kind(name, [tuple(m) for m in members], **options)


def _made_dataclass(
    name: str, fields: "tuple[str, ...]", switches: "tuple[bool, ...]"
) -> object:
    import dataclasses

    eq, order, frozen, slots = switches
    options: dict[str, Any] = {"eq": eq, "order": order, "frozen": frozen}
    if slots and sys.version_info >= (3, 10):
        options["slots"] = True
    return dataclasses.make_dataclass(name, fields, **options)
