"""How `pythonarium run` ends: time limits, signals, pipes."""

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from commands import COMMAND, Command, answer
from programs import run_quietly

# Time limits, signals, pipes


@pytest.mark.row("B7")
@pytest.mark.parametrize(
    ("source", "where"),
    [
        ("while True: pass", "line 1, in <module>"),
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
        [*COMMAND, "run", "-c", source, *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        stream = process.stderr if "--json" in words else process.stdout
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


AWAY = ("--rung", "process")


@pytest.mark.row("B7")
@pytest.mark.parametrize("end", ["time.sleep(60)", "while 1: pass"])
def test_run_in_another_process_shows_where_ctrl_c_came(end: str) -> None:
    source = f"import os, time\ntry:\n    os.write(1, b'up\\n')\n    {end}\n"
    code, stdout, stderr = interrupted(f"{source}finally: print('cleaned up')", *AWAY)
    assert (code, stdout) == (130, "cleaned up\n")
    assert re.search(r'File "<string>", line [34], in <module>\n', stderr)
    assert stderr.endswith("KeyboardInterrupt\n")


@pytest.mark.row("B7")
def test_run_in_another_process_is_interrupted_whatever_follows() -> None:
    source = (
        "import os, sys, time\ntry:\n    os.write(1, b'up\\n')\n    time.sleep(60)\n"
        "except KeyboardInterrupt:\n    sys.exit(7)\n"
    )
    assert interrupted(source, *AWAY)[0] == 130


@pytest.mark.row("B7")
def test_run_in_another_process_tells_what_it_printed_before_ctrl_c(
    tmp_path: Path,
) -> None:
    ready = tmp_path / "ready"
    os.mkfifo(ready)
    source = f"import time\nprint('half')\nopen({str(ready)!r}, 'w').close()\n"
    with subprocess.Popen(
        [*COMMAND, "run", "-c", f"{source}time.sleep(60)", *AWAY, "--json"],
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        ready.read_text()
        process.send_signal(signal.SIGINT)
        stdout, _ = process.communicate(timeout=15)
    error = json.loads(stdout)["error"]
    assert (error["type"], error["stdout"]) == ("KeyboardInterrupt", "half\n")
    assert error["frames"][0]["line"] in (3, 4)
    assert process.returncode == 130


def test_run_in_another_process_is_started_by_any_thread() -> None:
    code = (
        "import threading; from pythonarium.cli import main\n"
        "words = ['run', '--rung', 'process', '-c', 'print(6 * 7)']\n"
        "thread = threading.Thread(target=main, args=[words])\n"
        "thread.start(); thread.join()\n"
    )
    assert run_quietly(code) == "42\n"


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
            [*COMMAND, "run", *words],
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
