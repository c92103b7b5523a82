"""How a run ends that would not end: by an interrupt, from a thread or a signal."""

import json
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from textwrap import dedent
from time import monotonic

import pytest

from endings import PATIENCE, interrupting, nesting, usable_afterwards
from programs import run_script
from pythonarium import Interpreter, ScriptInterruptedError
from workers import Language

Opener = Callable[..., Interpreter]

pytestmark = pytest.mark.row("B7")


def test_interrupt_from_another_thread(python: Interpreter) -> None:
    started = threading.Event()
    code = "started()\nwhile True: pass"
    with (
        usable_afterwards(python),
        interrupting(python, started) as answers,
        pytest.raises(ScriptInterruptedError, match="was interrupted") as caught,
    ):
        python.exec(code, {"started": started.set}, filename="<endless>")
    assert answers == [True]
    assert caught.value.frames[-1].file == "<endless>"


def test_interrupt_ends_the_outermost_run(python: Interpreter) -> None:
    started = threading.Event()
    inner = nesting(python, "started()\nwhile True: pass", PATIENCE)
    given = {"call": inner, "started": started.set}
    with (
        usable_afterwards(python),
        interrupting(python, started),
        pytest.raises(ScriptInterruptedError),
    ):
        python.exec("said = call()\nwhile True: pass", given)
    assert "said" not in python.variables()


def test_interrupt_ends_all_runs_inside(open_interpreter: Opener) -> None:
    outer, inner = open_interpreter(), open_interpreter()
    started = threading.Event()

    def call() -> None:
        inner.exec("begun()\nwhile True: len('')", {"begun": started.set})

    before = monotonic()
    with usable_afterwards(outer), usable_afterwards(inner):
        with (
            interrupting(outer, started) as told,
            pytest.raises(ScriptInterruptedError),
        ):
            outer.exec("call()", {"call": call})
        assert told == [True]
    assert monotonic() - before < PATIENCE  # else the test's own time limit ended it


def test_interrupt_ends_a_call_of_a_handle(python: Interpreter) -> None:
    started = threading.Event()
    code = "def endless():\n    started()\n    while True: pass"
    python.exec(code, {"started": started.set})
    endless = python.handle("endless")
    with interrupting(python, started), pytest.raises(ScriptInterruptedError):
        endless()


@pytest.mark.row("B12")
def test_interrupt_needs_no_lock(python: Interpreter) -> None:
    """Also while the run holds it."""
    started = threading.Event()
    with (
        python.lock(),
        interrupting(python, started) as answers,
        pytest.raises(ScriptInterruptedError),
    ):
        python.exec("started()\nwhile True: pass", {"started": started.set})
    assert answers == [True]


def test_interrupt_when_idle_is_none(python: Interpreter) -> None:
    assert python.interrupt() is False
    assert python.exec("x = 1\nx").value == 1
    assert python.interrupt() is False
    assert python.exec("x + 1").value == 2


def test_interrupt_twice_ends_one_run(python: Interpreter) -> None:
    started = threading.Event()
    with (
        interrupting(python, started) as first,
        interrupting(python, started) as second,
        pytest.raises(ScriptInterruptedError),
    ):
        python.exec("started()\nwhile True: pass", {"started": started.set})
    assert True in first + second
    assert python.exec("for _ in range(10_000): pass\n42").value == 42


def test_interrupt_of_itself_by_the_script(python: Interpreter) -> None:
    with pytest.raises(ScriptInterruptedError):
        python.exec("stop()\nwhile True: pass", {"stop": python.interrupt})


@pytest.mark.parametrize("way", ["signal", "thread"])
def test_interrupt_at_every_step_of_the_kernel(rung: str, way: str) -> None:
    """Before, in and after the script; also from a signal handler of the host."""
    places = run_script("interrupt_anywhere.py", rung, way)
    assert int(places) > 20


@pytest.mark.timeout(90)
@pytest.mark.untraced("a traced worker may take longer to end than it is given")
@pytest.mark.parametrize("seed", [1, 2])
def test_interrupts_at_random_never_reach_the_host(rung: str, seed: int) -> None:
    """2,000 runs, each interrupted just before, in or just after it."""
    ends = json.loads(run_script("interrupt_stress.py", rung, "2000", str(seed)))
    assert ends["hit"] + ends["idle"] == 2000
    assert ends["done"] + ends["interrupted"] + ends["timeout"] == 2000
    assert min(ends["hit"], ends["idle"], ends["interrupted"], ends["timeout"]) > 20


@pytest.mark.row("B1", "B12")
def test_ctrl_c_at_any_line_leaves_nothing_half_done(rung: str) -> None:
    assert run_script("ctrl_c_anywhere.py", rung) == "ended\n"


def test_script_cleans_up_when_it_is_ended(python: Interpreter) -> None:
    """with, finally, generators and coroutines get their grace."""
    started = threading.Event()
    code = """
        import asyncio, contextlib, time
        done = []
        @contextlib.contextmanager
        def manager():
            try:
                yield
            finally:
                done.append("with")
        def generator():
            try:
                started()
                while True:
                    yield 1
            finally:
                time.sleep(0.02)
                for _ in range(1000): pass
                done.append("generator")
        async def main():
            try:
                with manager():
                    for _ in generator():
                        await asyncio.sleep(0)
            finally:
                await asyncio.sleep(0.01)
                done.append("coroutine")
        try:
            asyncio.run(main())
        finally:
            done.append("finally")
    """
    with (
        usable_afterwards(python),
        interrupting(python, started),
        pytest.raises(ScriptInterruptedError),
    ):
        python.exec(dedent(code), {"started": started.set})
    assert python.eval("sorted(done)") == ["coroutine", "finally", "generator", "with"]


LOOP = """
import asyncio, sys
cleaned = False
def look(frame, event, argument):
    if frame.f_code.co_name == place:
        sys.setprofile(None)
        interrupt()
async def main():
    global cleaned
    try:
        sys.setprofile(look)
        while True:
            started()
            await asyncio.sleep(0)
    finally:
        await asyncio.sleep(0)
        cleaned = True
asyncio.run(main(), debug=place == "extract_stack")
"""


@pytest.mark.parametrize("place", ["call_soon", "_check_closed", "extract_stack"])
def test_event_loop_is_ended_in_order_wherever_it_is(
    python: Interpreter, rung: str, language: Language, place: str
) -> None:
    """What is raised where the loop has a task in its hands would lose that task."""
    started = threading.Event()
    names = {"interrupt": python.interrupt, "started": bool, "place": place}
    thread: AbstractContextManager[object] = nullcontext()
    if rung == "shared" and not language.has_monitoring:
        # There an exception is sent to the thread, and its own one can go nowhere else.
        names |= {"interrupt": bool, "started": started.set}
        thread = interrupting(python, started)
    with thread, pytest.raises(ScriptInterruptedError):
        python.exec(LOOP, names)
    assert python["cleaned"] is True
