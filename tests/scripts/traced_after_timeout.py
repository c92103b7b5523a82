"""End a run, then trace Python code: the interpreter loop must be as it was.

Usage: traced_after_timeout.py RUNG.  A process of its own, since CPython 3.11 can be left
in a state where traced code never goes on.
"""

import faulthandler
import sys

from opening import opened
from pythonarium import ScriptTimeoutError


def traced() -> int:
    return sum(number for number in range(100))


faulthandler.dump_traceback_later(10, exit=True)
with opened(sys.argv[1]) as python:
    try:
        python.exec("while True:\n    len('')", timeout=0.05)
    except ScriptTimeoutError:
        lines: list[int] = []
        sys.settrace(lambda frame, *_: lines.append(frame.f_lineno))
        found = traced()
        sys.settrace(None)
        print(found, len(lines) > 0)
