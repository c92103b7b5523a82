"""os.fork: in a script, in a host with interpreters open, while others are inside."""

import io
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from textwrap import dedent

import pytest

from programs import run_code, run_script
from pythonarium import Interpreter, ScriptTimeoutError
from pythonarium_kernel import interrupts, monitoring

PATIENCE = 10.0  # seconds after which a thread or process is taken to hang

# A host with threads that forks is warned; here that is the point.
pytestmark = pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")


def in_child(work: Callable[[], object]) -> str:
    """Return what the work gives in a forked child, as text."""
    here, there = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            os.write(there, str(work()).encode())
        except BaseException as error:  # noqa: BLE001  # the child ends here
            os.write(there, repr(error).encode())
        finally:
            os._exit(0)
    os.close(there)
    os.waitpid(pid, 0)
    with open(here, encoding="utf-8") as pipe:  # noqa: PTH123  # a descriptor
        return pipe.read()


@pytest.fixture
def python() -> Iterator[Interpreter]:
    with Interpreter() as interpreter:
        yield interpreter


def test_fork_in_a_script(python: Interpreter) -> None:
    code = """
        import os
        value = "of the parent"
        pid = os.fork()
        if pid == 0:
            value = "of the child"
            print("printed by the child")
            os._exit(7)
        code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        print("printed by the parent")
    """
    result = python.exec(dedent(code), outputs=["code", "value"], capture=True)
    assert result["code"] == 7
    assert result["value"] == "of the parent"
    assert result.stdout == "printed by the parent\n"


def test_child_of_a_captured_script_prints_to_the_host() -> None:
    """Its capture is lost with the child; the host's stream is the parent's too."""
    code = """
        import os
        from pythonarium import Interpreter
        script = '''
        import os, sys
        print("captured")
        pid = os.fork()
        if pid == 0:
            print("child", flush=True)
            os._exit(0)
        os.waitpid(pid, 0)
        '''
        with Interpreter() as python:
            captured = python.exec(script, capture=True).stdout
        print(repr(captured))
    """
    assert run_code(dedent(code)) == "child\n'captured\\n'\n"


def test_child_of_the_host_uses_what_it_inherited(python: Interpreter) -> None:
    python.exec("def double(x): return 2 * x")
    double = python.handle("double")

    def work() -> object:
        with python.context("a"):
            python["x"] = double(4)
            return python.exec("import __main__\n__main__.x + 1").value

    assert in_child(work) == "9"
    assert python.contexts.names() == ["main"]


def test_child_has_timeouts_of_its_own(python: Interpreter) -> None:
    """The thread that looks after deadlines is not there; a new one is."""
    python.exec("x = 1", timeout=60)
    work = "while True:\n    len('')"
    assert "ScriptTimeoutError" in in_child(lambda: python.exec(work, timeout=0.05))
    python.exec("x = 2", timeout=60)


@pytest.mark.row("S11")
def test_child_is_told_of_a_lock_that_nobody_will_release(python: Interpreter) -> None:
    """The thread that held it is not in the child: an error, not a wait for ever."""
    inside, leave = threading.Event(), threading.Event()

    def work() -> None:
        with python.lock():
            given = {"inside": inside.set, "leave": leave.wait}
            python.exec("inside()\nleave(10)", given)

    python.eval("0")  # this is its home thread
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(work)
        assert inside.wait(PATIENCE)
        try:
            told = in_child(lambda: with_alarm(lambda: python.eval("1")))
        finally:
            leave.set()
        running.result(PATIENCE)
    assert told.startswith("ThreadSafetyError")


def with_alarm(work: Callable[[], object]) -> object:
    """Do the work, but not for ever."""

    def ring(*_: object) -> None:
        raise TimeoutError("it hangs")

    signal.signal(signal.SIGALRM, ring)
    signal.alarm(2)
    return work()


def test_child_of_a_busy_host_has_its_streams_back(python: Interpreter) -> None:
    """The run of a thread that is not there must not be waited for."""
    inside, leave = threading.Event(), threading.Event()

    def busy() -> None:
        with Interpreter() as other:
            other.exec(
                "inside()\nleave(10)", {"inside": inside.set, "leave": leave.wait}
            )

    def work() -> object:
        before = sys.stdout = io.StringIO()
        python.exec("print('child')")
        return sys.stdout is before and before.getvalue() == "child\n"

    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(busy)
        assert inside.wait(PATIENCE)
        try:
            told = in_child(lambda: with_alarm(work))
        finally:
            leave.set()
        running.result(PATIENCE)
    assert told == "True"


def test_child_does_not_go_on_ending_what_its_parent_ends(
    python: Interpreter,
) -> None:
    """Each of its calls and lines would be looked at for ever."""

    def fork() -> str:
        while not interrupts.stopping:
            time.sleep(0.001)
        return in_child(lambda: (interrupts.stopping, monitoring._is_on))

    with ThreadPoolExecutor(1) as pool:
        told = pool.submit(fork)
        with pytest.raises(ScriptTimeoutError):
            python.exec("import time\ntime.sleep(0.4)", timeout=0.05)
    assert told.result() == "({}, False)"


@pytest.mark.untraced("a lock of coverage's own may stay with a thread of the parent")
@pytest.mark.timeout(60)
@pytest.mark.row("S11")
def test_forks_of_a_busy_host() -> None:
    """100 forks at random moments of three threads that open, run and close."""
    assert run_script("forks.py", "shared", "100") == f"{[0] * 100}\n"
