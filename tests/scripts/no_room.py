"""Open an interpreter where the system has no room for another process; print what came.

The worker that is there must live on.  Not for root, whose processes nobody counts.
"""

import resource
from pathlib import Path

from pythonarium import Interpreter, UnsupportedError


def descriptors(pid: int) -> int:
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))


def main() -> None:
    with Interpreter("process") as python:
        python.exec("import os; kept = 1")
        zygote = python.eval("os.getppid()", int)
        before = descriptors(zygote)
        _, most = resource.prlimit(zygote, resource.RLIMIT_NPROC)
        resource.prlimit(zygote, resource.RLIMIT_NPROC, (1, most))
        try:
            Interpreter("process")
        except UnsupportedError as error:
            print(error)
        print(python.eval("kept"), descriptors(zygote) - before)
        resource.prlimit(zygote, resource.RLIMIT_NPROC, (most, most))
        with Interpreter("process") as other:
            print(other.exec("6 * 7").value)


if __name__ == "__main__":
    main()
