"""An interpreter on the process rung, and the processes behind it."""

from collections.abc import Iterator

import pytest

from pythonarium import Interpreter


@pytest.fixture
def python() -> Iterator[Interpreter]:
    """Yield one that goes on with a fresh worker where its own has died."""
    with Interpreter("process", restart=True) as python:
        yield python


def worker_of(python: Interpreter) -> int:
    """Return the pid of the process that runs its scripts."""
    pid: int = python.eval("__import__('os').getpid()", int)
    return pid


def zygote_of(python: Interpreter) -> int:
    """Return the pid of the process that has forked its worker."""
    pid: int = python.eval("__import__('os').getppid()", int)
    return pid
