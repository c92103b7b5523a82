"""The shared rung: the script runs in the host's own interpreter, by a direct call.

The cheapest rung, and the closest: `sys.path`, `sys.modules`, the working folder and the
environment are the host's.  Contexts, output, errors and handles are the
interpreter's own.

Process-wide state, all of it guarded by `_lock`: how many of these interpreters are
open, and the path settings that the first of them put in force and the last takes back.
"""

import os
import sys
from collections import deque
from collections.abc import Callable
from threading import RLock
from typing import Any

from pythonarium import settings
from pythonarium.errors import ClosedError, ThreadSafetyError
from pythonarium.rungs._answers import REFUSALS, error_for
from pythonarium.rungs._base import Facts
from pythonarium_kernel import report, watchdog
from pythonarium_kernel.session import Session

__all__ = ["SharedRung"]

_lock = RLock()
_open = 0
_abandoned: deque[Session] = deque()
_undo_path: Callable[[], None] | None = None


class SharedRung:
    """A session in the host's own interpreter."""

    def __init__(
        self,
        *,
        on_stdout: Callable[[str], object] | None,
        on_stderr: Callable[[str], object] | None,
        output_limit: int | None,
        path: settings.PathSetting | None,
    ) -> None:
        _close_abandoned()
        _count_up(path)
        report.hide_frames_below(os.path.dirname(os.path.dirname(__file__)) + os.sep)
        self._session = Session(on_stdout, on_stderr, output_limit)
        self._closed = False
        self.facts: Facts = Facts(
            rung="shared",
            python_version=sys.version.split()[0],
            executable=sys.executable,
            environment=sys.prefix,
            pid=os.getpid(),
        )

    def call(self, operation: str, *args: Any) -> Any:
        """Call a method of the session; see `_base.Rung`."""
        if self._closed:
            raise ClosedError("this interpreter is closed; open another one")
        session = self._session
        if session.handles.discarded:
            session.handles.sweep()
        try:
            return getattr(session, operation)(*args)
        except REFUSALS as refusal:
            error = error_for(refusal, operation)
        context = error.__context__
        try:
            raise error
        finally:
            if context is not None:  # `raise` puts the host's in its place
                error.__context__ = context

    def interrupt(self) -> bool:
        """End the running script; return False if none runs."""
        return self._session.interrupt()

    def discard(self, number: int) -> None:
        """Release a handle at the next occasion."""
        self._session.handles.discard(number)

    def abandon(self) -> None:
        """Leave it to the next interpreter that opens or closes to close this one.

        For `__del__`, which may run in any thread at any line: it must not wait.
        """
        self._closed = True
        _abandoned.append(self._session)

    def close(self) -> None:
        """Close the session.

        Raises:
            ThreadSafetyError: one of its scripts asks for it.
        """
        if not self._closed:
            if self._session.running:
                raise ThreadSafetyError(
                    "a script cannot close the interpreter that runs it"
                )
            self._closed = True
            self._session.close()
            _count_down()
            _close_abandoned()


def _reset_after_fork() -> None:
    global _lock
    _lock = RLock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_reset_after_fork)


def _close_abandoned() -> None:
    while _abandoned:
        _abandoned.popleft().close()
        _count_down()


def _count_up(path: settings.PathSetting | None) -> None:
    global _open, _undo_path
    with _lock:
        if _open:
            settings.check_in_force(path)
        _open += 1  # first: a finalizer may close another one meanwhile
        if _open == 1:
            try:
                _undo_path = settings.put_in_force(path).apply()
            except BaseException:
                _open -= 1
                raise


def _count_down() -> None:
    global _open, _undo_path
    with _lock:
        _open -= 1
        if _open == 0:
            if _undo_path is not None:
                _undo_path()
                _undo_path = None
            settings.release()
            watchdog.shut_down()
