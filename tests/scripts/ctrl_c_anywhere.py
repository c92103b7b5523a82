"""Raise a KeyboardInterrupt at each call and return of a run in a run, one by one.

Usage: ctrl_c_anywhere.py RUNG.  Prints "ended" if nothing is left half done anywhere.

A signal handler of the host may raise between any two lines, also in ours.
"""

import faulthandler
import sys
import threading
from contextlib import suppress

from opening import opened
from pythonarium import Interpreter, ScriptTimeoutError
from pythonarium_kernel import interrupts, monitoring, process, route

EVENTS = ("call", "c_call", "return", "c_return")
ATOMIC = ("__enter__", "__exit__")
"""What Python calls in a `with` statement, where it runs no signal handler."""
RUN_IN_A_RUN = "call()", None
ENDED = "while True: pass", 0.002
"""Code and timeout of what is interrupted."""


def interrupted_at(
    python: Interpreter, code: str, timeout: float | None, number: int
) -> bool:
    """Raise at the n-th event of a run; tell whether it had so many."""
    left = number

    def count(_frame: object, event: str, what: object) -> None:
        nonlocal left
        left -= event in EVENTS and getattr(what, "__name__", "") not in ATOMIC
        if left == 0:
            sys.setprofile(None)
            raise KeyboardInterrupt

    names = {"call": lambda: python.exec("x = 1")}
    with suppress(KeyboardInterrupt, ScriptTimeoutError):
        sys.setprofile(count)
        try:
            python.exec(code, names, timeout=timeout)
        finally:
            sys.setprofile(None)
    sys.setprofile(None)
    return left <= 0


def other_thread_gets_the_lock(python: Interpreter) -> bool:
    got = []

    def take() -> None:
        with python.lock(timeout=1):
            got.append(True)

    thread = threading.Thread(target=take)
    thread.start()
    thread.join()
    return bool(got)


def main(rung: str) -> None:
    with opened(rung) as python:
        python.exec("x = 1", timeout=1)
        interrupt_everywhere(python, *RUN_IN_A_RUN)
        if rung == "shared":  # the others end runs elsewhere
            interrupt_everywhere(python, *ENDED)
    print("ended")


def interrupt_everywhere(python: Interpreter, code: str, timeout: float | None) -> None:
    streams = sys.stdin, sys.stdout, sys.stderr
    number = 1
    while interrupted_at(python, code, timeout, number):
        assert (sys.stdin, sys.stdout, sys.stderr) == streams, number
        assert not process._runs, number
        assert route.current.get() is None, number
        assert not python.locked, number
        assert not python.interrupt(), number
        assert other_thread_gets_the_lock(python), number
        assert python.exec("40 + 2", capture=True).value == 42, number
        assert not interrupts.stopping, number
        assert not monitoring._is_on, number
        number += 1
    assert number > 20


if __name__ == "__main__":
    faulthandler.dump_traceback_later(15, exit=True)
    main(sys.argv[1])
