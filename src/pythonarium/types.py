"""A Python annotation -> a check of values against it: exact, or refused.

A value that fits is returned itself, a container too, however deep.  One that does not,
but equals a value that does, is converted (`float` takes 3).  Everything else is refused,
with the path inside the value.  Nothing is rounded, parsed, or turned into text.
"""

from collections.abc import Callable
from typing import Final, TypeAlias

from pythonarium._types.checks import Check, Misfit, Unusable
from pythonarium._types.compiler import Compiler
from pythonarium._types.names import named_type
from pythonarium._types.wording import class_name, describe, shown
from pythonarium.errors import VariableTypeError

__all__ = ["Converter", "converter", "describe", "named_type", "shown"]

Converter: TypeAlias = Callable[[object, str], object]
"""Takes a value and the name of its variable; returns the value, the same object where
it fits, else what it converts to exactly; raises VariableTypeError where it does not."""

_CACHE_SIZE: Final = 1000
_cache: dict[object, Converter] = {}


def converter(annotation: object, name: str = "value") -> Converter:
    """Return the converter for an annotation.

    Args:
        annotation: `int`, `list[float]`, a dataclass, `str | None`, `"dict[str, int]"`.
        name: the variable that has it, for the error.

    Raises:
        VariableTypeError: it is no annotation.
    """
    # Equal unions may name their members in another order, which their repr tells.
    is_class = isinstance(annotation, type)
    key = annotation if is_class else (annotation, repr(annotation))
    try:
        found = _cache.get(key)
    except TypeError:  # not hashable
        return _compiled(annotation, name)[0]
    if found is not None:
        return found
    convert, is_lasting = _compiled(annotation, name)
    if is_lasting:
        _keep(key, convert)
    return convert


def _keep(key: object, convert: Converter) -> None:
    if len(_cache) >= _CACHE_SIZE:
        _cache.clear()
    _cache[key] = convert


def _compiled(annotation: object, name: str) -> tuple[Converter, bool]:
    compiler = Compiler()
    try:
        check = compiler.make(annotation)
    except Unusable as error:
        actual = _shown_annotation(error.annotation)
        raise VariableTypeError(
            name, name, "a type annotation", actual, error.reason
        ) from None
    return _converter(check), compiler.is_lasting


def _shown_annotation(annotation: object) -> str:
    if isinstance(annotation, type):
        return f"the class {class_name(annotation)}"
    return f"{class_name(type(annotation))} {shown(annotation)}"


def _converter(check: Check) -> Converter:
    swift = check.classes - {str}

    def convert(value: object, name: str) -> object:
        if type(value) in swift:
            return value
        try:
            return check.convert(value, None)
        except Misfit as misfit:
            path = name + misfit.path
            error = VariableTypeError(
                name, path, misfit.expected, misfit.actual, misfit.advice
            )
        except RecursionError:
            actual = "a value nested too deeply for this thread"
            error = VariableTypeError(name, name, check.text, actual)
        except Exception as failure:  # noqa: BLE001  # the code of some class in it
            actual = f"a value that raises {class_name(type(failure))} when looked at"
            error = VariableTypeError(name, name, check.text, actual)
        raise error  # out here, so that no context keeps the value alive

    return convert
