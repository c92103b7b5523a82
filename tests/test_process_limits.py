"""What a worker may use at most."""

from textwrap import dedent

import pytest

from pythonarium import Interpreter, ScriptError, UnsupportedError, WorkerDiedError

pytestmark = pytest.mark.row("B19")

MEGABYTE = 1_000_000


def test_memory_is_limited_and_the_worker_lives_on() -> None:
    with Interpreter("process", limits={"memory": 200 * MEGABYTE}) as python:
        python.exec(f"kept = bytearray({50 * MEGABYTE})")
        with pytest.raises(ScriptError, match="MemoryError"):
            python.exec(f"bytearray({500 * MEGABYTE})")
        assert python.eval("len(kept)") == 50 * MEGABYTE


def test_cpu_time_is_limited_and_sleep_is_free() -> None:
    with Interpreter("process", limits={"cpu_seconds": 1}, restart=True) as python:
        python.exec("import time\ntime.sleep(1.2)")
        with pytest.raises(WorkerDiedError) as caught:
            python.exec("while True: pass", timeout=10)
        assert caught.value.signal in ("SIGXCPU", "SIGKILL")
        assert python.exec("6 * 7").value == 42


@pytest.mark.parametrize(
    ("limits", "code"),
    [
        (
            {"file_size": 1000},
            "with open('file', 'wb') as file: file.write(bytes(20000))",
        ),
        ({"open_files": 40}, "files = [open('/dev/null') for _ in range(50)]"),
    ],
    ids=["file-size", "open-files"],
)
def test_files_are_limited(
    limits: dict[str, int],
    code: str,
    tmp_path: object,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(str(tmp_path))
    with Interpreter("process", limits=limits) as python:
        with pytest.raises(ScriptError, match="OSError"):
            python.exec(code)
        assert python.exec("6 * 7").value == 42


@pytest.mark.parametrize(
    "made", ["bytes(5_000_000)", "__import__('numpy').ones(10**6)"]
)
def test_limit_on_files_is_not_for_what_crosses(made: str) -> None:
    """The shared memory counts as a file: what has no room there goes another way."""
    with Interpreter("process", limits={"file_size": MEGABYTE}) as python:
        for _ in range(3):
            found = python.exec(f"made = {made}", outputs=["made"])["made"]
            assert len(found) >= MEGABYTE
        data = bytes(5 * MEGABYTE)
        assert python.exec("len(data)", {"data": data}).value == len(data)


def test_input_beyond_the_memory_is_told() -> None:
    with Interpreter("process", limits={"memory": 30 * MEGABYTE}) as python:
        with pytest.raises(WorkerDiedError, match="exit code 70") as caught:
            python.exec("1", {"text": "x" * 60 * MEGABYTE})
        assert caught.value.output_tail == "MemoryError: \n"


def test_limit_cannot_be_raised_by_the_script_or_what_it_starts() -> None:
    """Root could, if it kept the right to."""
    code = """
        import resource, subprocess, sys
        raising = "import resource as r; r.setrlimit(r.RLIMIT_NOFILE, (99, 99))"
        child = subprocess.run([sys.executable, "-Sc", raising], capture_output=True)
        said = child.stderr.decode()
        exec(raising)
    """
    with Interpreter("process", limits={"open_files": 40}) as python:
        with pytest.raises(ScriptError, match="not allowed to raise maximum limit"):
            python.exec(dedent(code))
        assert "not allowed to raise maximum limit" in python.get("said", str)


@pytest.mark.parametrize(
    ("limits", "message"),
    [
        ({"disk": 5}, "there is no limit 'disk'; there are memory, .*, writable"),
        ({5: 5}, "there is no limit 5"),
        ({"memory": -1}, "memory=-1 is no number above 0"),
        ({"memory": "1"}, "memory='1' is no number above 0"),
        ({"memory": True}, "memory=True is no number above 0"),
        (5, "expected a mapping"),
        ({"open_files": 10**9}, "open_files=1000000000 cannot be set"),
        ({"network": 0}, "network=0 is neither True nor False"),
        ({"network": None}, "network=None is neither"),
        ({"writable": "/tmp"}, "writable='/tmp': expected a list of folders"),
        ({"writable": None}, "writable=None: expected a list of folders"),
        ({"writable": [5]}, "writable: 5 is no path"),
        ({"writable": ["no/such"]}, "writable: 'no/such' is not there"),
        ({"writable": ["/dev/null"]}, "writable: '/dev/null' is no folder"),
        ({"writable": ["/tmp/.."]}, "'/' is no limit"),
    ],
)
def test_limit_that_cannot_be_had_is_refused(limits: object, message: str) -> None:
    with pytest.raises(UnsupportedError, match=message):
        Interpreter("process", limits=limits)


def test_shared_rung_has_no_limits() -> None:
    with pytest.raises(UnsupportedError, match="not for rung 'shared'"):
        Interpreter(limits={"memory": MEGABYTE})
