"""Interrupt a run at each call and return that the kernel makes for it, one by one.

Usage: interrupt_anywhere.py RUNG signal|thread.  Prints how many places there were.

With `signal` the interrupt comes in the run's own thread, as from the host's signal
handler; with `thread` from another one, which may have to wait for a lock of the kernel.
"""

import faulthandler
import sys
import threading
from collections.abc import Callable

from opening import opened
from pythonarium import Interpreter, ScriptInterruptedError, ScriptTimeoutError

EVENTS = ("call", "c_call", "return", "c_return")
PATIENCE = 5.0


def interrupted_at(python: Interpreter, number: int, stop: Callable[[], None]) -> bool:
    """Interrupt a run at its n-th event; tell whether it had so many."""
    left = number

    def count(_frame: object, event: str, _what: object) -> None:
        nonlocal left
        left -= event in EVENTS
        if left == 0:
            sys.setprofile(None)
            stop()

    sys.setprofile(count)
    try:
        python.exec("x = 1\nfor _ in range(50): pass", timeout=PATIENCE)
    except ScriptInterruptedError:
        pass
    finally:
        sys.setprofile(None)
    return left <= 0


def main(rung: str, way: str) -> None:
    streams = sys.stdout, sys.stderr
    with opened(rung) as python:

        def stop() -> None:
            if way == "signal":
                python.interrupt()
            else:
                thread = threading.Thread(target=python.interrupt)
                thread.start()
                thread.join(0.02)

        number = 1
        while interrupted_at(python, number, stop):
            assert (sys.stdout, sys.stderr) == streams, number
            assert python.exec("40 + 2").value == 42, number
            number += 1
        try:
            python.exec("while True: pass", timeout=0.05)
        except ScriptTimeoutError:
            print(number)


if __name__ == "__main__":
    faulthandler.dump_traceback_later(15, exit=True)
    main(sys.argv[1], sys.argv[2])
