"""Objects in the interpreter, under the documents' name."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar, TypeAlias, TypeVar, Union

from pythonarium.errors import ClosedError
from pythonarium.handles import Handle
from pythonarium.python4j._shared import interpreter
from pythonarium.types import converter

__all__ = ["PythonObject", "inward"]

T = TypeVar("T")
Binary: TypeAlias = Callable[["PythonObject", object], "PythonObject"]
Args: TypeAlias = Union["PythonObject", Sequence[object]]
Keywords: TypeAlias = Union["PythonObject", Mapping[str, object]]


def _binary(operation: str) -> "Binary":
    def method(self: "PythonObject", other: object) -> "PythonObject":
        return _applied(operation, self, other)

    method.__doc__ = f"Return what `operator.{operation}` returns."
    return method


def _value_as(cls: type[T]) -> Callable[["PythonObject"], T]:
    def method(self: "PythonObject") -> T:
        value: T = interpreter().get(self.handle, cls)
        return value

    method.__doc__ = f"Return the value, which must fit `{cls.__name__}`."
    return method


class PythonObject:
    """Refers to an object in the interpreter.

    Made by Python and PythonExecutioner, by the methods of another one, or from a value.
    Released when its PythonGC frame closes; outside of a frame when nobody refers to it
    any more.  Afterwards every use is a ClosedError.  Usable by whoever may use the
    interpreter.

    Attributes, items, calls and arithmetic give a PythonObject, the `to_` methods the
    value itself.  Comparison, hash, truth and text are those of the object.
    """

    __slots__ = ("_handle",)

    def __init__(self, value: object) -> None:
        found = inward(value)
        held = found if type(found) is Handle else interpreter().hold(found)
        self._handle: Handle | None = held

    @property
    def handle(self) -> Handle:
        """The same as a `pythonarium.Handle`, which can do more.

        Raises:
            ClosedError: `del_` let go of it.
        """
        if self._handle is None:
            raise ClosedError("this PythonObject was released by its del_()")
        return self._handle

    def del_(self) -> None:
        """Let go of the object now, whatever frame it is in."""
        self._handle = None

    def is_none(self) -> bool:
        """Tell whether the object is None."""
        return interpreter().get(self.handle, object) is None

    def attr(self, name: str) -> "PythonObject":
        """Return an attribute."""
        return _applied("getattr", self, name)

    def get(self, key: object) -> "PythonObject":
        """Return an item."""
        return _applied("getitem", self, key)

    def set(self, key: object, value: object) -> None:
        """Set an item."""
        _applied("setitem", self, key, value)

    def call(self, *args: object, **keywords: object) -> "PythonObject":
        """Call the object."""
        return _applied("call", self, *args, **keywords)

    def call_with_args(self, args: Args) -> "PythonObject":
        """Call the object with the items of a list or tuple."""
        return self.call(*_value(args, list | tuple, "args"))

    def call_with_kwargs(self, kwargs: Keywords) -> "PythonObject":
        """Call the object with the items of a dict as keyword arguments."""
        return self.call(**_value(kwargs, dict[str, object], "kwargs"))

    def call_with_args_and_kwargs(self, args: Args, kwargs: Keywords) -> "PythonObject":
        """Call the object with both."""
        named = _value(kwargs, dict[str, object], "kwargs")
        return self.call(*_value(args, list | tuple, "args"), **named)

    to_int: ClassVar[Callable[["PythonObject"], int]] = _value_as(int)
    to_long: ClassVar[Callable[["PythonObject"], int]] = _value_as(int)
    to_float: ClassVar[Callable[["PythonObject"], float]] = _value_as(float)
    to_double: ClassVar[Callable[["PythonObject"], float]] = _value_as(float)
    to_boolean: ClassVar[Callable[["PythonObject"], bool]] = _value_as(bool)
    to_list: ClassVar[Callable[["PythonObject"], list[Any]]] = _value_as(list[Any])
    to_map: ClassVar[Callable[["PythonObject"], dict[Any, Any]]] = _value_as(
        dict[Any, Any]
    )

    def abs(self) -> "PythonObject":
        """Return the absolute value."""
        return _applied("abs", self)

    add: ClassVar[Binary] = _binary("add")
    sub: ClassVar[Binary] = _binary("sub")
    mul: ClassVar[Binary] = _binary("mul")
    true_div: ClassVar[Binary] = _binary("truediv")
    floor_div: ClassVar[Binary] = _binary("floordiv")
    mat_mul: ClassVar[Binary] = _binary("matmul")
    mod: ClassVar[Binary] = _binary("mod")

    # These change an object that can be changed, and return the result in any case.
    addi: ClassVar[Binary] = _binary("iadd")
    subi: ClassVar[Binary] = _binary("isub")
    muli: ClassVar[Binary] = _binary("imul")
    true_divi: ClassVar[Binary] = _binary("itruediv")
    floor_divi: ClassVar[Binary] = _binary("ifloordiv")
    mat_muli: ClassVar[Binary] = _binary("imatmul")

    def __str__(self) -> str:
        return str(self.handle)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._handle!r})"

    def __bool__(self) -> bool:
        return bool(self.handle)

    def __eq__(self, other: object) -> bool:
        return bool(self.handle == inward(other))

    def __hash__(self) -> int:
        return hash(self.handle)


def inward(value: object) -> object:
    """Return a value as the interpreter takes it: a PythonObject becomes its handle."""
    return value.handle if isinstance(value, PythonObject) else value


def _applied(operation: str, /, *args: object, **keywords: object) -> PythonObject:
    answer = interpreter().operate(
        operation,
        *map(inward, args),
        keywords={name: inward(value) for name, value in keywords.items()},
    )
    return PythonObject(answer)


def _value(given: object, annotation: object, name: str) -> Any:  # noqa: ANN401
    if isinstance(given, PythonObject):
        given = interpreter().get(given.handle, object)
    return converter(annotation)(given, name)
