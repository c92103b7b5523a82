"""Tables between a JVM and Python: what gives a stream, and what takes one."""

import ctypes

import pandas as pd  # type: ignore[import-untyped]
import pyarrow as pa
import pytest

from pythonarium_kernel import jvm_tables

pytestmark = pytest.mark.row("B8")


class Stream:
    """An object with a stream, as Arrow wants it."""

    def __init__(self, capsule: object) -> None:
        self.capsule = capsule

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self.capsule


def read(table: object) -> pa.Table:
    return pa.table(Stream(jvm_tables.stream(table)))


def test_stream_of_a_table_is_its_own() -> None:
    table = pa.table({"a": [1, 2]})
    assert read(table) == table


def test_stream_of_a_batch_is_a_table() -> None:
    batch = pa.record_batch({"a": [1, 2]})
    assert read(batch).to_batches() == [batch]


def test_stream_of_one_that_has_but_an_array() -> None:
    class Batch:
        def __arrow_c_array__(self, requested_schema: object = None) -> object:
            return pa.record_batch({"a": [1]}).__arrow_c_array__()

    assert read(Batch()).to_pydict() == {"a": [1]}


def test_stream_of_pandas() -> None:
    frame = pd.DataFrame({"a": [1, 2], "s": ["x", None]})
    assert read(frame).to_pydict() == {"a": [1, 2], "s": ["x", None]}
    assert read(frame["a"]).to_pydict() == {"a": [1, 2]}


def test_what_is_no_table_is_told() -> None:
    assert jvm_tables.stream(5) == "int is no table: it has no __arrow_c_stream__"


def test_stream_is_taken() -> None:
    table = pa.table({"a": [1, 2]})
    place = (ctypes.c_byte * 40)()
    table.to_reader()._export_to_c(ctypes.addressof(place))
    assert jvm_tables.import_stream(ctypes.addressof(place)) == table


def test_batch_is_taken() -> None:
    batch = pa.record_batch({"a": [1, 2]})
    schema, values = (ctypes.c_byte * 72)(), (ctypes.c_byte * 80)()
    batch._export_to_c(ctypes.addressof(values), ctypes.addressof(schema))
    taken = jvm_tables.import_batch(ctypes.addressof(schema), ctypes.addressof(values))
    assert taken == batch
