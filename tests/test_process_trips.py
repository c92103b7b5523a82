"""How often the host asks a worker: a loop over a handle must not ask for each item."""

from collections.abc import Iterator
from typing import Any

import pytest

from pythonarium import Interpreter
from pythonarium.rungs import _ahead
from pythonarium.rungs._worker import Worker


@pytest.fixture
def python() -> Iterator[Interpreter]:
    with Interpreter("process") as python:
        yield python


@pytest.fixture
def trips(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the list of the requests that are made from now on."""
    made: list[str] = []
    request = Worker.request

    def counted(self: Worker, operation: str, *args: Any) -> object:
        made.append(operation)
        return request(self, operation, *args)

    monkeypatch.setattr(Worker, "request", counted)
    return made


@pytest.mark.row("S29")
@pytest.mark.parametrize(
    "source",
    ["list(range(3000))", "{n: n for n in range(3000)}", "range(3000)", "'x' * 3000"],
)
def test_loop_over_a_container_asks_for_many_items_at_once(
    python: Interpreter, trips: list[str], source: str
) -> None:
    handle = python.handle(source)
    trips.clear()
    assert len(list(handle)) == 3000
    assert len(trips) <= 20, trips


def test_loop_over_a_generator_asks_for_each_item(
    python: Interpreter, trips: list[str]
) -> None:
    generator = iter(python.handle("(n for n in range(50))"))
    trips.clear()
    assert list(generator) == list(range(50))
    assert trips.count("advance") == 51


def test_items_told_long_ago_are_asked_for_again(
    python: Interpreter, trips: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    iterator = iter(python.handle("list(range(50))"))
    monkeypatch.setattr(_ahead, "AGE", -1.0)
    trips.clear()
    assert list(iterator) == list(range(50))
    assert trips.count("advance") == 51


@pytest.mark.row("S30")
def test_frame_releases_its_handles_in_one_message(
    python: Interpreter, trips: list[str]
) -> None:
    with python.watch():
        handles = [python.handle("object()") for _ in range(100)]
        trips.clear()
    assert trips == ["close_frame"]
    del handles
    assert python.leak_report() == []
    assert trips == ["close_frame", "leak_report"]


def test_value_behind_a_handle_comes_in_one_trip(
    python: Interpreter, trips: list[str]
) -> None:
    handle = python.handle("{'numbers': list(range(1000)), 'more': [{1}, (2,)]}")
    trips.clear()
    assert python.get(handle)["more"] == [{1}, (2,)]
    assert trips == ["value_of"]
