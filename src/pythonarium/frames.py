"""Frames own handles: `watch` opens one, `pause` one that owns nothing."""

from _thread import get_ident
from collections.abc import Callable
from typing import Self

from pythonarium.errors import ClosedError, ThreadSafetyError
from pythonarium.scopes import Scope

__all__ = ["HandleScope", "Pause"]


class HandleScope(Scope):
    """A frame: releases, when it closes, each handle that was made in it.

    Opened by `Interpreter.watch()`; closed by `close` or the end of a `with` block, by
    the thread that opened it, in the reverse order of opening.  After that its handles
    are gone, but for those that `Interpreter.keep` moved to the frame outside.
    """

    __slots__ = ("_close", "_thread")

    def __init__(self, close: Callable[[], None]) -> None:
        self._close: Callable[[], None] | None = close
        self._thread = get_ident()

    def close(self) -> None:
        """Release the handles.  A second call does nothing.

        Raises:
            ThreadSafetyError: another thread opened the frame.
            ClosedError: a frame that was opened later is still open.
        """
        if self._close is None:
            return
        if get_ident() != self._thread:
            raise ThreadSafetyError(
                "a frame belongs to its thread: close it in the thread that opened it"
            )
        self._close()
        self._close = None

    @property
    def closed(self) -> bool:
        """Whether it is closed."""
        return self._close is None

    def __enter__(self) -> Self:
        if self._close is None:
            raise ClosedError("this frame is closed; open another one")
        return self


class Pause(HandleScope):
    """A frame that owns nothing: handles made in it outlive it."""

    __slots__ = ()

    def resume(self) -> None:
        """End the pause early; the same as `close`."""
        self.close()
