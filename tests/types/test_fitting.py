"""What fits a type stays the same object; what converts is exact."""

import collections
import decimal
import enum
import fractions
import math
import pathlib
import types
import typing
import uuid
import zoneinfo
from collections import abc
from datetime import date, datetime, time, timedelta, timezone, tzinfo
from typing import Annotated, Any, Literal, TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd  # type: ignore[import-untyped]
import pytest

from typed import (
    UTC,
    Box,
    Color,
    Frozen,
    Level,
    Named,
    Node,
    Number,
    Pair,
    Point,
    Row,
    T,
    UserId,
    convert,
    labels,
)


class Text(str):
    __slots__ = ()

    def __str__(self) -> str:
        return "overridden"


Bounded = TypeVar("Bounded", bound=int)


# ------------------------------------------------------- what fits is the same object

FITTING: list[tuple[object, object]] = [
    (int, 10**30),
    (float, math.nan),
    (float, math.inf),
    (complex, 1j),
    (bool, True),
    (str, "tëxt \N{GRINNING FACE}"),
    (bytes, b"x"),
    (bytearray, bytearray(b"x")),
    (memoryview, memoryview(b"x")),
    (None, None),
    (type(None), None),
    (Any, object()),
    (object, [1, {"a": print}]),
    (datetime, datetime(2024, 1, 1, tzinfo=UTC)),
    (date, date(2024, 1, 1)),
    (time, time(1)),
    (timedelta, timedelta(1)),
    (timezone, UTC),
    (tzinfo, zoneinfo.ZoneInfo("UTC")),
    (zoneinfo.ZoneInfo, zoneinfo.ZoneInfo("UTC")),
    (decimal.Decimal, decimal.Decimal("1.5")),
    (fractions.Fraction, fractions.Fraction(1, 3)),
    (uuid.UUID, uuid.UUID(int=1)),
    (pathlib.Path, pathlib.Path("x")),
    (pathlib.PurePath, pathlib.Path("x")),
    (range, range(3)),
    (Color, Color.RED),
    (enum.Enum, Color.RED),
    (Literal[1, "a"], 1),
    (int | None, None),
    (typing.Optional[int], 3),  # noqa: UP045  # the old spelling under test
    (typing.Union[int, str], "a"),  # noqa: UP007  # the old spelling under test
    (list[int] | dict[str, int], {"a": 1}),
    (Annotated[int, "meters"], 1),
    (Annotated[list[int], ["unhashable"]], [1]),
    (typing.Final[int], 1),
    (typing.ClassVar[int], 1),
    (UserId, 1),
    (T, "anything"),
    (Number, 1.5),
    (Bounded, 1),
    (typing.LiteralString, "a"),
    ("dict[str, list[int]]", {"a": [1]}),
    (list["int"], [1]),
    (typing.List["int"], [1]),  # noqa: UP006  # the old spelling under test
    (list, [1, print]),
    (list[Any], [1, object()]),
    (list[int], [1, 2]),
    (list[str], ["a", "ë"]),
    (list[int | str | None], [1, "a", None]),
    (list[list[float]], [[1.0], []]),
    (set[int], {1}),
    (frozenset[str], frozenset("ab")),
    (tuple, (1, "a")),
    (tuple[int, ...], (1, 2)),
    (tuple[int, str], (1, "a")),
    (tuple[()], ()),
    (typing.Tuple, (1,)),  # noqa: UP006  # the old spelling under test
    (tuple[str, float], Pair("a", 1.0)),
    (dict, {"a": [1]}),
    (dict[str, float], {"a": 1.0}),
    (dict[str, Any], {"a": [1]}),
    (dict[Color, Point], {Color.RED: Point(1.0)}),
    (list, type("Rows", (list,), {})([1])),
    (dict[str, int], collections.OrderedDict(a=1)),
    (dict[str, list[int]], collections.defaultdict(list, a=[1])),
    (collections.OrderedDict[str, int], collections.OrderedDict(a=1)),
    (collections.Counter[str], collections.Counter("aab")),
    (collections.Counter, collections.Counter("aab")),
    (collections.deque[int], collections.deque([1], 3)),
    (abc.Sequence[int], range(3)),
    (abc.Sequence, "text"),
    (abc.Iterable[int], iter([1])),
    (abc.Iterable[str], {"a": 1}),
    (abc.Mapping[str, int], {"a": 1}),
    (abc.Set[str], {"a": 1}.keys()),
    (abc.Collection[int], {1}),
    (typing.Sequence[int], [1]),  # the old spelling under test
    (abc.Callable, print),
    (abc.Callable[[int], str], print),
    (typing.Callable[..., Any], print),  # the old spelling under test
    (type, int),
    (type[int], bool),
    (type[int | str], str),
    (type[Any], int),
    (type[T], int),
    (Point, Point(1.0)),
    (Frozen, Frozen(1.0)),
    (Node, Node(1, Node(2))),
    (Box[int], Box(1, Box(2))),
    (Box, Box("anything")),
    (Pair, Pair("a", 1.0)),
    (Row, {"name": "a", "price": 1.0}),
    (Row, {"name": "a", "price": 1.0, "note": "b"}),
    (Named, pathlib.Path("x")),
    (abc.Hashable, 1),
    (abc.Iterator[int], iter([1])),
    (np.ndarray, np.zeros(3)),
    (npt.NDArray[np.float64], np.zeros(3)),
    (npt.NDArray[np.floating[Any]], np.zeros(3, np.float32)),
    (npt.NDArray[Any], np.zeros(3)),
    (npt.NDArray[np.int64], np.zeros(3, np.longlong)),
    (npt.NDArray[np.str_], np.array(["abc"])),
    (npt.NDArray[np.datetime64], np.array(["2024-01-01"], "datetime64[D]")),
    (npt.NDArray[np.object_], np.array([object()])),
    (np.ndarray[tuple[int, int], np.dtype[np.float64]], np.zeros((2, 2))),
    (np.float64, np.float64(1)),
    (np.floating, np.float32(1)),
    (np.matrix, np.ones((1, 1)).view(np.matrix)),
    (np.random.Generator, np.random.default_rng(1)),
    (pd.DataFrame, pd.DataFrame({"a": [1]})),
    (pd.Series, pd.Series([1])),
    (pd.Timestamp, pd.Timestamp(1)),
]


@pytest.mark.parametrize(("annotation", "value"), FITTING, ids=labels(FITTING))
def test_fitting_value_is_returned_itself(annotation: object, value: object) -> None:
    assert convert(annotation, value) is value


# ----------------------------------------------------------- what converts is exact

CONVERTING: list[tuple[object, object, object]] = [
    (int, Level.LOW, 1),
    (int, np.int8(3), 3),
    (float, 3, 3.0),
    (float, Level.LOW, 1.0),
    (float, np.float64(1.5), 1.5),
    (float, np.float32(0.1), float(np.float32(0.1))),
    (float, np.longdouble(0.5), 0.5),
    (float, np.int64(3), 3.0),
    (complex, 3, 3 + 0j),
    (complex, 1.5, 1.5 + 0j),
    (complex, np.complex64(1j), 1j),
    (complex, np.complex128(1j), 1j),
    (bool, np.bool_(True), True),
    (str, Text("abc"), "abc"),
    (str, np.str_("abc"), "abc"),
    (bytes, np.bytes_(b"abc"), b"abc"),
    (datetime, pd.Timestamp("2024-01-02T03:04:05.000006Z"), datetime(2024, 1, 2, 3, 4, 5, 6, UTC)),
    (timedelta, pd.Timedelta(days=-1, microseconds=5), timedelta(-1, 0, 5)),
    (date, type("Day", (date,), {})(2024, 1, 2), date(2024, 1, 2)),
    (int | None, np.int8(3), 3),
    (int | float, Level.LOW, 1),
    (float | int, Level.LOW, 1.0),
    (list[float], [1, 2.5], [1.0, 2.5]),
    (tuple[float, ...], (1,), (1.0,)),
    (tuple[int, float], (1, 2), (1, 2.0)),
    (set[float], {1}, {1.0}),
    (frozenset[float], frozenset({1}), frozenset({1.0})),
    (dict[float, float], {1: 2}, {1.0: 2.0}),
    (dict[str, float], collections.OrderedDict(a=1), collections.OrderedDict(a=1.0)),
    (abc.Sequence[float], (1,), (1.0,)),
    (abc.Sequence[float], range(2), [0.0, 1.0]),
    (abc.Collection[float], {1: "a"}, [1.0]),
    (abc.Mapping[str, float], types.MappingProxyType({"a": 1}), {"a": 1.0}),
    (abc.Set[float], {1: 2}.keys(), {1.0}),
    (collections.Counter[float], collections.Counter({1: 2}), collections.Counter({1.0: 2})),
    (Point, Point(1), Point(1.0)),
    (Frozen, Frozen(1), Frozen(1.0)),
    (Pair, Pair("a", 1), Pair("a", 1.0)),
    (Row, {"name": "a", "price": 1}, {"name": "a", "price": 1.0}),
    (Box[float], Box(1, Box(2)), Box(1.0, Box(2.0))),
]  # fmt: skip


@pytest.mark.parametrize(
    ("annotation", "value", "expected"), CONVERTING, ids=labels(CONVERTING)
)
def test_converting_value_becomes_exactly_the_declared(
    annotation: object, value: object, expected: object
) -> None:
    before = repr(value)
    result = convert(annotation, value)
    assert result == expected
    assert type(result) is type(expected)
    assert repr(result) == repr(expected)
    assert repr(value) == before


def test_rebuilt_deque_keeps_its_length() -> None:
    result = convert(collections.deque[float], collections.deque([1], 5))
    assert result == collections.deque([1.0])
    assert result.maxlen == 5


def test_rebuilt_defaultdict_keeps_its_factory() -> None:
    result = convert(dict[str, float], collections.defaultdict(int, a=1))
    assert result["missing"] == 0


def test_parts_that_fit_are_shared_with_the_given_value() -> None:
    row = [1.5]
    value: list[list[float]] = [row, [2]]
    result = convert(list[list[float]], value)
    assert result == [[1.5], [2.0]]
    assert result[0] is row


def test_nan_of_every_width_is_a_float() -> None:
    for value in (np.float32("nan"), np.longdouble("nan")):
        assert math.isnan(convert(float, value))
