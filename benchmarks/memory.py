"""What a long run leaves in memory.  Run in a process of its own, by `grown`.

`python memory.py NAME COUNT` does COUNT calls of one of RUNS and prints, at the start and
after each part of them, a line with its resident bytes; then one with the references
that each witness has more than before.
"""

import gc
import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from resource import getpagesize
from types import ModuleType
from typing import Final

from pythonarium import Interpreter, WorkerDiedError

__all__ = ["PARTS", "Report", "grown"]

PARTS: Final = 100
WARM_UP: Final = 1000
FRAME: Final = 10  # handles in a frame
SCRIPT: Final = "total = count + 1"

Report = tuple[tuple[int, ...], dict[str, int]]
Part = Callable[[int], None]
Witnesses = Mapping[str, object]


def grown(name: str, count: int, tick: Callable[[], object]) -> Report:
    """Do a run in a fresh process.

    Args:
        name: of the run.
        count: calls; a multiple of PARTS.
        tick: called after each part.

    Returns:
        The resident bytes at the start and after each part, and the references that were
        left.
    """
    command = [sys.executable, __file__, name, str(count)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:  # noqa: S603  # this very file
        assert child.stdout is not None
        samples = []
        for _ in range(PARTS + 1):
            samples.append(int(child.stdout.readline()))
            tick()
        references: dict[str, int] = json.loads(child.stdout.readline())
    if child.returncode:
        raise subprocess.CalledProcessError(child.returncode, command)
    return tuple(samples), references


def resident() -> int:
    """Return the bytes of this process that are in memory."""
    pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[1]
    return int(pages) * getpagesize()


@contextmanager
def execs(rung: str = "shared") -> Iterator[tuple[Part, Witnesses]]:
    """Scripts with an input and a typed output."""
    value = 10**20  # no small number: those are shared, and never die
    inputs, outputs = {"count": value}, {"total": int}
    with Interpreter(rung) as python:

        def part(count: int) -> None:
            for _ in range(count):
                python.exec(SCRIPT, inputs, outputs)

        yield part, {"the input": value, "the script": SCRIPT, "outputs": outputs}


@contextmanager
def process_execs() -> Iterator[tuple[Part, Witnesses]]:
    """The same in another process."""
    with execs("process") as run:
        yield run


@contextmanager
def kills() -> Iterator[tuple[Part, Witnesses]]:
    """Workers that die, and fresh ones in their place."""
    with Interpreter("process", restart=True) as python:

        def part(count: int) -> None:
            for _ in range(count):
                with suppress(WorkerDiedError):
                    python.exec("import os; os.kill(os.getpid(), 9)")
                python.exec("count = 1")

        yield part, {"the interpreter": python}


@contextmanager
def bare_process_execs() -> Iterator[tuple[Part, Witnesses]]:
    """Bare ones, in this process."""
    with bare_execs() as run:
        yield run


@contextmanager
def bare_kills() -> Iterator[tuple[Part, Witnesses]]:
    """Bare runs, which kill nothing."""
    with bare_execs() as run:
        yield run


@contextmanager
def bare_execs() -> Iterator[tuple[Part, Witnesses]]:
    """`exec(code, namespace)`."""
    value = 10**20
    code, namespace = compile(SCRIPT, "<script>", "exec"), {"count": value}

    def part(count: int) -> None:
        for _ in range(count):
            exec(code, namespace)  # noqa: S102  # the peer

    yield part, {}


@contextmanager
def contexts() -> Iterator[tuple[Part, Witnesses]]:
    """Contexts that are made, used and deleted."""
    value = 10**20
    with Interpreter() as python:

        def part(count: int) -> None:
            for _ in range(count):
                with python.context():
                    python.set("count", value)
                    python.exec(SCRIPT)

        yield part, {"the variable": value, "the script": SCRIPT}


@contextmanager
def bare_contexts() -> Iterator[tuple[Part, Witnesses]]:
    """Modules that code runs in."""
    value = 10**20
    code = compile(SCRIPT, "<script>", "exec")

    def part(count: int) -> None:
        for _ in range(count):
            module = ModuleType("__main__")
            module.__dict__["count"] = value
            exec(code, module.__dict__)  # noqa: S102  # the peer

    yield part, {}


@contextmanager
def handles() -> Iterator[tuple[Part, Witnesses]]:
    """Handles to one object, ten in each frame."""
    value = [10**20]
    with Interpreter() as python:
        python.set("held", value)

        def part(count: int) -> None:
            for _ in range(count // FRAME):
                with python.watch():
                    for _ in range(FRAME):
                        _ = python.handle("held")

        yield part, {"the object": value}


@contextmanager
def bare_handles() -> Iterator[tuple[Part, Witnesses]]:
    """References to one object, ten in each list."""
    namespace = {"held": [10**20]}
    code = compile("held", "<script>", "eval")

    def part(count: int) -> None:
        for _ in range(count // FRAME):
            frame: list[object] = []
            for _ in range(FRAME):
                frame.append(eval(code, namespace))  # noqa: PERF401, S307  # the peer

    yield part, {}


RUNS: Final = {
    run.__name__: run
    for run in (
        *(execs, bare_execs, contexts, bare_contexts, handles, bare_handles),
        *(process_execs, bare_process_execs, kills, bare_kills),
    )
}


def main(name: str, count: int) -> None:
    """Do a run and print what it did to memory."""
    with RUNS[name]() as (part, witnesses):
        part(min(WARM_UP, count // 10))
        before = references(witnesses)
        print(resident(), flush=True)
        for _ in range(PARTS):
            part(count // PARTS)
            print(resident(), flush=True)
        after = references(witnesses)
    print(json.dumps({name: after[name] - before[name] for name in before}))


def references(witnesses: Witnesses) -> dict[str, int]:
    """Return the reference count of each witness."""
    gc.collect()
    return {name: sys.getrefcount(value) for name, value in witnesses.items()}


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
