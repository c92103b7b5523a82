"""Deadlines and interrupts on the process rung: every run ends, with its state if it can."""

import asyncio
import os
import signal
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from textwrap import dedent

import pytest

from process_rung import worker_of
from pythonarium import (
    Interpreter,
    ScriptError,
    ScriptInterruptedError,
    ScriptTimeoutError,
    VariableTypeError,
)

pytestmark = pytest.mark.row("B7", "B19")

SHORT = 0.1
WITHIN = 2.0  # seconds over the deadline: a busy machine needs some


@pytest.fixture
def python() -> Iterator[Interpreter]:
    with Interpreter("process") as python:
        python["kept"] = "kept"
        yield python


WAITS = {
    "sleep": "import time\ntime.sleep(100)",
    "event": "import threading\nthreading.Event().wait()",
    "lock": "import threading\nlock = threading.Lock(); lock.acquire(); lock.acquire()",
    "select": "import select\nselect.select([], [], [])",
    "read": "import os\nread, _ = os.pipe()\nos.read(read, 1)",
    "child": "import subprocess\nsubprocess.run(['sleep', '100'])",
    "queue": "import queue\nqueue.Queue().get()",
    "regex": "import re\nre.match('(a+)+b', 'a' * 60)",
    "asyncio": "import asyncio\nasyncio.run(asyncio.sleep(100))",
}


def ended(python: Interpreter, code: str, way: str) -> ScriptError:
    """Run what never returns and stop it after `SHORT`; return the error it ends with."""
    kind: type[ScriptError] = ScriptInterruptedError
    if way == "timeout":
        kind = ScriptTimeoutError
    timer = threading.Timer(SHORT, python.interrupt)
    if way == "interrupt":
        timer.start()
    started = time.monotonic()
    with pytest.raises(kind) as caught:
        python.exec(code, timeout=SHORT if way == "timeout" else None)
    assert time.monotonic() - started < SHORT + WITHIN
    timer.cancel()
    assert type(caught.value) is kind
    return caught.value


@pytest.mark.parametrize("code", WAITS.values(), ids=WAITS.keys())
@pytest.mark.parametrize("way", ["timeout", "interrupt"])
def test_call_that_waits_ends_in_time_and_keeps_the_state(
    python: Interpreter, code: str, way: str
) -> None:
    ended(python, code, way)
    assert python.exec("kept").value == "kept"


STUBBORN = {
    "c-loop": "sum(range(10 ** 12))",
    "ignores": "import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\n"
    "import time\ntime.sleep(100)",
    "masked": "import signal, time\n"
    "signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])\ntime.sleep(100)",
}


@pytest.mark.parametrize("code", STUBBORN.values(), ids=STUBBORN.keys())
@pytest.mark.parametrize("way", ["timeout", "interrupt"])
def test_run_that_does_not_listen_ends_with_its_process(
    python: Interpreter, code: str, way: str
) -> None:
    assert "its variables are lost" in str(ended(python, code, way))
    assert python.exec("6 * 7").value == 42
    assert "kept" not in python.variables()


def test_signal_before_and_after_a_run_ends_nothing(python: Interpreter) -> None:
    pid = worker_of(python)
    for number in range(200):
        os.kill(pid, signal.SIGINT)
        assert python.exec("number * 2", {"number": number}).value == number * 2
        os.kill(pid, signal.SIGINT)
    assert python.exec("kept").value == "kept"


def test_interrupt_of_a_run_that_has_not_started_is_not_lost(
    python: Interpreter,
) -> None:
    """It says that a run was on: so that run ends."""
    ended = 0
    for _ in range(50):
        stop = threading.Event()
        hits: list[bool] = []

        def shoot(stop: threading.Event = stop, hits: list[bool] = hits) -> None:
            while not stop.is_set() and not any(hits):
                hits.append(python.interrupt())

        thread = threading.Thread(target=shoot)
        thread.start()
        with pytest.raises(ScriptInterruptedError):
            python.exec("while True: pass", timeout=5)
        ended += 1
        stop.set()
        thread.join()
    assert ended == 50
    assert python.exec("kept").value == "kept"


def test_interrupt_after_a_request_that_was_not_sent_keeps_the_state(
    python: Interpreter,
) -> None:
    """An order to stop names a request: both sides must count the same ones."""
    for _ in range(2):
        with pytest.raises(VariableTypeError):
            python.exec("1", {"table": defaultdict(lambda: 1)})
    error = ended(python, "while True: len('')", "interrupt")
    assert "variables are lost" not in str(error)
    assert python.exec("kept").value == "kept"


def test_host_that_gets_ctrl_c_ends_the_run_and_keeps_the_state(
    python: Interpreter,
) -> None:
    timer = threading.Timer(SHORT, os.kill, (os.getpid(), signal.SIGINT))
    timer.start()
    started = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        python.exec(
            "done = []\ntry:\n  while True:\n    len('')\nfinally:\n  done.append(1)"
        )
    assert time.monotonic() - started < SHORT + WITHIN
    assert python.exec("kept, done", outputs={"done": list})["done"] == [1]


def test_host_that_gets_ctrl_c_in_a_callable(python: Interpreter) -> None:
    def interrupt() -> None:
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(1)

    with pytest.raises(KeyboardInterrupt):
        python.exec("call()\nafter = True", {"call": interrupt})
    assert "after" not in python.variables()
    assert python.exec("kept").value == "kept"


def test_tasks_of_a_host_wait_for_a_worker_at_once(python: Interpreter) -> None:
    python.exec(
        dedent("""
        import asyncio
        met = asyncio.Event()
        async def first():
            await met.wait()
            return "first"
        async def second():
            await asyncio.sleep(0.01)
            met.set()
            return "second"
        """)
    )

    async def main() -> list[object]:
        handles = python.handle("first()"), python.handle("second()")
        return list(await asyncio.gather(*handles))

    assert asyncio.run(main()) == ["first", "second"]
