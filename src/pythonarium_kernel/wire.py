"""Messages between a host and a worker: frames on a stream.

A frame is a header and a body.  The header is the protocol's number, the kind of the
message, and the length of the body, in bytes; the body is what `codec` makes of the
message's parts.

    kind     direction     body
    HELLO    from worker   facts: protocol, version, executable, prefix, pid, abilities
    CALL     both          operation, arguments
    REPLY    both          answer
    RAISE    both          an exception as data (see `faults`); where a worker says no
                           HELLO, a text that tells why

CALL from host: a method of the kernel's Session, by name.  CALL from worker: `tell` (a
stream's name and text), `ask` (what `input()` needs).  CALL from both: `apply` and `step`,
what is done with an object of the other side (see `proxies`).
A message whose kind has the bit TAIL ends with another body, and its length: what the
sender has let go of meanwhile: objects of the other side (number, how often it was given),
numbers of handles, places in the arena; and how many items it has used of those that it
was told ahead (number of the iterator's handle, how many: see `ahead`).

Invariants
- The conversation is a stack: who has sent CALL waits for the REPLY or RAISE to it, and
  serves each CALL that comes before.
- A number that is not PROTOCOL, or a length beyond LIMIT, ends the conversation: nothing
  after it can be trusted.
- A reader allocates what has arrived, never what a header promises.
"""

import os
import struct

PROTOCOL = 1
HEADER = struct.Struct("<HHIQ")
_HEADER_SIZE, _unpacked = HEADER.size, HEADER.unpack_from
HELLO, CALL, REPLY, RAISE = 1, 2, 3, 4
TAIL = 0x80
_KINDS = frozenset((HELLO, CALL, REPLY, RAISE, CALL | TAIL, REPLY | TAIL, RAISE | TAIL))
LIMIT = 2**31
"""Bytes that the body of a frame may have; larger buffers go through the arena."""
_MARK = 0x70797468
_CHUNK = 1 << 13
"""Bytes that a first read has room for: most messages are small, and room costs."""


class WireError(Exception):
    """What arrived is no frame, or the other side has gone.  The message says which."""


class Gone(WireError):
    """The other side has closed its end."""


def framed(kind: int, body: bytes) -> bytes:
    """Return a frame.

    Raises:
        WireError: the body is too long for one.
    """
    if len(body) > LIMIT:
        message = (
            f"a message of {len(body)} bytes is longer than the {LIMIT} that a frame may"
            " have; pass large data as bytes, arrays or tables"
        )
        raise WireError(message)
    return HEADER.pack(PROTOCOL, kind, _MARK, len(body)) + body


def with_tail(body: bytes, tail: bytes) -> bytes:
    """Return a body with another one at its end."""
    return body + tail + len(tail).to_bytes(4, "little")


def tail_of(body: bytes) -> "tuple[bytes, bytes]":
    """Return a body and the one at its end.

    Raises:
        WireError: it is too short to have one.
    """
    end = len(body) - 4
    start = end - int.from_bytes(body[end:], "little") if end >= 0 else -1
    if start < 0:
        message = "a message is too short for its tail"
        raise WireError(message)
    return body[:start], body[start:end]


def write(descriptor: int, data: bytes) -> None:
    """Write all of it to a blocking descriptor.

    Raises:
        Gone: nobody reads any more.
    """
    try:
        done = os.write(descriptor, data)
        if done < len(data):
            rest = memoryview(data)[done:]
            while rest:
                rest = rest[os.write(descriptor, rest[: 1 << 20]) :]
    except BrokenPipeError:
        message = "the other side has closed its end"
        raise Gone(message) from None


class Frames:
    """Puts pieces of a stream together to frames.  Used by one thread at a time."""

    __slots__ = ("_pieces", "_size", "_wanted")

    def __init__(self) -> None:
        self._pieces: list[bytes] = []
        self._size = 0
        self._wanted = HEADER.size

    def read(self, descriptor: int) -> "tuple[int, bytes]":
        """Return kind and body of the next frame; block until it is whole.

        Raises:
            WireError: what comes is no frame.
            Gone: the stream has ended.
        """
        while True:
            frame = self.take(descriptor)
            if frame is not None:
                return frame

    def take(self, descriptor: int) -> "Optional[tuple[int, bytes]]":
        """Read once; return kind and body if that made a frame whole."""
        if self._pieces:
            room = max(self._wanted - self._size, _CHUNK)
            return self._added(os.read(descriptor, min(room, 1 << 20)))
        data = os.read(descriptor, _CHUNK)
        if len(data) >= _HEADER_SIZE:
            protocol, kind, mark, length = _unpacked(data)
            if (
                length == len(data) - _HEADER_SIZE  # as a rule: the frame is whole
                and mark == _MARK
                and protocol == PROTOCOL
                and kind in _KINDS
            ):
                return kind, data[_HEADER_SIZE:]
        return self._added(data)

    def _added(self, data: bytes) -> "Optional[tuple[int, bytes]]":
        if not data:
            message = "the stream has ended" + (" within a frame" if self._size else "")
            raise Gone(message)
        if self._pieces:
            self._pieces.append(data)
            self._size += len(data)
            if self._size < self._wanted:
                return None
            data = b"".join(self._pieces)
            self._pieces.clear()
        self._size = len(data)
        if self._size < HEADER.size:
            self._pieces.append(data)
            return None
        kind, length = _parsed(data)
        self._wanted = HEADER.size + length
        if self._size < self._wanted:
            self._pieces.append(data)
            return None
        if self._size > self._wanted:
            message = (
                f"{self._size - self._wanted} bytes follow a frame before its answer"
            )
            raise WireError(message)
        self._size, self._wanted = 0, HEADER.size
        return kind, data[HEADER.size :]


def _parsed(data: bytes) -> "tuple[int, int]":
    protocol, kind, mark, length = HEADER.unpack_from(data)
    if mark != _MARK or kind not in _KINDS:
        message = f"{data[:16]!r} is no header of a frame"
        raise WireError(message)
    if protocol != PROTOCOL:
        message = f"the other side speaks protocol {protocol}, this one {PROTOCOL}"
        raise WireError(message)
    if length > LIMIT:
        message = f"a frame of {length} bytes is announced; {LIMIT} is the most"
        raise WireError(message)
    return kind, length


TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Optional
