"""What the kernel refuses, as the errors of this package."""

from pythonarium_kernel.contexts import ContextRefusal
from pythonarium_kernel.handles import HandleRefusal
from pythonarium_kernel.runner import ScriptFailed
from pythonarium_kernel.scripts import SourceError
from pythonarium_kernel.session import MissingVariable, RefusedValue

from pythonarium.errors import (
    ClosedError,
    ContextError,
    PythonariumError,
    ScriptAttributeError,
    ScriptError,
    ScriptExitError,
    ScriptInterruptedError,
    ScriptSyntaxError,
    ScriptTimeoutError,
    VariableMissingError,
    VariableTypeError,
)

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


def error_for(refusal: Exception) -> PythonariumError:
    """Return the error that tells a host what the kernel refused."""
    match refusal:
        case ScriptFailed():
            return _script_error(refusal)
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


def _script_error(failed: ScriptFailed) -> ScriptError:
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
        case _ if report["type_name"] == "AttributeError":
            return ScriptAttributeError(report, *streams)
        case _:
            return ScriptError(report, *streams)
