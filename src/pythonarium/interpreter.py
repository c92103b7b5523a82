"""What a host opens, uses and closes.

Invariants
- Every call goes through `_call`: it takes the lock (see locks), or refuses.
- A call that raises leaves the interpreter as it was, plus what the script did: inputs
  that were set stay set, variables stay, the next call works.
- Values are checked on the host's side, once on the way in and once on the way out.
- `interrupt`, `locked` and `locked_by_me` may be used by any thread at any time.
- `close` is refused, and changes nothing, while another thread is inside.
"""

import os
import warnings
from _thread import get_ident
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self

from pythonarium_kernel.session import OUTPUT_LIMIT, Outcome
from pythonarium_kernel.values import obstacle

from pythonarium.contexts import Contexts, ContextScope
from pythonarium.errors import (
    ClosedError,
    SettingsError,
    UnsupportedError,
    VariableTypeError,
)
from pythonarium.frames import HandleScope, Pause
from pythonarium.handles import Handle, HeldObject
from pythonarium.locks import InterpreterLock, LockGuard
from pythonarium.objects import HandleRoad, caller
from pythonarium.results import Receipt, Result
from pythonarium.rungs._base import Rung
from pythonarium.rungs.shared import SharedRung
from pythonarium.settings import PathSetting
from pythonarium.types import converter
from pythonarium.variables import Variable, Variables, checked_name

__all__ = ["Interpreter"]

Inputs = Mapping[str, object] | Sequence[Variable[Any]]
Outputs = Mapping[str, object] | Sequence[str] | Sequence[Variable[Any]]
Lines = Callable[[str], object]
RUNGS = ("shared",)
_SCALARS = (bool, int, float, type(None))


class Interpreter:
    """Runs Python scripts: typed variables in and out, contexts, handles, a lock.

    Opened by its constructor, closed by `close` or the end of a `with` block.  The first
    thread that uses it needs no lock, every other one takes `lock()`.  After `close`
    every call is a ClosedError; values that came out of it stay valid, handles do not.

    Args:
        rung: where scripts run: `shared`, in this very interpreter.
        stdout: called with each line that scripts print; None: they print where the host
            prints.
        stderr: likewise.
        output_limit: characters of each stream that a run with `capture` keeps; what
            was cut off is said at its end; None for all.
        path: folders to import from; None: the settings (see `pythonarium.settings`).
        path_append: where they stand on `sys.path`: before, after or none.

    Raises:
        UnsupportedError: there is no such rung, or an option is not for it.
        SettingsError: the path is another than that of the interpreters that are open.
    """

    def __init__(
        self,
        rung: str = "shared",
        *,
        python: str | None = None,
        environment: str | None = None,
        limits: object = None,
        stdout: Lines | None = None,
        stderr: Lines | None = None,
        output_limit: int | None = OUTPUT_LIMIT,
        path: Sequence[str | os.PathLike[str]] | None = None,
        path_append: Literal["before", "after", "none"] | None = None,
    ) -> None:
        _check_rung(rung, python=python, environment=environment, limits=limits)
        self._lock = InterpreterLock()
        self._rung: Rung = SharedRung(
            on_stdout=stdout,
            on_stderr=stderr,
            output_limit=output_limit,
            path=PathSetting.read(path, path_append),
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
        return self._execute(
            "execute",
            code,
            inputs,
            outputs,
            context=context,
            timeout=timeout,
            filename=filename,
            capture=capture,
        )

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
        self._lock.begin()
        try:
            self.exec(
                code, inputs, context=context, timeout=timeout, filename=filename
            )
            return self.variables(context=context)
        finally:
            self._lock.end()

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

        Args:
            type: the annotation that the value must fit; None: any.

        Raises:
            ScriptError: as `exec` does.
            VariableTypeError: the value does not fit, or is broken.
        """
        answer = self._call(
            "evaluate",
            context or self._contexts.current,
            _source(expression),
            filename,
            self._inward(inputs),
            wanted="value" if type is None else "raw",
            caller=caller(),
            timeout=timeout,
        )
        if type is None:
            return self._objects.outward(answer)
        return converter(type)(answer, "<expression>")

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
        file = os.fspath(path)
        source = self._call("decode", Path(file).read_bytes(), file)
        return self._execute(
            "execute_file",
            source,
            inputs,
            outputs,
            context=context,
            timeout=timeout,
            filename=file,
            capture=capture,
            argv=[file, *map(str, args)],
            folder=os.path.dirname(os.path.realpath(file)),
        )

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
        inputs = self._inward([Variable(name, type, value)])
        self._call("set", self._contexts.current, name, inputs[name])

    def get(self, name: str | Handle, type: object = None) -> Any:  # noqa: A002
        """Return a variable of the current context, or the value behind a handle.

        Args:
            type: the annotation that it must fit; None: any value, or else a Handle.

        Raises:
            VariableMissingError: there is none of that name.
            VariableTypeError: it does not fit.
        """
        checked = type is not None
        if isinstance(name, Handle):
            answer = self._call("value_of", self._objects.number(name), checked)
            label = "<handle>"
        else:
            answer = self._call(
                "get", self._contexts.current, name, checked, caller()
            )
            label = name
        if checked:
            return converter(type)(answer, label)
        return self._objects.outward(answer)

    def delete(self, name: str) -> None:
        """Delete a variable of the current context.

        Raises:
            VariableMissingError: there is none of that name.
        """
        self._call("delete", self._contexts.current, name)

    def variables(self, *, context: str | None = None) -> Variables:
        """Return every variable of a context that is a value; see `exec_all`."""
        values, skipped = self._call("variables", context or self._contexts.current)
        return Variables(values, skipped=skipped)

    def __getitem__(self, name: str) -> Any:
        return self.get(name)

    def __setitem__(self, name: str, value: object) -> None:
        self.set(name, value)

    def __delitem__(self, name: str) -> None:
        self.delete(name)

    # Handles and their frames

    def handle(self, expression: str) -> Handle:
        """Return a handle to the object that an expression gives, whatever it is."""
        answer = self._call(
            "evaluate",
            self._contexts.current,
            _source(expression),
            wanted="handle",
            caller=caller(),
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
        self._lock.acquire(timeout)
        return LockGuard(self._lock)

    @property
    def locked(self) -> bool:
        """Whether any thread holds the lock."""
        return self._lock.owner is not None

    @property
    def locked_by_me(self) -> bool:
        """Whether the calling thread holds the lock."""
        return self._lock.owner == get_ident()

    # Its life

    @property
    def rung(self) -> str:
        """The name of its rung."""
        return self._rung.facts.rung

    @property
    def closed(self) -> bool:
        return self._closed

    def close(self) -> None:
        """Close it, and release all handles.  A second call does nothing.

        Raises:
            ThreadSafetyError: a script or another thread is inside; nothing is changed.
        """
        if self._closed:
            return
        self._lock.begin_nowait()
        try:
            self._rung.close()
            self._closed = True
            self._contexts.close()
        finally:
            self._lock.end()

    def __enter__(self) -> Self:
        if self._closed:
            raise ClosedError("this interpreter is closed; open another one")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def __del__(self) -> None:
        if getattr(self, "_closed", True):
            return
        warnings.warn(f"{self!r} was never closed", ResourceWarning, source=self)
        self._closed = True
        self._rung.close()

    def __repr__(self) -> str:
        state = "closed" if self._closed else "open"
        return f"<{type(self).__name__} rung={self.rung!r} {state}>"

    # How a call is made

    def _call(self, operation: str, /, *args: Any, **options: Any) -> Any:
        self._lock.begin()
        try:
            return self._rung.call(operation, *args, **options)
        finally:
            self._lock.end()

    def _execute(
        self,
        operation: str,
        code: str,
        inputs: Inputs | None,
        outputs: Outputs | None,
        **options: Any,
    ) -> Result:
        types = _declared(outputs) if outputs else {}
        given = self._inward(inputs) if inputs else None
        if options["timeout"] is not None:
            _check_timeout(options["timeout"])
        if types:
            options["caller"] = caller()
        outcome: Outcome = self._call(
            operation,
            options.pop("context") or self._contexts.current,
            _source(code),
            options.pop("filename"),
            given,
            {name: type is not None for name, type in types.items()},
            **options,
        )
        values = outcome.outputs
        for name, type in types.items():  # noqa: A001
            if type is None:
                values[name] = self._objects.outward(values[name])
            else:
                values[name] = converter(type)(values[name], name)
        if outputs:
            _fill(outputs, values)
        return Result(self, outcome, types, _shared_bytes(given))

    def _inward(self, inputs: Inputs | None) -> dict[str, object]:
        """Return checked inputs as the kernel takes them."""
        given: dict[str, object] = {}
        if not inputs:
            return given
        if isinstance(inputs, Mapping):
            for name, value in inputs.items():
                given[checked_name(name)] = self._inward_value(name, value)
        else:
            for variable in inputs:
                value = variable.value
                if variable.type is not None:
                    value = converter(variable.type)(value, variable.name)
                given[variable.name] = self._inward_value(variable.name, value)
        return given

    def _inward_value(self, name: str, value: object) -> object:
        if type(value) in _SCALARS:
            return value
        if type(value) is Handle:
            return self._objects.inward(value)
        found = obstacle(value)
        if found is not None and found.kind == "refused":
            raise VariableTypeError(
                name, name + found.path, "a value that can cross", found.reason
            )
        return value

    def _open_frame(self, *, collects: bool) -> Callable[[], None]:
        frame = self._call("open_frame", caller(), collects)

        def close() -> None:
            if not self._closed:  # its handles went with the interpreter
                self._call("close_frame", frame, get_ident())

        return close

    def receipt_of(self, outcome: Outcome, shared: int) -> Receipt:
        """Return the receipt of a run; `Result.receipt` calls it."""
        facts = self._rung.facts
        return Receipt(
            wall_seconds=outcome.run.wall_ns / 1e9,
            cpu_seconds=outcome.run.cpu_ns / 1e9,
            peak_memory=None,
            bytes_copied=0,
            bytes_shared=shared + _shared_bytes(outcome.outputs),
            rung=facts.rung,
            python_version=facts.python_version,
            environment=facts.environment,
        )

    def value_of(self, outcome: Outcome) -> object:
        """Return the last expression's value; `Result.value` calls it."""
        if type(outcome.value) in _SCALARS:
            return outcome.value
        answer = self._call("crossing", "<value>", outcome.value, caller())
        return self._objects.outward(answer)


def _check_rung(rung: str, **options: object) -> None:
    if rung not in RUNGS:
        raise UnsupportedError(
            f"rung {rung!r} is not there in this version; there is"
            f" {', '.join(map(repr, RUNGS))}"
        )
    for name, value in options.items():
        if value is not None:
            raise UnsupportedError(
                f"{name}={value!r} is not for rung {rung!r}: its scripts run in the"
                " host's own interpreter"
            )


def _check_timeout(timeout: float) -> None:
    if not (isinstance(timeout, (int, float)) and timeout > 0):
        raise SettingsError(f"timeout: expected seconds above 0, got {timeout!r}")


def _source(code: object) -> str:
    if isinstance(code, str):
        return code
    raise VariableTypeError(
        "code",
        "code",
        "Python source as a str",
        f"{code!r:.80}",
        "run(path) takes a file",
    )


def _declared(outputs: Outputs) -> dict[str, object]:
    """Return name -> annotation, None where there is none."""
    if isinstance(outputs, Mapping):
        return {checked_name(name): type for name, type in outputs.items()}
    if isinstance(outputs, str):
        raise VariableTypeError(
            "outputs", "outputs", "a mapping or a list of names", f"the str {outputs!r}"
        )
    return {
        item.name if isinstance(item, Variable) else checked_name(item): (
            item.type if isinstance(item, Variable) else None
        )
        for item in outputs
    }


def _fill(outputs: Outputs, values: Mapping[str, object]) -> None:
    if not isinstance(outputs, Mapping):
        for item in outputs:
            if isinstance(item, Variable):
                item.value = values[item.name]


def _shared_bytes(values: Mapping[str, object] | None) -> int:
    """Return the bytes of the buffers that passed by reference."""
    total = 0
    for value in (values or {}).values():
        if type(value) in (bytes, bytearray):
            total += len(value)  # type: ignore[arg-type]
        elif type(value) not in _SCALARS:
            size = getattr(value, "nbytes", 0)
            total += size if isinstance(size, int) else 0
    return total
