"""How a run ends that would not end: by its deadline."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from endings import PATIENCE, PROMPT, SHORT, nesting, usable_afterwards
from programs import run_script
from pythonarium import (
    Interpreter,
    ScriptError,
    ScriptTimeoutError,
    SettingsError,
)
from workers import Language

Opener = Callable[..., Interpreter]

pytestmark = pytest.mark.row("B7")

ENDLESS = {
    "loop": "while True: pass",
    "loop-in-function": "def f():\n    while True:\n        pass\nf()",
    "calls": "def f(n):\n    return n\nwhile True:\n    f(1)",
    "generator": "import itertools\nfor i in (x for x in itertools.count()): pass",
    "comprehension": "import itertools\n[0 for x in itertools.count() if not x % 2 > 1][0]",
    "recursion": "def f(n):\n    if n: f(n - 1); f(n - 1)\nf(500)",
    "exception": "while True:\n    try:\n        1 / 0\n    except Exception:\n        pass",
    "asyncio": """
        import asyncio
        async def main():
            while True:
                await asyncio.sleep(0)
        asyncio.run(main())
    """,
    "finally": "while True:\n    try:\n        len('')\n    finally:\n        len('')",
    "library": "import json\nwhile True:\n    json.loads(json.dumps([1]))",
    "eval": "eval(compile('[0 for x in iter(int, 1)]', 'x', 'eval'))",
}
STUBBORN = {
    "once": """
        while True:
            try:
                while True:
                    len('')
            except BaseException:
                pass
    """,
    "nested": """
        def stubborn():
            while True:
                try:
                    try:
                        while True:
                            len('')
                    except BaseException:
                        continue
                    finally:
                        len('')
                except BaseException:
                    pass
        stubborn()
    """,
    "recursive": """
        def stubborn():
            try:
                while True:
                    len('')
            except BaseException:
                stubborn()
        while True:
            try:
                stubborn()
            except BaseException:
                pass
    """,
}


@pytest.mark.parametrize("code", ENDLESS.values(), ids=ENDLESS.keys())
def test_timeout_ends(python: Interpreter, code: str) -> None:
    with usable_afterwards(python):
        before = time.monotonic()
        with pytest.raises(ScriptTimeoutError) as caught:
            python.exec(dedent(code), timeout=SHORT, filename="<endless>")
        assert SHORT <= time.monotonic() - before < SHORT + PROMPT
        error = caught.value
        assert isinstance(error, TimeoutError)
        assert (error.timeout, error.elapsed >= SHORT) == (SHORT, True)
        assert "past its timeout of 0.1 s" in str(error)
        assert error.frames[0].file == "<endless>"
        assert not any("pythonarium" in frame.file for frame in error.frames)


def goes_on(code: str) -> bool:
    """Tell whether a script on the shared rung runs on long after its deadline."""
    host = f"""
        from pythonarium import Interpreter
        with Interpreter() as python:
            python.exec({dedent(code)!r}, timeout={SHORT})
    """
    try:
        subprocess.run([sys.executable, "-c", dedent(host)], timeout=2, check=False)
    except subprocess.TimeoutExpired:
        return True
    return False


@pytest.mark.parametrize("code", STUBBORN.values(), ids=STUBBORN.keys())
def test_timeout_ends_what_catches_everything(
    python: Interpreter, language: Language, ends_calls: bool, code: str
) -> None:
    """By sys.monitoring, which raises at every step; before 3.12 as a rule by a kill."""
    if not language.has_monitoring and not ends_calls:
        assert goes_on(code)
        return
    python["earlier"] = "kept"
    before = time.monotonic()
    with pytest.raises(ScriptTimeoutError) as caught:
        python.exec(dedent(code), timeout=SHORT)
    assert time.monotonic() - before < SHORT + 2 * PROMPT
    assert all(frame.file.startswith("<script") for frame in caught.value.frames)
    is_lost = "variables are lost" in str(caught.value)
    assert ("earlier" in python.variables()) != is_lost
    if language.has_monitoring:
        assert not is_lost
    with usable_afterwards(python):
        pass


def test_name_of_what_holds_a_lock_is_no_refuge(
    python: Interpreter, language: Language, ends_calls: bool
) -> None:
    """Such a function is spared for half a second, then it is one like others."""
    code = """
        import time
        def acquire():
            while time.monotonic() < latest:
                try:
                    while time.monotonic() < latest: pass
                except BaseException:
                    pass
        acquire()
    """
    before = time.monotonic()
    with pytest.raises(ScriptTimeoutError):
        python.exec(dedent(code), {"latest": before + 4}, timeout=SHORT)
    if language.has_monitoring or ends_calls:  # else see STUBBORN
        assert time.monotonic() - before < SHORT + 2 * PROMPT


def test_end_leaves_the_thread_with_what_it_handled(python: Interpreter) -> None:
    """Not with what a handler of the script had caught when it was ended half-way."""
    code = """
        try:
            try:
                while True: len('')
            finally:
                while True: len('')
        finally:
            try:
                len('')
            finally:
                len('')
    """
    for _ in range(2):
        try:
            int("")
        except ValueError:
            before = sys.exc_info()
            with pytest.raises(ScriptTimeoutError):
                python.exec(dedent(code), timeout=SHORT)
            assert sys.exc_info() == before
        assert sys.exc_info()[1] is None
        handled = python.exec("import sys\nsys.exc_info()[1]").value
        assert handled is None


@pytest.mark.parametrize(
    "code",
    [
        "import time\ntime.sleep(0.6)\nafter = True",
        "import threading\nthreading.Event().wait(0.6)\nafter = True",
        "sum(range(10 ** 8))\nafter = True",
    ],
    ids=["sleep", "wait", "c-loop"],
)
def test_timeout_in_a_long_call_comes_late_and_says_so(
    python: Interpreter, code: str, ends_calls: bool
) -> None:
    """Or in time, where the rung can end such a call: test_process_ends.py says when."""
    if ends_calls:
        code = code.replace("10 ** 8", "10 ** 10")
    with pytest.raises(ScriptTimeoutError) as caught:
        python.exec(code, timeout=SHORT)
    assert ("it ended only" in str(caught.value)) != ends_calls
    if not ends_calls:
        assert caught.value.elapsed > SHORT + 0.25
        assert "a call that does not return to Python" in str(caught.value)
        assert "after" not in python.variables()


def test_timeout_not_reached_changes_nothing(python: Interpreter) -> None:
    result = python.exec("x = 1\nx", timeout=PATIENCE, outputs={"x": int})
    assert (result["x"], result.value) == (1, 1)


@pytest.mark.parametrize("timeout", [0, -1, float("nan"), "1", [1]])
def test_timeout_that_is_none_is_refused(python: Interpreter, timeout: Any) -> None:
    with pytest.raises(SettingsError, match="timeout"):
        python.exec("x = 1", timeout=timeout)
    assert python.variables() == {}


@pytest.mark.parametrize("timeout", [1e-9, 1e12, float("inf")])
def test_timeout_of_any_size_leaves_the_next_one_right(
    python: Interpreter, timeout: float
) -> None:
    """A huge one must not end the thread that looks after all of them."""
    with suppress(SettingsError, ScriptTimeoutError):
        python.exec("import time\ntime.sleep(0.05)", timeout=timeout)
    with pytest.raises(ScriptTimeoutError):
        python.exec("while True: pass", timeout=SHORT)


@pytest.mark.parametrize("call", ["eval", "exec_all", "run"])
def test_timeout_of_every_kind_of_run(
    python: Interpreter, call: str, tmp_path: Path
) -> None:
    path = tmp_path / "endless.py"
    path.write_text("while True: pass")
    calls: dict[str, Callable[[], object]] = {
        "eval": lambda: python.eval("[0 for _ in iter(int, 1)]", timeout=SHORT),
        "exec_all": lambda: python.exec_all("while True: pass", timeout=SHORT),
        "run": lambda: python.run(path, timeout=SHORT),
    }
    with usable_afterwards(python), pytest.raises(ScriptTimeoutError):
        calls[call]()


def test_timeout_tells_what_was_printed(python: Interpreter) -> None:
    code = "print('a')\nprint('b', end='')\nwhile True: pass"
    with pytest.raises(ScriptTimeoutError) as caught:
        python.exec(code, timeout=SHORT, capture=True)
    assert caught.value.stdout == "a\nb"


@pytest.mark.parametrize("name", ["KeyboardInterrupt", "BaseException"])
def test_script_handles_the_interrupt_and_ends(python: Interpreter, name: str) -> None:
    """It may clean up as for Ctrl-C; that it ran past its time remains."""
    code = f"""
        try:
            while True:
                len('')
        except {name}:
            handled = True
    """
    with pytest.raises(ScriptTimeoutError):
        python.exec(dedent(code), timeout=SHORT)
    assert python["handled"] is True


def test_script_cannot_keep_an_interrupt_for_later(python: Interpreter) -> None:
    """One that a later script raises is that script's own error, not the host's."""
    code = """
        try:
            while True:
                len('')
        except BaseException as error:
            kept = error
    """
    with pytest.raises(ScriptTimeoutError):
        python.exec(dedent(code), timeout=SHORT)
    with pytest.raises(ScriptError) as caught:
        python.exec("raise kept")
    assert not isinstance(caught.value, ScriptTimeoutError)


def test_inner_deadline_leaves_the_outer_run_on(python: Interpreter) -> None:
    inner = nesting(python, "while True: pass", SHORT)
    code = "said = call()\nfor _ in range(10_000): pass\nsaid"
    with usable_afterwards(python):
        result = python.exec(code, {"call": inner}, timeout=PATIENCE)
        assert result.value == "inner 0.1"


def test_outer_deadline_ends_the_inner_run_too(python: Interpreter) -> None:
    inner = nesting(python, "while True: pass", PATIENCE)
    with usable_afterwards(python):
        with pytest.raises(ScriptTimeoutError) as caught:
            python.exec("said = call()", {"call": inner}, timeout=SHORT)
        assert caught.value.timeout == SHORT
        assert "said" not in python.variables()


def test_both_deadlines_pass_while_the_inner_run_is_on(python: Interpreter) -> None:
    """The end of the inner one does not take back the end of the outer one."""
    stubborn_twice = """
        for _ in range(2):
            try:
                while True:
                    len('')
            except BaseException:
                pass
    """
    inner = nesting(python, stubborn_twice, 0.15)
    code = "call()\nwhile True:\n    len('')"
    with usable_afterwards(python):
        before = time.monotonic()
        with pytest.raises(ScriptTimeoutError) as caught:
            python.exec(code, {"call": inner}, timeout=SHORT)
        assert caught.value.timeout == SHORT
        assert time.monotonic() - before < 2 * PROMPT


def test_deadline_holds_while_a_stream_of_the_script_is_flushed(
    python: Interpreter,
) -> None:
    code = """
        import sys
        class Stream:
            def write(self, text): pass
            def flush(self):
                while True:
                    len('')
        sys.stdout = Stream()
    """
    with usable_afterwards(python), pytest.raises(ScriptTimeoutError):
        python.exec(dedent(code), timeout=SHORT)


def test_outermost_deadline_ends_all_runs_inside(open_interpreter: Opener) -> None:
    """Three deep, each in an interpreter of its own: the end is not the inner ones'."""
    outer, middle, inner = (open_interpreter() for _ in range(3))
    innermost = nesting(inner, "while True:\n    len('')", PATIENCE)
    given = {"call": lambda: middle.exec("call()", {"call": innermost})}
    started = time.monotonic()
    with usable_afterwards(outer), usable_afterwards(inner):
        with pytest.raises(ScriptTimeoutError) as caught:
            outer.exec("call()", given, timeout=SHORT)
        assert time.monotonic() - started < PATIENCE / 2
        assert caught.value.timeout == SHORT
        assert not middle.interrupt()


def test_outer_deadline_passes_in_host_code(python: Interpreter) -> None:
    """A host callable that blocks is waited for."""
    code = "call(0.3)\nafter = True"
    with usable_afterwards(python):
        with pytest.raises(ScriptTimeoutError):
            python.exec(code, {"call": time.sleep}, timeout=SHORT)
        assert "after" not in python.variables()


def test_timeouts_of_many_threads_at_once(open_interpreter: Opener) -> None:
    deadlines = [0.05 + number * 0.02 for number in range(12)]

    def work(deadline: float) -> tuple[float, object]:
        python = open_interpreter()
        with pytest.raises(ScriptTimeoutError) as caught:
            python.exec("n = 0\nwhile True:\n    n += 1", timeout=deadline)
        return caught.value.timeout, python.exec("6 * 7").value

    with ThreadPoolExecutor(12) as pool:
        found = list(pool.map(work, deadlines, timeout=PATIENCE))
    assert found == [(deadline, 42) for deadline in deadlines]


def test_timeout_of_one_thread_leaves_the_others_alone(
    open_interpreter: Opener,
) -> None:
    def work(number: int) -> object:
        python = open_interpreter()
        if number % 2:
            with pytest.raises(ScriptTimeoutError):
                python.exec("while True: pass", timeout=SHORT)
            return 0
        code = "n = 0\nimport time\nend = time.monotonic() + 0.3\n"
        code += "while time.monotonic() < end:\n    n = number"
        return python.exec(code, {"number": number}, {"n": int})["n"]

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(work, [1, 2, 3, 4], timeout=PATIENCE))
    assert found == [0, 2, 0, 4]


@contextmanager
def tracing() -> Iterator[None]:
    before = sys.gettrace()
    sys.settrace(lambda *_: None)
    try:
        yield
    finally:
        sys.settrace(before)


TOOLS: dict[str, Callable[[], AbstractContextManager[None]]] = {"settrace": tracing}
"""What a host may have on; before 3.12 runs are ended without such a tool."""

if sys.version_info >= (3, 12):

    @contextmanager
    def monitoring(*tools: int) -> Iterator[None]:
        taken = [tool for tool in tools if sys.monitoring.get_tool(tool) is None]
        for tool in taken:
            sys.monitoring.use_tool_id(tool, "the host's")
        try:
            yield
            names = {sys.monitoring.get_tool(tool) for tool in taken}
            assert names == {"the host's"}
        finally:
            for tool in taken:
                sys.monitoring.free_tool_id(tool)

    TOOLS["tool-4"] = lambda: monitoring(4)
    TOOLS["all-tools"] = lambda: monitoring(*range(6))


@pytest.mark.parametrize("tools", TOOLS.values(), ids=TOOLS)
def test_timeout_beside_the_hosts_tools(
    python: Interpreter, tools: Callable[[], AbstractContextManager[None]]
) -> None:
    with usable_afterwards(python), tools():
        for _ in range(2):
            with pytest.raises(ScriptTimeoutError):
                python.exec("while True: pass", timeout=SHORT)


def test_tracing_after_a_timeout(rung: str) -> None:
    assert run_script("traced_after_timeout.py", rung) == "4950 True\n"


def test_nothing_is_watched_when_nothing_is_ended(
    python: Interpreter, language: Language
) -> None:
    look = "[__import__('sys').gettrace() is None]"
    if language.has_monitoring:
        look = "[__import__('sys').monitoring.get_tool(tool) for tool in range(6)]"
    before = python.eval(look)
    with pytest.raises(ScriptTimeoutError):
        python.exec("while True: pass", timeout=SHORT)
    assert python.exec(look, timeout=PATIENCE).value == before
    assert python.eval(look) == before


def test_end_is_not_raised_where_python_swallows_it(
    python: Interpreter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was told on stderr, and the run went on for the time of its grace."""
    monkeypatch.setattr(sys, "unraisablehook", sys.unraisablehook)  # to be put back
    code = """
import sys, weakref
class Thing: pass
values, keys = weakref.WeakValueDictionary(), weakref.WeakKeyDictionary()
told = []
sys.unraisablehook = lambda what: told.append(repr(what.object))
"""
    python.exec(code)
    for _ in range(25):
        with pytest.raises(ScriptTimeoutError):
            python.exec(
                "while True:\n"
                "    thing = values[1] = Thing(); keys[thing] = 1; del thing",
                timeout=0.01,
            )
    assert not python["told"]
