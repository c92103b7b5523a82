"""Frames of objects, under the documents' name."""

from pythonarium.frames import HandleScope, Pause
from pythonarium.python4j import _shared
from pythonarium.python4j.errors import PythonException
from pythonarium.python4j.objects import PythonObject
from pythonarium.scopes import Scope

__all__ = ["PythonGC"]


class PythonGC(Scope):
    """A frame: releases, when it closes, each PythonObject that was made in it.

    Opened by `PythonGC.watch()` or `PythonGC.pause()`; closed by `close` or the end of
    a `with` block, by the thread that opened it, in the reverse order of opening.
    After that its objects are gone, but for those that `keep` moved outside.
    """

    __slots__ = ("_scope", "_stack")

    def __init__(self, scope: HandleScope, stack: "list[PythonGC]") -> None:
        self._scope, self._stack = scope, stack
        stack.append(self)

    @staticmethod
    def watch() -> "PythonGC":
        """Open a frame that owns what is made in it."""
        shared = _shared.interpreter()
        return PythonGC(shared.watch(), shared.frames)

    @staticmethod
    def pause() -> "PythonGC":
        """Open a frame that owns nothing: what is made in it outlives it."""
        shared = _shared.interpreter()
        return PythonGC(shared.pause(), shared.frames)

    @staticmethod
    def resume() -> None:
        """End this thread's innermost pause.

        Raises:
            PythonException: the innermost frame is no pause.
        """
        stack = _stack()
        if not stack or not stack[-1].paused:
            raise PythonException("GC not paused! resume() ends a PythonGC.pause()")
        stack[-1].close()

    @staticmethod
    def keep(held: PythonObject) -> None:
        """Move an object from its frame to the next one outside."""
        _ = _shared.interpreter().keep(held.handle)

    @staticmethod
    def is_watching() -> bool:
        """Tell whether an object made now, in this thread, would belong to a frame."""
        stack = _stack()
        return bool(stack) and not stack[-1].paused

    @property
    def paused(self) -> bool:
        """Whether this frame is a pause."""
        return isinstance(self._scope, Pause)

    def close(self) -> None:
        """Release the objects.  A second call does nothing.

        Raises:
            ThreadSafetyError: another thread opened the frame.
            ClosedError: a frame that was opened later is still open.
        """
        self._scope.close()
        if self in self._stack:
            self._stack.remove(self)


def _stack() -> list[PythonGC]:
    shared = _shared.opened()
    return [] if shared is None else shared.frames
