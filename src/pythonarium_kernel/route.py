"""Which script a piece of Python code belongs to, at any moment, in any thread.

Invariants
- `current` holds the run to which the code of this thread (of this asyncio task)
  belongs, or None for the host's own code.  Only `runner` sets it, and sets it back, in
  the same thread, whatever the script did.
- A thread that a script starts belongs to the same run: `Thread.start` is wrapped to
  hand it on.  asyncio tasks and `asyncio.to_thread` carry it by themselves.
- `sys.modules["__main__"]` keeps its identity.  Only its class is exchanged for one
  that looks at `current`: inside a run every attribute is that of the run's context
  module, outside it is the host's own.  So pickle, dataclasses, typing, inspect,
  unittest and multiprocessing find what a script defines under `__main__`, in many
  threads at once, and the host's `__main__` is not touched.
- `install` and `uninstall` are counted under `_lock`.  The last `uninstall` puts both
  back, unless somebody else has exchanged them since; what stays then does nothing.
- After a fork the child keeps the run that it was forked in.  Its output goes to the
  host's streams, for a sink in the child's memory would be lost.

    script ──> import __main__ ──> sys.modules["__main__"]  (the host's module object)
                                        │ class _RoutedMain
                    current.get() ──────┤
                      a run             ├──> the run's context module
                      None              └──> the host's own namespace
"""

import os
import sys
from _thread import RLock
from contextlib import suppress
from contextvars import Context, ContextVar
from functools import partial
from types import ModuleType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Optional

    from pythonarium_kernel.runner import Run

current: "ContextVar[Optional[Run]]" = ContextVar("pythonarium_run", default=None)

_lock = RLock()
_users = 0
_undo: "list[Callable[[], None]]" = []


def install() -> None:
    """Route `__main__` and new threads.  Counted: each needs its `uninstall`."""
    global _users
    with _lock:
        _users += 1
        if _users == 1:
            _undo.extend(_route_main(module) for module in _mains())
            _undo.append(_route_threads())


def uninstall() -> None:
    """Take back one `install`."""
    global _users
    with _lock:
        _users -= 1
        if _users == 0:
            while _undo:
                _undo.pop()()
    if _users == 0 and not _has_child_processes():
        remove_files()


def _in_child() -> None:
    global _lock
    _lock = RLock()
    _files.clear()  # they are the parent's to remove
    run = current.get()
    if run is not None:
        run.stdout = run.stderr = None


def _mains() -> "list[ModuleType]":
    """Return `__main__`, and where multiprocessing looks up the classes of a child.

    They are one module, unless somebody has exchanged `__main__` since multiprocessing
    was imported, as profilers do that run a host.
    """
    main = sys.modules.setdefault("__main__", ModuleType("__main__"))
    other = sys.modules.get("__mp_main__", main)
    return [main] if other is main else [main, other]


def _route_main(main: ModuleType) -> "Callable[[], None]":
    plain = main.__class__
    main.__class__ = routed = _routed(plain)

    def undo() -> None:
        if type(main) is routed:
            main.__class__ = plain

    return undo


def _routed(plain: "Any") -> "Any":
    class _RoutedMain(plain):  # type: ignore[misc]  # whatever class the host's module has
        __slots__ = ()

        def __getattribute__(self, name: str) -> object:
            run = current.get()
            if run is None:
                return super().__getattribute__(name)
            if name == "__file__" and run.script is not None:
                return _file_of_main(run)
            return getattr(run.module, name)

        def __setattr__(self, name: str, value: object) -> None:
            run = current.get()
            if run is None:
                super().__setattr__(name, value)
            else:
                setattr(run.module, name, value)

        def __delattr__(self, name: str) -> None:
            run = current.get()
            if run is None:
                super().__delattr__(name)
            else:
                delattr(run.module, name)

        def __dir__(self) -> "list[str]":
            run = current.get()
            return list(super().__dir__() if run is None else dir(run.module))

    return _RoutedMain


def _file_of_main(run: "Run") -> str:
    try:
        return real_file(run)
    except OSError as error:
        message = f"module '__main__' has no file, and none can be written: {error}"
        raise AttributeError(message) from None


def _route_threads() -> "Callable[[], None]":
    from threading import Thread

    original = Thread.start

    def start(self: "Thread") -> None:
        run = current.get()
        if run is not None:
            _hand_on(self, run)
        original(self)

    start.__doc__ = original.__doc__
    Thread.start = start  # type: ignore[method-assign]  # the documented hand-on

    def undo() -> None:
        if Thread.start is start:
            Thread.start = original  # type: ignore[method-assign]

    return undo


def _hand_on(thread: "Any", run: "Run") -> None:
    """Let a thread that is about to start belong to the run."""
    own = Context()
    own.run(current.set, run)
    thread.run = partial(own.run, thread.run)  # C all the way: no frame of ours in it


_files: "dict[str, str]" = {}
_is_registered = False


def real_file(run: "Run") -> str:
    """Return the path of a real file with the source that a run executes.

    multiprocessing's start methods spawn and forkserver import it in the child, and
    `inspect.getsource` reads the classes of a script from it.  The run executes a script.
    """
    script = run.script
    assert script is not None
    if run.module.__dict__.get("__file__") == script.filename:
        return script.filename  # it was run as a file
    with _lock:
        path = _files.get(script.text)
        if path is None or not os.path.exists(path):
            path = _files[script.text] = _write(script.text)
    return path


def _write(text: str) -> str:
    global _is_registered
    import tempfile

    descriptor, path = tempfile.mkstemp(
        prefix=f"pythonarium-script-{os.getpid()}-", suffix=".py"
    )
    with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as file:
        file.write(text)
    if not _is_registered:
        _is_registered = True
        _at_exit(remove_files)
    return path


def _at_exit(function: "Callable[[], None]") -> None:
    """Have a function called after multiprocessing has waited for its children."""
    util = sys.modules.get("multiprocessing.util")
    if util is not None:
        util.Finalize(None, function, exitpriority=-1)
    else:
        import atexit

        atexit.register(function)


def _has_child_processes() -> bool:
    multiprocessing: Any = sys.modules.get("multiprocessing")
    return multiprocessing is not None and bool(multiprocessing.active_children())


def remove_files() -> None:
    """Remove the files that `real_file` wrote."""
    while _files:
        _, path = _files.popitem()
        with suppress(OSError):  # somebody removed it before
            os.unlink(path)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_in_child)
