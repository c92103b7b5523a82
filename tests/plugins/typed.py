"""Classes to be annotated with, and how a value is put to a type."""

import dataclasses
import enum
import typing
from datetime import timezone
from typing import Any, NamedTuple, NotRequired, TypedDict, TypeVar

import pytest

from pythonarium.errors import VariableTypeError
from pythonarium.types import converter, describe

UTC = timezone.utc  # noqa: UP017  # the class under test


class Color(enum.Enum):
    RED = 1
    BLUE = 2


class Level(enum.IntEnum):
    LOW = 1


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


T = TypeVar("T")


Number = TypeVar("Number", int, float)


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


def labels(cases: list[tuple[Any, ...]]) -> list[str]:
    return [f"{number} {describe(case[0])}" for number, case in enumerate(cases)]


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


def twin_of_color(**members: int) -> Any:
    make: Any = enum.Enum
    return make("Color", members)
