"""What a host opens, uses and closes.

Invariants
- Every call takes the lock (see locks), or is refused: in `_call`, and in `exec`.
- A call that raises leaves the interpreter as it was, plus what the script did: inputs
  that were set stay set, variables stay, the next call works.
- Values are checked on the host's side, once on the way in and once on the way out.
- `interrupt`, `locked` and `locked_by_me` may be used by any thread at any time.
- `close` is refused, and changes nothing, while another thread is inside.
"""

import os
import warnings
from _thread import get_ident
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self

from pythonarium.contexts import Contexts, ContextScope
from pythonarium.crossings import (
    Converters,
    Inputs,
    Outputs,
    check_arguments,
    check_filename,
    check_output,
    check_timeout,
    checked_context,
    declared,
    fill,
    inward,
    planned,
    source_text,
)
from pythonarium.errors import ClosedError
from pythonarium.frames import HandleScope, Pause
from pythonarium.handles import Handle, HeldObject
from pythonarium.locks import InterpreterLock, LockGuard
from pythonarium.objects import HandleRoad, caller
from pythonarium.results import Receipt, Result
from pythonarium.rungs import Options, Streams, open_rung
from pythonarium.scopes import Scope
from pythonarium.settings import PathSetting
from pythonarium.types import converter
from pythonarium.variables import Variable, Variables, checked_name
from pythonarium_kernel.runner import Run
from pythonarium_kernel.session import OUTPUT_LIMIT, Opaque
from pythonarium_kernel.values import obstacle

if TYPE_CHECKING:
    from pythonarium.rungs._base import Rung

__all__ = ["Interpreter"]

Lines = Callable[[str], object]


class Interpreter(Scope):
    """Runs Python scripts: typed variables in and out, contexts, handles, a lock.

    Opened by its constructor, closed by `close` or the end of a `with` block.  The first
    thread that uses it needs no lock, every other one takes `lock()`.  After `close`
    every call is a ClosedError; values that came out of it stay valid, handles do not.

    Args:
        rung: where scripts run: `shared`, in this very interpreter, or `process`, in
            another process.
        python: for `process`: the path of the Python that runs them; None: this one.
        environment: for `process`: an environment, or its folder, whose Python runs them.
        limits: for `process`: what a worker may use at most, and reach, by name: `memory`
            in bytes, beyond what it has at its start; `cpu_seconds`; `file_size` in bytes;
            `open_files`; `processes` of the user; `network`, False for none; `writable`,
            the folders outside which nothing can be changed.
        preload: for `process`: modules that are imported before a script asks for them.
        restart: for `process`: whether a worker that has died is replaced at the next
            call; if not, each call tells of its death.
        stdout: called with each line that scripts print; None: they print where the host
            prints.
        stderr: likewise.
        output_limit: characters of each stream that a run with `capture` keeps; what
            was cut off is said at its end; None for all.
        path: folders to import from; None: what is in force, or else the settings (see
            `pythonarium.settings`).
        path_append: where they stand on `sys.path`: before, after or none.

    Raises:
        UnsupportedError: there is no such rung, an option is not for it, or a limit does
            not hold on this system.
        SettingsError: the path is another than that of the interpreters that are open.
    """

    def __init__(
        self,
        rung: str = "shared",
        *,
        python: str | os.PathLike[str] | None = None,
        environment: object = None,
        limits: object = None,
        preload: Sequence[str] = (),
        restart: bool = False,
        stdout: Lines | None = None,
        stderr: Lines | None = None,
        output_limit: int | None = OUTPUT_LIMIT,
        path: str | Sequence[str | os.PathLike[str]] | None = None,
        path_append: Literal["before", "after", "none"] | None = None,
    ) -> None:
        check_output(stdout, stderr, output_limit)
        setting = None
        if path is not None or path_append is not None:
            setting = PathSetting.read(path, path_append)
        self._lock = InterpreterLock()
        self._rung: Rung = open_rung(
            rung,
            Options(python, environment, limits, tuple(preload), restart=restart),
            Streams(stdout, stderr, output_limit),
            setting,
            self._lock,
        )
        self._closed = False
        self._contexts = Contexts(self._call)
        self._objects = HandleRoad(self._call, self._contexts, self._rung.discard)

    # Running code

    def exec(
        self,
        code: str,
        inputs: Inputs | None = None,
        outputs: Outputs | None = None,
        *,
        context: str | None = None,
        timeout: float | None = None,
        filename: str | None = None,
        capture: bool = False,
    ) -> Result:
        """Set inputs, run a script, return outputs.

        Args:
            code: Python source; a block that is indented as a whole will do.
            inputs: variables to set before; they stay set, also if the script fails.
            outputs: names with their annotations (None: any value), or names, or
                Variables, which are filled.
            context: where it runs; None: this thread's current context.
            timeout: in seconds; what it can end, the documentation of the rung says.
            filename: the script's name in tracebacks.
            capture: whether the result tells what was printed.

        Raises:
            ScriptError: the script raised; see its subclasses for syntax, exit, timeout
                and interrupt.
            VariableMissingError: the script did not set an output.
            VariableTypeError: an input or output does not fit its type.
            ThreadSafetyError: this thread has no lock.
        """
        given = inward(inputs, self._objects) if inputs else None
        types = declared(outputs) if outputs else None
        converters, checks, asking = planned(types)
        if timeout is not None:
            check_timeout(timeout)
        if filename is not None:
            check_filename(filename)
        lock = self._lock
        lock.check()
        with lock.rlock:  # as `_call` does; to call it takes longer than a short script
            run = self._rung.call(
                "execute",
                self._contexts.current if context is None else checked_context(context),
                code if type(code) is str else source_text(code),
                filename,
                given,
                checks,
                asking,
                timeout,
                capture,
            )
        if converters and outputs:
            self._convert(run.outputs, converters, outputs)
        return Result(self, run, types, given)

    def exec_all(
        self,
        code: str,
        inputs: Inputs | None = None,
        *,
        context: str | None = None,
        timeout: float | None = None,
        filename: str | None = None,
    ) -> Variables:
        """Run a script; return every variable of the context that is a value.

        Modules, functions, classes, other objects and names with a leading underscore
        are left out; `skipped` of the result tells which, and why.

        Raises:
            ScriptError: as `exec` does.
        """
        self._lock.check()
        with self._lock.rlock:
            self.exec(code, inputs, context=context, timeout=timeout, filename=filename)
            return self.variables(context=context)

    def eval(
        self,
        expression: str,
        type: object = None,  # noqa: A002  # the public name
        *,
        inputs: Inputs | None = None,
        context: str | None = None,
        timeout: float | None = None,
        filename: str | None = None,
    ) -> Any:
        """Return the value of an expression, or a Handle if it is no value.

        The type is the annotation that the value must fit; None: any.  The other
        options are those of `exec`.

        Raises:
            ScriptError: as `exec` does.
            VariableTypeError: the value does not fit, or is broken.
        """
        convert = None if type is None else converter(type, "<expression>")
        if timeout is not None:
            check_timeout(timeout)
        if filename is not None:
            check_filename(filename)
        answer = self._call(
            "evaluate",
            self._contexts.current if context is None else checked_context(context),
            source_text(expression),
            filename,
            inward(inputs, self._objects) if inputs else None,
            "value" if convert is None else "raw",
            caller(),
            timeout,
        )
        if convert is None:
            return self._objects.outward(answer)
        return self._objects.typed(convert, answer, "<expression>")

    def run(
        self,
        path: str | os.PathLike[str],
        args: Sequence[str] = (),
        inputs: Inputs | None = None,
        outputs: Outputs | None = None,
        *,
        context: str | None = None,
        timeout: float | None = None,
        capture: bool = False,
    ) -> Result:
        """Run a file as `python path args` does.

        It sees its `sys.argv`, `__file__`, `__name__ == "__main__"`, and its folder on
        `sys.path`.  `sys.exit()` with code 0 or none is its ordinary end here.

        Raises:
            OSError: the file cannot be read.
            ScriptExitError: it ended itself with another code.
            ScriptError: as `exec` does.
        """
        file = os.path.abspath(path)
        with open(file, "rb") as stream:
            source = self._call("decode", stream.read(), file)
        given = inward(inputs, self._objects) if inputs else None
        types = declared(outputs) if outputs else None
        converters, checks, asking = planned(types)
        if timeout is not None:
            check_timeout(timeout)
        run = self._call(
            "execute_file",
            self._contexts.current if context is None else checked_context(context),
            source,
            file,
            given,
            checks,
            asking,
            timeout,
            capture,
            [os.fspath(path), *check_arguments(args)],
            os.path.dirname(os.path.realpath(file)),
        )
        if converters and outputs:
            self._convert(run.outputs, converters, outputs)
        return Result(self, run, types, given)

    def interrupt(self) -> bool:
        """End the running script with ScriptInterruptedError, from any thread.

        Returns:
            False if no script is running.
        """
        return self._rung.interrupt()

    # Variables

    def set(self, name: str, value: object, type: object = None) -> None:  # noqa: A002
        """Set a variable of the current context.

        Raises:
            VariableTypeError: the name is no identifier, or the value does not fit.
        """
        variable = Variable(name, type, value)
        name = variable.name
        given = inward([variable], self._objects)
        self._call("set", self._contexts.current, name, given[name])

    def get(self, name: str | Handle, type: object = None) -> Any:  # noqa: A002
        """Return a variable of the current context, or the value behind a handle.

        The type is the annotation that it must fit; None: any value, or else a Handle.

        Raises:
            VariableMissingError: there is none of that name.
            VariableTypeError: it does not fit.
        """
        is_typed = type is not None
        if isinstance(name, Handle):
            answer = self._call("value_of", self._objects.number(name), is_typed)
            label = "<handle>"
        else:
            label = checked_name(name)
            answer = self._call(
                "get", self._contexts.current, label, is_typed, caller()
            )
        if is_typed:
            return self._objects.typed(converter(type, label), answer, label)
        return self._objects.outward(answer)

    def delete(self, name: str) -> None:
        """Delete a variable of the current context.

        Raises:
            VariableMissingError: there is none of that name.
        """
        self._call("delete", self._contexts.current, checked_name(name))

    def variables(self, *, context: str | None = None) -> Variables:
        """Return every variable of a context that is a value; see `exec_all`."""
        values, skipped = self._call(
            "variables",
            self._contexts.current if context is None else checked_context(context),
        )
        return Variables(values, skipped=skipped)

    def __getitem__(self, name: str) -> Any:
        return self.get(name)

    def __setitem__(self, name: str, value: object) -> None:
        self.set(name, value)

    def __delitem__(self, name: str) -> None:
        self.delete(name)

    __iter__: ClassVar[None] = None
    __contains__: ClassVar[None] = None
    """Refused: Python would look for items 0, 1 and so on."""

    # Handles and their frames

    def handle(self, expression: str) -> Handle:
        """Return a handle to the object that an expression gives, whatever it is."""
        answer = self._call(
            "evaluate",
            self._contexts.current,
            source_text(expression),
            None,
            None,
            "handle",
            caller(),
        )
        handle: Handle = self._objects.outward(answer)  # type: ignore[assignment]
        return handle

    def import_module(self, name: str) -> Handle:
        """Import a module, `package.module` too, and return a handle to it.

        Raises:
            ScriptError: it cannot be imported; the error says why.
        """
        answer = self._call("import_module", self._contexts.current, name, caller())
        handle: Handle = self._objects.outward(answer)  # type: ignore[assignment]
        return handle

    def watch(self) -> HandleScope:
        """Open a frame: the handles made in it are released when it closes."""
        return HandleScope(self._open_frame(collects=True))

    def pause(self) -> Pause:
        """Open a frame that owns nothing: handles made in it outlive it."""
        return Pause(self._open_frame(collects=False))

    def keep(self, handle: Handle) -> Handle:
        """Move a handle from its frame to the next one outside, and return it."""
        self._call("keep", self._objects.number(handle), get_ident())
        return handle

    def leak_report(self) -> list[HeldObject]:
        """Return the handles that are still held, each with the line that made it."""
        held = self._call("leak_report")
        return [HeldObject(name, *place) for _, name, place in held]

    # Contexts and the lock

    @property
    def contexts(self) -> Contexts:
        """The contexts of this interpreter."""
        return self._contexts

    def context(self, name: str | None = None) -> ContextScope:
        """Enter a context, new or not; without a name a temporary one.

        Closing the scope goes back to the context before; a temporary one is deleted.
        """
        return ContextScope(self._contexts, name)

    def lock(self, timeout: float | None = None) -> LockGuard:
        """Take the lock, and hold it until the guard closes.

        A thread that is not the interpreter's first needs it for every call.

        Args:
            timeout: in seconds; None waits.

        Raises:
            LockTimeoutError: it was not to be had in time.
            ClosedError: the interpreter is closed.
        """
        if self._closed:
            raise ClosedError("this interpreter is closed; open another one")
        if timeout is not None:
            check_timeout(timeout, least=0)
        self._lock.acquire(timeout)
        return LockGuard(self._lock)

    @property
    def locked(self) -> bool:
        """Whether any thread holds the lock."""
        return self._lock.is_taken

    @property
    def locked_by_me(self) -> bool:
        """Whether the calling thread holds the lock."""
        return self._lock.is_mine

    # Its life

    @property
    def rung(self) -> str:
        """The name of its rung."""
        return self._rung.facts.rung

    @property
    def closed(self) -> bool:
        """Whether it is closed."""
        return self._closed

    def close(self) -> None:
        """Close it, and release all handles.  A second call does nothing.

        Raises:
            ThreadSafetyError: a script or another thread is inside; nothing is changed.
        """
        if self._closed:
            return
        if not self._lock.rlock.acquire(blocking=False):
            raise self._lock.busy()
        try:
            self._rung.close()
            self._closed = True
            self._contexts.close()
        finally:
            self._lock.rlock.release()

    def __enter__(self) -> Self:
        if self._closed:
            raise ClosedError("this interpreter is closed; open another one")
        return self

    def __del__(self) -> None:
        if getattr(self, "_closed", True):
            return
        self._closed = True
        self._rung.abandon()
        message = f"an interpreter (rung={self.rung!r}) was never closed"
        warnings.warn(message, ResourceWarning, stacklevel=1, source=self)

    def __repr__(self) -> str:
        state = "closed" if self._closed else "open"
        return f"<{type(self).__name__} rung={self.rung!r} {state}>"

    # How a call is made

    def _call(self, operation: str, *args: Any) -> Any:
        lock = self._lock
        lock.check()
        with lock.rlock:
            return self._rung.call(operation, *args)

    def _convert(
        self, values: dict[str, Any], converters: Converters, outputs: Outputs
    ) -> None:
        """Check what a run gives back, and fill the Variables that were given for it."""
        for name, convert in converters.items():
            value = values[name]
            if convert is None:
                values[name] = self._objects.outward(value)
            elif isinstance(value, Opaque):
                values[name] = self._objects.typed(convert, value, name)
            else:
                values[name] = convert(value, name)
        if type(outputs) is not dict:
            fill(outputs, values)

    def _open_frame(self, *, collects: bool) -> Callable[[], None]:
        frame = self._call("open_frame", caller(), collects)

        def close() -> None:
            if not self._closed:  # its handles went with the interpreter
                self._call("close_frame", frame, get_ident())

        return close

    def receipt_of(self, run: Run, shared: int) -> Receipt:
        """Return the receipt of a run; `Result.receipt` calls it."""
        facts = self._rung.facts
        copied = shared - run.by_reference if run.copies else 0
        return Receipt(
            wall_seconds=run.wall_ns / 1e9,
            cpu_seconds=run.cpu_ns / 1e9,
            peak_memory=run.peak_memory,
            bytes_copied=copied,
            bytes_shared=shared - copied,
            rung=facts.rung,
            python_version=facts.python_version,
            environment=facts.environment,
        )

    def value_of(self, run: Run) -> object:
        """Return the last expression's value; `Result.value` calls it."""
        if obstacle(run.value) is None:
            return run.value
        answer = self._call("crossing", "<value>", run.value, caller())
        return self._objects.outward(answer)
