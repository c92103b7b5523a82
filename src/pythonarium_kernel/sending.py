"""Sends an Interrupt to the thread of a run: by a signal, or as an asynchronous exception.

Invariants
- A process whose main thread runs all scripts gets SIGINT; its handler raises.
- Elsewhere `PyThreadState_SetAsyncExc` has CPython raise, at the end of a call or at a jump
  back.  On 3.11 the thread is looked at first: an exception that arrives where it would not
  be heard is not sent.  Nothing runs between that look and the sending.
- What was sent and has not arrived is taken back by `absorb`, before the thread goes on.
"""

import gc
import sys
import threading
from itertools import starmap
from time import monotonic

from pythonarium_kernel import interrupts
from pythonarium_kernel.interrupts import GRACE, Interrupt, waits

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType
    from typing import Callable, Optional

    from pythonarium_kernel.runner import Run


_sent: "set[int]" = set()
"""The threads that something may be on its way to."""


def send(run: "Run") -> None:
    """Raise in the thread of a run, or have it done there, if it is in a place for it."""
    if interrupts.by_signal:
        _signal(run.thread)
        return
    raising, arguments = _raising(run.thread)
    _sent.add(run.thread)
    now = monotonic()
    if run.thread == threading.get_ident():
        if waits(run, sys._getframe(), now):  # noqa: SLF001  # for CPython
            return  # the watchdog sends it
    elif sys.version_info < (3, 12):  # later a look crashes beside GILs of their own
        frame = look_at(run.thread)
        if frame is None or waits(run, frame, now):
            return  # the watchdog looks again
        step = frame.f_lasti
        enabled: list[bool] = []
        look, enable = _looking(run.thread, enabled), starmap(gc.enable, _ONCE)
        # CPython lets other threads run at the end of a call, and at a jump back.  From
        # the look to the sending is neither, so it arrives where the look was.
        try:
            ((_, _, found),) = look
        finally:
            if True in enabled:
                (_,) = enable
        if found is not frame or frame.f_lasti != step:
            return
    run.not_before = now + GRACE
    raising(*arguments)


_ONCE = ((),)


def _looking(
    thread: int, enabled: "list[bool]"
) -> "Iterator[tuple[None, None, Optional[FrameType]]]":
    """Return what finds the innermost frame of a thread as it is iterated.

    It switches collection off, as one that begins in there stops CPython 3.11 for good,
    and puts into `enabled` whether it was on.
    """
    frames = starmap(sys._current_frames, _ONCE)  # noqa: SLF001  # for CPython
    return zip(
        map(enabled.append, starmap(gc.isenabled, _ONCE)),
        starmap(gc.disable, _ONCE),
        map(dict.get, frames, (thread,)),
    )


def look_at(thread: int) -> "Optional[FrameType]":
    """Return the innermost frame of another thread."""
    enabled: list[bool] = []
    try:
        ((_, _, frame),) = _looking(thread, enabled)
    finally:
        if True in enabled:
            gc.enable()
    return frame


def absorb() -> None:
    """Take what was sent to this thread and has not arrived.

    To send nothing would take it back, but CPython 3.11 then goes on looking for it for
    ever, and hangs where a trace function is set.  So another one is sent, and caught.
    """
    if threading.get_ident() not in _sent:
        return
    try:
        raising, arguments = _raising(threading.get_ident())
        raising(*arguments)
        while True:
            pass
    except Interrupt:
        _sent.discard(threading.get_ident())


def _signal(thread: int) -> None:
    import signal

    if thread != threading.get_ident():
        signal.pthread_kill(thread, signal.SIGINT)


def _raising(thread: int) -> "tuple[Callable[..., object], tuple[object, object]]":
    """Return what raises an Interrupt in a thread as soon as that runs, and arguments."""
    import ctypes

    raising = ctypes.pythonapi.PyThreadState_SetAsyncExc
    return raising, (ctypes.c_ulong(thread), ctypes.py_object(Interrupt))
