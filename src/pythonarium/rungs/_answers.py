"""What the kernel refuses, as the errors of this package."""

from pythonarium.errors import (
    ClosedError,
    ContextError,
    PythonariumError,
    ScriptAttributeError,
    ScriptError,
    ScriptExitError,
    ScriptIndexError,
    ScriptInterruptedError,
    ScriptKeyError,
    ScriptSyntaxError,
    ScriptTimeoutError,
    ScriptTypeError,
    VariableMissingError,
    VariableTypeError,
)
from pythonarium_kernel.contexts import ContextRefusal
from pythonarium_kernel.handles import HandleRefusal
from pythonarium_kernel.runner import ScriptFailed
from pythonarium_kernel.scripts import SourceError
from pythonarium_kernel.session import MissingVariable, RefusedValue

__all__ = ["REFUSALS", "error_for"]

REFUSALS = (
    ScriptFailed,
    SourceError,
    MissingVariable,
    RefusedValue,
    ContextRefusal,
    HandleRefusal,
)
"""All that the methods of a kernel session raise."""


_HANDLE_OPERATIONS = ("operate", "advance", "await_start")
_OF_PROTOCOLS: dict[str, type[ScriptError]] = {
    "AttributeError": ScriptAttributeError,
    "IndexError": ScriptIndexError,
    "KeyError": ScriptKeyError,
    "TypeError": ScriptTypeError,
}
"""Errors by which Python's own protocols tell something, by their built-in class."""


def error_for(refusal: Exception, operation: str) -> PythonariumError:
    """Return the error that tells a host what the kernel refused to do."""
    match refusal:
        case ScriptFailed():
            return _script_error(refusal, operation)
        case SourceError():
            return ScriptSyntaxError(refusal.report)
        case MissingVariable():
            return VariableMissingError.among(
                refusal.name, refusal.names, refusal.context
            )
        case RefusedValue():
            path = refusal.name + refusal.path
            return VariableTypeError(
                refusal.name, path, "a value that can cross", refusal.reason
            )
        case ContextRefusal():
            return ContextError(str(refusal))
        case _:
            return ClosedError(str(refusal))


def _script_error(failed: ScriptFailed, operation: str) -> ScriptError:
    report = failed.report
    streams = (failed.stdout, failed.stderr)
    match report["kind"]:
        case "timeout":
            timeout = failed.timeout or 0.0
            return ScriptTimeoutError(report, *streams, timeout, failed.wall_ns / 1e9)
        case "interrupt":
            return ScriptInterruptedError(report, *streams)
        case "exit":
            return ScriptExitError(report, *streams)
        case _ if operation in _HANDLE_OPERATIONS:
            cls = _OF_PROTOCOLS.get(report["builtin"], ScriptError)
            return cls(report, *streams)
        case _:
            return ScriptError(report, *streams)
