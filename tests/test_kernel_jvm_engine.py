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
    value, error, _ = engine.compile_script(source, filename)
    assert error is None
    return value

out, err, none = [], [], (None, None, None)

def run(source, reader=None, filename=None):
    streams = reader, out.append, err.append
    return engine.run(space, script(source, filename), streams)
"""


def check(code: str) -> None:
    """Run code after the prelude; its asserts decide."""
    source = dedent(PRELUDE) + dedent(code)
    done = subprocess.run(  # our own interpreter
        [sys.executable, "-c", source], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_a_run_gives_its_value_and_prints_to_the_writers() -> None:
    check(
        """
        outcome = run("import sys\\nprint('out')\\nprint('err', file=sys.stderr)\\n6 * 7")
        assert outcome == (42, None, None)
        assert (out, err) == (["out\\n"], ["err\\n"])
        run("print('\\\\ud800')")
        assert out[-1] == "\\\\ud800\\n"
        engine.run(space, script("print('to nobody')"), none)
        """
    )


def test_what_is_printed_comes_by_lines_and_when_it_is_flushed() -> None:
    check(
        """
        space.seen = lambda: list(out)
        lines = (
            "print('a', end='')",
            "first = seen()",
            "print('b')",
            "second = seen()",
            "print('c', end='', flush=True)",
            "third = seen()",
            "print('d', end='')",
            "first, second, third",
        )
        assert run("\\n".join(lines))[0] == ([], ["ab\\n"], ["ab\\n", "c"])
        assert out == ["ab\\n", "c", "d"]
        """
    )


def test_what_a_writer_raises_fails_the_run_that_printed() -> None:
    check(
        """
        def fail(text):
            print("once")  # goes to where the run was started
            raise OSError("full")

        for source in ("print(1)", "print(1, end='')"):
            _, failure, _ = engine.run(space, script(source), (None, fail, None))
            assert failure.report["message"] == "full", failure
        """
    )


def test_a_forked_child_prints_to_the_descriptor() -> None:
    check(
        """
        import os
        from pythonarium_kernel import jvm_guard

        jvm_guard.protect()
        reading, writing = os.pipe()
        child = os.fork()
        if not child:
            os.dup2(writing, 1)
            run("import sys\\nprint('child')\\nsys.exit(3)")  # and ends with it
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 3
        assert os.read(reading, 100) == b"child\\n"
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
        assert type(run("shared")[1]).__name__ == "ScriptFailed"
        run("__builtins__ = __import__('builtins')")
        engine.share(space, {"shared": 1})
        assert type(run("shared")[1]).__name__ == "ScriptFailed"
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
        assert run("x = 1\\nif x:\\n    1 / 0", None, "a.py")[2] == ("a.py", 3, 5)
        assert engine.compile_script("x = = 1", "b.py")[2] == ("b.py", 1, 5)
        file, line, column = run("import json\\njson.loads('{')", None, "c.py")[2]
        assert (file, line) == ("c.py", 2)
        assert run("exec('1 / 0')", None, "d.py")[2][:2] == ("d.py", 1)
        assert run("import sys\\nsys.exit(3)")[2][1] == 2
        run("def f(a): return 1 / a", None, "e.py")
        assert engine.call(space, engine.get(space, "f"), none, 0)[2][:2] == ("e.py", 1)
        assert engine.call(space, int, none, "x")[2] == engine.NOWHERE
        """
    )


def test_functions_and_methods_are_found_and_called() -> None:
    check(
        """
        run("def f(a, b=2): return a * b\\nn = 5")
        function = engine.function_of(space, "f")
        assert engine.call(space, function, none, 3)[0] == 6
        assert engine.function_of(space, "n") is None
        assert engine.function_of(space, "missing") is None
        assert engine.function_of("text", "upper")() == "TEXT"
        """
    )
