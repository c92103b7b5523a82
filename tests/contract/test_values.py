"""Row B8: what crosses by value, both ways, typed and untyped; and what is refused."""

import array
import dataclasses
import decimal
import enum
import fractions
import math
import pathlib
import sys
import uuid
import zoneinfo
from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import Any, Literal, NamedTuple

import numpy as np
import pandas as pd  # type: ignore[import-untyped]
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pythonarium import Handle, Interpreter, VariableTypeError


class Colour(enum.Enum):
    RED = "red"


class Level(enum.IntEnum):
    LOW = 1


class Mode(enum.Flag):
    READ = 1
    WRITE = 2


@dataclasses.dataclass
class Point:
    x: float
    tags: list[str]


@dataclasses.dataclass(frozen=True, slots=True)
class Fixed:
    when: date


class Pair(NamedTuple):
    left: int
    right: str


PARIS = zoneinfo.ZoneInfo("Europe/Paris")
VALUES: list[tuple[object, object]] = [
    (None, type(None)),
    (True, bool),
    (False, bool),
    (0, int),
    (-(2**63), int),
    (10**400, int),
    (1.5, float),
    (-0.0, float),
    (math.inf, float),
    (5e-324, float),
    (1 + 2j, complex),
    ("", str),
    ("a\0b", str),
    ("é \U0001f40d \u2028", str),
    (b"", bytes),
    (bytes(range(256)), bytes),
    (bytearray(b"ab"), bytearray),
    (memoryview(b"ab"), memoryview),
    ([], list[int]),
    ([1, 2.5, "x"], list[int | float | str]),
    ((), tuple[()]),
    ((1, "a"), tuple[int, str]),
    ((1, 2, 3), tuple[int, ...]),
    ({1, 2}, set[int]),
    (frozenset("ab"), frozenset[str]),
    ({}, dict[str, int]),
    ({"b": 1, "a": 2}, dict[str, int]),
    (
        {(1, frozenset("a")): None, date(2024, 2, 29): 2, 3.5: 3},
        dict[tuple[int, frozenset[str]] | date | float, int | None],
    ),
    (OrderedDict(b=1, a=2), OrderedDict[str, int]),
    (Counter("aab"), Counter[str]),
    (defaultdict(list, {"a": [1]}), defaultdict[str, list[int]]),
    (deque([1, 2], maxlen=3), deque[int]),
    (date(1, 1, 1), date),
    (datetime(2024, 2, 29, 23, 59, 59, 999999), datetime),  # noqa: DTZ001
    (datetime(2024, 10, 27, 2, 30, tzinfo=PARIS, fold=1), datetime),
    (datetime(2024, 1, 1, tzinfo=UTC), datetime),
    (datetime(2024, 1, 1, tzinfo=timezone(timedelta(minutes=-90))), datetime),
    (time(1, 2, 3, 4), time),
    (timedelta(days=-1, microseconds=1), timedelta),
    (PARIS, zoneinfo.ZoneInfo),
    (decimal.Decimal("1.10"), decimal.Decimal),
    (decimal.Decimal("-Infinity"), decimal.Decimal),
    (fractions.Fraction(1, 3), fractions.Fraction),
    (uuid.UUID(int=5), uuid.UUID),
    (pathlib.Path("/a/b c"), pathlib.Path),
    (pathlib.PureWindowsPath("C:/a"), pathlib.PureWindowsPath),
    (Colour.RED, Colour),
    (Level.LOW, Level),
    (Mode.READ | Mode.WRITE, Mode),
    (Point(1.0, ["a"]), Point),
    (Fixed(date(2024, 1, 1)), Fixed),
    (Pair(1, "a"), Pair),
    (range(1, 10**30, 3), range),
    (array.array("d", [1.0, 2.0]), array.array),
    ("red", Literal["red", "blue"]),
    (5, int | None),
    (None, int | None),
    ({"rows": [{"at": date(2024, 1, 1)}]}, dict[str, list[dict[str, date]]]),
]
# A view shows its address, a set has its elements in an order of its own.
SHOWN_OTHERWISE = (memoryview, set, frozenset)


def both_ways(python: Interpreter, value: object, annotation: object) -> object:
    """Send a value in, let the script copy the name, and fetch it."""
    python.set("given", value, annotation)
    result = python.exec("back = given", None, {"back": annotation})
    return result["back"]


@pytest.mark.row("B8")
@pytest.mark.parametrize(
    ("value", "annotation"),
    VALUES,
    ids=[
        f"{number}-{type(value).__name__}" for number, (value, _) in enumerate(VALUES)
    ],
)
@pytest.mark.parametrize("typed", [True, False], ids=["typed", "untyped"])
def test_value_crosses_both_ways(
    python: Interpreter,
    value: object,
    annotation: object,
    typed: bool,
    shares_objects: bool,
) -> None:
    back = both_ways(python, value, annotation if typed else None)
    assert type(back) is type(value)
    assert back == value
    if not isinstance(value, SHOWN_OTHERWISE):
        assert repr(back) == repr(value)
    if shares_objects:
        assert back is value


@pytest.mark.row("B8")
def test_nan_crosses_both_ways(python: Interpreter) -> None:
    for annotation in (float, None):
        back = both_ways(python, math.nan, annotation)
        assert isinstance(back, float)
        assert math.isnan(back)


@pytest.mark.row("B8")
def test_dict_keeps_its_order(python: Interpreter) -> None:
    python.exec("names = list(given)", {"given": {"z": 1, "a": 2, "m": 3}})
    assert python["names"] == ["z", "a", "m"]


@pytest.mark.row("B8")
@pytest.mark.parametrize("source", ["Colour.RED", "Point(1.0, ['a'])", "Pair(1, 'a')"])
def test_values_of_host_classes_are_made_by_scripts(
    python: Interpreter, source: str
) -> None:
    here = {"Colour": Colour, "Point": Point, "Pair": Pair}
    assert python.eval(source, inputs=here) == eval(source, here)


# Arrays and tables

DTYPES = [
    *("?", "b", "B", "i2", ">i4", "<u8", "f2", "f4", ">f8", "c8", "c16"),
    *("S3", "U2", "M8[ns]", "m8[s]", "V4", [("a", "i4"), ("b", "f8", (2,))]),
]


@pytest.mark.row("B8", "B13")
@pytest.mark.parametrize("dtype", DTYPES, ids=str)
@pytest.mark.parametrize(
    "arrange",
    [
        lambda a: a,
        np.asfortranarray,
        lambda a: a[::-1, ::2],
        lambda a: a[:0],
        lambda a: a[0, 0, None].reshape(()),
        lambda a: a.T,
    ],
    ids=["c", "fortran", "strided", "empty", "scalar-array", "transposed"],
)
def test_array_crosses_with_dtype_and_strides(
    python: Interpreter,
    dtype: Any,
    arrange: "Callable[[np.ndarray[Any, Any]], np.ndarray[Any, Any]]",
    shares_objects: bool,
) -> None:
    value = arrange(np.zeros((4, 3), dtype))
    for annotation in (np.ndarray, None):
        back = both_ways(python, value, annotation)
        assert isinstance(back, np.ndarray)
        assert (back.dtype, back.shape) == (value.dtype, value.shape)
        assert back.tobytes() == value.tobytes()
        if shares_objects:
            assert back is value


@pytest.mark.row("B8")
@pytest.mark.parametrize(
    "value",
    [
        np.float64(1.5),
        np.int8(-3),
        np.bool_(True),
        np.str_("a"),
        np.datetime64("2024-01-01"),
        np.complex64(1j),
    ],
    ids=lambda value: type(value).__name__,
)
def test_numpy_scalar_crosses(python: Interpreter, value: np.generic) -> None:
    for annotation in (type(value), None):
        back = both_ways(python, value, annotation)
        assert type(back) is type(value)
        assert back == value


@pytest.mark.row("B13")
def test_script_writes_into_the_hosts_array_where_objects_are_shared(
    python: Interpreter, shares_objects: bool
) -> None:
    numbers = np.zeros(1000)
    data = bytearray(4)
    code = "numbers[:] = 7; data[1] = 7"
    python.exec(code, {"numbers": numbers, "data": data})
    assert numbers.sum() == (7000 if shares_objects else 0)
    assert data[1] == (7 if shares_objects else 0)


@pytest.mark.row("B8")
def test_tables_cross(python: Interpreter, shares_objects: bool) -> None:
    frame = pd.DataFrame({"a": [1, 2], "b": ["x", None]}, index=["r", "s"])
    table = pa.table({"a": [1, None], "b": [["x"], []]})
    tables: list[Any] = [frame, frame["a"], table, table.to_batches()[0]]
    for value in tables:
        for annotation in (type(value), None):
            back: Any = both_ways(python, value, annotation)
            assert type(back) is type(value)
            assert value.equals(back)
            if shares_objects:
                assert back is value


@pytest.mark.row("B8")
def test_pandas_time_crosses(python: Interpreter) -> None:
    for value in (pd.Timestamp("2024-01-01", tz="UTC"), pd.Timedelta("1ns")):
        assert both_ways(python, value, type(value)) == value
        assert both_ways(python, value, None) == value


# What is refused, and where inside the value


def loop() -> list[object]:
    ring: list[object] = []
    ring.append({"again": ring})
    return ring


def nested(depth: int) -> list[object]:
    value: list[object] = []
    for _ in range(depth):
        value = [value]
    return value


BROKEN: list[tuple[str, Callable[[], object], str, str]] = [
    ("cycle", loop, "[0]['again']", "contains itself"),
    ("tuple-cycle", lambda: (1, loop()), "[1][0]['again']", "contains itself"),
    ("deep", lambda: nested(100_000), "[0]" * 200, "nested deeper than 200"),
    ("surrogate", lambda: "ab\udc80", "", r"'\udc80' at index 2"),
    ("surrogate-within", lambda: [1, ["\ud800"]], "[1][0]", "lone surrogate"),
    ("surrogate-value", lambda: {"a": ("x", "\udfff")}, "['a'][1]", "lone surrogate"),
    ("surrogate-key", lambda: {"\udfff": 1}, "{key}", "lone surrogate"),
    ("surrogate-deep-key", lambda: {(1, "\udfff"): 1}, "{key}[1]", "lone surrogate"),
    ("surrogate-set", lambda: {"\udfff"}, "{...}", "lone surrogate"),
    ("surrogate-field", lambda: Point(1, ["\udfff"]), ".tags[0]", "lone surrogate"),
    ("surrogate-pair", lambda: Pair(1, "\udfff"), ".right", "lone surrogate"),
    ("surrogate-deque", lambda: deque([deque("\udfff")]), "[0][0]", "lone surrogate"),
]


@pytest.mark.row("B8")
@pytest.mark.parametrize(
    ("make", "path", "reason"),
    [case[1:] for case in BROKEN],
    ids=[case[0] for case in BROKEN],
)
def test_broken_value_is_refused_with_its_place(
    python: Interpreter, make: Callable[[], object], path: str, reason: str
) -> None:
    python["kept"] = 1
    with pytest.raises(VariableTypeError) as caught:
        python.set("value", make())
    assert (caught.value.name, caught.value.path) == ("value", "value" + path)
    assert reason in caught.value.actual
    assert "\udfff" not in str(caught.value)
    assert dict(python.variables()) == {"kept": 1}


def call_deeply(depth: int, function: Callable[[], object]) -> object:
    return call_deeply(depth - 1, function) if depth else function()


@pytest.mark.row("B8")
@pytest.mark.parametrize("levels", [0, 500, 700])
def test_value_crosses_wherever_the_host_stands(
    python: Interpreter, levels: int
) -> None:
    """Near the recursion limit a value is refused at worst, never taken for another."""
    value = nested(190)

    def cross() -> None:
        try:
            python["value"] = value
            assert python["value"] == value
        except VariableTypeError:
            assert levels
        with pytest.raises(VariableTypeError):
            python["broken"] = loop()

    call_deeply(levels, cross)


@pytest.mark.row("B8")
@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("bad = []; bad.append(bad)", "contains itself"),
        ("bad = []\nfor _ in range(10**5): bad = [bad]", "nested deeper than 200"),
        ("bad = ['\\udc00']", "lone surrogate"),
        ("bad = {len: '\\udc00'}", "lone surrogate"),
    ],
)
def test_broken_output_is_refused(python: Interpreter, code: str, reason: str) -> None:
    with pytest.raises(VariableTypeError, match=reason):
        python.exec(code, None, ["bad"])
    with pytest.raises(VariableTypeError, match=reason):
        python.get("bad")
    with pytest.raises(VariableTypeError, match=reason):
        python.eval("bad")
    with pytest.raises(VariableTypeError, match=reason):
        _ = python.exec("bad").value
    assert dict(python.exec_all("bad = 0; good = 1"))["good"] == 1


@pytest.mark.row("B8")
@pytest.mark.parametrize(
    ("annotation", "value", "path", "actual"),
    [
        (int, True, "", "bool True"),
        (int, 1.0, "", "float 1.0"),
        (int, "5", "", "str '5'"),
        (float, "nan", "", "str 'nan'"),
        (float, 2**53 + 1, "", "int 9007199254740993"),
        (str, b"a", "", "bytes b'a'"),
        (bytes, "a", "", "str 'a'"),
        (decimal.Decimal, math.nan, "", "float nan"),
        (date, "2024-01-01", "", "str '2024-01-01'"),
        (Literal["a"], "b", "", "str 'b'"),
        (int | None, "x", "", "str 'x'"),
        (list[int], (1, "x"), "", "tuple"),
        (list[int], [1, "x"], "[1]", "str 'x'"),
        (tuple[int, str], (1, 2), "[1]", "int 2"),
        (tuple[int, str], (1,), "", "a tuple of 1"),
        (
            dict[str, list[dict[str, list[int]]]],
            {"a": [{"b": [1, 2, "x"]}]},
            "['a'][0]['b'][2]",
            "str 'x'",
        ),
        (Point, {"x": 1}, "", "dict"),
        (Colour, "green", "", "str 'green'"),
        (np.ndarray, [1.0], "", "list"),
        (int, len, "", "builtin_function_or_method"),
    ],
)
def test_wrong_type_is_refused_with_its_place(
    python: Interpreter, annotation: object, value: object, path: str, actual: str
) -> None:
    python["value"] = 0
    with pytest.raises(VariableTypeError) as caught:
        python.set("value", value, annotation)
    assert caught.value.path == "value" + path
    assert caught.value.actual.startswith(actual)
    assert python["value"] == 0
    with pytest.raises(VariableTypeError) as caught:
        python.exec("out = given", {"given": value}, {"out": annotation})
    assert caught.value.path == "out" + path


@pytest.mark.parametrize(
    "value", ["range(3).__iter__()", "print", "object()", "(len,)"]
)
def test_other_objects_come_as_handles(python: Interpreter, value: str) -> None:
    assert isinstance(python.eval(value), Handle)


def test_array_of_objects_comes_as_a_handle(python: Interpreter) -> None:
    assert isinstance(python.eval("numpy.array([None])", inputs={"numpy": np}), Handle)


HOSTILE = {
    "no-module": "type('A', (), {'__module__': None})()",
    "odd-module": "type('A', (), {'__module__': []})()",
    "class-raises": "type('A', (), {'__class__': property(lambda s: 1 / 0)})()",
    "metaclass-raises": "type('M', (type,), {'__getattribute__': lambda s, n: 1 / 0})"
    "('A', (), {})()",
    "attributes-raise": "type('A', (), {'__getattribute__': lambda s, n: 1 / 0})()",
    "repr-raises": "type('A', (), {'__repr__': lambda s: 1 / 0})()",
    "false-numpy": "type('A', (), {'__module__': 'numpy', 'dtype': property(lambda s:"
    " 1 / 0)})()",
    "false-list": "type('A', (list,), {'__module__': 'collections', '__iter__': lambda"
    " s: 1 / 0})([1])",
    "false-dict": "type('A', (dict,), {'__module__': 'collections', 'items': lambda s:"
    " 1 / 0})({1: 2})",
    "false-deque": "type('deque', (), {'__module__': 'collections'})()",
    "false-dataclass": "type('A', (), {'__module__': 'x', '__dataclass_fields__': 5})()",
    "field-raises": "type('A', (), {'__module__': 'x', '__dataclass_fields__': {'a': 1},"
    " 'a': property(lambda s: 1 / 0)})()",
    "false-tuple": "type('A', (tuple,), {'__module__': 'x', '_fields': 5})()",
}


@pytest.mark.row("S11", "B8")
@pytest.mark.parametrize("source", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_object_is_only_an_object(python: Interpreter, source: str) -> None:
    """Looking at what an object is must not run, or trust, the script's code."""
    assert isinstance(python.eval(source), Handle)
    variables = python.exec_all(f"hostile = {source}\nwithin = [hostile]\ngood = 1")
    assert dict(variables) == {"good": 1}
    assert set(variables.skipped) == {"hostile", "within"}
    with pytest.raises(VariableTypeError):
        python.eval(source, int)


# Anything, nested

ATOMS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.complex_numbers(allow_nan=False)
    | st.text(st.characters(exclude_categories=["Cs"]))
    | st.binary()
    | st.dates()
    | st.datetimes(timezones=st.none() | st.just(UTC))
    | st.timedeltas()
    | st.decimals(allow_nan=False)
    | st.fractions()
    | st.uuids()
    | st.sampled_from([Colour.RED, Level.LOW, Fixed(date.min)])
)
KEYS = ATOMS | st.tuples(ATOMS, ATOMS) | st.frozensets(st.integers())
NESTED: st.SearchStrategy[object] = st.recursive(
    ATOMS,
    lambda inner: (
        st.lists(inner)
        | st.tuples(inner, inner)
        | st.dictionaries(KEYS, inner)
        | st.sets(KEYS)
        | st.builds(deque, st.lists(inner))
        | st.builds(Pair, inner, inner)
        | st.builds(Point, inner, inner)
    ),
    max_leaves=20,
)


@pytest.mark.row("B8")
@given(value=NESTED)
@settings(
    deadline=None,
    max_examples=200,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_any_nested_value_comes_back_equal(
    python: Interpreter, shares_objects: bool, value: object
) -> None:
    python["value"] = value
    back = python["value"]
    assert back == value
    assert type(back) is type(value)
    if shares_objects:
        assert back is value


@pytest.mark.row("B8")
def test_big_values_cross_without_a_walk_through_each_part(
    python: Interpreter, shares_objects: bool
) -> None:
    """A container is looked at once, however often it occurs within the value."""
    shared: list[object] = [1]
    for _ in range(60):
        shared = [shared, shared]
    python["value"] = shared
    if shares_objects:
        assert python["value"] is shared
    assert sys.getrecursionlimit() > 60
