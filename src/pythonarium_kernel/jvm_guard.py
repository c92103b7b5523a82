"""What a script may do to a process of its own, and must not do to a JVM.

- faulthandler takes the signals from which the JVM learns of null references, and the
  next one of those ends the process.  So `enable` warns and does nothing; unless libjsig
  is preloaded, which hands signals on to both.
- A forked child has none of the JVM's threads.  It may go on in Python, as those of
  multiprocessing do, but not come back to Java: it ends where the script does, or what
  else Java has called, functions of Java's refuse to be called, and Java is told of a
  fork before, to see that nothing of its own is dropped in the child.
- To threading a Java thread is a dummy, and before 3.11.9 and 3.12.3 a child of such a
  thread fails at its end.  So the dummy is out of sight while the process forks.
"""

import os
import sys
import threading
from _thread import get_ident

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Optional

is_child = False
definitions: "list[memoryview]" = []  # of all functions of Java's, as Java adds them
_threads: "Any" = vars(threading)["_active"]  # it is the same one for good
_hidden: "list[threading.Thread]" = []  # by threads that fork, one after the other


def protect() -> None:
    """Guard the JVM from scripts."""
    if "libjsig" not in os.environ.get("LD_PRELOAD", ""):
        _guard_signals()
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(
            before=_hide_dummy, after_in_parent=_show_dummy, after_in_child=_note_child
        )


def watch_forks(
    before: "Callable[[], object]",
    after: "Callable[[], object]",
    refusing: int,
    mark: memoryview,
) -> None:
    """Tell Java, in the parent, that a fork begins, and that it is over.

    What is registered first is called last before the fork, and first after it.  In the
    child the address `refusing` comes into each definition of a function of Java's, and
    a 1 into the byte `mark`.
    """
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(
            before=before,
            after_in_parent=after,
            after_in_child=lambda: _leave_java(refusing, mark),
        )


def _leave_java(function: int, mark: memoryview) -> None:
    mark[0] = 1
    for piece in definitions:
        words = piece.cast("P")
        for at in range(1, len(words), 4):  # name, function, flags, doc
            words[at] = function


def refuse(_capsule: object, *_args: object, **_keywords: object) -> None:
    """Refuse a call of a function of Java's in a forked child."""
    raise RuntimeError(
        "a forked process has no Java, so it cannot call this function; next: call it in"
        " the process that runs Java and pass on the result, or start the process by"
        " subprocess, or by multiprocessing.get_context('spawn')"
    )


def _guard_signals() -> None:
    try:
        import faulthandler
    except ImportError:  # an interpreter with its own GIL cannot have it
        return
    faulthandler.enable = _refuse_faulthandler


def _refuse_faulthandler(*_args: object, **_options: object) -> None:
    import warnings

    warnings.warn(
        "faulthandler.enable() does nothing here: in a JVM it would take signals that the"
        " JVM needs; start java with LD_PRELOAD=$JAVA_HOME/lib/libjsig.so to use it",
        RuntimeWarning,
        stacklevel=2,
    )


def _hide_dummy() -> None:
    thread = _threads.get(get_ident())
    if isinstance(thread, threading._DummyThread):  # noqa: SLF001  # no other name
        _hidden.append(_threads.pop(get_ident()))


def _show_dummy() -> None:
    for thread in _hidden:
        _threads[thread.ident] = thread
    _hidden.clear()


def _note_child() -> None:
    global is_child
    is_child = True
    _hidden.clear()


def end_child(raised: "Optional[BaseException]" = None) -> None:
    """End this forked process with the script, as Python would: it has raised, or not."""
    from pythonarium_kernel.jvm_end import flush

    error = sys.exc_info()[1] if raised is None else raised
    code = 0 if error is None else _show(error)
    flush()
    os._exit(code)


def _show(error: BaseException) -> int:
    """Print what a script raised; return the exit code that it stands for."""
    from pythonarium_kernel import report

    known: Any = getattr(error, "report", None)  # ScriptFailed has one
    facts = known or report.from_exception(error)
    if facts["kind"] == "exit":
        return facts["exit_code"] or 0
    sys.stderr.write(report.format_report(facts))
    return 1
