"""Where and when an `Interrupt` is raised in a run that must end.

Invariants
- It is raised first where CPython would raise for a Ctrl-C: as a function starts or goes
  on, after a call, at a jump back.  So `finally` and `with` never miss their own end.
- The script then has GRACE seconds to clean up; from then on any place will do.
- Nothing is raised outside a script: not in Pythonarium's own files, not where Python
  would swallow it (callbacks of weak references), not where asyncio's loop would lose the
  task that it is about to run, and not in a run that has finished.  Nor is it raised in
  what enters and exits a `with`, for PATIENCE seconds.
- `sending` does not choose so well: what it sends may arrive in Pythonarium's own lines,
  which expect it, and on 3.12 and newer, without a free tool id, after any call of a script.
- A thread handles after a run the exception that it handled before, whatever a handler of
  the script had caught when it was ended.

Who says that a run must end: `watchdog`.  What raises then: `monitoring` on 3.12 and newer,
else `sending`.
"""

import os
import sys
import threading
from time import monotonic

from pythonarium_kernel.report import is_own_file

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType
    from typing import Optional

    from pythonarium_kernel.runner import Run

GRACE = 0.2
PATIENCE = 0.5
"""Seconds that a thread may be where nothing is heard; then it is raised there."""

stopping: "dict[int, list[Run]]" = {}
"""The runs that must end, by thread.  The watchdog fills it, under its lock."""
by_signal = False
"""Whether this is a process whose main thread runs all scripts."""


class Interrupt(KeyboardInterrupt):
    """Raised inside a script that must end."""


def use_signals() -> None:
    """End runs by SIGINT, in a process whose main thread runs all scripts.

    The handler of the signal calls `strike_at`.  So a run ends in a call that waits, too.
    """
    global by_signal
    by_signal = True


_ENTRIES = frozenset(
    [
        "_apply",
        "_call",
        "_enter",
        "_flush",
        "_guarded",
        "_leave",
        "_text",
        "apply",
        "imported",
        "run_script",
        "run_until_exit",
        "start",
        "step",
    ]
)
"""The functions of ours that call code of a script."""
_WEAK_CALLBACKS = frozenset(["_remove", "cb", "remove"])
_WEAK_FILES = ("_bootstrap>", "_weakrefset.py", "weakref.py")
"""What weak containers, and the locks of imports, do when an object of theirs has gone."""
_LOOP_FILES = tuple(
    os.path.join(os.sep, "asyncio", name) for name in ("base_events.py", "events.py")
)
"""Where a loop has taken a task off its list, or puts it back: one that is lost there is
never ended, and `asyncio.run` waits for it.  Each turn of a loop passes by other files."""
_HOLDERS = frozenset(
    [
        "__aenter__",
        "__aexit__",
        "__enter__",
        "__exit__",
        "_acquireLock",
        "_acquire_restore",
        "_releaseLock",
        "_release_save",
        "acquire",
        "release",
    ]
)
"""What takes something, or gives it back: ended half-way it would be held for ever."""
_NEAR = range(16)
"""How deep `call_soon` calls others: in its debug mode asyncio reads the stack there."""


def _is_unheard(frame: "Optional[FrameType]") -> bool:
    """Tell whether what is raised there would not end the script, or not in order."""
    if frame is None:
        return False
    code = frame.f_code
    name, file = code.co_name, code.co_filename
    if file.endswith(_LOOP_FILES):
        return True
    if name in _WEAK_CALLBACKS and file.endswith(_WEAK_FILES):
        return True
    for _ in _NEAR:
        frame = frame.f_back
        if frame is None:
            return False
        code = frame.f_code
        if code.co_name == "call_soon" and code.co_filename.endswith(_LOOP_FILES):
            return True
    return False


def waits(run: "Run", frame: "Optional[FrameType]", now: float) -> bool:
    """Tell whether to raise in the run later, and not in this frame.

    A worker may wait for ever: its host kills it in the end.  Elsewhere a name is spared
    once, as a script may give it to what never ends; what no script can catch, each time.
    """
    if frame is not None and frame.f_code.co_name in _HOLDERS:
        return by_signal or now < run.stopped_at + PATIENCE
    since = max(run.stopped_at, run.not_before)
    return _is_unheard(frame) and (by_signal or now < since + PATIENCE)


def strike_at(frame: "Optional[FrameType]") -> None:
    """Raise as `strike` does, if a signal has come in code of a script.

    Code of the standard library counts as what has called it: the script, or one of us.
    """
    outer = frame
    while outer is not None and not is_own_file(outer.f_code.co_filename):
        outer = outer.f_back
        if outer is not None and is_own_file(outer.f_code.co_filename):
            if outer.f_code.co_name in _ENTRIES:
                strike(frame)
            return


def strike(frame: "Optional[FrameType]", *, first: bool = True) -> None:
    """Raise in a run of this thread that must end, if the frame is a place for it.

    What is raised `first` needs a place where CPython raises; later any will do.
    """
    run = due(first=first)
    if run is not None:
        now = monotonic()
        if waits(run, frame, now):
            return
        run.not_before = now + GRACE if run.not_before == 0.0 else now
        raise Interrupt(f"Pythonarium ends the script: {run.stop_reason}")


def due(*, first: bool) -> "Optional[Run]":
    """Return a run of this thread in which it is time to raise."""
    runs = stopping.get(threading.get_ident())
    if runs is not None:
        now = monotonic()
        for run in runs:
            is_due = first or run.not_before > 0.0
            if is_due and now >= run.not_before and not run.finished:
                return run
    return None


if sys.version_info >= (3, 12):
    from sys import exception as handled
else:

    def handled() -> "Optional[BaseException]":
        """Return what this thread handles; where each handler ends properly, nothing."""
        return None


def put_back(before: "Optional[BaseException]") -> None:
    """Let this thread handle what it did before the run, and nothing else.

    A handler that is ended between two instructions leaves what it had caught behind, and
    with it the frames of the script: the host's own errors would have it as context.
    """
    if handled() is before:
        return
    try:
        import ctypes
    except ImportError:  # 3.12 has none where the GIL is the interpreter's own
        return
    handle = ctypes.pythonapi.PyErr_SetHandledException
    handle.restype = None
    handle(ctypes.py_object(None))
    if handled() is not before:  # nor is it what an outer generator handles
        handle(ctypes.py_object(before))
