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
- What a function raises, `describe` turns into data.  An exception of Java's that is on
  its way through Python is a JavaError, and known to Java by its number.
"""

import sys
from _thread import get_ident

from pythonarium_kernel import jvm_guard, report, route, watchdog
from pythonarium_kernel.contexts import MAIN, ContextRefusal
from pythonarium_kernel.forms import form, make
from pythonarium_kernel.jvm_end import end, flush, join
from pythonarium_kernel.jvm_guard import definitions, end_child, refuse, watch_forks
from pythonarium_kernel.jvm_output import (
    JavaRun,
    JavaSession,
    Scope,
    connect,
    disconnect,
    opened,
)
from pythonarium_kernel.own_gil import guard_imports
from pythonarium_kernel.process import route_for_good
from pythonarium_kernel.runner import Run, ScriptFailed, perform_standing
from pythonarium_kernel.scripts import SourceError, compiled
from pythonarium_kernel.session import MissingVariable, imported

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType
    from typing import Any, Callable, Optional

    from pythonarium_kernel.report import Report

__all__ = [
    "connect",
    "definitions",
    "end",
    "end_child",
    "flush",
    "form",
    "join",
    "make",
    "refuse",
    "watch_forks",
]  # Java calls these here as well

current = route.current.get
_session = JavaSession()
_active = _session._active  # noqa: SLF001  # two halves of one thing
_modules = _session.contexts.modules


class JavaError(Exception):
    """A function of Java's has thrown an exception.

    Attributes:
        class_name: the exception's class in Java.
        class_names: that, and the names of all its superclasses.
        message: what it says, or None.
        stack: where it was thrown, as Java prints it.
    """

    def __init__(
        self,
        class_names: "tuple[str, ...]",
        message: "Optional[str]",
        stack: str,
        number: "Optional[int]" = None,
        held: object = None,
    ) -> None:
        self.class_name, self.class_names = class_names[0], class_names
        self.message, self.stack = message, stack
        self._number, self._held = number, held  # Java keeps its exception as long
        text = self.class_name if message is None else f"{self.class_name}: {message}"
        super().__init__(text)

    def __reduce__(self) -> "tuple[Any, ...]":
        return JavaError, (self.class_names, self.message, self.stack)


def _number(error: BaseException) -> "Optional[int]":
    return error._number if type(error) is JavaError else None  # noqa: SLF001  # ours


report.host_mark = _number


def java_error(
    names: str,
    message: "Optional[str]",
    stack: str,
    number: int,
    held: object,
    cause: "Optional[BaseException]",
) -> JavaError:
    """Return a JavaError for an exception of Java's; `held` keeps it alive there.

    The names of its classes stand one a line.
    """
    error = JavaError(tuple(names.split("\n")), message, stack, number, held)
    error.__cause__ = cause
    return error


def start() -> None:
    """Take the interpreter over: from here on its streams are routed."""
    jvm_guard.protect()
    route_for_good(Run(_modules[MAIN], None, None))


def apply_path(custom: "Optional[str]", how: str) -> None:
    """Combine a path of the user's with `sys.path`: before it, after it, or instead.

    Instead of it: the standard library stays, behind, since nothing runs without it.
    """
    import os

    entries = [
        os.path.abspath(entry)
        for entry in (custom or "").split(os.pathsep)
        if entry  # not the working folder
    ]
    if how == "none":
        library = os.path.dirname(os.__file__)
        standard = (library, os.path.join(library, "lib-dynload"))
        sys.path[:] = entries + [
            entry for entry in sys.path if entry in standard or entry.endswith(".zip")
        ]
    elif how == "after":
        sys.path += entries
    else:
        sys.path[:0] = entries


def enter(context: str) -> "dict[str, object]":
    """Make a context the calling thread's; return its namespace."""
    module = _session.contexts.get(context)
    run = current()
    if run is None or _is_idle(run):
        _stand(module)
    return module.__dict__


def _stand(module: "ModuleType") -> JavaRun:
    """Make the calling thread's own run."""
    run = JavaRun(module, None, None)
    run.thread, run.finished = get_ident(), True
    route.current.set(run)
    return run


def _is_idle(run: Run) -> bool:
    """Tell whether it is the calling thread's own run, and no script is on in it."""
    return run.finished and run.thread == get_ident()


def execute(context: str, source: str, timeout: "Optional[int]" = None) -> object:
    """Run a script, for so many nanoseconds; return the value of its last expression.

    The thread's own run serves, unless it is in use, by a script that has called Java
    and is called from there.
    """
    try:
        run: Any = current()
        if timeout is not None or run is None or not _is_idle(run):
            return _session.execute(context, source, timeout=timeout).value
        if run.module is not _modules.get(context):
            run = _stand(_session.contexts.get(context))
        if opened:
            run.begin_output()
        return perform_standing(run, _active, compiled(source))
    finally:
        if jvm_guard.is_child:
            end_child()


def evaluate(context: str, expression: str) -> object:
    """Return what an expression gives."""
    try:
        return _session.evaluate(context, expression, wanted="raw")
    finally:
        if jvm_guard.is_child:
            end_child()


def import_module(name: str) -> object:
    """Import a module, packages and all."""
    return imported(name)


def variables(context: str) -> "dict[str, object]":
    """Return the variables of a context that are values."""
    return _session.variables(context)[0]


def missing(context: str, name: str) -> None:
    """Raise for a variable that a context does not hold."""
    _session.get(context, name, checked=True)


def interrupt() -> bool:
    """End the outermost run; return False if none is on."""
    return _session.interrupt()


def let_go() -> None:
    """Let go of all variables, as Python does of a script's at its end."""
    for module in list(_session.contexts.modules.values()):
        variables = module.__dict__
        for name in list(variables):
            if name != "__builtins__":
                variables[name] = None


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


def open_output(
    on_stdout: "Optional[Callable[[str], object]]",
    on_stderr: "Optional[Callable[[str], object]]",
    limit: "Optional[int]",
) -> Scope:
    """Have this thread print elsewhere, until `close_output`."""
    return Scope(on_stdout, on_stderr, limit)


def close_output(scope: Scope) -> None:
    """Have this thread print to where it did before."""
    scope.close()


def output_texts(scope: Scope) -> "tuple[str, str]":
    """Return what was printed to a scope that keeps it."""
    return scope.texts()


def start_own_gil() -> None:
    """Prepare this interpreter, which is not the main one."""
    guard_imports()
    start()


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
        let_go()
        flush()
        disconnect()  # what is printed from here on Java can no longer be told
        info: Any = vars(threading).get("_thread_local_info")
        if info is not None:  # 3.13: what stands in it complains when it ends later
            vars(info).clear()
    return ", ".join(running)


def describe(
    error: BaseException,
) -> "tuple[dict[str, object], Optional[BaseException]]":
    """Return what became of a call, as data, and the exception that the user's code raised.

    Keys: kind, of those of a report, with report and traceback; or missing, or context,
    with a message.
    """
    if isinstance(error, MissingVariable):
        return {"kind": "missing", "message": _missing_message(error)}, None
    if isinstance(error, ContextRefusal):
        return {"kind": "context", "message": str(error)}, None
    if isinstance(error, ScriptFailed):
        stopped = error.report["kind"] in ("timeout", "interrupt")
        return _described(error.report), None if stopped else error.error
    if isinstance(error, SourceError):
        return _described(error.report), error.__context__
    return _described(report.from_exception(error)), error


def _described(data: "Report") -> "dict[str, object]":
    return {
        "kind": data["kind"],
        "report": data,
        "traceback": report.format_report(data),
    }


def _missing_message(error: MissingVariable) -> str:
    from difflib import get_close_matches

    near = get_close_matches(error.name, error.names, n=3, cutoff=0.5)
    hint = f"; did you mean {' or '.join(map(repr, near))}?" if near else ""
    return f"variable {error.name!r} is not set in context {error.context!r}{hint}"
