"""What a JVM drives: the session of this interpreter, by plain calls.

A Java program converts variables by itself and calls what has logic in it here: running,
contexts, errors.  Each function is called with the GIL held, by a thread of the JVM that
Python knows as long as it lives.

Invariants
- One session for the interpreter, whoever calls, from whatever class loader.
- A thread's code belongs to a run at all times, its own one, which `enter` makes; what
  runs inside of a script, or in time, has a run of its own for that while.  So what Java
  calls directly finds the context of its thread under `__main__`.
- The interpreter is nobody else's: its streams stay routed, and what a script makes of the
  recursion limit stays.
- What a function raises, `describe` turns into data.
"""

import sys
from _thread import get_ident

from pythonarium_kernel import report, route, watchdog
from pythonarium_kernel.contexts import MAIN, ContextRefusal
from pythonarium_kernel.own_gil import guard_imports
from pythonarium_kernel.process import route_for_good
from pythonarium_kernel.runner import Run, ScriptFailed, perform_standing
from pythonarium_kernel.scripts import SourceError, compiled
from pythonarium_kernel.session import MissingVariable, Session

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Optional

current = route.current.get
_session = Session()
_active = _session._active  # noqa: SLF001  # two halves of one thing
_modules = _session.contexts.modules
route_for_good(Run(_modules[MAIN], None, None))


def apply_path(custom: "Optional[str]", how: str) -> None:
    """Combine a path of the user's with `sys.path`: before it, after it, or instead."""
    import os

    entries = [entry for entry in (custom or "").split(os.pathsep) if entry]
    if how == "none":
        sys.path[:] = entries
    elif how == "after":
        sys.path += entries
    else:
        sys.path[:0] = entries


def enter(context: str) -> "dict[str, object]":
    """Make a context the calling thread's; return its namespace."""
    module = _session.contexts.get(context)
    run = current()
    if run is None or _is_idle(run):
        run = Run(module, None, None)
        run.thread, run.finished = get_ident(), True
        route.current.set(run)
    return module.__dict__


def _is_idle(run: Run) -> bool:
    """Tell whether it is the calling thread's own run, and no script is on in it."""
    return run.finished and run.thread == get_ident()


def execute(context: str, source: str, timeout: "Optional[int]" = None) -> object:
    """Run a script, for so many nanoseconds; return the value of its last expression.

    The thread's own run serves, unless it is in use, by a script that has called Java
    and is called from there.
    """
    run = current()
    if timeout is None and run is not None and _is_idle(run):
        if run.module is not _modules.get(context):
            enter(context)
            run = current()
        return perform_standing(run, _active, compiled(source))
    seconds = None if timeout is None else timeout / 1e9
    return _session.execute(context, source, timeout=seconds).value


def evaluate(context: str, expression: str) -> object:
    """Return what an expression gives."""
    return _session.evaluate(context, expression, wanted="raw")


def import_module(name: str) -> object:
    """Import a module, packages and all."""
    from importlib import import_module

    return import_module(name)


def variables(context: str) -> "dict[str, object]":
    """Return the variables of a context that are values."""
    return _session.variables(context)[0]


def missing(context: str, name: str) -> None:
    """Raise for a variable that a context does not hold."""
    _session.get(context, name, checked=True)


def interrupt() -> bool:
    """End the outermost run; return False if none is on."""
    return _session.interrupt()


def context_names() -> "list[str]":
    """Return the names of all contexts."""
    return _session.context_names()


def add_context(name: str) -> None:
    """Add a context, unless it is there."""
    _session.add_context(name)


def reset_context(name: str) -> None:
    """Empty a context."""
    _session.reset_context(name)


def delete_context(name: str) -> None:
    """Delete a context with its variables."""
    _session.delete_context(name)


def start_own_gil() -> None:
    """Prepare this interpreter, which is not the main one."""
    guard_imports()


def shut_down(seconds: int) -> str:
    """End what must not outlive this interpreter, which is not the main one.

    Threads that scripts have started are waited for, as long as it is said; returns the
    names of those that still run.
    """
    import atexit
    import threading
    from time import monotonic

    watchdog.shut_down()
    exits: Any = vars(threading).get("_threading_atexits", [])
    while exits:
        exits.pop()()  # as of concurrent.futures, whose idle threads end by it
    deadline = monotonic() + seconds
    known = (threading.main_thread(), threading.current_thread())  # 3.13: two
    others = [t for t in threading.enumerate() if not t.daemon and t not in known]
    for thread in others:
        thread.join(max(0.0, deadline - monotonic()))
    running = [thread.name for thread in others if thread.is_alive()]
    if not running:
        atexit._run_exitfuncs()  # noqa: SLF001  # here its threads do no harm
        info: Any = vars(threading).get("_thread_local_info")
        if info is not None:  # 3.13: what stands in it complains when it ends later
            vars(info).clear()
    return ", ".join(running)


def describe(error: BaseException) -> "dict[str, object]":
    """Return what became of a call, as data.

    Keys: kind, message, and for what Python itself raised the report with its traceback.
    The kinds are those of a report, and missing, context, refused.
    """
    if isinstance(error, (ScriptFailed, SourceError)):
        return _described(error.report)
    if isinstance(error, MissingVariable):
        return {"kind": "missing", "message": _missing_message(error)}
    if isinstance(error, ContextRefusal):
        return {"kind": "context", "message": str(error)}
    return _described(report.from_exception(error))


def _described(data: "report.Report") -> "dict[str, object]":
    return {
        "kind": data["kind"],
        "message": report.headline(data),
        "report": data,
        "traceback": report.format_report(data),
    }


def _missing_message(error: MissingVariable) -> str:
    from difflib import get_close_matches

    near = get_close_matches(error.name, error.names, n=3, cutoff=0.5)
    hint = f"; did you mean {' or '.join(map(repr, near))}?" if near else ""
    return f"variable {error.name!r} is not set in context {error.context!r}{hint}"
