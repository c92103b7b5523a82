"""A process that runs scripts for a host: the kernel's end of the process rung.

The main thread reads a CALL, performs it, answers, and reads again.  It runs all scripts,
so that signals reach them.

Descriptors
- 0, 1 and 2 are the script's: what the host reads on, and two pipes to it.
- The road is private: two pipes for messages, one by which the host says what a signal
  means, one for loose output, a socket for links of further threads.  They are closed in
  whatever a script forks or starts, so the host sees a worker's end at once.

Signals
- SIGINT ends runs: see `orders`.

End
- The stream of requests ends, and the worker ends.  It dies with its zygote, and the
  zygote with the host (see `zygote`).
- A child that a script forks is no worker: it ends where its part of the script ends.
"""

import os
import select
import signal
import sys
from _signal import (  # type: ignore[import-not-found]
    getsignal,  # the public one makes an enum of what it returns
)
from contextlib import suppress

from pythonarium_kernel import (
    codec,
    interrupts,
    orders,
    report,
    route,
    streams,
    watchdog,
    wire,
)
from pythonarium_kernel.ahead import items, skip
from pythonarium_kernel.arena import Arena
from pythonarium_kernel.eager import Eager
from pythonarium_kernel.exports import Exports
from pythonarium_kernel.link import ByReference
from pythonarium_kernel.proxies import Proxy
from pythonarium_kernel.runner import Run, ScriptFailed
from pythonarium_kernel.session import Opaque, Ref, RefusedValue
from pythonarium_kernel.values import is_scalar, obstacle
from pythonarium_kernel.worker_links import Roads, WorkerLink
from pythonarium_kernel.worker_session import WorkerSession

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Optional

    from pythonarium_kernel.link import Arenas

SMALL = 1000
"""Characters of text that is sent along as the value of a run, asked for or not."""


class Setup:
    """What a worker is told when it is forked.

    Attributes:
        calls, answers, stops, loose, links: descriptors, see above.
        arenas: descriptors of the host's arena and the worker's own, where there are any.
        tells: the streams for which the host has a callable.
        host: the number of the thread that has opened the host's end.
        first_handle: the number of the first handle: beyond those of workers before.
    """

    __slots__ = (
        *("answers", "arenas", "calls", "first_handle", "host", "links", "loose"),
        *("stops", "tells"),
    )

    def __init__(
        self,
        descriptors: "list[int]",
        tells: "tuple[str, ...]",
        first_handle: int,
        host: int,
    ) -> None:
        self.calls, self.answers, self.stops, self.loose, self.links, *arenas = (
            descriptors
        )
        self.arenas = arenas
        self.tells, self.first_handle, self.host = tells, first_handle, host


class MainLink(WorkerLink):
    """The link of the main thread: performs what the host asks of the session."""

    def __init__(self, roads: "Roads", setup: Setup) -> None:
        exports = Exports(roads.link, guards=False)
        arenas: Arenas = (None, None)
        if setup.arenas:
            arenas = Arena(setup.arenas[1]), Arena(setup.arenas[0])
        super().__init__(exports, setup.calls, setup.answers, arenas)
        self._roads = roads
        poll = select.poll()
        poll.register(setup.calls, select.POLLIN)
        self._eager, self._poll = Eager(setup.host), poll.poll
        tell = dict.fromkeys(setup.tells, self._tell)
        self.sinks = (
            streams.PipeSink("stdout", 1, tell.get("stdout")),
            streams.PipeSink("stderr", 2, tell.get("stderr")),
        )
        self.session = WorkerSession(self.sinks, self)
        self.session.handles.start_at(setup.first_handle)
        self.stops = setup.stops
        self.number = 0  # of the outermost request that is on
        self.peak_memory = 0
        self._sources: dict[int, str] = {}  # that the host sends by number
        self._served = 0  # requests, also those inside of others
        self._told_of: list[int] = []  # handles in the answer of the last run
        self._told_at = -1  # which request that was
        self.handler: Any = None  # of SIGINT
        self.owed = 0  # the request whose run is to end as soon as it starts
        self.is_child = False  # forked by a script
        self._operations: dict[str, Callable[..., object]] = {
            **{name: getattr(self.session, name) for name in _OPERATIONS},
            "advance": self._advance,
            "evaluate": self._evaluate,
            "get": self._get,
            "take_back": self._take_back,
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
            if getsignal(signal.SIGINT) is not self.handler:
                signal.signal(
                    signal.SIGINT, self.handler
                )  # a script has put up its own

    def receive(self) -> "tuple[int, bytes]":
        """Wait for a frame; return its kind and body."""
        self._eager.look(self._poll)
        return super().receive()

    def send(self, kind: int, body: bytes) -> None:
        """Write a frame, after what was printed before."""
        out, err = self.sinks
        if out._pending or err._pending:  # noqa: SLF001  # two halves of one thing
            out.flush()
            err.flush()
        wire.write(self._write, wire.framed(kind, body))

    def serve(self, body: bytes, tail: bytes) -> None:
        """Perform what a CALL asks for, and send the answer."""
        self._served += 1
        super().serve(body, tail)

    def perform(self, operation: str, args: "tuple[Any, ...]") -> object:
        """Perform a method of the session, or what proxies ask for."""
        try:
            if operation in _RUNS:
                if type(args[1]) is not str:
                    args = self._with_source(*args)
                run = getattr(self.session, operation)(*args)
                answer: object = self._told(run, args[4])
            else:
                answer = self._perform(operation, args)
        except BaseException as error:
            watchdog.finish_unstarted(self.session.active)
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
        answer = super().request(operation, *args)
        # What came meanwhile could not be raised in lines of ours.
        interrupts.strike(sys._getframe())  # noqa: SLF001  # documented, for CPython
        return answer

    def _with_source(
        self, context: str, source: "Any", *rest: "Any"
    ) -> "tuple[Any, ...]":
        """Return arguments with the source that a number stands for; keep a new one."""
        if type(source) is tuple:
            number, text = source
            self._sources[number] = text
        else:
            text = self._sources[source]
        return (context, text, *rest)

    def _perform(self, operation: str, args: "tuple[Any, ...]") -> object:
        method = self._operations.get(operation)
        if method is None:
            perform = super().perform
            if self.session.active:
                return perform(operation, args)
            return self.session.use(perform, operation, args)
        return method(*args)

    def discard(self, numbers: "tuple[int, ...]") -> None:
        """Release handles."""
        handles = self.session.handles
        handles.discarded.extend(numbers)
        handles.sweep()

    def skip(self, number: int, used: int) -> None:
        """Take the steps for items that were told ahead and used."""
        skip(self.session.handles.get(number), used)

    def _tell(self, stream: str, text: str) -> object:
        return self._roads.link().request("tell", stream, text)

    # Methods of the session whose results need a hand to cross

    def _told(
        self, run: Run, wanted: "Optional[dict[str, bool]]"
    ) -> "tuple[object, ...]":
        outputs, value = run.outputs, run.value
        self._told_of, self._told_at = [], self._served
        for name, output in outputs.items():
            if type(output) not in _NUMBERS:
                crossed = self._crossing(name, output, wanted[name])  # type: ignore[index]
                outputs[name] = crossed
                if isinstance(crossed, Ref):
                    self._told_of.append(crossed.number)
        if value is not None:
            value = _small(value)
        if run.wall_ns > run.short_ns or not self.peak_memory:
            self.peak_memory = _peak_memory()
        return value, outputs, run.wall_ns, run.cpu_ns, self.peak_memory

    def _take_back(self) -> None:
        """Release the handles of the answer just before, which the host could not read."""
        if self._told_at == self._served - 1:  # else it was no run that has answered
            self.discard(tuple(self._told_of))

    def _advance(
        self, context: str, number: int, caller: "Any", wanted: int
    ) -> "tuple[object, ...]":
        done, item = self.session.advance(context, number, caller)
        if done or type(item) is Ref:
            return done, item, ()
        return done, item, items(self.session.handles.get(number), wanted)

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


_RUNS = ("execute", "execute_file")
_OPERATIONS = (
    *("decode", "import_module", "set", "delete", "variables", "names"),
    *(
        "context_names",
        "add_context",
        "reset_context",
        "delete_context",
        "crossing",
        "operate",
    ),
    *("close_frame", "keep", "leak_report", "await_step"),
)
_NUMBERS = frozenset((type(None), bool, int, float))
"""Types whose values cross as they are, and refer to nothing."""


def _small(value: object) -> object:
    """Return the value of a run, or a reference to it until it is asked for."""
    if type(value) in _NUMBERS or type(value) is Proxy:
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


def main(setup: Setup) -> None:
    """Serve a host; does not return."""
    roads = Roads(setup.links)
    link = roads.main = MainLink(roads, setup)
    streams.install(setup.loose, lambda *args: roads.link().request("ask", *args))
    _listen(link, setup)
    link.send(wire.HELLO, codec.encoded(_facts(), link))
    code = 0
    try:
        link.loop()
        link.session.close()
    except BaseException as error:  # noqa: BLE001  # there is nobody above
        code = 70
        text = f"{type(error).__name__}: {error}\n"
        os.write(2, text.encode("utf-8", "backslashreplace"))
    finally:
        _end(code, is_child=link.is_child)


def decline(setup: Setup, reason: str) -> None:
    """Tell the host why there will be no worker."""
    body = codec.encoded(reason, None)  # type: ignore[arg-type]  # a text needs no peer
    wire.write(setup.answers, wire.framed(wire.RAISE, body))


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
    interrupts.use_signals()
    link.handler = orders.handler(link)
    signal.signal(signal.SIGINT, link.handler)
    os.register_at_fork(after_in_child=in_child)


def _private(setup: Setup) -> "tuple[int, ...]":
    road = setup.calls, setup.answers, setup.stops, setup.loose, setup.links
    return (*road, *setup.arenas)
