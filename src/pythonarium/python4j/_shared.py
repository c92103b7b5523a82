"""The one interpreter behind the documents' names, and what belongs to the process.

Invariants
- There is one at most.  The first use opens it, or `init`; `close` closes it, at the
  latest when the process ends.  A use after `close` opens another one, with nothing
  of the first.
- `_interpreter` changes only under `_lock`, and is complete when it is seen.  No script
  runs under `_lock`, and nobody waits for an interpreter's lock there.
- An interpreter that cannot be opened leaves nothing behind; the next use tries again.
- Watches and pauses belong to a thread and to an interpreter: `frames` of each.
- After a fork the child has the interpreter as it was, and a `_lock` of its own.
"""

import atexit
import importlib
import os
import threading
from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from pythonarium import settings
from pythonarium.errors import ScriptSyntaxError, SettingsError, ThreadSafetyError
from pythonarium.handles import Handle
from pythonarium.interpreter import Interpreter
from pythonarium.objects import caller
from pythonarium.python4j.errors import PythonException, UncompiledError
from pythonarium.results import Result

if TYPE_CHECKING:
    from pythonarium.python4j.frames import PythonGC

__all__ = ["SharedInterpreter", "close", "init", "interpreter", "opened"]

NO_KEYWORDS: Final[Mapping[str, object]] = {}

_lock = threading.RLock()
_interpreter: "SharedInterpreter | None" = None


def _reset_after_fork() -> None:
    global _lock  # noqa: PLW0603  # its one place
    _lock = threading.RLock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_reset_after_fork)


class SharedInterpreter(Interpreter):
    """The interpreter of the process; this module opens and closes it."""

    def __init__(self) -> None:
        super().__init__()
        self._frames = threading.local()

    @property
    def frames(self) -> "list[PythonGC]":
        """The open watches and pauses of this thread, outermost first."""
        stack: list[PythonGC] = self._frames.__dict__.setdefault("stack", [])
        return stack

    def hold(self, value: object) -> Handle:
        """Return a handle to any object of the host."""
        answer = self._call("hold", value, caller())
        handle: Handle = self._objects.outward(answer)  # type: ignore[assignment]
        return handle

    def operate(
        self,
        operation: str,
        *args: object,
        keywords: Mapping[str, object] = NO_KEYWORDS,
    ) -> object:
        """Apply an operation of the kernel to objects and values."""
        answer: object = self._objects.operate(operation, args, keywords)
        return answer

    def check_thread(self) -> None:
        """Do nothing, if this thread may call.

        Raises:
            ThreadSafetyError: it needs the lock.
        """
        self._lock.check()

    def exec(self, *args: Any, **options: Any) -> Result:  # noqa: ANN401  # passed on
        """Run a script; see `Interpreter.exec`, which does not use `_call`."""
        try:
            return super().exec(*args, **options)
        except ScriptSyntaxError as error:
            documented = UncompiledError(error.report)
        raise documented

    def _call(self, operation: str, *args: Any) -> Any:  # noqa: ANN401  # as its base
        try:
            return super()._call(operation, *args)
        except ScriptSyntaxError as error:
            documented = UncompiledError(error.report)
        raise documented


def interpreter() -> SharedInterpreter:
    """Return the interpreter, opened if it must be.

    Raises:
        SettingsError: settings say that `init` must be called first.
    """
    found = _interpreter  # read once: another thread may close it
    if found is not None:
        return found
    if settings.read("initialize") == "false":
        name = settings.SETTINGS["initialize"].property_name
        raise SettingsError(
            f"{name} is false, so the interpreter does not open by itself; call"
            " PythonExecutioner.init() first"
        )
    return init()


def opened() -> SharedInterpreter | None:
    """Return the interpreter if it is open."""
    return _interpreter


def init() -> SharedInterpreter:
    """Open the interpreter, unless it is open, and return it."""
    global _interpreter  # noqa: PLW0603  # its one place
    with _lock:
        if _interpreter is None:
            fresh = SharedInterpreter()
            try:
                _import_numpy()
            except BaseException:
                fresh.close()
                raise
            atexit.register(_close_at_exit)
            _interpreter = fresh
        return _interpreter


def close() -> None:
    """Close the interpreter, if it is open.

    Raises:
        ThreadSafetyError: a script or another thread is inside; nothing is changed.
    """
    global _interpreter  # noqa: PLW0603  # its one place
    with _lock:
        if _interpreter is not None:
            _interpreter.close()
            _interpreter = None
            atexit.unregister(_close_at_exit)


def _close_at_exit() -> None:
    with suppress(ThreadSafetyError):  # a daemon thread is inside, and ends with us
        close()


def _import_numpy() -> None:
    if settings.read("numpy_import") == "false":
        return
    try:
        importlib.import_module("numpy")
    except Exception as error:
        if isinstance(error, ModuleNotFoundError) and error.name == "numpy":
            return
        name = settings.SETTINGS["numpy_import"].property_name
        raise PythonException(
            f"Numpy import failed! {type(error).__name__}: {error}; mend the"
            f" installation, or set {name} to false"
        ) from error
