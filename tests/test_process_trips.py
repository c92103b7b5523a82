"""How often the host asks a worker, and how much it sends: not each item, nor each script."""

from collections import defaultdict
from typing import Any

import pytest

from process_rung import worker_of
from pythonarium import Interpreter, ScriptError, VariableTypeError, WorkerDiedError
from pythonarium.rungs import _ahead
from pythonarium.rungs._links import HostLink
from pythonarium.rungs._worker import Worker


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
    assert len(trips) < 300, trips  # some 20, and more where the machine is busy


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


# Long scripts

TEXT = "# " + "x" * 1000 + "\n"


@pytest.fixture
def sizes(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return the list of the lengths of what is sent from now on."""
    sent: list[int] = []
    send = HostLink.send

    def counted(self: HostLink, kind: int, body: bytes) -> None:
        sent.append(len(body))
        send(self, kind, body)

    monkeypatch.setattr(HostLink, "send", counted)
    return sent


def test_long_script_is_sent_once(python: Interpreter, sizes: list[int]) -> None:
    code = TEXT + "y = x + 1"
    assert [python.exec(code, {"x": x}, ["y"])["y"] for x in range(5)] == [
        1,
        2,
        3,
        4,
        5,
    ]
    assert sizes[0] > len(code)
    assert max(sizes[1:]) < 200


def test_each_of_many_long_scripts_is_itself(python: Interpreter) -> None:
    for turn in (1, 2, 3):
        for number in [*range(70), 3, *range(10)]:
            code = f"{TEXT}y = {number} * turn"
            assert python.exec(code, {"turn": turn}, ["y"])["y"] == number * turn


def test_long_script_that_never_arrived_is_sent_again(python: Interpreter) -> None:
    code = TEXT + "y = 1"
    before = worker_of(python)
    with pytest.raises(VariableTypeError, match="factory"):
        python.exec(code, {"table": defaultdict(lambda: 1)})
    assert worker_of(python) == before
    assert python.exec(code, outputs=["y"])["y"] == 1


def test_long_script_that_fails_is_itself_afterwards(python: Interpreter) -> None:
    code = TEXT + "y = 1 / x"
    for _ in range(2):
        with pytest.raises(ScriptError, match="division"):
            python.exec(code, {"x": 0})
        assert python.exec(code, {"x": 1}, ["y"])["y"] == 1


def test_long_scripts_inside_of_a_long_script(python: Interpreter) -> None:
    def inner() -> None:
        for number in range(70):
            python.exec(f"{TEXT}z = {number}")

    code = TEXT + "inner()\ny = turn"
    for turn in range(3):
        given = {"inner": inner, "turn": turn}
        assert python.exec(code, given, ["y"])["y"] == turn


def test_fresh_worker_is_sent_the_long_script_again() -> None:
    code = TEXT + "y = 1"
    with Interpreter("process", restart=True) as python:
        python.exec(code)
        with pytest.raises(WorkerDiedError):
            python.exec("import os; os._exit(1)")
        assert python.exec(code, outputs=["y"])["y"] == 1
