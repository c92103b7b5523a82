"""Runs code for a session: the route, the streams, the deadline, the report.

Invariants
- `perform` sets up in one order and takes down in the other, whatever the script does:
  route, streams, deadline, script, deadline, streams, route.
- Everything that a script raises leaves `perform` as ScriptFailed, with one exception:
  a KeyboardInterrupt that no `raise` of the script made is the host's Ctrl-C, and an
  Interrupt of an outer run is that run's.  Both go on to where they belong.
- ScriptFailed holds a report, and not the exception, unless the run's class says so: no
  frame of the script stays alive.
- What a run costs is counted in nanoseconds: a call, a store, a clock.  So the few lines
  that every run passes stand in few functions, and the rest stands behind an `if`.
"""

import os
from _thread import get_ident
from contextlib import suppress
from threading import local
from time import perf_counter_ns, thread_time_ns

from pythonarium_kernel.interrupts import Interrupt, handled, put_back
from pythonarium_kernel.process import enter, is_replaced, leave, make_room, settle
from pythonarium_kernel.report import from_exception, is_own_file
from pythonarium_kernel.route import current
from pythonarium_kernel.texts import show
from pythonarium_kernel.watchdog import finish, watch

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType
    from typing import Any, Callable, Optional

    from pythonarium_kernel.output import Sink
    from pythonarium_kernel.report import Report
    from pythonarium_kernel.scripts import Script


class _CpuClock(local):
    """When, by the wall clock, this thread's CPU clock was last read, and the reading."""

    last = (-(10**9), 0)


_cpu_clock = _CpuClock()


TRIES = range(5)


class ScriptFailed(Exception):
    """A script raised.  Attributes: the report, what was captured, the run's facts.

    `error` is the exception itself, where the run keeps it.
    """

    def __init__(self, report: "Report", run: "Run") -> None:
        super().__init__(report["message"])
        self.report = report
        self.error, run.error = run.error, None  # not both: they would form a cycle
        self.stdout, self.stderr = run.captured()
        self.timeout = run.timeout
        self.wall_ns, self.cpu_ns = run.wall_ns, run.cpu_ns


class Run:
    """One execution in a context, from its first line to what it gives back.

    Attributes:
        value: of the last expression.
        short_ns: how exact the CPU time is.  Of a shorter run the wall time stands for it,
            and one reading of a thread's CPU clock serves all runs that start so soon
            after it: to read it is a system call, and takes longer than many a run.
        keeps_error: whether ScriptFailed shall hold the exception itself.
        outputs: what the host asked for, by name.
        report: of what it raised, or None.
        wall_start: when its first line began, by perf_counter_ns; 0 before that.
        wall_ns: from its first line to its last.
        cpu_ns: of its thread; see short_ns.
        stdout, stderr: where its prints go; None: the host's stream.
        sinks: what these were at first, if they were put there for it.
        printed: whether it printed to a stream of the host.
        outer: the run that it was started in.
        outer_streams: what a host callable in between had put up.
        not_before: when the watchdog may raise in it again, once it must end.
        stopped_at: when the watchdog was told to end it.
    """

    __slots__ = (
        "cpu_ns",
        "error",
        "finished",
        "module",
        "not_before",
        "outer",
        "outer_streams",
        "outputs",
        "printed",
        "report",
        "script",
        "sinks",
        "stderr",
        "stdout",
        "stop_reason",
        "stopped_at",
        "thread",
        "timeout",
        "value",
        "wall_ns",
        "wall_start",
    )

    short_ns: int = 20_000
    keeps_error: bool = False
    # For a host that asks any rung's runs: what goes in and comes out here is shared.
    copies: bool = False
    by_reference: int = 0
    peak_memory: "Optional[int]" = None

    cpu_ns: int
    wall_ns: int
    wall_start: int
    thread: int
    finished: bool
    printed: bool
    not_before: float
    stopped_at: float
    module: "ModuleType"
    script: "Optional[Script]"
    timeout: "Optional[float]"
    outputs: "dict[str, Any]"
    value: "Any"
    error: "Optional[BaseException]"
    report: "Optional[Report]"
    stdout: "Any"
    stderr: "Any"
    sinks: "Optional[tuple[Optional[Sink], Optional[Sink]]]"
    outer: "Optional[Run]"
    outer_streams: "Optional[tuple[Any, Any]]"
    stop_reason: "Optional[str]"

    def __init__(
        self,
        module: "ModuleType",
        script: "Optional[Script]",
        timeout: "Optional[float]",
    ) -> None:
        self.module, self.script, self.timeout = module, script, timeout
        self.outputs = {}
        self.value = self.report = self.error = self.stop_reason = None
        self.stdout = self.stderr = self.sinks = None
        self.outer = self.outer_streams = None
        self.finished = self.printed = False
        self.wall_ns = self.wall_start = self.cpu_ns = self.thread = 0

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
    try:
        current.set(run)
        enter(run)
        result = _guarded(run, active, work, args)
    finally:
        # A signal handler of the host may raise at any line: here it has to wait.
        try:
            _clean_up(run, active)
        except BaseException:
            try:
                _clean_up_again(run, active)
            finally:  # at the end of the stack: as few frames as `enter` had
                if active and active[-1] is run:
                    active.pop()
                leave(run)
                current.set(run.outer)
            raise
    if run.report is not None:
        raise ScriptFailed(run.report, run)
    return result


def perform_standing(run: Run, active: "list[Run]", script: "Script") -> "Any":
    """Execute a script as a run that stands already, and stands ready again afterwards.

    For a host that has the interpreter to itself: the streams are routed all the time
    (`process.route_for_good`), and nobody asks what a run has cost.  The run is the
    calling thread's own and has `finished`; it belongs to a thread, not to a script.

    Raises:
        ScriptFailed: it raised.
    """
    error: Optional[BaseException] = None
    result = None
    before = handled()
    run.script = script
    run.finished = False
    try:
        try:
            active.append(run)
            result = run_script(script, run.module.__dict__)
            if run.printed or is_replaced():
                settle(run)
        except BaseException as caught:  # noqa: BLE001  # it becomes a report
            error = caught
            make_room()
            run.report = _report(run, caught)
            settle(run)
        finish(run)
    except Interrupt as late:  # 3.11: it came between the lines above
        error = late
        finish(run)
        run.report = _report(run, late)
    active.remove(run)
    if error is None and run.stop_reason is None:
        run.script = None
        return result
    try:
        put_back(before)
        _judge(run, error)
        if run.keeps_error:
            run.error = error
        if run.report is not None:
            raise ScriptFailed(run.report, run)
    finally:
        error = before = None  # or a traceback, this frame and it would form a cycle
        run.script = run.report = run.error = run.stop_reason = None
    return result


def _guarded(
    run: Run, active: "list[Run]", work: "Callable[..., Any]", args: "tuple[Any, ...]"
) -> "Any":
    """Return the result, or None and set the run's report."""
    error: Optional[BaseException] = None
    result = None
    before, short_ns = handled(), run.short_ns
    run.wall_start = started = perf_counter_ns()
    read, cpu_ns = _cpu_clock.last
    if started - read >= short_ns:
        _cpu_clock.last = read, cpu_ns = started, thread_time_ns()
    try:
        try:
            if run.timeout is not None:
                watch(run, run.timeout)  # before `interrupt` can find the run
            active.append(run)
            result = work(*args)
            if run.printed or is_replaced():
                settle(run)
        except BaseException as caught:  # noqa: BLE001  # it becomes a report
            error = caught
            make_room()
            run.report = _report(run, caught)  # before the deadline is off: see _text
            settle(run)
        finish(run)
    except Interrupt as late:  # 3.11: it came between the lines above
        error = late
        finish(run)
        run.report = _report(run, late)
    spent = run.wall_ns = run.cpu_ns = perf_counter_ns() - started
    if spent > short_ns:
        at_start, cpu_ns = cpu_ns + started - read, thread_time_ns()
        run.cpu_ns = max(0, cpu_ns - at_start)
        _cpu_clock.last = started + spent, cpu_ns
    if error is not None or run.stop_reason is not None:
        try:
            put_back(before)
            _judge(run, error)
            if run.keeps_error:
                run.error = error
        finally:
            # Or a traceback, this frame and the exception would form a cycle.
            error = before = None
    return result


def _clean_up(run: Run, active: "list[Run]") -> None:
    """Undo what `perform` has set up.  A second call goes on where the first ended."""
    if not run.finished or run.stop_reason is not None:
        finish(run)
    if active and active[-1] is run:
        active.pop()
    leave(run)
    run.stdout = run.stderr = None  # a thread that goes on prints elsewhere
    if run.sinks is not None:
        _finish(run)
    current.set(run.outer)


def _clean_up_again(run: Run, active: "list[Run]") -> None:
    for _ in TRIES:
        with suppress(
            BaseException
        ):  # another signal, while `perform` raises the first
            _clean_up(run, active)
            return


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
            if sink is not None and sink._pending:  # noqa: SLF001  # as a rule not
                sink.finish()
        except BaseException as error:  # noqa: BLE001  # it becomes a report
            run.report = run.report or _report(run, error)


def _report(run: Run, error: BaseException) -> "Report":
    if run.script is not None:
        show(run.script)
    lines = run.script.text.split("\n") if run.script is not None else None
    return from_exception(error, lines)


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
    return type(error) is KeyboardInterrupt and not _is_raised_by_script(error, run)


_RAISING = ("RAISE_VARARGS", "RERAISE", "YIELD_VALUE", "RETURN_GENERATOR")
"""Where an exception leaves a frame by `raise`, or by `throw` into a generator."""


def _is_raised_by_script(error: BaseException, run: Run) -> bool:
    """Tell whether a statement of the script raised it, not a signal handler."""
    entry = error.__traceback__
    while entry is not None and entry.tb_next is not None:
        entry = entry.tb_next
    if entry is None or entry.tb_lasti < 0:
        return False
    if entry.tb_frame.f_globals is not run.module.__dict__:
        return False
    import opcode

    code = entry.tb_frame.f_code.co_code
    return opcode.opname[code[entry.tb_lasti]] in _RAISING


def _reset_after_fork() -> None:
    _cpu_clock.last = _CpuClock.last  # the child's thread counts from 0


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_reset_after_fork)
