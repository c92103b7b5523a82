"""Runs code for a session: the route, the streams, the deadline, the report.

Invariants
- `perform` sets up in one order and takes down in the other, whatever the script does:
  route, streams, deadline, script, deadline, streams, route.
- Everything that a script raises leaves `perform` as ScriptFailed, with one exception:
  a KeyboardInterrupt that no `raise` of the script made is the host's Ctrl-C, and an
  Interrupt of an outer run is that run's.  Both go on to where they belong.
- ScriptFailed holds a report, never the exception: no frame of the script stays alive.
"""

from _thread import get_ident
from contextlib import suppress
from time import perf_counter_ns, thread_time_ns

from pythonarium_kernel.process import enter, leave, make_room
from pythonarium_kernel.route import current
from pythonarium_kernel.watchdog import Interrupt, finish, watch

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType, ModuleType
    from typing import Any, Callable, Optional
    from weakref import WeakSet

    from pythonarium_kernel.output import Sink
    from pythonarium_kernel.report import Report
    from pythonarium_kernel.scripts import Script


SHORT_NS = 20_000
"""Of a run shorter than this the wall time stands for its CPU time: to read the clock of
a thread is a system call, which would take longer than many a run."""


class ScriptFailed(Exception):
    """A script raised.  Attributes: the report, what was captured, the run's facts.

    `host_error` is the exception itself where a callable of the host raised it: it has
    come home, with the host's frames alone.
    """

    def __init__(self, report: "Report", run: "Run") -> None:
        super().__init__(report["message"])
        self.report = report
        self.stdout, self.stderr = run.captured()
        self.timeout = run.timeout
        self.host_error = run.host_error
        self.wall_ns, self.cpu_ns = run.wall_ns, run.cpu_ns


class Run:
    """One execution in a context, from its first line to what it gives back.

    Attributes:
        value: of the last expression.
        outputs: what the host asked for, by name.
        report: of what it raised, or None.
        wall_ns: from its first line to its last.
        cpu_ns: of its thread.
    """

    # Defaults stand on the class: most runs need few of them, and all are counted in
    # nanoseconds.
    value: "Any" = None
    report: "Optional[Report]" = None
    wall_ns = cpu_ns = thread = 0
    stdout: "Any" = None  # where its prints go; None: the host's stream
    stderr: "Any" = None
    printed = False  # to the host's stream
    sinks: "Optional[tuple[Optional[Sink], Optional[Sink]]]" = None
    outer: "Optional[Run]" = None  # the run that it was started in
    outer_streams: "Optional[tuple[Any, Any]]" = None
    finished = False
    stop_reason: "Optional[str]" = None
    host_code: "Optional[WeakSet[CodeType]]" = None  # of callables of the host
    host_error: "Optional[BaseException]" = None
    not_before: float = 0.0  # when the watchdog may raise in it again

    module: "ModuleType"
    script: "Optional[Script]"
    timeout: "Optional[float]"
    outputs: "dict[str, Any]"

    def __init__(
        self,
        module: "ModuleType",
        script: "Optional[Script]",
        timeout: "Optional[float]",
    ) -> None:
        self.module, self.script, self.timeout = module, script, timeout
        self.outputs = {}

    def captured(self) -> "tuple[str, str]":
        """Return what the sinks of this run kept."""
        out, err = self.sinks or (None, None)
        return out.text() if out else "", err.text() if err else ""


def perform(
    run: Run, active: "list[Run]", work: "Callable[..., Any]", *args: "Any"
) -> "Any":
    """Call `work(*args)` as the code of a run and return its result.

    The run is a fresh one; `active`, the session's runs with the outermost first, holds
    it meanwhile.

    Raises:
        ScriptFailed: it raised.
    """
    run.thread = get_ident()
    run.outer = current.get()
    token = current.set(run)
    try:
        enter(run)
        try:
            result = _guarded(run, active, work, args)
        finally:
            leave(run)
            run.stdout = run.stderr = None  # a thread that goes on prints elsewhere
        if run.sinks is not None:
            _finish(run)
    finally:
        current.reset(token)
    if run.report is not None:
        raise ScriptFailed(run.report, run)
    return result


def _guarded(
    run: Run, active: "list[Run]", work: "Callable[..., Any]", args: "tuple[Any, ...]"
) -> "Any":
    """Return the result, or None and set the run's report."""
    error: Optional[BaseException] = None
    result = None
    cpu, wall = thread_time_ns(), perf_counter_ns()
    try:
        try:
            if run.timeout is not None:
                watch(run, run.timeout)
            active.append(run)
            result = work(*args)
        except BaseException as caught:  # noqa: BLE001  # it becomes a report
            error = caught
            make_room()
            run.report = _report(run, caught)  # before the deadline is off: see _text
        finish(run)
    except Interrupt as late:  # 3.11: it came between the lines above
        error = late
        finish(run)
        run.report = _report(run, late)
    finally:
        run.wall_ns = run.cpu_ns = perf_counter_ns() - wall
        if run.wall_ns > SHORT_NS:
            run.cpu_ns = thread_time_ns() - cpu
        active.pop()
    if error is not None or run.stop_reason is not None:
        try:
            _judge(run, error)
        finally:
            error = None  # or its traceback, this frame and it would form a cycle
    return result


def run_script(script: "Script", namespace: "dict[str, object]") -> object:
    """Execute a script; return the value of its last expression, or None."""
    if script.head is not None:
        exec(script.head, namespace)
    if script.tail is not None:
        return eval(script.tail, namespace)
    return None


def run_until_exit(script: "Script", namespace: "dict[str, object]") -> object:
    """Execute a script as `run_script` does; an exit with code 0 is its end."""
    try:
        return run_script(script, namespace)
    except SystemExit as error:
        if error.code is None or error.code == 0:
            return None
        raise


def _finish(run: Run) -> None:
    """Pass on unfinished lines; what the host's callable raises fails the run."""
    for sink in run.sinks or ():
        try:
            if sink is not None:
                sink.finish()
        except BaseException as error:  # noqa: BLE001  # it becomes a report
            run.report = run.report or _report(run, error)


def _report(run: Run, error: BaseException) -> "Report":
    from pythonarium_kernel import report, scripts

    scripts.restore_sources()
    lines = run.script.text.split("\n") if run.script is not None else None
    data = report.from_exception(error, lines)
    if run.host_code:
        run.host_error = _come_home(error, run.host_code)
    return data


def _come_home(
    error: BaseException, host_code: "WeakSet[CodeType]"
) -> "Optional[BaseException]":
    """Return an exception that a callable of the host raised, without other frames."""
    entry = error.__traceback__
    outside = []
    while entry is not None and entry.tb_frame.f_code not in host_code:
        outside.append(entry.tb_frame)
        entry = entry.tb_next
    if entry is None:
        return None
    for frame in outside:  # the host's frame leads back to them: let go of their locals
        with suppress(RuntimeError):  # it is still running: it is ours
            frame.clear()
    return BaseException.with_traceback(error, entry)


def _name_the_end(report: "Report", run: Run) -> None:
    """Put a word of Python's own in the place of our Interrupt."""
    report["type_module"] = "builtins"
    if run.stop_reason == "timeout":
        report["type_name"] = "TimeoutError"
        report["message"] = f"the script ran past its timeout of {run.timeout:g} s"
    else:
        report["type_name"], report["message"] = "KeyboardInterrupt", ""


def _users_traceback(error: BaseException) -> "Any":
    """Return an exception's traceback from the script's first frame on."""
    from pythonarium_kernel.report import is_own_file

    entry = error.__traceback__
    while entry is not None and is_own_file(entry.tb_frame.f_code.co_filename):
        entry = entry.tb_next
    return entry


def _judge(run: Run, error: "Optional[BaseException]") -> None:
    """Say in the report what became of the run; raise what is not the script's."""
    if run.stop_reason is not None:
        run.report = run.report or _report(run, Interrupt())
        run.report["kind"] = run.stop_reason
        if error is None or type(error) is Interrupt:
            _name_the_end(run.report, run)
    elif error is not None and _goes_on(error, run):
        run.report = None
        raise BaseException.with_traceback(error, _users_traceback(error))


def _goes_on(error: BaseException, run: Run) -> bool:
    """Tell whether an exception is not the script's, but somebody's outside."""
    if type(error) is Interrupt:
        outer = run.outer
        while outer is not None and outer.stop_reason is None:
            outer = outer.outer
        return outer is not None
    return type(error) is KeyboardInterrupt and not _raised_by_statement(error)


_RAISING = ("RAISE_VARARGS", "RERAISE", "YIELD_VALUE", "RETURN_GENERATOR")
"""Where an exception leaves a frame by `raise`, or by `throw` into a generator."""


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
    return opcode.opname[code[entry.tb_lasti]] in _RAISING
