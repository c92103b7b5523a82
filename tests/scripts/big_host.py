"""Open an interpreter of the process rung in a host with 2 GB resident; print seconds."""

import time

from pythonarium import Interpreter


def main() -> None:
    ballast = bytearray(b"x") * (2 << 30)
    started = time.perf_counter()
    with Interpreter("process") as python:
        assert python.exec("6 * 7").value == 42
        print(time.perf_counter() - started)
    assert ballast[-1] == ord("x")


if __name__ == "__main__":
    main()
