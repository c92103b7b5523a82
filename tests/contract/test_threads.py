"""Who may use an interpreter, and when: the lock, its owner, its home thread."""

import asyncio
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Self, TypeVar

import pytest

from pythonarium import (
    ClosedError,
    Handle,
    Interpreter,
    LockTimeoutError,
    PythonariumError,
    ScriptError,
    ThreadSafetyError,
)
from workers import opened

DOCUMENTED = (
    "Attempt to use Python4j from multiple threads without acquiring GIL. Enclose your"
    " code in a try(PythonGIL gil = PythonGIL.lock()){...} block."
)
PATIENCE = 10.0  # seconds after which a thread is taken to hang

Opener = Callable[..., Interpreter]


T = TypeVar("T")


def in_thread(work: Callable[[], T]) -> T:
    """Do the work in a thread of its own; return or raise what came of it."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(work).result(PATIENCE)


class Holder:
    """A thread that holds the lock of an interpreter until it is told to let go."""

    def __init__(self, python: Interpreter) -> None:
        self._python = python
        self._holds, self._let_go = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._hold, name="holder")

    def _hold(self) -> None:
        with self._python.lock():
            self._holds.set()
            self._let_go.wait(PATIENCE)

    def let_go(self) -> None:
        self._let_go.set()

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._holds.wait(PATIENCE)
        return self

    def __exit__(self, *exception: object) -> None:
        self.let_go()
        self._thread.join()


CALLS: dict[str, Callable[[Interpreter], object]] = {
    "exec": lambda python: python.exec("x = 1"),
    "exec_all": lambda python: python.exec_all("x = 1"),
    "eval": lambda python: python.eval("1"),
    "run": lambda python: python.run(__file__),
    "set": lambda python: python.set("x", 1),
    "get": lambda python: python.get("x"),
    "item": lambda python: python["x"],
    "delete": lambda python: python.delete("x"),
    "variables": lambda python: python.variables(),
    "handle": lambda python: python.handle("x"),
    "import_module": lambda python: python.import_module("math"),
    "watch": lambda python: python.watch(),
    "pause": lambda python: python.pause(),
    "leak_report": lambda python: python.leak_report(),
    "context": lambda python: python.context("other"),
    "contexts.names": lambda python: python.contexts.names(),
    "contexts.add": lambda python: python.contexts.add("other"),
    "contexts.switch": lambda python: python.contexts.switch("other"),
    "contexts.reset": lambda python: python.contexts.reset(),
    "contexts.delete": lambda python: python.contexts.delete("spare"),
    "contexts.delete_others": lambda python: python.contexts.delete_others(),
}


@pytest.mark.row("S9", "S13")
def test_first_thread_needs_no_lock(python: Interpreter) -> None:
    assert python.exec("x = 42", outputs={"x": int})["x"] == 42
    assert not python.locked


@pytest.mark.row("S10", "S14")
def test_any_thread_may_be_the_first(open_interpreter: Opener) -> None:
    python = open_interpreter()
    assert in_thread(lambda: python.eval("6 * 7")) == 42
    with pytest.raises(ThreadSafetyError):
        python.eval("6 * 7")


@pytest.mark.row("S11", "S16", "S17", "S18", "S49")
@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS.keys())
def test_every_call_of_another_thread_is_refused(
    python: Interpreter, call: Callable[[Interpreter], object]
) -> None:
    python.contexts.add("spare")
    python.set("x", 42)
    with pytest.raises(ThreadSafetyError) as caught:
        in_thread(lambda: call(python))
    assert DOCUMENTED in str(caught.value)
    assert "MainThread" in str(caught.value)
    assert python.get("x") == 42
    assert python.contexts.names() == ["main", "spare"]


@pytest.mark.row("S11", "S16", "B17")
@pytest.mark.parametrize(
    "use",
    [
        lambda handle: handle.append(1),
        lambda handle: handle[0],
        len,
        list,
        lambda handle: handle == [7],
    ],
    ids=["attribute", "item", "len", "iter", "compare"],
)
def test_handle_is_refused_to_another_thread(
    python: Interpreter, use: Callable[[Any], object]
) -> None:
    handle = python.handle("[7]")
    with pytest.raises(ThreadSafetyError):
        in_thread(lambda: use(handle))
    assert python.get(handle) == [7]


@pytest.mark.row("S30", "S33", "B12")
@pytest.mark.parametrize("kind", ["watch", "pause"])
def test_frame_belongs_to_its_thread(python: Interpreter, kind: str) -> None:
    """Another thread cannot close it, and its handles are not of this frame."""
    frame = python.watch() if kind == "watch" else python.pause()
    mine = python.handle("[1]")

    def work() -> Handle:
        with python.lock():
            with pytest.raises(ThreadSafetyError, match="belongs to its thread"):
                frame.close()
            with python.watch():
                return python.keep(python.handle("[2]"))

    theirs = in_thread(work)
    assert not frame.closed
    frame.close()
    assert python.get(theirs) == [2]
    if kind == "watch":
        with pytest.raises(ClosedError):
            python.get(mine)
    else:
        assert python.get(mine) == [1]


@pytest.mark.row("S12", "S14", "S15")
def test_lock_lets_another_thread_in(python: Interpreter) -> None:
    python.set("x", 20)

    def work() -> object:
        with python.lock() as guard:
            assert guard.locked
            assert python.locked_by_me
            return python.exec("x += 22", outputs={"x": int})["x"]

    assert in_thread(work) == 42
    assert not python.locked


@pytest.mark.row("S12")
def test_lock_is_released_at_the_end_of_its_block(python: Interpreter) -> None:
    python.eval("0")  # this is its home thread

    def fail() -> None:
        with python.lock():
            python.exec("1 / 0")

    with pytest.raises(ScriptError, match="ZeroDivisionError"):
        in_thread(fail)
    assert not python.locked
    assert python.eval("1") == 1


@pytest.mark.row("B12")
def test_lock_is_reentrant(python: Interpreter) -> None:
    def work() -> list[bool]:
        seen = []
        with python.lock():
            with python.lock(), python.lock():
                python.exec("x = 1")
            seen.append(python.locked_by_me)
            python.exec("x = 2")
        seen.append(python.locked)
        return seen

    assert in_thread(work) == [True, False]


@pytest.mark.row("B12")
def test_lock_guards_close_in_any_order_in_their_thread(python: Interpreter) -> None:
    outer, inner = python.lock(), python.lock()
    outer.close()
    assert python.locked_by_me
    inner.close()
    assert not python.locked
    inner.close()
    outer.close()
    with pytest.raises(LockTimeoutError), Holder(python), python.lock(timeout=0.01):
        pass


@pytest.mark.row("B12")
def test_lock_timeout_says_who_holds_it(python: Interpreter) -> None:
    with Holder(python):
        before = time.monotonic()
        with pytest.raises(LockTimeoutError, match=r"0\.05 s.*'holder'"):
            python.lock(timeout=0.05)
        assert 0.05 <= time.monotonic() - before < PATIENCE
        assert python.locked
        assert not python.locked_by_me
    with python.lock(timeout=PATIENCE):
        assert python.locked_by_me


@pytest.mark.row("B12")
def test_lock_without_patience_is_tried_once(python: Interpreter) -> None:
    with Holder(python), pytest.raises(LockTimeoutError):
        python.lock(timeout=0)
    with python.lock(timeout=0):
        assert python.locked_by_me


@pytest.mark.row("S11", "B12")
def test_lock_is_not_released_by_another_thread(python: Interpreter) -> None:
    guard = python.lock()
    with pytest.raises(ThreadSafetyError, match="cannot release the lock"):
        in_thread(guard.close)
    assert python.locked_by_me
    guard.close()
    assert not python.locked


@pytest.mark.row("S15")
def test_home_thread_waits_while_another_holds_the_lock(python: Interpreter) -> None:
    order: list[str] = []
    python.eval("0")  # this is its home thread
    with Holder(python) as holder:

        def release() -> None:
            order.append("released")
            holder.let_go()

        timer = threading.Timer(0.1, release)
        timer.start()
        python.exec("note()", {"note": lambda: order.append("ran")})
        timer.join()
    assert order == ["released", "ran"]


@pytest.mark.row("S9", "S14", "S15")
def test_two_threads_that_sleep_take_turns(open_interpreter: Opener) -> None:
    """The sample of the document: a script that sleeps never deadlocks a waiter."""
    python = open_interpreter()
    code = "import time\nfor i in range(3):\n    time.sleep(0.01)\n    log(name)"
    log: list[str] = []

    def work(name: str) -> None:
        with python.lock(), python.watch():
            python.exec(code, {"name": name, "log": log.append})

    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(work, "first"), pool.submit(work, "second")]:
            done.result(PATIENCE)
    assert log in [["first"] * 3 + ["second"] * 3, ["second"] * 3 + ["first"] * 3]


@pytest.mark.row("S9", "S11", "S15")
def test_eight_threads_lose_no_update(python: Interpreter) -> None:
    python.set("count", 0)

    def work(_number: int) -> None:
        for _ in range(50):
            with python.lock():
                python.exec("seen = count\nfor _ in range(50): pass\ncount = seen + 1")

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(8), timeout=PATIENCE))
    assert python.get("count") == 400


@pytest.mark.row("S9", "B12")
def test_threads_with_nested_locks_end(python: Interpreter) -> None:
    python.exec("def add():\n    global n\n    n += 1\nn = 0")

    def work(_number: int) -> None:
        for _ in range(30):
            with python.lock():
                add = python.handle("add")
                with python.lock(), python.watch():
                    add()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4), timeout=PATIENCE))
    assert python.get("n") == 120


@pytest.mark.row("S10", "S11")
def test_interpreters_in_two_threads_do_not_know_each_other(
    open_interpreter: Opener,
) -> None:
    both_inside = threading.Barrier(2, timeout=PATIENCE)

    def work(number: int) -> object:
        python = open_interpreter()
        given = {"x": number, "meet": both_inside.wait}
        return python.exec("meet()\ny = x * 2\nmeet()", given, {"y": int})["y"]

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(work, [1, 2], timeout=PATIENCE)) == [2, 4]


@pytest.mark.row("S10")
def test_64_threads_open_an_interpreter_each(rung: str) -> None:
    start = threading.Barrier(64, timeout=PATIENCE)

    def work(number: int) -> object:
        start.wait()
        with opened(rung) as python:
            python.exec("import __main__\n__main__.x = x", {"x": number})
            return python.exec("y = x", outputs={"y": int}, capture=True)["y"]

    with ThreadPoolExecutor(64) as pool:
        assert list(pool.map(work, range(64), timeout=PATIENCE)) == [*range(64)]


@pytest.mark.row("S11", "B16")
@pytest.mark.parametrize("locks", [False, True], ids=["plain", "with-lock"])
def test_thread_of_a_script_cannot_wait_for_itself(
    python: Interpreter, locks: bool
) -> None:
    """The script waits for its thread, the thread would wait for the script."""
    answers: list[object] = []

    def call_back() -> None:
        try:
            if locks:
                with python.lock(timeout=PATIENCE):
                    answers.append(python.eval("1"))
            else:
                answers.append(python.eval("1"))
        except PythonariumError as error:
            answers.append(error)

    before = time.monotonic()
    code = "import threading\nt = threading.Thread(target=back)\nt.start()\nt.join()\ndel t"
    python.exec(code, {"back": call_back})
    assert time.monotonic() - before < PATIENCE / 2
    assert [type(answer) for answer in answers] == [ThreadSafetyError]
    assert python.eval("1 + 1") == 2


@pytest.mark.row("B16")
def test_callable_of_the_host_may_use_the_interpreter(python: Interpreter) -> None:
    """It runs in the thread that is inside, so it may go in again."""

    def back(text: str) -> object:
        with python.lock():
            return python.eval(text)

    result = python.exec("y = back('6 * 7')", {"back": back}, {"y": int})
    assert result["y"] == 42


@pytest.mark.row("S9")
def test_interpreter_moves_from_event_loop_to_workers(python: Interpreter) -> None:
    """asyncio.to_thread copies the context variables: the lock must not follow."""

    def work() -> object:
        with pytest.raises(ThreadSafetyError):
            python.eval("1")
        with python.lock():
            return python.eval("1")

    async def main() -> list[object]:
        with python.lock():
            pass
        return list(await asyncio.gather(*(asyncio.to_thread(work) for _ in range(4))))

    assert asyncio.run(main()) == [1, 1, 1, 1]


@pytest.mark.row("S12")
def test_lock_of_a_closed_interpreter_is_refused(open_interpreter: Opener) -> None:
    python = open_interpreter()
    python.close()
    with pytest.raises(ClosedError):
        python.lock()


@pytest.mark.row("S11")
def test_thread_that_waited_for_the_lock_finds_it_closed(
    open_interpreter: Opener,
) -> None:
    python = open_interpreter()
    guard = python.lock()
    waiting = threading.Event()

    def work() -> object:
        waiting.set()
        with python.lock():
            return python.eval("1")

    with ThreadPoolExecutor(1) as pool:
        late = pool.submit(work)
        waiting.wait(PATIENCE)
        python.close()
        guard.close()
        with pytest.raises(ClosedError):
            late.result(PATIENCE)
