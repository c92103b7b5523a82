"""Open an interpreter of the process rung in a host with much memory.

Prints how many pages the host has to take back as its own, by writing to them: after a
fork of its own, which shares them all with the child, and after the start of a worker.
"""

import mmap
import os
import resource

from pythonarium import Interpreter

PAGES = (256 << 20) // mmap.PAGESIZE


def main() -> None:
    kind = mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS
    with mmap.mmap(-1, PAGES * mmap.PAGESIZE, flags=kind) as memory:
        memory.madvise(mmap.MADV_NOHUGEPAGE)
        write(memory)
        if pid := os.fork():
            os.waitpid(pid, 0)
        else:
            os._exit(0)
        after_fork = write(memory)
        with Interpreter("process") as python:
            assert python.exec("6 * 7").value == 42
            print(after_fork, write(memory))


def write(memory: mmap.mmap) -> int:
    """Write to every page; return for how many the kernel was needed."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    memory[:: mmap.PAGESIZE] = bytes(PAGES)
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before


if __name__ == "__main__":
    main()
