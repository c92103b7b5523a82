"""What scripts share with the host's process, and the host gets back.

Streams, recursion limit and `sys.argv` exist once in a process.  While any run is on they
may be as the scripts made them; when the last one ends they are the host's again.

Invariants
- `enter` and `leave` are paired and counted under `_lock`.  The first `enter` keeps what
  the host had, the last `leave` gives it back, whatever scripts left there.
- A run inside a run (script, host callable, script) that finds a stream which the host
  callable has put up prints to that stream, and leaves it in place.
- What a stream that a script has put up still buffers is flushed at the end of the run.
- Files that run at the same time in several threads see the argv of the one that
  started last; when all are done the host's is back.
"""

import os
import sys
from _thread import allocate_lock
from contextlib import suppress

from pythonarium_kernel.output import host
from pythonarium_kernel.output import router_err as _err
from pythonarium_kernel.output import router_out as _out
from pythonarium_kernel.route import current

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from pythonarium_kernel.runner import Run

_lock = allocate_lock()
_active = 0
_recursion_limit = 0
_argvs: "list[list[str]]" = []


def enter(run: "Run") -> None:
    """Prepare the process for a run; `leave` must follow in the same thread."""
    global _active, _recursion_limit
    with _lock:
        _active += 1
        if _active == 1:
            _recursion_limit = sys.getrecursionlimit()
            out, err = sys.stdout, sys.stderr
            if out is not _out:  # else a redirect_stdout of the host has put it back
                host.stdout = out
            if err is not _err:
                host.stderr = err
            host.is_away = True
            sys.stdout, sys.stderr = _out, _err
            return
    if sys.stdout is not _out or sys.stderr is not _err:
        if run.outer is not None:
            _adopt_streams(run)
        sys.stdout, sys.stderr = _out, _err


def leave(run: "Run") -> None:
    """Undo `enter`, and flush what the run has printed."""
    global _active
    try:
        if run.printed:
            _flush(_out)
            _flush(_err)
        if sys.stdout is not _out or sys.stderr is not _err:
            _flush(sys.stdout)
            _flush(sys.stderr)
            sys.stdout, sys.stderr = _out, _err
    except AttributeError:  # a script has deleted one
        sys.stdout, sys.stderr = _out, _err
    finally:
        with _lock:
            _active -= 1
            if _active == 0:
                host.is_away = False
                sys.stdout, sys.stderr = host.stdout, host.stderr
                if sys.getrecursionlimit() != _recursion_limit:
                    sys.setrecursionlimit(_recursion_limit)
            elif run.outer_streams is not None:
                sys.stdout, sys.stderr = run.outer_streams


def make_room() -> None:
    """Let the host's own code recurse, if a script has set a limit that is too low."""
    if sys.getrecursionlimit() < _recursion_limit:
        sys.setrecursionlimit(_recursion_limit)


def push_argv(argv: "list[str]") -> None:
    """Make a script's arguments `sys.argv`, until `pop_argv`."""
    with _lock:
        if not _argvs:
            _argvs.append(sys.argv)
        _argvs.append(argv)
        sys.argv = argv


def pop_argv(argv: "list[str]") -> None:
    """Take a script's arguments back."""
    with _lock:
        _argvs[:] = [other for other in _argvs if other is not argv]
        sys.argv = _argvs[-1]
        if len(_argvs) == 1:
            _argvs.clear()


def _adopt_streams(run: "Run") -> None:
    out, err = getattr(sys, "stdout", None), getattr(sys, "stderr", None)
    run.outer_streams = (out, err)
    if out is not _out and run.stdout is None:
        run.stdout = out
    if err is not _err and run.stderr is None:
        run.stderr = err


def _flush(stream: "Any") -> None:
    with suppress(Exception):  # a script's own stream may do anything, or be None
        stream.flush()


def _reset_after_fork() -> None:
    """Forget, in a forked child, the runs of threads that do not exist there."""
    global _lock, _active
    _lock = allocate_lock()
    inside = current.get() is not None
    if _active and not inside:
        host.is_away = False
        sys.stdout, sys.stderr = host.stdout, host.stderr
    _active = 1 if inside else 0


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_reset_after_fork)
