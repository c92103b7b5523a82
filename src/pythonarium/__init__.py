"""Runs Python scripts for a host program: typed variables in and out.

interpreter  what a host opens, uses and closes
results      what a run gives back
variables    a name, an annotation, a value
handles      objects that stay in the interpreter
errors       every error, as a tree
environments a Python with its packages; imported when it is first asked for
settings     argument > environment variable > property > default
python4j     the class names of Eclipse Python4J, onto all of this
"""

from typing import TYPE_CHECKING

from pythonarium.errors import (
    ClosedError,
    ContextError,
    LockTimeoutError,
    PackageError,
    PackageMissingError,
    ProcessError,
    ProcessTimeoutError,
    PythonariumError,
    PythonNotFoundError,
    RefusedValueError,
    ScriptAttributeError,
    ScriptError,
    ScriptExitError,
    ScriptIndexError,
    ScriptInterruptedError,
    ScriptKeyError,
    ScriptMetadataError,
    ScriptSyntaxError,
    ScriptTimeoutError,
    ScriptTypeError,
    SettingsError,
    ThreadSafetyError,
    UnsupportedError,
    VariableMissingError,
    VariableTypeError,
    WorkerDiedError,
)
from pythonarium.handles import Handle
from pythonarium.interpreter import Interpreter
from pythonarium.results import Receipt, Result
from pythonarium.variables import Variable, Variables

if TYPE_CHECKING:
    from pythonarium.environments import Environment

__all__ = [
    "ClosedError",
    "ContextError",
    "Environment",
    "Handle",
    "Interpreter",
    "LockTimeoutError",
    "PackageError",
    "PackageMissingError",
    "ProcessError",
    "ProcessTimeoutError",
    "PythonNotFoundError",
    "PythonariumError",
    "Receipt",
    "RefusedValueError",
    "Result",
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
    "Variable",
    "VariableMissingError",
    "VariableTypeError",
    "Variables",
    "WorkerDiedError",
]

if not TYPE_CHECKING:  # to a type checker it would make every name an attribute

    def __getattr__(name: str) -> object:
        """Import Environment when it is asked for: it takes 15 ms, and few hosts need it."""
        if name == "Environment":
            from pythonarium.environments import Environment  # noqa: PLC0415  # see above

            return Environment
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
