"""Guards: a test leaves the process as it found it.

A library that holds threads, processes, shared blocks and `sys.stdout` in its hands
breaks hosts by what it leaves behind, long after the call that returned a right
result.  So every test, whatever it is about, is also a test of that:

- Leaks: no thread, child process or temporary file is there after the test that was
  not there before.  They get a second to end, since ending takes time.
- State: `sys.path`, the recursion limit, the working folder, the class of `__main__`,
  `Thread.start` and the trace function are what they were; stdout and stderr too, as
  soon as the body ends.  A changed one is put back, so that one bad test does not fail
  the others.  A lost trace function would also hide from coverage what runs after it.

The first fixture that a test sets up is this one, so what the test's own fixtures open
must be closed by them.  What a module's or session's fixture opens lives longer than
the test; it is there before the test starts, and the whole session is guarded in the
same way at its end.

Nobody is on an allow-list but the two servants that multiprocessing keeps until the
process ends.  A thread is found by its Python frame, so also one that `threading`
does not know; a thread that never ran Python is not seen.  Child processes are found
through /proc, and on a system without it they are not looked for.
"""

import os
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Generator, Iterator, Mapping
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Final

import pytest

PATIENCE: Final = 1.0  # seconds that a thread or process may take to end
SERVANTS: Final = ("multiprocessing.resource_tracker", "multiprocessing.forkserver")

Things = Mapping[object, str]


def threads() -> Things:
    """Return the name of every thread that runs Python, by its identity."""
    names = {thread.ident: thread.name for thread in threading.enumerate()}
    return {
        ident: names.get(ident, f"unnamed thread {ident}")
        for ident in sys._current_frames()
    }


def children() -> Things:
    """Return the command line of every child process, by its process id."""
    found: dict[object, str] = {}
    for listing in Path("/proc/self/task").glob("*/children"):
        try:
            pids = listing.read_text().split()
        except OSError:  # the thread ended while we looked
            continue
        found.update((pid, command_line(pid)) for pid in pids)
    return {pid: line for pid, line in found.items() if not is_servant(line)}


def command_line(pid: str) -> str:
    """Return how a process was started, or that it is a zombie."""
    try:
        arguments = Path("/proc", pid, "cmdline").read_bytes()
    except OSError:
        arguments = b""
    text = arguments.replace(b"\0", b" ").decode(errors="replace").strip()
    return f"{pid}: {text or 'ended, and nobody waited for it'}"


def is_servant(line: str) -> bool:
    return any(servant in line for servant in SERVANTS)


def temporary_files() -> Things:
    """Return what lies in the temporary folder, or in shared memory, under our name."""
    folders = [Path(tempfile.gettempdir()), Path("/dev/shm")]
    found = (path for folder in folders for path in folder.glob("pythonarium*"))
    return {path: str(path) for path in found}


LEAKS: Final[Mapping[str, Callable[[], Things]]] = {
    "thread": threads,
    "child process": children,
    "temporary file": temporary_files,
}


@dataclass(frozen=True, slots=True)
class State:
    """What belongs to the whole process, and to no test."""

    main_class: type
    thread_start: object
    trace_function: object
    sys_path: tuple[str, ...]
    recursion_limit: int
    working_folder: str

    @classmethod
    def read(cls) -> "State":
        return cls(
            main_class=sys.modules["__main__"].__class__,
            thread_start=threading.Thread.start,
            trace_function=sys.gettrace(),
            sys_path=tuple(sys.path),
            recursion_limit=sys.getrecursionlimit(),
            working_folder=working_folder(),
        )

    def restore(self) -> None:
        sys.modules["__main__"].__class__ = self.main_class
        threading.Thread.start = self.thread_start  # type: ignore[assignment, method-assign]
        sys.settrace(self.trace_function)  # type: ignore[arg-type]
        sys.path[:] = self.sys_path
        sys.setrecursionlimit(self.recursion_limit)
        os.chdir(self.working_folder)


def working_folder() -> str:
    try:
        return os.getcwd()  # noqa: PTH109 - it is put back as it was, not resolved
    except FileNotFoundError:
        return "a folder that is gone"


def leaks(before: Mapping[str, Things], reported: set[object]) -> Iterator[str]:
    """Yield a complaint for each kind of thing of which there are more than before."""
    deadline = time.monotonic() + PATIENCE
    for kind, look in LEAKS.items():
        known = before[kind].keys() | reported
        while (left := new(look(), known)) and time.monotonic() < deadline:
            time.sleep(0.01)
        if left:
            reported.update(left)
            yield f"left a {kind} behind: {', '.join(left.values())}"


def new(now: Things, known: AbstractSet[object]) -> Things:
    return {key: name for key, name in now.items() if key not in known}


def changes(before: State) -> Iterator[str]:
    """Yield a complaint for each part of the state that changed; put it back."""
    now = State.read()
    for field in fields(State):
        was, is_now = getattr(before, field.name), getattr(now, field.name)
        if was != is_now:
            yield f"changed {field.name} from {was!r} to {is_now!r}"
    if now != before:
        before.restore()


@contextmanager
def guarded(who: str, reported: set[object]) -> Generator[None]:
    """Fail, in the name of `who`, when the block leaves the process changed."""
    things = {kind: look() for kind, look in LEAKS.items()}
    state = State.read()
    yield
    complaints = [*leaks(things, reported), *changes(state)]
    if complaints:
        pytest.fail("\n".join(f"{who} {each}" for each in complaints), pytrace=False)


@pytest.fixture(scope="session", autouse=True)
def session_leaves_nothing_behind() -> Generator[set[object]]:
    """Guard what outlives a test; give the set of what has been complained of."""
    reported: set[object] = set()
    with guarded("the session", reported):
        yield reported


@pytest.fixture(autouse=True)
def test_leaves_nothing_behind(
    request: pytest.FixtureRequest, session_leaves_nothing_behind: set[object]
) -> Generator[None]:
    with guarded(request.node.name, session_leaves_nothing_behind):
        yield


@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None]:
    """Guard the streams round the body: pytest puts them back before the teardown."""
    before = sys.stdout, sys.stderr
    yield
    for name, stream in zip(("stdout", "stderr"), before, strict=True):
        now = getattr(sys, name)
        if now is not stream:
            complaint = f"{item.name} changed {name} from {stream!r} to {now!r}"
            pytest.fail(complaint, pytrace=False)
