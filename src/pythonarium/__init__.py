"""Runs Python scripts for a host program: typed variables in and out.

interpreter  what a host opens, uses and closes
results      what a run gives back
variables    a name, an annotation, a value
handles      objects that stay in the interpreter
errors       every error, as a tree
settings     argument > environment variable > property > default
python4j     the class names of Eclipse Python4J, onto all of this
"""

from pythonarium.errors import (
    ClosedError,
    ContextError,
    LockTimeoutError,
    PythonariumError,
    RefusedValueError,
    ScriptAttributeError,
    ScriptError,
    ScriptExitError,
    ScriptIndexError,
    ScriptInterruptedError,
    ScriptKeyError,
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

__all__ = [
    "ClosedError",
    "ContextError",
    "Handle",
    "Interpreter",
    "LockTimeoutError",
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
