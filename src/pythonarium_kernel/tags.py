"""What has a tag in a message: how it is taken apart, and what is made of it.

A taker returns tag and plain arguments; a maker gets the arguments, which may be anything
that a hostile worker thinks of, and makes one kind of value or fails.  See `codec`.

`HOST_TAGS` is what a host makes of a worker's message: plain data, and references.
`WORKER_TAGS` is more, for messages of a host: it may make code run.
"""

import re
import sys

from pythonarium_kernel.records import description, is_record, put_together, take_apart
from pythonarium_kernel.values import SCRIPT_MODULES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Optional

    Tag = tuple[object, ...]


class Unsendable(Exception):
    """A value has no form in which it could cross.  The message says what it is."""


class Refused(Exception):
    """A message asks for what a reader does not do.  The message says what."""


class Unreadable(Refused):
    """This Python lacks what a value of the host's needs.  The message says what."""


class Blob:
    """A large `bytes` or `bytearray`, marked so that it is stored outside."""

    __slots__ = ("data",)

    def __init__(self, data: "Any") -> None:
        self.data = data


class Peer:
    """What a codec asks of the one who holds objects and buffers; see `link`.

    Attributes:
        strict: whether a record of a class that a script defines has no form.
    """

    strict = False

    def refer(self, value: object) -> "Optional[Tag]":
        """Return tag and arguments of a reference to an object, or None."""

    def store(self, data: "Any", address: int = 0) -> object:  # noqa: ARG002
        """Return what stands for a buffer in the message: bytes, or a place.

        The address of its memory, where it is known, tells whether it is shared already.
        """
        return bytes(data)

    def fetch(self, place: "Any") -> "Any":
        """Return a writable buffer for what `store` returned."""
        return bytearray(place)

    def record_class(self, described: "Any") -> type:
        """Return the class of records that a description names; see `records`."""
        raise Refused(str(described)[:80])

    def resolve(self, tag: str, *args: "Any") -> object:
        """Return the object that a reference stands for."""
        raise Refused(f"{tag} {args!r:.40}")


# What has a tag, and how it is taken apart.  Each taker returns tag and arguments.


def _take_memoryview(value: memoryview, peer: Peer) -> "Tag":
    if value.format == "B" and value.ndim == 1:
        return "memoryview", peer.store(value), value.readonly
    return (
        "memoryview",
        peer.store(value.tobytes()),
        value.readonly,
        value.format,
        (value.shape),
    )


def _take_blob(value: Blob, peer: Peer) -> "Tag":
    name = "bytes" if type(value.data) is bytes else "bytearray"
    return name, peer.store(memoryview(value.data))


TAKERS: "dict[type, Callable[[Any, Peer], Tag]]" = {
    complex: lambda v, _: ("complex", v.real, v.imag),
    range: lambda v, _: ("range", v.start, v.stop, v.step),
    slice: lambda v, _: ("slice", v.start, v.stop, v.step),
    type(...): lambda _v, _: ("ellipsis",),
    memoryview: _take_memoryview,
    Blob: _take_blob,
}


def _take_datetime(v: "Any", _peer: Peer) -> "Tag":
    date, time = (v.year, v.month, v.day), (v.hour, v.minute, v.second, v.microsecond)
    return "datetime", date, time, v.tzinfo, v.fold


def _take_time(v: "Any", _peer: Peer) -> "Tag":
    return "time", (v.hour, v.minute, v.second, v.microsecond), v.tzinfo, v.fold


def _take_timezone(v: "Any", _peer: Peer) -> "Tag":
    return ("timezone", *v.__getinitargs__())


def _take_zone(v: "Any", _peer: Peer) -> "Tag":
    if v.key is None:
        message = "a ZoneInfo without a key"
        raise Unsendable(message)
    return "ZoneInfo", v.key


def _take_default_dict(v: "Any", _peer: Peer) -> "Tag":
    factory = v.default_factory
    name = None if factory is None else getattr(factory, "__name__", "?")
    if factory is not None and _FACTORIES.get(str(name)) is not factory:
        message = "a defaultdict whose factory is no builtin"
        raise Unsendable(message)
    return "defaultdict", name, dict(v)


_FACTORIES = {t.__name__: t for t in (list, dict, set, tuple, int, float, str, bool)}

_NAMED: "dict[tuple[str, str], Callable[[Any, Peer], Tag]]" = {
    ("datetime", "datetime"): _take_datetime,
    ("datetime", "date"): lambda v, _: ("date", v.year, v.month, v.day),
    ("datetime", "time"): _take_time,
    ("datetime", "timedelta"): lambda v, _: (
        "timedelta",
        v.days,
        v.seconds,
        v.microseconds,
    ),
    ("datetime", "timezone"): _take_timezone,
    ("zoneinfo", "ZoneInfo"): _take_zone,
    ("decimal", "Decimal"): lambda v, _: ("Decimal", str(v)),
    ("fractions", "Fraction"): lambda v, _: ("Fraction", v.numerator, v.denominator),
    ("uuid", "UUID"): lambda v, _: ("UUID", v.int, v.is_safe.name),
    ("uuid", "SafeUUID"): lambda v, _: ("SafeUUID", v.name),
    ("collections", "OrderedDict"): lambda v, _: ("OrderedDict", list(v.items())),
    ("collections", "Counter"): lambda v, _: ("Counter", list(v.items())),
    ("collections", "deque"): lambda v, _: ("deque", list(v), v.maxlen),
    ("collections", "defaultdict"): _take_default_dict,
    ("array", "array"): lambda v, p: ("array", v.typecode, p.store(memoryview(v))),
}
_PATHS = ("PosixPath", "WindowsPath", "PurePosixPath", "PureWindowsPath")


def _take_path(value: "Any", _peer: Peer) -> "Tag":
    return "path", type(value).__name__, str(value)


def taker_by_name(cls: type) -> "Optional[Callable[[Any, Peer], Tag]]":
    """Find, and remember, how the values of a class are taken apart."""
    module, name = cls.__module__, cls.__qualname__
    if type(module) is not str or cls is type:
        return None
    take = _NAMED.get((module, name))
    root = module.partition(".")[0]
    if take is None and root == "pathlib" and name in _PATHS:
        take = _take_path
    if take is None and root in ("numpy", "pandas", "pyarrow"):
        from pythonarium_kernel import tables

        take = tables.taker(cls)
    if take is None and is_record(cls):
        take = _take_record
    if take is not None and sys.modules.get(root) is not None:
        _remember(cls, take)
    return take


def _remember(cls: type, take: "Callable[[Any, Peer], Tag]") -> None:
    if take is not _take_record and cls.__module__ != "__main__":
        TAKERS[cls] = take


def _take_record(value: "Any", peer: Peer) -> "Tag":
    if peer.strict and type(value).__module__ in SCRIPT_MODULES:
        raise Unsendable(f"a record of the script's class {type(value).__qualname__}")
    return "record", description(type(value)), take_apart(value)


# What a tag makes


def _make_memoryview(
    peer: Peer,
    place: object,
    readonly: object,
    form: str = "B",
    shape: "tuple[int, ...]" = (),
) -> memoryview:
    view = memoryview(peer.fetch(place))
    view = view.toreadonly() if readonly else view
    return view if form == "B" and not shape else view.cast("B").cast(form, shape)  # type: ignore[call-overload]


def _make_datetime(
    _peer: Peer, date: "Any", time: "Any", zone: "Any", fold: "Any"
) -> object:
    import datetime as dt

    made: Callable[..., object] = dt.datetime
    return made(*date, *time, zone, fold=fold)


def _make_time(_peer: Peer, time: "Any", zone: "Any", fold: "Any") -> object:
    import datetime as dt

    made: Callable[..., object] = dt.time
    return made(*time, zone, fold=fold)


def _of(module: str, name: str) -> "Callable[..., object]":
    """Return the maker that calls a class of the standard library."""

    def make(_peer: Peer, *args: object) -> object:
        import importlib

        return getattr(importlib.import_module(module), name)(*args)

    return make


def _make_zone(_peer: Peer, key: str) -> object:
    import zoneinfo

    if type(key) is not str or not re.fullmatch(r"[\w+-]+(/[\w+-]+)*", key):
        raise Refused("a message names a time zone that is none")
    return zoneinfo.ZoneInfo(key)


def _make_uuid(_peer: Peer, number: int, safety: str) -> object:
    import uuid

    return uuid.UUID(int=number, is_safe=uuid.SafeUUID[safety])


def _make_safe_uuid(_peer: Peer, name: str) -> object:
    import uuid

    return uuid.SafeUUID[name]


def _make_path(_peer: Peer, name: str, text: str) -> object:
    import os
    import pathlib

    if name not in _PATHS:
        raise Refused(f"a message names the path class {str(name)[:80]!r}")
    if (name == "WindowsPath") != (os.name == "nt") and not name.startswith("Pure"):
        name = "Pure" + name  # as a value it is the same
    return getattr(pathlib, name)(text)


def _make_default_dict(_peer: Peer, name: "Optional[str]", items: "Any") -> object:
    from collections import defaultdict

    return defaultdict(None if name is None else _FACTORIES[name], items)


def _make_counter(_peer: Peer, items: "Any") -> object:
    from collections import Counter

    counter: Any = Counter()
    dict.update(counter, items)  # counts may be anything
    return counter


def _make_array(peer: Peer, code: str, place: object) -> object:
    from array import array

    made = array(code)
    made.frombytes(peer.fetch(place))
    return made


def _make_in_tables(peer: Peer, *args: "Any") -> object:
    from pythonarium_kernel import tables

    return tables.make(peer, *args)


def _make_record(peer: Peer, described: "Any", state: "Any") -> object:
    return put_together(peer.record_class(described), state)


def _reference(tag: str) -> "Callable[..., object]":
    def make(peer: Peer, *args: object) -> object:
        return peer.resolve(tag, *args)

    return make


HOST_TAGS: "dict[str, Callable[..., Any]]" = {
    "complex": lambda _p, real, imag: complex(real, imag),
    "range": lambda _p, *args: range(*args),
    "slice": lambda _p, *args: slice(*args),
    "ellipsis": lambda _p: ...,
    "memoryview": _make_memoryview,
    "bytes": lambda p, place: bytes(p.fetch(place)),
    "bytearray": lambda p, place: bytearray(p.fetch(place)),
    "datetime": _make_datetime,
    "date": _of("datetime", "date"),
    "time": _make_time,
    "timedelta": _of("datetime", "timedelta"),
    "timezone": _of("datetime", "timezone"),
    "ZoneInfo": _make_zone,
    "Decimal": _of("decimal", "Decimal"),
    "Fraction": _of("fractions", "Fraction"),
    "UUID": _make_uuid,
    "SafeUUID": _make_safe_uuid,
    "OrderedDict": _of("collections", "OrderedDict"),
    "Counter": _make_counter,
    "deque": _of("collections", "deque"),
    "defaultdict": _make_default_dict,
    "array": _make_array,
    "path": _make_path,
    "table": _make_in_tables,
    "record": _make_record,
    "yours": _reference("yours"),
    "mine": _reference("mine"),
    "ref": _reference("ref"),
    "opaque": _reference("opaque"),
}
"""What a message from a worker may make in its host."""


def _make_builtin(_peer: Peer, name: str) -> object:
    import builtins

    return getattr(builtins, name)


def _make_module(_peer: Peer, name: str) -> object:
    import importlib

    return importlib.import_module(name)


WORKER_TAGS = {
    **HOST_TAGS,
    "builtin": _make_builtin,
    "module": _make_module,
    "nothing": lambda _p: None,
    "caller": _reference("caller"),
    "exception": _reference("exception"),
}
"""What a message from a host may make in its worker."""
