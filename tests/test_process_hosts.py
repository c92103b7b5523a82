"""The process rung below hosts that are not as Python starts them, or not in peace."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from machine import READ_ONLY, need, need_nobody
from process_rung import worker_of, zygote_of
from programs import SCRIPTS, run_quietly
from pythonarium import Interpreter, WorkerDiedError
from pythonarium.rungs import _zygote
from pythonarium.rungs._worker import Worker

pytestmark = pytest.mark.row("B19")

SRC = Path(__file__).parents[1] / "src"


# What a process inherits


def test_host_that_ignores_the_end_of_children() -> None:
    """As daemons do: then the system keeps no exit status, of anybody's."""
    code = """
        import signal
        from pythonarium import Interpreter, WorkerDiedError
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)
        with Interpreter("process") as python, Interpreter("process") as other:
            status = "import subprocess; subprocess.run(['false']).returncode"
            print(python.exec(status).value)
            try:
                python.exec("import os; os._exit(3)")
            except WorkerDiedError as error:
                print(error.exit_code)
            print(other.exec("6 * 7").value)
    """
    assert run_quietly(dedent(code)) == "1\n3\n42\n"


@pytest.mark.row("B7")
def test_host_that_blocks_signals() -> None:
    """As one does that waits for them in a thread."""
    code = """
        import signal
        from pythonarium import Interpreter, ScriptTimeoutError
        signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
        with Interpreter("process") as python:
            python["kept"] = 1
            try:
                python.exec("import time; time.sleep(100)", timeout=0.1)
            except ScriptTimeoutError:
                print(python["kept"])
            code = "import signal; signal.pthread_sigmask(signal.SIG_BLOCK, [])"
            print(python.exec(code).value)
    """
    assert run_quietly(dedent(code)) == "1\nset()\n"


@pytest.mark.parametrize("closed", ["<&-", "<&- >&-", "<&- >&- 2>&-", ">&- 2>&-"])
def test_host_without_standard_streams(tmp_path: Path, closed: str) -> None:
    """What is opened next gets their numbers."""
    told = tmp_path / "told"
    code = f"""
        import os
        from pathlib import Path
        from pythonarium import Interpreter
        with Interpreter("process") as python:
            said = python.exec("print('said')", capture=True).stdout
            python.exec("print('to nobody')")
            read = python.exec("import os; os.read(0, 1)").value
        Path({str(told)!r}).write_text(f"{{said}}{{read}}")
    """
    command = f'exec "$0" -c "$1" {closed}'
    subprocess.run(["sh", "-c", command, sys.executable, dedent(code)], check=True)
    assert told.read_text() == "said\nb''"


def test_host_with_many_descriptors() -> None:
    """Theirs have numbers that `select` does not take."""
    code = """
        import os, resource
        from pythonarium import Interpreter
        _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
        opened = [os.open(os.devnull, os.O_RDONLY) for _ in range(1100)]
        with Interpreter("process") as python:
            print(python.exec("6 * 7").value)
    """
    assert run_quietly(dedent(code)) == "42\n"


@READ_ONLY
def test_host_that_can_write_nowhere() -> None:
    """Not even a temporary file: as in a container whose file system is read-only."""
    need({"writable": []})
    code = f"""
        import sys
        sys.path[:0] = {[str(SRC), *filter(os.path.isdir, sys.path)]!r}
        from pythonarium import Interpreter
        with Interpreter("process") as inner:
            answer = inner.exec("6 * 7").value
    """
    with Interpreter("process", limits={"writable": []}) as python:
        assert python.exec(dedent(code), outputs={"answer": int})["answer"] == 42


def test_package_that_prints_much_when_it_is_preloaded(tmp_path: Path) -> None:
    """Nobody read it, and the zygote waited for room in the pipe."""
    (tmp_path / "noisy.py").write_text("import sys\nsys.stderr.write('x' * 1_000_000)")
    code = """
        from pythonarium import Interpreter
        with Interpreter("process", preload=["noisy"]) as python:
            print(python.eval("'noisy' in __import__('sys').modules"))
    """
    done = subprocess.run(
        [sys.executable, "-c", dedent(code)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), str(SRC)])},
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )
    assert (done.stdout, done.stderr) == ("True\n", "")


@READ_ONLY
def test_system_without_room_for_a_process() -> None:
    """It is the new worker's misfortune; the others are the same zygote's, and stay."""
    before = []
    if os.geteuid() == 0:
        need_nobody()
        before = [str(SCRIPTS / "as_nobody.py")]
    done = subprocess.run(
        [sys.executable, *before, str(SCRIPTS / "no_room.py")],
        capture_output=True,
        text=True,
        check=False,
        cwd="/",
    )
    assert done.stderr == ""
    refused, kept, answer = done.stdout.splitlines()
    assert refused.startswith("no worker can be started: [Errno 11]")
    assert (kept, answer) == ("1 0", "42")


def test_program_that_a_script_starts_gets_no_descriptor_of_ours(
    python: Interpreter,
) -> None:
    """Python closes them in a child of its own; `os.system` is the C library's."""
    code = "import os; os.system('ls -m /proc/self/fd')"
    assert python.exec(code, capture=True).stdout.strip() == "0, 1, 2, 3"


# Signals while a zygote is asked


def interrupted(what: Callable[[], object], at: int) -> None:
    """Have a signal handler raise when a zygote's n-th answer from now is read."""
    real, left = _zygote.Zygote._answer, at

    def answer(zygote: _zygote.Zygote) -> Any:
        nonlocal left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGINT)
        return real(zygote)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_zygote.Zygote, "_answer", answer)
        with pytest.raises(KeyboardInterrupt):
            what()
    assert left <= 0


def test_ctrl_c_while_a_worker_is_started(python: Interpreter) -> None:
    """The answer that nobody read was taken for the next one's: another worker's pid."""
    zygote = zygote_of(python)
    children = Path(f"/proc/{zygote}/task/{zygote}/children")
    before = children.read_text()
    interrupted(lambda: Interpreter("process"), 1)
    with Interpreter("process") as other:
        assert other._rung.facts.pid == worker_of(other)
    assert children.read_text() == before


def test_ctrl_c_while_a_worker_is_ended(python: Interpreter) -> None:
    zygote = zygote_of(python)
    children = Path(f"/proc/{zygote}/task/{zygote}/children")
    with Interpreter("process") as first:
        before = children.read_text().split()
        interrupted(lambda: python.exec("import os; os._exit(3)"), 1)
        assert python._rung.facts.pid != worker_of(python) == python._rung.facts.pid
        assert first.exec("6 * 7").value == 42
    assert len(children.read_text().split()) == len(before) - 1


def test_signal_handler_opens_an_interpreter_while_one_is_opened(
    python: Interpreter,
) -> None:
    """It waited for the zygote, which the code below it had."""
    found = []

    def handle(*_: object) -> None:
        with Interpreter("process") as inner:
            found.append(inner.exec("6 * 7").value)

    real = _zygote.Zygote._answer

    def answer(zygote: _zygote.Zygote) -> Any:
        if not found:
            found.append(0)
            signal.raise_signal(signal.SIGUSR1)
        return real(zygote)

    before = signal.signal(signal.SIGUSR1, handle)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_zygote.Zygote, "_answer", answer)
        with Interpreter("process") as outer:
            assert outer._rung.facts.pid == worker_of(outer)
            assert zygote_of(outer) == zygote_of(python)
    signal.signal(signal.SIGUSR1, before)
    assert found == [0, 42]


def test_interrupt_while_the_worker_ends_touches_nothing_else(
    python: Interpreter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The numbers of its descriptors are soon those of other files, and its pid too."""
    asked, ended = threading.Event(), threading.Event()
    real = Worker._ask_to_stop

    def ask(worker: Worker) -> None:
        if threading.current_thread() is other:
            asked.set()
            ended.wait(0.5)
        real(worker)

    def begin() -> None:
        other.start()
        asked.wait()
        os.kill(pid, signal.SIGKILL)

    pid = worker_of(python)
    other = threading.Thread(target=python.interrupt)
    monkeypatch.setattr(Worker, "_ask_to_stop", ask)
    with pytest.raises(WorkerDiedError):
        python.exec("begin()", {"begin": begin})
    with ExitStack() as opened:
        paths = [tmp_path / str(number) for number in range(40)]
        for path in paths:
            opened.enter_context(path.open("wb"))
        ended.set()
        other.join()
    assert not any(path.stat().st_size for path in paths)
