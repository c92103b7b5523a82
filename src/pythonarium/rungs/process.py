"""The process rung: the script runs in a process of its own, of any Python from 3.9.

    Interpreter ── ProcessRung ── Worker ── pipes ──> worker ── Session
                        │                               ↑ forked by
                        └──────── Zygote ── socket ──> zygote

Invariants
- The rung has one worker at a time.  A worker that has died is replaced at the next call,
  if that was asked for (`restart`) or the host itself ended it; else every call tells
  what became of it.
- What the worker held is gone with it, and the error that tells of its end says so.
  Numbers of handles are never used twice, also not by the next worker; what else refers
  to the one before is refused.  The contexts that the host has added are there again,
  empty: what is current in its threads stays current.
- Each call that comes back, well or not, leaves the conversation with the worker in step,
  or the worker dead.
"""

import os
import sys
from collections import deque
from contextlib import suppress
from threading import get_native_id
from typing import Any

from pythonarium.errors import (
    ENDED_BY_FORCE,
    ClosedError,
    PythonariumError,
    ScriptError,
    ScriptInterruptedError,
    ScriptTimeoutError,
    ThreadSafetyError,
    UnsupportedError,
    WorkerDiedError,
)
from pythonarium.rungs import _zygote
from pythonarium.rungs._answers import REFUSALS, error_for
from pythonarium.rungs._base import Facts, Guard, Options, Streams
from pythonarium.rungs._ends import StoppedByForce
from pythonarium.rungs._inputs import INPUTS, unreadable, unsendable
from pythonarium.rungs._output import Output
from pythonarium.rungs._sources import SHORT
from pythonarium.rungs._threads import Entrance
from pythonarium.rungs._unread import RUNS, readable_variables, refusal
from pythonarium.rungs._worker import Worker
from pythonarium.settings import PathSetting
from pythonarium_kernel import codec, report, wire
from pythonarium_kernel.runner import ScriptFailed
from pythonarium_kernel.tags import Unreadable

__all__ = ["ProcessRung"]

_WITH_INPUTS = (*RUNS, "evaluate")
_SOURCE, _TIMEOUT, _CAPTURE = 1, 6, 7
"""Where in the arguments of a run its source, timeout and capture stand; see `_inputs` too."""
_BYTES = (bytes, bytearray)
_WITH_TOKENS = ("close_frame", "await_step", "crossing")
"""Requests that name an object of the worker which a request before has returned."""


class ProcessRung:
    """A session in another process."""

    def __init__(
        self,
        python: str,
        options: Options,
        streams: Streams,
        path: PathSetting | None,
        guard: Guard,
    ) -> None:
        _close_abandoned()
        report.hide_frames_below(os.path.dirname(os.path.dirname(__file__)) + os.sep)
        words = _zygote.options_of_host() if python == sys.executable else ()
        self._restart, self._closed = options.restart, False
        self._output = Output(
            streams.on_stdout, streams.on_stderr, streams.output_limit
        )
        self._path, self._guard = path or PathSetting.read(), guard
        self._limits = options.limits
        self._workers = 0  # that there have been
        self._contexts: dict[str, None] = {}  # that the host has added, in order
        self._pid = os.getpid()
        self._lost: WorkerDiedError | None = None
        self._discarded: list[int] = []
        self._start = _zygote.Start(python, words, options.preload)
        self._worker: Worker | None = None
        self._zygote = _zygote.acquire(self._start)
        try:
            self._renew()
        except BaseException:
            _zygote.release(self._zygote)
            raise

    def _renew(self) -> Worker:
        try:
            worker = self._worker = self._new_worker()
        except (ConnectionError, EOFError):  # the zygote has just been killed
            worker = self._worker = self._new_worker()
        facts = worker.facts
        self.facts: Facts = Facts(
            rung="process",
            python_version=str(facts["version"]),
            executable=str(facts["executable"]),
            environment=str(facts["prefix"]),
            pid=worker.pid,
        )
        for name in self._contexts:
            worker.request("add_context", (name,), None)
        return worker

    def _new_worker(self) -> Worker:
        zygote = self._zygote
        if not zygote.is_alive:
            _zygote.release(zygote)
            zygote = self._zygote = _zygote.acquire(self._start)
        self._workers += 1
        told = {
            **_options(zygote, self._path),
            "limits": self._limits,
            "first_handle": (self._workers << 32) + 1,
            "host": get_native_id(),
        }
        try:
            worker = Worker(zygote, self._output, told, self._discarded)
        except wire.WireError:
            said = self._output.tail.strip()
            raise UnsupportedError(f"a worker did not start: {said}") from None
        worker.entrance = Entrance(worker, self._use)
        return worker

    def _use(self, worker: Worker, operation: str, args: tuple[Any, ...]) -> Any:
        """Have a worker use an object of its own, for a thread of the host's.

        Raises:
            ThreadSafetyError: the thread may not be inside the interpreter.
            ClosedError: the worker is gone.
        """
        self._guard.check()
        with self._guard.rlock:
            if worker.is_dead:
                raise ClosedError("what this belongs to was lost with its worker")
            return self.call(operation, *args)

    def call(self, operation: str, *args: Any) -> Any:
        """Call a method of the session; see `_base.Rung`."""
        worker = self._worker
        if self._closed or worker is None or worker.is_dead:
            worker = self._usable()
        if self._output.targets and not worker.is_busy:
            self._output.targets.clear()  # of runs that are over
        try:
            if operation in RUNS:
                return self._run(worker, operation, args)
            return self._carry(worker, operation, args)
        except WorkerDiedError as died:
            self._lost = None if self._restart else died
            raise
        except _TRANSLATED as problem:
            error = _error_for(problem, operation, worker, args)
        context = error.__context__
        try:
            raise error
        finally:
            if context is not None:  # `raise` puts the host's in its place
                error.__context__ = context

    def _carry(self, worker: Worker, operation: str, args: tuple[Any, ...]) -> Any:
        if operation in _WITH_TOKENS and any(map(worker.is_stranger, args)):
            if operation == "close_frame":  # it went with its worker
                return None
            raise ClosedError("what this belongs to was lost with its worker")
        if operation == "advance":
            return self._advance(worker, args)
        if operation == "variables":
            return _variables(worker, args)
        timeout = None
        if operation == "evaluate" and len(args) > _TIMEOUT:
            timeout = args[_TIMEOUT]
        answer = worker.request(operation, _prepared(operation, args), timeout)
        if operation == "add_context":
            self._contexts[args[0]] = None
        elif operation == "delete_context":
            self._contexts.pop(args[0], None)
        return answer

    def _advance(self, worker: Worker, args: tuple[Any, ...]) -> tuple[bool, Any]:
        ahead, number = worker.link.ahead, args[1]
        for item in ahead.next(number):
            return False, item
        wanted = ahead.wanted(number)
        done, item, more = worker.request("advance", (*args, wanted), None)
        if more:
            ahead.put(number, more, wanted)
        return done, item

    def _usable(self) -> Worker:
        if self._closed:
            raise ClosedError("this interpreter is closed; open another one")
        worker = self._worker
        if worker is None or worker.is_dead:
            if self._pid != os.getpid():
                raise ThreadSafetyError(
                    "this interpreter's worker belongs to the process that this one was"
                    " forked from; open another interpreter"
                )
            if self._lost is not None:
                raise self._lost.again()
            worker = self._renew()
        return worker

    def _run(
        self, worker: Worker, operation: str, args: tuple[Any, ...]
    ) -> "RunRecord":
        output = self._output
        targets = output.begin(capture=args[_CAPTURE])
        before = worker.link.by_reference
        prepared, source = _prepared(operation, args), args[_SOURCE]
        if len(source) > SHORT:
            source = worker.sources.sent(source)
            prepared = (prepared[0], source, *prepared[2:])
        try:
            answer = worker.request(operation, prepared, args[_TIMEOUT])
            if type(source) is tuple:
                worker.sources.arrived(*source)
            output.finish(targets)
            return RunRecord(targets, answer, worker.link.by_reference - before)
        except ScriptFailed as failed:
            with suppress(Exception):
                output.finish(targets)
            failed.stdout, failed.stderr = _captured(targets)
            raise
        except _OWN_ERRORS:
            raise
        except Exception as error:  # noqa: BLE001  # a callable for the output raised
            raise _failed_output(error, targets) from None
        finally:
            output.end(targets)

    def interrupt(self) -> bool:
        """End the running script; return False if none runs."""
        worker = self._worker
        return not self._closed and worker is not None and worker.interrupt()

    def discard(self, number: int) -> None:
        """Release a handle at the next occasion."""
        self._discarded.append(number)

    def abandon(self) -> None:
        """End the worker, and leave the rest to the next rung that opens or closes."""
        self._closed = True
        if self._worker is not None and self._pid == os.getpid():
            self._worker.shoot()
        _abandoned.append((self._worker, self._zygote))

    def close(self) -> None:
        """End the worker."""
        if self._closed:
            return
        worker = self._worker
        if worker is not None and worker.is_busy:
            raise ThreadSafetyError(
                "a script cannot close the interpreter that runs it"
            )
        self._closed = True
        if worker is not None:
            worker.close()
        _zygote.release(self._zygote)
        _close_abandoned()


_abandoned: deque[tuple[Worker | None, _zygote.Zygote]] = deque()


def _close_abandoned() -> None:
    while _abandoned:
        worker, zygote = _abandoned.popleft()
        if worker is not None:
            worker.kill()
        _zygote.release(zygote)


class RunRecord:
    """What is known here of a run in a worker; see `pythonarium_kernel.runner.Run`."""

    copies = True
    value: Any
    outputs: dict[str, Any]
    wall_ns: int
    cpu_ns: int
    peak_memory: int | None

    def __init__(
        self, targets: dict[str, Any], answer: tuple[Any, ...], by_reference: int
    ) -> None:
        self._targets = targets
        self.by_reference: int = by_reference
        self.value, self.outputs, self.wall_ns, self.cpu_ns, self.peak_memory = answer

    def captured(self) -> tuple[str, str]:
        """Return what was kept of its output."""
        return _captured(self._targets)


def _captured(targets: dict[str, Any]) -> tuple[str, str]:
    out, err = targets["stdout"], targets["stderr"]
    return out.text() if out else "", err.text() if err else ""


_TRANSLATED = (*REFUSALS, StoppedByForce, codec.Unsendable, codec.Refused)
"""What becomes an error of this package."""
_OWN_ERRORS = (*_TRANSLATED, PythonariumError, RecursionError)


def _error_for(
    problem: Exception, operation: str, worker: Worker, args: tuple[Any, ...]
) -> PythonariumError:
    match problem:
        case StoppedByForce():
            return _ended_by_force(worker, args)
        case codec.Unsendable():
            return unsendable(operation, args, str(problem))
        case Unreadable():
            version = str(worker.facts["version"])
            return unreadable(operation, args, version, str(problem))
        case codec.Refused():
            return refusal(worker, operation, args, str(problem))
        case _:
            return error_for(problem, operation)


def _variables(worker: Worker, args: tuple[Any, ...]) -> Any:
    try:
        return worker.request("variables", args, None)
    except Unreadable:
        raise
    except codec.Refused:
        return readable_variables(worker, args[0])


def _failed_output(error: Exception, targets: dict[str, Any]) -> ScriptError:
    return ScriptError(report.from_exception(error), *_captured(targets))


def _prepared(operation: str, args: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return arguments with large bytes marked, so that they cross by the arena."""
    if operation == "set":
        context, name, value = args
        return (context, name, _marked(value))
    if operation not in _WITH_INPUTS or not args[INPUTS]:
        return args
    inputs = args[INPUTS]
    for value in inputs.values():
        if type(value) in _BYTES:
            break
    else:
        return args
    marked = {name: _marked(value) for name, value in inputs.items()}
    return (*args[:INPUTS], marked, *args[INPUTS + 1 :])


def _marked(value: object) -> object:
    is_large = isinstance(value, (bytes, bytearray)) and len(value) >= codec.LARGE
    return codec.Blob(value) if is_large and type(value) in _BYTES else value


def _ended_by_force(worker: Worker, args: tuple[Any, ...]) -> ScriptError:
    """Return the error for a run that only the end of its worker has ended."""
    timeout = args[_TIMEOUT] if len(args) > _TIMEOUT else None
    is_late = timeout is not None and not worker.was_interrupted
    data: report.Report = {
        "kind": "timeout" if is_late else "interrupt",
        "type_name": "TimeoutError" if is_late else "KeyboardInterrupt",
        "type_module": "builtins",
        "builtin": "TimeoutError" if is_late else "KeyboardInterrupt",
        "message": "",
        "hint": "",
        "frames": [],
        "omitted": 0,
        "own": -1,
        "notes": [ENDED_BY_FORCE],
        "cause": None,
        "context": None,
        "suppress_context": False,
        "errors": [],
        "syntax": None,
        "exit_code": None,
        "host": None,
    }
    if not is_late or timeout is None:
        return ScriptInterruptedError(data)
    data["message"] = f"the script ran past its timeout of {timeout:g} s"
    return ScriptTimeoutError(data, "", "", timeout, worker.seconds)


def _options(zygote: _zygote.Zygote, path: PathSetting) -> dict[str, Any]:
    """Return what a worker needs to know of the host's surroundings."""
    then, now = zygote.environ, os.environ
    changed = {name: value for name, value in now.items() if then.get(name) != value}
    gone = [name for name in then if name not in now]
    folders = [os.path.abspath(folder) for folder in path.folders]
    both: tuple[list[str], list[str]] = (folders, [])
    if path.append == "after":
        both = ([], folders)
    hides = True if path.append == "none" and folders else None
    try:
        folder = os.getcwd()  # as it is
    except OSError:
        folder = os.sep
    return {"folder": folder, "environ": (changed, gone), "path": (both, hides)}
