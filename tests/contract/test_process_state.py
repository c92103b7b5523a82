"""What a run may change of the state of its process, and what is put back after it."""

import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from endings import PATIENCE, SHORT
from pythonarium import Interpreter, ScriptTimeoutError

Opener = Callable[..., Interpreter]

pytestmark = pytest.mark.row("B5")


def test_recursion_limit_of_the_host_is_kept(python: Interpreter) -> None:
    before = sys.getrecursionlimit()
    python.exec("import sys\nsys.setrecursionlimit(5000)")
    assert sys.getrecursionlimit() == before
    endless = "sys.setrecursionlimit(5001)\nwhile True: pass"
    with pytest.raises(ScriptTimeoutError):
        python.exec(endless, timeout=SHORT)
    assert sys.getrecursionlimit() == before


@pytest.mark.parametrize("kind", ["recursion-limit", "argv"])
def test_process_state_after_runs_that_overlap(
    open_interpreter: Opener, tmp_path: Path, kind: str
) -> None:
    """First in, first out: each puts back what it found, and the host's is there."""
    path = tmp_path / "script.py"
    path.write_text("import sys\nsys.setrecursionlimit(limit)\nenter(); leave()")
    before = sys.getrecursionlimit(), list(sys.argv)
    one_in, two_in, one_out = (threading.Event() for _ in range(3))

    def work(limit: int, enter: object, leave: object) -> None:
        python = open_interpreter()
        given = {"limit": limit, "enter": enter, "leave": leave}
        if kind == "argv":
            python.run(path, [str(limit)], given)
        else:
            python.exec(path.read_text(), given)

    def wait(event: threading.Event) -> Callable[[], bool]:
        return lambda: event.wait(PATIENCE)

    def second() -> None:
        one_in.wait(PATIENCE)
        work(5002, two_in.set, wait(one_out))

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(work, 5001, one_in.set, wait(two_in))
        last = pool.submit(second)
        first.result(PATIENCE)
        one_out.set()
        last.result(PATIENCE)
    assert (sys.getrecursionlimit(), sys.argv) == before
