"""What workers leave behind, and what they share: descriptors, forks, threads, zygotes."""

import gc
import os
import signal
import threading
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from textwrap import dedent
from typing import Any

import numpy as np
import pytest

from process_rung import worker_of, zygote_of
from programs import run_script
from pythonarium import (
    ClosedError,
    Interpreter,
    ScriptError,
    ScriptInterruptedError,
    ScriptTimeoutError,
    ThreadSafetyError,
    VariableTypeError,
    WorkerDiedError,
)

pytestmark = pytest.mark.row("B19")

PATIENCE = 10.0


def descriptors() -> int:
    gc.collect()
    return len(list(Path("/proc/self/fd").iterdir()))


@pytest.mark.row("B11")
@pytest.mark.timeout(60)
def test_descriptors_are_flat(python: Interpreter) -> None:
    array = np.ones(100_000)

    def work() -> None:
        for number in range(200):
            python.exec("y = x + 1", {"x": number}, {"y": int})
            python.exec("s = a.sum()", {"a": array})
        for _ in range(30):
            with suppress(WorkerDiedError):
                python.exec("import os; os.kill(os.getpid(), 9)")
            with Interpreter("process") as other:
                other.exec("f()", {"f": lambda: None})

    work()
    before = descriptors()
    work()
    assert descriptors() <= before


def test_forked_host_leaves_the_worker_to_its_parent() -> None:
    assert run_script("process_forks.py") == "0\n1 0\n"


def test_process_that_a_script_forks_is_its_own(python: Interpreter) -> None:
    code = """
        import os
        pid = os.fork()
        if pid == 0:
            print("of the child", flush=True)
            raise SystemExit(7)
        code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    """
    result = python.exec(dedent(code), None, {"code": int}, capture=True)
    assert result["code"] == 7
    assert python.exec("6 * 7").value == 42
    assert "of the child" in result.stdout


def test_process_that_a_script_forks_has_none_of_our_descriptors(
    python: Interpreter,
) -> None:
    code = """
        import os
        read, write = os.pipe()
        if os.fork() == 0:
            os.write(write, str(len(os.listdir("/proc/self/fd"))).encode())
            os._exit(0)
        os.wait()
        count = int(os.read(read, 100))
    """
    count = python.exec(dedent(code), outputs={"count": int})["count"]
    assert count == len(["stdin", "stdout", "stderr", "read", "write", "the listing"])


def test_process_that_a_script_forks_cannot_call_the_host(python: Interpreter) -> None:
    code = """
        import os
        read, write = os.pipe()
        if os.fork() == 0:
            try:
                call()
            except RuntimeError as error:
                os.write(write, str(error).encode())
            os._exit(0)
        os.wait()
        said = os.read(read, 1000).decode()
    """
    given = {"call": lambda: None}
    said = python.exec(dedent(code), given, {"said": str})["said"]
    assert said == "a process that a script has forked cannot call the host"


def test_interpreters_share_a_zygote_and_no_state() -> None:
    with Interpreter("process") as one, Interpreter("process") as two:
        assert zygote_of(one) == zygote_of(two)
        one.exec("import sys; sys.shared = 1")
        assert two.eval("hasattr(__import__('sys'), 'shared')") is False


def test_preloaded_modules_are_there() -> None:
    with Interpreter("process", preload=["json", "decimal"]) as python:
        assert python.eval("{'json', 'decimal'} <= set(__import__('sys').modules)")


def test_workers_draw_different_random_numbers() -> None:
    with (
        Interpreter("process", preload=["random", "numpy.random"]) as one,
        Interpreter("process", preload=["random", "numpy.random"]) as two,
    ):
        code = (
            "import random, numpy\ndrawn = random.random(), float(numpy.random.rand())"
        )
        drawn = [python.exec(code, outputs=["drawn"])["drawn"] for python in (one, two)]
    assert drawn[0][0] != drawn[1][0]
    assert drawn[0][1] != drawn[1][1]


def test_threads_of_a_script_use_objects_of_the_host(python: Interpreter) -> None:
    seen: list[tuple[int, str]] = []

    def note(number: int) -> int:
        seen.append((number, threading.current_thread().name))
        return number * 2

    code = """
        from concurrent.futures import ThreadPoolExecutor
        with ThreadPoolExecutor(4) as pool:
            doubled = list(pool.map(note, range(40)))
    """
    result = python.exec(dedent(code), {"note": note}, {"doubled": list[int]})
    assert result["doubled"] == [2 * number for number in range(40)]
    assert sorted(number for number, _ in seen) == list(range(40))
    assert {name for _, name in seen} == {"pythonarium-script-thread"}


def test_interpreters_in_many_threads(python: Interpreter) -> None:
    def work(number: int) -> object:
        with Interpreter("process") as own:
            given = {"x": number, "double": lambda x: 2 * x}
            return [own.exec("double(x)", given).value for _ in range(20)][-1]

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(work, range(16), timeout=PATIENCE * 3))
    assert found == [2 * number for number in range(16)]


def test_exit_handlers_of_a_script_run_at_close(
    capfd: pytest.CaptureFixture[str],
) -> None:
    with Interpreter("process") as python:
        python.exec("import atexit; atexit.register(print, 'bye')")
    assert capfd.readouterr().out == "bye\n"


def test_close_does_not_wait_for_a_thread_of_a_script(python: Interpreter) -> None:
    python.exec(
        "import threading\nthreading.Thread(target=threading.Event().wait).start()"
    )
    with ThreadPoolExecutor(1) as pool:
        python.close()
        assert pool.submit(lambda: python.closed).result(PATIENCE)


def test_object_of_the_host_that_is_not_there_any_more(python: Interpreter) -> None:
    with pytest.raises(ScriptError, match="LookupError"):
        python.exec(
            "number = object.__getattribute__(call, '_proxy_number')\n"
            "object.__setattr__(call, '_proxy_number', number + 1000)\ncall()",
            {"call": os.getpid},
        )
    assert python.exec("6 * 7").value == 42


@pytest.mark.row("B17")
def test_what_refers_to_a_worker_that_died_is_refused(python: Interpreter) -> None:
    python.exec("x = [1]")
    scope = python.watch()
    handle, result = python.handle("x"), python.exec("x")
    with pytest.raises(WorkerDiedError):
        python.exec("import os; os.abort()", capture=True)
    python.exec("x = [2]")
    other = python.handle("x")
    with pytest.raises(ClosedError):
        len(handle)
    with pytest.raises(ClosedError, match="lost with its worker"):
        _ = result.value
    assert python.get(other) == [2]
    scope.close()


@pytest.mark.row("B17")
@pytest.mark.parametrize("end", ["dies", "late"])
def test_contexts_are_there_again_after_the_worker(
    python: Interpreter, end: str
) -> None:
    """The host is in one, and goes on there: it cannot tell when a worker ends."""
    codes = {"dies": "import os; os.abort()", "late": "sum(range(10 ** 12))"}
    python.contexts.add("deleted")
    python.contexts.delete("deleted")
    python.contexts.add("other")
    with python.context("named"), python.context():
        python["lost"] = 1
        with pytest.raises((WorkerDiedError, ScriptTimeoutError)):
            python.exec(
                codes[end], timeout=0.1 if end == "late" else None, capture=True
            )
        assert python.exec("x = 1; 'lost' in globals()").value is False
        assert python.contexts.names()[:3] == ["main", "other", "named"]
    assert "x" not in python.variables()
    assert python.contexts.names() == ["main", "other", "named"]


KEPT = """
import time
def double(x): return 2 * x
def wait(): time.sleep(100)
def fail(): raise KeyError(5) from ValueError("why")
keep(double); keep(wait); keep(fail)
"""


@pytest.mark.row("S11")
def test_function_that_the_host_keeps_is_for_who_has_the_lock(
    python: Interpreter,
) -> None:
    """A second conversation in the middle of the first ended the worker."""
    kept: list[Any] = []
    python.exec(KEPT, {"keep": kept.append})
    double = kept[0]

    def with_lock() -> object:
        with python.lock():
            return double(4)

    with ThreadPoolExecutor(1) as pool:

        def elsewhere() -> None:
            with pytest.raises(ThreadSafetyError, match="without its lock"):
                pool.submit(double, 3).result(PATIENCE)

        elsewhere()
        assert python.exec("call(); 5", {"call": elsewhere}).value == 5
        assert pool.submit(with_lock).result(PATIENCE) == 8
    assert python.exec("call()", {"call": lambda: double(5)}).value == 10


@pytest.mark.row("B7")
def test_function_that_the_host_keeps_ends_like_a_run(python: Interpreter) -> None:
    kept: list[Any] = []
    python.exec(KEPT, {"keep": kept.append})
    for end, kind in (
        (python.interrupt, ScriptInterruptedError),
        (lambda: os.kill(os.getpid(), signal.SIGINT), KeyboardInterrupt),
    ):
        timer = threading.Timer(0.1, end)
        timer.start()
        with pytest.raises(kind) as caught:
            kept[1]()
        assert "lost" not in str(caught.value)
        timer.join()
    with pytest.raises(KeyError, match="5") as failed:
        kept[2]()
    assert type(failed.value.__cause__) is ValueError
    assert kept[0](4) == 8


def test_function_of_a_worker_that_died_is_refused(python: Interpreter) -> None:
    kept: list[Any] = []
    python.exec("keep(lambda: 5)", {"keep": kept.append})
    assert kept[0]() == 5
    with pytest.raises(WorkerDiedError):
        python.exec("import os; os.abort()", capture=True)
    python.exec("x = 1")
    with pytest.raises(ClosedError, match="lost with its worker"):
        kept[0]()


def test_first_request_that_cannot_be_sent_leaves_the_worker_alive(
    python: Interpreter,
) -> None:
    with pytest.raises(VariableTypeError, match="factory"):
        python.exec("y = 1", {"table": defaultdict(lambda: 1)})
    assert worker_of(python) == python._rung.facts.pid


def test_request_of_a_callable_that_cannot_be_sent_leaves_the_worker_alive(
    python: Interpreter,
) -> None:
    def call() -> object:
        with pytest.raises(VariableTypeError, match="factory"):
            python.exec("y = 1", {"table": defaultdict(lambda: 1)})
        return python.exec("kept").value

    assert python.exec("kept = 5; call()", {"call": call}).value == 5
