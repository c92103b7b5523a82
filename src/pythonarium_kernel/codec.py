"""Values become bytes and come back, between two Pythons that need not trust each other.

The bytes are a pickle of the plainest kind: numbers, text, bytes and the built-in
containers stand in it as themselves; everything else is a call of one function, `restore`,
with a tag and plain arguments.  So no class of either side is named, and Pythons of
different versions and with different libraries understand each other.

Invariants
- A reader calls nothing but its own makers, by tag.  `check` refuses, before a byte is
  unpickled, every opcode that could do more than build plain containers or call
  `restore`; the unpickler finds no global but that one.
- A reader never allocates more than a fixed multiple of the bytes that it was given.
- A host reads with `HOST_TAGS`: plain data, and references to objects that one of the two
  sides holds for the other.  What makes code run (modules, builtins, classes by name)
  only goes the other way.
- What has no tag is `Unsendable`, unless the writer's `refer` finds a reference for it.

Large buffers do not stand in the pickle: the writer's `store` may put them elsewhere.
"""

import re
from _pickle import Pickler, Unpickler, UnpicklingError, loads
from io import BytesIO

from pythonarium_kernel.records import UnknownClass
from pythonarium_kernel.tags import (
    HOST_TAGS,
    TAKERS,
    WORKER_TAGS,
    Blob,
    Peer,
    Refused,
    Unsendable,
    taker_by_name,
)

__all__ = [
    "LARGE",
    "Blob",
    "Peer",
    "Refused",
    "Unsendable",
    "check",
    "decoded",
    "encoded",
    "restore",
]

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any, Callable


LARGE = 64 * 1024
"""Bytes from which a buffer is stored outside of its message."""


def restore(*_args: object) -> object:
    """Stand in a pickle for what the reader makes of tag and arguments."""
    raise Refused("restore")


class _Pieces:
    """A file for a writer: what is written to it, piece by piece."""

    __slots__ = ("pieces", "write")

    def __init__(self) -> None:
        self.pieces: list[bytes] = []
        self.write = self.pieces.append


class _Writer(Pickler):
    """Writes one message after the other; in use by one thread, for one message."""

    peer: Peer

    def reducer_override(self, value: "Any") -> "Any":
        if value is restore:
            return NotImplemented
        take = TAKERS.get(type(value)) or taker_by_name(type(value))
        if take is not None:
            return restore, take(value, self.peer)
        tag = self.peer.refer(value)
        if tag is None:
            raise Unsendable(f"an object of type {type(value).__qualname__}")
        return restore, tag


class _Makers:
    """What the unpickler finds under the name of `restore`.

    It has no attribute that a message could set, and calls makers by their tags.
    """

    __slots__ = ("_makers", "_peer")

    _makers: "Mapping[str, Callable[..., object]]"
    _peer: Peer

    def __init__(
        self, makers: "Mapping[str, Callable[..., object]]", peer: Peer
    ) -> None:
        object.__setattr__(self, "_makers", makers)
        object.__setattr__(self, "_peer", peer)

    def __call__(self, tag: object, *args: object) -> object:
        make = self._makers.get(tag) if type(tag) is str else None
        if make is None:
            raise Refused(f"a message names {str(tag)[:80]!r}, which is no tag")
        return make(self._peer, *args)

    def __setattr__(self, name: str, value: object) -> None:
        raise Refused(f"a message sets the attribute {name!r}")

    def __reduce__(self) -> str:
        raise Refused("restore")


class _Reader(Unpickler):
    def __init__(self, data: bytes, makers: _Makers) -> None:
        super().__init__(BytesIO(data))
        self._makers = makers

    def find_class(self, module: str, name: str) -> object:
        if (module, name) == (__name__, "restore"):
            return self._makers
        raise Refused(f"a message names {module}.{name}"[:200])


def encoded(value: object, peer: Peer) -> bytes:
    """Return a value as bytes.

    Raises:
        Unsendable: something in it has no form in which it could cross.
    """
    try:
        writer, pieces = _idle.pop()
    except IndexError:
        file = _Pieces()
        writer, pieces = _Writer(file, 5), file.pieces
    writer.peer = peer
    try:
        writer.dump(value)
    except RecursionError:
        message = "a value nested too deeply for the stack that is left"
        raise Unsendable(message) from None
    data = pieces[0] if len(pieces) == 1 else b"".join(pieces)
    if len(data) < _STEP:  # one that has written more holds more than it is worth
        pieces.clear()
        writer.clear_memo()
        del writer.peer
        _idle.append((writer, pieces))
    return data


_idle: "list[tuple[_Writer, list[bytes]]]" = []
"""Writers that nobody uses and that refer to nothing: to make one takes longer than to
write a short message.  One whose message failed is not among them."""


def decoded(data: bytes, peer: Peer, *, trusts: bool) -> "Any":
    """Return the value of bytes.

    Args:
        data: what `encoded` returned on the other side, or anything.
        peer: resolves references and places.
        trusts: whether code may run for it, as in a worker that serves its host.

    Raises:
        Refused: the bytes are no such value, or ask for more than is done here.
    """
    try:
        if not trusts and not (len(data) < _STEP and _WHOLE.fullmatch(data)):
            check(data)
        if _CALLS not in data:
            return loads(data)  # no opcode in it names anything
        tags: Mapping[str, Any] = WORKER_TAGS if trusts else HOST_TAGS
        return _Reader(data, _Makers(tags, peer)).load()
    except (Refused, KeyboardInterrupt):
        raise
    except MemoryError:
        raise
    except UnknownClass as error:
        if trusts:
            raise
        raise Refused(str(error)[:300]) from None
    except Exception as error:
        if trusts and not isinstance(error, (UnpicklingError, EOFError)):
            raise
        name = type(error).__name__
        raise Refused(f"a message cannot be read: {name}: {error}"[:300]) from None


# Which opcodes a reader lets pass

_FIXED = (
    rb"[N\x88\x89\x94()\]}\x8f\x90\x91aesut\x85\x86\x87\x93R]"  # no argument
    rb"|[Kh].|M..|[Jj].{4}|G.{8}"
)
_SHORT = b"|".join(re.escape(bytes([size])) + b".{%d}" % size for size in range(25))
_PARTS = b"(?:" + _FIXED + b"|\x8c(?:" + _SHORT + b"))+"
_RUN = re.compile(_PARTS, re.DOTALL)
_WHOLE = re.compile(rb"\x80\x05(?:\x95.{8})?" + _PARTS + rb"\.", re.DOTALL)
_COUNTED = {0x8C: 1, 0x43: 1, 0x8A: 1, 0x58: 4, 0x42: 4, 0x8B: 4}
_COUNTED.update({0x8D: 8, 0x8E: 8, 0x96: 8})
"""Opcodes followed by a size in so many bytes, and then as many bytes of data."""
_FRAME, _STOP = 0x95, 0x2E
_CALLS = b"\x93"
"""STACK_GLOBAL, the one opcode that passes and names something."""
_STEP = 4096
"""Bytes that the pattern looks at in one go; its memory grows with them."""


def check(data: bytes) -> None:
    """Refuse a message that does more than build plain values and call `restore`.

    Raises:
        Refused: it does, or it is cut short.
    """
    if data[:2] != b"\x80\x05":
        raise Refused("a message does not start as a message does")
    at, end = 2, len(data)
    if data[2:3] == b"\x95":
        at = 11
    while at < end:
        run = _RUN.match(data, at, min(end, at + _STEP))
        if run is not None:
            at = run.end()
            continue
        opcode = data[at]
        width = _COUNTED.get(opcode)
        if width is not None:
            size = int.from_bytes(data[at + 1 : at + 1 + width], "little")
            at += 1 + width + size
        elif opcode == _FRAME:
            at += 9
        elif opcode == _STOP:
            if at + 1 == end:
                return
            break
        else:
            raise Refused(f"a message has the opcode 0x{opcode:02x}")
    raise Refused("a message is cut short, or goes on after its end")
