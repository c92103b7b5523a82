"""A conversation between two threads, one on each side, over a stream.

Who asks waits, and serves meanwhile what the other one asks back: a script calls a
callable of the host, which runs another script, and so on.  See `wire` for the messages.

Invariants
- One thread on each side uses a link.  A frame is written as a whole, by lines of ours
  that nothing interrupts but a signal handler of the host's process: see the host's rung.
- A request either returns, or raises what the other side raised, or Gone or WireError:
  then the conversation is over.
- A RecursionError in the middle of it would leave it out of step, so there is none: what is
  asked with less than ROOM frames of the stack left is refused before anything is sent.
"""

import sys
from abc import ABC, abstractmethod

from pythonarium_kernel import codec, faults, wire
from pythonarium_kernel.proxies import Proxy, exports_of, number_of
from pythonarium_kernel.session import Opaque, Ref

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Optional

    from pythonarium_kernel.arena import Arena
    from pythonarium_kernel.exports import Exports
    from pythonarium_kernel.tags import Tag

    Arenas = tuple[Optional[Arena], Optional[Arena]]
    """Our own, and that of the other side."""


ROOM = 150
"""Frames of the stack that a request may take, and to tell of an error in what it serves."""


class ByReference:
    """An object that crosses as a reference, whatever it is."""

    __slots__ = ("value",)

    def __init__(self, value: object) -> None:
        self.value = value


class Link(codec.Peer, ABC):
    """One end.  `send` and `receive` are the stream's; `perform` answers a CALL.

    Args:
        exports: the objects of both sides.
        arenas: of both sides, where there are any.
        discarded: numbers of handles that the other side is to release; others add to it.

    Attributes:
        trusts: whether messages from the other side may make code run here.
        by_reference: bytes of buffers that have crossed without a copy.
        ahead: what the other side has told ahead, if this is a host's end.
    """

    trusts = False

    def __init__(
        self,
        exports: "Exports",
        arenas: "Arenas" = (None, None),
        discarded: "Optional[list[int]]" = None,
    ) -> None:
        self.exports = exports
        self.ours, self.theirs = arenas
        self.by_reference = 0
        # What the next message takes along, if there is any
        self._dropped = exports.dropped
        self._discarded: list[int] = [] if discarded is None else discarded
        self._freed = () if self.theirs is None else self.theirs.freed
        self.ahead: Any = ()

    # To be defined by each kind of end

    @abstractmethod
    def send(self, kind: int, body: bytes) -> None:
        """Write a frame."""

    @abstractmethod
    def receive(self) -> "tuple[int, bytes]":
        """Wait for a frame; return its kind and body."""

    def perform(self, operation: str, args: "tuple[Any, ...]") -> object:
        """Do what the other side asks for."""
        if operation == "apply":
            return self.exports.apply(*args)
        if operation == "step":
            return self.exports.step(*args)
        message = f"there is no operation {operation!r:.80}"
        raise wire.WireError(message)

    def discard(self, numbers: "tuple[int, ...]") -> None:
        """Release handles."""

    def skip(self, number: int, used: int) -> None:
        """Take the steps of an iterator for items that were told ahead and used."""

    def take_used(self) -> "tuple[tuple[int, int], ...]":
        """Return, once, how many items were used of what was told ahead."""
        return ()

    # The conversation

    def request(self, operation: str, *args: object) -> "Any":
        """Have the other side perform an operation, and return its answer.

        Raises:
            RecursionError: too little of the stack is left to end it in order.
        """
        _check_stack()
        self._send(wire.CALL, codec.encoded((operation, args), self))
        return self.answer()

    def _send(self, kind: int, body: bytes) -> None:
        if self._dropped or self._discarded or self._freed or self.ahead:
            used = self.take_used()
            released, discarded = self.exports.take_dropped(), self._take_discarded()
            freed = () if self.theirs is None else self.theirs.take_freed()
            tail = codec.encoded((released, discarded, freed, used), self)
            kind, body = kind | wire.TAIL, wire.with_tail(body, tail)
        self.send(kind, body)

    def _take_discarded(self) -> "tuple[int, ...]":
        taken = tuple(self._discarded)
        del self._discarded[: len(taken)]  # another thread may have added some
        return taken

    def received(self) -> "tuple[int, bytes, bytes]":
        """Wait for a frame; return its kind, its body and the tail of it."""
        return _parts(*self.receive())

    def let_go(self, tail: bytes) -> None:
        """Release what the tail of a message names, once its body is read."""
        if tail:
            released, discarded, freed, used = self.decoded(tail)
            self.exports.release(released)
            if freed and self.ours is not None:
                self.ours.free(freed)
            for number, times in used:
                self.skip(number, times)
            if discarded:
                self.discard(discarded)

    def answer(self) -> "Any":
        """Wait for the answer to what was sent; serve what is asked meanwhile."""
        while True:
            kind, body = self.receive()
            if kind == wire.REPLY:  # as a rule
                return self.decoded(body)
            kind, body, tail = _parts(kind, body)
            if kind == wire.CALL:
                self.serve(body, tail)
                continue
            try:
                value = self.decoded(body)
            finally:
                self.let_go(tail)
            if kind == wire.REPLY:
                return value
            raise faults.as_exception(value)

    def serve(self, body: bytes, tail: bytes) -> None:
        """Perform what a CALL asks for, and send the answer."""
        kind, answer, args = wire.REPLY, None, None
        try:
            try:
                operation, args = self.decoded(body)
            finally:
                if tail:
                    self.let_go(tail)
            answer = self.perform(operation, args)
            data = codec.encoded(answer, self)
        except wire.WireError:
            raise
        except BaseException as error:  # noqa: BLE001  # it goes to the other side
            kind = wire.RAISE
            data = codec.encoded(self.described(error), self)
            error.__traceback__ = (
                None  # or frames of the other side's caller stay alive
            )
        del answer, args  # what they alone refer to is released with this answer
        self._send(kind, data)

    def described(self, error: BaseException) -> "tuple[object, ...]":
        """Return an exception as data."""
        return faults.as_data(error)

    def decoded(self, body: bytes) -> "Any":
        """Return the parts of a message."""
        return codec.decoded(body, self, trusts=self.trusts)

    # Buffers in messages

    def store(self, data: "Any", address: int = 0) -> object:
        """Return what stands for a buffer: bytes, or its place in an arena."""
        size = memoryview(data).nbytes
        ours, theirs = self.ours, self.theirs
        if size < codec.LARGE or ours is None or theirs is None:
            return bytes(data)
        if address:
            place = theirs.place_of(address, size)
            if place is not None:
                self.by_reference += size
                return ("yours", *place)
            place = ours.lend(address, size)
            if place is not None:
                self.by_reference += size
                return ("mine", *place)
        try:
            return ("mine", *ours.store(data))
        except OSError:  # no room for it: a limit on files counts here, too
            return bytes(data)

    def fetch(self, place: "Any") -> "Any":
        """Return a writable buffer for what `store` returned on the other side."""
        if type(place) is bytes:
            return bytearray(place)
        arena = self.theirs if place[0] == "mine" else self.ours
        if arena is None:
            message = "a message names an arena that is not there"
            raise codec.Refused(message)
        if arena is self.theirs:
            return arena.view(place[1:])
        return arena.own_view(place[1:])

    # References in messages

    def refer(self, value: "Any") -> "Optional[Tag]":
        """Return what stands for an object in a message."""
        cls = type(value)
        if cls is Opaque:
            return "opaque", value.number, value.type_name, value.path, value.reason
        if cls is Ref:
            return "ref", value.number
        if cls is Proxy and exports_of(value) is self.exports:
            return "yours", number_of(value)
        if cls is ByReference:
            return "mine", self.exports.give(value.value)
        return "mine", self.exports.give(value)

    def resolve(self, tag: str, *args: "Any") -> object:
        """Return the object that a reference in a message stands for."""
        if tag == "mine":
            (number,) = args
            if type(number) is not int:
                message = f"a message names the object {number!r:.40}"
                raise codec.Refused(message)
            return self.exports.proxy(number)
        if tag == "yours":
            return self.exports.get(args[0])
        if tag == "opaque":
            return Opaque(*args)
        if tag == "ref":
            return Ref(int(args[0]))
        raise codec.Refused(tag)


def _check_stack() -> None:
    limit = sys.getrecursionlimit()
    try:
        sys._getframe(max(limit - ROOM, limit // 2))  # noqa: SLF001  # is it so deep?
    except ValueError:
        return
    message = "maximum recursion depth exceeded in calls from one process to another"
    raise RecursionError(message)


def _parts(kind: int, body: bytes) -> "tuple[int, bytes, bytes]":
    """Return kind, body and tail of a frame."""
    if kind & wire.TAIL:
        return (kind & ~wire.TAIL, *wire.tail_of(body))
    return kind, body, b""
