"""Fork a host that has interpreters open, again and again, while other threads use them.

Usage: forks.py RUNG COUNT.  Each child runs a script in an interpreter of its own and in
one that it inherited, and tells through its exit code whether all went well.
"""

import faulthandler
import io
import os
import sys
import threading
import warnings
from contextlib import redirect_stdout

from opening import opened
from pythonarium import Interpreter, ScriptTimeoutError


def child(rung: str, inherited: Interpreter) -> int:
    """Return 0, or the number of the step that went wrong."""
    faulthandler.dump_traceback_later(5, exit=True)
    with redirect_stdout(io.StringIO()) as kept:
        before = sys.stdout
        inherited.exec("print('inherited')")
        if sys.stdout is not before or kept.getvalue() != "inherited\n":
            return 2
    if inherited.exec("print(7)", capture=True).stdout != "7\n":
        return 3
    with opened(rung) as own:
        if own.exec("import __main__\nx = 5\n__main__.x").value != 5:
            return 4
        try:
            own.exec("while True:\n    len('')", timeout=0.02)
        except ScriptTimeoutError:
            return 0
    return 5


def busy(rung: str, stop: threading.Event) -> None:
    while not stop.is_set():
        with opened(rung) as python:
            python.exec(
                "print('x')\nfor _ in range(100): pass", capture=True, timeout=9
            )


def main(rung: str, count: int) -> None:
    stop = threading.Event()
    threads = [threading.Thread(target=busy, args=(rung, stop)) for _ in range(3)]
    codes = []
    with opened(rung) as python:
        python.exec("x = 1", timeout=60)
        for thread in threads:
            thread.start()
        for _ in range(count):
            pid = os.fork()
            if pid == 0:
                code = 1
                try:
                    code = child(rung, python)
                finally:
                    os._exit(code)
            codes.append(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
        stop.set()
        for thread in threads:
            thread.join()
        assert python.exec("x").value == 1
    print(codes)


if __name__ == "__main__":
    warnings.simplefilter("ignore", DeprecationWarning)  # threads and fork: the point
    sys.setswitchinterval(1e-5)
    main(sys.argv[1], int(sys.argv[2]))
