"""Looks a few times for what is to come, before a thread goes to sleep for it.

To fall asleep and be woken takes two processes from 5 to 50 us a trip; a short trip takes
some 20 us without it.  So who waits looks first.  Where that was in vain it does not look
for a while, longer each time: so it costs next to nothing where answers take long, or the
processors have other work.  Where there is one processor alone nobody looks, for that
would keep the other side from running.
"""

import os
from time import perf_counter_ns

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable

SPAN = 25_000
"""Nanoseconds for which it looks; less often where other threads want the GIL as well."""
LONGEST = 1023
"""Waits without a look, at most."""


class Eager:
    """Waits for one thing after the other, in one thread."""

    __slots__ = ("_pause", "_rest", "_span")

    def __init__(self) -> None:
        self._span = SPAN if _processors() > 1 else 0
        self._pause = self._rest = 0

    def look(self, poll: "Callable[[int], list[Any]]") -> "list[Any]":
        """Return what `poll(0)` finds soon, or an empty list."""
        if self._rest:
            self._rest -= 1
            return []
        end = perf_counter_ns() + self._span
        while perf_counter_ns() < end:
            found = poll(0)
            if found:
                self._pause = self._pause * 7 // 8
                return found
        self._rest = self._pause = min(2 * self._pause + 1, LONGEST)
        return []


def _processors() -> int:
    try:
        return len(os.sched_getaffinity(0))
    except (AttributeError, OSError):
        return os.cpu_count() or 1
