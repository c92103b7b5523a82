"""Every error that Pythonarium raises.

    PythonariumError
    ├── you asked for something that cannot be
    │   ├── VariableMissingError (KeyError)     a name that the context does not hold
    │   ├── VariableTypeError (TypeError)       a value that does not fit its type
    │   ├── ThreadSafetyError (RuntimeError)    a thread without the lock, or the wrong one
    │   │   └── LockTimeoutError (TimeoutError) the lock was not to be had in time
    │   ├── ContextError (ValueError)           a context that is not there, or in use
    │   ├── SettingsError (ValueError)          a setting with a bad value, or set too late
    │   ├── UnsupportedError (RuntimeError)     not possible on this rung or this Python
    │   ├── PythonNotFoundError (LookupError)   no such Python, or its environment is gone
    │   ├── ScriptMetadataError (ValueError)    a script's block of metadata is broken
    │   ├── RefusedValueError (ValueError)      a value from a worker that is not taken
    │   └── ClosedError (RuntimeError)          an interpreter, frame or handle that is gone
    ├── ProcessError (RuntimeError)             a process ended badly
    │   └── ProcessTimeoutError (TimeoutError)  ... or not in time, and was killed
    ├── PackageError (RuntimeError)             packages or an environment were not to be had
    │   └── PackageMissingError (LookupError)   a package is not installed
    ├── WorkerDiedError (RuntimeError)          the process that ran the script has died
    └── ScriptError                             the script raised
        ├── ScriptSyntaxError                   ... before it ran
        ├── ScriptExitError                     ... SystemExit, with a code
        ├── ScriptAttributeError (AttributeError)  what an operation on a handle raised,
        ├── ScriptIndexError (IndexError)          so that the host's own hasattr, `in`,
        ├── ScriptKeyError (KeyError)              list() and the like work on handles
        ├── ScriptTypeError (TypeError)
        ├── ScriptTimeoutError (TimeoutError)   it ran past its deadline
        └── ScriptInterruptedError              somebody called interrupt()

Each class takes facts, builds its message from them, keeps them as attributes, and
pickles.  A script's exception is data (a report, see pythonarium_kernel.report):
the exception object itself, and the frames it would keep alive, stay behind.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from pythonarium._errors.base import PythonariumError
from pythonarium._errors.environments import (
    PackageError,
    PackageMissingError,
    ProcessError,
    ProcessTimeoutError,
    PythonNotFoundError,
    ScriptMetadataError,
)
from pythonarium_kernel import report as reports

if TYPE_CHECKING:
    from pythonarium_kernel.report import Report

__all__ = [
    "ClosedError",
    "ContextError",
    "Frame",
    "LockTimeoutError",
    "PackageError",
    "PackageMissingError",
    "ProcessError",
    "ProcessTimeoutError",
    "PythonNotFoundError",
    "PythonariumError",
    "RefusedValueError",
    "ScriptAttributeError",
    "ScriptError",
    "ScriptExitError",
    "ScriptIndexError",
    "ScriptInterruptedError",
    "ScriptKeyError",
    "ScriptMetadataError",
    "ScriptSyntaxError",
    "ScriptTimeoutError",
    "ScriptTypeError",
    "SettingsError",
    "ThreadSafetyError",
    "UnsupportedError",
    "VariableMissingError",
    "VariableTypeError",
    "WorkerDiedError",
]


ENDED_BY_FORCE = (
    "it did not end when it was asked to, so its process was ended: its variables are"
    " lost, and the next call starts with a fresh one"
)
"""What is noted of a run that only the end of its process has ended."""


class VariableMissingError(PythonariumError, KeyError):
    """A variable was asked for that the context does not hold.

    Attributes:
        name: the name that was asked for.
        context: the context that was looked in, or None outside of one.
        near: names that are there and look alike, best first.
    """

    name: str
    context: str | None
    near: tuple[str, ...]

    def __init__(
        self,
        name: str,
        context: str | None = None,
        near: Collection[str] = (),
    ) -> None:
        self.name, self.context, self.near = name, context, tuple(near)
        where = f" in context {context!r}" if context else ""
        hint = f"; did you mean {' or '.join(map(repr, self.near))}?" if near else ""
        super().__init__(
            f"variable {name!r} is not set{where}{hint}",
            name=name,
            context=context,
            near=self.near,
        )

    @classmethod
    def among(cls, name: str, names: Iterable[str], context: str | None = None) -> Self:
        """Build the error with the nearest of the names that are there."""
        from difflib import get_close_matches  # noqa: PLC0415  # only when it is needed

        return cls(name, context, get_close_matches(name, names, n=3, cutoff=0.5))


class VariableTypeError(PythonariumError, TypeError):
    """A value does not fit the type that was declared for it.

    Attributes:
        name: the variable.
        path: where inside the value, as Python would write it: `rows[2]['price']`;
            equal to the name where the value itself does not fit.
        expected: what was declared for that place.
        actual: what is there: the type, and a short repr.
        advice: the next step, where there is one to name.
    """

    name: str
    path: str
    expected: str
    actual: str
    advice: str

    def __init__(
        self,
        name: str,
        path: str,
        expected: str,
        actual: str,
        advice: str = "",
    ) -> None:
        self.name, self.path = name, path
        self.expected, self.actual, self.advice = expected, actual, advice
        place = f"variable {name!r}" + (f" at {path}" if path != name else "")
        super().__init__(
            f"{place}: expected {expected}, got {actual}"
            + (f"; {advice}" if advice else ""),
            name=name,
            path=path,
            expected=expected,
            actual=actual,
            advice=advice,
        )


class ThreadSafetyError(PythonariumError, RuntimeError):
    """A thread used an interpreter, a frame or a lock that is not its to use."""


class LockTimeoutError(ThreadSafetyError, TimeoutError):
    """`lock(timeout=...)` did not get the lock in time."""


class ContextError(PythonariumError, ValueError):
    """A context is not there, has no valid name, or is in use."""


class SettingsError(PythonariumError, ValueError):
    """A setting is unknown, has a bad value, or came after the first interpreter."""


class UnsupportedError(PythonariumError, RuntimeError):
    """This rung, or this version of Python, cannot do what was asked."""


class ClosedError(PythonariumError, RuntimeError):
    """An interpreter, a frame or a handle was used after it was closed."""


class RefusedValueError(PythonariumError, ValueError):
    """A worker sent what its host does not take: the message says what, and why."""


class WorkerDiedError(PythonariumError, RuntimeError):
    """The process that ran the script has died, and its variables with it.

    Attributes:
        exit_code: what it ended with; None where a signal ended it, or nobody knows.
        signal: the name of the signal that ended it, such as `SIGSEGV`, or None.
        output_tail: the last that it printed; of a crash also the Python stack.
        reason: what is known beyond that, or "".
    """

    exit_code: int | None
    signal: str | None
    output_tail: str
    reason: str

    def __init__(
        self,
        exit_code: int | None = None,
        signal: str | None = None,
        output_tail: str = "",
        reason: str = "",
    ) -> None:
        self.exit_code, self.signal = exit_code, signal
        self.output_tail, self.reason = output_tail, reason
        end = "died"
        if signal is not None:
            end = f"was ended by {signal}"
        elif exit_code is not None:
            end = f"ended with exit code {exit_code}"
        super().__init__(
            f"the worker {end}{': ' + reason if reason else ''}; its variables are lost:"
            " open another interpreter, or pass restart=True to go on with a fresh one",
            exit_code=exit_code,
            signal=signal,
            output_tail=output_tail,
            reason=reason,
        )

    def again(self) -> "WorkerDiedError":
        """Return the same error, to be raised at a later call."""
        return WorkerDiedError(
            self.exit_code, self.signal, self.output_tail, self.reason
        )


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame of a script's traceback."""

    file: str
    line: int
    function: str
    text: str
    """The source line, stripped; empty where the source is not to be had."""


class ScriptError(PythonariumError):
    """The script raised an exception.

    Attributes:
        stdout: what the run printed before it failed, if it was captured.
        stderr: likewise.
        report: all of this as plain data.

    `__cause__` and `__context__` are the script's own, as further ScriptErrors.
    """

    report: "Report"
    stdout: str
    stderr: str

    def __init__(self, report: "Report", stdout: str = "", stderr: str = "") -> None:
        self.report, self.stdout, self.stderr = report, stdout, stderr
        super().__init__(
            self._sentence(report), report=report, stdout=stdout, stderr=stderr
        )
        _chain(self, report)

    def _sentence(self, report: "Report") -> str:
        where = f" ({_place(report)})" if report["frames"] else ""
        return reports.headline(report) + where

    @property
    def type_name(self) -> str:
        """The qualified name of the exception's class, without its module."""
        return self.report["type_name"]

    @property
    def type_module(self) -> str:
        """The module of that class; `__main__` for a class of the script."""
        return self.report["type_module"]

    @property
    def message(self) -> str:
        """`str(exception)`, which may be empty."""
        return self.report["message"]

    @property
    def frames(self) -> tuple[Frame, ...]:
        """The user's frames, outermost first; of very deep recursion the two ends."""
        return tuple(Frame(*frame[:4]) for frame in self.report["frames"])

    @property
    def script_frame(self) -> Frame | None:
        """The innermost frame of the script itself, where libraries lie below it."""
        own = self.report["own"]
        return self.frames[own] if own >= 0 else None

    @property
    def notes(self) -> tuple[str, ...]:
        """What `add_note` added."""
        return tuple(self.report["notes"])

    @property
    def errors(self) -> tuple["ScriptError", ...]:
        """The members of an exception group."""
        return tuple(ScriptError(member) for member in self.report["errors"])

    @property
    def traceback(self) -> str:
        """The traceback as Python prints it, with causes, only the user's frames."""
        return reports.format_report(self.report)

    @property
    def __notes__(self) -> list[str]:  # type: ignore[override]  # shown when uncaught
        text = self.__dict__.get("_shown")
        if text is None:
            text = self._shown = [reports.format_report(self.report, chain=False)]
        return text

    def _added_notes(self) -> list[str]:
        return self.__notes__[1:]


def _chain(error: BaseException, report: "Report") -> None:
    """Give an error the cause and context that the script's exception had."""
    cause, context = report["cause"], report["context"]
    if cause is not None:
        error.__cause__ = ScriptError(cause)
    if context is not None:
        error.__context__ = ScriptError(context)
    error.__suppress_context__ = report["suppress_context"]


def _place(report: "Report") -> str:
    """Return file and line of the script's own last frame, or else of the last."""
    frame = report["frames"][report["own"]]  # -1 is the last
    return f"{frame[0]}, line {frame[1]}"


class ScriptSyntaxError(ScriptError):
    """The source is not Python.  Nothing of it has run."""

    def _sentence(self, report: "Report") -> str:
        line, caret = self.text, " " * (self.column - 1) + "^"
        where = f" ({self.file}, line {self.line})"
        return f"{reports.headline(report)}{where}\n    {line}\n    {caret}"

    @property
    def file(self) -> str:
        """The name under which the source was compiled."""
        return self._syntax["file"]

    @property
    def line(self) -> int:
        """Counted from 1."""
        return self._syntax["line"]

    @property
    def column(self) -> int:
        """Counted from 1, in characters."""
        return self._syntax["column"]

    @property
    def text(self) -> str:
        """The source line."""
        return self._syntax["text"]

    @property
    def _syntax(self) -> "reports.Syntax":
        syntax = self.report["syntax"]
        assert syntax is not None
        return syntax


class ScriptExitError(ScriptError):
    """The script called `sys.exit` or raised SystemExit."""

    @property
    def code(self) -> int:
        """The exit code, 0 for success; a process would end with its lowest eight bits."""
        code = self.report["exit_code"]
        assert code is not None
        return code

    def _sentence(self, report: "Report") -> str:
        return f"the script ended itself with exit code {report['exit_code']}" + (
            f": {report['message']}" if report["message"] else ""
        )


class ScriptAttributeError(ScriptError, AttributeError):
    """An operation on a handle raised an AttributeError."""


class ScriptIndexError(ScriptError, IndexError):
    """An operation on a handle raised an IndexError."""


class ScriptKeyError(ScriptError, KeyError):
    """An operation on a handle raised a KeyError."""


class ScriptTypeError(ScriptError, TypeError):
    """An operation on a handle raised a TypeError."""


class ScriptTimeoutError(ScriptError, TimeoutError):
    """The script ran past its deadline.  `frames` tell where it was.

    Attributes:
        timeout: the limit, in seconds.
        elapsed: how long the run took until it ended, in seconds.
    """

    timeout: float
    elapsed: float

    def __init__(
        self,
        report: "Report",
        stdout: str = "",
        stderr: str = "",
        timeout: float = 0.0,
        elapsed: float = 0.0,
    ) -> None:
        self.timeout, self.elapsed = timeout, elapsed
        super().__init__(report, stdout, stderr)
        self._facts |= {"timeout": timeout, "elapsed": elapsed}

    def _sentence(self, report: "Report") -> str:
        where = f", in {_place(report)}" if report["frames"] else ""
        late = self.elapsed - self.timeout
        slow = (
            f"; it ended only {late:.2f} s later: it was in a call that does not return"
            " to Python, such as a sleep or a loop in C, or it caught every exception;"
            " the process rung ends both by force"
            if late > reports.LATE_SECONDS
            else ""
        )
        if ENDED_BY_FORCE in report["notes"]:
            slow = f"; {ENDED_BY_FORCE}"
        return f"the script ran past its timeout of {self.timeout:g} s{where}{slow}"


class ScriptInterruptedError(ScriptError):
    """`interrupt()` ended the script.  `frames` tell where it was."""

    def _sentence(self, report: "Report") -> str:
        where = f" in {_place(report)}" if report["frames"] else ""
        forced = f"; {ENDED_BY_FORCE}" if ENDED_BY_FORCE in report["notes"] else ""
        return f"the script was interrupted{where}{forced}"
