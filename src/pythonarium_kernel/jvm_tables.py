"""Tables between a JVM and Python: streams of the Arrow C data interface.

A stream is a C structure with functions that give a schema and record batches.  It has
one owner, who releases it; a move leaves the old place empty.
"""

from pythonarium_kernel.packages import required

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def stream(table: "Any") -> object:
    """Return a capsule with a new stream of a table: a DataFrame, a Series, an Arrow table.

    For what is no table, a sentence that says so comes instead.

    Raises:
        ImportError: pyarrow is needed, and missing; the message tells how to get it.
    """
    if type(table).__module__.partition(".")[0] == "pandas":
        return _of_pandas(table)
    if hasattr(table, "__arrow_c_stream__"):
        return table.__arrow_c_stream__()
    if hasattr(table, "__arrow_c_array__"):
        pa = required("pyarrow")
        return pa.Table.from_batches([pa.record_batch(table)]).__arrow_c_stream__()
    return f"{type(table).__name__} is no table: it has no __arrow_c_stream__"


def _of_pandas(table: "Any") -> object:
    pa = required("pyarrow")
    if hasattr(table, "to_frame"):  # a Series
        table = table.to_frame()
    return pa.Table.from_pandas(table).__arrow_c_stream__()


def import_stream(address: int) -> object:
    """Return the table of a stream, which is moved out of its place and read to its end."""
    reader = required("pyarrow").RecordBatchReader
    return reader._import_from_c(address).read_all()  # noqa: SLF001  # as Arrow documents


def import_batch(schema: int, array: int) -> object:
    """Return the record batch of two structures, which are moved out of their places."""
    batch = required("pyarrow").RecordBatch
    return batch._import_from_c(array, schema)  # noqa: SLF001  # as Arrow documents
