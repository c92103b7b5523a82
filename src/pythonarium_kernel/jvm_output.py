"""Where Python prints to inside of a JVM.

    print ──> Router (while a run is on) ──> Stream ──┬──> a scope of this thread, or of
                                                      │    the run that this thread is of
                                                      └──> a console: Java's own stream

Invariants
- A scope belongs to the thread that opened it, until it is closed there.  A run keeps the
  scope in which it began, for the threads that the script starts; they may outlive the
  run, and find the scope as long as it is open.
- A line goes to Java as a whole, unless it is flushed: a console takes what a thread has
  printed so far then.  What is left of a scope's lines goes there when it closes.
- A forked child has no Java: it writes to the descriptors, and its scopes are closed.
- What a consumer prints in turn goes to where it was opened, never to itself.

Standard input is the process's own; Java's `System.setIn` has no part in it.
"""

import os
import sys
from _thread import _local, get_ident

from pythonarium_kernel.output import Router, Sink
from pythonarium_kernel.route import current
from pythonarium_kernel.runner import Run
from pythonarium_kernel.session import Session

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType
    from typing import Any, Callable, Optional

    from pythonarium_kernel.scripts import Script


class _Here(_local):
    scope: "Optional[Scope]" = None


_here = _Here()
opened: "set[Scope]" = set()


class Scope:
    """Where a thread prints to, from its opening to its closing.

    Args:
        on_stdout: called with each line; None: nobody is told.
        on_stderr: likewise.
        limit: the number of characters of each stream that are kept; None: none is.
    """

    def __init__(
        self,
        on_stdout: "Optional[Callable[[str], object]]",
        on_stderr: "Optional[Callable[[str], object]]",
        limit: "Optional[int]",
    ) -> None:
        keep = limit is not None
        self.closed = False
        self.outer = _here.scope
        self.stdout = Sink("stdout", keep, limit, self._outside(on_stdout))
        self.stderr = Sink("stderr", keep, limit, self._outside(on_stderr))
        _here.scope = self
        opened.add(self)

    def _outside(
        self, on_line: "Optional[Callable[[str], object]]"
    ) -> "Optional[Callable[[str], object]]":
        if on_line is None:
            return None

        def tell(line: str) -> None:
            before, _here.scope = _here.scope, self.outer
            try:
                on_line(_encodable(line))
            finally:
                _here.scope = before

        return tell

    def close(self) -> None:
        """Pass on unfinished lines.  Called by the thread that opened it."""
        self.closed = True
        opened.discard(self)
        _here.scope = _open(_here.scope)
        try:
            self.stdout.finish()
        finally:
            self.stderr.finish()

    def texts(self) -> "tuple[str, str]":
        """Return what was kept of both streams; its last line says what was cut."""
        return _encodable(self.stdout.text()), _encodable(self.stderr.text())


def _open(scope: "Optional[Scope]") -> "Optional[Scope]":
    while scope is not None and scope.closed:
        scope = scope.outer
    return scope


def _encodable(text: str) -> str:
    """Return text without lone surrogates, which Java could not print."""
    if text.isascii():
        return text
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


class Console(Sink):
    """One of Java's own streams.

    Args:
        tell: called with text, ended by a line end or flushed; with None to flush.
    """

    def __init__(
        self, name: str, number: int, tell: "Callable[[Optional[str]], object]"
    ) -> None:
        super().__init__(name, False, None, None)
        self._number, self._tell = number, tell

    def _emit(self, text: str) -> None:
        self._tell(_encodable(text))

    def leave_java(self) -> None:
        """Write to the descriptor from here on: Java cannot be called any more."""
        self._pending.clear()
        self._tell = self._write

    def _write(self, text: "Optional[str]") -> None:
        data = (text or "").encode()
        while data:
            data = data[os.write(self._number, data) :]

    def flush(self) -> None:
        pieces = self._pending.pop(get_ident(), None)
        if pieces:
            self._emit("".join(pieces))
        self._tell(None)

    def fileno(self) -> int:
        return self._number

    def isatty(self) -> bool:
        return os.isatty(self._number)


class Stream(Router):
    """Stands as `sys.stdout` or `sys.stderr` from start to end."""

    def __init__(self, name: str, console: Console) -> None:
        super().__init__(name)
        self.__dict__["console"] = console

    def _target(self) -> "Any":
        scope = _here.scope
        if scope is None:
            scope = _output_of(current.get())
            if scope is None:
                return self.console
        return getattr(scope, self._name)

    def close(self) -> None:
        self.flush()


class JavaRun(Run):
    """A run whose threads print to where its own thread did when it began.

    Its exception may have to go through Java and on in Python, so it is kept.
    """

    __slots__ = ("output",)

    keeps_error = True
    output: "Optional[Scope]"

    def __init__(
        self,
        module: "ModuleType",
        script: "Optional[Script]",
        timeout: "Optional[float]",
    ) -> None:
        super().__init__(module, script, timeout)
        self.output = None
        if opened:
            self.begin_output()

    def begin_output(self) -> None:
        """Take note of where this thread prints to now."""
        self.output = _here.scope or _output_of(current.get())


class JavaSession(Session):
    """A session of a JVM's."""

    _run_class: "type[Run]" = JavaRun


def _output_of(run: "Optional[Run]") -> "Optional[Scope]":
    return _open(run.output) if isinstance(run, JavaRun) else None


def connect(
    out: "Callable[[Optional[str]], object]", err: "Callable[[Optional[str]], object]"
) -> None:
    """Have Python print to two functions of Java's."""
    sys.stdout = sys.__stdout__ = Stream("stdout", Console("stdout", 1, out))  # type: ignore[assignment,misc]  # as good as
    sys.stderr = sys.__stderr__ = Stream("stderr", Console("stderr", 2, err))  # type: ignore[assignment,misc]  # as good as


def finish() -> None:
    """Pass on what has not been flushed, of any thread; Python is about to end."""
    streams: tuple[Any, ...] = (sys.__stdout__, sys.__stderr__)
    for stream in streams:
        if isinstance(stream, Stream):
            stream.console.finish()
            stream.console.flush()


def disconnect() -> None:
    """Have Python print to the descriptors from here on: there is no Java any more."""
    for scope in opened:
        scope.closed = True
    opened.clear()
    streams: tuple[Any, ...] = (sys.__stdout__, sys.__stderr__)
    for stream in streams:
        if isinstance(stream, Stream):
            stream.console.leave_java()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=disconnect)
