"""Annotations of every kind, look-alikes, and properties."""

import collections
import dataclasses
import decimal
import gc
import operator
import pathlib
import sys
import types
import typing
import uuid
import weakref
from collections import abc
from datetime import date, datetime
from typing import Annotated, Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd  # type: ignore[import-untyped]
import pytest
from hypothesis import given
from hypothesis import strategies as st

from programs import run_code
from pythonarium.errors import VariableTypeError
from pythonarium.types import converter, describe, named_type
from typed import (
    Box,
    Color,
    Level,
    Pair,
    Point,
    T,
    UserId,
    convert,
    cyclic_list,
    refusal,
    twin_of_color,
)


@dataclasses.dataclass
class Computed:
    x: float
    double: float = dataclasses.field(init=False)

    def __post_init__(self) -> None:
        self.double = 2 * self.x


class Unchecked(typing.Protocol):
    name: str


def form(head: Any, *args: object) -> Any:
    return head[args if len(args) > 1 else args[0]]


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


# 3.11 cannot compile it, and nothing else there makes such an alias: nothing to assert.
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
    assert run_code(code) == "set()\n"


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
