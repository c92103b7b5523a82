"""Source texts of scripts in linecache: there as long as some code is, and no longer."""

import gc
import inspect
import linecache
from types import FunctionType

import pytest

from pythonarium_kernel import scripts, texts
from pythonarium_kernel.scripts import Script, compiled

pytestmark = pytest.mark.row("B2")


@pytest.fixture(autouse=True)
def empty_cache() -> None:
    scripts.forget_all()


def function_of(script: Script) -> FunctionType:
    """Return the function `f` that a script defines."""
    names: dict[str, FunctionType] = {}
    assert script.head is not None
    exec(script.head, names)
    return names["f"]


def test_lines_live_as_long_as_a_function() -> None:
    function = function_of(compiled("def f():\n    return 1\n", "lines.py"))
    scripts.forget_all()
    assert linecache.getline("lines.py", 2) == "    return 1\n"
    del function
    gc.collect()
    assert "lines.py" not in linecache.cache


def test_lines_live_as_long_as_the_script_is_in_use() -> None:
    script = compiled("def f():\n    return 1\n", "used.py")
    scripts.forget_all()
    assert linecache.getline("used.py", 2) == "    return 1\n"
    function = function_of(script)
    del script
    assert linecache.getline("used.py", 2) == "    return 1\n"
    del function
    gc.collect()
    assert "used.py" not in linecache.cache


def test_lines_live_as_long_as_a_frame() -> None:
    script = compiled("def f():\n    yield\n", "frame.py")
    steps = function_of(script)()
    next(steps)
    del script
    scripts.forget_all()
    assert linecache.getline("frame.py", 2) == "    yield\n"
    steps.close()
    del steps
    gc.collect()
    assert "frame.py" not in linecache.cache


def test_lines_of_a_script_that_nobody_uses_go_with_it() -> None:
    compiled("def f():\n    return 1\n[f() for _ in range(3)]", "unused.py")
    assert linecache.getline("unused.py", 1) == "def f():\n"
    gc.disable()
    try:
        scripts.forget_all()
    finally:
        gc.enable()
    assert "unused.py" not in linecache.cache


def test_lines_of_a_newer_script_of_the_same_name_stay() -> None:
    compiled("first", "same.py")
    leaving = dict(scripts._young)
    scripts._young.clear()
    newer = compiled("second", "same.py")
    scripts._retire(leaving)
    assert linecache.getline("same.py", 1) == "second\n"
    assert newer.text == "second"


def test_lines_come_back_after_a_clearing() -> None:
    script = compiled("some_text", "cleared.py")
    linecache.clearcache()
    assert linecache.getline("cleared.py", 1) == ""
    texts.show(script)
    assert linecache.getline("cleared.py", 1) == script.text + "\n"
    linecache.checkcache()
    assert linecache.getline("cleared.py", 1) == script.text + "\n"


def test_lines_serve_whoever_reads_linecache() -> None:
    function = function_of(compiled("x = 1\ndef f():\n    return x\n", "read.py"))
    assert inspect.getsource(function) == "def f():\n    return x\n"
    lines = linecache.getlines("read.py")
    assert list(lines) == ["x = 1\n", "def f():\n", "    return x\n", "\n"]
    assert "".join(lines[:2]) == "x = 1\ndef f():\n"
    assert texts.live_line("read.py", 3) == "    return x\n"
    assert texts.live_line("read.py", 0) is texts.live_line("read.py", 5) is None
