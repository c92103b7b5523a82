"""What an iterator will give next, looked at without a step of it.

A host that loops over a handle gets the items that follow along with each one that it
asks for, and says later how many of them it has used: see `skip`.

Invariants
- Only iterators of the built-in containers are looked at, and only by lines of C: no
  code of a script runs.  A generator, or an iterator of a class of a script, does its
  steps when it is asked for them, one by one.
- Only items without parts are told ahead.  Any other one becomes a handle when the host
  comes to it.
- The iterator stands where the host is whenever something else may look at it: the number
  of used items comes with the next message, before that is performed.
"""

from itertools import islice
from sys import getsizeof

from pythonarium_kernel.values import is_scalar

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

ROOM = 1 << 20
"""Bytes of memory that the items told ahead may have, about."""
SHARE = 16
"""What part of a dict or set is told ahead at least: each look at one lists all of it."""

_SOURCES = frozenset((list, tuple, str, bytes, bytearray))
_INDEXED = frozenset(
    map(
        type, (iter([]), iter(()), iter(""), iter("\xb5"), iter(b""), iter(bytearray()))
    )
)
_RANGES = frozenset((type(iter(range(0))), type(iter(range(1 << 70)))))
_LISTED = frozenset(map(type, (iter({}), iter({}.values()), iter(set()))))


def items(iterator: "Any", wanted: int) -> "list[object]":
    """Return what comes next, at most so many; [] where that cannot be told."""
    told: list[object] = []
    room = ROOM
    for item in _rest(iterator, wanted):
        room -= getsizeof(item)
        if room < 0 or not is_scalar(item):
            break
        told.append(item)
    return told


def skip(iterator: "Any", used: int) -> None:
    """Take the steps for items that were told ahead and used."""
    try:
        for _ in islice(iterator, used):
            pass
    except RuntimeError:  # another thread has changed the dict: the next step says so
        pass


def _rest(iterator: "Any", wanted: int) -> "Any":
    """Return the items that come next, or the first of them."""
    cls = type(iterator)
    if cls in _INDEXED:
        _, (source,), *state = iterator.__reduce__()
        if not state or type(source) not in _SOURCES:  # at its end, or of a subclass
            return ()
        return source[state[0] : state[0] + wanted]
    if cls in _RANGES:
        _, (source,), state = iterator.__reduce__()  # an index before Python 3.12
        return source[state or 0 :][:wanted]
    if cls in _LISTED:
        size = iterator.__length_hint__()  # 0 where it has changed
        return iterator.__reduce__()[1][0][: max(wanted, size // SHARE)] if size else ()
    return ()
