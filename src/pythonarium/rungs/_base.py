"""What every rung does: carry a request to the kernel and bring back its answer."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, Protocol

__all__ = ["Facts", "Guard", "Options", "Rung", "Streams", "on_behalf"]

on_behalf: ContextVar[Callable[[], int | None] | None] = ContextVar(
    "pythonarium_on_behalf", default=None
)
"""In a thread that serves a script's thread: tells which thread of the host waits for
that script, if one does."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of the interpreter at the other end.

    Attributes:
        rung: the rung's name.
        python_version: such as `3.12.1`.
        executable: the path of its python.
        environment: the prefix of its environment.
        pid: of the process that it lives in.
    """

    rung: str
    python_version: str
    executable: str
    environment: str
    pid: int


@dataclass(frozen=True, slots=True)
class Streams:
    """Where the output of scripts goes; see `Interpreter`."""

    on_stdout: Callable[[str], object] | None
    on_stderr: Callable[[str], object] | None
    output_limit: int | None


@dataclass(frozen=True, slots=True)
class Options:
    """What only some rungs have; see `Interpreter`."""

    python: object
    environment: object
    limits: object
    preload: tuple[str, ...]
    restart: bool


class Guard(Protocol):
    """The lock of the interpreter; see `locks`."""

    @property
    def rlock(self) -> AbstractContextManager[object]:
        """The lock itself."""

    def check(self) -> None:
        """Check that the calling thread may take the lock for a call."""


class Rung(Protocol):
    """A road to one kernel session.

    Opened by an Interpreter, closed by it.  `call` is made by one thread at a time, under
    the interpreter's lock; `interrupt` and `discard` by any thread at any time.
    """

    facts: Facts

    def call(self, operation: str, *args: Any) -> Any:
        """Call a method of the session.

        Raises:
            PythonariumError: what the kernel refused, or the script raised.
        """

    def interrupt(self) -> bool:
        """End the running script; return False if none runs."""

    def discard(self, number: int) -> None:
        """Release a handle at the next occasion."""

    def abandon(self) -> None:
        """Have it closed at a better time.  Any thread, any time; does not wait."""

    def close(self) -> None:
        """Close the session.  A second call does nothing."""
