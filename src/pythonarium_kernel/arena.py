"""Shared memory in which large buffers pass from one process to another.

An arena is a memfd that two processes map.  One of them owns it: it alone gives out slots.

    owner   store(buffer)            copies it into a slot        -> its place
    other   view(place)              a buffer on the slot, no copy
    owner   own_view(place)          likewise, where the other side sends it back
    other   freed, in a message      when nothing here refers to the view any more
    owner   free(places)             the slot is used again: its pages are warm

Invariants
- A slot is given out again when every view of it is gone, on both sides: `_users` counts.
- The memfd is sealed against shrinking, so what has been mapped stays readable whatever
  the other process does; a place is checked against the size that the memfd has.
- An arena belongs to one worker.  With the worker's end it is dropped as a whole; views
  that the host still has stay valid, they keep the mapping.
- A view is a ctypes array: it exports its buffer and tells by a weak reference when the
  last array, memoryview or slice on it has gone.  Its end only appends to `freed`, so it
  may come in any thread at any time.
"""

import mmap
import os
import weakref
from collections import deque
from threading import RLock

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Optional

    Place = tuple[int, int]
    """Offset and size, in bytes."""

SMALLEST = 1 << 16


def create() -> "Optional[int]":
    """Return the descriptor of a new arena, or None where there is no memfd."""
    if not hasattr(os, "memfd_create"):
        return None
    import fcntl

    try:
        flags = os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING
        descriptor = os.memfd_create("pythonarium", flags)
    except OSError:
        return None
    fcntl.fcntl(descriptor, fcntl.F_ADD_SEALS, fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_SEAL)
    return descriptor


class Arena:
    """One process's end.  Made with a worker, dropped with it.

    Attributes:
        descriptor: of the memfd; whoever opened it closes it.
        freed: what the views that have gone here had: number, offset.
    """

    def __init__(self, descriptor: int) -> None:
        self.descriptor = descriptor
        self._lock = RLock()
        self._map: Any = None
        self._size = 0
        self._maps: list[tuple[weakref.ref[Any], int, int]] = []  # address, size
        self._top = 0
        self._free: dict[int, list[int]] = {}  # size of the slot -> offsets
        self._users: dict[int, list[int]] = {}  # offset -> size of the slot, views
        self._views: dict[int, weakref.ref[Any]] = {}  # a number each
        self.freed: deque[tuple[int, int]] = deque()  # number, offset
        self._last = 0

    # The owner

    def store(self, data: "Any") -> "Place":
        """Copy a buffer into a slot, for the other side.

        Raises:
            OSError: the arena cannot grow: memory, or a limit on the size of files.
        """
        source = memoryview(data)
        if source.ndim != 1 or source.format != "B":
            source = source.cast("B")
        size = source.nbytes
        with self._lock:
            offset = self._allocate(size)
            self._users[offset][1] += 1
        memoryview(self._map)[offset : offset + size] = source
        return offset, size

    def _allocate(self, size: int) -> int:
        self._reuse_own()
        room = max(SMALLEST, 1 << (size - 1).bit_length())
        free = self._free.get(room)
        if free:
            offset = free.pop()
        else:
            offset, top = self._top, self._top + room
            if top > self._size:
                self._grow(top)
            self._top = top
        self._users[offset] = [room, 0]
        return offset

    def _grow(self, size: int) -> None:
        size = max(size, 2 * self._size, 1 << 20)
        if os.fstat(self.descriptor).st_size < size:
            os.ftruncate(self.descriptor, size)
        self._remap(size)

    def _remap(self, size: int) -> None:
        import ctypes

        self._map = mmap.mmap(self.descriptor, size)  # views keep those before
        self._size = size
        address = ctypes.addressof(ctypes.c_char.from_buffer(self._map))
        self._maps = [known for known in self._maps if known[0]() is not None]
        self._maps.append((weakref.ref(self._map), address, size))

    def free(self, places: "Any") -> None:
        """Take back slots that the other side does not look at any more."""
        with self._lock:
            for offset in places:
                self._drop_user(offset)

    def _drop_user(self, offset: object) -> None:
        base = self._base(offset)
        if base is None:
            return
        slot = self._users[base]
        slot[1] -= 1
        if slot[1] <= 0:
            del self._users[base]
            self._free.setdefault(slot[0], []).append(base)

    def _reuse_own(self) -> None:
        for offset in self.take_freed():
            self._drop_user(offset)

    def own_view(self, place: "Place") -> "Any":
        """Return a buffer on a slot that the other side sends back.

        Raises:
            ValueError: there is no such slot.
        """
        offset, size = place
        with self._lock:
            base = self._base(offset)
            if base is None or not 0 <= size <= base + self._users[base][0] - offset:
                message = "a message names a slot of the arena that is not in use"
                raise ValueError(message)
            self._users[base][1] += 1
            return self._view(offset, size)

    def lend(self, address: int, size: int) -> "Optional[Place]":
        """Return the place of memory that lies in a slot, for the other side, or None."""
        place = self.place_of(address, size)
        if place is None:
            return None
        with self._lock:
            base = self._base(place[0])
            if base is None:
                return None
            self._users[base][1] += 1
        return place

    def _base(self, offset: object) -> "Optional[int]":
        """Return where the slot starts that an offset lies in, if it is in use."""
        if type(offset) is not int:
            return None
        for base, (room, _) in self._users.items():
            if base <= offset < base + room:
                return base
        return None

    # The other side

    def view(self, place: "Place") -> "Any":
        """Return a writable buffer on a slot of the other side.

        Raises:
            ValueError: the place is not inside the arena.
        """
        offset, size = place
        is_place = type(offset) is int and type(size) is int and offset >= 0
        if not is_place or size < 0:
            message = f"a message names the place {place!r:.60} of the arena"
            raise ValueError(message)
        with self._lock:
            if offset + size > self._size:
                there = os.fstat(self.descriptor).st_size
                if offset + size > there:
                    message = (
                        f"a message names a place beyond the arena's {there} bytes"
                    )
                    raise ValueError(message)
                self._remap(there)
            return self._view(offset, size)

    def take_freed(self) -> "tuple[int, ...]":
        """Return, once, the offsets whose views have gone here."""
        ended, offsets = self.freed, []
        while ended:
            number, offset = ended.popleft()
            self._views.pop(number, None)
            offsets.append(offset)
        return tuple(offsets)

    # Both

    def place_of(self, address: int, size: int) -> "Optional[Place]":
        """Return the place of memory that lies in the arena, or None."""
        for known, start, room in self._maps:
            offset = address - start
            if offset >= 0 and offset + size <= room and known() is not None:
                return offset, size
        return None

    def _view(self, offset: int, size: int) -> "Any":
        import ctypes

        view = (ctypes.c_ubyte * size).from_buffer(self._map, offset)
        self._last += 1
        number, ended = self._last, self.freed
        self._views[number] = weakref.ref(
            view, lambda _gone: ended.append((number, offset))
        )
        return view
