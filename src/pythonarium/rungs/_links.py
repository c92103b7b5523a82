"""The host's ends of the links to a worker, and what scripts may ask for over them.

Invariants
- A message from a worker is data: it is read by `codec` with the tags of a host.
- A script reaches the objects that it was given, what they return, and of all these what
  is public (see `exports`).  It calls; what the host calls in turn is the host's affair.
"""

import builtins
import sys
from threading import local
from types import BuiltinFunctionType, ModuleType, TracebackType
from typing import TYPE_CHECKING, Any

from pythonarium.rungs._ahead import Ahead
from pythonarium_kernel import codec, faults, report, wire
from pythonarium_kernel.link import Link
from pythonarium_kernel.records import loaded_class
from pythonarium_kernel.session import Caller

if TYPE_CHECKING:
    from pythonarium.rungs._worker import Worker
    from pythonarium_kernel.tags import Tag

__all__ = ["HostLink", "ThreadEnd"]


class _Around(local):
    worker: "Worker | None" = None


around = _Around()
"""The worker whose call of the host this thread performs, as long as that is busy."""


class HostLink(Link):
    """The host's end of the link to a worker's main thread.

    Attributes:
        phase: idle; sending; waiting, for an answer; reading; or busy with what came.
        unanswered: requests of ours that are on, one inside the other.
        sent: how many outermost ones there were, as the worker counts them, too.
    """

    def __init__(self, worker: "Worker", descriptor: int, discarded: list[int]) -> None:
        super().__init__(worker.exports, worker.arenas, discarded)
        self._worker, self._descriptor = worker, descriptor
        self.phase, self.unanswered, self.sent = "idle", 0, 0
        self.ahead = Ahead()

    def is_in_step(self, unanswered: int) -> bool:
        """Tell whether there was an answer to all but so many, and nothing is half done."""
        is_between = self.phase in ("idle", "busy")
        return is_between and self.unanswered == unanswered

    def take_used(self) -> tuple[tuple[int, int], ...]:
        """Return, once, how many items were used of what was told ahead."""
        if self.ahead:
            self.phase = "sending"  # if it came to nothing, nobody would know any more
        used: tuple[tuple[int, int], ...] = self.ahead.take_used()
        return used

    def send(self, kind: int, body: bytes) -> None:
        """Write a frame."""
        if self._worker.is_dead:  # and its descriptor may be another's by now
            raise wire.Gone("the worker has ended")
        self.phase = "sending"
        if kind & ~wire.TAIL == wire.CALL:
            self.sent += not self.unanswered
            self.unanswered += 1
        self.write(wire.framed(kind, body))
        self.phase = "waiting"

    def write(self, data: bytes) -> None:
        """Write all of it, in the time that the request has."""
        self._worker.write(data)

    def receive(self) -> tuple[int, bytes]:
        """Wait for a frame; return its kind and body."""
        frame = self._worker.wait()
        if frame[0] & ~wire.TAIL != wire.CALL:
            self.unanswered -= 1
        self.phase = "busy" if self.unanswered else "idle"
        return frame

    def drop_answer(self, error: BaseException) -> None:
        """Wait for the answer to what was asked, and forget it; refuse what comes before."""
        while True:
            kind, _, tail = self.received()
            self.let_go(tail)
            if kind != wire.CALL:
                return
            refused = (
                KeyboardInterrupt()
                if isinstance(error, KeyboardInterrupt)
                else (RuntimeError("the host has given up this run"))
            )
            self.send(wire.RAISE, codec.encoded((faults.as_data(refused), ()), self))

    def serve(self, body: bytes, tail: bytes) -> None:
        """Perform what the script asks of the host."""
        outside, around.worker = around.worker, self._worker
        try:
            super().serve(body, tail)
        finally:
            around.worker = outside
        self._worker.host_was_busy()

    def described(self, error: BaseException) -> tuple[object, ...]:
        """Return an exception as data; where nobody is there, an end of the host goes on."""
        if self._worker.is_dead and not isinstance(error, Exception):
            raise error
        described: tuple[object, ...] = super().described(error)
        return described

    def perform(self, operation: str, args: tuple[Any, ...]) -> object:
        """Do what the other side asks for."""
        if operation == "tell":
            self._worker.output.give(*args)
            return None
        if operation == "ask":
            return _ask_stdin(*args)
        return super().perform(operation, args)

    def refer(self, value: Any) -> "Tag | None":
        """Return what stands for an object in a message."""
        cls = type(value)
        if cls is Caller:
            return "caller", value.owner, value.place
        found = _by_name(value)
        if found is not None:
            return found
        self._worker.serve_threads()
        return super().refer(value)

    def record_class(self, described: Any) -> type:
        """Return a class of records that this host has."""
        return loaded_class(described)


class ThreadEnd(HostLink):
    """The host's end of the link to a further thread of a script."""

    def __init__(self, worker: "Worker", descriptor: int) -> None:
        super().__init__(worker, descriptor, [])
        self._frames = wire.Frames()

    def write(self, data: bytes) -> None:
        """Write all of it; a thread of a script has no deadline."""
        wire.write(self._descriptor, data)

    def serve(self, body: bytes, tail: bytes) -> None:
        """Perform what the thread asks of the host."""
        Link.serve(self, body, tail)

    def receive(self) -> tuple[int, bytes]:
        """Wait for a frame; return its kind and body."""
        return self._frames.read(self._descriptor)


def _by_name(value: Any) -> "Tag | None":
    """Return what stands for what a worker has as well: by name, not by reference."""
    if isinstance(value, ModuleType):
        return "module", value.__name__
    if isinstance(value, BaseException):
        return "exception", "instance", report.from_exception(value)
    if isinstance(value, TracebackType):
        return ("nothing",)
    if isinstance(value, type) and issubclass(value, BaseException):
        known = (b.__name__ for b in value.__mro__ if b.__module__ == "builtins")
        return "exception", "class", value.__module__, value.__qualname__, next(known)
    if isinstance(value, type | BuiltinFunctionType):
        name = value.__name__
        if getattr(builtins, name, None) is value:
            return "builtin", name
    return None


def _ask_stdin(method: str, size: int) -> str:
    if method not in ("read", "readline") or sys.stdin is None:
        return ""
    text: str = getattr(sys.stdin, method)(size)
    return text
