"""`pythonarium run`: inputs, outputs and wrong use."""

import os
from pathlib import Path

import numpy as np
import pandas as pd  # type: ignore[import-untyped]
import pytest

from commands import Command

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
        ("x:bool=1", "--in x:bool: expected bool, true or false, got '1'"),
        ("x:date=soon", "expected date, such as 2026-01-31, got 'soon'"),
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
        ("x:np.ndarray=[1]", "line; read it from a file: NAME=@FILE"),
        ("x:NDArray[np.int64]=[1]", "line; read it from a file: NAME=@FILE"),
        (
            "x:timedelta=5",
            "timedelta cannot be written on the command line; make it in",
        ),
        ("x:bytes=a", "bytes cannot be written on the command line; make it in"),
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


BROKEN_TABLES = {
    "two-names": ("a.csv", b"n,k,n\n1,2,3\n", "two columns are named 'n'"),
    "long-row": ("a.csv", b"n,k\n1,2\n1,2,3\n", "line 3 has 1 more cells than columns"),
    "npz": ("a.npy", b"PK\x03\x04 no zip", "the magic string is not correct"),
}


@pytest.mark.row("B5")
@pytest.mark.parametrize(
    ("name", "content", "complaint"), BROKEN_TABLES.values(), ids=BROKEN_TABLES.keys()
)
def test_run_refuses_a_file_rather_than_lose_of_it(
    run: Command, tmp_path: Path, name: str, content: bytes, complaint: str
) -> None:
    (tmp_path / name).write_bytes(content)
    done = run("-c", "print('ran')", "--in", f"x=@{name}")
    assert f"--in x: '{name}' cannot be read: {complaint}" in done.stderr
    assert (done.stdout, done.returncode) == ("", 2)


def test_run_reads_a_short_row_of_a_csv_file(run: Command, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("n,k\n1\n", encoding="utf-8")
    done = run("-c", "print(x)", "--in", "x=@a.csv")
    assert done.stdout == "[{'n': '1', 'k': None}]\n"


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
