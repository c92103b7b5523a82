"""`pythonarium run`, in processes of its own, as a shell runs it."""

import json
import multiprocessing
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd  # type: ignore[import-untyped]
import pytest

COMMAND = (sys.executable, "-m", "pythonarium", "run")
Command = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def run(tmp_path: Path) -> Command:
    """Run the command with these words, in a folder of its own."""

    def call(
        *words: object, stdin: str = "", **options: Any
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*COMMAND, *map(str, words)],
            cwd=tmp_path,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=15,
            check=False,
            **options,
        )

    return call


@pytest.fixture
def script(tmp_path: Path) -> Callable[[str], Path]:
    def write(source: str) -> Path:
        path = tmp_path / "script.py"
        path.write_text(source, encoding="utf-8")
        return path

    return write


def answer(done: subprocess.CompletedProcess[str]) -> Mapping[str, Any]:
    lines = done.stdout.splitlines()
    assert len(lines) == 1
    found: Mapping[str, Any] = json.loads(lines[0], parse_int=integer)
    return found


def integer(digits: str) -> int:
    return int(digits) if len(digits) < 100 else 10 ** digits.count("0")


# Inputs and outputs


@pytest.mark.row("S4", "S6", "S7")
def test_run_prints_outputs_after_what_the_script_printed(run: Command) -> None:
    done = run(
        *("-c", "z = x + y; print('hi')", "--in", "x=Hello ", "--in", "y=World"),
        *("--out", "z:str"),
    )
    assert (done.stdout, done.stderr, done.returncode) == (
        "hi\nz = 'Hello World'\n",
        "",
        0,
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x=5", "5"),
        ("x=1.50", "1.5"),
        ("x=true", "True"),
        ("x=null", "None"),
        ('x=["a", {"b": 1}]', "['a', {'b': 1}]"),
        ("x=", "''"),
        ("x=a=b", "'a=b'"),
        ("x=NaN", "'NaN'"),
        ("x=[1,", "'[1,'"),
        ("x=-6", "-6"),
        ("x:str=5", "'5'"),
        ("x:str=@nobody", "'@nobody'"),
        ("x:int=-5", "-5"),
        ("x:float=5", "5.0"),
        ("x:bool=false", "False"),
        ("x:complex=1+2j", "(1+2j)"),
        ("x:Decimal=1.10", "Decimal('1.10')"),
        ("x:date=2024-02-29", "datetime.date(2024, 2, 29)"),
        (
            "x:datetime=2024-02-29T12:00:00+00:00",
            "datetime.datetime(2024, 2, 29, 12, 0, tzinfo=datetime.timezone.utc)",
        ),
        ("x:Path=a/b", "PosixPath('a/b')"),
        (
            "x:UUID=12345678123456781234567812345678",
            "UUID('12345678-1234-5678-1234-567812345678')",
        ),
        ("x:int|None=none", "None"),
        ("x:str|int=7", "7"),
        ("x:str|int=seven", "'seven'"),
        ('x:Literal["a","b"]=b', "'b'"),
        ("x:list[Decimal]=[1.10, 2]", "[Decimal('1.10'), Decimal('2')]"),
        ("x:list[float]=[1, 2.5]", "[1.0, 2.5]"),
        ('x:dict[int, date]={"1": "2024-02-29"}', "{1: datetime.date(2024, 2, 29)}"),
        ('x:tuple[int, str]=[1, "a"]', "(1, 'a')"),
        ("x:set[int]=[1, 1]", "{1}"),
        ("x:list[int|None]=[1, null]", "[1, None]"),
    ],
)
def test_run_reads_an_input(run: Command, text: str, expected: str) -> None:
    done = run("-c", "print(repr(x))", "--in", text)
    assert (done.stdout, done.stderr) == (f"{expected}\n", "")


BAD = {".json": b"{", ".txt": b"\xff", ".npy": b"", ".parquet": b"x", ".csv": b"\xff"}


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("x", "--in x: expected NAME=VALUE"),
        ("x:int=five", "--in x:int: expected int, got 'five'"),
        ("x:int=1.0", "--in x:int: expected int, got '1.0'"),
        ("x:bool=1", "--in x:bool: expected bool, got '1'"),
        ("x:Decimal=ten", "--in x:Decimal: expected Decimal, got 'ten'"),
        ("x:list[int]=[1", "--in x:list[int]: expected JSON"),
        ("x:list[int]=[true]", "variable 'x' at x[0]: expected int"),
        ("x:list[int]=[1.5]", "expected int, got '1.5'"),
        ("x:tuple[int,int]=[1]", "expected 2 items, got 1"),
        ("x:None=5", "--in x:None: expected None, got '5'"),
        ("x:Literal['a','b']=c", "expected one of a, b, got 'c'"),
        ("x:int|bool=five", "expected int | bool, got 'five'"),
        ("x:set[list[int]]=[[1]]", "--in x:set[list[int]]: "),
        ("x:nt=5", "no type is named 'nt'; did you mean 'int'?"),
        ("x:np.ndarray=[1]", "read it from a file"),
        ("class=5", "the keyword 'class'"),
        ("1x=5", "expected a Python identifier"),
        ("x=@nobody.json", "there is no file 'nobody.json'"),
        ("x=@data.xyz", "none of the known endings .json, .csv, .parquet, .npy, .txt"),
        *((f"x=@bad{end}", f"'bad{end}' cannot be read: ") for end in BAD),
        (f"x:list={'[' * 900}{']' * 900}", "--in x:list: "),
        (b"x=\xff".decode("utf-8", "surrogateescape"), "lone surrogate"),
    ],
)
def test_run_refuses_an_input(
    run: Command, tmp_path: Path, text: str, complaint: str
) -> None:
    for end, content in BAD.items():
        (tmp_path / f"bad{end}").write_bytes(content)
    done = run("-c", "print('ran')", "--in", text)
    assert complaint in done.stderr
    assert (done.stdout, done.returncode) == ("", 2)
    assert "Traceback" not in done.stderr


def test_run_refuses_an_input_given_twice(run: Command) -> None:
    done = run("-c", "pass", "--in", "x=1", "--in", "x=2")
    assert (done.stderr, done.returncode) == ("pythonarium: --in x: given twice\n", 2)


@pytest.mark.row("B8")
def test_run_reads_files_by_their_ending(run: Command, tmp_path: Path) -> None:
    frame = pd.DataFrame({"a": [1, 2]})
    frame.to_parquet(tmp_path / "p.parquet")
    np.save(tmp_path / "n.npy", np.arange(3))
    (tmp_path / "t.txt").write_text("grüße\n", encoding="utf-8")
    (tmp_path / "j.JSON").write_text("[1.5]", encoding="utf-8")
    (tmp_path / "c.csv").write_text("a,b\n1,x\n", encoding="utf-8-sig")
    done = run(
        *("-c", "print(p.a.sum(), n.dtype, n.sum(), repr(t), j, c)"),
        *(f"--in={name}=@{name}.{end}" for name, end in _FILES),
        *("--in", "n:np.ndarray=@n.npy"),
    )
    assert done.stdout == "3 int64 3 'grüße\\n' [1.5] [{'a': '1', 'b': 'x'}]\n"


_FILES = [("p", "parquet"), ("t", "txt"), ("j", "JSON"), ("c", "csv")]


def test_run_never_unpickles_a_npy_file(run: Command, tmp_path: Path) -> None:
    np.save(tmp_path / "n.npy", np.array([print], dtype=object), allow_pickle=True)
    done = run("-c", "print('ran')", "--in", "n=@n.npy")
    assert "allow_pickle=False" in done.stderr
    assert (done.stdout, done.returncode) == ("", 2)


@pytest.mark.row("B9")
def test_run_names_the_nearest_variable_of_a_missing_output(run: Command) -> None:
    done = run("-c", "total = 1", "--out", "totl")
    assert "variable 'totl' is not set" in done.stderr
    assert "did you mean 'total'?" in done.stderr
    assert (done.stdout, done.returncode) == ("", 1)


def test_run_checks_an_output_against_its_type(run: Command) -> None:
    done = run("-c", "z = [1, 'a']", "--out", "z:list[int]")
    assert "variable 'z' at z[1]: expected int" in done.stderr
    assert (done.stdout, done.returncode) == ("", 1)


@pytest.mark.row("B8")
def test_run_checks_an_output_against_none(run: Command) -> None:
    assert run("-c", "x = None", "--out", "x:None").stdout == "x = None\n"
    assert "expected None, got int 5" in run("-c", "x = 5", "--out", "x:None").stderr


@pytest.mark.row("S5", "S8")
def test_run_prints_all_values(run: Command) -> None:
    done = run("-c", "import sys\na = 5; b = '10'; c = 20.0\ndef f(): pass", "--all")
    assert done.stdout == "a = 5\nb = '10'\nc = 20.0\n"


def test_run_shows_an_object_by_its_own_repr(run: Command) -> None:
    source = "class A:\n  def __repr__(self): return 'I'\na = A()"
    assert run("-c", source, "--out", "a").stdout == "a = I\n"
    source = "class A:\n  def __repr__(self): 1 / 0\na = A()"
    done = run("-c", source, "--out", "a")
    assert done.stdout.startswith("a = <no repr: ZeroDivisionError")
    assert done.returncode == 0


def test_run_prints_outputs_that_the_terminal_cannot_show(run: Command) -> None:
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    done = run("-c", "x = 'ü'", "--out", "x", env=environment)
    assert (done.stdout, done.returncode) == ("x = '\\xfc'\n", 0)


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


# Wrong use


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        ((), "expected a FILE, - or -c CODE"),
        (("nobody.py",), "cannot read the script 'nobody.py': No such file"),
        (("/",), "cannot read the script '/': Is a directory"),
        (("x.py", "--verbose"), "Unknown option: --verbose"),
        (("-c",), "-c requires an argument"),
        (("-c", "pass", "-c", "pass"), "-c specified multiple times"),
        (("-c", "pass", "--timeout", "soon"), "--timeout"),
        (("-c", "pass", "--timeout", "0"), "expected seconds above 0"),
        (("-c", "pass", "--timeout", "nan"), "expected seconds above 0"),
        (("-c", "pass", "--timeout", "inf"), "expected seconds above 0"),
        (("-c", "pass", "--rung", "cluster"), "rung 'cluster' is not there"),
        (("-c", "pass", "--out", "a b"), "--out a b: "),
        (("-c", "pass", "--out", "a:wrong"), "no type is named 'wrong'"),
    ],
)
@pytest.mark.parametrize("as_json", [False, True])
def test_run_refuses_wrong_use(
    run: Command, words: tuple[str, ...], complaint: str, as_json: bool
) -> None:
    done = run(*(["--json"] if as_json else []), *words)
    assert complaint in done.stderr
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    if as_json:
        error = answer(done)["error"]
        assert (error["type"], error["kind"]) == ("UsageError", "usage")
        assert complaint in error["message"]
    else:
        assert done.stdout == ""


# JSON


@pytest.mark.row("B23")
def test_run_writes_one_json_object(run: Command) -> None:
    source = "import sys; print('out'); print('err', file=sys.stderr); z = x * 2"
    done = run("-c", source, "--in", "x=21", "--out", "z", "--json")
    found = answer(done)
    assert found["outputs"] == {"z": 42}
    assert (found["stdout"], found["stderr"]) == ("out\n", "err\n")
    assert found["receipt"]["rung"] == "shared"
    assert set(found) == {"outputs", "stdout", "stderr", "receipt"}
    assert (done.stderr, done.returncode) == ("", 0)


def test_run_with_json_tells_what_all_leaves_out(run: Command) -> None:
    found = answer(run("-c", "a = 1\ndef f(): pass", "--all", "--json"))
    assert found["outputs"] == {"a": 1}
    assert found["skipped"] == {"f": "the function f"}


LOUD = """
import atexit, os, subprocess, sys, threading
os.write(1, b"raw\\n")
subprocess.run([sys.executable, "-c", "print('child')"], check=True)
print("kept")
go = threading.Event()
threading.Thread(target=lambda: (go.wait(), print("late"))).start()
threading.Timer(0.05, go.set).start()
atexit.register(print, "exit")
"""


@pytest.mark.row("B6")
def test_run_with_json_keeps_stdout_pure(run: Command) -> None:
    done = run("-c", LOUD, "--json")
    assert answer(done)["stdout"] == "kept\n"
    assert done.stderr.split() == ["raw", "child", "late", "exit"]


VALUES = """
import dataclasses, datetime, decimal, enum, fractions, pathlib, uuid, collections
import numpy as np, pandas as pd, pyarrow as pa
when = datetime.datetime(2024, 2, 29, 1, 2, 3, tzinfo=datetime.timezone.utc)
plain = [None, True, 1, 1.5, "ü", (1, 2), {3, 1}, range(2), collections.deque([1])]
floats = [float("nan"), float("inf"), float("-inf")]
texts = [when, when.date(), when.time(), decimal.Decimal("1.10"), fractions.Fraction(1, 3),
         1j, uuid.UUID(int=1), pathlib.Path("a")]
span = datetime.timedelta(seconds=1.5)
data = [b"\\xff", bytearray(b"a"), memoryview(b"b")]
keys = [{1: "a"}, {when.date(): 1}, {1: "a", "1": "b"}]
huge = 10 ** 5000
array = np.array([[1.5, np.nan]])
single = [np.float32(1.5), np.int64(3), np.bool_(True)]
times = np.array(["2024-02-29"], "M8[D]")
records = np.array([(1, 2.0)], dtype=[("a", int), ("b", float)])
frame = pd.DataFrame({"t": [pd.Timestamp("2024-02-29"), pd.NaT], "x": [1, 2]})
series = pd.Series([1, 2])
table = pa.table({"a": [1, None]})
def f(): pass
"""


@pytest.mark.row("B8")
def test_run_says_every_value_in_json(run: Command) -> None:
    outputs = answer(run("-c", VALUES, "--all", "--out", "f", "--json"))["outputs"]
    assert outputs.pop("f")["handle"] == "function"
    assert outputs.pop("huge") == 10**5000
    assert outputs == {
        "when": "2024-02-29T01:02:03+00:00",
        "plain": [None, True, 1, 1.5, "ü", [1, 2], [1, 3], [0, 1], [1]],
        "floats": ["NaN", "Infinity", "-Infinity"],
        "texts": [
            *("2024-02-29T01:02:03+00:00", "2024-02-29", "01:02:03"),
            *("1.10", "1/3", "1j", "00000000-0000-0000-0000-000000000001", "a"),
        ],
        "span": 1.5,
        "data": ["/w==", "YQ==", "Yg=="],
        "keys": [{"1": "a"}, {"2024-02-29": 1}, [[1, "a"], ["1", "b"]]],
        "array": [[1.5, "NaN"]],
        "single": [1.5, 3, True],
        "times": ["2024-02-29"],
        "records": [{"a": 1, "b": 2.0}],
        "frame": [{"t": "2024-02-29T00:00:00", "x": 1}, {"t": None, "x": 2}],
        "series": [1, 2],
        "table": [{"a": 1}, {"a": None}],
    }


@pytest.mark.row("B2")
def test_run_with_json_says_the_error_as_data(run: Command) -> None:
    source = (
        "print('before')\ntry:\n    1 / 0\nexcept ArithmeticError as e:\n"
        "    e2 = ValueError('no')\n    e2.add_note('a note')\n    raise e2 from e\n"
    )
    done = run("-c", source, "--json")
    error = answer(done)["error"]
    assert (error["type"], error["message"], error["kind"]) == (
        "ValueError",
        "no",
        "error",
    )
    assert error["notes"] == ["a note"]
    assert error["frames"] == [
        {
            "file": "<string>",
            "line": 7,
            "function": "<module>",
            "text": "raise e2 from e",
        }
    ]
    assert error["cause"]["type"] == "ZeroDivisionError"
    assert error["traceback"].endswith("ValueError: no\na note\n")
    assert error["stdout"] == "before\n"
    assert (done.returncode, done.stderr) == (1, "")


def test_run_with_json_says_where_the_syntax_is_wrong(run: Command) -> None:
    error = answer(run("-c", "x = = 1", "--json"))["error"]
    assert error["kind"] == "syntax"
    assert error["syntax"] == {
        "file": "<string>",
        "line": 1,
        "column": 5,
        "text": "x = = 1",
    }


def test_run_with_json_says_the_exit_code(run: Command) -> None:
    done = run("-c", "raise SystemExit(9)", "--json")
    error = answer(done)["error"]
    assert (error["kind"], error["exit_code"], done.returncode) == ("exit", 9, 9)
    done = run("-c", "x = 1; raise SystemExit", "--out", "x", "--json")
    assert (answer(done)["outputs"], done.returncode) == ({"x": 1}, 0)


def test_run_with_json_keeps_what_was_printed_when_an_output_is_missing(
    run: Command,
) -> None:
    done = run("-c", "print('no rows')", "--out", "z", "--json")
    error = answer(done)["error"]
    assert (error["type"], error["kind"]) == ("VariableMissingError", "output")
    assert error["stdout"] == "no rows\n"
    assert done.returncode == 1


# Time limits, signals, pipes


@pytest.mark.row("B7")
@pytest.mark.parametrize(
    ("source", "where"),
    [
        ("while True:\n    pass", "line 2, in <module>"),
        ("while True:\n    try:\n        while True: pass\n    except: pass", "line"),
        ("import threading\nthreading.Event().wait()", "line 2, in <module>"),
        ("import time\nprint('a')\ntime.sleep(60)", "line 3, in <module>"),
        ("import os\nos.read(os.pipe()[0], 1)", "line 2, in <module>"),
    ],
)
def test_run_keeps_the_time_limit(run: Command, source: str, where: str) -> None:
    done = run("-c", source, "--timeout", "0.3")
    assert done.returncode == 124
    assert "ScriptTimeoutError: the script ran past its timeout of 0.3 s" in done.stderr
    if sys.version_info >= (3, 12):
        assert where in done.stderr


HELD_UP = "import threading\nthreading.Thread(target=threading.Event().wait).start()\n"


DEAF = """
import signal, time
signal.signal(signal.SIGINT, signal.SIG_IGN)
time.sleep(60)
"""


@pytest.mark.parametrize("as_json", [False, True])
@pytest.mark.parametrize(
    "source",
    [
        f"{HELD_UP}while True: pass",
        DEAF,
    ],
)
def test_run_ends_the_process_that_would_not_end(
    run: Command, source: str, as_json: bool
) -> None:
    done = run("-c", source, "--timeout", "0.3", *(["--json"] if as_json else []))
    assert done.returncode == 124
    if as_json:
        assert answer(done)["error"]["type"] == "ScriptTimeoutError"
    else:
        assert "ScriptTimeoutError" in done.stderr


def interrupted(source: str, *words: str) -> tuple[int, str, str]:
    """Run a script that prints a line and waits; send it a Ctrl-C then."""
    with subprocess.Popen(
        [*COMMAND, "-c", source, *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        stream = process.stderr if words else process.stdout
        assert stream is not None
        stream.readline()
        process.send_signal(signal.SIGINT)
        stdout, stderr = process.communicate(timeout=15)
    return process.returncode, stdout, stderr


WAIT = "import os, time\nos.write(1, b'up\\n')\ntime.sleep(60)\n"


@pytest.mark.parametrize(
    "source", [WAIT, "import os\nos.write(1, b'up\\n')\nwhile 1: pass"]
)
def test_run_ends_with_130_after_ctrl_c(source: str) -> None:
    code, stdout, stderr = interrupted(source)
    assert stderr.endswith("KeyboardInterrupt\n")
    assert (code, stdout) == (130, "")
    assert "pythonarium" not in stderr


def test_run_shows_where_ctrl_c_came() -> None:
    _, _, stderr = interrupted(WAIT)
    # The signal may come before the sleep has begun.
    assert re.search(r'File "<string>", line [23], in <module>\n', stderr)
    assert stderr.endswith("KeyboardInterrupt\n")


def test_run_with_json_says_that_it_was_interrupted() -> None:
    code, stdout, _ = interrupted(WAIT, "--json")
    assert json.loads(stdout)["error"]["type"] == "KeyboardInterrupt"
    assert code == 130


def test_run_lets_the_script_handle_ctrl_c() -> None:
    source = (
        "import os, time\ntry:\n    os.write(1, b'up\\n')\n    time.sleep(60)\n"
        "except KeyboardInterrupt:\n    print('cleaned up')\n"
    )
    assert interrupted(source) == (0, "cleaned up\n", "")


def test_run_keeps_the_signal_handler_that_python_has(run: Command) -> None:
    source = "import signal\nprint(signal.getsignal(signal.SIGINT) is signal.default_int_handler)"
    assert run("-c", source).stdout == "True\n"


@pytest.mark.parametrize(
    "words",
    [
        ("-c", "for i in range(100_000): print(i)"),
        ("-c", "print('x' * 10)"),
        ("-c", "x = list(range(100_000))", "--out", "x"),
        ("-c", "x = list(range(100_000))", "--out", "x", "--json"),
    ],
)
def test_run_is_quiet_when_nobody_reads(words: tuple[str, ...]) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    try:
        done = subprocess.run(
            [*COMMAND, *words],
            stdout=writer,
            stderr=subprocess.PIPE,
            text=True,
            timeout=15,
            check=False,
        )
    finally:
        os.close(writer)
    assert done.stderr == ""
    assert done.returncode == (0 if "--json" in words else 1)
