"""Ends runs: past their deadline, or when somebody calls `interrupt`.

Invariants
- A run ends in the thread that runs it, by an `Interrupt` raised inside the script:
  `interrupts` says where and when.  On 3.12 and newer `monitoring` raises it, switched on
  only when a run must end; on 3.11 it is sent by `sending`, again and again.
- `finish` sets `finished`, then reads `stop_reason`; `stop` sets `stop_reason`, then reads
  `finished`.  So one of them sees the other: either `stop` arms nothing, or `finish` waits
  for `_lock` and takes away what was armed.
- Until a run must end it costs one dict entry.
- One daemon thread for the interpreter sleeps until the nearest deadline.  It starts at the
  first deadline and ends at `shut_down` (the last interpreter closes) or when it was idle
  for IDLE seconds.  Where memory is lacking it tries again; if that ends it, the next
  deadline starts another.

What cannot be ended here: a call that does not return to Python, such as `time.sleep`
or one long C loop.  The run ends when the call returns, and the error says how late.
"""

import os
import threading
from contextlib import suppress
from time import monotonic

from pythonarium_kernel import interrupts, monitoring
from pythonarium_kernel.interrupts import Interrupt, stopping
from pythonarium_kernel.route import current
from pythonarium_kernel.sending import absorb, send

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Optional

    from pythonarium_kernel.runner import Run

IDLE = 10.0
_REPEAT = 0.02
_PAUSE = 0.001

_lock = threading.RLock()  # a signal handler may interrupt inside of it
_alarm = threading.Lock()  # free: the watchdog shall look at once
_deadlines: "dict[Run, float]" = {}
_thread: "Optional[threading.Thread]" = None
_next_look = 0.0
_idle_since = 0.0
_shut = False


def watch(run: "Run", timeout: float) -> None:
    """End the run when `timeout` seconds have passed from now."""
    deadline = monotonic() + timeout
    with _lock:
        _deadlines[run] = deadline
        _wake_before(deadline)


def _wake_before(when: float) -> None:
    """Have the watchdog look at the latest then."""
    global _thread, _next_look, _idle_since, _shut
    _shut = False
    if _thread is None or not _thread.is_alive():
        _next_look, _idle_since = when, monotonic()
        thread = threading.Thread(
            target=_watch_deadlines,
            name="pythonarium-watchdog",
            daemon=_may_have_daemons(),
        )
        token = current.set(None)  # the watchdog belongs to no run
        try:
            thread.start()
            _thread = thread
        finally:
            current.reset(token)
    elif when < _next_look:
        _wake()


def _wake() -> None:
    with suppress(RuntimeError):  # it is free already
        _alarm.release()


def _may_have_daemons() -> bool:
    """Tell whether this interpreter has daemon threads; not every subinterpreter has."""
    try:
        threading.Thread(daemon=True)
    except RuntimeError:
        return False
    return True


def stop(run: "Run", reason: str) -> bool:
    """End the run as soon as it can be; return False if it has ended already.

    The reason is `timeout` or `interrupt`; the first one stays.
    """
    with _lock:
        return _stop(run, reason)


def finish(run: "Run") -> None:
    """Declare the run over: nothing is raised in its thread from here on."""
    run.finished = True
    if run.timeout is None and run.stop_reason is None:
        return  # `_stop` looks once more whether it has finished, and arms nothing
    while True:
        try:
            with _lock:
                if run.timeout is not None:
                    _deadlines.pop(run, None)
                if run.stop_reason is not None:
                    _forget(run)
                    _disarm()
        except Interrupt:  # sent before, arriving now
            continue
        return


def shut_down() -> None:
    """End the watchdog's thread."""
    global _shut
    with _lock:
        thread = _thread
        busy = bool(_deadlines or stopping)
        _shut = True
        _wake()
    if thread is not None and not busy:
        thread.join()


def finish_unstarted(active: "list[Run]") -> None:
    """Finish the runs of this thread that are to end and failed before they began."""
    for run in tuple(stopping.get(threading.get_ident(), ())):
        if run not in active:
            finish(run)


def _stop(run: "Run", reason: str) -> bool:
    if run.stop_reason is None:
        run.not_before, run.stopped_at = 0.0, monotonic()
        run.stop_reason = reason
        if run.finished:
            run.stop_reason = None
    if run.finished:
        return False
    runs = stopping.get(run.thread)
    if runs is None:  # no `setdefault`: CPython 3.13 crashes if it finds no memory
        runs = stopping[run.thread] = []
    if run not in runs:
        runs.append(run)
    _arm(run)
    return not run.finished


def _forget(run: "Run") -> None:
    runs = stopping.get(run.thread)
    if runs is None:
        return
    if run in runs:
        runs.remove(run)
    if not runs:
        del stopping[run.thread]


def _watch_deadlines() -> None:
    """What the watchdog does.  It goes on where an allocation of its own fails."""
    pause: Optional[float] = 0.0
    while pause is not None:
        try:
            _alarm.acquire(True, pause)
            pause = _look()
        except Exception:  # noqa: BLE001  # a MemoryError, or what CPython makes of it
            pause = _PAUSE


def _look() -> "Optional[float]":
    """End what is due; return after how many seconds to look again, None for never."""
    # On one line: between two is an event of sys.monitoring, and it may lack memory.
    with _lock: return _end_what_is_due()  # fmt: skip  # noqa: E701


def _end_what_is_due() -> "Optional[float]":
    global _thread, _next_look, _idle_since
    now = monotonic()
    for run, deadline in list(_deadlines.items()):
        if deadline <= now:
            _stop(run, "timeout")
            del _deadlines[run]
    if _deadlines or stopping:
        _idle_since = now
    elif _shut or now - _idle_since > IDLE:
        _thread = None
        return None
    _next_look = min(_deadlines.values(), default=_idle_since + IDLE)
    _next_look = min(_next_look, now + IDLE)
    if stopping and (interrupts.by_signal or not monitoring.switch_on()):
        _next_look = min(_next_look, _send_again(now))
    return max(0.0, _next_look - monotonic())


def _arm(run: "Run") -> None:
    if monitoring.switch_on():
        if interrupts.by_signal:
            send(run)
        return
    if not interrupts.by_signal:
        _wake_before(run.stopped_at)
    if run.not_before == 0.0:
        send(run)  # last: where the run is this thread's, it arrives at once


def _disarm() -> None:
    absorb()
    if not stopping:
        monitoring.switch_off()


def _send_again(now: float) -> float:
    """Send to the runs that go on; return when to do so again."""
    again = now + _REPEAT
    for runs in stopping.values():
        for run in runs:
            if now >= run.not_before:
                send(run)
            if run.not_before == 0.0:
                again = now + _PAUSE
    return again


def _reset_after_fork() -> None:
    global _lock, _alarm, _thread
    _lock, _alarm = threading.RLock(), threading.Lock()
    _thread = None
    _deadlines.clear()
    stopping.clear()
    monitoring.switch_off()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_reset_after_fork)
