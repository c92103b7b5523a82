"""The host's end of handles: turns them into numbers on the way in, and back."""

import sys
from _thread import get_ident
from collections.abc import Callable, Generator, Mapping
from typing import Any, cast

from pythonarium.contexts import Contexts
from pythonarium.errors import ThreadSafetyError, VariableTypeError
from pythonarium.handles import Handle, number_of, road_of
from pythonarium.types import Converter, shown
from pythonarium_kernel.report import is_own_file
from pythonarium_kernel.session import Caller, Opaque, Ref

__all__ = ["HandleRoad", "caller"]


def caller() -> Caller:
    """Return the thread, and the line outside of this package, that calls."""
    frame = sys._getframe(1)  # noqa: SLF001  # there is no cheap public way
    while frame.f_back is not None and is_own_file(frame.f_code.co_filename):
        frame = frame.f_back
    return Caller(get_ident(), (frame.f_code.co_filename, frame.f_lineno))


def _sleep(seconds: float) -> Generator[object, object, object]:
    import asyncio  # noqa: PLC0415  # it takes long, and few need it

    return asyncio.sleep(seconds).__await__()


class HandleRoad:
    """Carries operations on the handles of one interpreter.  Lives as long as it."""

    __slots__ = ("_call", "_contexts", "_discard")

    def __init__(
        self,
        call: Callable[..., Any],
        contexts: Contexts,
        discard: Callable[[int], None],
    ) -> None:
        self._call, self._contexts, self._discard = call, contexts, discard

    def release(self, number: int) -> None:
        """Forget a handle.  Any thread, any time."""
        self._discard(number)

    def operate(
        self, operation: str, args: tuple[object, ...], keywords: Mapping[str, object]
    ) -> Any:
        """Apply an operation of the kernel to objects and values."""
        answer = self._call(
            "operate",
            self._contexts.current,
            operation,
            tuple(map(self.inward, args)),
            {name: self.inward(value) for name, value in keywords.items()},
            caller(),
        )
        return self.outward(answer)

    def advance(self, iterator: Handle) -> tuple[bool, Any]:
        """Take the next item of an iterator; return whether it is at its end, and it."""
        done, item = self._call(
            "advance", self._contexts.current, number_of(iterator), caller()
        )
        return done, self.outward(item)

    def await_steps(self, handle: Handle) -> Generator[object, object, object]:
        """Drive an awaitable, step by step, inside the interpreter."""
        origin, context = caller(), self._contexts.current
        steps = self._call("await_start", context, number_of(handle))
        method, argument = "send", None
        while True:
            state, answer = self._call(
                "await_step", context, steps, method, argument, origin
            )
            if state == "done":
                return self.outward(answer)
            if state == "thrown":
                raise cast("BaseException", argument)
            try:
                if state == "pause":  # the loop is another process's
                    yield from _sleep(answer)
                    method, argument = "send", None
                else:
                    method, argument = "send", (yield answer)
            except BaseException as thrown:  # noqa: BLE001  # goes into the script
                method, argument = "throw", thrown

    def inward(self, value: object) -> object:
        """Return a value as the kernel takes it: a handle becomes a Ref.

        Raises:
            ThreadSafetyError: the handle belongs to another interpreter.
        """
        if type(value) is not Handle:
            return value
        if road_of(value) is not self:
            raise ThreadSafetyError(
                "a handle can only be used with the interpreter that made it; pass"
                " interpreter.get(handle), its value"
            )
        return Ref(number_of(value))

    def outward(self, answer: object) -> object:
        """Return an answer as the host takes it: a Ref becomes a handle."""
        return Handle(self, answer.number) if isinstance(answer, Ref) else answer

    def typed(self, convert: Converter, answer: object, name: str) -> Any:
        """Return an answer as a type has it.

        Raises:
            VariableTypeError: it does not fit; what stands there, says the other side.
        """
        if type(answer) is not Opaque:
            return convert(answer, name)
        try:
            return convert(self.outward(answer), name)
        except VariableTypeError as error:
            path, actual = name + answer.path, answer.reason
            if not answer.path:
                actual = f"{answer.type_name}, {answer.reason}"
            raise VariableTypeError(name, path, error.expected, actual) from None

    def number(self, handle: Handle) -> int:
        """Return the number of one of this interpreter's handles."""
        if type(handle) is not Handle:
            actual = f"{type(handle).__name__} {shown(handle)}"
            raise VariableTypeError("handle", "handle", "a Handle", actual)
        ref = self.inward(handle)
        assert isinstance(ref, Ref)
        return ref.number
