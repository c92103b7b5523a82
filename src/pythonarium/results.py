"""What a run gives back."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from pythonarium.variables import Variables, item_named
from pythonarium_kernel.runner import Run

__all__ = ["Receipt", "Result"]


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a run took, and where.

    Attributes:
        wall_seconds: from the script's first line to its last.
        cpu_seconds: of the thread that ran it, without threads that it started; exact
            to 20 us, in a worker to 100 us, and of a run of less than that its wall time.
        peak_memory: in bytes, of the worker; None where the run shares the host's process
            and no figure would be the run's own.
        bytes_copied: of inputs and outputs.
        bytes_shared: of buffers (bytes, arrays, tables) that passed by reference.
        rung: the name of the rung.
        python_version: such as `3.12.1`.
        environment: the prefix of the Python environment.
    """

    wall_seconds: float
    cpu_seconds: float
    peak_memory: int | None
    bytes_copied: int
    bytes_shared: int
    rung: str
    python_version: str
    environment: str


class Maker(Protocol):
    """What a result asks of its interpreter when it is looked at."""

    def value_of(self, run: Run) -> object:
        """Return the last expression's value, or a Handle."""

    def receipt_of(self, run: Run, shared: int) -> Receipt:
        """Return times, bytes and the place of the run."""


class Result(Mapping[str, Any]):
    """The outputs of a run, by name, and what else it left."""

    __slots__ = ("_maker", "_outputs", "_run", "_shared", "_types")

    def __init__(
        self,
        maker: Maker,
        run: Run,
        types: Mapping[str, object] | None,
        inputs: Mapping[str, object] | None,
    ) -> None:
        self._maker, self._run, self._types = maker, run, types or {}
        self._outputs = run.outputs
        self._shared = shared_bytes(inputs) if inputs else 0

    def __getitem__(self, name: str) -> Any:
        return item_named(self._outputs, name)

    def __iter__(self) -> Iterator[str]:
        return iter(self._outputs)

    def __len__(self) -> int:
        return len(self._outputs)

    @property
    def stdout(self) -> str:
        """What the run printed, if it was captured, else an empty text."""
        return self._run.captured()[0]

    @property
    def stderr(self) -> str:
        """Likewise for stderr."""
        return self._run.captured()[1]

    @property
    def variables(self) -> Variables:
        """The outputs with their types."""
        return Variables(self._outputs, self._types)

    @property
    def value(self) -> Any:
        """The value of the script's last statement, if that is an expression, else None.

        A Handle where it is no value.
        """
        return self._maker.value_of(self._run)

    @property
    def receipt(self) -> Receipt:
        """Times, bytes, and where the script ran."""
        shared = self._shared + shared_bytes(self._outputs)
        return self._maker.receipt_of(self._run, shared)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._outputs!r})"


def shared_bytes(values: Mapping[str, object]) -> int:
    """Return the bytes of the buffers among values that passed by reference."""
    size = 0
    for value in values.values():
        if type(value) not in _WITHOUT_BUFFERS:
            size += _buffer_size(value)
    return size


_WITHOUT_BUFFERS = frozenset(
    (type(None), bool, int, float, complex, str, list, tuple, dict)
)


def _buffer_size(value: object) -> int:
    if isinstance(value, (bytes, bytearray)):
        return len(value)
    if isinstance(value, memoryview):
        return value.nbytes
    return _size_in_library(value)


def _size_in_library(value: Any) -> int:
    match str(type(value).__module__).partition(".")[0]:
        case "numpy" | "pyarrow":
            return int(getattr(value, "nbytes", 0))
        case "pandas" if hasattr(value, "memory_usage"):
            usage = value.memory_usage()  # of each column, or of a Series
            return int(getattr(usage, "sum", lambda: usage)())
        case _:
            return 0
