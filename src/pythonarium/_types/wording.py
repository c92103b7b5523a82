"""Annotations, classes and values as short text, for messages."""

import reprlib
import typing
from types import UnionType
from typing import (
    Annotated,
    ClassVar,
    Final,
    ForwardRef,
    Literal,
    NotRequired,
    Required,
    Union,
    get_args,
    get_origin,
)

__all__ = ["QUALIFIERS", "UNIONS", "advice", "class_name", "describe", "shown"]

UNIONS = {Union, UnionType}
_SHORT_MODULES = {"numpy": "np.", "pandas": "pd.", "pyarrow": "pa."}
QUALIFIERS = {
    *(Annotated, ClassVar, Final, Required, NotRequired),
    getattr(typing, "ReadOnly", Annotated),  # 3.13
}
_WIDTH = 80

_ADVICE = {
    ("int", "bool"): "declare it as bool, or use int() first",
    ("int", "float"): "declare it as float, or use round() first",
    ("int", "str"): "use int() first",
    ("int", "Decimal"): "declare it as Decimal, or use round() first",
    ("float", "bool"): "declare it as bool, or use float() first",
    ("float", "str"): "use float() first",
    ("float", "Decimal"): "declare it as Decimal, or use float() first",
    ("float", "Fraction"): "declare it as Fraction, or use float() first",
    ("bool", "int"): "declare it as int, or use bool() first",
    ("str", "bytes"): "declare it as bytes, or use .decode() first",
    ("str", "int"): "use str() first",
    ("str", "float"): "use str() first",
    ("str", "PosixPath"): "declare it as Path, or use str() first",
    ("str", "WindowsPath"): "declare it as Path, or use str() first",
    ("bytes", "str"): "declare it as str, or use .encode() first",
    ("bytes", "bytearray"): "declare it as bytearray, or use bytes() first",
    ("bytes", "memoryview"): "declare it as memoryview, or use bytes() first",
    ("date", "datetime"): "declare it as datetime, or use .date() first",
    ("Decimal", "float"): "use Decimal() first",
    ("Decimal", "int"): "use Decimal() first",
    ("Decimal", "str"): "use Decimal() first",
    ("Path", "str"): "use Path() first",
    ("UUID", "str"): "use UUID() first",
    ("datetime", "str"): "use datetime.fromisoformat() first",
    ("date", "str"): "use date.fromisoformat() first",
    ("list", "ndarray"): "use .tolist() first, or declare np.ndarray",
    ("list", "Series"): "use .tolist() first, or declare pd.Series",
    ("list", "tuple"): "declare it as tuple, or use list() first",
    ("list", "set"): "declare it as set, or use list() first",
    ("list", "range"): "declare it as range, or use list() first",
    ("list", "generator"): "use list() first",
    ("tuple", "list"): "declare it as list, or use tuple() first",
    ("set", "list"): "declare it as list, or use set() first",
    ("set", "frozenset"): "declare it as frozenset, or use set() first",
    ("frozenset", "set"): "declare it as set, or use frozenset() first",
    ("dict", "DataFrame"): "use .to_dict() first, or declare pd.DataFrame",
    ("ndarray", "list"): "use numpy.array() first, or declare list",
}

_repr = reprlib.Repr()
_repr.maxstring = _repr.maxother = _repr.maxlong = 60


def advice(declared: type, value: object) -> str:
    """Return the next step for a value of another class, or an empty text."""
    return _ADVICE.get((declared.__name__, type(value).__name__), "")


def shown(value: object) -> str:
    """Return the repr, on one line of at most 80 characters, whatever it does."""
    try:
        text = " ".join(_repr.repr(value).split())
    except Exception:  # noqa: BLE001  # a repr is foreign code
        return "<its repr fails>"
    return text if len(text) <= _WIDTH else text[: _WIDTH - 3] + "..."


def class_name(cls: type) -> str:
    """Return the name of a class as one would write it: `int`, `np.ndarray`."""
    root = str(cls.__module__).partition(".")[0]  # a script may set it to anything
    return _SHORT_MODULES.get(root, "") + cls.__qualname__.rpartition("<locals>.")[2]


def describe(annotation: object) -> str:
    """Return a short readable name: `list[float]`, `int | None`, `np.ndarray`."""
    if isinstance(annotation, str):
        return annotation
    if isinstance(annotation, ForwardRef):
        return annotation.__forward_arg__
    if isinstance(annotation, list):  # the parameters of a Callable
        return f"[{', '.join(map(describe, annotation))}]"
    origin = get_origin(annotation)
    if origin is None or not hasattr(annotation, "__args__"):
        return _name(annotation)
    return _form(origin, get_args(annotation))


def _form(origin: object, args: tuple[object, ...]) -> str:
    if origin in UNIONS:
        return " | ".join(map(describe, args))
    if origin in QUALIFIERS:
        return describe(args[0])
    if origin is Literal:
        return f"Literal[{', '.join(map(repr, args))}]"
    head = describe(origin)
    if head == "np.ndarray" and len(args) > 1 and get_args(args[1]):
        return f"NDArray[{describe(get_args(args[1])[0])}]"
    return f"{head}[{', '.join(map(describe, args)) or '()'}]"


def _name(annotation: object) -> str:
    if annotation is None or annotation is type(None):
        return "None"
    if annotation is ...:
        return "..."
    if isinstance(annotation, type):
        return class_name(annotation)
    name = getattr(annotation, "__name__", None) or getattr(annotation, "_name", None)
    return name if isinstance(name, str) else shown(annotation)
