"""The process rung when something breaks: workers, zygotes, descriptors, messages."""

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
import venv
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from textwrap import dedent

import numpy as np
import pytest

from machine import need, need_namespace
from process_rung import worker_of, zygote_of
from programs import run_code, run_script
from pythonarium import (
    Handle,
    Interpreter,
    ScriptError,
    ScriptInterruptedError,
    ScriptTimeoutError,
    WorkerDiedError,
)
from pythonarium.rungs._worker import GRACE

pytestmark = pytest.mark.row("B19")

PATIENCE = 10.0
KILL = "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"


def processes_below(pid: int) -> set[int]:
    """Return every process that descends from one."""
    found: set[int] = set()
    for listing in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            children = {int(child) for child in listing.read_text().split()}
        except OSError:
            continue
        found |= children
        for child in children:
            found |= processes_below(child)
    return found


def parent_of(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def is_running(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def gone(pids: set[int], seconds: float = 1.0) -> bool:
    """Wait until none of these processes runs; tell whether that came in time."""
    deadline = time.monotonic() + seconds
    while any(map(is_running, pids)):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.005)
    return True


# The worker dies


@pytest.mark.parametrize(
    ("code", "exit_code", "name"),
    [
        (KILL, None, "SIGKILL"),
        ("import os; os._exit(7)", 7, None),
        ("import os; os.abort()", None, "SIGABRT"),
        ("import ctypes; ctypes.string_at(0)", None, "SIGSEGV"),
    ],
)
def test_death_of_the_worker_tells_how(
    python: Interpreter, code: str, exit_code: int | None, name: str | None
) -> None:
    python["kept"] = 1
    with pytest.raises(WorkerDiedError, match="its variables are lost") as caught:
        python.exec(f"print('last words', flush=True)\n{code}")
    assert (caught.value.exit_code, caught.value.signal) == (exit_code, name)
    assert "last words" in caught.value.output_tail
    assert python.exec("6 * 7").value == 42
    assert "kept" not in python.variables()


def test_crash_shows_the_stack_of_python(python: Interpreter) -> None:
    code = "def crash():\n    import ctypes\n    ctypes.string_at(0)\ncrash()"
    with pytest.raises(WorkerDiedError) as caught:
        python.exec(code, filename="crashing.py")
    assert "Segmentation fault" in caught.value.output_tail
    assert '"crashing.py", line 3 in crash' in caught.value.output_tail


def test_dead_worker_stays_dead_where_no_other_was_asked_for() -> None:
    with Interpreter("process") as python:
        with pytest.raises(WorkerDiedError):
            python.exec(KILL)
        for _ in range(2):
            with pytest.raises(WorkerDiedError, match="SIGKILL"):
                python.exec("1")


@pytest.mark.parametrize(
    "call",
    [
        lambda python, _handle: python.exec("1"),
        lambda python, _handle: python.get("x"),
        lambda _python, handle: len(handle),
        lambda python, _handle: python.contexts.add("other"),
    ],
    ids=["exec", "get", "handle", "contexts"],
)
def test_worker_that_was_killed_between_two_calls(
    python: Interpreter, call: Callable[[Interpreter, Handle], object]
) -> None:
    handle = python.handle("[1]")
    os.kill(worker_of(python), signal.SIGKILL)
    with pytest.raises(WorkerDiedError):
        call(python, handle)
    assert python.exec("6 * 7").value == 42


def test_worker_that_dies_in_a_callback(python: Interpreter) -> None:
    def kill() -> int:
        os.kill(worker_of(python), signal.SIGKILL)
        return 5

    with pytest.raises(WorkerDiedError):
        python.exec("kill()", {"kill": kill})
    assert python.exec("6 * 7").value == 42


def test_worker_that_dies_while_it_answers(python: Interpreter) -> None:
    code = """
        import os, threading, time
        def kill():
            time.sleep(0.002)
            os.kill(os.getpid(), 9)
        threading.Thread(target=kill).start()
        big = [str(number) for number in range(2_000_000)]
    """
    with pytest.raises(WorkerDiedError):
        python.exec(dedent(code), outputs=["big"])
    assert python.exec("6 * 7").value == 42


def test_death_of_the_zygote_is_the_workers_too(python: Interpreter) -> None:
    before = worker_of(python)
    os.kill(zygote_of(python), signal.SIGKILL)
    assert gone({before})
    with pytest.raises(WorkerDiedError):
        python.exec("1")
    assert worker_of(python) != before


FAMILY = """
    import os, subprocess, time
    read, write = os.pipe()
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            os.write(write, str(os.getpid()).encode())
            time.sleep(1000)
        os._exit(0)
    os.wait()
    pids = [int(os.read(read, 100)), subprocess.Popen(["sleep", "1000"]).pid]
    keeper = int(open(f"/proc/{os.getppid()}/stat").read().rpartition(")")[2].split()[1])
"""
"""Starts a child in a session of its own that nobody waits for, and an ordinary one."""


@pytest.mark.parametrize("whose", ["zygote", "keeper", "worker"])
def test_what_scripts_started_ends_when_one_above_is_killed(
    python: Interpreter, whose: str
) -> None:
    types: dict[str, object] = {"pids": list[int], "keeper": int}
    found = python.exec(dedent(FAMILY), outputs=types)
    below = {*found["pids"], worker_of(python)}
    above = {
        "zygote": zygote_of(python),
        "keeper": found["keeper"],
        "worker": worker_of(python),
    }
    assert all(map(is_running, below))
    os.kill(above[whose], signal.SIGKILL)
    if whose == "worker":  # the host's next call sees to the rest
        with pytest.raises(WorkerDiedError):
            python.exec("1")
    assert gone(below)
    with suppress(WorkerDiedError):
        python.exec("1")
    assert python.exec("6 * 7").value == 42


@pytest.mark.parametrize("limits", [None, {"network": False, "writable": []}])
def test_worker_ends_where_all_above_are_killed_at_once(
    limits: dict[str, object] | None,
) -> None:
    need(limits or {})
    with Interpreter("process", limits=limits) as python:
        pid, zygote = worker_of(python), parent_of(worker_of(python))
        keeper = parent_of(zygote)
        os.kill(zygote, signal.SIGSTOP)  # so that it does not see the keeper's end
        os.kill(keeper, signal.SIGKILL)
        os.kill(zygote, signal.SIGKILL)
        assert gone({pid})


def test_another_interpreter_outlives_the_zygote(python: Interpreter) -> None:
    """It is killed between two calls, so what asks it first may find it half gone."""
    os.kill(zygote_of(python), signal.SIGKILL)
    with Interpreter("process") as other:
        assert other.exec("6 * 7").value == 42


@pytest.mark.row("B7")
@pytest.mark.parametrize("way", ["timeout", "interrupt"])
def test_request_that_a_worker_does_not_take_ends_in_time(
    python: Interpreter, way: str
) -> None:
    os.kill(worker_of(python), signal.SIGSTOP)
    timer = threading.Timer(0.2, python.interrupt)
    kind: type[Exception] = ScriptTimeoutError
    if way == "interrupt":
        kind = ScriptInterruptedError
        timer.start()
    started = time.monotonic()
    text = "x" * 5_000_000
    with pytest.raises(kind, match="its variables are lost"):
        python.exec("1", {"x": text}, timeout=0.2 if way == "timeout" else None)
    assert 0.2 <= time.monotonic() - started < 3
    timer.cancel()
    assert python.exec("len(x)", {"x": text}).value == len(text)


def test_request_without_a_deadline_waits_until_it_is_taken(
    python: Interpreter,
) -> None:
    pid = worker_of(python)
    os.kill(pid, signal.SIGSTOP)
    timer = threading.Timer(GRACE + 0.3, os.kill, (pid, signal.SIGCONT))
    timer.start()
    assert python.exec("len(x)", {"x": "x" * 5_000_000}).value == 5_000_000
    assert worker_of(python) == pid
    timer.join()


def test_worker_that_dies_while_a_request_is_written(python: Interpreter) -> None:
    pid = worker_of(python)
    os.kill(pid, signal.SIGSTOP)
    timer = threading.Timer(0.2, os.kill, (pid, signal.SIGKILL))
    timer.start()
    with pytest.raises(WorkerDiedError, match="SIGKILL"):
        python.exec("1", {"x": "x" * 5_000_000})
    timer.join()
    assert python.exec("6 * 7").value == 42


def test_zygote_that_a_script_has_stopped_holds_nobody_up(python: Interpreter) -> None:
    pids = {worker_of(python), zygote_of(python)}
    code = "import os; os.kill(os.getppid(), 19); os.abort()"
    with pytest.raises(WorkerDiedError):
        python.exec(code)
    assert gone(pids)
    assert python.exec("6 * 7").value == 42


# The worker does harm


def test_disk_that_is_full_is_the_scripts_error_alone() -> None:
    """The temporary folder is on it too, which the worker and multiprocessing use."""
    need_namespace("mount")
    full = "[Errno 28] No space left on device"
    none = f"module '__main__' has no file, and none can be written: {full}"
    said = run_script("full_disk.py").splitlines()
    assert said == [f"OSError: {full}", f"AttributeError: {none}", "42 100000"]


def test_file_that_is_too_long_is_the_scripts_error_alone(tmp_path: Path) -> None:
    code = f"""
        with open({str(tmp_path / "file")!r}, "wb") as file:
            for _ in range(100):
                file.write(bytes(100_000))
                file.flush()
    """
    with Interpreter("process", limits={"file_size": 1_000_000}) as python:
        with pytest.raises(ScriptError, match="File too large"):
            python.exec(dedent(code))
        assert (tmp_path / "file").stat().st_size == 1_000_000
        data = bytes(500_000)
        assert python.exec("len(data)", {"data": data}).value == len(data)
        assert python.exec("print('x' * 3_000_000)", capture=True).stdout


@pytest.mark.parametrize(
    "harm",
    [
        "os.write(fd, b'garbage' * 10)",
        "os.close(fd)",
        "os.write(fd, bytes(16))",
        "os.ftruncate(fd, 0)",
        "os.write(fd, b'\\x01\\x00\\x03\\x00htyp' + b'\\xff' * 8)",
    ],
    ids=["garbage", "close", "zeros", "truncate", "header"],
)
def test_script_harms_every_descriptor(python: Interpreter, harm: str) -> None:
    code = f"""
        import os
        for name in os.listdir("/proc/self/fd"):
            fd = int(name)
            try:
                {harm}
            except OSError:
                pass
    """
    with suppress(WorkerDiedError):  # which harm is deadly, is not told
        python.exec(dedent(code), capture=True, timeout=5)
    assert python.exec("6 * 7").value == 42
    assert python.exec("print('sound')", capture=True).stdout == "sound\n"


def test_arena_that_a_script_truncates_stays_as_it_is_mapped() -> None:
    """A page that is not there any more would end the host, by SIGBUS."""
    truncate = """
import os
for name in os.listdir("/proc/self/fd"):
    try:
        os.ftruncate(int(name), 0)
    except OSError:
        pass
"""
    code = f"""
        from pythonarium import Interpreter
        with Interpreter("process") as python:
            made = "import numpy; made = numpy.ones(1_000_000)"
            array = python.exec(made, outputs=["made"])["made"]
            python.exec("1", {{"data": bytes(1_000_000)}})
            python.exec({truncate!r})
            print(python.exec("len(data)", {{"data": bytes(1_000_000)}}).value)
            print(int(array.sum()))
    """
    assert run_code(dedent(code)) == "1000000\n1000000\n"


def test_children_in_sessions_of_their_own_end_with_the_worker(
    python: Interpreter,
) -> None:
    pids = set(python.exec(dedent(FAMILY), outputs={"pids": list[int]})["pids"])
    assert all(map(is_running, pids))
    python.close()
    assert gone(pids)


def test_worker_that_dies_with_the_arena_full(python: Interpreter) -> None:
    array = np.arange(1_000_000)
    python.exec("kept = []")
    for _ in range(5):
        python.exec("kept.append(array)", {"array": array})
    result = python.exec("out = array + 1", {"array": array}, {"out": np.ndarray})
    with pytest.raises(WorkerDiedError):
        python.exec(KILL)
    assert (result["out"] == array + 1).all()
    assert python.exec("int(array.sum())", {"array": array}).value == array.sum()


def test_gigabyte_of_output_is_cut(python: Interpreter) -> None:
    code = (
        "import os\nblock = b'x' * 1_000_000\nfor _ in range(1000): os.write(1, block)"
    )
    result = python.exec(code, capture=True)
    assert "984000000 more characters were cut off" in result.stdout[-100:]


def test_children_are_captured_in_order(python: Interpreter) -> None:
    code = """
        import os, subprocess, sys
        print("a")
        subprocess.run(["echo", "b"])
        os.system("echo c >&2")
        os.write(1, b"d\\n")
        print("e", end="")
        sys.stdout.flush()
        os.write(1, b"f\\n")
    """
    result = python.exec(dedent(code), capture=True)
    assert (result.stdout, result.stderr) == ("a\nb\nd\nef\n", "c\n")


def test_callable_gets_the_output_of_children() -> None:
    lines: list[str] = []
    with Interpreter("process", stdout=lines.append) as python:
        python.exec("import os\nprint('a')\nos.system('echo b')\nprint('c')")
    assert lines == ["a", "b", "c"]


# Surroundings


def test_input_is_what_the_host_reads() -> None:
    code = """
        from pythonarium import Interpreter
        with Interpreter("process") as python:
            print(python.exec("[input(), input()]", outputs=[]).value)
            print(python.exec("import sys; sys.stdin.read()").value)
    """
    done = subprocess.run(
        [sys.executable, "-c", dedent(code)],
        input="one\ntwo\nthe rest\n",
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "['one', 'two']\nthe rest\n\n"


def test_closed_stdin_is_an_end_of_file() -> None:
    code = """
        from pythonarium import Interpreter, ScriptError
        with Interpreter("process") as python:
            try:
                python.exec("input()")
            except ScriptError as error:
                print(error.type_name)
    """
    command = f"exec {sys.executable} -c '{dedent(code)}' <&-"
    done = subprocess.run(
        ["sh", "-c", command], capture_output=True, text=True, check=False
    )
    assert (done.stdout, done.stderr) == ("EOFError\n", "")


def test_environment_that_is_deleted_while_in_use(tmp_path: Path) -> None:
    folder = tmp_path / "env"
    venv.create(folder)
    with Interpreter("process", environment=folder) as python:
        assert python.eval("__import__('sys').prefix") == str(folder)
        shutil.rmtree(folder)
        assert python.exec("6 * 7").value == 42


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"python": "/no/such/python"}, "no program that is there"),
        ({"python": "/bin/true"}, "did not start"),
        ({"environment": "/tmp"}, "has no Python in it"),
        ({"preload": ["no_such_module"]}, "No module named 'no_such_module'"),
        ({"python": sys.executable, "environment": "/tmp"}, "pass one of them"),
    ],
)
def test_python_that_cannot_be_had(options: dict[str, object], message: str) -> None:
    with pytest.raises(RuntimeError, match=message):
        Interpreter("process", **options)  # type: ignore[arg-type]


def test_worker_has_the_hosts_surroundings_of_now(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Interpreter("process"):  # its zygote has started before
        monkeypatch.setenv("PYTHONARIUM_TEST", "now")
        monkeypatch.delenv("HOME", raising=False)
        monkeypatch.chdir(tmp_path)
        with Interpreter("process", path=[tmp_path]) as python:
            code = "import os, sys\nenv = os.environ.get('PYTHONARIUM_TEST')"
            code += (
                "\nhome = 'HOME' in os.environ; folder = os.getcwd(); path = sys.path"
            )
            found = python.exec(code, outputs=["env", "home", "folder", "path"])
    assert (found["env"], found["home"]) == ("now", False)
    assert found["folder"] == found["path"][0] == str(tmp_path)


@pytest.mark.timeout(60)
@pytest.mark.parametrize("stops", ["", "os.kill(os.getppid(), 19)"])
def test_everything_ends_with_the_host(tmp_path: Path, stops: str) -> None:
    told = tmp_path / "told"
    script = f"import os; os.system('sleep 1000 &')\n{stops}\nready()\nwhile True: pass"
    code = f"""
        from pathlib import Path
        from pythonarium import Interpreter
        python = Interpreter("process")
        ready = lambda: Path({str(told)!r}).write_text("ready")
        python.exec({script!r}, {{"ready": ready}})
    """
    host = subprocess.Popen([sys.executable, "-c", dedent(code)])
    deadline = time.monotonic() + PATIENCE
    while not told.exists() and time.monotonic() < deadline:
        time.sleep(0.01)
    below = processes_below(host.pid)
    assert len(below) >= 4
    host.kill()
    host.wait()
    assert gone(below)


def test_everything_ends_with_the_host_that_others_have_inherited_from() -> None:
    """Whoever holds the zygote's socket open: its host is a process, and that has ended."""
    code = """
        import subprocess
        from pythonarium import Interpreter
        python = Interpreter("process")
        road = python._rung._zygote._road.fileno()
        heir = subprocess.Popen(["sleep", "1000"], pass_fds=[road], stdout=2)
        print(heir.pid, flush=True)
        python.exec("while True: pass")
    """
    host = subprocess.Popen(
        [sys.executable, "-c", dedent(code)], stdout=subprocess.PIPE, text=True
    )
    assert host.stdout is not None
    with host.stdout:
        heir = int(host.stdout.readline())
    below = processes_below(host.pid) - {heir}
    assert len(below) >= 3
    host.kill()
    host.wait()
    assert gone(below)
    os.kill(heir, signal.SIGKILL)


def test_start_copies_nothing_of_a_big_host() -> None:
    """After a fork the host would take its pages back one by one, as it writes to them."""
    after_fork, after_start = map(int, run_script("big_host.py").split())
    assert after_fork > 1000
    assert after_start < after_fork / 10
