"""One interpreter's state, and everything that a host can ask of it.

A host of any kind drives a session by its public methods; on the rungs with a road
between, messages name them.  Values pass as they are here, an object that a host holds
by number is a Ref.

Invariants
- One thread at a time is inside a session: the host holds its lock.  `interrupt` and
  `discard` alone may be called by any thread at any time.
- A method either does its work or raises one of ScriptFailed, SourceError,
  MissingVariable, RefusedValue, ContextRefusal, HandleRefusal.  None of them changes
  anything: contexts, variables and handles are as before, plus what the script did.
"""

import builtins
import operator
import sys
from contextlib import suppress
from importlib.machinery import SourceFileLoader
from types import CoroutineType

from pythonarium_kernel import route, watchdog
from pythonarium_kernel.contexts import Contexts
from pythonarium_kernel.handles import HandleFrame, Handles
from pythonarium_kernel.output import Sink
from pythonarium_kernel.process import pop_argv, push_argv
from pythonarium_kernel.runner import Run, perform, run_script, run_until_exit
from pythonarium_kernel.scripts import compiled, decoded
from pythonarium_kernel.values import is_scalar, obstacle

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any, Callable, Optional

    from pythonarium_kernel.handles import Place
    from pythonarium_kernel.scripts import Script

OUTPUT_LIMIT = 16_000_000
"""Characters of each stream that a capturing run keeps."""


class MissingVariable(Exception):
    """A context holds no variable of that name."""

    def __init__(self, name: str, context: str, names: "list[str]") -> None:
        super().__init__(name)
        self.name, self.context, self.names = name, context, names


class RefusedValue(Exception):
    """A value is broken: it contains itself, or text that is none."""

    def __init__(self, name: str, path: str, reason: str) -> None:
        super().__init__(name)
        self.name, self.path, self.reason = name, path, reason


class Ref:
    """An object that the host holds by number, in arguments and results."""

    __slots__ = ("number",)

    def __init__(self, number: int) -> None:
        self.number = number


class Opaque(Ref):
    """An object that came where the host will check a type: no value, but a Ref to it.

    Attributes:
        type_name: of the object, or of what is around it.
        path: where in it stands what cannot cross.
        reason: what that is.
    """

    __slots__ = ("path", "reason", "type_name")

    def __init__(self, number: int, type_name: str, path: str, reason: str) -> None:
        super().__init__(number)
        self.type_name, self.path, self.reason = type_name, path, reason


class Caller:
    """Who asks: which thread of the host, and from which of its lines."""

    __slots__ = ("owner", "place")

    owner: int
    place: "Place"

    def __init__(self, owner: int, place: "Place") -> None:
        self.owner, self.place = owner, place


class Session:
    """One interpreter: contexts, handles, streams.

    Args:
        on_stdout: called with each line of stdout; None: the host's stream.
        on_stderr: likewise.
        output_limit: the characters of each stream that a capturing run keeps; None
            for all.
    """

    _run_class: "type[Run]" = Run

    def __init__(
        self,
        on_stdout: "Optional[Callable[[str], object]]" = None,
        on_stderr: "Optional[Callable[[str], object]]" = None,
        output_limit: "Optional[int]" = OUTPUT_LIMIT,
    ) -> None:
        self.contexts = Contexts()
        self.handles = Handles()
        self._on_stdout, self._on_stderr = on_stdout, on_stderr
        self._streams = on_stdout is not None or on_stderr is not None
        self._output_limit = output_limit
        self._active: list[Run] = []
        route.install()

    def close(self) -> None:
        """Let go of everything.  Threads that scripts have started keep running."""
        self.handles.release_all()
        self.contexts = Contexts()
        route.uninstall()

    @property
    def running(self) -> bool:
        """Whether a script is running."""
        return bool(self._active)

    def interrupt(self) -> bool:
        """End the outermost run, from any thread; return False if none is on."""
        try:
            run = self._active[0]
        except IndexError:
            return False
        return watchdog.stop(run, "interrupt")

    # Running code

    def decode(self, data: bytes, filename: str) -> str:
        """Return the source text of a file, by its encoding cookie."""
        return decoded(data, filename)

    def execute(
        self,
        context: str,
        source: str,
        filename: "Optional[str]" = None,
        inputs: "Optional[Mapping[str, object]]" = None,
        outputs: "Optional[Mapping[str, bool]]" = None,
        caller: "Optional[Caller]" = None,
        timeout: "Optional[float]" = None,
        capture: bool = False,
        work: "Callable[..., object]" = run_script,
    ) -> Run:
        """Set inputs, run a script, collect outputs.

        Outputs are names, each with whether the host will check its type; one that it
        will not check comes back as a value, or as a Ref.
        """
        script = compiled(source, filename)
        module = self.contexts.get(context)
        run = self._run_class(module, script, timeout)
        if capture or self._streams:
            self._make_sinks(run, capture=capture)
        namespace = module.__dict__
        if inputs:
            self._set_all(namespace, inputs)
        run.value = perform(run, self._active, work, script, namespace)
        if outputs:
            for name, checked in outputs.items():
                found = self._lookup(context, namespace, name)
                run.outputs[name] = (
                    found if checked else self.crossing(name, found, caller)
                )
        return run

    def execute_file(
        self,
        context: str,
        source: str,
        filename: str,
        inputs: "Optional[Mapping[str, object]]",
        outputs: "Optional[Mapping[str, bool]]",
        caller: "Optional[Caller]",
        timeout: "Optional[float]",
        capture: bool,
        argv: "list[str]",
        folder: str,
    ) -> Run:
        """Run a file as `python` would: its argv, `__file__`, its folder on the path.

        An exit with code 0 is the script's ordinary end.

        `sys.argv` and `sys.path` are the process's.  They are as before afterwards, but
        for what the script itself has added to the path.
        """
        module: Any = self.contexts.get(context)
        module.__file__, module.__cached__ = filename, None
        module.__loader__ = SourceFileLoader("__main__", filename)
        push_argv(argv)
        sys.path.insert(0, folder)
        try:
            return self.execute(
                context,
                source,
                filename,
                inputs,
                outputs,
                caller,
                timeout,
                capture,
                run_until_exit,
            )
        finally:
            pop_argv(argv)
            with suppress(ValueError):  # the script has removed it
                sys.path.remove(folder)

    def evaluate(
        self,
        context: str,
        expression: str,
        filename: "Optional[str]" = None,
        inputs: "Optional[Mapping[str, object]]" = None,
        wanted: str = "value",
        caller: "Optional[Caller]" = None,
        timeout: "Optional[float]" = None,
    ) -> object:
        """Return what an expression gives.

        `wanted` tells how: as a value or else a Ref; as a handle, always a Ref; or raw,
        the object itself.
        """
        script = compiled(expression, filename, "eval")
        run = self._new_run(context, script, timeout)
        namespace = run.module.__dict__
        if inputs:
            self._set_all(namespace, inputs)
        value = perform(run, self._active, run_script, script, namespace)
        if wanted == "raw":
            return value
        if wanted == "handle":
            return self.hold(value, caller)
        return self.crossing("<expression>", value, caller)

    def import_module(
        self, context: str, name: str, caller: "Optional[Caller]" = None
    ) -> object:
        """Import a module, packages and all; return a Ref to it."""
        run = self._new_run(context)
        module = perform(run, self._active, imported, name)
        return self.hold(module, caller)

    def _new_run(
        self,
        context: str,
        script: "Optional[Script]" = None,
        timeout: "Optional[float]" = None,
        capture: bool = False,
    ) -> Run:
        run = self._run_class(self.contexts.get(context), script, timeout)
        if capture or self._streams:
            self._make_sinks(run, capture=capture)
        return run

    def _make_sinks(self, run: Run, *, capture: bool) -> None:
        limit = self._output_limit
        if capture or self._on_stdout is not None:
            run.stdout = Sink("stdout", capture, limit, self._on_stdout)
        if capture or self._on_stderr is not None:
            run.stderr = Sink("stderr", capture, limit, self._on_stderr)
        run.sinks = (run.stdout, run.stderr)

    # Variables

    def set(self, context: str, name: str, value: object) -> None:
        """Set a variable."""
        self._set_all(self.contexts.get(context).__dict__, {name: value})

    def _set_all(
        self, namespace: "dict[str, object]", inputs: "Mapping[str, object]"
    ) -> None:
        for name, value in inputs.items():
            if type(value) is Ref:
                namespace[name] = self.handles.get(value.number)
            else:
                namespace[name] = value

    def get(
        self,
        context: str,
        name: str,
        checked: bool = False,
        caller: "Optional[Caller]" = None,
    ) -> object:
        """Return a variable; see `execute` for `checked`."""
        namespace = self.contexts.get(context).__dict__
        found = self._lookup(context, namespace, name)
        return found if checked else self.crossing(name, found, caller)

    def delete(self, context: str, name: str) -> None:
        """Delete a variable."""
        namespace = self.contexts.get(context).__dict__
        self._lookup(context, namespace, name)
        namespace.pop(name, None)

    def names(self, context: str) -> "list[str]":
        """Return the names of the variables of a context that are not hidden."""
        names = list(self.contexts.get(context).__dict__)
        return [n for n in names if isinstance(n, str) and n[:1] != "_"]  # type: ignore[redundant-expr]  # a script may use any key

    def variables(
        self, context: str, names: "Optional[list[str]]" = None
    ) -> "tuple[dict[str, object], dict[str, str]]":
        """Return the values of a context, and what is no value with the reason.

        Args:
            context: its name.
            names: those that are looked at; None: all that are not hidden.
        """
        values: dict[str, object] = {}
        skipped: dict[str, str] = {}
        namespace = self.contexts.get(context).__dict__
        for name in self.names(context) if names is None else names:
            value = namespace.get(name, _END)
            if value is _END:  # a thread of the script has just deleted it
                continue
            found = obstacle(value)
            if found is None:
                values[name] = value
            else:
                at = f" at {name}{found.path}" if found.path else ""
                skipped[name] = found.reason + at
        return values, skipped

    def _lookup(
        self, context: str, namespace: "dict[str, object]", name: str
    ) -> object:
        try:
            return namespace[name]
        except KeyError:
            names = [n for n in namespace if isinstance(n, str) and n[:2] != "__"]  # type: ignore[redundant-expr]  # a script may use any key
            raise MissingVariable(name, context, names) from None

    # Contexts

    def context_names(self) -> "list[str]":
        """Return the names of all contexts."""
        return self.contexts.names()

    def add_context(self, name: str) -> None:
        """Add a context, unless it is there."""
        self.contexts.add(name)

    def reset_context(self, name: str) -> None:
        """Empty a context."""
        self.contexts.reset(name)

    def delete_context(self, name: str) -> None:
        """Delete a context with its variables."""
        self.contexts.delete(name)

    # Objects that stay here

    def hold(self, value: object, caller: "Optional[Caller]") -> Ref:
        """Keep an object for the host."""
        if caller is None:
            caller = Caller(0, ("<unknown>", 0))
        return Ref(self.handles.add(value, caller.owner, caller.place))

    def crossing(
        self, name: str, value: object, caller: "Optional[Caller]" = None
    ) -> object:
        """Return a value as it is, or a Ref to what is no value.

        Raises:
            RefusedValue: it is broken data.
        """
        found = obstacle(value)
        if found is None:
            return value
        if found.kind == "refused":
            raise RefusedValue(name, found.path, found.reason)
        return self.hold(value, caller)

    def operate(
        self,
        context: str,
        operation: str,
        args: "tuple[object, ...]",
        keywords: "Mapping[str, object]" = {},  # noqa: B006  # never changed
        caller: "Optional[Caller]" = None,
    ) -> object:
        """Apply one of OPERATIONS to objects and values.

        A result without parts (a number, text, a date) comes back by value, anything
        else as a Ref: the host sees each object's changes, whatever the rung.
        """
        run = self._new_run(context)
        handles = self.handles
        objects = [handles.get(a.number) if type(a) is Ref else a for a in args]
        named = {
            name: handles.get(a.number) if type(a) is Ref else a
            for name, a in keywords.items()
        }
        value = perform(
            run, self._active, _apply, OPERATIONS[operation], objects, named
        )
        return value if is_scalar(value) else self.hold(value, caller)

    def advance(
        self, context: str, number: int, caller: "Optional[Caller]" = None
    ) -> "tuple[bool, object]":
        """Take the next item of an iterator; return whether it is at its end, and it."""
        run = self._new_run(context)
        item = perform(run, self._active, next, self.handles.get(number), _END)
        if item is _END:
            return True, None
        return False, item if is_scalar(item) else self.hold(item, caller)

    def await_start(self, context: str, number: int) -> object:
        """Return the steps of an awaitable, for `await_step`."""
        run = self._new_run(context)
        return perform(run, self._active, _await_start, self.handles.get(number))

    def await_step(
        self,
        context: str,
        steps: "Any",
        method: str,
        argument: object,
        caller: "Optional[Caller]" = None,
    ) -> "tuple[str, object]":
        """Do one step of an awaitable, for a host whose event loop is this one.

        `steps` is what `await_start` returned, the method is `send` or `throw`.

        Returns:
            `waits` and what the loop shall wait for; `done` and the result; or `thrown`,
            where the exception that the host threw in has come out again.
        """
        run = self._new_run(context)
        state, value = perform(run, self._active, _await_step, steps, method, argument)
        if state == "done" and not is_scalar(value):
            value = self.hold(value, caller)
        return state, value

    def open_frame(self, caller: Caller, collects: bool) -> HandleFrame:
        """Open a frame of handles."""
        return self.handles.open_frame(caller.owner, collects, caller.place)

    def close_frame(self, frame: HandleFrame, owner: int) -> None:
        """Close a frame, and release its handles."""
        self.handles.close_frame(frame, owner)

    def keep(self, number: int, owner: int) -> None:
        """Move a handle to the frame outside of its own."""
        self.handles.keep(number, owner)

    def value_of(self, number: int, checked: bool = False) -> object:
        """Return the object behind a number as a value; see `execute` for `checked`."""
        value = self.handles.get(number)
        found = None if checked else obstacle(value)
        if found is not None:
            raise RefusedValue("<handle>", found.path, found.reason)
        return value

    def leak_report(self) -> "list[tuple[int, str, Place]]":
        """Return number, type and origin of each object that is held."""
        return self.handles.report()


def _apply(
    function: "Callable[..., object]",
    objects: "list[object]",
    named: "dict[str, object]",
) -> object:
    return function(*objects, **named)


_END = object()


def _await_start(awaitable: "Any") -> object:
    if isinstance(awaitable, CoroutineType):
        return awaitable
    start = getattr(type(awaitable), "__await__", None)
    if start is None:
        name = type(awaitable).__qualname__
        message = f"object {name} can't be used in 'await' expression"
        raise TypeError(message)
    return start(awaitable)


def _await_step(steps: "Any", method: str, argument: object) -> "tuple[str, object]":
    try:
        return "waits", getattr(steps, method)(argument)
    except StopIteration as stop:
        return "done", stop.value
    except BaseException as error:
        if error is argument and not isinstance(error, Exception):  # a cancellation
            return "thrown", None
        raise


def _call(
    function: "Callable[..., object]", /, *args: object, **named: object
) -> object:
    return function(*args, **named)


def _enter(manager: "Any") -> object:
    return type(manager).__enter__(manager)


def _leave(manager: "Any", *exception: object) -> object:
    return bool(type(manager).__exit__(manager, *exception))


def imported(name: str) -> object:
    """Import a module, packages and all.

    As an `import` statement does, and not by importlib's function: Python leaves the
    frames of its own machinery out of the traceback of a statement alone.
    """
    return __import__(name, None, None, ("__name__",))


def _type_name(value: object) -> str:
    return type(value).__qualname__


def _operations() -> "dict[str, Callable[..., object]]":
    import math

    of_builtins = (
        "getattr setattr delattr hasattr len bool hash str repr iter format dir int"
        " float complex bytes abs round divmod pow isinstance callable reversed"
    )
    of_operator = (
        "getitem setitem delitem contains eq ne lt le gt ge add sub mul truediv floordiv"
        " mod matmul lshift rshift and_ or_ xor neg pos invert index iadd isub imul"
        " itruediv ifloordiv imod ipow imatmul ilshift irshift iand ior ixor"
    )
    return {
        "call": _call,
        "enter": _enter,
        "exit": _leave,
        "type_name": _type_name,
        **{name: getattr(math, name) for name in ("trunc", "floor", "ceil")},
        **{name: getattr(builtins, name) for name in of_builtins.split()},
        **{name: getattr(operator, name) for name in of_operator.split()},
    }


OPERATIONS = _operations()
"""What `operate` can do, by name."""
