"""The classes of Eclipse Python4J's documents, under their own names.

executioner  PythonExecutioner    scripts and variables
variables    PythonVariable, PythonVariables, PythonType, PythonTypes
gil          PythonGIL            the lock
contexts     PythonContextManager
frames       PythonGC
objects      PythonObject
python       Python               eval, import_module and the builtins
process      PythonProcess        processes and packages
constants    PythonConstants      settings
errors       PythonException
_shared      the one interpreter of the process, on which all of them work

The names are old, the behaviour is that of `pythonarium.Interpreter`;
docs/reference/python4j.md maps one to the other.
"""

from pythonarium.python4j.constants import PythonConstants
from pythonarium.python4j.contexts import PythonContextManager
from pythonarium.python4j.errors import PythonException
from pythonarium.python4j.executioner import PythonExecutioner
from pythonarium.python4j.frames import PythonGC
from pythonarium.python4j.gil import PythonGIL
from pythonarium.python4j.objects import PythonObject
from pythonarium.python4j.process import PythonProcess
from pythonarium.python4j.python import Python
from pythonarium.python4j.variables import (
    PythonType,
    PythonTypes,
    PythonVariable,
    PythonVariables,
)

__all__ = [
    "Python",
    "PythonConstants",
    "PythonContextManager",
    "PythonException",
    "PythonExecutioner",
    "PythonGC",
    "PythonGIL",
    "PythonObject",
    "PythonProcess",
    "PythonType",
    "PythonTypes",
    "PythonVariable",
    "PythonVariables",
]
