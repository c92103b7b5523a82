"""The functions `setup` and `run` of a job's code (PythonJob of the JVM), in its context."""

from inspect import Parameter, signature

from pythonarium_kernel.jvm import _active, _session
from pythonarium_kernel.runner import perform

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable

_GATHERING = (Parameter.VAR_POSITIONAL, Parameter.VAR_KEYWORD)


def has_function(context: str, name: str) -> bool:
    """Tell whether the code has defined a function."""
    return callable(_variables(context).get(name))


def missing_arguments(context: str) -> "list[str]":
    """Return the parameters of `run` that have neither a variable nor a default."""
    variables = _variables(context)
    return [
        name
        for name, parameter in signature(variables["run"]).parameters.items()
        if name not in variables
        and parameter.kind not in _GATHERING
        and parameter.default is Parameter.empty
    ]


def setup(context: str) -> None:
    """Call `setup`."""
    _call(context, _variables(context)["setup"])


def run(context: str) -> None:
    """Call `run` with variables, and take what it returns as variables."""
    _call(context, _run, _variables(context))


def _run(variables: "dict[str, Any]") -> None:
    function = variables["run"]
    positional, named = [], {}
    for name, parameter in signature(function).parameters.items():
        if name in variables and parameter.kind not in _GATHERING:
            if parameter.kind is Parameter.POSITIONAL_ONLY:
                positional.append(variables[name])
            else:
                named[name] = variables[name]
    result = function(*positional, **named)
    if result is not None:
        if not isinstance(result, dict):
            message = f"run() must return a dict or None, not {type(result).__name__}"
            raise TypeError(message)
        variables.update(result)


def _call(context: str, function: "Callable[..., object]", *arguments: object) -> None:
    new_run = _session._new_run(context)  # noqa: SLF001  # two halves of one thing
    perform(new_run, _active, function, *arguments)


def _variables(context: str) -> "dict[str, Any]":
    return _session.contexts.get(context).__dict__
