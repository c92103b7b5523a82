"""Open an interpreter as the tests do: its scripts run on the Python of `--worker`."""

import os

from pythonarium import Interpreter

VARIABLE = "PYTHONARIUM_TEST_WORKER"


def opened(rung: str) -> Interpreter:
    """Return an open interpreter, on the process rung with workers of that Python."""
    worker = os.environ.get(VARIABLE) if rung == "process" else None
    return Interpreter(rung, python=worker)
