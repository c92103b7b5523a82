"""What crosses by value: the walk, its paths and its bounds."""

import enum
import pathlib
import types
from collections import ChainMap, UserList, deque
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from decimal import Decimal

import numpy as np
import pytest

from pythonarium_kernel.values import DEPTH, Obstacle, is_scalar, obstacle

pytestmark = pytest.mark.row("B8")


def found(value: object) -> Obstacle:
    obstacle_found = obstacle(value)
    assert obstacle_found is not None
    return obstacle_found


def nested(depth: int, core: object) -> object:
    for _ in range(depth):
        core = (core,)
    return core


@pytest.mark.parametrize(
    ("value", "path", "reason"),
    [
        (len, "", "an object of type builtins.builtin_function_or_method"),
        (object(), "", "an object of type builtins.object"),
        (int, "", "the class int"),
        (types, "", "the module types"),
        (found, "", "the function found"),
        ([1, "a", found], "[2]", "the function found"),
        ({"a": (1, {"b": found})}, "['a'][1]['b']", "the function found"),
        ({1: found}, "[1]", "the function found"),
        ({found: 1}, "{key}", "the function found"),
        (frozenset([found]), "{...}", "the function found"),
        (deque([[found]]), "[0][0]", "the function found"),
        (UserList([1]), "", "an object of type collections.UserList"),
        (ChainMap({"a": "\ud800"}), "", "an object of type collections.ChainMap"),
        (np.array([None]), "", "a numpy array of Python objects"),
        ([np.add], "[0]", "a numpy array of Python objects"),
        (type("Mine", (list,), {})(), "", None),
        (type("Mine", (str,), {})("a"), "", None),
        (type("Mine", (int,), {})(1), "", None),
    ],
    ids=range(18),
)
def test_object_is_named_with_its_place(
    value: object, path: str, reason: str | None
) -> None:
    obstacle_found = found(value)
    assert obstacle_found.kind == "handle"
    assert obstacle_found.path == path
    if reason is not None and not isinstance(value, list):
        assert obstacle_found.reason == reason


@pytest.mark.parametrize(
    "make",
    [
        lambda core: [core],
        lambda core: (1, core),
        lambda core: {"a": core},
        lambda core: {(1, 2): core},
        lambda core: deque([core]),
        lambda core: [found, core],
    ],
    ids=["list", "tuple", "dict", "key", "deque", "behind"],
)
def test_refusal_outweighs_a_handle(make: Callable[[object], object]) -> None:
    assert found(make("\ud800")).kind == "refused"
    assert found([found, make("\ud800")]).path.startswith("[1]")


def test_depth_is_bounded() -> None:
    assert obstacle(nested(DEPTH, 1)) is None
    deep = found(nested(DEPTH + 1, 1))
    assert deep.reason == f"a tuple nested deeper than {DEPTH} levels"
    assert deep.path == "[0]" * DEPTH


class Fresh(tuple[object, ...]):
    """A record whose fields are made when they are asked for."""

    __slots__ = ()
    _fields = ("first", "second")

    def __iter__(self) -> Iterator[object]:
        return iter([[part] for part in super().__iter__()])


def test_fields_that_are_made_anew_are_all_looked_at() -> None:
    """Each takes the memory of the one before, so its identity tells nothing."""
    good = [Fresh("ab") for _ in range(50)]
    assert obstacle(good) is None
    assert found([*good, Fresh(["a", "\ud800"])]).kind == "refused"


def test_same_container_twice_is_no_cycle() -> None:
    one: list[int] = [1]
    assert obstacle([one, one, {"a": one}, (one, [one])]) is None


def test_each_cycle_is_found() -> None:
    direct: list[object] = []
    direct.append(direct)
    mapping: dict[str, object] = {}
    mapping["self"] = [mapping]
    for value, path in ((direct, "[0]"), (mapping, "['self'][0]")):
        assert found(value).path == path
        assert found(value).kind == "refused"
        assert "contains itself" in found(value).reason


def test_shared_parts_are_looked_at_once() -> None:
    value: object = [1]
    for _ in range(DEPTH - 1):
        value = [value, value]
    assert obstacle(value) is None


def test_long_key_is_shortened_in_the_path() -> None:
    path = found({("x" * 1000,): found}).path
    assert len(path) < 60
    assert path.endswith("...]")


class Kind(enum.StrEnum):
    A = "a"


@pytest.mark.parametrize(
    ("value", "scalar"),
    [
        (5, True),
        ("a", True),
        (b"a", True),
        (None, True),
        (datetime.now(UTC), True),
        (Decimal(1), True),
        (date.max, True),
        (bytearray(b"a"), False),
        (memoryview(b"a"), False),
        ((1,), False),
        (np.float64(1), False),
        (pathlib.Path("a"), False),
        (Kind.A, False),
    ],
    ids=range(13),
)
def test_scalar_has_no_parts_and_no_changes(value: object, scalar: bool) -> None:
    assert is_scalar(value) is scalar
    assert obstacle(value) is None
