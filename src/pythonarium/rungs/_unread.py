"""What a worker has answered and its host cannot read: which variable it is, and the rest.

Reached after an answer was refused as a whole; the worker is asked again, for each
variable alone.  That takes a trip for each, and only where something was refused.
"""

from typing import Any, Final

from pythonarium.errors import RefusedValueError
from pythonarium.rungs._worker import Worker
from pythonarium_kernel.codec import Refused
from pythonarium_kernel.session import Ref

__all__ = ["RUNS", "readable_variables", "refusal"]

RUNS: Final = ("execute", "execute_file")
CHECKS: Final = 4
"""Where in the arguments of a run its outputs stand: name -> whether it has a type."""


def readable_variables(
    worker: Worker, context: str
) -> tuple[dict[str, object], dict[str, str]]:
    """Return the values of a context that can be read, and of the rest why not."""
    values: dict[str, object] = {}
    skipped: dict[str, str] = {}
    for name in worker.request("names", (context,), None):
        try:
            found = worker.request("variables", (context, [name]), None)
        except Refused as error:
            skipped[name] = str(error)
        else:
            values.update(found[0])
            skipped.update(found[1])
    return values, skipped


def refusal(
    worker: Worker, operation: str, args: tuple[Any, ...], reason: str
) -> RefusedValueError:
    """Return the error for an answer that was refused; nobody holds what was in it."""
    if operation in RUNS and not worker.is_dead:
        worker.request("take_back", (), None)
    name = _refused_name(worker, operation, args)
    return RefusedValueError(f"variable {name!r}: {reason}" if name else reason)


def _refused_name(worker: Worker, operation: str, args: tuple[Any, ...]) -> str:
    if operation == "get":
        return str(args[1])
    if operation not in RUNS or worker.is_dead:
        return ""
    for name, is_typed in (args[CHECKS] or {}).items():
        try:
            answer = worker.request("get", (args[0], name, is_typed, None), None)
        except Refused:
            return str(name)
        except Exception:  # noqa: BLE001  # it is not there any more
            return ""
        if isinstance(answer, Ref):
            worker.discarded.append(answer.number)
    return ""
