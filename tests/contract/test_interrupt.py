"""How a run ends that would not end: by an interrupt, from a thread or a signal."""

import json
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from textwrap import dedent
from time import monotonic

import pytest

from endings import PATIENCE, interrupting, nesting, usable_afterwards
from programs import run_script
from pythonarium import (
    ClosedError,
    Interpreter,
    ScriptInterruptedError,
    ScriptTimeoutError,
)
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


def test_script_that_catches_its_end_is_ended_again(python: Interpreter) -> None:
    """After its grace: no timeout is set, so nothing but `interrupt` can have it ended."""
    started = threading.Event()
    code = """
        try:
            started()
            while True: len('')
        except KeyboardInterrupt:
            caught = True
        while True: len('')
    """
    with (
        usable_afterwards(python),
        interrupting(python, started),
        pytest.raises(ScriptInterruptedError),
    ):
        python.exec(dedent(code), {"started": started.set})
    assert python["caught"] is True


HOLDING = {
    "loop": """
        try:
            held, n = True, 0
            while True: n += 1
        finally:
            held = False
    """,
    "nested": """
        try:
            held, n = True, 0
            while True:
                try:
                    n += 1
                finally:
                    n += 1
        finally:
            held = False
    """,
    "finally": """
        def work():
            pass
        while True:
            try:
                held = True
                work()
            finally:
                held = False
    """,
    "with": """
        while True:
            with lock:
                n = 1
        """,
    "manager": """
        class Manager:
            def __enter__(self):
                global held
                held = True
            def __exit__(self, *_):
                global held
                held = False
        while True:
            with Manager(): pass
    """,
    "contextmanager": """
        @contextlib.contextmanager
        def manager():
            global held
            try:
                held = True
                yield
            finally:
                held = False
        while True:
            with manager(): pass
    """,
    "logging": """
        while True:
            log.warning("said")
    """,
}


@pytest.mark.parametrize("code", HOLDING.values(), ids=HOLDING.keys())
def test_what_a_script_holds_is_given_back_at_its_end(
    python: Interpreter, language: Language, code: str
) -> None:
    """Its lock, or one of the standard library, would be held in the host for ever."""
    setup = """
        import contextlib, io, logging, threading
        lock, log = threading.Lock(), logging.Logger("log")
        handler = logging.StreamHandler(io.StringIO())
        log.addHandler(handler)
    """
    look = """
        free = []
        for one in (lock, handler.lock):
            take = lambda: free.append(one.acquire(timeout=1) and not one.release())
            thread = threading.Thread(target=take)
            thread.start()
            thread.join()
    """
    for tenth in range(200, 210):
        python.exec(dedent(setup), {"held": False})
        with pytest.raises(ScriptTimeoutError):
            python.exec(dedent(code), timeout=tenth / 1e4)
        if language.version < (3, 11):
            continue  # 3.9 raises anywhere, and 3.10 is killed in some loops
        python.exec(dedent(look))
        assert python["free"] == [True, True]
        assert python["held"] is False


@pytest.mark.parametrize("way", ["import", "with"])
def test_interrupt_ends_what_a_handle_and_an_import_run(
    python: Interpreter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    monkeypatch.syspath_prepend(tmp_path)  # to be put back
    endless = f"open({str(tmp_path / 'on')!r}, 'w').close()\nwhile True: len('')\n"
    (tmp_path / "endless.py").write_text(endless)
    code = """
        import sys
        if folder not in sys.path:
            sys.path.insert(0, folder)
        class Manager:
            def __enter__(self):
                import endless
            def __exit__(self, *_): pass
    """
    python.exec(dedent(code), {"folder": str(tmp_path)})

    def stop() -> None:
        while not (tmp_path / "on").exists():
            time.sleep(0.01)
        python.interrupt()

    def go() -> None:
        if way == "import":
            python.import_module("endless")  # type: ignore[unused-awaitable]
        else:
            with python.handle("Manager")():
                pass

    with usable_afterwards(python), ThreadPoolExecutor(1) as pool:
        pool.submit(stop)
        with pytest.raises(ScriptInterruptedError):
            go()
    assert python["folder"] == str(tmp_path)


def test_interrupt_of_a_run_that_never_begins_ends_no_other(
    python: Interpreter,
) -> None:
    """Its inputs take a while to come, and one of them is refused at last."""
    python.exec("class Thing: pass\nthing = Thing()")
    with python.watch():
        released = python.handle("thing")
    names = {"big": [str(n) for n in range(300_000)], "released": released}
    start = time.monotonic()
    with pytest.raises(ClosedError):
        python.exec("x = 1", names)
    seconds = time.monotonic() - start
    for tenth in range(1, 10):
        timer = threading.Timer(seconds * tenth / 10, python.interrupt)
        timer.start()
        with pytest.raises((ClosedError, ScriptInterruptedError)):
            python.exec("x = 1", names)
        timer.join()
        assert python.exec("def f(): return 42\nf()").value == 42


LOOP = """
import asyncio, sys
def look(frame, event, argument):
    if frame.f_code.co_name == place:
        sys.setprofile(None)
        interrupt()
async def main():
    global cleaned
    try:
        cleaned = False
        if place is not None:
            sys.setprofile(look)
        while True:
            await asyncio.sleep(0)
    finally:
        await asyncio.sleep(0)
        cleaned = True
asyncio.run(main(), debug=place in (None, "extract_stack"))
"""


@pytest.mark.parametrize("place", ["call_soon", "_check_closed", "extract_stack"])
def test_event_loop_is_ended_in_order_wherever_it_is(
    python: Interpreter, place: str
) -> None:
    """What is raised where the loop has a task in its hands would lose that task."""
    names = {"interrupt": python.interrupt, "place": place}
    with pytest.raises(ScriptInterruptedError):
        python.exec(LOOP, names)
    assert python["cleaned"] is True


def test_event_loop_is_ended_in_order_at_its_deadline(python: Interpreter) -> None:
    """With `debug=True` the loop has its task in its hands most of the time."""
    python.exec("import asyncio")
    ends = []
    for milliseconds in range(10, 50):
        names = {"interrupt": bool, "place": None, "cleaned": None}
        with pytest.raises(ScriptTimeoutError):
            python.exec(LOOP, names, timeout=milliseconds / 1000)
        ends.append(python["cleaned"])
    assert False not in ends
    assert True in ends
