"""Fork a host that has an interpreter of the process rung open; print what came of it.

The child must neither use nor end its parent's worker, and can open its own.
"""

import os
import warnings
from pathlib import Path

from pythonarium import Interpreter, ThreadSafetyError


def child(inherited: Interpreter) -> int:
    """Return 0, or the number of the step that went wrong."""
    try:
        inherited.exec("x")
    except ThreadSafetyError as error:
        if "forked from" not in str(error):
            return 2
    else:
        return 3
    if inherited.interrupt():
        return 4
    inherited.close()
    with Interpreter("process") as own:
        if own.exec("6 * 7").value != 42:
            return 5
    return 0


def main() -> None:
    with Interpreter("process") as python:
        python.exec("x = 1")
        before = sum(1 for _ in Path("/proc/self/fd").iterdir())
        pid = os.fork()
        if pid == 0:
            code = 1
            try:
                code = child(python)
            finally:
                os._exit(code)
        print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
        print(
            python.exec("x").value,
            sum(1 for _ in Path("/proc/self/fd").iterdir()) - before,
        )


if __name__ == "__main__":
    warnings.simplefilter("ignore", DeprecationWarning)  # threads and fork: the point
    main()
