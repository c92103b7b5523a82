"""What the script engine of a JVM (JSR-223) drives: runs in namespaces that Java holds.

Invariants
- A namespace belongs to one set of bindings, and lives as long as Java, or a function of
  its scripts, holds it.  It is none of the session's contexts.
- What the other scopes hold stands among the built-ins of a namespace: a script finds it
  where it has no variable of that name, and an assignment makes a variable of its own.
- What a run prints goes to Java's writers, a line as a whole unless it is flushed.
  `sys.stdin` is the run's only for its time.
"""

import builtins
import io
import os
import sys
from _thread import get_ident
from linecache import getline
from types import ModuleType

from pythonarium_kernel import jvm, jvm_guard
from pythonarium_kernel.jvm_output import JavaRun
from pythonarium_kernel.output import Sink
from pythonarium_kernel.route import current
from pythonarium_kernel.runner import ScriptFailed, perform, run_script
from pythonarium_kernel.scripts import SourceError, compiled

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Optional

    from pythonarium_kernel.report import Report
    from pythonarium_kernel.scripts import Script

    Place = tuple[str, int, int]
    """File, line and column, from 1; -1 where unknown."""

    Outcome = tuple[Any, Optional[BaseException], Optional[Place]]
    """Value, and what it raised with its place."""

    Write = Optional[Callable[[str], object]]
    """Writes text to one of Java's writers; None: there is none."""

    Streams = tuple[Optional[io.StringIO], Write, Write]
    """What a run reads from, and what it prints to."""

NOWHERE = ("<script>", -1, -1)


class Printer(Sink):
    """Hands what a run prints on to one of Java's writers.

    What the writer makes Python print goes to where the run was started, not to itself.
    """

    def __init__(self, name: str, number: int, write: "Write") -> None:
        super().__init__(name, False, None, None)
        self._number, self._write = number, write

    def _emit(self, text: str) -> None:
        if jvm_guard.is_child:  # which has no Java
            os.write(self._number, text.encode("utf-8", "backslashreplace"))
        elif self._write is not None:
            token = current.set(None)
            try:
                self._write(_encodable(text))
            finally:
                current.reset(token)

    def flush(self) -> None:
        """Pass on what this thread has printed so far."""
        pieces = self._pending.pop(get_ident(), None)
        if pieces:
            self._emit("".join(pieces))


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
        return compiled(source, filename), None, None
    except SourceError as error:
        return None, error, _place(error.report, None)


def stdin(text: str) -> io.StringIO:
    """Return what a script can read a text from."""
    return io.StringIO(text)


def run(space: Namespace, script: "Script", streams: "Streams") -> "Outcome":
    """Run a script; its last expression is the value."""
    return _outcome(space, script, streams, run_script, script, vars(space))


def call(
    space: Namespace,
    function: "Callable[..., object]",
    streams: "Streams",
    *arguments: object,
) -> "Outcome":
    """Call a function; the value is what it returns."""
    return _outcome(space, None, streams, function, *arguments)


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
    streams: "Streams",
    work: "Callable[..., object]",
    *arguments: object,
) -> "Outcome":
    reader, out, err = streams
    made = JavaRun(space, script, None)
    made.stdout = Printer("stdout", 1, out)
    made.stderr = Printer("stderr", 2, err)
    made.sinks = (made.stdout, made.stderr)
    value: object = None
    failure: Optional[ScriptFailed] = None
    before = sys.stdin
    if reader is not None:
        sys.stdin = reader
    try:
        value = _perform(made, work, *arguments)
    except ScriptFailed as error:
        failure = error
    finally:
        if sys.stdin is reader:
            sys.stdin = before
    place = _place(failure.report, script) if failure is not None else None
    return value, failure, place


def _perform(
    made: JavaRun, work: "Callable[..., object]", *arguments: object
) -> object:
    try:
        return perform(made, jvm._active, work, *arguments)  # noqa: SLF001  # two halves
    finally:
        if jvm_guard.is_child:
            jvm_guard.end_child()


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
