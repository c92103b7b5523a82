"""stdout and stderr of a run: where they go, and what is kept."""

import threading
from concurrent.futures import ThreadPoolExecutor
from textwrap import dedent

import pytest

from outputs import PATIENCE, Captured, Opener, output_of
from pythonarium import Interpreter, ScriptError

pytestmark = pytest.mark.row("B6")


@pytest.mark.row("S2")
def test_output_goes_to_the_host(python: Interpreter, capsys: Captured) -> None:
    python.exec("import sys\nprint('out')\nprint('err', file=sys.stderr)")
    assert capsys.readouterr() == ("out\n", "err\n")


def test_capture_is_exact(python: Interpreter, capsys: Captured) -> None:
    out, err = output_of(
        python,
        r"""
        import sys
        print("a", 1, None, sep="-", end="|")
        print("\u00e4\U0001f600\n\n\tb\r\nc")
        sys.stdout.write("")
        sys.stdout.writelines(["d\n", "e"])
        print("err", file=sys.stderr, flush=True)
        sys.stdout.flush()
        """,
    )
    assert out == "a-1-None|\u00e4\U0001f600\n\n\tb\r\nc\nd\ne"
    assert err == "err\n"
    assert capsys.readouterr() == ("", "")


def test_capture_belongs_to_its_run(python: Interpreter, capsys: Captured) -> None:
    first = python.exec("print(1)", capture=True)
    python.exec("print(2)")
    second = python.exec("print(3)", capture=True)
    assert (first.stdout, second.stdout) == ("1\n", "3\n")
    assert capsys.readouterr().out == "2\n"


def test_capture_of_a_failure(python: Interpreter) -> None:
    code = "import sys\nprint('before')\nsys.stderr.write('half')\n1 / 0"
    with pytest.raises(ScriptError) as caught:
        python.exec(code, capture=True)
    assert (caught.value.stdout, caught.value.stderr) == ("before\n", "half")


def test_write_says_what_it_took(python: Interpreter) -> None:
    code = "import sys\nsys.stdout.write('four')"
    assert python.exec(code, capture=True).value == 4
    with pytest.raises(ScriptError, match=r"TypeError.*must be str, not int"):
        python.exec("sys.stdout.write(4)", capture=True)


def test_callable_gets_lines(open_interpreter: Opener, capsys: Captured) -> None:
    out: list[str] = []
    err: list[str] = []
    python = open_interpreter(stdout=out.append, stderr=err.append)
    python.exec("import sys\nprint('a\\nb')\nprint('', file=sys.stderr)\nprint()")
    assert (out, err) == (["a", "b", ""], [""])
    assert capsys.readouterr() == ("", "")


def test_callable_gets_a_line_as_soon_as_it_ends(open_interpreter: Opener) -> None:
    lines: list[str] = []
    python = open_interpreter(stdout=lines.append)
    code = """
        print("a", end="")
        counts = [count()]
        print("b")
        counts.append(count())
        print("c", end="")
        counts.append(count())
    """
    python.exec(dedent(code), {"count": lambda: len(lines)})
    assert python["counts"] == [0, 1, 1]
    assert lines == ["ab", "c"]


def test_callable_and_capture_get_the_same(open_interpreter: Opener) -> None:
    lines: list[str] = []
    python = open_interpreter(stdout=lines.append)
    result = python.exec("print('a')\nprint('b', end='')", capture=True)
    assert (lines, result.stdout) == (["a", "b"], "a\nb")


def test_callable_gets_the_last_line_of_a_failure(open_interpreter: Opener) -> None:
    lines: list[str] = []
    python = open_interpreter(stdout=lines.append)
    with pytest.raises(ScriptError):
        python.exec("print('half', end='')\n1 / 0")
    assert lines == ["half"]


def test_callable_may_print(open_interpreter: Opener, capsys: Captured) -> None:
    """What the host prints is the host's: no recursion."""
    python = open_interpreter(stdout=print)
    python.exec("print('a')\nprint('b', end='')")
    assert capsys.readouterr().out == "a\nb\n"


def test_callable_that_raises_ends_the_script(open_interpreter: Opener) -> None:
    def refuse(line: str) -> None:
        raise OSError("disk full: " + line)

    python = open_interpreter(stdout=refuse)
    with pytest.raises(ScriptError, match="OSError: disk full: a"):
        python.exec("x = 1\nprint('a')\nx = 2")
    with pytest.raises(ScriptError, match="OSError: disk full: b"):
        python.exec("print('b', end='')")
    assert python.exec("x").value == 1


def test_callable_may_run_a_script(open_interpreter: Opener) -> None:
    lines: list[str] = []

    def tell(line: str) -> None:
        lines.append(line)
        if len(lines) < 3:
            python.exec(f"print('after {line}')")

    python = open_interpreter(stdout=tell)
    python.exec("print('a')")
    assert lines == ["a", "after a", "after after a"]


def test_limit_says_what_it_cut(open_interpreter: Opener) -> None:
    python = open_interpreter(output_limit=10)
    result = python.exec("for i in range(6): print(f'line{i}')", capture=True)
    kept, _, said = result.stdout.partition("[")
    assert kept == "line0\nline\n"
    assert said == "pythonarium: 26 more characters were cut off]\n"
    assert python.exec("print('short')", capture=True).stdout == "short\n"


def test_limit_bounds_what_is_kept(open_interpreter: Opener) -> None:
    """Also without a line end in it."""
    python = open_interpreter(output_limit=100)
    code = "for _ in range(3000): print('x' * 50, end='')"
    result = python.exec(code, capture=True)
    assert result.stdout.startswith("x" * 100 + "\n")
    assert "149900 more characters" in result.stdout
    assert len(result.stdout) < 200


def test_limit_may_be_taken_off(open_interpreter: Opener) -> None:
    python = open_interpreter(output_limit=None)
    result = python.exec("print('x' * 20_000_000)", capture=True)
    assert len(result.stdout) == 20_000_001


def test_four_interpreters_print_at_once(open_interpreter: Opener) -> None:
    meet = threading.Barrier(4, timeout=PATIENCE)
    code = """
        import sys
        meet()
        for i in range(300):
            print(name, i, sep=":", end=";")
            print(name, i, file=sys.stderr)
    """

    def work(name: str) -> tuple[str, str]:
        python = open_interpreter()
        given = {"meet": meet.wait, "name": name}
        result = python.exec(dedent(code), given, capture=True)
        return result.stdout, result.stderr

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(work, "abcd", timeout=PATIENCE))
    for name, (out, err) in zip("abcd", found, strict=True):
        assert out == "".join(f"{name}:{i};" for i in range(300))
        assert err == "".join(f"{name} {i}\n" for i in range(300))


@pytest.mark.parametrize("tells", [False, True], ids=["captured", "told"])
def test_four_threads_of_a_script_print_whole_lines(
    open_interpreter: Opener, tells: bool
) -> None:
    lines: list[str] = []
    python = open_interpreter(stdout=lines.append if tells else None)
    code = """
        import threading
        def work(name):
            meet.wait()
            for i in range(300):
                print(name, i, "end", sep=" ")
        meet = threading.Barrier(4)
        threads = [threading.Thread(target=work, args=(name,)) for name in "abcd"]
        for thread in threads: thread.start()
        for thread in threads: thread.join()
    """
    result = python.exec(dedent(code), capture=True)
    found = lines if tells else result.stdout.splitlines()
    for name in "abcd":
        mine = [line for line in found if line.startswith(name)]
        assert mine == [f"{name} {i} end" for i in range(300)]
    assert len(found) == 1200
