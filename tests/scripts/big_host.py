"""Open interpreters of the process rung in a small host, and in one with 2 GB resident.

Prints the least of the seconds of processor time that it took the host, for each.
"""

import time

from pythonarium import Interpreter


def cost() -> float:
    started = time.process_time()
    with Interpreter("process") as python:
        assert python.exec("6 * 7").value == 42
    return time.process_time() - started


def main() -> None:
    small = min(cost() for _ in range(4))
    ballast = bytearray(b"x") * (2 << 30)
    big = min(cost() for _ in range(4))
    assert ballast[-1] == ord("x")
    print(small, big)


if __name__ == "__main__":
    main()
