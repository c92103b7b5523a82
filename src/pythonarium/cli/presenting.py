"""Results and errors, for a reader or as JSON."""

import json
import os
import signal
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final, Protocol

from pythonarium.cli import process
from pythonarium.cli.json_values import jsonable
from pythonarium.errors import (
    PythonariumError,
    ScriptError,
    ScriptExitError,
    ScriptTimeoutError,
    WorkerDiedError,
)
from pythonarium.handles import Handle
from pythonarium.interpreter import Interpreter
from pythonarium_kernel.report import format_report

if TYPE_CHECKING:
    from pythonarium.results import Receipt
    from pythonarium_kernel.report import Report

__all__ = [
    "JsonPresenter",
    "Presenter",
    "TextPresenter",
    "error_text",
    "exit_code_of_worker",
    "misuse_as_json",
    "representation",
    "sentence",
    "tell",
    "warn",
]


FAILED: Final = 1
SIGNALLED: Final = 128


class Presenter(Protocol):
    """Tells the user what became of a run."""

    def done(self, outcome: "Outcome") -> None:
        """Tell the outputs of a script that has ended well."""

    def failed(self, error: PythonariumError, streams: tuple[str, str]) -> None:
        """Tell why it has not."""

    def misused(self, message: str) -> None:
        """Tell why nothing was run."""


class Outcome:
    """What a run has left, to be presented."""

    __slots__ = ("interpreter", "outputs", "receipt", "skipped", "stderr", "stdout")

    def __init__(self, interpreter: Interpreter) -> None:
        self.interpreter: Interpreter = interpreter
        self.outputs: dict[str, object] = {}
        self.skipped: Mapping[str, str] | None = None
        self.stdout: str = ""
        self.stderr: str = ""
        self.receipt: Receipt | None = None


class TextPresenter:
    """For a reader: outputs on stdout, one a line, errors on stderr."""

    def done(self, outcome: Outcome) -> None:
        """Write the outputs."""
        with _numbers_of_any_length():
            for name, value in outcome.outputs.items():
                shown = representation(outcome.interpreter, value)
                process.say(f"{name} = {shown}\n")

    def failed(self, error: PythonariumError, streams: tuple[str, str]) -> None:
        """Write the error."""
        del streams  # they went where they belong
        tell(error_text(error))

    def misused(self, message: str) -> None:
        """Write the message."""
        warn(message)


class JsonPresenter:
    """For a program: one JSON object on stdout, which is its alone from now on."""

    def __init__(self) -> None:
        self._stdout = process.take_stdout()

    def done(self, outcome: Outcome) -> None:
        """Write the outputs."""

        def show_handle(handle: Handle) -> object:
            return _handle_as_json(outcome.interpreter, handle)

        answer = {
            "outputs": {
                name: jsonable(value, show_handle)
                for name, value in outcome.outputs.items()
            },
            "stdout": outcome.stdout,
            "stderr": outcome.stderr,
            "receipt": asdict(outcome.receipt) if outcome.receipt else None,
        }
        if outcome.skipped is not None:
            answer["skipped"] = dict(outcome.skipped)
        self._write(_dumped(answer))

    def failed(self, error: PythonariumError, streams: tuple[str, str]) -> None:
        """Write the error."""
        described = _error_as_json(error)
        described["stdout"], described["stderr"] = streams
        self._write(_dumped({"error": described}))

    def misused(self, message: str) -> None:
        """Write the message."""
        self._write(misuse_as_json(message))
        warn(message)

    def _write(self, text: str) -> None:
        data = text.encode("utf-8")
        with suppress(BrokenPipeError):  # nobody wants to know
            while data:
                data = data[os.write(self._stdout, data) :]


def warn(message: str) -> None:
    """Tell the user something about the use of the command."""
    tell(f"pythonarium: {message}\n")


def error_text(error: PythonariumError) -> str:
    """Return an error the way Python prints one that nobody caught."""
    if isinstance(error, ScriptExitError):
        return f"{error.message}\n" if error.message else ""
    if isinstance(error, ScriptTimeoutError):
        return format_report(_as_timeout(error))
    if isinstance(error, ScriptError):
        return error.traceback
    return f"pythonarium: {sentence(error)}\n"


def sentence(error: PythonariumError) -> str:
    """Return the message of an error, without an advice that is for a host alone."""
    if isinstance(error, WorkerDiedError):
        return str(error).partition(": open another")[0]
    return str(error)


def exit_code_of_worker(error: WorkerDiedError) -> int:
    """Return what a shell would tell of its end; 1 where that would be a success."""
    number = getattr(signal, error.signal or "", None)
    return error.exit_code or (FAILED if number is None else SIGNALLED + number)


def representation(interpreter: Interpreter, value: object) -> str:
    """Return the repr of a value, or of the object behind a handle."""
    if not isinstance(value, Handle):
        return repr(value)
    try:
        return str(interpreter.import_module("builtins").repr(value))
    except ScriptError as error:
        return f"<no repr: {error}>"


def _handle_as_json(interpreter: Interpreter, handle: Handle) -> dict[str, str]:
    type_name = interpreter.import_module("builtins").type(handle).__qualname__
    return {"handle": type_name, "repr": representation(interpreter, handle)}


def _as_timeout(error: ScriptTimeoutError) -> "Report":
    return {
        **error.report,
        "type_name": type(error).__name__,
        "type_module": "pythonarium",
        "message": str(error),
    }


# JSON


def misuse_as_json(message: str) -> str:
    """Return the JSON object that says that the command was used wrongly."""
    return _dumped({"error": _error("UsageError", message, "usage")})


def _error(type_name: str, message: str, kind: str) -> dict[str, Any]:
    return {
        "type": type_name,
        "message": message,
        "kind": kind,
        "frames": [],
        "notes": [],
        "syntax": None,
        "exit_code": None,
        "cause": None,
        "context": None,
        "errors": [],
        "traceback": "",
    }


def _error_as_json(error: PythonariumError) -> dict[str, Any]:
    if isinstance(error, ScriptTimeoutError):
        report = _as_timeout(error)
        return _report_as_json({**report, "type_module": "builtins"}, error_text(error))
    if isinstance(error, ScriptError):
        return _report_as_json(error.report, error.traceback)
    return _error(type(error).__name__, sentence(error), "output")


def _report_as_json(report: "Report", traceback: str) -> dict[str, Any]:
    context = None if report["suppress_context"] else report["context"]
    return _error(report["type_name"], report["message"], report["kind"]) | {
        "frames": [
            {"file": file, "line": line, "function": function, "text": text}
            for file, line, function, text, *_ in report["frames"]
        ],
        "notes": report["notes"],
        "syntax": report["syntax"],
        "exit_code": report["exit_code"],
        "cause": _linked(report["cause"]),
        "context": _linked(context),
        "errors": [_linked(member) for member in report["errors"]],
        "traceback": traceback,
    }


def _linked(report: "Report | None") -> dict[str, Any] | None:
    return report and _report_as_json(report, format_report(report))


def _dumped(answer: object) -> str:
    with _numbers_of_any_length():
        return json.dumps(answer, allow_nan=False) + "\n"


@contextmanager
def _numbers_of_any_length() -> Iterator[None]:
    limit = sys.get_int_max_str_digits()
    sys.set_int_max_str_digits(0)
    try:
        yield
    finally:
        sys.set_int_max_str_digits(limit)


# Streams


def tell(text: str) -> None:
    """Write to stderr, if there is one."""
    with suppress(OSError, ValueError, AttributeError):
        sys.stderr.write(text)
        sys.stderr.flush()
