"""Let an unclosed interpreter be collected at each line that another one runs.

Usage: collected_anywhere.py RUNG.  Prints at how many lines.

The collector runs in any thread at any allocation, so also where a lock of ours is held:
what `__del__` does must never wait for one.
"""

import faulthandler
import gc
import sys
import warnings
from types import FrameType
from typing import Any

from opening import opened

PATIENCE = 5.0


class Collect:
    """A trace function that collects at the n-th line of ours; `left` is 0 then."""

    def __init__(self, number: int) -> None:
        self.left = number

    def __call__(self, frame: FrameType, event: str, _what: object) -> Any:
        if "pythonarium" not in frame.f_code.co_filename:
            return None
        self.left -= event == "line"
        if self.left == 0:
            sys.settrace(None)
            gc.collect()
        return self


def main(rung: str) -> None:
    with opened(rung):  # what takes long to start stays
        collect_at_each_line(rung)


def collect_at_each_line(rung: str) -> None:
    step = 1 if rung == "shared" else 13  # a process takes its time to come and go
    for number in range(1, 2000, step):
        unclosed = opened(rung)
        unclosed.exec("x = 1", timeout=PATIENCE)
        del unclosed
        collect = Collect(number)
        sys.settrace(collect)
        with opened(rung) as python:
            python.exec("x = 1", timeout=PATIENCE)
        sys.settrace(None)
        if collect.left > 0:
            break
        assert python.closed
    print(number)


if __name__ == "__main__":
    faulthandler.dump_traceback_later(40, exit=True)
    warnings.simplefilter("ignore", ResourceWarning)
    main_class = type(sys.modules["__main__"])
    gc.disable()
    main(sys.argv[1])
    gc.collect()
    with opened(sys.argv[1]):  # works off what was collected last
        pass
    assert type(sys.modules["__main__"]) is main_class
