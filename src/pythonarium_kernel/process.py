"""What scripts share with the host's process, and the host gets back.

Streams (stdin too), recursion limit and `sys.argv` exist once in a process.  While any run is on they
may be as the scripts made them; when the last one ends they are the host's again.

Invariants
- `enter` and `leave` are paired and counted under `_lock`.  The first `enter` keeps what
  the host had, the last `leave` gives it back, whatever scripts left there.
- A run inside a run (script, host callable, script) that finds a stream which the host
  callable has put up prints to that stream, and leaves it in place.
- While any run is on, `close` of the host's stdin does nothing: `exit()` and `quit()` call
  it before they raise SystemExit.
- What a stream that a script has put up still buffers is flushed at the end of the run,
  within its deadline.
- A signal handler of the host may raise inside of `enter` and `leave`: both can be
  called again, and go on where they were.
- Files that run at the same time in several threads see the argv of the one that
  started last; when all are done the host's is back.
"""

import os
import sys
from _thread import RLock
from io import TextIOWrapper
from sys import getrecursionlimit

from pythonarium_kernel.output import host
from pythonarium_kernel.output import router_err as _err
from pythonarium_kernel.output import router_out as _out
from pythonarium_kernel.route import current

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from pythonarium_kernel.runner import Run

_sys = sys.__dict__  # every run stores to it: to an attribute of a module takes longer
_lock = RLock()  # a signal handler, or a finalizer, may run a script inside of it
_runs: "set[Run]" = set()
_recursion_limit = 0
_argvs: "list[list[str]]" = []


def enter(run: "Run") -> None:
    """Prepare the process for a run; `leave` must follow in the same thread."""
    global _recursion_limit
    with _lock:
        _runs.add(run)
        if len(_runs) == 1:
            _recursion_limit = getrecursionlimit()
            out, err = _sys["stdout"], _sys["stderr"]
            if out is not _out:  # else a redirect_stdout of the host has put it back
                host.stdout = out
            if err is not _err:
                host.stderr = err
            stdin = host.stdin = _sys["stdin"]
            if type(stdin) is TextIOWrapper:
                stdin.close = _stay_open  # type: ignore[method-assign]  # of this one
            host.is_away = True
            _sys["stdout"], _sys["stderr"] = _out, _err
            return
    if is_replaced():
        if run.outer is not None:
            _adopt_streams(run)
        sys.stdout, sys.stderr = _out, _err


def route_for_good(run: "Run") -> None:
    """Prepare an interpreter that has no other use than to run scripts.

    The run is never over, so no other one prepares or restores anything.
    """
    enter(run)


def leave(run: "Run") -> None:
    """Undo `enter`.  A second call goes on where the first ended."""
    with _lock:
        _runs.discard(run)
        if not _runs:
            host.is_away = False
            _sys["stdout"], _sys["stderr"] = host.stdout, host.stderr
            _give_stdin_back()
            if getrecursionlimit() != _recursion_limit:
                sys.setrecursionlimit(_recursion_limit)
        elif run.outer_streams is not None:
            sys.stdout, sys.stderr = run.outer_streams
        elif is_replaced():
            sys.stdout, sys.stderr = _out, _err


def is_replaced() -> bool:
    """Tell whether a script has put other streams in the place of its own."""
    try:
        return _sys["stdout"] is not _out or _sys["stderr"] is not _err
    except KeyError:  # it has deleted one
        return True


def settle(run: "Run") -> None:
    """Flush what a run has printed, also to streams that it has put up itself."""
    if run.printed:
        _flush(_out)
        _flush(_err)
    if is_replaced():
        _flush(getattr(sys, "stdout", None))
        _flush(getattr(sys, "stderr", None))
        sys.stdout, sys.stderr = _out, _err


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


def _stay_open() -> None:
    pass


def _give_stdin_back() -> None:
    stdin = _sys["stdin"] = host.stdin
    if type(stdin) is TextIOWrapper:
        stdin.__dict__.pop("close", None)


def _adopt_streams(run: "Run") -> None:
    out, err = getattr(sys, "stdout", None), getattr(sys, "stderr", None)
    run.outer_streams = (out, err)
    if out is not _out and run.stdout is None:
        run.stdout = out
    if err is not _err and run.stderr is None:
        run.stderr = err


def _flush(stream: "Any") -> None:
    try:
        stream.flush()
    except KeyboardInterrupt:  # Interrupt too: the deadline holds here
        raise
    except BaseException:  # noqa: BLE001, S110  # a script's own stream may do anything
        pass


def _reset_after_fork() -> None:
    """Forget, in a forked child, the runs of threads that do not exist there."""
    global _lock, _runs
    _lock = RLock()
    was_on = bool(_runs)
    _runs = set()
    run = current.get()
    while run is not None:
        if not run.finished:
            _runs.add(run)
        run = run.outer
    if was_on and not _runs:
        host.is_away = False
        sys.stdout, sys.stderr = host.stdout, host.stderr
        _give_stdin_back()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_reset_after_fork)
