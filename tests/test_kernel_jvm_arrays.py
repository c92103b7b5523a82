"""Arrays between a JVM and numpy: whose memory is read, and how arrays are made."""

import array
import ctypes
from pathlib import Path

import numpy as np
import pytest

from pythonarium_kernel import jvm_arrays

pytestmark = pytest.mark.row("B8")


def test_numpy_gives_its_functions_and_its_dtype() -> None:
    functions, dtype = jvm_arrays.load()
    assert type(functions).__name__ == "PyCapsule"
    assert dtype is np.dtype
    assert (Path(jvm_arrays.folder()) / "numpy").is_dir()


@pytest.mark.parametrize(
    "value", [b"ab", bytearray(b"ab"), memoryview(b"ab"), array.array("d", [1])]
)
def test_source_of_a_buffer_is_the_object(value: object) -> None:
    assert jvm_arrays.source(value) == (value, "")


def test_source_of_an_array_is_the_array() -> None:
    value = np.arange(6).reshape(2, 3).T
    found = jvm_arrays.source(value)
    assert found[0] is value
    assert found[1] == ""


def test_source_of_times_is_their_integers() -> None:
    times = np.array(["2020-01-01"], ">M8[s]")
    found = jvm_arrays.source(times)
    integers = found[0]
    assert found[1] == ">M8[s]"
    assert isinstance(integers, np.ndarray)
    assert integers.dtype == ">i8"
    assert np.shares_memory(integers, times)


def test_source_of_what_gives_an_array_is_that() -> None:
    class Like:
        def __array__(self, dtype: object = None, copy: object = None) -> np.ndarray:
            return np.ones(3)

    found = jvm_arrays.source(Like())
    assert isinstance(found[0], np.ndarray)
    assert found[1] == ""


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (5, "a int has no array's memory"),
        (np.array([None]), "its dtype is object"),
        (np.zeros(1, [("a", object)]), "Python objects"),
        (np.ma.array([1], mask=[True]), "has a mask"),
        (np.zeros(1, [("a", "M8[s]")]), "no common memory layout"),
    ],
)
def test_what_is_no_array_is_told_why(value: object, reason: str) -> None:
    found = jvm_arrays.source(value)
    assert isinstance(found, str)
    assert reason in found


def test_interface_makes_an_array_that_keeps_its_owner() -> None:
    memory = (ctypes.c_int64 * 4)(1, 2, 3, 4)
    made = jvm_arrays.from_interface(
        ctypes.addressof(memory) + 24, True, "<i8", ((2, 2), (-16, -8)), memory
    )
    assert isinstance(made, np.ndarray)
    assert made.tolist() == [[4, 3], [2, 1]]
    assert not made.flags.writeable
    assert getattr(made.base, "owner", None) is memory
