"""What a worker's scripts print, given to those whose it is.

Each run that is on has a target per stream: a sink that keeps and tells, or None for the
host's own stream.  What arrives belongs to the innermost run, because a worker sends what
was printed before it sends a message.
"""

import os
import sys
from codecs import getincrementaldecoder
from collections.abc import Callable
from typing import Any

import pythonarium_kernel
from pythonarium_kernel.output import Sink
from pythonarium_kernel.streams import LOOSE

__all__ = ["Output"]

Lines = Callable[[str], object] | None
TAIL = 4000
"""Bytes that are kept of the last output, for the report of a worker's death."""
_KERNEL = f'File "{os.path.dirname(pythonarium_kernel.__file__)}'
_NAMES = {1: "stdout", 2: "stderr"}
_decoder = getincrementaldecoder("utf-8")


class Output:
    """The output of one worker.  Used by the thread that is inside the interpreter.

    Attributes:
        targets: of the runs that are on, the innermost last.
    """

    def __init__(self, on_stdout: Lines, on_stderr: Lines, limit: int | None) -> None:
        self._told = {"stdout": on_stdout, "stderr": on_stderr}
        self._limit = limit
        self._without_sinks: dict[str, Sink | None] | None = None
        if not self.tells:
            self._without_sinks = dict.fromkeys(self._told)
        self.targets: list[dict[str, Sink | None]] = []
        self._decoders = {name: _decoder("backslashreplace") for name in self._told}
        self._loose = b""
        self._printed = False
        self._tail = b""
        self._failed: Exception | None = None

    @property
    def tells(self) -> tuple[str, ...]:
        """The streams that the host has a callable for."""
        return tuple(name for name, told in self._told.items() if told is not None)

    def begin(self, *, capture: bool) -> dict[str, Sink | None]:
        """Make the targets of a run; what arrives from now on is its."""
        targets = self._without_sinks
        if capture or targets is None:
            targets = {
                name: Sink(name, capture, self._limit, told)
                if capture or told is not None
                else None
                for name, told in self._told.items()
            }
        self.targets.append(targets)
        return targets

    def finish(self, targets: dict[str, Sink | None]) -> None:
        """Give the unfinished lines of a run to their callables.

        Raises:
            Exception: what one of them raised, here or on the way.
        """
        failed, self._failed = self._failed, None
        if failed is not None:
            raise failed
        for sink in targets.values():
            if sink is not None:
                sink.finish()

    def end(self, targets: dict[str, Sink | None]) -> None:
        """Close the targets of a run."""
        open_ones = self.targets
        while open_ones and open_ones.pop() is not targets:
            pass
        try:
            if targets is not self._without_sinks or self._failed is not None:
                self.finish(targets)
        finally:
            if self._printed:
                self.flush()

    def take(self, descriptor: int, data: bytes) -> None:
        """Give on what came through descriptor 1 or 2 of the worker."""
        name = _NAMES[descriptor]
        self._tail = (self._tail + data[-TAIL:])[-TAIL:]
        try:
            self.give(name, self._decoders[name].decode(data))
        except Exception as error:  # noqa: BLE001  # `finish` raises it
            self._failed = self._failed or error

    def take_loose(self, data: bytes) -> None:
        """Give on what was printed outside of every run."""
        data = self._loose + data
        while len(data) >= LOOSE.size:
            descriptor, size = LOOSE.unpack_from(data)
            if descriptor not in _NAMES:
                data = b""  # it is not what a worker writes
                break
            end = LOOSE.size + size
            if len(data) < end:
                break
            text = data[LOOSE.size : end].decode("utf-8", "backslashreplace")
            self._give_loose(_NAMES[descriptor], text)
            data = data[end:]
        self._loose = data

    def give(self, name: str, text: str) -> None:
        """Give text to the innermost run's target."""
        if not text:
            return
        targets: Any = self.targets[-1] if self.targets else None
        sink = targets[name] if targets else None
        if sink is not None:
            sink.write(text)
        else:
            self._give_loose(name, text)

    def _give_loose(self, name: str, text: str) -> None:
        told = self._told[name]
        if told is not None:
            sink = Sink(name, False, None, told)  # noqa: FBT003  # as the kernel takes it
            sink.write(text)
            sink.finish()
            return
        stream = getattr(sys, name, None) or getattr(sys, f"__{name}__", None)
        if stream is not None:
            stream.write(text)
            self._printed = True

    def flush(self) -> None:
        """Flush the host's streams, if something went there."""
        if self._printed:
            self._printed = False
            for name in ("stdout", "stderr"):
                stream = getattr(sys, name, None)
                if stream is not None:
                    stream.flush()

    @property
    def tail(self) -> str:
        """The last output of the worker's process, without frames of Pythonarium."""
        lines = self._tail.decode("utf-8", "backslashreplace").splitlines(keepends=True)
        return "".join(line for line in lines if _KERNEL not in line)
