"""What the script engine of a JVM drives, here without a JVM.

`jvm` takes its interpreter over, so the tests run in a child.
"""

import subprocess
import sys
from textwrap import dedent

import pytest

pytestmark = pytest.mark.row("B22")

PRELUDE = """
import sys
from pythonarium_kernel import jvm_engine as engine

space = engine.namespace()

def script(source, filename=None):
    value, _, _, error, _ = engine.compile_script(source, filename)
    assert error is None
    return value

def run(source, reader=None, filename=None):
    return engine.run(space, script(source, filename), reader)
"""


def check(code: str) -> None:
    """Run code after the prelude; its asserts decide."""
    source = dedent(PRELUDE) + dedent(code)
    done = subprocess.run(  # our own interpreter
        [sys.executable, "-c", source], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_a_run_gives_its_value_and_its_output() -> None:
    check(
        """
        outcome = run("import sys\\nprint('out')\\nprint('err', file=sys.stderr)\\n6 * 7")
        assert outcome == (42, "out\\n", "err\\n", None, None)
        assert run("print('\\\\ud800')")[1] == "\\\\ud800\\n"
        """
    )


def test_variables_are_set_read_and_deleted() -> None:
    check(
        """
        engine.put(space, "x", 1)
        assert engine.has(space, "x") and engine.get(space, "x") == 1
        assert engine.get(space, "y") is None and not engine.has(space, "y")
        assert engine.names(space) == ["x"]
        engine.remove(space, "x")
        engine.remove(space, "x")
        assert engine.names(space) == []
        """
    )


def test_what_is_shared_stands_behind_the_variables() -> None:
    check(
        """
        engine.share(space, {})
        engine.share(space, {"shared": 1, "print": 2})
        assert run("shared, print")[0] == (1, 2)
        assert run("shared = 5\\nshared")[0] == 5
        engine.share(space, {})
        assert run("print.__name__")[0] == "print"
        run("del shared")
        assert type(run("shared")[3]).__name__ == "ScriptFailed"
        run("__builtins__ = __import__('builtins')")
        engine.share(space, {"shared": 1})
        assert type(run("shared")[3]).__name__ == "ScriptFailed"
        """
    )


def test_a_reader_is_stdin_for_the_run() -> None:
    check(
        """
        before = sys.stdin
        reader = engine.stdin("one\\ntwo\\n")
        assert run("input()", reader)[0] == "one"
        assert run("input()", reader)[0] == "two"
        assert sys.stdin is before
        """
    )


def test_a_failure_has_a_place() -> None:
    check(
        """
        assert run("x = 1\\nif x:\\n    1 / 0", None, "a.py")[4] == ("a.py", 3, 5)
        assert engine.compile_script("x = = 1", "b.py")[4] == ("b.py", 1, 5)
        file, line, column = run("import json\\njson.loads('{')", None, "c.py")[4]
        assert (file, line) == ("c.py", 2)
        assert run("exec('1 / 0')", None, "d.py")[4][:2] == ("d.py", 1)
        assert run("import sys\\nsys.exit(3)")[4][1] == 2
        run("def f(a): return 1 / a", None, "e.py")
        assert engine.call(space, engine.get(space, "f"), None, 0)[4][:2] == ("e.py", 1)
        assert engine.call(space, int, None, "x")[4] == engine.NOWHERE
        """
    )


def test_functions_and_methods_are_found_and_called() -> None:
    check(
        """
        run("def f(a, b=2): return a * b\\nn = 5")
        function = engine.function_of(space, "f")
        assert engine.call(space, function, None, 3)[0] == 6
        assert engine.function_of(space, "n") is None
        assert engine.function_of(space, "missing") is None
        assert engine.function_of("text", "upper")() == "TEXT"
        """
    )
