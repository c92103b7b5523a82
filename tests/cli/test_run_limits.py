"""`pythonarium run` with limits: what the script may use, and reach."""

import socket
from pathlib import Path

import pytest

from commands import Command, answer
from machine import need
from pythonarium.cli.inputs import BadInputError
from pythonarium.cli.limits import bytes_of

pytestmark = pytest.mark.row("B19")


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        *(("1000000", 1_000_000), ("7B", 7), ("500M", 500_000_000)),
        *(("500MB", 500_000_000), ("2GiB", 2 << 30), ("1.5k", 1500)),
        *(("1Ti", 1 << 40), ("0.5 GiB", 1 << 29)),
    ],
)
def test_size_is_read_by_its_unit(size: str, expected: int) -> None:
    assert bytes_of(size) == expected


@pytest.mark.parametrize(
    "size", ["", "M", "5X", "-5M", "1e9", "5 0", "0", "0.1", "5i", "5MM", "1_000"]
)
def test_size_that_is_none_is_refused(size: str) -> None:
    with pytest.raises(BadInputError, match="--memory: expected a size"):
        bytes_of(size)


def test_memory_is_limited(run: Command) -> None:
    code = "bytearray(50_000_000)\nprint('fits')\nbytearray(500_000_000)"
    done = run("--memory", "200M", "-c", code)
    assert (done.returncode, done.stdout) == (1, "fits\n")
    assert done.stderr.endswith("MemoryError\n")


def test_script_is_in_a_process_of_its_own_without_being_told(run: Command) -> None:
    code = "import sys; print(sys.argv, sys.path[0])"
    done = run("--memory", "1G", "--json", "-c", code, "a")
    found = answer(done)
    assert found["stdout"] == "['-c', 'a'] \n"
    assert found["receipt"]["rung"] == "process"


CONNECT = """
import socket, sys
socket.create_connection(("127.0.0.1", int(sys.argv[1])), 5)
print("connected")
"""


@pytest.mark.parametrize("script", ["job.py", "-", "-c"])
def test_network_is_not_there(run: Command, tmp_path: Path, script: str) -> None:
    need({"network": False})
    words = [script, CONNECT] if script == "-c" else [script]
    (tmp_path / "job.py").write_text(CONNECT)
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        kept = run("--no-network", *words, port, stdin=CONNECT)
        there = run("--rung", "process", *words, port, stdin=CONNECT)
    assert (kept.returncode, kept.stdout) == (1, "")
    assert "OSError: [Errno 101] Network is unreachable" in kept.stderr
    assert (there.returncode, there.stdout) == (0, "connected\n")


def test_files_are_written_in_the_named_folders_alone(
    run: Command, tmp_path: Path
) -> None:
    need({"writable": []})
    (tmp_path / "out").mkdir()
    code = "open('out/a', 'w').write('a'); open('b', 'w')"
    done = run("--writable", "out", "-c", code)
    assert done.returncode == 1
    assert "Read-only file system: 'b'" in done.stderr
    assert (tmp_path / "out" / "a").read_text() == "a"
    done = run("--read-only", "-c", "open('out/c', 'w')")
    assert "Read-only file system: 'out/c'" in done.stderr
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["a"]


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("--memory", "much"), "--memory: expected a size such as 500M"),
        (("--writable", "nowhere"), "writable: 'nowhere' is not there"),
        (("--rung", "shared", "--no-network"), "is not for rung 'shared'"),
    ],
)
def test_limit_that_cannot_be_had_is_wrong_use(
    run: Command, words: tuple[str, ...], complaint: str
) -> None:
    done = run(*words, "-c", "print('ran')")
    assert (done.returncode, done.stdout) == (2, "")
    assert complaint in done.stderr


@pytest.mark.parametrize(
    ("code", "exit_code"),
    [("os.abort()", 134), ("os._exit(7)", 7), ("os._exit(0)", 1)],
)
@pytest.mark.parametrize("as_json", [False, True])
def test_end_of_the_process_is_told(
    run: Command, code: str, exit_code: int, as_json: bool
) -> None:
    flags = ["--json"] if as_json else []
    done = run(*flags, "--rung", "process", "-c", f"import os; {code}")
    assert done.returncode == exit_code
    assert "pythonarium: the worker " in done.stderr or as_json
    assert 'File "' not in done.stderr or code == "os.abort()"
    if as_json:
        assert answer(done)["error"]["type"] == "WorkerDiedError"
