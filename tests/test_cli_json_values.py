"""What `--json` writes for a value that JSON has no word for."""

import enum
from array import array
from collections import UserString, namedtuple
from dataclasses import dataclass

import numpy as np
import pandas as pd  # type: ignore[import-untyped]
import pyarrow as pa
import pytest

from pythonarium import Interpreter
from pythonarium.cli.json_values import jsonable
from pythonarium.handles import Handle


class Colour(enum.Enum):
    RED = (1, 2)


class Whole(int):
    pass


@dataclass
class Point:
    x: int
    tags: set[str]


Pair = namedtuple("Pair", "left right")  # noqa: PYI024  # one of the kinds
RECORDS = [("n", "O"), ("p", [("x", int)])]

VALUES = {
    "enum": (Colour.RED, [1, 2]),
    "own-int": (Whole(5), 5),
    "own-text": (UserString("a"), "a"),
    "dataclass": (Point(1, {"a"}), {"x": 1, "tags": ["a"]}),
    "named-tuple": (
        Pair(1, Point(2, set())),
        {"left": 1, "right": {"x": 2, "tags": []}},
    ),
    "unordered-set": ({1, "a"}, ["a", 1]),
    "array": (array("i", [1, 2]), [1, 2]),
    "index": (pd.Index([1, 2]), [1, 2]),
    "table": (pd.DataFrame([[1, "x"]], columns=["a", 1]), [{"a": 1, "1": "x"}]),
    "two-columns-of-one-name": (
        pd.DataFrame([[1, "x"], [2, "y"]], columns=["a", "a"]),
        [[["a", 1], ["a", "x"]], [["a", 2], ["a", "y"]]],
    ),
    "arrow": (pa.table({"a": [1, None]}), [{"a": 1}, {"a": None}]),
    "arrow-with-two-columns-of-one-name": (
        pa.table([[1, 2], [3, 4]], names=["a", "a"]),
        [[["a", 1], ["a", 3]], [["a", 2], ["a", 4]]],
    ),
    "arrow-array": (pa.array([1, None]), [1, None]),
    "missing": ([pd.NA, pd.NaT], [None, None]),
    "record": (np.array([(None, (5,))], RECORDS)[0], {"n": None, "p": {"x": 5}}),
    "records": (np.array([(None, (5,))], RECORDS), [{"n": None, "p": {"x": 5}}]),
    "anything-else": (slice(1, 2), "slice(1, 2, None)"),
}


def no_handle(handle: Handle) -> object:
    pytest.fail(f"{handle!r} is none")


@pytest.mark.row("B8")
@pytest.mark.parametrize(("value", "expected"), VALUES.values(), ids=VALUES.keys())
def test_value_in_json(value: object, expected: object) -> None:
    written = jsonable(value, no_handle)
    assert written == expected
    assert type(written) is type(expected)


def test_handle_within_a_value_is_shown_by_the_caller() -> None:
    with Interpreter() as python:
        handle = python.handle("print")
        assert jsonable([handle], lambda found: found is handle) == [True]
