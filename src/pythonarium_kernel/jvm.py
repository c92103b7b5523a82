"""What a JVM drives: the session of this interpreter, by plain calls.

A Java program converts variables by itself and calls what has logic in it here: running,
contexts, errors.  Each function is called with the GIL held, by a thread of the JVM that
Python knows as long as it lives.

Invariants
- One session for the interpreter, whoever calls, from whatever class loader.
- A thread's code belongs to a run at all times: to one of the session while a script
  runs, else to the thread's own, which `enter` makes.  So what Java calls directly finds
  the context of its thread under `__main__`.
- What a function raises, `describe` turns into data.
"""

import sys

from pythonarium_kernel import jvm_guard, report, route
from pythonarium_kernel.contexts import ContextRefusal
from pythonarium_kernel.jvm_end import end, flush, join
from pythonarium_kernel.runner import Run, ScriptFailed
from pythonarium_kernel.scripts import SourceError
from pythonarium_kernel.session import MissingVariable, Session

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Optional

__all__ = ["end", "flush", "join"]  # Java calls them here as well

_session = Session()
jvm_guard.protect()


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
    route.current.set(Run(module, None, None))
    return module.__dict__


def execute(context: str, source: str, timeout: "Optional[float]" = None) -> None:
    """Run a script."""
    try:
        _session.execute(context, source, timeout=timeout)
    finally:
        if jvm_guard.is_child:
            jvm_guard.end_child()


def evaluate(context: str, expression: str) -> object:
    """Return what an expression gives."""
    try:
        return _session.evaluate(context, expression, wanted="raw")
    finally:
        if jvm_guard.is_child:
            jvm_guard.end_child()


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
