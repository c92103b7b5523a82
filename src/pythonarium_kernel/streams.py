"""The standard streams of a worker: what a script prints goes to the host, whose it is.

    print in a run        -> descriptor 1 or 2, whole lines per thread, or, where the host
                             has a callable for the stream, told to it line by line
    print outside a run   -> the loose pipe: a thread that has outlived its run
    C code, child process -> descriptor 1 or 2 by themselves
    input()               -> asks the host

Descriptors 1 and 2 are pipes to the host.  Before each message to the host what a thread
has printed is on its way, so the host knows whose output it reads.
"""

import struct
import sys
from threading import RLock

from pythonarium_kernel import wire
from pythonarium_kernel.output import Sink

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Optional

LOOSE = struct.Struct("<BI")
"""What stands before each piece of text on the loose pipe: descriptor, length."""


class PipeSink(Sink):
    """A stream of a run.  `tell` takes text instead of the descriptor, where it is set."""

    def __init__(
        self,
        name: str,
        descriptor: int,
        tell: "Optional[Callable[[str, str], object]]" = None,
    ) -> None:
        super().__init__(name, False, None, None)
        self._stream, self._descriptor, self._tell = name, descriptor, tell

    def _emit(self, text: str) -> None:
        if self._tell is not None:
            self._tell(self._stream, text)
        else:
            wire.write(self._descriptor, text.encode("utf-8", "backslashreplace"))

    def flush(self) -> None:
        """Pass on the unfinished line of this thread."""
        from _thread import get_ident

        pieces = self._pending.pop(get_ident(), None)
        if pieces:
            self._emit("".join(pieces))

    def fileno(self) -> int:
        """Return the descriptor, which C code and children write to as well."""
        return self._descriptor

    def write_bytes(self, data: "Any") -> int:
        """Write what stands for no text."""
        self.flush()
        raw = bytes(data)
        if self._tell is not None:
            self._tell(self._stream, self.decode(raw))
        else:
            wire.write(self._descriptor, raw)
        return len(raw)


class LooseSink(PipeSink):
    """A stream of what runs outside of every run."""

    _lock = RLock()

    def __init__(self, name: str, descriptor: int, pipe: int) -> None:
        super().__init__(name, descriptor)
        self._pipe = pipe

    def _emit(self, text: str) -> None:
        self.write_bytes(text.encode("utf-8", "backslashreplace"))

    def unlock(self) -> None:
        """Write to the descriptor itself, in a child."""
        self._pipe = -1

    def write_bytes(self, data: "Any") -> int:
        """Write what stands for no text."""
        raw = bytes(data)
        if self._pipe < 0:
            wire.write(self._descriptor, raw)
            return len(raw)
        with self._lock:
            wire.write(self._pipe, LOOSE.pack(self._descriptor, len(raw)) + raw)
        return len(raw)


class HostInput:
    """`sys.stdin` of a worker: what the host reads.  `ask` is given a method and a size."""

    encoding = "utf-8"
    errors = "strict"
    newlines = None
    closed = False
    name = "<stdin>"
    mode = "r"

    def __init__(self, ask: "Callable[[str, int], str]") -> None:
        self._ask = ask

    def readline(self, size: int = -1) -> str:
        """Return a line, or "" at the end."""
        return self._ask("readline", size)

    def read(self, size: int = -1) -> str:
        """Return what is left, or so many characters."""
        return self._ask("read", size)

    def readlines(self, _hint: int = -1) -> "list[str]":
        """Return all lines that are left."""
        return list(self)

    def __iter__(self) -> "HostInput":
        return self

    def __next__(self) -> str:
        line = self.readline()
        if not line:
            raise StopIteration
        return line

    def fileno(self) -> int:
        """Return the descriptor, whose data may not be what the host reads."""
        return 0

    def isatty(self) -> bool:
        """Tell whether somebody types there."""
        return False

    def readable(self) -> bool:
        """Tell that one can read."""
        return True

    def close(self) -> None:
        """Read nothing any more."""
        self.closed = True


def in_child() -> None:
    """Let a forked child print to the descriptors: the loose pipe is its parent's."""
    streams: list[object] = [sys.__stdout__, sys.__stderr__]
    for stream in streams:
        if isinstance(stream, LooseSink):
            stream.unlock()


def install(loose: int, ask: "Callable[[str, int], str]") -> None:
    """Put the streams of a worker in the place of those that it was forked with."""
    out, err = LooseSink("stdout", 1, loose), LooseSink("stderr", 2, loose)
    sys.stdout = sys.__stdout__ = out  # type: ignore[assignment, misc]
    sys.stderr = sys.__stderr__ = err  # type: ignore[assignment, misc]
    sys.stdin = sys.__stdin__ = HostInput(ask)  # type: ignore[assignment, misc]
