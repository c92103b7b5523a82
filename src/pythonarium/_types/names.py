"""The text of a type -> an annotation; parsed, never evaluated."""

import ast
import typing
from collections.abc import Callable
from difflib import get_close_matches
from importlib import import_module
from typing import Final

from pythonarium._types.wording import shown

__all__ = ["named_type"]

_MODULES: Final = {
    "builtins": (
        "bool int float complex str bytes bytearray memoryview range"
        " list tuple set frozenset dict object type"
    ),
    "datetime": "date datetime time timedelta timezone tzinfo",
    "zoneinfo": "ZoneInfo",
    "decimal": "Decimal",
    "fractions": "Fraction",
    "uuid": "UUID",
    "pathlib": "Path PurePath",
    "collections": "deque defaultdict OrderedDict Counter",
    "typing": "Any Optional Union Literal List Dict Tuple FrozenSet Type",
    "collections.abc": (
        "Callable Collection Iterable Mapping MutableMapping"
        " MutableSequence MutableSet Sequence Set"
    ),
    "numpy": "ndarray",
    "numpy.typing": "NDArray",
    "pandas": "DataFrame Series",
    "pyarrow": "Table",
}
_HOMES: Final = {
    name: module for module, names in _MODULES.items() for name in names.split()
}
_SHORT_MODULES: Final = {
    "np": "numpy",
    "npt": "numpy.typing",
    "pd": "pandas",
    "pa": "pyarrow",
}
_WHOLE_MODULES: Final = {"numpy", "pandas", "pyarrow"}
"""Modules of which every class is a type: `np.float64`, `pd.Timestamp`."""


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
    if node.id in _HOMES:
        return _member(_HOMES[node.id], node.id)
    near = get_close_matches(node.id, _HOMES, n=1)
    hint = f"did you mean {near[0]!r}?" if near else f"known are {', '.join(_HOMES)}"
    raise ValueError(f"no type is named {node.id!r}; {hint}")


def _dotted(node: ast.Attribute) -> object:
    module = ast.unparse(node.value)
    module = _SHORT_MODULES.get(module, module)
    is_known = node.attr in _MODULES.get(module, "").split()
    found = None
    if is_known or module in _WHOLE_MODULES:
        found = _member(module, node.attr)
    if is_known or isinstance(found, type):
        return found
    raise ValueError(f"no type is named {ast.unparse(node)!r}")


def _member(module: str, name: str) -> object:
    try:
        return getattr(import_module(module), name, None)
    except ImportError:
        package = module.partition(".")[0]
        message = f"the type {name!r} needs {package}, which is not installed"
        raise ValueError(message) from None


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
