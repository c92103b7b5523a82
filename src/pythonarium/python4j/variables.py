"""Typed variables, with the types that the documents name."""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, ClassVar, Final, overload

from pythonarium.errors import VariableMissingError, VariableTypeError
from pythonarium.python4j.errors import PythonException
from pythonarium.python4j.objects import PythonObject
from pythonarium.types import describe, shown
from pythonarium.variables import NO_VALUE, Variable

__all__ = ["PythonType", "PythonTypes", "PythonVariable", "PythonVariables", "flat"]


@dataclass(frozen=True, slots=True)
class PythonType:
    """A name for a Python annotation, which decides what fits.

    Attributes:
        name: the name that Python4J has for it.
        annotation: as for `pythonarium.Variable`.
    """

    name: str
    annotation: object


class PythonTypes:
    """The types that the documents name; any other annotation will do as well."""

    STR: ClassVar = PythonType("str", str)
    INT: ClassVar = PythonType("int", int)
    FLOAT: ClassVar = PythonType("float", float)
    BOOL: ClassVar = PythonType("bool", bool)
    BYTES: ClassVar = PythonType("bytes", bytes)
    NONE: ClassVar = PythonType("NoneType", type(None))
    LIST: ClassVar = PythonType("list", list)
    DICT: ClassVar = PythonType("dict", dict)
    NDARRAY: ClassVar = PythonType("numpy.ndarray", "numpy.ndarray")
    """Needs numpy when it is used, not before."""

    @overload
    @staticmethod
    def get() -> list[PythonType]: ...
    @overload
    @staticmethod
    def get(name: str) -> PythonType: ...
    @staticmethod
    def get(name: str | None = None) -> PythonType | list[PythonType]:
        """Return the type of that name; without a name all of them.

        Raises:
            PythonException: there is none.
        """
        if name is None:
            return list(_BY_NAME.values())
        if name not in _BY_NAME:
            near = get_close_matches(name, _BY_NAME, n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"known: {list(_BY_NAME)}"
            raise PythonException(f"Unknown python type: {name!r}; {hint}")
        return _BY_NAME[name]

    @staticmethod
    def of(annotation: object) -> PythonType:
        """Return the type for an annotation; a PythonType is its own."""
        if isinstance(annotation, PythonType):
            return annotation
        if annotation is None:
            return PythonTypes.NONE
        if not isinstance(annotation, type):
            return PythonType(describe(annotation), annotation)
        module, name = annotation.__module__, annotation.__qualname__
        name = name if module == "builtins" else f"{module}.{name}"
        return _BY_NAME.get(name) or PythonType(name, annotation)


_BY_NAME: Final[dict[str, PythonType]] = {
    known.name: known
    for known in vars(PythonTypes).values()
    if isinstance(known, PythonType)
}


class PythonVariable:
    """A name, a type, and a value once there is one.

    Args:
        name: a Python identifier that is no keyword.
        type: one of PythonTypes, or an annotation.
        value: may be left out, for an output.

    Attributes:
        type: the PythonType.
        variable: the same as a `pythonarium.Variable`.

    Raises:
        VariableTypeError: the name is no identifier.
    """

    __slots__ = ("type", "variable")

    type: PythonType

    def __init__(
        self,
        name: str,
        type: object,  # noqa: A002  # the documents' order
        value: object = NO_VALUE,
    ) -> None:
        self.type = PythonTypes.of(type)
        self.variable: Variable[Any] = Variable(name, self.type.annotation, value)

    @property
    def name(self) -> str:
        """The name."""
        return self.variable.name

    @property
    def value(self) -> Any:  # noqa: ANN401  # what the type says
        """The value.

        Raises:
            VariableMissingError: it was declared and never filled.
        """
        return self.variable.value

    @value.setter
    def value(self, value: object) -> None:
        self.variable.value = value

    def get_python_object(self) -> PythonObject:
        """Return the value as an object in the interpreter."""
        return PythonObject(self.value)

    def __repr__(self) -> str:
        value = f", {self.value!r}" if self.variable.has_value else ""
        return f"{type(self).__name__}({self.name!r}, {self.type.name}{value})"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, PythonVariable):
            return NotImplemented
        return (self.type, self.variable) == (other.type, other.variable)

    __hash__: ClassVar[None]  # type: ignore[assignment]  # it is mutable


def flat(name: str, given: Iterable[object]) -> list[PythonVariable]:
    """Return variables that stand alone or in collections.

    Args:
        name: what they are given as, for the message.
        given: the variables and collections.

    Raises:
        VariableTypeError: there is something else among them.
    """
    found: list[PythonVariable] = []
    for item in given:
        if isinstance(item, PythonVariable):
            found.append(item)
            continue
        if not isinstance(item, Iterable) or isinstance(item, str):
            raise _is_none(name, name, item)
        for place, member in enumerate(item):
            if not isinstance(member, PythonVariable):
                raise _is_none(name, f"{name}[{place}]", member)
            found.append(member)
    return found


def _is_none(name: str, path: str, value: object) -> VariableTypeError:
    actual = f"{type(value).__name__} {shown(value)}"
    return VariableTypeError(name, path, "a PythonVariable", actual)


class PythonVariables(list[PythonVariable]):
    """Variables in order, made of single ones or of collections of them.

    Attributes:
        skipped: for the variables of a context: name of what is no value -> the reason.
    """

    __slots__ = ("skipped",)

    def __init__(self, *variables: PythonVariable | Iterable[PythonVariable]) -> None:
        super().__init__(flat("variables", variables))
        self.skipped: dict[str, str] = {}

    def get(self, name: str) -> PythonVariable:
        """Return the variable of that name.

        Raises:
            VariableMissingError: there is none.
        """
        for variable in self:
            if variable.name == name:
                return variable
        raise VariableMissingError.among(name, [variable.name for variable in self])

    def add(
        self,
        name: str,
        type: object,  # noqa: A002  # the documents' order
        value: object = NO_VALUE,
    ) -> None:
        """Append a variable."""
        self.append(PythonVariable(name, type, value))
