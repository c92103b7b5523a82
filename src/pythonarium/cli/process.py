"""What a command does to its process, which is the script's from its start to its end.

Invariants
- The interpreter stays open until the process ends, so threads and exit handlers of a
  script find under `__main__` what they find when `python` runs it.  It closes last.
- The process ends in the ordinary way: threads are waited for, exit handlers run, children
  are joined.  Only after a timeout that nothing else could keep does it end at once.
- The script finds `sys.argv` and `sys.path` as `python` sets them; nothing of them points
  to Pythonarium.
- A stream whose reader has gone is dropped without a word.
- What a command itself has to say goes by `say`; where stdout does not take it, the
  command ends with an OSError of no file, which `app` tells.
"""

import atexit
import errno
import os
import select
import signal
import sys
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from types import FrameType
from typing import Final, Self, TextIO

from pythonarium.errors import PythonariumError
from pythonarium.interpreter import Interpreter
from pythonarium_kernel import route

__all__ = [
    "CtrlC",
    "Deadline",
    "answers",
    "drop_stdout",
    "end_at_once_if_held_up",
    "flushed",
    "hand_over_main",
    "open_interpreter",
    "prepare_path",
    "say",
    "set_arguments",
    "stdout_is_gone",
    "take_stdout",
]

BROKEN_PIPE: Final = 1
TIMED_OUT: Final = 124
NUDGE_SECONDS: Final = 0.15
"""How long after the deadline a call that waits is broken off."""
PATIENCE_SECONDS: Final = 2.0
"""How long after that the process is ended."""


def open_interpreter(
    rung: str, python: str | None = None, limits: Mapping[str, object] | None = None
) -> Interpreter:
    """Open the interpreter of a command; the end of this process closes it.

    The command's own folder leaves `sys.path` first: the interpreter may put others there.
    Another environment's Python runs in a process of its own.

    Raises:
        UnsupportedError: there is no such rung, or a limit does not hold here.
        SettingsError: a setting has a bad value.
    """
    if python is not None and rung == "shared":
        rung = "process"
    if not sys.flags.safe_path:
        del sys.path[:1]
    interpreter = Interpreter(rung, python=python, limits=limits or None)
    atexit.register(interpreter.close)  # registered first, called last
    return interpreter


def prepare_path() -> None:
    """Let a script that is no file import from the working folder, before all others."""
    if not sys.flags.safe_path:
        sys.path.insert(0, "")


def set_arguments(interpreter: Interpreter, arguments: list[str]) -> None:
    """Make `sys.argv` of a script that is no file, and let it import from here."""
    sys.argv = arguments
    if interpreter.rung != "shared":
        theirs = interpreter.import_module("sys")
        theirs.argv = arguments
        theirs.path.insert(0, "")


def hand_over_main(interpreter: Interpreter) -> None:
    """Let exit handlers find the script's names in `__main__`, as pickle does."""
    if interpreter.rung != "shared":
        return  # they are those of another process
    main = vars(sys.modules["__main__"])
    with suppress(PythonariumError):  # the script has broken the builtins
        namespace = interpreter.handle("(lambda: 0).__globals__")
        interpreter.import_module("builtins").dict.update(main, namespace)


# Streams


def answers() -> TextIO:
    """Return stdout.

    Raises:
        OSError: there is none; what has its descriptor now is something else.
    """
    if sys.stdout is None:
        raise OSError(errno.EBADF, "it is closed")
    return sys.stdout


def say(text: str) -> None:
    """Write a text of the command's own to stdout, now.

    Raises:
        OSError: there is no stdout, or it takes nothing more.
    """
    stdout = answers()
    encoding = stdout.encoding or "utf-8"
    stdout.write(text.encode(encoding, "backslashreplace").decode(encoding))
    stdout.flush()


def take_stdout() -> int:
    """Lead all that is written to stdout, by C code and children too, to stderr.

    Returns:
        A descriptor of what stdout was.

    Raises:
        OSError: there is none.
    """
    answers().flush()
    taken = os.dup(1)
    try:
        os.dup2(2, 1)
    except OSError:  # there is no stderr
        _lead_to_nothing(1)
    return taken


def stdout_is_gone() -> bool:
    """Tell whether the reader of stdout has gone, and drop what it did not read."""
    if sys.__stdout__ is None:
        return False
    with suppress(OSError, ValueError, AttributeError):  # closed, or never there
        sys.stdout.flush()
    polled = select.poll()
    polled.register(1, 0)  # an error is told without being asked for
    if not any(event & select.POLLERR for _, event in polled.poll(0)):
        return False
    drop_stdout()
    return True


def drop_stdout() -> None:
    """Let what is written to stdout, and what waits there to be, go nowhere."""
    if sys.__stdout__ is not None:
        _lead_to_nothing(1)


def flushed(code: int) -> int:
    """Flush stdout; return the exit code, which is not 0 if its reader has gone."""
    is_gone = stdout_is_gone()
    return code or (BROKEN_PIPE if is_gone else 0)


def _lead_to_nothing(descriptor: int) -> None:
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, descriptor)
    os.close(nothing)


# The end


class Deadline:
    """Keeps a time limit where the interpreter alone cannot: in a call that waits.

    Opened and closed by the main thread, round the run.  A little after the deadline it
    sends the main thread SIGINT, which ends `time.sleep`, a read, a join.  If that does
    not help, it calls `expired` and ends the process.

    Args:
        seconds: the time limit; None for none.
        expired: tells the user, in a thread of the deadline's own.
    """

    def __init__(self, seconds: float | None, expired: Callable[[], object]) -> None:
        self.nudged: bool = False
        self._seconds, self._expired = seconds, expired
        self._over = threading.Event()
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        if self._seconds is not None:
            threading.Thread(
                target=self._watch,
                args=(self._seconds,),
                name="pythonarium-deadline",
                daemon=True,
            ).start()
        return self

    def __exit__(self, *exception: object) -> None:
        while not self._over.is_set():
            with suppress(KeyboardInterrupt), self._lock:  # sent before, arriving now
                self._over.set()

    def _watch(self, seconds: float) -> None:
        if self._over.wait(seconds + NUDGE_SECONDS):
            return
        with self._lock:
            if self._over.is_set():
                return
            self.nudged = True
            main = threading.main_thread().ident
            assert main is not None
            signal.pthread_kill(main, signal.SIGINT)
        if not self._over.wait(PATIENCE_SECONDS):
            try:
                self._expired()
            finally:
                _end_at_once()


class CtrlC:
    """Hands a Ctrl-C on to a script that runs in another process.

    The script gets it as its own: it can catch it, and its traceback tells where it was.
    One that comes before or after the run is the command's, and so is the one by which a
    deadline breaks off a call.  Where SIGINT is ignored it stays so.
    """

    def __init__(self, interpreter: Interpreter, deadline: Deadline) -> None:
        self._interpreter, self._deadline = interpreter, deadline
        self._is_on = False

    def __enter__(self) -> Self:
        usual = signal.getsignal(signal.SIGINT) is signal.default_int_handler
        hears = threading.current_thread() is threading.main_thread()
        if usual and hears and self._interpreter.rung != "shared":
            signal.signal(signal.SIGINT, self._hand_on)
            self._is_on = True
        return self

    def __exit__(self, *exception: object) -> None:
        if self._is_on:
            signal.signal(signal.SIGINT, signal.default_int_handler)

    def _hand_on(self, _number: int, _frame: FrameType | None) -> None:
        if self._deadline.nudged or not self._interpreter.interrupt():
            raise KeyboardInterrupt


def end_at_once_if_held_up() -> None:
    """End the process now if threads or children of the script would hold it up."""
    threads = [
        thread
        for thread in threading.enumerate()
        if not thread.daemon and thread is not threading.main_thread()
    ]
    if threads or _children():
        _end_at_once()


def _children() -> list[object]:
    multiprocessing = sys.modules.get("multiprocessing")
    return multiprocessing.active_children() if multiprocessing else []


def _end_at_once() -> None:
    for child in _children():
        child.kill()  # type: ignore[attr-defined]  # a multiprocessing.Process
    route.remove_files()
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError, AttributeError):
            stream.flush()
    os._exit(TIMED_OUT)
