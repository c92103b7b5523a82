"""Items of a worker's iterators that it has told before the host has asked for them.

Invariants
- What was told ahead counts as long as nothing was sent to the worker's main thread:
  with each message it is told how many of them were used, and the rest is forgotten.
- It counts for AGE seconds: a thread of a script may go on changing the container.
- Used by the thread that is inside the interpreter.
"""

from time import monotonic
from typing import Any

__all__ = ["Ahead"]

AGE = 0.01
FIRST, MOST = 8, 1024
"""How many items are asked for at first, and later."""


class _Chunk:
    __slots__ = ("end", "items", "used", "wanted")

    def __init__(self, items: list[Any], wanted: int) -> None:
        self.items, self.used, self.wanted = items, 0, wanted
        self.end = monotonic() + AGE


class Ahead:
    """What one worker has told ahead, by the number of the iterator's handle."""

    def __init__(self) -> None:
        self._chunks: dict[int, _Chunk] = {}

    def __bool__(self) -> bool:
        return bool(self._chunks)

    def next(self, number: int) -> tuple[Any, ...]:
        """Return the next item, in a tuple; an empty one where it is not known."""
        chunk = self._chunks.get(number)
        if chunk is None or chunk.used == len(chunk.items) or monotonic() > chunk.end:
            return ()
        chunk.used += 1
        return (chunk.items[chunk.used - 1],)

    def wanted(self, number: int) -> int:
        """Return how many items to ask for: more where all of the last ones were used."""
        chunk = self._chunks.get(number)
        if chunk is None or chunk.used < len(chunk.items):
            return FIRST
        return min(2 * chunk.wanted, MOST)

    def put(self, number: int, items: list[Any], wanted: int) -> None:
        """Keep what a worker has told."""
        self._chunks[number] = _Chunk(items, wanted)

    def take_used(self) -> tuple[tuple[int, int], ...]:
        """Return, once, how many items were used of which iterator; forget the rest."""
        chunks, self._chunks = self._chunks, {}
        return tuple((number, chunk.used) for number, chunk in chunks.items())
