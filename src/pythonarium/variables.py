"""Typed variables: a name, a Python annotation, a value."""

import reprlib
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from keyword import iskeyword
from typing import Any, ClassVar, Final, Generic, TypeVar, cast

from pythonarium.errors import VariableMissingError, VariableTypeError

__all__ = ["Variable", "Variables"]

T = TypeVar("T")


class _NoValue:
    """The type of the value that a variable has before it has one."""

    def __repr__(self) -> str:
        return "<no value>"

    def __reduce__(self) -> str:
        return "NO_VALUE"


NO_VALUE: Final = _NoValue()


class Variable(Generic[T]):
    """A name, the type that is declared for it, and its value once there is one.

    Given as an output, it is filled by the run.

    Args:
        name: a Python identifier that is no keyword.
        type: an annotation, such as `int`, `list[float]` or `str | None`; None where
            nothing is declared.
        value: may be left out, for an output.

    Raises:
        VariableTypeError: the name is no identifier.
    """

    __slots__ = ("_value", "name", "type")

    name: str
    type: object

    def __init__(
        self,
        name: str,
        type: object = None,  # noqa: A002  # the public name
        value: T | _NoValue = NO_VALUE,
    ) -> None:
        self.name = checked_name(name)
        self.type = type
        self._value = value

    @property
    def has_value(self) -> bool:
        """Whether it has a value."""
        return self._value is not NO_VALUE

    @property
    def value(self) -> T:
        """The value.

        Raises:
            VariableMissingError: it was declared and never filled.
        """
        if self._value is NO_VALUE:
            raise VariableMissingError(self.name)
        return cast("T", self._value)

    @value.setter
    def value(self, value: T) -> None:
        self._value = value

    def __repr__(self) -> str:
        declared = "" if self.type is None else f", {self.type!r}"
        value = f", value={self._value!r}" if self.has_value else ""
        return f"{type(self).__name__}({self.name!r}{declared}{value})"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Variable):
            return NotImplemented
        mine = (self.name, self.type, self._value)
        return mine == (other.name, other.type, other._value)

    __hash__: ClassVar[None]  # type: ignore[assignment]  # it is mutable


class Variables(Mapping[str, Any]):
    """Variables in order, as a mapping from name to value.

    Attributes:
        skipped: for the variables of a whole context, what was left out, and why.
    """

    __slots__ = ("_types", "_values", "skipped")

    def __init__(
        self,
        values: Mapping[str, object] | Iterable[Variable[Any]] = (),
        types: Mapping[str, object] | None = None,
        skipped: Mapping[str, str] | None = None,
    ) -> None:
        self._types: dict[str, object] = dict(types or {})
        if isinstance(values, Mapping):
            self._values = dict(values)
        else:
            self._values = {}
            for variable in values:
                self._values[variable.name] = variable.value
                self._types[variable.name] = variable.type
        self.skipped: Mapping[str, str] = skipped or {}

    def __getitem__(self, name: str) -> Any:
        return item_named(self._values, name)

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def variable(self, name: str) -> Variable[Any]:
        """Return one of them with its type: the declared one, or the value's class.

        Raises:
            VariableMissingError: there is none of that name.
        """
        value = self[name]
        return Variable(name, self._types.get(name, type(value)), value)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._values!r})"


def item_named(values: Mapping[str, Any], name: str) -> Any:
    """Return the value of a name, as Python reads names.

    Raises:
        VariableMissingError: there is none of that name.
    """
    if name in values:
        return values[name]
    try:
        return values[checked_name(name)]
    except (KeyError, VariableTypeError):
        raise VariableMissingError.among(str(name), values) from None


def _shown(value: object) -> str:
    try:
        return reprlib.repr(value)
    except Exception:  # noqa: BLE001  # a repr is foreign code
        return "<its repr fails>"


def checked_name(name: object) -> str:
    """Return the name as Python knows it, if a variable can have it.

    Python reads `µ` (U+00B5) as `μ` (U+03BC), and the like; so does this.

    Raises:
        VariableTypeError: no variable can have it.
    """
    if isinstance(name, str) and name.isidentifier() and not iskeyword(name):
        if name.isascii():
            return name
        return unicodedata.normalize("NFKC", name)
    if isinstance(name, str):
        actual = f"the keyword {name!r}" if iskeyword(name) else reprlib.repr(name)
        text = name
    else:
        text = _shown(name)
        actual = f"{type(name).__name__} {text}"
    advice = "choose another name"
    raise VariableTypeError(text, text, "a Python identifier", actual, advice)
