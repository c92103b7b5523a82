"""The forms of values for Java: what each is made of, there and back, and refused."""

import array
import enum
import http
import pathlib
import uuid
from collections import Counter, OrderedDict, defaultdict, deque, namedtuple
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from decimal import Decimal
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd  # type: ignore[import-untyped]
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pythonarium_kernel import forms
from pythonarium_kernel.forms import form, make

pytestmark = pytest.mark.row("B8")

PARIS = ZoneInfo("Europe/Paris")
INDIA = timezone(timedelta(hours=5, minutes=30))
NAIVE = datetime(1, 2, 3, 4)  # noqa: DTZ001  # on purpose
LONG = 1 << 63


class Color(enum.Enum):
    RED = 1


class Access(enum.IntFlag):
    READ = 1
    WRITE = 2


class Word(enum.StrEnum):
    YES = "y"


@dataclass
class Node:
    name: str
    below: object = None


Point = namedtuple("Point", "x y")  # noqa: PYI024  # as scripts write it


class Odd(tzinfo):
    """A zone that only its own code knows."""

    def utcoffset(self, _: datetime | None) -> None:
        return None

    def dst(self, _: datetime | None) -> None:
        return None

    def tzname(self, _: datetime | None) -> None:
        return None


@pytest.mark.parametrize(
    ("value", "made"),
    [
        (1 << 63, ("integer", b"\x00\x80" + bytes(7))),
        (-(1 << 63) - 1, ("integer", b"\xff\x7f" + b"\xff" * 7)),
        (Decimal("1E+3"), ("decimal", "1E+3")),
        (uuid.UUID(int=1), ("uuid", "00000000-0000-0000-0000-000000000001")),
        (pathlib.Path("a/b"), ("path", "a/b")),
        (date(1, 2, 3), ("date", 1, 2, 3)),
        (time(1, 2, 3, 4), ("time", 1, 2, 3, 4, None)),
        (time(1, tzinfo=INDIA), ("time", 1, 0, 0, 0, 19_800)),
        (NAIVE, ("datetime", 1, 2, 3, 4, 0, 0, 0, None, None)),
        (datetime(9, 1, 1, tzinfo=UTC), ("datetime", 9, 1, 1, 0, 0, 0, 0, None, 0)),
        (
            datetime(2020, 10, 25, 2, fold=1, tzinfo=PARIS),
            ("datetime", 2020, 10, 25, 2, 0, 0, 0, "Europe/Paris", 3_600),
        ),
        (timedelta(microseconds=-1), ("timedelta", -1, 86_399, 999_999)),
        (INDIA, ("zone", None, 19_800)),
        (PARIS, ("zone", "Europe/Paris", None)),
    ],
    ids=repr,
)
def test_a_value_and_its_form_make_each_other(
    value: object, made: tuple[Any, ...]
) -> None:
    assert form(value) == made
    back = make(*made)
    assert back == value
    assert type(back) is type(value)
    assert getattr(back, "fold", 0) == getattr(value, "fold", 0)


@pytest.mark.parametrize(
    ("value", "made"),
    [
        (bytearray(b"a"), ("bytes", b"a")),
        (memoryview(b"abcd")[::2], ("bytes", b"ac")),
        (deque([1, 2]), ("list", [1, 2])),
        (array.array("h", [1]), ("list", [1])),
        (range(5, 0, -2), ("range", 5, -2, 3)),
        (Counter("aa"), ("dict", {"a": 2})),
        (defaultdict(list, a=[]), ("dict", {"a": []})),
        (Point(1, None), ("fields", {"x": 1, "y": None})),
        (Node("a"), ("fields", {"name": "a", "below": None})),
        (Color.RED, ("plain", "RED")),
        (Access.READ | Access.WRITE, ("plain", 3)),
        (Word.YES, ("plain", "y")),
        (http.HTTPStatus.OK, ("plain", 200)),
        (np.int16(3), ("plain", 3)),
        (np.str_("a"), ("plain", "a")),
        (np.bool_(True), ("plain", True)),
        (1, ("plain", 1)),
        ("a", ("plain", "a")),
    ],
    ids=repr,
)
def test_what_has_no_class_of_its_own_in_java_is_plainer(
    value: object, made: tuple[Any, ...]
) -> None:
    assert form(value) == made
    assert type(form(value)[1]) is type(made[1])


def test_the_order_of_an_ordered_dict_is_its_own() -> None:
    late = OrderedDict(a=1, b=2)
    late.move_to_end("a")
    assert list(form(late)[1]) == ["b", "a"]


def test_a_text_that_java_cannot_have_is_refused() -> None:
    reason = "a str with a lone surrogate, '\\ud800' at index 1"
    assert form("a\ud800") == ("refused", reason)


@pytest.mark.parametrize(
    "value",
    [
        2j,
        len,
        Fraction(1, 3),
        Decimal("nan"),
        Decimal("-0"),
        Decimal(f"1E{2**31}"),
        range(1 << 63),
        range(1 << 32),
        memoryview(array.array("h", [1])),
        time(1, tzinfo=PARIS),
        datetime(1, 1, 1, tzinfo=Odd()),
        timezone(timedelta(hours=20)),
        timezone(timedelta(microseconds=1)),
        pd.Timestamp(0),
        np.arange(3),
        np.complex128(1),
        np.datetime64(0, "s"),
        pathlib.PureWindowsPath("a"),
        pathlib.Path("\ud800"),
    ],
    ids=ascii,
)
def test_what_java_has_no_class_for_stays_an_object(value: object) -> None:
    cls = type(value)
    assert form(value) == f"{cls.__module__}.{cls.__qualname__}"


def test_a_dataclass_that_is_not_finished_stays_an_object() -> None:
    node = Node.__new__(Node)
    assert form(node) == f"{__name__}.Node"


@pytest.mark.parametrize(
    ("parts", "reason"),
    [
        (("date", 10_000, 1, 1), "year 10000 is out of range"),
        (("timedelta", 1 << 62, 0, 0), "too large"),
        (("zone", "No/Where", None), "the time zone No/Where is unknown here"),
        (
            ("datetime", 2020, 1, 1, 0, 0, 0, 0, "Europe/Paris", 0),
            "in Europe/Paris it has another offset in Java's time-zone data, 0:00:00",
        ),
    ],
)
def test_what_python_has_not_is_told_in_a_tuple(
    parts: tuple[Any, ...], reason: str
) -> None:
    told = make(*parts)
    assert isinstance(told, tuple)
    assert reason in told[0]


@given(st.integers(max_value=-LONG - 1) | st.integers(min_value=LONG))
def test_any_integer_comes_back(value: int) -> None:
    assert make(*form(value)) == value


@given(st.decimals(allow_nan=False, allow_infinity=False))
def test_any_decimal_that_java_has_comes_back(value: Decimal) -> None:
    made = form(value)
    assert isinstance(made, str) or str(make(*made)) == str(value)


def test_only_classes_of_the_library_are_remembered() -> None:
    form(Node("a"))
    form(date(1, 1, 1))
    assert Node not in forms._known
    assert date in forms._known
