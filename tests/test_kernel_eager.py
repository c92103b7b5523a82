"""Who waits for an answer looks for it first, and stops where that does not help."""

import os
import select
from collections.abc import Iterator
from typing import Any

import pytest

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
    return Eager()


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


def test_who_has_one_processor_does_not_look(pipe: Pipe) -> None:
    allowed = os.sched_getaffinity(0)
    os.write(pipe.write, b"x")
    assert waits_with_a_look(Eager(), pipe, 1) == (len(allowed) > 1)
    os.sched_setaffinity(0, {min(allowed)})
    try:
        eager = Eager()
    finally:
        os.sched_setaffinity(0, allowed)
    before = pipe.looks
    assert eager.look(pipe.poll) == []
    assert pipe.looks == before
