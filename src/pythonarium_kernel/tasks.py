"""What a host awaits, on an event loop of the worker's own.

The host's loop cannot wait for a loop in another process, so it comes by: each step lets
the loop run until nothing is ready or the task is done, and says after how many seconds
it is worth to come again.  All tasks of a worker share one loop, so they meet there.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    import asyncio
    from typing import Any, Optional

FIRST_PAUSE, LONGEST_PAUSE = 0.0005, 0.02
"""Seconds between two steps: doubled from the first to the longest."""
MOMENT = 0.001


class Task:
    """An awaitable on its way.  Held by the host until it has the result."""

    __slots__ = ("pause", "task")

    def __init__(self, task: "asyncio.Task[Any]") -> None:
        self.task, self.pause = task, 0.0


class Tasks:
    """The loop of a worker, made with the first task."""

    def __init__(self) -> None:
        self._loop: Optional[asyncio.AbstractEventLoop] = None

    def start(self, awaitable: "Any") -> Task:
        """Put an awaitable on the loop."""
        import asyncio

        if not hasattr(type(awaitable), "__await__"):
            name = type(awaitable).__qualname__
            message = f"object {name} can't be used in 'await' expression"
            raise TypeError(message)
        if self._loop is None:
            self._loop = asyncio.new_event_loop()
        return Task(self._loop.create_task(_awaiting(awaitable)))

    def step(self, held: Task, method: str) -> "tuple[str, object]":
        """Let the loop run for a moment; see `WorkerSession.await_step`."""
        loop, task = self._loop, held.task
        assert loop is not None
        if method == "throw":
            task.cancel()
        loop.call_later(0.0 if held.pause == 0.0 else MOMENT, loop.stop)
        loop.run_forever()
        if not task.done():
            held.pause = min(held.pause * 2 or FIRST_PAUSE, LONGEST_PAUSE)
            return "pause", held.pause if method != "throw" else 0.0
        if task.cancelled() and method == "throw":
            return "thrown", None
        return "done", task.result()


async def _awaiting(awaitable: "Any") -> object:
    return await awaitable
