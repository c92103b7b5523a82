"""A process that runs scripts for a host: the kernel's end of the process rung.

The main thread reads a CALL, performs it, answers, and reads again.  It runs all scripts,
so that signals reach them.

Descriptors
- 0, 1 and 2 are the script's: what the host reads on, and two pipes to it.
- The road is private: two pipes for messages, one by which the host says what a signal
  means, one for loose output, a socket for links of further threads.  They are closed in
  whatever a script forks or starts, so the host sees a worker's end at once.

Signals
- SIGINT means: read the stop pipe.  It says `look`, and the handler ends each run whose
  time is over; or `interrupt` with the number of a request: its outermost run ends if
  that request is still the one that is on, or is the next to come.  So a signal that comes
  too late ends nothing, and one that comes early is not lost.
- The handler raises only in a script's lines, never in ours, and never after the run.

End
- The stream of requests ends, and the worker ends.  It dies with its zygote, and the
  zygote with the host (see `zygote`).
- A child that a script forks is no worker: it ends where its part of the script ends.
"""

import os
import signal
import struct
import sys
from contextlib import suppress
from _thread import get_ident
from time import perf_counter_ns

from pythonarium_kernel import codec, faults, report, route, streams, watchdog, wire
from pythonarium_kernel.arena import Arena
from pythonarium_kernel.exports import Exports
from pythonarium_kernel.link import ByReference, Link, Opaque
from pythonarium_kernel.proxies import Proxy
from pythonarium_kernel.records import UnknownClass, loaded_class, made_class
from pythonarium_kernel.runner import Run, ScriptFailed, perform
from pythonarium_kernel.session import Caller, RefusedValue, Session
from pythonarium_kernel.tasks import Tasks
from pythonarium_kernel.values import is_scalar, obstacle

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType
    from typing import Any, Callable, Optional

    from pythonarium_kernel.link import Arenas

STOP = struct.Struct("<BQ")
"""What stands on the stop pipe for each signal: LOOK or INTERRUPT, number of a request."""
LOOK, INTERRUPT = 1, 2
EARLY_NS = 2_000_000
"""A deadline that is so near has passed: the host's clock started a little earlier."""
SMALL = 1000
"""Characters of text that is sent along as the value of a run, asked for or not."""


class Setup:
    """What a worker is told when it is forked.

    Attributes:
        calls, answers, stops, loose, links: descriptors, see above.
        arenas: descriptors of the host's arena and the worker's own, where there are any.
        tells: the streams for which the host has a callable.
    """

    __slots__ = ("answers", "arenas", "calls", "links", "loose", "stops", "tells")

    def __init__(self, descriptors: "list[int]", tells: "tuple[str, ...]") -> None:
        self.calls, self.answers, self.stops, self.loose, self.links, *arenas = (
            descriptors
        )
        self.arenas = arenas
        self.tells = tells


class WorkerSession(Session):
    """A session whose runs print to the descriptors of the process."""

    def __init__(
        self,
        sinks: "tuple[streams.PipeSink, streams.PipeSink]",
        is_owed: "Callable[[], bool]",
    ) -> None:
        super().__init__()
        self._sinks, self._streams, self._is_owed = sinks, True, is_owed
        self._tasks = Tasks()

    def _make_sinks(self, run: Run, *, capture: bool) -> None:  # noqa: ARG002
        run.stdout, run.stderr = run.sinks = self._sinks
        if self._is_owed():
            run.thread = get_ident()
            watchdog.stop(run, "interrupt")

    def await_start(self, context: str, number: int) -> object:
        """Start an awaitable on the worker's own event loop; return its task."""
        run = self._new_run(context)
        awaitable = self.handles.get(number)
        return perform(run, self._active, self._tasks.start, awaitable)

    def await_step(
        self,
        context: str,
        steps: "Any",
        method: str,
        argument: object,  # noqa: ARG002  # what a host throws in is always the end
        caller: "Optional[Caller]" = None,
    ) -> "tuple[str, object]":
        """Let the loop run for a moment.

        Returns:
            `pause` and the seconds until it is worth to ask again; `done` and the result;
            or `thrown`, where the task was cancelled because the host wanted it.
        """
        run = self._new_run(context)
        state, value = perform(run, self._active, self._tasks.step, steps, method)
        if state == "done" and not is_scalar(value):
            value = self.hold(value, caller)
        return state, value

    @property
    def active(self) -> "list[Run]":
        """The runs that are on, the outermost first."""
        return self._active


class WorkerLink(Link):
    """A worker's end of a link."""

    trusts = True

    def __init__(
        self, exports: Exports, read: int, write: int, arenas: "Arenas"
    ) -> None:
        super().__init__(exports, arenas)
        self._read, self._write = read, write
        self._frames = wire.Frames()
        self.strict = False

    def send(self, kind: int, body: bytes) -> None:
        """Write a frame."""
        wire.write(self._write, wire.framed(kind, body))

    def receive(self) -> "tuple[int, bytes]":
        """Wait for a frame; return its kind and body."""
        return self._frames.read(self._read)

    def refer(self, value: "Any") -> "Optional[codec.Tag]":
        """Return what stands for an object in a message."""
        if self.strict and type(value) is not Proxy:
            return None
        return super().refer(value)

    def resolve(self, tag: str, *args: "Any") -> object:
        """Return the object that a reference in a message stands for."""
        if tag == "caller":
            return Caller(*args)
        if tag == "exception":
            return _exception(*args)
        return super().resolve(tag, *args)

    def record_class(self, described: "Any") -> type:
        """Return the class of a record: the very one, or one of the same fields."""
        key = described[0], described[1]
        cls = _classes.get(key)
        if cls is None:
            cls = _classes[key] = _imported_class(described) or made_class(described)
        return cls


_classes: "dict[tuple[str, str], type]" = {}


def _imported_class(described: "Any") -> "Optional[type]":
    import importlib

    module = described[0]
    if module == "__main__":
        return None
    try:
        importlib.import_module(module)
        return loaded_class(described)
    except (ImportError, UnknownClass):
        return None


def _exception(kind: str, *facts: "Any") -> object:
    if kind == "class":
        return faults.exception_class(*facts)
    return faults.exception_from(facts[0])


class MainLink(WorkerLink):
    """The link of the main thread: performs what the host asks of the session."""

    def __init__(self, roads: "Roads", setup: Setup) -> None:
        exports = Exports(roads.link, guards=False)
        arenas: Arenas = (None, None)
        if setup.arenas:
            arenas = Arena(setup.arenas[1]), Arena(setup.arenas[0])
        super().__init__(exports, setup.calls, setup.answers, arenas)
        self._roads = roads
        tell = {name: self._tell for name in setup.tells}
        self.sinks = (
            streams.PipeSink("stdout", 1, tell.get("stdout")),
            streams.PipeSink("stderr", 2, tell.get("stderr")),
        )
        self.session = WorkerSession(self.sinks, lambda: self.owed == self.number)
        self.stops = setup.stops
        self.number = 0  # of the outermost request that is on
        self.handler: Any = None  # of SIGINT
        self.owed = 0  # the request whose run is to end as soon as it starts
        self.is_child = False  # forked by a script
        self._own: dict[str, Callable[..., object]] = {
            "execute": self._execute,
            "execute_file": self._execute_file,
            "evaluate": self._evaluate,
            "get": self._get,
            "value_of": self._value_of,
            "open_frame": self._open_frame,
            "await_start": self._await_start,
        }

    def loop(self) -> None:
        """Serve until the host closes its end."""
        while True:
            try:
                _, body, tail = self.received()
            except wire.Gone:
                return
            self.number += 1
            self.serve(body, tail)
            self.owed = 0
            if signal.getsignal(signal.SIGINT) is not self.handler:
                signal.signal(signal.SIGINT, self.handler)  # a script has put up its own

    def send(self, kind: int, body: bytes) -> None:
        """Write a frame, after what was printed before."""
        for sink in self.sinks:
            if sink._pending:  # noqa: SLF001  # two halves of one thing
                sink.flush()
        super().send(kind, body)

    def perform(self, operation: str, args: "tuple[Any, ...]") -> object:
        """Perform a method of the session, or what proxies ask for."""
        try:
            answer = self._perform(operation, args)
        except BaseException as error:
            if self.is_child:
                _leave_child(error)
            raise
        if self.is_child:
            _leave_child(None)
        return answer

    def request(self, operation: str, *args: object) -> "Any":
        """Have the host perform an operation, and return its answer."""
        if self.is_child:
            message = "a process that a script has forked cannot call the host"
            raise RuntimeError(message)
        return super().request(operation, *args)

    def _perform(self, operation: str, args: "tuple[Any, ...]") -> object:
        own = self._own.get(operation)
        if own is not None:
            return own(*args)
        if operation in _OPERATIONS:
            return getattr(self.session, operation)(*args)
        return super().perform(operation, args)

    def discard(self, numbers: "tuple[int, ...]") -> None:
        """Release handles."""
        handles = self.session.handles
        handles.discarded.extend(numbers)
        handles.sweep()

    def _tell(self, stream: str, text: str) -> object:
        return self._roads.link().request("tell", stream, text)

    # Methods of the session whose results need a hand to cross

    def _execute(self, *args: "Any") -> "tuple[object, ...]":
        return self._told(self.session.execute(*args), args)

    def _execute_file(self, *args: "Any") -> "tuple[object, ...]":
        return self._told(self.session.execute_file(*args), args)

    def _told(self, run: Run, args: "tuple[Any, ...]") -> "tuple[object, ...]":
        outputs = run.outputs
        if outputs:
            for name, checked in args[4].items():
                outputs[name] = self._crossing(name, outputs[name], checked)
        return _small(run.value), outputs, run.wall_ns, run.cpu_ns, _peak_memory()

    def _evaluate(self, *args: "Any") -> object:
        value = self.session.evaluate(*args)
        return self._crossing("<expression>", value, args[4] == "raw")

    def _get(self, context: str, name: str, checked: bool, caller: "Any") -> object:
        value = self.session.get(context, name, checked, caller)
        return self._crossing(name, value, checked)

    def _value_of(self, number: int, checked: bool) -> object:
        value = self.session.value_of(number, checked)
        return self._crossing("<handle>", value, checked)

    def _open_frame(self, *args: "Any") -> object:
        return ByReference(self.session.open_frame(*args))

    def _await_start(self, *args: "Any") -> object:
        return ByReference(self.session.await_start(*args))

    def _crossing(self, name: str, value: object, checked: bool) -> object:
        """Return a value whose type the host will check as it can cross."""
        if type(value) in (bytes, bytearray) and len(value) >= codec.LARGE:  # type: ignore[arg-type]
            return codec.Blob(value)
        if not checked:
            return value
        found = obstacle(value)
        if found is None or self._is_of_host(value):
            return value
        if found.kind == "refused":
            raise RefusedValue(name, found.path, found.reason)
        held = self.session.hold(value, None)
        type_name = report.class_name(value)
        return Opaque(held.number, type_name, found.path, found.reason)

    def _is_of_host(self, value: object) -> bool:
        """Tell whether all in a value that does not cross is the host's own."""
        self.strict = True
        try:
            codec.encoded(value, self)
        except Exception:  # noqa: BLE001  # something in it is the script's
            return False
        finally:
            self.strict = False
        return True


_OPERATIONS = frozenset(
    (
        *("decode", "import_module", "set", "delete", "variables", "context_names"),
        *("add_context", "reset_context", "delete_context", "crossing", "operate"),
        *("advance", "close_frame", "keep", "leak_report", "await_step"),
    )
)


def _small(value: object) -> object:
    """Return the value of a run, or a reference to it until it is asked for."""
    if value is None or type(value) in (bool, int, float, Proxy):
        return value
    if is_scalar(value) and not (
        isinstance(value, (str, bytes)) and len(value) > SMALL
    ):
        return value if obstacle(value) is None else ByReference(value)
    return ByReference(value)


def _peak_memory() -> int:
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def _leave_child(error: "Optional[BaseException]") -> None:
    """End a child that a script has forked, where its part of the script ends."""
    code = 0
    if isinstance(error, ScriptFailed):
        code = 1
        if error.report["kind"] == "exit":
            code = error.report["exit_code"] or 0
        if error.report["kind"] != "exit" or error.report["message"]:
            text = report.format_report(error.report)
            sys.__stderr__.write(error.report["message"] + "\n" if code else text)  # type: ignore[union-attr]
    _end(code & 0xFF, is_child=True)


def _end(code: int, *, is_child: bool) -> None:
    """End this process as Python ends, but without waiting for threads."""
    import atexit

    for step in (atexit._run_exitfuncs, sys.stdout.flush, sys.stderr.flush):  # noqa: SLF001
        with suppress(BaseException):
            step()
    if not is_child:
        route.remove_files()
    os._exit(code)


class ThreadLink(WorkerLink):
    """The link of a further thread, which a script has started, to a thread of the host.

    Made when the thread first uses an object of the host; closed with the thread.
    """

    def __init__(self, main: MainLink, links: int) -> None:
        import array
        import socket

        here, there = socket.socketpair()
        road = socket.socket(fileno=os.dup(links))
        with road, there:
            descriptors = array.array("i", [there.fileno()])
            rights = (socket.SOL_SOCKET, socket.SCM_RIGHTS, descriptors)
            road.sendmsg([b"link"], [rights])
        self._socket = here
        arenas = main.ours, main.theirs
        super().__init__(main.exports, here.fileno(), here.fileno(), arenas)


class Roads:
    """Finds the link of the calling thread."""

    def __init__(self, links: int) -> None:
        import threading

        self._main_thread, self._links = get_ident(), links
        self._local = threading.local()
        self.main: Any = None

    def link(self) -> Link:
        """Return the calling thread's link; make it, where it is the first time."""
        if get_ident() == self._main_thread or self.main.is_child:
            return self.main  # type: ignore[no-any-return]
        link: Optional[Link] = getattr(self._local, "link", None)
        if link is None:
            link = self._local.link = ThreadLink(self.main, self._links)
        return link


def main(setup: Setup) -> None:
    """Serve a host; does not return."""
    roads = Roads(setup.links)
    link = roads.main = MainLink(roads, setup)
    streams.install(setup.loose, lambda *args: roads.link().request("ask", *args))
    _listen(link, setup)
    link.send(wire.HELLO, codec.encoded(_facts(), link))
    try:
        link.loop()
        link.session.close()
    finally:
        _end(0, is_child=link.is_child)


def _facts() -> "dict[str, object]":
    return {
        "protocol": wire.PROTOCOL,
        "version": sys.version.split()[0],
        "implementation": sys.implementation.name,
        "executable": sys.executable,
        "prefix": sys.prefix,
        "pid": os.getpid(),
    }


def _listen(link: MainLink, setup: Setup) -> None:
    """Be ready for signals, crashes, and the forks of scripts."""
    import faulthandler

    def in_child() -> None:
        link.is_child = True
        signal.signal(signal.SIGINT, signal.default_int_handler)
        streams.in_child()
        for descriptor in (*_private(setup),):
            with suppress(OSError):
                os.close(descriptor)

    faulthandler.enable(file=2)
    os.set_blocking(setup.stops, False)
    watchdog.use_signals()
    link.handler = _handler(link)
    signal.signal(signal.SIGINT, link.handler)
    os.register_at_fork(after_in_child=in_child)


def _private(setup: Setup) -> "tuple[int, ...]":
    road = setup.calls, setup.answers, setup.stops, setup.loose, setup.links
    return (*road, *setup.arenas)


def _handler(link: MainLink) -> "Callable[[int, Optional[FrameType]], None]":
    session = link.session

    def handle(_signal: int, frame: "Optional[FrameType]") -> None:
        for kind, number in _orders(link.stops):
            if kind == LOOK:
                _look(session.active)
            elif number == link.number and session.active:
                session.interrupt()
            elif number in (link.number, link.number + 1):
                link.owed = number
        if frame is not None:
            watchdog.strike(frame.f_code.co_filename)

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
    now = perf_counter_ns() + EARLY_NS
    for run in active:
        if run.timeout is not None and run.wall_start:
            if now - run.wall_start >= run.timeout * 1e9:
                watchdog.stop(run, "timeout")
