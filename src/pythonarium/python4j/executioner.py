"""Scripts and variables, under the documents' names."""

from collections.abc import Iterable
from typing import overload

from pythonarium.python4j import _shared
from pythonarium.python4j._shared import interpreter
from pythonarium.python4j.constants import JavaCppPathType
from pythonarium.python4j.objects import PythonObject, inward
from pythonarium.python4j.variables import (
    PythonTypes,
    PythonVariable,
    PythonVariables,
    flat,
)
from pythonarium.variables import Variable, Variables

__all__ = ["PythonExecutioner"]


class PythonExecutioner:
    """Runs scripts in the one interpreter of the process.

    The first call opens it; `close` closes it, at the latest the end of the process.
    The first thread that calls needs no lock, every other one `PythonGIL.lock()`.
    """

    JavaCppPathType = JavaCppPathType

    @staticmethod
    def init() -> None:
        """Open the interpreter now, unless it is open."""
        _shared.init()

    @staticmethod
    def close() -> None:
        """Close the interpreter; the next call opens another one.  For tests.

        Variables, contexts and objects are gone; settings may be changed again.

        Raises:
            ThreadSafetyError: a script or another thread is inside; nothing is changed.
        """
        _shared.close()

    @staticmethod
    def exec(
        code: str,
        inputs: Iterable[PythonVariable] | None = None,
        outputs: Iterable[PythonVariable] | None = None,
    ) -> None:
        """Set inputs, run a script in the current context, fill outputs.

        Raises:
            PythonException: the script raised, or a variable does not fit its type.
        """
        given, wanted = _plain("inputs", inputs), _plain("outputs", outputs)
        interpreter().exec(code, given, wanted)

    @staticmethod
    def simple_exec(code: str) -> None:
        """Run a script; the same as `exec` without variables."""
        interpreter().exec(code)

    @staticmethod
    def exec_and_return_all_variables(
        code: str, inputs: Iterable[PythonVariable] | None = None
    ) -> PythonVariables:
        """Set inputs, run a script, return all variables of the context."""
        return _typed(interpreter().exec_all(code, _plain("inputs", inputs)))

    @staticmethod
    def get_all_variables() -> PythonVariables:
        """Return all variables of the current context that are values."""
        return _typed(interpreter().variables())

    @overload
    @staticmethod
    def get_variable(name: str) -> PythonObject: ...
    @overload
    @staticmethod
    def get_variable(name: str, type: object) -> PythonVariable: ...
    @staticmethod
    def get_variable(
        name: str,
        type: object = None,  # noqa: A002  # the documents' order
    ) -> PythonObject | PythonVariable:
        """Return a variable of the current context; without a type, its object.

        Raises:
            VariableMissingError: there is none of that name.
            VariableTypeError: it does not fit the type.
        """
        if type is None:
            return PythonObject(interpreter().get(name, object))
        variable = PythonVariable(name, type)
        PythonExecutioner.get_variables(variable)
        return variable

    @staticmethod
    def get_variables(*variables: PythonVariable | Iterable[PythonVariable]) -> None:
        """Fill variables with their values."""
        shared = interpreter()
        for variable in flat("variables", variables):
            variable.value = shared.get(variable.name, variable.type.annotation)

    @staticmethod
    def set_variable(name: str, value: object) -> None:
        """Set a variable of the current context to a value or a PythonObject."""
        interpreter().set(name, inward(value))

    @staticmethod
    def set_variables(*variables: PythonVariable | Iterable[PythonVariable]) -> None:
        """Set variables to their values."""
        shared = interpreter()
        for variable in flat("variables", variables):
            shared.set(variable.name, variable.value, variable.type.annotation)


def _plain(
    name: str, variables: Iterable[PythonVariable] | None
) -> list[Variable[object]]:
    given = () if variables is None else (variables,)
    return [variable.variable for variable in flat(name, given)]


def _typed(values: Variables) -> PythonVariables:
    variables = PythonVariables(
        PythonVariable(name, PythonTypes.of(type(value)), value)
        for name, value in values.items()
    )
    variables.skipped.update(values.skipped)
    return variables
