"""Annotations as checks: what fits, what converts, what is refused, and where."""

import collections
import dataclasses
import decimal
import enum
import fractions
import gc
import math
import operator
import pathlib
import pickle
import subprocess
import sys
import types
import typing
import uuid
import weakref
import zoneinfo
from collections import abc
from datetime import date, datetime, time, timedelta, timezone, tzinfo
from typing import Annotated, Any, Literal, NamedTuple, NotRequired, TypedDict, TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd  # type: ignore[import-untyped]
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pythonarium.errors import VariableTypeError
from pythonarium.types import converter, describe, named_type

UTC = timezone.utc  # noqa: UP017  # the class under test
BIG = 2**53 + 1


class Color(enum.Enum):
    RED = 1
    BLUE = 2


class Level(enum.IntEnum):
    LOW = 1


class Text(str):
    __slots__ = ()

    def __str__(self) -> str:
        return "overridden"


@dataclasses.dataclass
class Point:
    x: float
    y: float = 0.0


@dataclasses.dataclass(frozen=True, slots=True)
class Frozen:
    x: float


@dataclasses.dataclass
class Node:
    value: int
    next: "Node | None" = None


@dataclasses.dataclass
class Tree:
    children: "list[Tree]"


@dataclasses.dataclass
class Computed:
    x: float
    double: float = dataclasses.field(init=False)

    def __post_init__(self) -> None:
        self.double = 2 * self.x


T = TypeVar("T")
Number = TypeVar("Number", int, float)
Bounded = TypeVar("Bounded", bound=int)
UserId = typing.NewType("UserId", int)


@dataclasses.dataclass
class Box(typing.Generic[T]):
    content: T
    more: "Box[T] | None" = None


class Pair(NamedTuple):
    name: str
    size: float


class Row(TypedDict):
    name: str
    price: float
    note: NotRequired[str]


@typing.runtime_checkable
class Named(typing.Protocol):
    name: str


class Unchecked(typing.Protocol):
    name: str


def labels(cases: list[tuple[Any, ...]]) -> list[str]:
    return [f"{number} {describe(case[0])}" for number, case in enumerate(cases)]


def form(head: Any, *args: object) -> Any:
    return head[args if len(args) > 1 else args[0]]


def convert(annotation: object, value: object) -> Any:
    return converter(annotation)(value, "x")


def refusal(annotation: object, value: object) -> VariableTypeError:
    with pytest.raises(VariableTypeError) as caught:
        convert(annotation, value)
    return caught.value


def cyclic_list() -> list[Any]:
    value: list[Any] = []
    value.append(value)
    return value


def nested(depth: int) -> list[Any]:
    value: list[Any] = []
    for _ in range(depth):
        value = [value]
    return value


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


def twin_of_color(**members: int) -> Any:
    make: Any = enum.Enum
    return make("Color", members)


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


# ---------------------------------------------------------------------- look-alikes


def test_look_alike_dataclass_is_built_anew() -> None:
    twin = dataclasses.make_dataclass("Point", [("x", float), ("y", float)])
    result = convert(list[Point], [twin(1, 2.5)])
    assert result == [Point(1.0, 2.5)]
    assert type(result[0]) is Point


def test_look_alike_with_computed_fields_keeps_their_values() -> None:
    twin = dataclasses.make_dataclass("Computed", [("x", float), ("double", float)])
    result = convert(Computed, twin(1.0, 7.0))
    assert (result.x, result.double) == (1.0, 7.0)


def test_look_alike_that_cannot_be_built_is_refused() -> None:
    @dataclasses.dataclass
    class Picky:
        x: int

        def __post_init__(self) -> None:
            if self.x < 0:
                raise ValueError("below zero")

    twin = dataclasses.make_dataclass("Picky", [("x", int)])
    assert "below zero" in refusal(Picky, twin(-1)).actual


def test_class_of_the_same_name_is_told_apart() -> None:
    other = type("Point", (), {"__module__": "elsewhere"})
    assert (
        "another class Point, of module 'elsewhere'" in refusal(Point, other()).actual
    )


def test_unset_field_is_refused() -> None:
    value = Point(1.0)
    del value.x
    assert refusal(Point, value).path == "x.x"


def test_look_alike_named_tuple_is_built_anew() -> None:
    make: Any = collections.namedtuple  # noqa: PYI024  # without hints
    twin = make("Pair", "name size")
    result = convert(Pair, twin("a", 1))
    assert result == Pair("a", 1.0)
    assert type(result) is Pair
    assert convert(twin, twin([1], 2)) == twin([1], 2)


def test_look_alike_enum_member_becomes_ours() -> None:
    twin = twin_of_color(RED=1, BLUE=3, PINK=4)
    assert convert(Color, twin["RED"]) is Color.RED
    assert "value is 3" in refusal(Color, twin["BLUE"]).actual
    refusal(Color, twin["PINK"])
    refusal(Color, Level.LOW)


def test_subclass_of_a_dataclass_stays_itself() -> None:
    @dataclasses.dataclass
    class Point3(Point):
        z: float = 0.0

    value = Point3(1.0)
    assert convert(Point, value) is value
    assert convert(Point, Point3(1)) == Point3(1.0)


# ---------------------------------------------------------------------- annotations


@pytest.mark.parametrize(
    "annotation",
    [5, ..., sys, form(list, 5), form(list, int, int), form(dict, str), form(tuple, int, str, ...),
     typing.Self, typing.Never, Unchecked, "no_such_type", "1 +",
     typing.Optional, typing.Union, tuple[*tuple[int, ...], str], form(list, "Nowhere")],
    ids=repr,
)  # fmt: skip
def test_nonsense_is_no_annotation(annotation: object) -> None:
    with pytest.raises(VariableTypeError, match="'z': expected a type annotation"):
        converter(annotation, "z")


def test_unresolvable_field_names_what_is_missing() -> None:
    cls = dataclasses.make_dataclass("Lost", [("a", "Nowhere")])
    with pytest.raises(VariableTypeError, match="names 'Nowhere'"):
        converter(cls)


def test_broken_field_is_told() -> None:
    cls = dataclasses.make_dataclass("Broken", [("a", "int + str")])
    with pytest.raises(VariableTypeError, match="a part of it is none"):
        converter(cls)


def test_class_of_a_script_sees_the_names_of_the_script() -> None:
    script = types.ModuleType("__main__")
    source = """
import dataclasses
@dataclasses.dataclass
class Leaf: size: float
@dataclasses.dataclass
class Stem: leaf: "Leaf"
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "__main__", script)
        exec(source, vars(script))
    value = script.Stem(script.Leaf(1))
    assert convert(script.Stem, value) == script.Stem(script.Leaf(1.0))


def test_class_of_a_function_may_refer_to_itself() -> None:
    @dataclasses.dataclass
    class Local:
        next: "Local | None" = None

    value = Local(Local())
    assert convert(Local, value) is value


def test_converter_is_cached() -> None:
    assert converter(list[Point]) is converter(list[Point])
    assert converter(int) is converter(int)
    assert converter(int | float) is not converter(float | int)


def test_cache_is_bounded() -> None:
    for number in range(1100):
        converter(Literal[number])
    assert convert(Literal[5], 5) == 5


@pytest.mark.parametrize("form", ["{}", "list[{}]", "type[{}]", "Callable[[{}], int]"])
@pytest.mark.parametrize("module", ["__main__", __name__])
def test_class_of_a_script_is_not_kept_alive(module: str, form: str) -> None:
    cls = type("Passing", (), {"__module__": module})
    cls.__qualname__ = "Passing" if module == "__main__" else "run.<locals>.Passing"
    names = {"Callable": abc.Callable, "Passing": cls}
    annotation = eval(form.format("Passing"), names)
    converter(annotation)
    gone = weakref.ref(cls)
    del cls, annotation, names
    gc.collect()
    assert gone() is None


@pytest.mark.skipif(sys.version_info < (3, 12), reason="`type X = ...` is newer")
def test_type_alias_statement() -> None:
    names: dict[str, Any] = {}
    source = """
    type Number = int | float
    type Json = None | bool | float | str | list[Json] | dict[str, Json]
    type Several[T] = list[T]
    type Loop = Loop
    type Lost = Nowhere
    type Outer = list[Inner]
    type Inner = Outer
    """
    exec("\n".join(map(str.strip, source.splitlines())), names)
    value = {"a": [1.0, {"b": None}]}
    assert convert(names["Json"], value) is value
    assert refusal(names["Json"], {"a": [1.0, {2: None}]}).expected == "str as a key"
    assert refusal(names["Json"], cyclic_list()).actual == "a list that contains itself"
    assert convert(names["Several"][float], [1]) == [1.0]
    assert convert(form(list, names["Number"]), [1, 2.5]) == [1, 2.5]
    assert convert(names["Outer"], [[[]]]) == [[[]]]
    for wrong in ("Loop", "Lost"):
        with pytest.raises(VariableTypeError, match="a type annotation"):
            converter(names[wrong])


@pytest.mark.parametrize(
    ("annotation", "text"),
    [
        (int, "int"),
        (None, "None"),
        (list[float], "list[float]"),
        (int | None, "int | None"),
        (typing.Optional[int], "int | None"),  # noqa: UP045  # the old spelling
        (typing.List[int], "list[int]"),  # noqa: UP006  # the old spelling
        (tuple[()], "tuple[()]"),
        (tuple[int, ...], "tuple[int, ...]"),
        (Literal[1, "a"], "Literal[1, 'a']"),
        (Annotated[int, 1], "int"),
        (abc.Callable[[int], str], "Callable[[int], str]"),
        (np.ndarray, "np.ndarray"),
        (npt.NDArray[np.float64], "NDArray[np.float64]"),
        (pd.DataFrame, "pd.DataFrame"),
        (Any, "Any"),
        (T, "T"),
        (UserId, "UserId"),
        (typing.ForwardRef("Node"), "Node"),
        (..., "..."),
        ("list[int]", "list[int]"),
        (Box[int], "Box[int]"),
        (5, "5"),
    ],
    ids=repr,
)
def test_description_is_as_one_would_write_it(annotation: object, text: str) -> None:
    assert describe(annotation) == text


@pytest.mark.parametrize(
    ("text", "annotation"),
    [
        ("int", int),
        (" list[float] ", list[float]),
        ("dict[str, int]", dict[str, int]),
        ("datetime", datetime),
        ("datetime.date", date),
        ("Decimal", decimal.Decimal),
        ("UUID", uuid.UUID),
        ("Path", pathlib.Path),
        ("None", None),
        ("Any", Any),
        ("object", object),
        ("ndarray", np.ndarray),
        ("np.ndarray", np.ndarray),
        ("np.float64", np.float64),
        ("npt.NDArray[np.float64]", npt.NDArray[np.float64]),
        ("DataFrame", pd.DataFrame),
        ("pandas.Series", pd.Series),
        ("str | None", str | None),
        ("Optional[int]", int | None),
        ("list['int']", list[int]),
        ("List[int]", typing.List[int]),  # noqa: UP006  # the old spelling
        ("Union[int, None]", int | None),
        ("tuple[int, ...]", tuple[int, ...]),
        ("tuple[()]", tuple[()]),
        ("Literal['a', 1]", Literal["a", 1]),
        ("Callable[[int], str]", abc.Callable[[int], str]),
        ("collections.abc.Sequence[int]", abc.Sequence[int]),
    ],
)
def test_text_names_a_type(text: str, annotation: object) -> None:
    assert named_type(text) == annotation


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "cannot be parsed"),
        ("list[int", "cannot be parsed"),
        ("(" * 10_000, "cannot be parsed"),
        ("flaot", "did you mean 'float'"),
        ("qqqqqq", "known are bool, int"),
        ("os.system", "no type is named 'os.system'"),
        ("np.load", "no type is named 'np.load'"),
        ("datetime.sys", "no type is named 'datetime.sys'"),
        ("__import__('os')", "is not a type"),
        ("int + str", "is not a type"),
        ("int[str]", "is not a type"),
        ("5", "is not a type"),
        ("[x for x in y]", "is not a type"),
    ],
)
def test_other_text_names_none(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        named_type(text)


def test_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(ValueError, match="needs pyarrow, which is not installed"):
        named_type("Table")


def test_module_imports_no_optional_package() -> None:
    code = "import sys, pythonarium.types; print({'numpy', 'pandas'} & {*sys.modules})"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout == "set()\n"


# ----------------------------------------------------------------------- properties

TEXT = st.text(st.characters(exclude_categories=["Cs"]))
ATOMS: list[tuple[Any, st.SearchStrategy[Any]]] = [
    (int, st.integers()),
    (float, st.floats()),
    (str, TEXT),
    (bool, st.booleans()),
    (bytes, st.binary()),
    (None, st.none()),
    (date, st.dates()),
    (datetime, st.datetimes()),
    (decimal.Decimal, st.decimals()),
    (Color, st.sampled_from(Color)),
    (Point, st.builds(Point, st.floats(), st.floats())),
]
Typed = tuple[Any, st.SearchStrategy[Any]]


def larger(inner: st.SearchStrategy[Typed]) -> st.SearchStrategy[Typed]:
    return st.one_of(
        inner.map(lambda of: (form(list, of[0]), st.lists(of[1], max_size=4))),
        inner.map(lambda of: (form(tuple, of[0], ...), st.lists(of[1]).map(tuple))),
        inner.map(lambda of: (form(dict, str, of[0]), st.dictionaries(TEXT, of[1]))),
        st.tuples(inner, inner).map(
            lambda of: (form(tuple, of[0][0], of[1][0]), st.tuples(of[0][1], of[1][1]))
        ),
        st.tuples(inner, inner).map(
            lambda of: (form(typing.Union, of[0][0], of[1][0]), of[0][1] | of[1][1])
        ),
    )


@given(st.data(), st.recursive(st.sampled_from(ATOMS), larger, max_leaves=6))
def test_value_made_for_an_annotation_fits_it(
    data: st.DataObject, typed: Typed
) -> None:
    annotation, strategy = typed
    value = data.draw(strategy)
    assert convert(annotation, value) is value


@given(st.lists(st.integers(-(2**70), 2**70)))
def test_float_takes_exactly_the_integers_that_it_equals(values: list[int]) -> None:
    try:
        result = convert(list[float], values)
    except VariableTypeError:
        assert any(float(value) != value for value in values)
    else:
        assert all(map(operator.eq, result, values))
