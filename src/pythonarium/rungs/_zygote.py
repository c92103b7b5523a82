"""The host's end of a zygote: starts one per Python, asks it for workers, ends it.

Invariants
- `_zygotes` holds the zygotes that are in use, by what they were started with; each is
  counted, and the last user's `release` ends it.  All under `_lock`.
- A request and its answer pass under the zygote's own lock: any thread may ask.  A signal
  handler may ask inside of that, or raise: an answer is known by its request's number, and
  one that nobody waits for any more is dropped.
- A worker whose end was asked for when a signal handler raised is in `_doomed`: its end is
  asked for again before another one is forked.
- A zygote is started without code between fork and exec, so a host with much memory or
  many threads starts it as quickly as a small one.
- The process that a host starts is the keeper; the zygote is its only child (see the
  kernel's `zygote`).  It ends when the zygote has ended, and all that was below it.
- In a forked child of the host `_zygotes` is empty, and the parent's control sockets are
  closed: the zygote and its workers are the parent's.
"""

import atexit
import itertools
import os
import pickle
import select
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from threading import RLock
from time import monotonic
from typing import Any

import pythonarium_kernel
from pythonarium.errors import UnsupportedError
from pythonarium.rungs._descriptors import socket_pair
from pythonarium_kernel.zygote import MESSAGE

__all__ = ["Start", "Zygote", "acquire"]

_BOOT = """\
import sys
control, host, folder, preload = sys.argv[1:5]
if sys.version_info < (3, 9):
    sys.exit("a worker needs Python 3.9 or newer, this is %s" % sys.version.split()[0])
from importlib.util import module_from_spec, spec_from_file_location
spec = spec_from_file_location(
    "pythonarium_kernel", folder + "/__init__.py", submodule_search_locations=[folder]
)
package = sys.modules["pythonarium_kernel"] = module_from_spec(spec)
spec.loader.exec_module(package)
sys.argv[:] = [""]
from pythonarium_kernel.zygote import main
main(int(control), int(host), preload.split())
"""
"""What a zygote runs: it loads the kernel from where it lies, whatever is installed."""

START_SECONDS = 60.0
ANSWER_SECONDS = 5.0
"""What a zygote may take to fork or end a worker; one that does not answer is stopped."""
END_SECONDS = 3.0
_SAID = 4000
"""Bytes that are kept of what a zygote prints before it is ready."""


@dataclass(frozen=True, slots=True)
class Start:
    """What makes zygotes differ.

    Attributes:
        python: the path of the Python that it runs.
        options: of the command line, before the program.
        preload: modules that it imports before it forks.
    """

    python: str
    options: tuple[str, ...]
    preload: tuple[str, ...]


class Zygote:
    """A process that forks workers.  Made by `acquire`; ended by its last `release`."""

    def __init__(self, start: Start) -> None:
        self.start = start
        self.users = 0
        self._has_gone = False
        self.environ = dict(os.environ)
        self._lock = RLock()
        self._numbers = itertools.count()
        self._answers: dict[int, tuple[Any, ...]] = {}  # that somebody waits for
        self._doomed: set[int] = set()
        self._road, theirs = socket_pair(socket.SOCK_SEQPACKET)
        with theirs:
            for end in (self._road, theirs):
                end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, MESSAGE)
            try:
                self._process = self._spawn(theirs)
            except OSError as error:
                self._road.close()
                message = (
                    f"python={start.python!r} cannot be started: {error}; pass the path"
                    " of a Python that is there"
                )
                raise UnsupportedError(message) from error
        self._await_start()

    def _spawn(self, control: socket.socket) -> "subprocess.Popen[bytes]":
        folder = os.path.dirname(os.path.abspath(pythonarium_kernel.__file__))
        number = control.fileno()
        arguments = [
            str(number),
            str(os.getpid()),
            folder,
            " ".join(self.start.preload),
        ]
        return subprocess.Popen(  # noqa: S603  # the user's own Python
            [self.start.python, *self.start.options, "-c", _BOOT, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            pass_fds=(number,),
            process_group=0,
        )

    def _await_start(self) -> None:
        stderr = self._process.stderr
        assert stderr is not None
        said = _Tail(stderr.fileno())
        try:
            answer = self._first_answer(said)
        except (OSError, EOFError):
            self._process.kill()
            self._process.wait()
            self._road.close()
            while said.take():
                pass
            reason = said.text.strip() or "no word"
            message = f"python={self.start.python!r} did not start: {reason}"
            raise UnsupportedError(message) from None
        finally:
            stderr.close()
        self._road.settimeout(ANSWER_SECONDS)
        self.version: tuple[int, ...] = answer[1]
        if answer[2]:
            self.end()
            failed = "; ".join(f"{name}: {why}" for name, why in answer[2].items())
            message = f"preload={list(self.start.preload)!r}: {failed}"
            raise UnsupportedError(message)

    def _first_answer(self, said: "_Tail") -> Any:
        """Return what a zygote tells when it is ready; read what it prints till then."""
        poll, deadline = select.poll(), monotonic() + START_SECONDS
        poll.register(self._road, select.POLLIN)
        poll.register(said.descriptor, select.POLLIN)
        while True:
            found = dict(poll.poll(max(0.0, deadline - monotonic()) * 1000))
            if not found:
                raise TimeoutError
            if self._road.fileno() in found:
                return self._answer()
            if not said.take():
                poll.unregister(said.descriptor)

    def number(self) -> int:
        """Return a number for a worker that is to be forked."""
        return next(self._numbers)

    def fork(
        self, number: int, options: Mapping[str, Any], descriptors: Sequence[int]
    ) -> int:
        """Have a worker forked; return its pid.

        Raises:
            UnsupportedError: the system has no room for another process.
            OSError: the zygote is gone.
            EOFError: likewise.
        """
        while self._doomed:
            self.finish(self._doomed.pop())
        answer = self._ask((number, "fork", options), descriptors)
        if isinstance(answer, OSError):
            raise UnsupportedError(f"no worker can be started: {answer}")
        pid: int = answer
        return pid

    def finish(self, number: int) -> int | None:
        """Kill a worker with all that it started; return its exit status.

        None where the zygote has gone, and the worker with it.
        """
        try:
            status = self._ask((next(self._numbers), "end", number), ())
        except (OSError, EOFError):
            return None
        except BaseException:
            self._doomed.add(number)
            raise
        return None if isinstance(status, OSError) else status

    def _ask(self, request: tuple[int, str, object], descriptors: Sequence[int]) -> Any:
        data, answers, number = pickle.dumps(request, 4), self._answers, request[0]
        with self._lock:
            answers[number] = ()
            try:
                if descriptors:
                    socket.send_fds(self._road, [data], list(descriptors))
                else:
                    self._road.send(data)
                while not answers[number]:
                    answered, answer = self._answer()
                    if answered in answers:
                        answers[answered] = (answer,)
                return answers[number][0]
            except TimeoutError:
                self._has_gone = True
                self._process.terminate()
                raise ConnectionAbortedError("the zygote does not answer") from None
            except (ConnectionError, EOFError):
                self._has_gone = True
                raise
            finally:
                del answers[number]
                if answers:
                    self._wake()

    def _wake(self) -> None:
        """Have an answer come that is nobody's: the one awaited below was read here."""
        with suppress(OSError):
            self._road.send(pickle.dumps((next(self._numbers), "end", -1), 4))

    def _answer(self) -> Any:
        data = self._road.recv(MESSAGE)
        if not data:
            raise EOFError("the zygote has gone")
        return pickle.loads(data)  # noqa: S301  # no script has run in it

    @property
    def is_alive(self) -> bool:
        """Whether the process is there."""
        return not self._has_gone and self._process.poll() is None

    @property
    def pid(self) -> int:
        """The process that keeps it."""
        return self._process.pid

    def end(self) -> None:
        """End the process, and with it all its workers."""
        self._road.close()
        for harder in (self._process.terminate, self._process.kill):
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(END_SECONDS)
                return
            harder()
        self._process.wait()

    def forget(self) -> None:
        """Let go of it in a forked child of the host."""
        self._road.close()
        self._process.returncode = 0  # not ours to wait for


class _Tail:
    """The end of what comes through a pipe."""

    def __init__(self, descriptor: int) -> None:
        os.set_blocking(descriptor, False)
        self.descriptor, self._data = descriptor, b""

    def take(self) -> bool:
        """Read once; return False where there is nothing, or nothing more."""
        try:
            data = os.read(self.descriptor, 1 << 16)
        except BlockingIOError:
            return False
        self._data = (self._data + data)[-_SAID:]
        return bool(data)

    @property
    def text(self) -> str:
        """What is kept of it."""
        return self._data.decode("utf-8", "replace")


_lock = RLock()
_zygotes: dict[Start, Zygote] = {}
_is_registered = False


def acquire(start: Start) -> Zygote:
    """Return a zygote that is alive; start one, where there is none."""
    global _is_registered
    with _lock:
        if not _is_registered:
            _is_registered = True
            atexit.register(_end_all)
        zygote = _zygotes.get(start)
        if zygote is None or not zygote.is_alive:
            zygote = _zygotes[start] = Zygote(start)
        zygote.users += 1
        return zygote


def release(zygote: Zygote) -> None:
    """Give a zygote back; the last user ends it."""
    with _lock:
        zygote.users -= 1
        if zygote.users > 0:
            return
        if _zygotes.get(zygote.start) is zygote:
            del _zygotes[zygote.start]
    zygote.end()


def _end_all() -> None:
    """End what was never given back, when the host ends."""
    with _lock:
        while _zygotes:
            _zygotes.popitem()[1].end()


def options_of_host() -> tuple[str, ...]:
    """Return the options of this Python that its workers take over."""
    warnings = [f"-W{option}" for option in sys.warnoptions]
    switches = [
        f"-X{name}" if value is True else f"-X{name}={value}"
        for name, value in sys._xoptions.items()  # noqa: SLF001  # documented, under this name
        if name in ("utf8", "dev", "int_max_str_digits", "no_debug_ranges")
    ]
    return (*warnings, *switches)


def _reset_after_fork() -> None:
    global _lock
    _lock = RLock()
    for zygote in _zygotes.values():
        with suppress(OSError):
            zygote.forget()
    _zygotes.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_reset_after_fork)
