"""Every example is a whole program: a script behaves under Pythonarium as under python."""

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from signal import SIGINT
from typing import Final
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

EXAMPLES: Final = Path(__file__).parent.parent / "examples"

RUN_BY_HOST: Final = """
import sys
from pythonarium import Interpreter, ScriptExitError
with Interpreter() as python:
    try:
        python.run(sys.argv[1], sys.argv[2:])
    except ScriptExitError as error:
        sys.stdout.flush()
        sys.exit(error.code)
"""


@dataclass(frozen=True)
class Case:
    """A script with its arguments and input, and what shows that it did its work."""

    script: str
    args: tuple[str, ...] = ()
    stdin: str | None = None
    code: int = 0
    shows: str = ""

    def __str__(self) -> str:
        return " ".join([self.script.removesuffix(".py"), *self.args])


SCRIPTS: Final = [
    Case("hello.py", shows="Hello World"),
    Case("sales_csv.py", shows="total      21,716.55"),
    Case("sales_csv.py", ("data/sales.csv",), shows="left out: A1018, A1042"),
    Case("sales_pandas.py", shows="best month: 2026-02, orders left out: 2"),
    Case("heat_numpy.py", shows="24 x 24 cells, 384 steps"),
    Case("library_pickled.py", shows="same books: True - class: Library"),
    Case("primes_processes.py", shows="primes below 20000: 2262"),
    Case("backups_logging.py", shows="12 of 99 backups stay, the oldest of 2026-01-31"),
    Case("access_log_stdin.py", stdin="data/access.log", code=1, shows="60 requests"),
    Case("table_argparse.py", ("data/sales.csv", "product"), shows="Kettle"),
    Case(
        "table_argparse.py",
        ("data/sales.csv", "--head", "2", "--json"),
        shows='"A1001"',
    ),
    Case("table_argparse.py", ("nowhere.csv",), code=2),
    Case("calculator.py", ("data/pendulum.calc",), code=1, shows="x = 1.515980228"),
    Case("calculator.py", stdin="data/pendulum.calc", code=1, shows="3*x^2 - 4*x + 1"),
]
HOSTS: Final = {
    "host_threads.py": "100 texts, 7.25 characters on average",
    "host_asyncio.py": "the endless one is cancelled\nawaited: 42",
    "host_plugins.py": "broken, line 1: KeyError: 'discount'\n15 %: 3 years with us",
}
SERVED: Final = "host_server.py"
IMPORTED: Final = "expressions.py"  # by calculator.py


def python(*args: str, stdin: str | None = None) -> tuple[int, str, str]:
    """Run Python; return exit code, stdout and stderr."""
    text = (EXAMPLES / stdin).read_text(encoding="utf-8") if stdin else ""
    done = subprocess.run(
        [sys.executable, *args],
        cwd=EXAMPLES,
        input=text,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


def test_every_example_is_tested() -> None:
    tested = {case.script for case in SCRIPTS} | HOSTS.keys() | {SERVED, IMPORTED}
    assert {path.name for path in EXAMPLES.glob("*.py")} == tested


@pytest.mark.row("S1")
@pytest.mark.timeout(60)
@pytest.mark.parametrize("case", SCRIPTS, ids=str)
def test_script_behaves_as_under_python(case: Case) -> None:
    plain = python(case.script, *case.args, stdin=case.stdin)
    assert plain[0] == case.code
    assert case.shows in plain[1]
    hosted = python("-c", RUN_BY_HOST, case.script, *case.args, stdin=case.stdin)
    assert hosted == plain
    command = ("-m", "pythonarium", "run", case.script, "--", *case.args)
    assert python(*command, stdin=case.stdin) == plain


@pytest.mark.timeout(60)
@pytest.mark.parametrize("script", HOSTS)
def test_host_program_works(script: str) -> None:
    code, printed, complaints = python(script)
    assert (code, complaints) == (0, "")
    assert HOSTS[script] in printed


@pytest.fixture
def address() -> Iterator[str]:
    """Run the server; after the test it must end well on Ctrl-C."""
    with subprocess.Popen(
        [sys.executable, EXAMPLES / SERVED],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as server:
        assert server.stdout is not None
        yield server.stdout.readline().strip()
        server.send_signal(SIGINT)
        assert server.communicate(timeout=10) == ("closed\n", "")
        assert server.returncode == 0


def post(address: str, **job: object) -> tuple[int, dict[str, object]]:
    try:
        with urlopen(address, json.dumps(job).encode(), timeout=15) as answer:
            return answer.status, json.load(answer)
    except HTTPError as error:
        with error:
            return error.code, json.load(error)


@pytest.mark.timeout(60)
def test_host_server_runs_what_is_posted(address: str) -> None:
    assert post(
        address,
        code="print(len(xs))\nz = [2.0 * x for x in xs]",
        inputs={"xs": [1, 2]},
        outputs={"z": "list[float]"},
    ) == (200, {"outputs": {"z": [2.0, 4.0]}, "stdout": "2\n"})
    status, reply = post(address, code="print('in')\n1 / 0")
    assert (status, reply["stdout"]) == (422, "in\n")
    assert "ZeroDivisionError" in str(reply["error"])
    status, reply = post(address, code="while True:\n    pass", timeout=0.2)
    assert status == 422
    assert 'File "<posted>", line' in str(reply["error"])
    status, reply = post(address, code="z = 1", outputs={"z": "str"})
    assert status == 400
    assert "expected str, got int 1" in str(reply["error"])
