"""Let an allocation fail while a deadline passes, one after another; print what ends."""

import _testcapi  # type: ignore[import-not-found]
import threading
import time
from collections import Counter

from pythonarium import Interpreter, ScriptTimeoutError

CODE = """
failing(number, number + 1)  # the first that fails, and the first that does not
try:
    sleep(0.006)
finally:
    failing_no_more()
while clock() < latest: pass
"""


def end(python: Interpreter, number: int) -> bool:
    """Tell whether a script ends at its deadline if that allocation fails."""
    names = {
        "failing": _testcapi.set_nomemory,
        "failing_no_more": _testcapi.remove_mem_hooks,
        "sleep": time.sleep,
        "clock": time.monotonic,
        "number": number,
        "latest": time.monotonic() + 2,
    }
    try:
        python.exec(CODE, names, timeout=0.003)
    except ScriptTimeoutError:
        return True
    return False


threading.excepthook = bool  # a watchdog that dies has a successor
with Interpreter() as python:
    end(python, 10**6)
    print(dict(Counter(end(python, number) for number in range(1, 150))))
