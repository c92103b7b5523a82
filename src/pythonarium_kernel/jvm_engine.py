"""What the script engine of a JVM (JSR-223) drives: runs in namespaces that Java holds.

Invariants
- A namespace belongs to one set of bindings, and lives as long as Java, or a function of
  its scripts, holds it.  It is none of the session's contexts.
- What the other scopes hold stands among the built-ins of a namespace: a script finds it
  where it has no variable of that name, and an assignment makes a variable of its own.
- What a run prints is kept and returned.  `sys.stdin` is the run's only for its time.
"""

import builtins
import io
import sys
from linecache import getline
from types import ModuleType

from pythonarium_kernel import jvm
from pythonarium_kernel.jvm_output import JavaRun
from pythonarium_kernel.output import Sink
from pythonarium_kernel.runner import ScriptFailed, perform, run_script
from pythonarium_kernel.scripts import SourceError, compiled
from pythonarium_kernel.session import OUTPUT_LIMIT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Optional

    from pythonarium_kernel.report import Report
    from pythonarium_kernel.scripts import Script

    Place = tuple[str, int, int]
    """File, line and column, from 1; -1 where unknown."""

    Outcome = tuple[Any, str, str, Optional[BaseException], Optional[Place]]
    """Value, stdout, stderr, and what it raised with its place."""

NOWHERE = ("<script>", -1, -1)


class Namespace(ModuleType):
    """The module that scripts run in with one set of bindings."""

    __slots__ = ("shared",)

    def __init__(self) -> None:
        super().__init__("__main__")
        self.shared: dict[str, object] = {}
        self.__dict__["__builtins__"] = dict(vars(builtins))


def namespace() -> Namespace:
    """Return a new one."""
    return Namespace()


def names(space: Namespace) -> "list[str]":
    """Return the names of the variables, without those that Python sets."""
    return [
        name
        for name in list(vars(space))
        if isinstance(name, str) and not (name[:2] == "__" == name[-2:])  # type: ignore[redundant-expr]  # a script may use any key
    ]


def has(space: Namespace, name: str) -> bool:
    """Tell whether there is such a variable."""
    return name in vars(space)


def get(space: Namespace, name: str) -> object:
    """Return a variable, or None."""
    return vars(space).get(name)


def put(space: Namespace, name: str, value: object) -> None:
    """Set a variable."""
    vars(space)[name] = value


def remove(space: Namespace, name: str) -> None:
    """Delete a variable, if it is there."""
    vars(space).pop(name, None)


def share(space: Namespace, values: "dict[str, object]") -> None:
    """Let scripts find these, and no longer those of before."""
    found = vars(space).get("__builtins__")
    if isinstance(found, dict) and (values or space.shared):
        for name in space.shared:
            if hasattr(builtins, name):
                found[name] = getattr(builtins, name)
            else:
                found.pop(name, None)
        found.update(values)
        space.shared = values


def compile_script(source: str, filename: "Optional[str]") -> "Outcome":
    """Return a script, as the value."""
    try:
        return compiled(source, filename), "", "", None, None
    except SourceError as error:
        return None, "", "", error, _place(error.report, None)


def stdin(text: str) -> io.StringIO:
    """Return what a script can read a text from."""
    return io.StringIO(text)


def run(
    space: Namespace, script: "Script", reader: "Optional[io.StringIO]"
) -> "Outcome":
    """Run a script; its last expression is the value."""
    return _outcome(space, script, reader, run_script, script, vars(space))


def call(
    space: Namespace,
    function: "Callable[..., object]",
    reader: "Optional[io.StringIO]",
    *arguments: object,
) -> "Outcome":
    """Call a function; the value is what it returns."""
    return _outcome(space, None, reader, function, *arguments)


def function_of(owner: object, name: str) -> object:
    """Return a namespace's function, or an object's method; None if there is none."""
    if isinstance(owner, Namespace):
        found = vars(owner).get(name)
    else:
        found = getattr(owner, name, None)
    return found if callable(found) else None


def _outcome(
    space: Namespace,
    script: "Optional[Script]",
    reader: "Optional[io.StringIO]",
    work: "Callable[..., object]",
    *arguments: object,
) -> "Outcome":
    made = JavaRun(space, script, None)
    out = made.stdout = Sink("stdout", True, OUTPUT_LIMIT, None)
    err = made.stderr = Sink("stderr", True, OUTPUT_LIMIT, None)
    made.sinks = (out, err)
    value: object = None
    failure: Optional[ScriptFailed] = None
    before = sys.stdin
    if reader is not None:
        sys.stdin = reader
    try:
        value = perform(made, jvm._active, work, *arguments)  # noqa: SLF001  # two halves
    except ScriptFailed as error:
        failure = error
    finally:
        if sys.stdin is reader:
            sys.stdin = before
    place = _place(failure.report, script) if failure is not None else None
    return value, _encodable(out.text()), _encodable(err.text()), failure, place


def _place(report: "Report", script: "Optional[Script]") -> "Place":
    """Return where in the script it was, or, if it was not in it, in what it called."""
    syntax = report["syntax"]
    if syntax is not None:
        return syntax["file"], syntax["line"], syntax["column"]
    frames = report["frames"]
    own = [f for f in frames if script is not None and f[0] == script.filename]
    if not (own or frames):
        return NOWHERE
    file, line, _function, text, start, _end = (own or frames)[-1]
    whole = getline(file, line)
    if start < 0 or whole.strip() != text:
        return file, line, -1
    indentation = len(whole) - len(whole.lstrip())
    return file, line, indentation + start + 1


def _encodable(text: str) -> str:
    return text.encode("utf-8", "backslashreplace").decode("utf-8")
