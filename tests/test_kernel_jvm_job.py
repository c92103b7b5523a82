"""The functions of a job's code, and the end of an interpreter, here without a JVM.

`jvm` takes its interpreter over, so the tests run in a child.
"""

import subprocess
import sys
from textwrap import dedent

import pytest

PRELUDE = """
import threading
from pythonarium_kernel import jvm, jvm_job as job

jvm.add_context("c")
space = jvm.enter("c")
"""


def check(code: str) -> None:
    """Run code after the prelude; its asserts decide."""
    source = dedent(PRELUDE) + dedent(code)
    done = subprocess.run(  # our own interpreter
        [sys.executable, "-c", source], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.row("S10")
def test_run_is_called_with_variables_and_gives_some() -> None:
    check(
        """
        jvm.execute("c", "def setup():\\n    global k\\n    k = 2\\n"
                         "def run(a, /, b, c=3, *d, **e): return {'r': a * b * c * k}")
        assert job.has_function("c", "run") and not job.has_function("c", "k")
        job.setup("c")
        assert job.missing_arguments("c") == ["a", "b"]
        space.update(a=5, b=7)
        assert job.missing_arguments("c") == []
        job.run("c")
        assert space["r"] == 210
        """
    )


@pytest.mark.row("S10")
def test_run_returns_a_dict_or_nothing() -> None:
    check(
        """
        jvm.execute("c", "def run(): return result")
        space["result"] = None
        job.run("c")
        space["result"] = 5
        try:
            job.run("c")
        except Exception as error:
            told = jvm.describe(error)[0]["report"]["message"]
            assert told == "run() must return a dict or None, not int"
        else:
            raise AssertionError
        """
    )


@pytest.mark.row("B18")
def test_an_interpreter_is_shut_down_once_its_threads_have_ended() -> None:
    check(
        """
        import atexit, time
        from concurrent.futures import ThreadPoolExecutor
        pool = ThreadPoolExecutor(1)
        pool.submit(int).result()
        jvm.start_own_gil()
        ended = []
        atexit.register(ended.append, True)
        goes_on = threading.Event()
        thread = threading.Thread(target=goes_on.wait, name="lasting")
        thread.start()
        jvm.execute("c", "x = 1", 10**9)  # has the watchdog start
        assert jvm.shut_down(0) == "lasting" and not ended
        goes_on.set()
        assert jvm.shut_down(10) == "" and ended
        """
    )
