"""What a host tells a worker by a signal, while a script runs.

SIGINT means: read the stop pipe.  It says `look`, and the handler ends each run whose time
is over; or `interrupt` with the number of a request: its outermost run ends if that
request is still the one that is on, or is the next to come.  So a signal that comes too
late ends nothing, and one that comes early is not lost.  The host goes on asking until it
has its answer, so a run that started a little later than it thinks ends as well.

The handler raises only in a script's lines, never in ours, and never after the run.
"""

import os
import struct
from time import perf_counter_ns

from pythonarium_kernel import interrupts, watchdog

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType
    from typing import Any, Callable, Optional

    from pythonarium_kernel.runner import Run

STOP = struct.Struct("<BQ")
"""What stands on the stop pipe for each signal: LOOK or INTERRUPT, number of a request."""
LOOK, INTERRUPT = 1, 2


def handler(link: "Any") -> "Callable[[int, Optional[FrameType]], None]":
    """Return the handler of SIGINT for the link of a main thread."""
    session = link.session

    def handle(_signal: int, frame: "Optional[FrameType]") -> None:
        for kind, number in _orders(link.stops):
            if kind == LOOK:
                _look(session.active)
            elif number == link.number and session.active:
                session.interrupt()
            elif number in (link.number, link.number + 1):
                link.owed = number
        interrupts.strike_at(frame)

    return handle


def _orders(descriptor: int) -> "list[tuple[int, int]]":
    try:
        data = os.read(descriptor, STOP.size * 64)
    except (BlockingIOError, OSError):
        return []
    whole = len(data) - len(data) % STOP.size
    return list(STOP.iter_unpack(data[:whole]))


def _look(active: "list[Run]") -> None:
    """End the runs whose time is over."""
    now = perf_counter_ns()
    for run in active:
        timeout = run.timeout
        if timeout and run.wall_start and now - run.wall_start >= timeout * 1e9:
            watchdog.stop(run, "timeout")
