"""Long scripts go to a worker once, and by a number from then on.

Invariants
- A number stands for a source when a run of it has come back: the worker keeps the
  source before it runs it.  What never arrived, or was not read there, has no number.
- Before a number is sent with another source it is forgotten here; so both sides never
  take it for different ones, whatever becomes of the message.
- Belongs to one worker.  Used by the thread that is inside the interpreter.
"""

__all__ = ["SHORT", "Sources"]

SHORT = 500
"""Characters of a source that is sent each time."""
LONG = 200_000
"""Characters of a source that nobody keeps."""
COUNT = 64


class Sources:
    """The sources that one worker has kept."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._given: list[str | None] = [None] * COUNT
        self._next = 0

    def sent(self, source: str) -> object:
        """Return what is sent for a source: it, its number, or both to be kept."""
        if type(source) is not str or len(source) > LONG:
            return source
        number = self._numbers.get(source)
        if number is not None:
            return number
        number, self._next = self._next, (self._next + 1) % COUNT
        before, self._given[number] = self._given[number], source
        if before is not None:
            self._numbers.pop(before, None)
        return number, source

    def arrived(self, number: int, source: str) -> None:
        """Take note that a run with both has come back."""
        if self._given[number] is source:  # else runs inside of it have used it up
            self._numbers[source] = number
