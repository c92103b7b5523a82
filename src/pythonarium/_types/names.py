"""The text of a type -> an annotation; parsed, never evaluated."""

import ast
import collections
import datetime as dt
import decimal
import fractions
import pathlib
import typing
import uuid
import zoneinfo
from collections import abc
from collections.abc import Callable
from difflib import get_close_matches
from importlib import import_module

from pythonarium._types.wording import shown

__all__ = ["named_type"]

_BUILTINS: dict[str, object] = {
    cls.__name__: cls
    for cls in (
        *(bool, int, float, complex, str, bytes, bytearray, memoryview, range),
        *(list, tuple, set, frozenset, dict, object, type),
    )
}
_STANDARD: dict[str, object] = {
    "None": None,
    "date": dt.date,
    "datetime": dt.datetime,
    "time": dt.time,
    "timedelta": dt.timedelta,
    "timezone": dt.timezone,
    "tzinfo": dt.tzinfo,
    "ZoneInfo": zoneinfo.ZoneInfo,
    "Decimal": decimal.Decimal,
    "Fraction": fractions.Fraction,
    "UUID": uuid.UUID,
    "Path": pathlib.Path,
    "PurePath": pathlib.PurePath,
    "deque": collections.deque,
    "defaultdict": collections.defaultdict,
    "OrderedDict": collections.OrderedDict,
    "Counter": collections.Counter,
    "Any": typing.Any,
    "Optional": typing.Optional,
    "Union": typing.Union,
    "Literal": typing.Literal,
    "List": list,
    "Dict": dict,
    "Tuple": tuple,
    "FrozenSet": frozenset,
    "Type": type,
}
_ABSTRACT = {
    name: getattr(abc, name)
    for name in (
        *("Callable", "Collection", "Iterable", "Mapping", "MutableMapping"),
        *("MutableSequence", "MutableSet", "Sequence", "Set"),
    )
}
_NAMES = _BUILTINS | _STANDARD | _ABSTRACT
_EXTRAS = {
    "ndarray": "numpy",
    "NDArray": "numpy.typing",
    "DataFrame": "pandas",
    "Series": "pandas",
    "Table": "pyarrow",
}
_MODULES = {
    **dict.fromkeys(("np", "numpy"), "numpy"),
    **dict.fromkeys(("npt", "numpy.typing", "np.typing"), "numpy.typing"),
    **dict.fromkeys(("pd", "pandas"), "pandas"),
    **dict.fromkeys(("pa", "pyarrow"), "pyarrow"),
}
_STANDARD_MODULES = {
    *("builtins", "datetime", "decimal", "fractions", "pathlib", "uuid", "zoneinfo"),
    *("typing", "collections", "collections.abc"),
}


def named_type(text: str) -> object:
    """Return the annotation that the text names, such as `dict[str, int] | None`.

    Raises:
        ValueError: it names none, or one of a package that is not installed.
    """
    try:
        node = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise ValueError(f"{shown(text)} is not a type: it cannot be parsed") from None
    try:
        return _annotation(node)
    except (TypeError, RecursionError) as error:
        raise ValueError(f"{shown(text)} is not a type: {error}") from error


def _annotation(node: ast.expr) -> object:
    reader = _READERS.get(type(node))
    if reader is None:
        raise _refusal(node)
    return reader(node)


def _refusal(node: ast.expr) -> ValueError:
    return ValueError(f"{shown(ast.unparse(node))} is not a type")


def _named(node: ast.Name) -> object:
    if node.id in _NAMES:
        return _NAMES[node.id]
    if node.id in _EXTRAS:
        return _member(_EXTRAS[node.id], node.id)
    known = [*_NAMES, *_EXTRAS]
    near = get_close_matches(node.id, known, n=1)
    hint = f"did you mean {near[0]!r}?" if near else f"known are {', '.join(known)}"
    raise ValueError(f"no type is named {node.id!r}; {hint}")


def _dotted(node: ast.Attribute) -> object:
    module = ast.unparse(node.value)
    if module in _STANDARD_MODULES and node.attr in _NAMES:
        return _NAMES[node.attr]
    if module in _MODULES:
        return _member(_MODULES[module], node.attr)
    raise ValueError(f"no type is named {ast.unparse(node)!r}")


def _member(module: str, name: str) -> object:
    """Return a class of one of the few packages whose classes have names here."""
    package = module.partition(".")[0]
    try:
        found: object = getattr(import_module(module), name, None)
    except ImportError:
        raise ValueError(
            f"the type {name!r} needs {package}, which is not installed"
        ) from None
    if isinstance(found, type) or (module, name) == ("numpy.typing", "NDArray"):
        return found
    raise ValueError(f"no type is named '{package}.{name}'")


def _constant(node: ast.Constant) -> object:
    if node.value is None or node.value is ...:
        return node.value
    if isinstance(node.value, str):
        return named_type(node.value)
    raise _refusal(node)


def _union(node: ast.BinOp) -> object:
    if not isinstance(node.op, ast.BitOr):
        raise _refusal(node)
    return typing.Union[_annotation(node.left), _annotation(node.right)]  # noqa: UP007


def _subscript(node: ast.Subscript) -> object:
    head: typing.Any = _annotation(node.value)
    if head is typing.Literal:
        return head[ast.literal_eval(node.slice)]
    return head[_annotation(node.slice)]


def _several(node: ast.Tuple) -> object:
    return tuple(map(_annotation, node.elts))


def _list(node: ast.List) -> object:
    return list(map(_annotation, node.elts))


_READERS: dict[type[ast.expr], Callable[[typing.Any], object]] = {
    ast.Name: _named,
    ast.Attribute: _dotted,
    ast.Constant: _constant,
    ast.BinOp: _union,
    ast.Subscript: _subscript,
    ast.Tuple: _several,
    ast.List: _list,
}
