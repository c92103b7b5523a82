"""What Python does at its end, in a JVM that is about to end.

Java refuses new calls, and then calls `end` in Python's main thread, the one that has
imported this.  Afterwards it finalizes the interpreter, or leaves it to the process.
"""

import atexit
import sys
import threading
from contextlib import suppress

from pythonarium_kernel import jvm_output, watchdog

_hosts = 0


def join() -> None:
    """Note that one more class loader of the JVM uses this interpreter."""
    global _hosts
    _hosts += 1


def end(milliseconds: int) -> bool:
    """Wait for threads so long at most, call what atexit was given, and flush.

    Returns:
        Whether nobody minds if the interpreter is finalized.
    """
    flush()
    watchdog.shut_down()
    is_over = _end_threads(milliseconds / 1000)
    atexit._run_exitfuncs()  # noqa: SLF001  # as Python at its end
    flush()
    return is_over and _hosts == 1


def flush() -> None:
    """Flush the standard streams, and pass on the unfinished lines of every thread."""
    for stream in (sys.stdout, sys.stderr, sys.__stdout__, sys.__stderr__):
        with suppress(Exception):  # it is a script's, closed, or None
            stream.flush()  # type: ignore[union-attr]
    with suppress(Exception):  # Java's stream is closed
        jvm_output.finish()


def _end_threads(seconds: float) -> bool:
    """Do as threading does at the end; return whether the threads have ended in time."""
    main = threading.main_thread()
    shut_down = threading._shutdown  # type: ignore[attr-defined]  # noqa: SLF001  # likewise
    if all(thread.daemon or thread is main for thread in threading.enumerate()):
        shut_down()
        return True
    waiter = threading.Thread(target=_join_others, name="pythonarium-end", daemon=True)
    waiter.start()
    waiter.join(seconds)
    if waiter.is_alive():
        return False
    shut_down()
    return True


def _join_others() -> None:
    """Do in a thread that may wait for ever what threading does in the main thread."""
    functions = threading._threading_atexits  # type: ignore[attr-defined]  # noqa: SLF001  # likewise
    while functions:
        functions.pop()()  # as concurrent.futures gives one, which tells its threads
    for thread in threading.enumerate():
        if not thread.daemon and thread is not threading.main_thread():
            thread.join()
