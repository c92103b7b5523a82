"""The host's end of one worker: its pipes, the wait for its answers, its end.

The thread that calls writes the request, and polls by itself until the answer is there:
no other thread stands in the way.  It polls the answers, the output, the worker's pidfd,
and a pipe by which `interrupt` wakes it.

Invariants
- Output that was written before a message is given on before the message is looked at.
- A request that has a deadline, or that was interrupted, ends: the worker is asked first
  (`_ask_to_stop`), and asked again while it does not answer; after GRACE it is killed.
  Time that passes in the host's own callables does not count for the grace.
- A run that a host's callable has on another worker ends by the deadline of the run that
  called it, too, and by its interrupt: the one that waits is `around.worker`.
- It is polled in the same way while a request is written: the worker may not take it.
- What a signal handler of the host raises while it waits ends the run in the same way,
  and goes on from there.  Where it raises at a line that leaves open whether a request
  went out, the worker is killed: nobody could tell whose answer comes next.  Where it
  raises in a run that a callable of the host has started, the outermost run ends so too:
  `_raised` comes out of that one.
- An order to stop names a request by what both sides count: those that went out.
- A worker is ended once, by `kill`; afterwards its descriptors are closed, all of them.
  Another thread uses them, and its pid, only under `ending` and while it is not dead: soon
  after they are somebody else's.
- In a forked child of the host a worker is `lost`: the descriptors are closed there.
"""

import os
import select
import signal
from _thread import get_ident
from contextlib import suppress
from threading import RLock
from time import monotonic
from typing import Any

from pythonarium.errors import UnsupportedError, WorkerDiedError
from pythonarium.rungs._descriptors import Descriptors, is_readable
from pythonarium.rungs._ends import TOO_LATE, StoppedByForce, remove_files, signal_name
from pythonarium.rungs._links import HostLink, around
from pythonarium.rungs._output import Output
from pythonarium.rungs._sources import Sources
from pythonarium.rungs._threads import Entrance, ScriptThreads
from pythonarium.rungs._zygote import Zygote
from pythonarium_kernel import codec, wire
from pythonarium_kernel.arena import Arena
from pythonarium_kernel.eager import Eager
from pythonarium_kernel.exports import Exports
from pythonarium_kernel.orders import INTERRUPT, LOOK, STOP
from pythonarium_kernel.proxies import Proxy, exports_of

__all__ = ["GRACE", "Worker"]

GRACE = 0.7
"""Seconds that a script may take to clean up when it must end."""
REPEAT = 0.005
"""Seconds after which a worker is asked again to end a run; sooner at first."""
AFTER = 0.005
"""Seconds by which a run ends after the one around it should: that one has started a little
later than its host thinks, and shall have its own end before it gets that of the other."""
START_SECONDS = 30.0
CLOSE_SECONDS = 1.0
"""What a worker's exit handlers may take."""
LONGEST = 3_600_000.0
"""Milliseconds of one wait."""
_READ = 1 << 16
_RUNNING = frozenset(
    (
        *("execute", "execute_file", "evaluate", "operate", "advance"),
        *("import_module", "await_start", "await_step", "apply", "step"),
    )
)
"""Requests that run code of a script, and end when they are interrupted."""


class Worker:
    """A process that runs scripts.

    Made by the rung, which also ends it with `kill`; usable by the thread that is inside
    the interpreter.  `interrupt` alone may be called by any thread at any time.

    Attributes:
        discarded: numbers of handles to release with the next request; any thread adds.
        sources: the long scripts that it keeps.
        callee: the worker that it waits for, by a callable of the host.
        entrance: where threads of the host use objects of the worker's; the rung sets it.
    """

    def __init__(
        self,
        zygote: Zygote,
        output: Output,
        options: dict[str, Any],
        discarded: list[int],
    ) -> None:
        self.zygote, self.output = zygote, output
        self.is_dead = self.is_lost = False
        self.ending = RLock()
        self.status: int | None = None
        self.pid = 0
        self._name: int | None = None  # by which the zygote knows it
        self._stopping: float | None = None  # since when the run has been asked to end
        self._interrupted = False
        self._deadlines: list[float] = []
        self._end_around: float | None = (
            None  # of the runs of others that wait for ours
        )
        self._raised: BaseException | None = (
            None  # by a signal handler, in an inner run
        )
        self._is_run = False  # whether the outermost request runs a script
        self._depth = 0
        self._inside: int | None = None  # the thread whose request is on
        self.callee: Worker | None = None
        self.entrance: Entrance
        self.discarded, self.sources = discarded, Sources()
        self._threads = ScriptThreads(self)
        self._open = Descriptors()
        try:
            self._start(options)
        except BaseException:
            self.kill()
            raise
        _workers.add(self)

    def _start(self, options: dict[str, Any]) -> None:
        opened = self._open
        calls, self._calls = opened.pipe()
        self._answers, answers = opened.pipe()
        stops, self._stops = opened.pipe()
        self._out, out = opened.pipe()
        self._err, err = opened.pipe()
        self._loose, loose = opened.pipe()
        self._woken, self._wake = opened.pipe()
        self._links, links = opened.sockets()
        stdin = opened.stdin()
        given = [stdin, out, err, calls, answers, stops, loose, links]
        arenas = opened.arenas()
        options = {**options, "tells": self.output.tells}
        self._name = self.zygote.number()
        self.pid = self.zygote.fork(self._name, options, [*given, *arenas])
        for descriptor in given:
            opened.close(descriptor)
        self._watch()
        self.exports = Exports(self._threads.link, guards=True)
        self.arenas = (Arena(arenas[0]), Arena(arenas[1])) if arenas else (None, None)
        self.link = HostLink(self, self._calls, self.discarded)
        self._frames = wire.Frames()
        self._deadlines.append(monotonic() + START_SECONDS)
        kind, body = self.wait()
        self._deadlines.clear()
        self.link.phase = "idle"
        if kind == wire.RAISE:
            reason = codec.decoded(body, self.link, trusts=False)
            raise UnsupportedError(str(reason))
        if kind != wire.HELLO:
            raise wire.WireError("the worker does not say hello")
        self.facts: dict[str, Any] = codec.decoded(body, self.link, trusts=False)

    def _watch(self) -> None:
        self._eager = Eager()
        poll = self._poll = select.poll()
        poll.register(self._answers, select.POLLIN)  # first: see `wait`
        for descriptor in (self._out, self._err, self._loose, self._woken):
            os.set_blocking(descriptor, False)
            poll.register(descriptor, select.POLLIN)
        poll.register(self._links, select.POLLIN)
        self._pidfd = -1
        if hasattr(os, "pidfd_open"):
            with suppress(OSError):
                self._pidfd = self._open.add(os.pidfd_open(self.pid))
                poll.register(self._pidfd, select.POLLIN)
        for descriptor in (self._stops, self._calls, self._wake):
            os.set_blocking(descriptor, False)

    # Requests

    @property
    def was_interrupted(self) -> bool:
        """Whether somebody has asked the last run to end."""
        return self._interrupted

    @property
    def seconds(self) -> float:
        """How long the last request has taken, up to now."""
        return monotonic() - self._started

    @property
    def is_busy(self) -> bool:
        """Whether a request is on."""
        return self._depth > 0

    def is_stranger(self, value: object) -> bool:
        """Tell whether a value refers to an object of another worker."""
        return type(value) is Proxy and exports_of(value) is not self.exports

    def request(
        self, operation: str, args: tuple[object, ...], timeout: float | None
    ) -> Any:
        """Have the worker perform an operation.

        Raises:
            WorkerDiedError: it has died.
            Exception: what the other side raised; see `faults`.
        """
        link, deadlines = self.link, self._deadlines
        depth, waiting, caller = self._depth, len(deadlines), None
        unanswered = link.unanswered
        try:
            if depth == 0:
                self._is_run = operation in _RUNNING
                self._started = monotonic()
                self._inside = get_ident()
                self._interrupted, self._stopping = False, None
                self._raised = None
                caller = _caller() if self._is_run else None
                self._end_around = None if caller is None else _end_of(caller)
                if caller is not None:
                    caller.callee = self
            self._depth = depth + 1
            if timeout is not None:
                deadlines.append(monotonic() + timeout)
            return link.request(operation, *args)
        except wire.WireError as error:
            died = self.died(error)
            self._go_on_ending(depth)
            raise died from None
        except BaseException as error:
            if not self.is_dead and not link.is_in_step(unanswered):
                self._recover(error)
            self._go_on_ending(depth)
            raise
        finally:
            del deadlines[waiting:]
            self._depth = depth
            if depth == 0:
                self._stopping = self._inside = None
                if caller is not None:
                    caller.callee = None

    def _recover(self, error: BaseException) -> None:
        """Bring the conversation to its end, after something was raised in the middle."""
        if self.link.phase != "waiting":
            self.kill()
            return
        self._interrupted, self._stopping = True, None
        if self._depth > 1 and not isinstance(error, Exception):
            self._raised = error
        try:
            self.link.drop_answer(error)
        except wire.WireError:
            self.kill()
        except BaseException:
            self.kill()
            raise

    def _go_on_ending(self, depth: int) -> None:
        """Raise, out of the outermost run, what has ended the one inside of it."""
        raised = self._raised
        if depth == 0 and raised is not None:
            self._raised = None
            raise raised

    def write(self, data: bytes) -> None:
        """Write a frame; a worker that does not take it must end, as one that is late.

        Raises:
            wire.Gone: the worker has gone, or does not take it in time.
        """
        try:
            done = _written(self._calls, data)
            if done < len(data):
                self._write_rest(memoryview(data)[done:])
        except BrokenPipeError:
            raise wire.Gone("the other side has closed its end") from None

    def _write_rest(self, rest: memoryview) -> None:
        poll = select.poll()
        poll.register(self._calls, select.POLLOUT)
        poll.register(self._woken, select.POLLIN)
        while rest:
            for descriptor, _ in poll.poll(self._patience()):
                if descriptor == self._calls:
                    rest = rest[_written(descriptor, rest) :]
                else:
                    self._take(descriptor)

    def wait(self) -> tuple[int, bytes]:
        """Wait for a frame from the worker; give on the output that came before it.

        Raises:
            wire.WireError: the worker has gone, or sends what is no frame.
        """
        while True:
            frame, is_over = None, False
            poll = self._poll.poll
            for descriptor, _ in self._eager.look(poll) or poll(self._patience()):
                if descriptor == self._answers:
                    self.link.phase = "reading"
                    frame = self._frames.take(descriptor)
                    self.link.phase = "waiting"
                elif descriptor == self._pidfd:
                    is_over = True
                elif descriptor == self._links.fileno():
                    self.serve_threads()
                else:
                    self._take(descriptor)
            if frame is not None:
                self.link.phase = "reading"
                return frame
            if is_over:
                self._read_the_rest()

    def _read_the_rest(self) -> None:
        if not is_readable(self._answers):
            raise wire.Gone("the process has ended")

    def _take(self, descriptor: int) -> None:
        with suppress(BlockingIOError):
            data = os.read(descriptor, _READ)
            if not data:  # it was closed there
                self._poll.unregister(descriptor)
            elif descriptor == self._out:
                self.output.take(1, data)
            elif descriptor == self._err:
                self.output.take(2, data)
            elif descriptor == self._loose:
                self.output.take_loose(data)

    # Deadlines and interrupts

    @property
    def end(self) -> float | None:
        """When what is on must end: its nearest deadline, or that of a run around it."""
        ends = self._deadlines
        if self._end_around is not None:
            ends = [*ends, self._end_around]
        return min(ends, default=None)

    def _patience(self) -> float | None:
        """Return the milliseconds to wait; ask or kill where the time has come."""
        if not (self._deadlines or self._interrupted or self._end_around):
            return None
        now, nearest = monotonic(), self.end
        if self._end_around is not None and now >= self._end_around:
            self._interrupted = True  # whose deadline it is tells of it
        if nearest is not None and now < nearest and not self._interrupted:
            return min((nearest - now) * 1000 + 0.5, LONGEST)
        if self._stopping is None:
            self._stopping = now
        if now - self._stopping > GRACE:
            raise wire.Gone(TOO_LATE)
        self._ask_to_stop()
        return min(REPEAT, (now - self._stopping) / 2 + 0.0005) * 1000

    def _ask_to_stop(self) -> None:
        kind = INTERRUPT if self._interrupted else LOOK
        with suppress(OSError):
            os.write(self._stops, STOP.pack(kind, self.link.sent))
            os.kill(self.pid, signal.SIGINT)

    def host_was_busy(self) -> None:
        """Start the grace again: the host's own code ran meanwhile."""
        self._stopping = None

    def interrupt(self) -> bool:
        """End the outermost run; return False if none is on."""
        with self.ending:
            if not self._depth or self.is_dead or not self._is_run:
                return False
            self._interrupted = True
            if self.link.unanswered:  # else `wait` asks
                self._ask_to_stop()
            with suppress(OSError):
                os.write(self._wake, b"!")
        if self.callee is not None:
            self.callee.interrupt()
        return True

    # Links of further threads

    @property
    def inside(self) -> int | None:
        """The thread whose request is on."""
        return self._inside

    def serve_threads(self) -> None:
        """Be ready for threads of scripts that use objects of the host."""
        if not self._threads.is_ready:
            with suppress(KeyError):  # another thread has come first
                self._poll.unregister(self._links)
            self._threads.start(self._links)

    # Its end

    def died(self, error: wire.WireError) -> BaseException:
        """End the worker, and return the error that tells why it is gone."""
        is_late = error.args == (TOO_LATE,)
        self.kill()
        if is_late:
            return StoppedByForce()
        status = self.status
        number = -status if status is not None and status < 0 else None
        reason = "" if isinstance(error, wire.Gone) else str(error)
        return WorkerDiedError(
            exit_code=status if number is None else None,
            signal=None if number is None else signal_name(number),
            output_tail=self.output.tail,
            reason=reason,
        )

    def close(self) -> None:
        """End the worker as Python ends; one that takes too long is killed."""
        if not self.is_dead:
            self._open.close(self._calls)
            deadline = monotonic() + CLOSE_SECONDS
            with suppress(wire.WireError, OSError):
                while not self._is_over(deadline - monotonic()):
                    pass
            self.kill()
            self.output.flush()

    def _is_over(self, seconds: float) -> bool:
        """Wait for the end of the process; give on its output meanwhile."""
        found = self._poll.poll(max(0.0, seconds * 1000))
        for descriptor, _ in found:
            if descriptor == self._answers:
                self._frames.take(descriptor)
            elif descriptor != self._pidfd:
                self._take(descriptor)
        return not found or self._pidfd in dict(found)

    def shoot(self) -> None:
        """Have the process ended; `kill` must follow.  Any thread, any time."""
        with self.ending, suppress(OSError):
            if not self.is_dead:
                os.kill(self.pid, signal.SIGKILL)

    def kill(self) -> None:
        """End the worker, at once, with all that it started.  A second call does nothing."""
        with self.ending:
            if self.is_dead:
                return
            self.is_dead = True
        try:
            if self._name is not None and not self.is_lost:
                self.status = self.zygote.finish(self._name)
                self._drain()
                remove_files(self.pid)
        finally:
            self.forget()

    def _drain(self) -> None:
        for descriptor in (self._out, self._err, self._loose):
            for _ in range(16):
                if not is_readable(descriptor):
                    break
                with suppress(Exception):
                    self._take(descriptor)

    def forget(self) -> None:
        """Close what this process has of it."""
        exports = getattr(self, "exports", None)
        if exports is not None:
            exports.clear()
        self._open.close_all()
        _workers.discard(self)


def _caller() -> Worker | None:
    """Return the worker that waits for what this thread does.

    A Ctrl-C can keep `around` from being put back: so what it names must be busy, too.
    """
    worker = around.worker
    is_waiting = worker is not None and worker.inside == get_ident()
    return worker if is_waiting else None


def _end_of(caller: Worker) -> float | None:
    """Return when what a caller waits for must end: when it knows itself that it is late."""
    end = caller.end
    return None if end is None else end + AFTER


def _written(descriptor: int, data: bytes | memoryview) -> int:
    """Write what there is room for; return how much that was."""
    try:
        return os.write(descriptor, data)
    except BlockingIOError:
        return 0


_workers: set[Worker] = set()
"""All that are alive: none is collected with an interpreter that nobody closed."""


def _reset_after_fork() -> None:
    for worker in list(_workers):
        worker.is_lost = worker.is_dead = True
        worker.ending = RLock()
        worker.forget()
    _workers.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_reset_after_fork)
