"""What goes into a run and what comes out, checked on the host's side."""

import math
import reprlib
import sys
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias, cast

from pythonarium.errors import ContextError, SettingsError, VariableTypeError
from pythonarium.handles import Handle
from pythonarium.objects import HandleRoad, caller
from pythonarium.types import Converter, converter
from pythonarium.variables import Variable, checked_name
from pythonarium_kernel.session import Caller
from pythonarium_kernel.values import obstacle

__all__ = [
    "SCALARS",
    "Converters",
    "Inputs",
    "Outputs",
    "check_arguments",
    "check_filename",
    "check_output",
    "check_timeout",
    "checked_context",
    "declared",
    "fill",
    "inward",
    "planned",
    "source_text",
]

Inputs: TypeAlias = Mapping[str, object] | Sequence[Variable[Any]]
"""Name -> value, or variables with their values."""
Outputs: TypeAlias = Mapping[str, object] | Sequence[str] | Sequence[Variable[Any]]
"""Name -> annotation (None: any), or names, or variables to be filled."""

SCALARS = frozenset((type(None), bool, int, float, complex))
"""Classes whose values need no look at what is in them."""


def inward(inputs: Inputs, objects: HandleRoad) -> dict[str, object]:
    """Return inputs as the kernel takes them.

    Raises:
        VariableTypeError: a name or a value is refused.
    """
    given: dict[str, object] = {}
    if type(inputs) is dict or isinstance(inputs, Mapping):
        for name, value in inputs.items():
            key = checked_name(name)
            is_scalar = type(value) in SCALARS
            given[key] = value if is_scalar else _inward_value(key, value, objects)
        return given
    for variable in _variables("inputs", inputs, "a mapping or a list of Variables"):
        value = variable.value
        if variable.type is not None:
            convert = converter(variable.type, variable.name)
            value = convert(value, variable.name)
        given[variable.name] = _inward_value(variable.name, value, objects)
    return given


def _inward_value(name: str, value: object, objects: HandleRoad) -> object:
    if type(value) is Handle:
        return objects.inward(value)
    found = obstacle(value)
    if found is not None and found.kind == "refused":
        path = name + found.path
        raise VariableTypeError(name, path, "a value that can cross", found.reason)
    return value


def declared(outputs: Outputs) -> Mapping[str, object]:
    """Return name -> annotation, None where there is none.

    Raises:
        VariableTypeError: a name is none, or it is no kind of outputs.
    """
    if type(outputs) is dict or isinstance(outputs, Mapping):
        return {checked_name(name): annotation for name, annotation in outputs.items()}
    if isinstance(outputs, (list, tuple)) and all(type(o) is str for o in outputs):
        return {checked_name(name): None for name in outputs}
    expected = "a mapping, a list of names or a list of Variables"
    return {item.name: item.type for item in _variables("outputs", outputs, expected)}


def _variables(role: str, items: object, expected: str) -> Sequence[Variable[Any]]:
    if not isinstance(items, Sequence) or isinstance(items, str):
        actual = type(items).__name__
        raise VariableTypeError(role, role, expected, actual)
    for index, item in enumerate(items):
        if not isinstance(item, Variable):
            path, actual = f"{role}[{index}]", type(item).__name__
            raise VariableTypeError(role, path, expected, actual)
    return items


Converters: TypeAlias = Mapping[str, Converter | None]


Plan: TypeAlias = tuple[Converters | None, dict[str, bool] | None, Caller | None]
"""What is done with the outputs of a run; see `planned`."""


def planned(types: Mapping[str, object] | None) -> Plan:
    """Return what is done with outputs of such types.

    Returns:
        the converter of each, None where nothing is declared; for each whether its type
        will be checked here; and the caller, where one may become a handle.

    Raises:
        VariableTypeError: an annotation is none.
    """
    if not types:
        return None, None, None
    converters: dict[str, Converter | None] = {}
    checks: dict[str, bool] = {}
    asking = None
    for name, annotation in types.items():
        checks[name] = annotation is not None
        if annotation is not None:
            converters[name] = converter(annotation, name)
        else:
            converters[name] = None
            asking = asking or caller()
    return converters, checks, asking


def fill(outputs: Outputs, values: Mapping[str, object]) -> None:
    """Give the Variables among the outputs their values."""
    for item in outputs:
        if isinstance(item, Variable):
            item.value = values[item.name]


def source_text(code: object) -> str:
    """Return source text, if it is text.

    Raises:
        VariableTypeError: it is not.
    """
    if isinstance(code, str):
        return code
    raise VariableTypeError(
        "code",
        "code",
        "Python source as a str",
        type(code).__name__,
        "run(path) takes a file",
    )


def check_timeout(timeout: object, least: float = sys.float_info.min) -> None:
    """Refuse what is no time, in seconds.

    Raises:
        SettingsError: it is no number, or less than the least.
    """
    is_number = isinstance(timeout, (int, float)) and not isinstance(timeout, bool)
    if is_number and least <= cast("float", timeout) <= sys.float_info.max:
        return
    if timeout != math.inf:
        expected = "0 or more" if least == 0 else "more than 0"
        shown = reprlib.repr(timeout)
        raise SettingsError(f"timeout: expected seconds, {expected}, got {shown}")


def check_arguments(args: object) -> Sequence[str]:
    """Return the arguments of a script, if each is text.

    Raises:
        VariableTypeError: they are not.
    """
    if isinstance(args, Sequence) and not isinstance(args, str):
        wrong = next((a for a in args if not isinstance(a, str)), None)
        if wrong is None and None not in args:
            return args
        args = wrong
    actual = f"{type(args).__name__} {reprlib.repr(args)}"
    raise VariableTypeError("args", "args", "a list of str", actual)


def checked_context(context: object) -> str:
    """Return the name of a context, if it is text.

    Raises:
        ContextError: it is not.
    """
    if isinstance(context, str):
        return context
    shown = reprlib.repr(context)
    raise ContextError(f"context: expected a name, got {shown}")


def check_output(stdout: object, stderr: object, limit: object) -> None:
    """Refuse what cannot take output.

    Raises:
        SettingsError: a stream is no callable, or the limit no number of characters.
    """
    for name, stream in (("stdout", stdout), ("stderr", stderr)):
        if stream is not None and not callable(stream):
            shown = reprlib.repr(stream)
            raise SettingsError(
                f"{name}: expected a function that takes a line, got {shown}; pass its"
                " write method, or capture=True to a run"
            )
    if limit is not None and not (isinstance(limit, int) and limit >= 0):
        shown = reprlib.repr(limit)
        raise SettingsError(f"output_limit: expected characters, got {shown}")


def check_filename(filename: object) -> None:
    """Refuse what cannot name a script in a traceback.

    Raises:
        VariableTypeError: it is no text, or has characters that no file name has.
    """
    expected = "a file name"
    if not isinstance(filename, str):
        actual = type(filename).__name__
        raise VariableTypeError("filename", "filename", expected, actual)
    if "\0" in filename or _has_surrogates(filename):
        raise VariableTypeError("filename", "filename", expected, ascii(filename))


def _has_surrogates(text: str) -> bool:
    return any("\ud800" <= character <= "\udfff" for character in text)
