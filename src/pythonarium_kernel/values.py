"""What crosses by value, on every rung alike.

A value is plain data: numbers, text, containers of values, dates, arrays, tables.
Everything else (functions, modules, classes, instances of a script's own classes) is
an object: it stays where it is and a handle refers to it.  Data that is broken, such
as a list that contains itself, is refused.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any, Optional

KEY_WIDTH = 40
"""Characters of a key that a path shows."""
DEPTH = 200
"""Levels of containers that a value may have."""

_PLAIN = frozenset(
    (type(None), bool, int, float, complex, bytes, bytearray, memoryview, range)
)
_SCALARS = _PLAIN | {str}
_CONTAINERS = frozenset((list, tuple, set, frozenset, dict))
_LIBRARY = frozenset(
    [
        ("datetime", "date"),
        ("datetime", "datetime"),
        ("datetime", "time"),
        ("datetime", "timedelta"),
        ("datetime", "timezone"),
        ("zoneinfo", "ZoneInfo"),
        ("decimal", "Decimal"),
        ("fractions", "Fraction"),
        ("uuid", "UUID"),
        ("uuid", "SafeUUID"),
        ("pandas", "DataFrame"),
        ("pandas", "Series"),
        ("pandas", "Timestamp"),
        ("pandas", "Timedelta"),
        ("pandas.core.frame", "DataFrame"),
        ("pandas.core.series", "Series"),
        ("pandas._libs.tslibs.timestamps", "Timestamp"),
        ("pandas._libs.tslibs.timedeltas", "Timedelta"),
        ("pyarrow.lib", "Table"),
        ("pyarrow.lib", "RecordBatch"),
        ("array", "array"),
    ]
)
SCRIPT_MODULES = ("__main__", "__mp_main__")


class Obstacle:
    """Why a value does not cross: where inside it, and what stands there.

    Attributes:
        path: as Python would write it behind the variable's name: `[3]['a'].b`.
        reason: what is there, as a noun phrase.
        kind: handle, where a handle can stand for it; refused, for broken data.
    """

    __slots__ = ("kind", "path", "reason")

    def __init__(self, path: str, reason: str, kind: str) -> None:
        self.path, self.reason, self.kind = path, reason, kind

    def __repr__(self) -> str:
        return f"Obstacle({self.path!r}, {self.reason!r}, {self.kind!r})"


def obstacle(value: object) -> "Optional[Obstacle]":
    """Return what keeps a value from crossing, or None if it crosses."""
    if type(value) is str:
        return _text_obstacle(value)
    if type(value) in _PLAIN:
        return None
    try:
        return _walk(value)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # noqa: BLE001  # the code of some class in it
        reason = f"an object that raises {type(error).__name__} when it is looked at"
        return Obstacle("", reason, "handle")


def is_scalar(value: object) -> bool:
    """Tell whether a value is immutable and has no parts, so a copy is as good."""
    cls = type(value)
    if cls in (bytearray, memoryview):
        return False
    return cls in _SCALARS or _is_library(cls, "datetime decimal fractions uuid")


def _is_library(cls: type, modules: str) -> bool:
    key = (cls.__module__, cls.__qualname__)
    return key in _LIBRARY and key[0] in modules.split()


def _text_obstacle(text: str) -> "Optional[Obstacle]":
    if text.isascii():
        return None
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        surrogate = text[error.start]
        reason = f"a str with a lone surrogate, {surrogate!a} at index {error.start}"
        return Obstacle("", reason, "refused")
    return None


def _walk(value: object) -> "Optional[Obstacle]":
    """Look at each container once; find a refusal, or else the first object.

    `trail` holds, for each container around the place in hand, the step that led into
    it, itself, and what is left to look at beside it.
    """
    soft: Optional[Obstacle] = None
    done: dict[int, object] = {}  # kept, so that no other object gets its identity
    above: set[int] = set()
    trail: list[tuple[str, object, Iterator[tuple[str, object]]]] = []
    steps: Iterator[tuple[str, object]] = iter([("", value)])
    while True:
        for step, item in steps:
            found, parts = _look(item, above, len(trail))
            if found is not None:
                found.path = "".join(into for into, _, _ in trail) + step
                if found.kind == "refused":
                    return found
                soft = soft or found
            elif parts is not None and id(item) not in done:
                trail.append((step, item, steps))
                above.add(id(item))
                steps = iter(parts)
                break
        else:
            if not trail:
                return soft
            _, container, steps = trail.pop()
            above.discard(id(container))
            done[id(container)] = container


def _look(
    item: object, above: "set[int]", depth: int
) -> "tuple[Optional[Obstacle], Optional[Iterable[tuple[str, object]]]]":
    """Return what stands against an item by itself, or else its parts."""
    if type(item) is str:
        return _text_obstacle(item), None
    if type(item) in _PLAIN:
        return None, None
    name = type(item).__name__
    if id(item) in above:
        return Obstacle("", f"a {name} that contains itself", "refused"), None
    parts = _parts(item)
    if parts is None:
        leaf = is_leaf(item)
        return None if leaf else Obstacle("", _describe(item), "handle"), None
    if depth >= DEPTH:
        reason = f"a {name} nested deeper than {DEPTH} levels"
        return Obstacle("", reason, "refused"), None
    return None, parts


def _parts(value: object) -> "Optional[Iterable[tuple[str, object]]]":
    """Return the steps into a container and what is there; None if it is none."""
    cls = type(value)
    if cls in _CONTAINERS or _is_of_collections(cls):
        if isinstance(value, dict):
            return _dict_parts(value)
        return _sequence_parts(value)  # type: ignore[arg-type]  # of these classes
    if cls.__module__ not in SCRIPT_MODULES:
        return _field_parts(value, cls)
    return None


def _is_of_collections(cls: type) -> bool:
    names = ("deque", "OrderedDict", "defaultdict", "Counter")
    return cls.__module__ == "collections" and cls.__qualname__ in names


def _field_parts(value: object, cls: "Any") -> "Optional[Iterable[tuple[str, object]]]":
    """Return the fields of a record; None if it is none."""
    if hasattr(cls, "__dataclass_fields__"):
        return [("." + n, getattr(value, n, None)) for n in cls.__dataclass_fields__]
    if issubclass(cls, tuple) and hasattr(cls, "_fields"):
        return [("." + n, part) for n, part in zip(cls._fields, value)]  # type: ignore[call-overload]
    return None


def _sequence_parts(value: "Iterable[object]") -> "Iterable[tuple[str, object]]":
    kinds = set(map(type, value))
    if kinds <= _PLAIN:
        return ()
    if kinds <= _SCALARS and _all_encodable(value):
        return ()
    if isinstance(value, (set, frozenset)):
        return [("{...}", part) for part in value]
    return ((f"[{index}]", part) for index, part in enumerate(value))


def _all_encodable(values: "Iterable[object]") -> bool:
    text = "".join([part for part in values if type(part) is str])
    return _text_obstacle(text) is None


def _dict_parts(value: "dict[object, object]") -> "Iterable[tuple[str, object]]":
    if set(map(type, value)) == {str} and _all_encodable(value):
        kinds = set(map(type, value.values()))
        if kinds <= _PLAIN or (kinds <= _SCALARS and _all_encodable(value.values())):
            return ()
        return ((f"[{key!r}]", part) for key, part in list(value.items()))
    return _key_and_value_parts(value)


def _key_and_value_parts(
    value: "dict[object, object]",
) -> "Iterable[tuple[str, object]]":
    for key, part in list(value.items()):
        yield "{key}", key
        yield f"[{_short(key)}]", part


def is_leaf(value: object) -> bool:
    """Tell whether a value that has no parts crosses by value."""
    cls = type(value)
    module = cls.__module__
    if module == "numpy":
        return _is_numpy_value(value)
    if (module, cls.__qualname__) in _LIBRARY or module.startswith("pathlib"):
        return True
    return module not in SCRIPT_MODULES and _is_enum(cls)


def _is_numpy_value(value: object) -> bool:
    dtype = getattr(value, "dtype", None)
    return dtype is not None and not getattr(dtype, "hasobject", True)


def _is_enum(cls: type) -> bool:
    return any(
        base.__module__ == "enum" and base.__qualname__ == "Enum"
        for base in cls.__mro__
    )


def _describe(value: object) -> str:
    cls = type(value)
    if cls.__module__ in SCRIPT_MODULES:
        return f"an instance of the script's class {cls.__qualname__}"
    if isinstance(value, type):
        return f"the class {value.__qualname__}"
    if cls.__qualname__ in ("module", "function"):
        return f"the {cls.__qualname__} {getattr(value, '__name__', '?')}"
    if cls.__module__ == "numpy":
        return "a numpy array of Python objects"
    return f"an object of type {cls.__module__}.{cls.__qualname__}"


def _short(value: object) -> str:
    try:
        text = repr(value)
    except Exception:  # noqa: BLE001  # it is the script's __repr__
        return "?"
    return text if len(text) <= KEY_WIDTH else text[: KEY_WIDTH - 3] + "..."
