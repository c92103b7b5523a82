"""What a type refuses, and where in the value."""

import dataclasses
import decimal
import math
import pathlib
import pickle
import sys
import uuid
from collections import abc
from datetime import date, datetime, timedelta
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd  # type: ignore[import-untyped]
import pytest

from typed import (
    UTC,
    Box,
    Color,
    Frozen,
    Named,
    Node,
    Pair,
    Point,
    Row,
    convert,
    cyclic_list,
    labels,
    refusal,
    twin_of_color,
)

BIG = 2**53 + 1


@dataclasses.dataclass
class Tree:
    children: "list[Tree]"


def nested(depth: int) -> list[Any]:
    value: list[Any] = []
    for _ in range(depth):
        value = [value]
    return value


# ----------------------------------------------------------------- what is refused

REFUSED: list[tuple[object, object, str]] = [
    (int, True, "bool True"),
    (int, 1.0, "float 1.0"),
    (int, "1", "str '1'"),
    (int, None, "None"),
    (int, np.timedelta64(3, "s"), "np.timedelta64"),
    (int, np.array(3), "np.ndarray"),
    (float, True, "bool True"),
    (float, "1", "str '1'"),
    (float, decimal.Decimal(1), "Decimal('1')"),
    (float, BIG, "which no float equals"),
    (float, -(10**400), "which no float equals"),
    (complex, BIG, "which no float equals"),
    (bool, 1, "int 1"),
    (str, b"a", "bytes b'a'"),
    (str, "ab\ud800", "a lone surrogate at index 2"),
    (bytes, bytearray(b"a"), "bytearray(b'a')"),
    (bytearray, b"a", "bytes b'a'"),
    (None, 0, "int 0"),
    (datetime, pd.NaT, "NaT"),
    (datetime, pd.Timestamp(1), "which has nanoseconds"),
    (datetime, date(2024, 1, 1), "date"),
    (timedelta, pd.Timedelta(1), "which has nanoseconds"),
    (date, datetime(2024, 1, 1, tzinfo=UTC), "datetime"),
    (decimal.Decimal, math.nan, "float nan"),
    (decimal.Decimal, 1, "int 1"),
    (decimal.Decimal, "1", "str '1'"),
    (uuid.UUID, str(uuid.UUID(int=0)), "str"),
    (pathlib.Path, "x", "str 'x'"),
    (Color, 1, "int 1"),
    (Literal[1], True, "bool True"),
    (Literal["a"], [], "list []"),
    (int | str, 1.5, "float 1.5"),
    (float | None, BIG, "which no float equals"),
    (list, (1,), "tuple (1,)"),
    (list[int], np.zeros(1), "np.ndarray"),
    (tuple, [1], "list [1]"),
    (tuple[int, int], (1,), "a tuple of 1"),
    (tuple[()], (1,), "a tuple of 1"),
    (tuple[int, str], [1, "a"], "list"),
    (dict, [1], "list [1]"),
    (dict[str, int], [1], "list [1]"),
    (set, [1], "list [1]"),
    (abc.Sequence[str], "abc", "str 'abc'"),
    (abc.Mapping[str, int], [("a", 1)], "list"),
    (abc.Callable[[], int], 1, "int 1"),
    (type, 1, "int 1"),
    (type[int], str, "type <class 'str'>"),
    (Point, {"x": 1.0, "y": 1.0}, "dict"),
    (Point, Frozen(1.0), "Frozen(x=1.0)"),
    (Pair, ("a", 1.0), "tuple"),
    (Row, Point(1.0), "Point("),
    (Named, 1, "int 1"),
    (np.ndarray, [1], "list [1]"),
    (np.ndarray, np.array([None]), "an array of Python objects"),
    (npt.NDArray[np.float64], np.zeros(1, np.float32), "an array of float32"),
    (npt.NDArray[np.float64], np.zeros(1, ">f8"), "an array of >f8"),
    (npt.NDArray[np.integer[Any]], np.zeros(1), "an array of float64"),
    (npt.NDArray[np.str_], np.array([b"a"]), "an array of |S1"),
    (np.ndarray[tuple[int, int], np.dtype[Any]], np.zeros(1), "1 dimension"),
    (np.float64, 1.5, "float 1.5"),
    (np.float64, np.float32(1), "np.float32"),
    (pd.DataFrame, {"a": [1]}, "dict"),
]


@pytest.mark.parametrize(
    ("annotation", "value", "actual"), REFUSED, ids=labels(REFUSED)
)
def test_other_value_is_refused_and_named(
    annotation: object, value: object, actual: str
) -> None:
    error = refusal(annotation, value)
    assert actual in error.actual
    assert error.name == "x"


NESTED: list[tuple[object, object, str, str]] = [
    (list[int], [1, "a"], "x[1]", "int"),
    (dict[str, float], {"price": "a"}, "x['price']", "float"),
    (dict[str, int], {1: 1}, "x", "str as a key"),
    (dict[tuple[int, str], int], {(1, 2): 1}, "x", "tuple[int, str] as a key"),
    (set[int], {"a"}, "x", "int as an element"),
    (set[str], {"\ud800"}, "x", "str as an element"),
    (tuple[int, str], (1, 2), "x[1]", "str"),
    (tuple[int, ...], (1, "a"), "x[1]", "int"),
    (Point, Point("a"), "x.x", "float"),  # type: ignore[arg-type]
    (Pair, Pair("a", "b"), "x.size", "float"),  # type: ignore[arg-type]
    (Row, {"name": 1, "price": 1.0}, "x['name']", "str"),
    (Row, {"name": "a"}, "x['price']", "float"),
    (Row, {"name": "a", "price": 1.0, "nota": 1}, "x['nota']", "no such key"),
    (Row, {"name": "a", "price": 1.0, 7: 1}, "x[7]", "no such key"),
    (Node, Node(1, Node("a")), "x.next.value", "int"),  # type: ignore[arg-type]
    (Box[int], Box[Any](1, Box("a")), "x.more.content", "int"),
    (list[int] | None, [1, "a"], "x[1]", "int"),
    (dict[str, Any], {"a": cyclic_list()}, "x['a'][0]", "any value"),
    (dict[str, list[dict[str, Point]]],
     {"a": [{}, {"b": Point(1.0, "c")}]}, "x['a'][1]['b'].y", "float"),  # type: ignore[arg-type]
]  # fmt: skip


@pytest.mark.parametrize(
    ("annotation", "value", "path", "expected"), NESTED, ids=labels(NESTED)
)
def test_refusal_says_where(
    annotation: object, value: object, path: str, expected: str
) -> None:
    error = refusal(annotation, value)
    assert (error.path, error.expected) == (path, expected)


def test_refusal_is_one_sentence_with_the_next_step() -> None:
    assert str(refusal(list[int], [1, 1.5])) == (
        "variable 'x' at x[1]: expected int, got float 1.5;"
        " declare it as float, or use round() first"
    )


def test_refusal_pickles_and_holds_no_trace_of_the_search() -> None:
    error = refusal(list[int], ["a"])
    assert str(pickle.loads(pickle.dumps(error))) == str(error)
    assert error.__context__ is None


def test_misspelt_key_is_told_the_right_one() -> None:
    error = refusal(Row, {"name": "a", "prize": 1.0})
    assert error.advice == "did you mean 'price'?"


def test_failing_repr_does_not_hide_the_refusal() -> None:
    class Silent:
        def __repr__(self) -> str:
            raise RuntimeError

    assert refusal(int, Silent()).actual.startswith("Silent <")
    assert refusal(str, 10**5000).actual == "int <its repr fails>"


def test_long_repr_is_shortened() -> None:
    assert len(refusal(int, "a" * 10_000).actual) < 100
    assert len(refusal(int, ["a" * 100] * 100).actual) < 100


def test_union_lists_what_was_expected() -> None:
    assert refusal(int | str | None, 1.5).expected == "int | str | None"


def test_keys_that_would_become_one_are_refused() -> None:
    twin = twin_of_color(RED=1)
    value = {Color.RED: 1, twin["RED"]: 2}
    assert "convert to the same" in refusal(dict[Color, int], value).actual


# ------------------------------------------------------------ cycles, depth, sharing


@pytest.mark.parametrize("annotation", [list, list[Any], object, Any], ids=repr)
def test_cyclic_list_is_refused(annotation: object) -> None:
    error = refusal(annotation, cyclic_list())
    assert error.actual == "a list that contains itself"
    assert error.path == "x[0]"


def test_cyclic_dataclass_is_refused() -> None:
    value = Node(1, Node(2))
    value.next.next = value  # type: ignore[union-attr]
    error = refusal(Node, value)
    assert error.actual == "a Node that contains itself"
    assert error.path == "x.next.next"


def test_deep_values_are_refused() -> None:
    value = Node(0)
    for number in range(300):
        value = Node(number, value)
    assert "nested" in refusal(Node, value).actual
    assert "nested" in refusal(list, nested(300)).actual


def test_values_of_moderate_depth_fit() -> None:
    value = Tree([])
    for _ in range(150):
        value = Tree([value])
    assert convert(Tree, value) is value
    assert convert(list, nested(150)) is not None


def test_recursion_without_stack_is_a_refusal() -> None:
    value = Tree([])
    for _ in range(190):
        value = Tree([value])

    def descend(depth: int) -> None:
        if depth:
            return descend(depth - 1)
        refusal(Tree, value)
        return None

    room = sys.getrecursionlimit() - 300
    used = len(list(iter_frames()))
    descend(room - used)


def iter_frames() -> abc.Iterator[object]:
    frame = sys._getframe()
    while frame is not None:
        yield frame
        frame = frame.f_back  # type: ignore[assignment]


def test_much_shared_value_takes_no_exponential_time() -> None:
    value = Tree([])
    for _ in range(100):
        value = Tree([value, value])
    assert convert(Tree, value) is value


def test_untyped_text_with_surrogate_is_refused() -> None:
    error = refusal(list, ["a", "\ud800"])
    assert error.path == "x[1]"
    assert "surrogate" in error.actual
