"""Ends runs: past their deadline, or when somebody calls `interrupt`.

Invariants
- A run ends in the thread that runs it, by an `Interrupt` raised inside the script.
  `Interrupt` is a KeyboardInterrupt, so a script's own handling of Ctrl-C works.
- It is raised once, where CPython would raise for a Ctrl-C: as a function starts or goes
  on, after a call, at a jump back.  So `finally` and `with` never miss their own end.
- The script then has GRACE seconds to clean up; from then on it is raised at every step,
  so a script that catches everything ends too (3.12 and newer).
- Nothing is raised outside a script: not in Pythonarium's own files, not where Python
  would swallow it (callbacks of weak references), not where asyncio's loop would lose the
  task that it is about to run, not in what enters and exits a `with`, and not after
  `finish(run)`.
- `finish` sets `finished`, then reads `stop_reason`; `stop` sets `stop_reason`, then reads
  `finished`.  So one of them sees the other: either `stop` arms nothing, or `finish` waits
  for `_lock` and takes away what was armed.
- Until a run must be stopped it costs one dict entry.  On 3.12 and newer
  `sys.monitoring` is switched on only then, under a free tool id, and off afterwards;
  on 3.11 the exception is sent asynchronously, again and again, by the watchdog.
- One daemon thread for the interpreter sleeps until the nearest deadline.  It starts at the
  first deadline and ends at `shut_down` (the last interpreter closes) or when it was idle
  for IDLE seconds.  Where memory is lacking it tries again; if that ends it, the next
  deadline starts another.

What cannot be ended here: a call that does not return to Python, such as `time.sleep`
or one long C loop.  The run ends when the call returns, and the error says how late.
"""

import gc
import os
import sys
import threading
from contextlib import suppress
from itertools import starmap
from time import monotonic

from pythonarium_kernel.report import is_own_file

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import CodeType, FrameType
    from typing import Callable, Optional

    from pythonarium_kernel.runner import Run

GRACE = 0.2
IDLE = 10.0
_REPEAT = 0.02
_PAUSE = 0.001
_PATIENCE = 0.5
"""How long a thread may be where nothing is heard; then it is sent an exception there."""

_lock = threading.RLock()  # a signal handler may interrupt inside of it
_alarm = threading.Lock()  # free: the watchdog shall look at once
_deadlines: "dict[Run, float]" = {}
_stopping: "dict[int, list[Run]]" = {}  # by thread
_thread: "Optional[threading.Thread]" = None
_next_look = 0.0
_idle_since = 0.0
_shut = False
_by_signal = False
_tool: "Optional[int]" = None  # of sys.monitoring


class Interrupt(KeyboardInterrupt):
    """Raised inside a script that must end."""


def use_signals() -> None:
    """End runs by SIGINT, in a process whose main thread runs all scripts.

    The handler of the signal calls `strike`.  So a run ends in a call that waits, too.
    """
    global _by_signal
    _by_signal = True


_ENTRIES = frozenset(
    [
        "_apply",
        "_call",
        "_flush",
        "_guarded",
        "_text",
        "apply",
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
    if (
        file.endswith(_LOOP_FILES)
        or (name in _WEAK_CALLBACKS and file.endswith(_WEAK_FILES))
        or name in _HOLDERS
    ):
        return True
    for _ in _NEAR:
        frame = frame.f_back
        if frame is None:
            return False
        code = frame.f_code
        if code.co_name == "call_soon" and code.co_filename.endswith(_LOOP_FILES):
            return True
    return False


def _waits(run: "Run", frame: "Optional[FrameType]", now: float) -> bool:
    """Tell whether to raise in the run later, and not in this frame.

    A worker may wait for ever: its host kills it in the end.
    """
    since = max(run.stopped_at, run.not_before)
    return _is_unheard(frame) and (_by_signal or now < since + _PATIENCE)


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
    run = _due(first=first)
    if run is not None:
        now = monotonic()
        if _waits(run, frame, now):
            return
        run.not_before = now + GRACE if run.not_before == 0.0 else now
        raise Interrupt(f"Pythonarium ends the script: {run.stop_reason}")


def _due(*, first: bool) -> "Optional[Run]":
    """Return a run of this thread in which it is time to raise."""
    runs = _stopping.get(threading.get_ident())
    if runs is not None:
        now = monotonic()
        for run in runs:
            is_due = first or run.not_before > 0.0
            if is_due and now >= run.not_before and not run.finished:
                return run
    return None


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
        from pythonarium_kernel.route import current

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
        busy = bool(_deadlines or _stopping)
        _shut = True
        _wake()
    if thread is not None and not busy:
        thread.join()


def _stop(run: "Run", reason: str) -> bool:
    if run.stop_reason is None:
        run.not_before, run.stopped_at = 0.0, monotonic()
        run.stop_reason = reason
    if not run.finished:
        runs = _stopping.setdefault(run.thread, [])
        if run not in runs:
            runs.append(run)
            _arm(run)
    return not run.finished


def _forget(run: "Run") -> None:
    runs = _stopping.get(run.thread, [])
    if run in runs:
        runs.remove(run)
    if not runs:
        _stopping.pop(run.thread, None)


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
    if _deadlines or _stopping:
        _idle_since = now
    elif _shut or now - _idle_since > IDLE:
        _thread = None
        return None
    _next_look = min(_deadlines.values(), default=_idle_since + IDLE)
    if _stopping and (_tool is None or _by_signal):
        _next_look = min(_next_look, _send_again(now))
    return min(max(0.0, _next_look - monotonic()), threading.TIMEOUT_MAX)


if sys.version_info >= (3, 12):
    _events = sys.monitoring.events
    _TRY = compile("try:\n f()\nfinally: f()", "", "exec").co_code[2]
    """The instruction that stands for `try:`.  No handler is told what is raised there."""
    _stepping: "dict[CodeType, int]" = {}
    """By code: where a jump goes."""

    def _arm(run: "Run") -> None:
        if _by_signal:
            _send(run)
        if _tool is None and not _switch_on():
            _send(run)
            _wake_before(run.stopped_at)

    def _switch_on() -> bool:
        global _tool
        monitoring = sys.monitoring
        for tool in (4, 3, 5, 0):
            if monitoring.get_tool(tool) is None:
                break
        else:
            return False
        monitoring.use_tool_id(tool, "pythonarium")
        _tool = tool
        for event, callback in _CALLBACKS.items():
            monitoring.register_callback(tool, event, callback)
        events = _events.PY_START | _events.PY_RESUME | _events.CALL
        monitoring.set_events(tool, events | _events.JUMP | _events.LINE)
        return True

    def _disarm() -> None:
        global _tool
        if _tool is None:
            _absorb()
        elif not _stopping:
            monitoring = sys.monitoring
            monitoring.set_events(_tool, 0)
            while _stepping:
                monitoring.set_local_events(_tool, _stepping.popitem()[0], 0)
            for event in _CALLBACKS:
                monitoring.register_callback(_tool, event, None)
            monitoring.free_tool_id(_tool)
            _tool = None

    def _step(code: "CodeType", offset: int) -> None:
        _stepping[code] = offset
        sys.monitoring.set_local_events(_tool, code, _events.INSTRUCTION)

    def _at_instruction(code: "CodeType", here: int) -> None:
        if not _stopping.get(threading.get_ident()):
            return  # another thread in the same code
        frame = sys._getframe(1)  # noqa: SLF001  # for CPython
        start = _stepping.get(code, here + 1)
        # A handler that it went to instead is no place.
        is_place = here >= start and all(
            one == _TRY for one in code.co_code[start:here:2]
        )
        if is_place and code.co_code[here] == _TRY and not _due(first=False):
            return
        _stepping.pop(code, None)
        sys.monitoring.set_local_events(_tool, code, 0)
        if is_place:
            strike(frame)

    def _at_place(code: "CodeType", *_where: object) -> None:
        if not is_own_file(code.co_filename):
            strike(sys._getframe(1))  # noqa: SLF001

    def _at_line(code: "CodeType", _where: int) -> None:
        if not is_own_file(code.co_filename):
            # Where nothing is handled, nothing is passed over.
            first = not code.co_exceptiontable
            strike(sys._getframe(1), first=first)  # noqa: SLF001

    def _at_jump(code: "CodeType", here: int, there: int) -> None:
        """Strike at the next instruction.

        CPython 3.12 and 3.13 tell no handler of a frame what is raised at a jump in it,
        and leave what a handler has caught as the exception of the thread.
        """
        if is_own_file(code.co_filename):
            return
        if _due(first=there <= here):
            _step(code, there)

    _CALLBACKS = {
        _events.PY_START: _at_place,
        _events.PY_RESUME: _at_place,
        _events.C_RETURN: _at_place,
        _events.JUMP: _at_jump,
        _events.INSTRUCTION: _at_instruction,
        _events.LINE: _at_line,
    }

else:

    def _arm(run: "Run") -> None:
        if not _by_signal:
            _wake_before(run.stopped_at)
        _send(run)  # last: where the run is this thread's, it arrives at once

    def _disarm() -> None:
        _absorb()


def _send(run: "Run") -> None:
    if _by_signal:
        _signal(run.thread)
        return
    send, arguments = _sender(run.thread)
    now = monotonic()
    if run.thread == threading.get_ident():
        if _waits(run, sys._getframe(), now):  # noqa: SLF001  # for CPython
            return  # the watchdog sends it
    elif sys.version_info < (3, 12):  # later a look crashes beside GILs of their own
        frame = _look_at(run.thread)
        if frame is None or _waits(run, frame, now):
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
    send(*arguments)


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


def _look_at(thread: int) -> "Optional[FrameType]":
    """Return the innermost frame of another thread."""
    enabled: list[bool] = []
    try:
        ((_, _, frame),) = _looking(thread, enabled)
    finally:
        if True in enabled:
            gc.enable()
    return frame


def _absorb() -> None:
    """Take what was sent to this thread and has not arrived.

    To send nothing would take it back, but CPython 3.11 then goes on looking for it for
    ever, and hangs where a trace function is set.  So another one is sent, and caught.
    """
    if _by_signal:
        return
    try:
        send, arguments = _sender(threading.get_ident())
        send(*arguments)
        while True:
            pass
    except Interrupt:
        return


def _signal(thread: int) -> None:
    import signal

    if thread != threading.get_ident():
        signal.pthread_kill(thread, signal.SIGINT)


def _sender(thread: int) -> "tuple[Callable[..., object], tuple[object, object]]":
    """Return what raises an Interrupt in a thread as soon as that runs, and arguments."""
    import ctypes

    send = ctypes.pythonapi.PyThreadState_SetAsyncExc
    return send, (ctypes.c_ulong(thread), ctypes.py_object(Interrupt))


def _send_again(now: float) -> float:
    """Send to the runs that go on; return when to do so again."""
    again = now + _REPEAT
    for runs in _stopping.values():
        for run in runs:
            if now >= run.not_before:
                _send(run)
            if run.not_before == 0.0:
                again = now + _PAUSE
    return again


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


def _reset_after_fork() -> None:
    global _lock, _alarm, _thread
    _lock, _alarm = threading.RLock(), threading.Lock()
    _thread = None
    _deadlines.clear()
    _stopping.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_reset_after_fork)
