"""Looks a few times for what is to come, before a thread goes to sleep for it.

To fall asleep and be woken takes two processes from 5 to 50 us a trip; a short trip takes
some 20 us without it.  So who waits looks first.  Where that was in vain it does not look
for a while, longer each time: so it costs next to nothing where answers take long, or the
processors have other work.  Where there is one processor alone nobody looks, for that
would keep the other side from running; nor where a control group grants the time of fewer
than two, as containers have it, for the quota would be gone by the middle of each period.

The same holds where the scheduler keeps both sides on one of several processors, which it
likes to do: each wakes the other just before it sleeps.  So a side that knows whom it waits
for steps aside when that one waits for its processor: it does without that processor for a
moment.  The scheduler moves it to another one, and may move it back.  It does so only if no
more threads want to run than there are processors, or it would take the place of others.

A run may have to end while a script waits here for its host.  So nothing here calls Python
code of the standard library: the end would be raised there, and the answer be left unread.
"""

import os
from io import FileIO  # not `open`, which a script may replace
from math import inf
from time import perf_counter_ns

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable

SPAN = 80_000
"""Nanoseconds for which it looks: longer than it takes the other side to be woken and to do
a short piece of work, or both would find each other asleep for ever."""
LONGEST = 1023
"""Waits without a look, at most."""
_NEVER = 2**60
"""More waits than there will be."""
_SIDES = "host", "worker"
_GROUPS = "/proc/self/cgroup"
_ROOTS = "/sys/fs/cgroup", "/sys/fs/cgroup/cpu"
"""Where control groups are: those of version 2, and those of version 1 for processors."""


class Eager:
    """Waits for one thing after the other, in one thread.

    Args:
        other: the system's number of the thread that is waited for; 0: not known.
    """

    __slots__ = ("_other", "_pause", "_rest")

    def __init__(self, other: int = 0) -> None:
        self._other, self._pause = other, 0
        self._rest = 0 if min(len(_allowed()), granted()) >= len(_SIDES) else _NEVER

    def look(self, poll: "Callable[[int], list[Any]]") -> "list[Any]":
        """Return what `poll(0)` finds soon, or an empty list."""
        if self._rest:
            self._rest -= 1
            return []
        found = _look(poll)
        if not found and self._other and _have_room():
            _step_aside(self._other)
            found = _look(poll)
        if found:
            self._pause //= 2
        else:
            self._rest = self._pause = min(2 * self._pause + 1, LONGEST)
        return found


def _look(poll: "Callable[[int], list[Any]]") -> "list[Any]":
    end = perf_counter_ns() + SPAN
    while perf_counter_ns() < end:
        found = poll(0)
        if found:
            return found
    return []


def _have_room() -> bool:
    """Tell whether there are no more threads that want to run than processors."""
    try:
        running = int(_text("/proc/loadavg").split()[3].partition("/")[0])
    except (IndexError, ValueError):
        return False
    return running <= len(_allowed())


def _step_aside(thread: int) -> None:
    """Leave the processor to a thread, if it wants to run there."""
    try:
        fields = _text(f"/proc/{thread}/stat").rpartition(")")[2].split()
        state, processor = fields[0], int(fields[36])
        allowed = _allowed()
        others = allowed - {processor}
        if state == "R" and others:
            try:
                os.sched_setaffinity(0, others)
            finally:
                os.sched_setaffinity(0, allowed)
    except (AttributeError, IndexError, OSError, ValueError):
        pass  # the thread has gone, or the system has other rules


def _allowed() -> "set[int]":
    """Return the processors that this thread may run on."""
    try:
        return os.sched_getaffinity(0)
    except (AttributeError, OSError):
        return set(range(os.cpu_count() or 1))


def granted() -> float:
    """Return how many processors' time the control groups of this process grant it."""
    least = inf
    for line in _text(_GROUPS).splitlines():
        _, controllers, folder = line.split(":", 2)
        if controllers and "cpu" not in controllers.split(","):
            continue
        while True:
            least = min(least, *(_quota(root + folder) for root in _ROOTS))
            if not folder:
                break
            folder = folder.rpartition("/")[0]
    return least


def _quota(group: str) -> float:
    limit = _text(group + "/cpu.max").split()
    if not limit:
        limit = _text(group + "/cpu.cfs_quota_us").split()
        limit += _text(group + "/cpu.cfs_period_us").split()
    if len(limit) != len(("quota", "period")) or limit[0] in ("max", "-1"):
        return inf
    return int(limit[0]) / int(limit[1])


def _text(path: str) -> str:
    """Return what a file of the system says, or an empty text."""
    try:
        with FileIO(path) as file:
            return file.read().decode("utf-8", "replace")
    except OSError:
        return ""
