"""Runs code for a session: the route, the streams, the deadline, the report.

Invariants
- `perform` sets up in one order and takes down in the other, whatever the script does:
  route, streams, deadline, script, deadline, streams, route.
- Everything that a script raises leaves `perform` as ScriptFailed, with one exception:
  a KeyboardInterrupt that no `raise` of the script made is the host's Ctrl-C, and an
  Interrupt of an outer run is that run's.  Both go on to where they belong.
- ScriptFailed holds a report, never the exception: no frame of the script stays alive.
- The recursion limit is the host's again after each run.
"""

import sys
from _thread import get_ident
from time import perf_counter_ns, thread_time_ns

from pythonarium_kernel import output, watchdog
from pythonarium_kernel.route import current

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType
    from typing import Any, Callable, NoReturn, Optional

    from pythonarium_kernel.report import Report
    from pythonarium_kernel.scripts import Script


class ScriptFailed(Exception):
    """A script raised.  Attributes: the report, what was captured, the run's facts."""

    def __init__(self, report: "Report", run: "Run") -> None:
        super().__init__(report["message"])
        self.report = report
        self.stdout, self.stderr = run.captured()
        self.timeout = run.timeout
        self.wall_ns, self.cpu_ns = run.wall_ns, run.cpu_ns


class Run:
    """One execution in a context, from its first line to its report."""

    __slots__ = (
        "__weakref__",
        "cpu_ns",
        "finished",
        "module",
        "not_before",
        "outer",
        "outer_streams",
        "printed",
        "script",
        "stderr",
        "stdout",
        "stop_reason",
        "thread",
        "timeout",
        "wall_ns",
    )

    def __init__(
        self,
        module: "ModuleType",
        script: "Optional[Script]",
        timeout: "Optional[float]",
    ) -> None:
        self.module, self.script, self.timeout = module, script, timeout
        self.stdout: Any = None
        self.stderr: Any = None
        self.outer: Optional[Run] = None
        self.outer_streams: Optional[tuple[Any, Any]] = None
        self.printed = self.finished = False
        self.stop_reason: Optional[str] = None

    def captured(self) -> "tuple[str, str]":
        """Return what the sinks of this run kept."""
        out, err = self.stdout, self.stderr
        return (
            out.text() if isinstance(out, output.Sink) else "",
            err.text() if isinstance(err, output.Sink) else "",
        )


def perform(
    run: Run, active: "list[Run]", work: "Callable[..., object]", *args: object
) -> object:
    """Call `work(*args)` as the code of a run and return its result.

    Args:
        run: a fresh one.
        active: the session's runs, outermost first; holds this one meanwhile.

    Raises:
        ScriptFailed: it raised.
    """
    error: Optional[BaseException] = None
    result = None
    sinks = (run.stdout, run.stderr)
    run.thread = get_ident()
    run.outer = current.get()
    token = current.set(run)
    limit = sys.getrecursionlimit()
    try:
        output.enter(run)
        active.append(run)
        cpu, wall = thread_time_ns(), perf_counter_ns()
        try:
            try:
                if run.timeout is not None:
                    watchdog.watch(run, run.timeout)
                result = work(*args)
                if sinks[0] is not None or sinks[1] is not None:
                    _finish(sinks)
            except BaseException as caught:  # noqa: BLE001  # it becomes a report
                error = caught
            watchdog.finish(run)
        except watchdog.Interrupt as late:
            error = late
            watchdog.finish(run)
        finally:
            run.wall_ns, run.cpu_ns = perf_counter_ns() - wall, thread_time_ns() - cpu
            active.remove(run)
            if sys.getrecursionlimit() != limit:
                sys.setrecursionlimit(limit)
            output.leave(run)
    finally:
        current.reset(token)
    if error is not None or run.stop_reason is not None:
        if sinks[0] is not None or sinks[1] is not None:
            run.stdout, run.stderr = sinks
        _fail(run, error)
    if sinks[0] is not None or sinks[1] is not None:
        run.stdout, run.stderr = sinks
    return result


def run_script(script: "Script", namespace: "dict[str, object]") -> object:
    """Execute a script; return the value of its last expression, or None."""
    if script.head is not None:
        exec(script.head, namespace)  # noqa: S102  # this is what the kernel is for
    if script.tail is not None:
        return eval(script.tail, namespace)  # noqa: S307
    return None


def run_until_exit(script: "Script", namespace: "dict[str, object]") -> object:
    """Execute a script as `run_script` does; an exit with code 0 is its end."""
    try:
        return run_script(script, namespace)
    except SystemExit as error:
        if error.code is None or error.code == 0:
            return None
        raise


def _finish(sinks: "tuple[Any, Any]") -> None:
    for sink in sinks:
        if sink is not None:
            sink.finish()


def _fail(run: Run, error: "Optional[BaseException]") -> "NoReturn":
    from pythonarium_kernel import report, scripts

    if error is None:
        error = watchdog.Interrupt()
    try:
        if run.stop_reason is None and _goes_on(error):
            raise error.with_traceback(None)
        if isinstance(run.stdout, output.Sink):
            _quietly_finish(run)
        scripts.restore_sources()
        lines = run.script.text.split("\n") if run.script is not None else None
        kind = run.stop_reason or _kind(error)
        data = report.from_exception(error, kind, lines)
    finally:
        error = None  # a cycle through this frame would keep the script's frames
    raise ScriptFailed(data, run) from None


def _quietly_finish(run: Run) -> None:
    try:
        _finish((run.stdout, run.stderr))
    except Exception:  # noqa: BLE001, S110  # the script's own error is the news
        pass


def _kind(error: BaseException) -> str:
    return "exit" if isinstance(error, SystemExit) else "error"


def _goes_on(error: BaseException) -> bool:
    """Tell whether an exception is not the script's, but somebody's outside."""
    if isinstance(error, watchdog.Interrupt):
        return True
    return isinstance(error, KeyboardInterrupt) and not _raised_by_statement(error)


def _raised_by_statement(error: BaseException) -> bool:
    entry = error.__traceback__
    if entry is None:
        return False
    while entry.tb_next is not None:
        entry = entry.tb_next
    import opcode

    if entry.tb_lasti < 0:
        return False
    code = entry.tb_frame.f_code.co_code
    return opcode.opname[code[entry.tb_lasti]] in ("RAISE_VARARGS", "RERAISE")
