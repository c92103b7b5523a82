"""`pythonarium run FILE` is as `python FILE`."""

import multiprocessing
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from commands import Command


@pytest.fixture
def script(tmp_path: Path) -> Callable[[str], Path]:
    def write(source: str) -> Path:
        path = tmp_path / "script.py"
        path.write_text(source, encoding="utf-8")
        return path

    return write


# As python runs it


def test_run_runs_a_file_as_python_does(
    run: Command, script: Callable[[str], Path]
) -> None:
    path = script(
        "import sys, __main__\n"
        "print(__name__, __file__, __main__.__file__, sys.argv, sys.path[0])\n"
        "print([p for p in sys.path if p.endswith('bin')])\n"
    )
    done = run(path, "a", "-", "b", "--", "--json", "-x")
    plain = subprocess.run(
        [sys.executable, path, "a", "-", "b", "--json", "-x"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert (done.stdout, done.stderr) == (plain.stdout, plain.stderr)


@pytest.mark.parametrize(
    "first", [("-c", "import sys; print(sys.argv, sys.path[0])"), ("-",)]
)
def test_run_runs_code_and_stdin_as_python_does(
    run: Command, first: tuple[str, ...]
) -> None:
    source = "import sys; print(sys.argv, sys.path[0])"
    done = run(*first, "a", "--", "-b", stdin=source)
    plain = subprocess.run(
        [sys.executable, *first, "a", "-b"],
        input=source,
        capture_output=True,
        text=True,
        check=True,
    )
    assert (done.stdout, done.stderr) == (plain.stdout, plain.stderr)


def test_run_leaves_stdin_to_the_script(run: Command) -> None:
    done = run("-c", "print(input() + input())", stdin="a\nb\n")
    assert done.stdout == "ab\n"


def test_run_honours_the_encoding_cookie_of_stdin(run: Command) -> None:
    done = run("-", stdin="# coding: latin-1\nprint(ascii('Ã¼'))")
    assert done.stdout == "'\\xc3\\x83\\xc2\\xbc'\n"
    done = run("-", stdin="# coding: nonsense\n")
    assert "SyntaxError" in done.stderr
    assert done.returncode == 1


END = """
import atexit, pickle, sys, threading
class A: pass
go = threading.Event()
def work():
    go.wait()
    print("thread", pickle.loads(pickle.dumps(A)) is A)
threading.Thread(target=work).start()
atexit.register(lambda: print("exit", pickle.loads(pickle.dumps(A)) is A))
threading.Timer(0.05, go.set).start()
print("end")
"""


def test_run_waits_for_threads_and_runs_exit_handlers(run: Command) -> None:
    done = run("-c", END)
    assert (done.stdout, done.stderr) == ("end\nthread True\nexit True\n", "")


CHILDREN = """
import multiprocessing
class Item:
    def __init__(self, number): self.number = number
def double(item): return Item(item.number * 2)
def tell(item): print("child", item.number, flush=True)
if __name__ == "__main__":
    for method in multiprocessing.get_all_start_methods():
        context = multiprocessing.get_context(method)
        with context.Pool(1) as pool:
            print(method, pool.map(double, [Item(2)])[0].number, flush=True)
    multiprocessing.get_context("spawn").Process(target=tell, args=(Item(5),)).start()
"""


def test_run_joins_the_children_of_a_script(
    run: Command, script: Callable[[str], Path]
) -> None:
    done = run(script(CHILDREN))
    lines = [f"{method} 4" for method in multiprocessing.get_all_start_methods()]
    assert done.stdout.splitlines() == [*lines, "child 5"]
    assert (done.stderr, done.returncode) == ("", 0)


@pytest.mark.row("S46", "S51", "B2")
def test_run_shows_only_the_frames_of_the_user(
    run: Command, script: Callable[[str], Path]
) -> None:
    path = script("def f():\n    return 1 / 0\nf()\n")
    done = run(path)
    assert done.stderr.startswith("Traceback (most recent call last):\n")
    assert done.stderr.endswith("ZeroDivisionError: division by zero\n")
    assert done.stderr.count("  File ") == 2
    assert f'  File "{path}", line 2, in f\n    return 1 / 0\n' in done.stderr
    assert (done.stdout, done.returncode) == ("", 1)


@pytest.mark.row("B3")
def test_run_shows_where_the_syntax_is_wrong(
    run: Command, script: Callable[[str], Path]
) -> None:
    path = script("x = 1\ny = = 2\n")
    done = run(path)
    assert f'  File "{path}", line 2\n    y = = 2\n        ^\n' in done.stderr
    assert done.returncode == 1


@pytest.mark.row("B4")
@pytest.mark.parametrize(
    ("call", "code", "text"),
    [
        ("sys.exit()", 0, ""),
        ("sys.exit(0)", 0, ""),
        ("sys.exit(7)", 7, ""),
        ("sys.exit(True)", 1, ""),
        ("sys.exit(-1)", 255, ""),
        ("sys.exit('bye')", 1, "bye\n"),
        ("raise SystemExit([1])", 1, "[1]\n"),
    ],
)
def test_run_ends_with_the_code_of_the_script(
    run: Command, call: str, code: int, text: str
) -> None:
    done = run("-c", f"import sys\nx = 4\n{call}", "--out", "x")
    assert (done.returncode, done.stderr) == (code, text)
    assert done.stdout == ("" if code else "x = 4\n")


FOUND = """
import sys
from from_there import WHERE
is_there = sys.path.index(FOLDER) == PLACE % len(sys.path)
print(WHERE, sys.path[0] == FIRST, is_there, sys.path.count(HERE))
"""


@pytest.mark.row("S53", "S54")
@pytest.mark.parametrize("rung", ["shared", "process"])
@pytest.mark.parametrize(
    ("append", "place"), [("before", 1), ("after", -1), ("none", 1)]
)
@pytest.mark.parametrize("as_file", [True, False], ids=["file", "code"])
def test_run_imports_from_the_folders_of_the_settings(
    run: Command, tmp_path: Path, rung: str, append: str, place: int, as_file: bool
) -> None:
    folder = tmp_path / "there"
    folder.mkdir()
    (folder / "from_there.py").write_text("WHERE = 'there'\n")
    here = str(tmp_path)  # where the command's own folder is, by `python -m`
    names = f"FOLDER, HERE, FIRST, PLACE = {str(folder)!r}, {here!r}"
    source = f"{names}, {here if as_file else ''!r}, {place}\n{FOUND}"
    (tmp_path / "script.py").write_text(source)
    settings = {"PYTHONARIUM_PATH": str(folder), "PYTHONARIUM_PATH_APPEND": append}
    what = ["script.py"] if as_file else ["-c", source]
    done = run(*what, "--rung", rung, env={**os.environ, **settings})
    assert (done.stdout, done.stderr) == (f"there True True {as_file:d}\n", "")
