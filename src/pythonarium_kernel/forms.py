"""What a value is made of, for Java, which reads and writes plain data by itself.

Plain are None, bool, int of 64 bits, float, str, bytes, list, tuple, set, frozenset and
dict.  Of anything else Java asks for the form: a kind and the parts of that kind.  The
other way it makes a value of such a form.

    kind        parts
    list        a list of the items
    dict        a dict
    fields      a dict of the fields
    plain       a value that is plain, or an integer
    bytes       the bytes
    integer     its bytes, two's complement, the highest first
    decimal     text
    uuid        text
    path        text
    range       start, step, length
    date        year, month, day
    time        hour, minute, second, microsecond, offset
    datetime    year, month, day, hour, minute, second, microsecond, zone, offset
    timedelta   days, seconds, microseconds
    zone        zone, offset
    refused     reason

An offset is in seconds east of UTC, a zone is a key of the time-zone data; each is None
where there is none.  A datetime with a zone has the offset too: it says which of two
equal hours is meant, and shows where Python's and Java's time-zone data disagree.

What Java has no class for has no form: it stays an object.  A member of an Enum goes as
its name, as Java's do, but as its number or text where it is equal to that.
"""

import sys

from pythonarium_kernel.values import obstacle

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date, datetime, time, timedelta, tzinfo
    from decimal import Decimal
    from typing import Any, Final, Optional, Union

    Form = tuple[Any, ...]
    Former = Callable[[Any], Optional[Form]]
    Place = tuple[Optional[str], Optional[int]]
    """A zone and an offset."""

_LARGEST_OFFSET = 18 * 60 * 60  # of Java's, seconds
_LARGEST_SCALE = 2**31 - 1  # of Java's, digits
_LARGEST_SIZE = 2**31 - 1  # of Java's lists
_LONG = 1 << 63

# ---------------------------------------------------------------- a form of a value

_known: "dict[type, Former]" = {}
"""The classes of the standard library that were met, and what forms their values."""


def form(value: "Any") -> "Union[Form, str]":
    """Return the form of a value, or the full name of its class if it has none."""
    cls = type(value)
    former = _known.get(cls) or _library_former(cls)
    made = _other(value, cls) if former is None else former(value)
    return f"{cls.__module__}.{cls.__qualname__}" if made is None else made


def _library_former(cls: type) -> "Optional[Former]":
    former = FORMERS.get((cls.__module__, cls.__qualname__))
    if former is not None:
        _known[cls] = former
    return former


def _other(value: "Any", cls: type) -> "Optional[Form]":
    if _is_a(cls, "enum", "Enum"):
        return _member(value, cls)
    if _is_a(cls, "numpy", "generic"):
        return _plain(value.item()) if value.dtype.kind in "biufUS" else None
    if _is_a(cls, "pathlib", "PurePath"):
        return _path(value, cls)
    fields = _fields(value, cls)
    return None if fields is None else ("fields", fields)


def _is_a(cls: type, module: str, name: str) -> bool:
    """Tell whether a class is of a base in a module, which need not be imported."""
    base = getattr(sys.modules.get(module), name, None)
    return isinstance(base, type) and issubclass(cls, base)


def _member(value: "Any", cls: type) -> "Optional[Form]":
    if issubclass(cls, int):
        return _plain(int(value))
    return _plain(str.__str__(value) if issubclass(cls, str) else value.name)


def _plain(value: object) -> "Optional[Form]":
    """Form what a value comes down to, unless that has a class of its own again."""
    is_plain = type(value) in (bool, int, float, str, bytes)
    return ("plain", value) if is_plain else None


def _fields(value: "Any", cls: "Any") -> "Optional[dict[str, Any]]":
    """Return the fields of a namedtuple or dataclass, if it is one, and finished."""
    if issubclass(cls, tuple) and hasattr(cls, "_fields"):
        return dict(zip(cls._fields, value))
    if not hasattr(cls, "__dataclass_fields__"):
        return None
    from dataclasses import fields

    try:
        return {field.name: getattr(value, field.name) for field in fields(value)}
    except AttributeError:  # not each of them was ever set
        return None


def _int(value: int) -> "Form":
    if -_LONG <= value < _LONG:
        return ("plain", value)
    size = value.bit_length() // 8 + 1
    return ("integer", value.to_bytes(size, "big", signed=True))


def _str(value: str) -> "Form":
    found = obstacle(value)
    return ("plain", value) if found is None else ("refused", found.reason)


def _list(value: "Any") -> "Form":
    return ("list", list(value))


def _array(value: "Any") -> "Form":
    return ("list", value.tolist())


def _dict(value: "dict[Any, Any]") -> "Form":
    return ("dict", dict(value))


def _bytes(value: bytearray) -> "Form":
    return ("bytes", bytes(value))


def _memoryview(value: memoryview) -> "Optional[Form]":
    is_whole = value.ndim == 1 and value.format in ("B", "b", "c")
    return ("bytes", value.tobytes()) if is_whole else None


def _range(value: range) -> "Optional[Form]":
    ends = (value.start, value.step, value.stop)
    if any(not -_LONG <= end < _LONG for end in ends) or not _is_indexable(value):
        return None
    return ("range", value.start, value.step, len(value))


def _is_indexable(value: range) -> bool:
    return not value[_LARGEST_SIZE : _LARGEST_SIZE + 1]


def _decimal(value: "Decimal") -> "Optional[Form]":
    exponent = value.as_tuple().exponent
    if not isinstance(exponent, int) or abs(exponent) > _LARGEST_SCALE:
        return None  # not a number, infinite, or beyond Java's
    if value.is_signed() and not value:
        return None  # Java has no negative zero
    return ("decimal", str(value))


def _uuid(value: object) -> "Form":
    return ("uuid", str(value))


def _path(value: object, cls: type) -> "Optional[Form]":
    """Return the form of a path of this system."""
    from pathlib import Path, PurePath

    text = str(value)
    is_ours = cls in (type(Path()), type(PurePath())) and obstacle(text) is None
    return ("path", text) if is_ours else None


def _date(value: "date") -> "Form":
    return ("date", value.year, value.month, value.day)


def _time(value: "time") -> "Optional[Form]":
    place = _place(value.tzinfo, None)
    if place is None or place[0] is not None:
        return None
    return ("time", *_clock(value), place[1])


def _datetime(value: "datetime") -> "Optional[Form]":
    place = _place(value.tzinfo, value)
    if place is None:
        return None
    day = (value.year, value.month, value.day)
    return ("datetime", *day, *_clock(value), *place)


def _clock(value: "Union[time, datetime]") -> "tuple[int, int, int, int]":
    return (value.hour, value.minute, value.second, value.microsecond)


def _timedelta(value: "timedelta") -> "Form":
    return ("timedelta", value.days, value.seconds, value.microseconds)


def _zone(value: "tzinfo") -> "Optional[Form]":
    place = _place(value, None)
    return None if place is None else ("zone", *place)


def _place(zone: "Any", moment: "Optional[datetime]") -> "Optional[Place]":
    """Return the key and the offset of a zone, or None if Java cannot have it."""
    if zone is None:
        return None, None
    name = (type(zone).__module__, type(zone).__qualname__)
    if name == ("datetime", "timezone"):
        return _offset_place(None, zone.utcoffset(None))
    if name != ("zoneinfo", "ZoneInfo") or zone.key is None:
        return None
    if moment is None:
        return zone.key, None
    return _offset_place(zone.key, zone.utcoffset(moment))


def _offset_place(key: "Optional[str]", offset: "timedelta") -> "Optional[Place]":
    seconds = offset.days * 86_400 + offset.seconds
    if offset.microseconds or abs(seconds) > _LARGEST_OFFSET:
        return None
    return key, seconds


FORMERS: "Final[dict[tuple[str, str], Former]]" = {
    ("builtins", "int"): _int,
    ("builtins", "str"): _str,
    ("builtins", "bytearray"): _bytes,
    ("builtins", "memoryview"): _memoryview,
    ("builtins", "range"): _range,
    ("array", "array"): _array,
    ("collections", "deque"): _list,
    ("collections", "OrderedDict"): _dict,
    ("collections", "defaultdict"): _dict,
    ("collections", "Counter"): _dict,
    ("decimal", "Decimal"): _decimal,
    ("uuid", "UUID"): _uuid,
    ("datetime", "date"): _date,
    ("datetime", "time"): _time,
    ("datetime", "datetime"): _datetime,
    ("datetime", "timedelta"): _timedelta,
    ("datetime", "timezone"): _zone,
    ("zoneinfo", "ZoneInfo"): _zone,
}

# ---------------------------------------------------------------- a value of a form


def make(kind: str, *parts: "Any") -> object:
    """Return a value of a kind; in a tuple, which no kind is, why Python has none."""
    try:
        return MAKERS[kind](*parts)
    except (ValueError, OverflowError, ArithmeticError) as error:
        return (str(error) or type(error).__name__,)


def _make_integer(octets: bytes) -> int:
    return int.from_bytes(octets, "big", signed=True)


def _make_decimal(text: str) -> "Decimal":
    from decimal import Decimal

    return Decimal(text)


def _make_uuid(text: str) -> object:
    from uuid import UUID

    return UUID(text)


def _make_path(text: str) -> object:
    from pathlib import Path

    return Path(text)


def _make_date(year: int, month: int, day: int) -> "date":
    from datetime import date

    return date(year, month, day)


def _make_time(
    hour: int, minute: int, second: int, microsecond: int, offset: "Optional[int]"
) -> "time":
    from datetime import time

    return time(hour, minute, second, microsecond, _make_zone(None, offset))


def _make_datetime(*parts: "Any") -> "datetime":
    from datetime import datetime, timedelta

    zone, seconds = parts[-2:]
    moment = datetime(*parts[:-2]).replace(tzinfo=_make_zone(zone, seconds))  # noqa: DTZ001
    if zone is None:
        return moment
    offset = timedelta(seconds=seconds)
    for fold in (0, 1):
        moment = moment.replace(fold=fold)
        if moment.utcoffset() == offset:
            return moment
    message = f"in {zone} it has another offset in Java's time-zone data, {offset}"
    raise ValueError(message)


def _make_timedelta(days: int, seconds: int, microseconds: int) -> "timedelta":
    from datetime import timedelta

    return timedelta(days, seconds, microseconds)


def _make_zone(key: "Optional[str]", offset: "Optional[int]") -> "Optional[tzinfo]":
    if key is not None:
        return _zone_of(key)
    if offset is None:
        return None
    from datetime import timedelta, timezone

    return timezone(timedelta(seconds=offset))


def _zone_of(key: str) -> "tzinfo":
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    try:
        return ZoneInfo(key)
    except ZoneInfoNotFoundError as error:
        message = f"the time zone {key} is unknown here; install the package tzdata"
        raise ValueError(message) from error


MAKERS: "Final[dict[str, Callable[..., Any]]]" = {
    "integer": _make_integer,
    "decimal": _make_decimal,
    "uuid": _make_uuid,
    "path": _make_path,
    "date": _make_date,
    "time": _make_time,
    "datetime": _make_datetime,
    "timedelta": _make_timedelta,
    "zone": _make_zone,
}
