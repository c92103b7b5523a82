"""`pythonarium run --json`: one object, and nothing else."""

import pytest

from commands import Command, answer

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
