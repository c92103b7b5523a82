"""The objects that a host holds by number, and the frames that own them.

Invariants
- An object is in the table from `add` until its frame closes, the host releases it, or
  the session closes.  Numbers are never used twice.
- A frame belongs to the owner (a thread of the host) that opened it; each owner has a
  stack of its own, and frames close in the reverse order of their opening.
- A new handle belongs to the innermost frame of its owner if that one collects;
  outside every frame, or inside a pause, it belongs to none.
- `keep` moves a handle to the next frame outside.
- Only the host's lock protects the table: the host calls under its interpreter's lock.
  `discard` alone may be called by any thread at any time (a host's garbage collector):
  it only appends to a queue, which the next call works off.
"""

from collections import deque
from itertools import count

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Optional

    Place = tuple[str, int]
    """File and line."""


class HandleRefusal(Exception):
    """A handle or a frame is not there any more.  The message says why."""


class HandleFrame:
    """A scope that owns handles.  `place` is where the host opened it."""

    __slots__ = ("collects", "held", "owner", "place")

    def __init__(self, owner: int, collects: bool, place: "Place") -> None:
        self.owner, self.collects, self.place = owner, collects, place
        self.held: set[int] = set()


class _Held:
    __slots__ = ("frame", "place", "value")

    def __init__(
        self, value: object, frame: "Optional[HandleFrame]", place: "Place"
    ) -> None:
        self.value, self.frame, self.place = value, frame, place


class Handles:
    """The table of one interpreter.

    Attributes:
        discarded: numbers that wait for `sweep`.
    """

    def __init__(self) -> None:
        self._table: dict[int, _Held] = {}
        self._frames: dict[int, list[HandleFrame]] = {}
        self._numbers = count(1)
        self.discarded: deque[int] = deque()

    def add(self, value: object, owner: int, place: "Place") -> int:
        """Hold an object for the host; return its number."""
        number = next(self._numbers)
        stack = self._frames.get(owner)
        frame = stack[-1] if stack else None
        if frame is not None and frame.collects:
            frame.held.add(number)
        else:
            frame = None
        self._table[number] = _Held(value, frame, place)
        return number

    def start_at(self, number: int) -> None:
        """Give out numbers from this one on, before the first is given out."""
        self._numbers = count(number)

    def get(self, number: int) -> object:
        """Return the object behind a number.

        Raises:
            HandleRefusal: it was released.
        """
        held = self._table.get(number)
        if held is None:
            message = (
                "the handle was released when its frame closed; keep() it to use it"
                " outside of the frame"
            )
            raise HandleRefusal(message)
        return held.value

    def discard(self, number: int) -> None:
        """Release a number at the next occasion.  Any thread, any time."""
        self.discarded.append(number)

    def sweep(self) -> None:
        """Release what was discarded."""
        discarded = self.discarded
        while discarded:
            number = discarded.popleft()
            held = self._table.pop(number, None)
            if held is not None and held.frame is not None:
                held.frame.held.discard(number)

    def open_frame(self, owner: int, collects: bool, place: "Place") -> HandleFrame:
        """Open a frame; `collects` is false for a pause."""
        frame = HandleFrame(owner, collects, place)
        self._frames.setdefault(owner, []).append(frame)
        return frame

    def close_frame(self, frame: HandleFrame, owner: int) -> None:
        """Close a frame and release what it owns.  A second call does nothing.

        Raises:
            HandleRefusal: it belongs to another owner, or is not the innermost.
        """
        stack = self._frames.get(frame.owner, [])
        if frame not in stack:
            return
        if frame.owner != owner:
            message = "a frame can only be closed by the thread that opened it"
            raise HandleRefusal(message)
        if stack[-1] is not frame:
            inner = stack[-1]
            message = (
                "frames close in the reverse order of their opening: first close the"
                f" one that was opened at {inner.place[0]}:{inner.place[1]}"
            )
            raise HandleRefusal(message)
        stack.pop()
        if not stack:
            del self._frames[owner]
        table = self._table
        for number in frame.held:
            table.pop(number, None)
        frame.held.clear()

    def keep(self, number: int, owner: int) -> None:
        """Move a handle from its owner's innermost frame to the next one outside."""
        self.get(number)
        held = self._table[number]
        stack = self._frames.get(owner, [])
        if held.frame is None or held.frame not in stack:
            return
        held.frame.held.discard(number)
        outside = stack[: stack.index(held.frame)]
        held.frame = outside[-1] if outside and outside[-1].collects else None
        if held.frame is not None:
            held.frame.held.add(number)

    def report(self) -> "list[tuple[int, str, Place]]":
        """Return number, type and place of origin of each object that is held."""
        self.sweep()
        return [
            (number, type(held.value).__qualname__, held.place)
            for number, held in self._table.items()
        ]

    def release_all(self) -> None:
        """Release everything and forget all frames."""
        self._table.clear()
        self._frames.clear()
        self.discarded.clear()
