"""A live object that stays in the interpreter, used from the host as if it were here."""

from collections.abc import Callable, Generator, Iterator
from contextlib import suppress
from typing import Any, Protocol

from pythonarium.errors import PythonariumError

__all__ = ["Handle", "HeldObject", "Objects", "number_of", "road_of"]


class Objects(Protocol):
    """What a handle needs of its interpreter."""

    def operate(
        self, operation: str, args: tuple[object, ...], keywords: dict[str, object]
    ) -> Any:
        """Apply an operation of the kernel to objects and values."""

    def advance(self, iterator: "Handle") -> tuple[bool, Any]:
        """Take the next item of an iterator; return whether it is at its end, and it."""

    def await_steps(self, handle: "Handle") -> Generator[object, object, object]:
        """Drive an awaitable, step by step, inside the interpreter."""

    def release(self, number: int) -> None:
        """Forget a handle.  Any thread, any time."""


class HeldObject:
    """An entry of a leak report: a handle that is still held.

    Attributes:
        type_name: the class of the object.
        file: where the handle was made.
        line: likewise.
    """

    __slots__ = ("file", "line", "type_name")

    type_name: str
    file: str
    line: int

    def __init__(self, type_name: str, file: str, line: int) -> None:
        self.type_name, self.file, self.line = type_name, file, line

    def __repr__(self) -> str:
        return f"{self.type_name} made at {self.file}:{self.line}"


class Handle:
    """Refers to an object in an interpreter.

    Made by `Interpreter.handle`, `import_module`, `eval` and by operations on other
    handles.  Released when its frame closes; outside of a frame when nobody refers to the
    handle any more, at the latest when the interpreter closes.  Afterwards every use is a
    ClosedError.  Usable by whoever may use the interpreter: its home thread, or a thread
    with the lock.

    Attributes, items, calls, iteration, comparison, arithmetic, `with` and `await` do what
    they do on the object itself.  A result without parts (a number, text, a date)
    comes as a value, any other as a Handle; `Interpreter.get(handle)` gives the value.
    """

    __slots__ = ("__number", "__road", "__weakref__")

    def __init__(self, road: Objects, number: int) -> None:
        object.__setattr__(self, "_Handle__road", road)
        object.__setattr__(self, "_Handle__number", number)

    def __del__(self) -> None:
        with suppress(AttributeError):  # it was never finished
            self.__road.release(self.__number)

    def __do(self, operation: str, /, *args: object, **keywords: object) -> Any:
        return self.__road.operate(operation, (self, *args), keywords)

    def __getattr__(self, name: str) -> Any:
        return self.__do("getattr", name)

    def __setattr__(self, name: str, value: object) -> None:
        self.__do("setattr", name, value)

    def __delattr__(self, name: str) -> None:
        self.__do("delattr", name)

    def __dir__(self) -> list[str]:
        return list(self.__do("dir"))

    def __call__(self, /, *args: object, **keywords: object) -> Any:  # noqa: D102
        return self.__do("call", *args, **keywords)

    def __getitem__(self, key: object) -> Any:
        return self.__do("getitem", key)

    def __setitem__(self, key: object, value: object) -> None:
        self.__do("setitem", key, value)

    def __delitem__(self, key: object) -> None:
        self.__do("delitem", key)

    def __iter__(self) -> Iterator[Any]:
        iterator: Handle = self.__do("iter")
        return iterator

    def __next__(self) -> Any:
        done, item = self.__road.advance(self)
        if done:
            raise StopIteration
        return item

    def __len__(self) -> int:
        length: int = self.__do("len")
        return length

    def __contains__(self, item: object) -> bool:
        return bool(self.__do("contains", item))

    def __bool__(self) -> bool:
        return bool(self.__do("bool"))

    def __hash__(self) -> int:
        number: int = self.__do("hash")
        return number

    def __str__(self) -> str:
        text: str = self.__do("str")
        return text

    def __format__(self, specification: str) -> str:
        text: str = self.__do("format", specification)
        return text

    def __repr__(self) -> str:
        try:
            return f"<Handle {self.__do('repr')}>"
        except PythonariumError as error:
            return f"<Handle: {error}>"

    def __reduce__(self) -> str:
        raise TypeError("a Handle cannot be pickled; pass Interpreter.get(handle)")

    def __enter__(self) -> Any:
        return self.__do("enter")

    def __exit__(self, *exception: object) -> bool:
        return bool(self.__do("exit", *exception))

    def __await__(self) -> Generator[object, object, object]:
        steps: Generator[object, object, object] = self.__road.await_steps(self)
        return steps


def _converting(operation: str) -> Callable[[Handle], Any]:
    def method(self: Handle) -> Any:
        return road_of(self).operate(operation, (self,), {})

    return method


def _binary(operation: str) -> Callable[..., Any]:
    def method(self: Handle, *others: object) -> Any:
        return road_of(self).operate(operation, (self, *others), {})

    return method


def _reflected(operation: str) -> Callable[[Handle, object], Any]:
    def method(self: Handle, other: object) -> Any:
        return road_of(self).operate(operation, (other, self), {})

    return method


_CONVERSIONS = (
    "int float complex bytes index abs neg pos invert reversed trunc floor ceil"
)
_COMPARISONS = "eq ne lt le gt ge"
_ARITHMETIC = "add sub mul truediv floordiv mod pow matmul lshift rshift xor"


def _define_operators() -> None:
    """Define what Python looks up on the class: operators and conversions."""
    for name in _CONVERSIONS.split():
        setattr(Handle, f"__{name}__", _converting(name))
    for name in _COMPARISONS.split():
        setattr(Handle, f"__{name}__", _binary(name))
    for name in _ARITHMETIC.split():
        setattr(Handle, f"__{name}__", _binary(name))
        setattr(Handle, f"__r{name}__", _reflected(name))
        setattr(Handle, f"__i{name}__", _binary(f"i{name}"))
    for name in ("and", "or"):  # keywords, so the operator module adds a line
        setattr(Handle, f"__{name}__", _binary(f"{name}_"))
        setattr(Handle, f"__r{name}__", _reflected(f"{name}_"))
        setattr(Handle, f"__i{name}__", _binary(f"i{name}"))
    for name in ("divmod", "round"):
        setattr(Handle, f"__{name}__", _binary(name))
    Handle.__rdivmod__ = _reflected("divmod")  # type: ignore[attr-defined]


_define_operators()


def number_of(handle: Handle) -> int:
    """Return the number under which the kernel holds the object."""
    number: int = object.__getattribute__(handle, "_Handle__number")
    return number


def road_of(handle: Handle) -> Objects:
    """Return the interpreter's side that a handle was made by."""
    road: Objects = object.__getattribute__(handle, "_Handle__road")
    return road
