"""The session of a worker: its runs print to the descriptors of the process."""

from _thread import get_ident

from pythonarium_kernel import watchdog
from pythonarium_kernel.contexts import MAIN
from pythonarium_kernel.runner import Run, ScriptFailed, perform
from pythonarium_kernel.session import Session
from pythonarium_kernel.tasks import Tasks
from pythonarium_kernel.values import is_scalar

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Optional

    from pythonarium_kernel.session import Caller
    from pythonarium_kernel.streams import PipeSink


class WorkerRun(Run):
    """A run in a worker: the way to it takes longer than in the host's process."""

    __slots__ = ()
    short_ns = 100_000


class ObjectRun(WorkerRun):
    """The use of an object that the host has kept: what it raises is raised as it is."""

    __slots__ = ()
    keeps_error = True


class WorkerSession(Session):
    """A session whose runs print to the descriptors of the process.

    Args:
        sinks: stdout and stderr of every run.
        link: of the main thread; tells whether the run that starts is to end at once.
    """

    _run_class: "type[Run]" = WorkerRun

    def __init__(
        self,
        sinks: "tuple[PipeSink, PipeSink]",
        link: "Any",
    ) -> None:
        super().__init__()
        self._sinks, self._streams, self._link = sinks, True, link
        self._tasks = Tasks()

    def _make_sinks(self, run: Run, *, capture: bool) -> None:  # noqa: ARG002
        run.stdout, run.stderr = run.sinks = self._sinks
        if self._link.owed == self._link.number:
            run.thread = get_ident()
            watchdog.stop(run, "interrupt")

    def use(self, work: "Any", *args: object) -> object:
        """Call what uses an object of a script's, as a run: it can be ended."""
        run = ObjectRun(self.contexts.get(MAIN), None, None)
        self._make_sinks(run, capture=False)
        try:
            return perform(run, self._active, work, *args)
        except ScriptFailed as failed:
            error = failed.error
            if error is None or failed.report["kind"] in ("interrupt", "timeout"):
                raise
        raise error

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
