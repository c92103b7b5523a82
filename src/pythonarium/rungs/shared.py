"""The shared rung: the script runs in the host's own interpreter, by a direct call.

The cheapest rung, and the closest: `sys.path`, `sys.modules`, the working folder and the
environment are the host's.  Contexts, output, errors and handles are the
interpreter's own.

Process-wide state, all of it guarded by `_lock`: how many of these interpreters are
open, and the path settings that the first of them put in force and the last takes back.
"""

import os
import platform
import sys
from collections.abc import Callable
from threading import Lock
from typing import Any

from pythonarium_kernel import report, watchdog
from pythonarium_kernel.session import Session

from pythonarium import settings
from pythonarium.errors import ClosedError, ThreadSafetyError
from pythonarium.rungs._answers import REFUSALS, error_for
from pythonarium.rungs._base import Facts

__all__ = ["SharedRung"]

_lock = Lock()
_open = 0
_undo_path: Callable[[], None] | None = None


class SharedRung:
    """A session in the host's own interpreter."""

    def __init__(
        self,
        *,
        on_stdout: Callable[[str], object] | None,
        on_stderr: Callable[[str], object] | None,
        output_limit: int | None,
        path: settings.PathSetting,
    ) -> None:
        _count_up(path)
        report.hide_frames_below(os.path.dirname(os.path.dirname(__file__)) + os.sep)
        self._session = Session(on_stdout, on_stderr, output_limit)
        self._closed = False
        self.facts = Facts(
            rung="shared",
            python_version=platform.python_version(),
            executable=sys.executable,
            environment=sys.prefix,
            pid=os.getpid(),
        )

    def call(self, operation: str, /, *args: Any, **options: Any) -> Any:
        if self._closed:
            raise ClosedError("this interpreter is closed; open another one")
        try:
            return getattr(self._session, operation)(*args, **options)
        except REFUSALS as refusal:
            error = error_for(refusal)
        raise error

    def interrupt(self) -> bool:
        return self._session.interrupt()

    def discard(self, number: int) -> None:
        self._session.handles.discard(number)

    def close(self) -> None:
        if not self._closed:
            if self._session.running:
                raise ThreadSafetyError(
                    "a script cannot close the interpreter that runs it"
                )
            self._closed = True
            self._session.close()
            _count_down()


def _count_up(path: settings.PathSetting) -> None:
    global _open, _undo_path
    with _lock:
        if _open == 0:
            settings.put_in_force(path)
            _undo_path = path.apply()
        else:
            settings.check_in_force(path)
        _open += 1


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
