"""Who waits for an answer looks for it first, and stops where that does not help."""

import math
import os
import select
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from pythonarium import Interpreter
from pythonarium_kernel import eager as eager_module
from pythonarium_kernel.eager import LONGEST, Eager


class Pipe:
    """A pipe that counts how often somebody looks whether it can be read."""

    def __init__(self) -> None:
        self.read, self.write = os.pipe()
        self._poll = select.poll()
        self._poll.register(self.read, select.POLLIN)
        self.looks = 0

    def poll(self, milliseconds: int) -> list[Any]:
        self.looks += 1
        return self._poll.poll(milliseconds)


@pytest.fixture
def pipe() -> Iterator[Pipe]:
    pipe = Pipe()
    yield pipe
    os.close(pipe.read)
    os.close(pipe.write)


@pytest.fixture
def eager(monkeypatch: pytest.MonkeyPatch) -> Eager:
    """Return one that looks: it was made where there are two processors."""
    monkeypatch.setattr(os, "sched_getaffinity", lambda _pid: {0, 1})
    monkeypatch.setattr(eager_module, "_GROUPS", os.devnull)
    return Eager()


def looks(allowed: set[int]) -> bool:
    """Tell whether one that may run on these processors looks, on this machine."""
    return min(len(allowed), eager_module.granted()) >= 2


def waits_with_a_look(eager: Eager, pipe: Pipe, waits: int) -> int:
    found = 0
    for _ in range(waits):
        before = pipe.looks
        eager.look(pipe.poll)
        found += pipe.looks > before
    return found


def test_what_is_there_is_found_at_the_first_look(eager: Eager, pipe: Pipe) -> None:
    os.write(pipe.write, b"x")
    assert eager.look(pipe.poll) == [(pipe.read, select.POLLIN)]
    assert pipe.looks == 1


def test_looks_in_vain_are_few(eager: Eager, pipe: Pipe) -> None:
    assert waits_with_a_look(eager, pipe, 1) == 1
    assert waits_with_a_look(eager, pipe, 1) == 0
    assert waits_with_a_look(eager, pipe, 10 * LONGEST) < 20
    os.write(pipe.write, b"x")
    assert waits_with_a_look(eager, pipe, LONGEST + 100) >= 100  # it helps again


GROUPS = {
    "of version 2": (
        "0::/a/b",
        {"a/cpu.max": "150000 100000", "a/b/cpu.max": "max 100000"},
    ),
    "of version 1": (
        "5:memory:/x\n1:cpu,cpuacct:/not/in/here\n0::/",
        {"cpu/cpu.cfs_quota_us": "50000\n", "cpu/cpu.cfs_period_us": "100000\n"},
    ),
    "without a quota": (
        "1:cpu:/a\n0::/a",
        {
            "a/cpu.max": "max 1000",
            "cpu/a/cpu.cfs_quota_us": "-1",
            "cpu/a/cpu.cfs_period_us": "9",
        },
    ),
    "elsewhere": ("0::/", {}),
}


@pytest.mark.parametrize(
    ("kind", "processors"),
    [
        ("of version 2", 1.5),
        ("of version 1", 0.5),
        ("without a quota", math.inf),
        ("elsewhere", math.inf),
    ],
)
def test_who_is_granted_less_than_two_processors_does_not_look(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    pipe: Pipe,
    kind: str,
    processors: float,
) -> None:
    groups, files = GROUPS[kind]
    (tmp_path / "cgroup").write_text(groups + "\n")
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    monkeypatch.setattr(eager_module, "_GROUPS", str(tmp_path / "cgroup"))
    monkeypatch.setattr(eager_module, "_ROOTS", (str(tmp_path), str(tmp_path / "cpu")))
    monkeypatch.setattr(os, "sched_getaffinity", lambda _pid: {0, 1})
    assert eager_module.granted() == processors
    os.write(pipe.write, b"x")
    assert bool(Eager().look(pipe.poll)) == (processors >= 2)


def test_who_has_one_processor_does_not_look(pipe: Pipe) -> None:
    allowed = os.sched_getaffinity(0)
    os.write(pipe.write, b"x")
    assert waits_with_a_look(Eager(), pipe, 1) == looks(allowed)
    os.sched_setaffinity(0, {min(allowed)})
    try:
        eager = Eager()
    finally:
        os.sched_setaffinity(0, allowed)
    before = pipe.looks
    assert eager.look(pipe.poll) == []
    assert pipe.looks == before


SPIN = """
import os, sys
os.sched_setaffinity(0, {int(sys.argv[1])})
print(flush=True)
while True: pass
"""
ROOM = 30.0  # seconds in which no other process wants to run, at some moment


@contextmanager
def spinning(processor: int) -> Iterator[int]:
    """Keep a processor busy; yield the number of the thread that does."""
    command = [sys.executable, "-c", SPIN, str(processor)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == b"\n"
            yield process.pid
        finally:
            process.kill()


@pytest.fixture
def masks(monkeypatch: pytest.MonkeyPatch) -> list[set[int]]:
    """Return the list of the processors that this thread allows itself, one by one."""
    masks: list[set[int]] = []
    change = os.sched_setaffinity

    def noted(thread: int, mask: set[int]) -> None:
        masks.append(mask)
        change(thread, mask)

    monkeypatch.setattr(os, "sched_setaffinity", noted)
    return masks


def test_who_looks_leaves_the_processor_to_the_other(
    pipe: Pipe, masks: list[set[int]]
) -> None:
    allowed = os.sched_getaffinity(0)
    processor = min(allowed)
    end = time.monotonic() + ROOM
    with spinning(processor) as other:
        while not masks and looks(allowed) and time.monotonic() < end:
            assert Eager(other).look(pipe.poll) == []
    assert masks == ([allowed - {processor}, allowed] if looks(allowed) else [])
    assert os.sched_getaffinity(0) == allowed


def test_who_looks_stays_where_all_processors_are_taken(
    pipe: Pipe, masks: list[set[int]]
) -> None:
    with ExitStack() as stack:
        busy = [
            stack.enter_context(spinning(processor))
            for processor in os.sched_getaffinity(0)
        ]
        for other in busy * 10:
            assert Eager(other).look(pipe.poll) == []
    assert masks == []


def test_who_looks_asks_nothing_of_a_thread_that_is_gone(
    pipe: Pipe, masks: list[set[int]]
) -> None:
    with spinning(min(os.sched_getaffinity(0))) as other:
        pass
    assert Eager(other).look(pipe.poll) == []
    assert masks == []


def test_worker_may_run_where_its_host_may() -> None:
    with Interpreter("process") as python:
        for _ in range(1000):
            python.exec("x = 1")
        allowed = python.eval("sorted(__import__('os').sched_getaffinity(0))")
    assert allowed == sorted(os.sched_getaffinity(0))
