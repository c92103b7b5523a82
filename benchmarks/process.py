"""The process rung against pools of processes and bare pipes; environments."""

import os
import pickle
import struct
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from dataclasses import replace
from importlib import metadata
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from time import sleep
from typing import Final

import execnet
import loky
import numpy as np
from harness import (
    FULL,
    MILLISECOND,
    QUICK,
    Batch,
    Limit,
    calls,
)
from jupyter_client.manager import KernelManager
from races import Race, grow, race_all, show
from show import Report, progress

from pythonarium import (
    Environment,
    Interpreter,
    ScriptTimeoutError,
    WorkerDiedError,
)

__all__ = ["run"]

LINE: Final = "y = x + 1"
DEADLINE: Final = 0.03
KILL: Final = "import os; os.kill(os.getpid(), 9)"
PACKAGES: Final = ("numpy", "pandas")
SCRIPT: Final = """
# /// script
# dependencies = ["iniconfig"]
# ///
"""
SMALL, LARGE = 8_000_000, 800_000_000
"""Bytes of an array."""
GROWN: Final = (
    ("process_execs", "bare exec", 100_000),
    ("kills", "bare exec", 1_000),
)
"""Long runs, what they are held beside, and how many calls they make."""
_SIZE = struct.Struct("<Q")


def run(
    *, quick: bool = False, json: Path | None = None, picture: Path | None = None
) -> None:
    """Measure the process rung.

    Args:
        quick: a smoke run; its figures mean little.
        json: a file for all figures, with their quartiles and samples.
        picture: a file for the picture; its ending tells the format.
    """
    effort = QUICK if quick else FULL
    slow = replace(effort, rounds=min(effort.rounds, 31))
    few = replace(effort, rounds=min(effort.rounds, 5), batch=0.000_1)
    trips = replace(effort, rounds=min(effort.rounds, 61), batch=20 * effort.batch)
    report = Report("the process rung")
    races = (
        ("round trip", round_trip, trips),
        ("new workers", new_workers, slow),
        ("ends", ends, slow),
        ("8 MB", lambda: arrays(SMALL, 1 / 3), slow),
        ("800 MB", lambda: arrays(SMALL if quick else LARGE, 1 / 10), few),
        ("in the arena", lambda: in_arena(quick=quick), slow),
        ("cached script", cached_script, slow),
        ("version", version, slow),
    )
    with progress() as task:
        race_all(report, races, task)
        grow(report, GROWN, effort.share, task)
    show(report, json, picture)


# Peers


def run_line(namespace: dict[str, object]) -> object:
    """Do in a pool's worker what the script does in ours."""
    exec(LINE, namespace)  # noqa: S102  # the peer
    return namespace["y"]


ECHO: Final = """
import os
while os.write(1, os.read(0, 1)): pass
"""
UNPICKLE: Final = """
import pickle, struct, sys
source, sink = sys.stdin.buffer, sys.stdout.buffer
while head := source.read(8):
    array = pickle.loads(source.read(struct.unpack("<Q", head)[0]))
    sink.write(struct.pack("<d", array[-1]))
    sink.flush()
"""
REMOTE: Final = """
while True:
    namespace = {"x": channel.receive()}
    exec("y = x + 1", namespace)
    channel.send(namespace["y"])
"""


@contextmanager
def child(program: str) -> Iterator[tuple[int, int]]:
    """Run a program in a bare Python; yield what it is written to and read from."""
    command = [sys.executable, "-I", "-S", "-c", program]
    if program is UNPICKLE:
        command = [sys.executable, "-c", program]
    with subprocess.Popen(  # noqa: S603  # ours alone
        command, bufsize=0, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        yield process.stdin.fileno(), process.stdout.fileno()
        process.stdin.close()
        with suppress(subprocess.TimeoutExpired):
            process.wait(1)
        process.kill()


@contextmanager
def kernel() -> Iterator[Callable[[], object]]:
    """Open an ipykernel; yield a call that runs the line and reads the result."""
    manager = KernelManager(kernel_name="python3")
    manager.start_kernel(stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    client = manager.client()
    client.start_channels()
    client.wait_for_ready(timeout=60)

    def call() -> object:
        request = client.execute(
            "x = 41\n" + LINE, store_history=False, user_expressions={"y": "y"}
        )
        while True:
            reply = client.get_shell_msg(timeout=10)
            if reply["parent_header"].get("msg_id") == request:
                return reply["content"]["user_expressions"]["y"]

    try:
        yield call
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


# Races


@contextmanager
def round_trip() -> Iterator[Race]:
    """A line with an input and an output, and back."""
    context = get_context("spawn")
    group = execnet.Group()
    channel = group.makegateway(f"popen//python={sys.executable}").remote_exec(REMOTE)

    def through_channel() -> object:
        channel.send(41)
        return channel.receive()

    def remote_exec() -> object:
        fresh = group[0].remote_exec(
            "x = channel.receive()\ny = x + 1\nchannel.send(y)"
        )
        fresh.send(41)
        return fresh.receive()

    with (
        Interpreter("process") as python,
        ProcessPoolExecutor(1, mp_context=context) as pool,
        loky.ProcessPoolExecutor(1) as loky_pool,
        child(ECHO) as (to, back),
        kernel() as through_kernel,
    ):

        def echo() -> object:
            os.write(to, b"x")
            return os.read(back, 1)

        contenders: Mapping[str, Batch] = {
            "exec": calls(lambda: python.exec(LINE, {"x": 41}, {"y": int})["y"]),
            "one byte over pipes": calls(echo),
            "ProcessPoolExecutor": calls(
                lambda: pool.submit(run_line, {"x": 41}).result()
            ),
            "loky": calls(lambda: loky_pool.submit(run_line, {"x": 41}).result()),
            "execnet remote_exec": calls(remote_exec),
            "execnet channel": calls(through_channel),
            "ipykernel": calls(through_kernel),
        }
        limits = {
            "one byte over pipes": 4.0,
            "ProcessPoolExecutor": 1 / 6,
            "loky": 1 / 6,
            "execnet remote_exec": 1 / 4,
            "execnet channel": 1.0,
            "ipykernel": 1 / 60,
        }
        yield Race(
            contenders,
            [
                ("a line, in and out", "exec", peer, Limit("times", limit))
                for peer, limit in limits.items()
            ],
        )
    group.terminate(1)


@contextmanager
def new_workers() -> Iterator[Race]:
    """A worker with its packages imported, from a zygote that is there."""
    imports = ", ".join(PACKAGES)
    command = [sys.executable, "-c", f"import {imports}; print(1 + 1)"]

    def ours() -> object:
        with Interpreter("process", preload=PACKAGES) as python:
            return python.exec(f"import {imports}; y = 1 + 1", outputs={"y": int})["y"]

    with Interpreter("process", preload=PACKAGES):
        yield Race(
            {
                "ours": calls(ours),
                "python -c": calls(lambda: subprocess.check_output(command)),  # noqa: S603
            },
            [
                (
                    "a new worker with numpy and pandas, its result, its end",
                    "ours",
                    "python -c",
                    Limit("below", 15 * MILLISECOND),
                )
            ],
        )


@contextmanager
def ends() -> Iterator[Race]:
    """A deadline, and a death."""
    with Interpreter("process", restart=True) as python:

        def late() -> None:
            with suppress(ScriptTimeoutError):
                python.exec("while True: pass", timeout=DEADLINE)

        def killed() -> object:
            with suppress(WorkerDiedError):
                python.exec(KILL)
            return python.exec(LINE, {"x": 41}, {"y": int})["y"]

        def broken() -> object:
            with ProcessPoolExecutor(1) as pool, suppress(BrokenProcessPool):
                pool.submit(os._exit, 9).result()
            with ProcessPoolExecutor(1) as pool:
                return pool.submit(run_line, {"x": 41}).result()

        yield Race(
            {
                "deadline": calls(late),
                "sleep": calls(lambda: sleep(DEADLINE)),
                "killed": calls(killed),
                "ProcessPoolExecutor": calls(broken),
            },
            [
                (
                    "a loop and its deadline",
                    "deadline",
                    "sleep",
                    Limit("over", 10 * MILLISECOND),
                ),
                (
                    "a kill, and a result from a fresh worker",
                    "killed",
                    "ProcessPoolExecutor",
                    Limit("below", 20 * MILLISECOND),
                ),
            ],
        )


@contextmanager
def arrays(size: int, limit: float) -> Iterator[Race]:
    """An array of floats in, and a number back."""
    array = np.ones(size // 8)
    code = "last = float(array[-1])"
    with Interpreter("process") as python, child(UNPICKLE) as (to, back):

        def pickled() -> object:
            data = pickle.dumps(array, 5)
            for part in (_SIZE.pack(len(data)), data):
                rest = memoryview(part)
                while rest:
                    rest = rest[os.write(to, rest) :]
            return os.read(back, 8)

        def ours() -> object:
            return python.exec(code, {"array": array}, {"last": float})["last"]

        yield Race(
            {"exec": calls(ours), "pickle over a pipe": calls(pickled)},
            [
                (
                    f"an array of {size // 1_000_000} MB in",
                    "exec",
                    "pickle over a pipe",
                    Limit("times", limit),
                )
            ],
        )


@contextmanager
def in_arena(*, quick: bool) -> Iterator[Race]:
    """An array that lies in the arena already, small and large."""
    code = "last = float(array[-1])"
    with Interpreter("process") as python:

        def there(size: int) -> Callable[[], object]:
            make = f"import numpy\nmade = numpy.ones({size // 8})"
            array = python.exec(make, outputs={"made": np.ndarray})["made"]
            return lambda: python.exec(code, {"array": array}, {"last": float})

        large = SMALL if quick else LARGE
        yield Race(
            {"large": calls(there(large)), "8 MB": calls(there(SMALL))},
            [
                (
                    "an array of 800 MB that is in the arena",
                    "large",
                    "8 MB",
                    Limit("times", 1.5),
                )
            ],
        )


@contextmanager
def cached_script() -> Iterator[Race]:
    """A script that names what it needs, when its environment is there already."""
    with TemporaryDirectory() as folder:
        path = Path(folder, "script.py")
        path.write_text(SCRIPT, encoding="utf-8")
        given = {**os.environ, "XDG_CACHE_HOME": folder}
        ours = (sys.executable, "-m", "pythonarium", "run", str(path))
        subprocess.run(ours, check=True, env=given)  # noqa: S603  # ours alone
        [made] = Path(folder, "pythonarium", "environments").glob("*/bin/python")
        plain = (str(made), str(path))

        def call(command: Sequence[str]) -> Batch:
            return calls(lambda: subprocess.run(command, check=True, env=given))  # noqa: S603

        yield Race(
            {"run": call(ours), "python script.py": call(plain)},
            [
                (
                    "pythonarium run, of a cached PEP 723 script",
                    "run",
                    "python script.py",
                    Limit("over", 200 * MILLISECOND),
                )
            ],
        )


@contextmanager
def version() -> Iterator[Race]:
    """The version of a package, read without a start of the environment's Python."""
    environment = Environment.at(sys.executable)
    yield Race(
        {
            "version": calls(lambda: environment.version("numpy")),
            "importlib.metadata": calls(lambda: metadata.version("numpy")),
        },
        [
            (
                "Environment.version of a package",
                "version",
                "importlib.metadata",
                Limit("below", 2 * MILLISECOND),
            )
        ],
    )
