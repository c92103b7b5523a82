"""Arrays, series and tables, taken apart into plain values and buffers.

numpy, pandas and pyarrow may be there in other versions on the other side, so nothing is
sent in a form of theirs but dtypes and Arrow's own stream format.
"""

import sys

from pythonarium_kernel.tags import Refused, Unsendable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Optional

    from pythonarium_kernel.tags import Peer, Tag

_SUBCLASSES = ("ndarray", "matrix", "recarray", "memmap")


def taker(cls: type) -> "Optional[Callable[[Any, Peer], Tag]]":
    """Return what takes a value of a class apart, or None."""
    root = cls.__module__.partition(".")[0]
    if root == "numpy":
        return _numpy_taker(cls)
    takers = {
        "DataFrame": _take_frame,
        "Series": _take_series,
        "Timestamp": _take_timestamp,
        "Timedelta": _take_timedelta,
        "Table": _take_table,
        "RecordBatch": _take_batch,
    }
    return takers.get(cls.__qualname__)


def make(peer: "Peer", kind: str, *args: "Any") -> object:
    """Return the array, series or table that a message describes.

    Raises:
        Refused: it describes none, or the library is not there.
    """
    maker = _MAKERS.get(kind)
    if maker is None:
        message = f"a message names {str(kind)[:80]!r}, which is no kind of table"
        raise Refused(message)
    return maker(peer, *args)


def _library(name: str) -> "Any":
    """Import a library; say so clearly where it is missing."""
    module = sys.modules.get(name)
    if module is None:
        import importlib

        try:
            module = importlib.import_module(name)
        except ImportError as error:
            message = f"this value needs {name}, which cannot be imported: {error}"
            raise Refused(message) from None
    return module


# numpy


def _numpy_taker(cls: type) -> "Optional[Callable[[Any, Peer], Tag]]":
    np = sys.modules["numpy"]
    if issubclass(cls, np.generic):
        return _take_scalar
    is_array = cls.__name__ in _SUBCLASSES and issubclass(cls, np.ndarray)
    return _take_array if is_array else None


def _dtype_out(dtype: "Any") -> object:
    if dtype.hasobject or dtype.kind == "T":
        message = f"a numpy array of {dtype}"
        raise Unsendable(message)
    if dtype.names is None and dtype.subdtype is None:
        return dtype.str
    np = sys.modules["numpy"]
    return np.lib.format.dtype_to_descr(dtype)


def _dtype_in(np: "Any", described: object) -> "Any":
    if type(described) is str:
        dtype = np.dtype(described)
    else:
        dtype = np.lib.format.descr_to_dtype(described)
    if dtype.hasobject:
        message = "a message describes an array of objects"
        raise Refused(message)
    return dtype


def _take_array(value: "Any", peer: "Peer") -> "Tag":
    described = _dtype_out(value.dtype)
    kind = type(value).__name__
    order = "C"
    if not value.flags.c_contiguous:
        if value.flags.f_contiguous:
            order = "F"
        else:
            value = value.copy("C")
    flat = value.ravel(order="K" if order == "F" else "C")
    if type(flat) is not sys.modules["numpy"].ndarray:
        flat = flat.view(sys.modules["numpy"].ndarray)
    address = flat.__array_interface__["data"][0]
    data = peer.store(flat.view("u1").data if flat.nbytes else b"", address)
    return "table", "ndarray", described, value.shape, order, data, kind


def _make_array(
    peer: "Peer",
    described: object,
    shape: "tuple[int, ...]",
    order: str,
    place: object,
    kind: str,
) -> object:
    np = _library("numpy")
    dtype = _dtype_in(np, described)
    if dtype.itemsize == 0 or 0 in shape:
        made = np.empty(shape, dtype, order)
    else:
        made = np.frombuffer(peer.fetch(place), dtype).reshape(shape, order=order)
    if kind == "recarray":
        return made.view(np.recarray)
    return made.view(np.matrix) if kind == "matrix" else made


def _take_scalar(value: "Any", _peer: "Peer") -> "Tag":
    if value.dtype.kind in "SUV":  # also of no length, which no dtype tells
        array = value.reshape(1) if hasattr(value, "reshape") else value
        return "table", "scalar", _dtype_out(value.dtype), array.tobytes()
    return "table", "scalar", _dtype_out(value.dtype), value.tobytes()


def _make_scalar(_peer: "Peer", described: object, data: bytes) -> object:
    np = _library("numpy")
    dtype = _dtype_in(np, described)
    if dtype.itemsize == 0:
        return dtype.type()
    return np.frombuffer(data, dtype)[0]


# pandas


def _take_timestamp(value: "Any", _peer: "Peer") -> "Tag":
    zone = value.tzinfo
    return "table", "Timestamp", value.value, getattr(value, "unit", "ns"), zone


def _make_timestamp(_peer: "Peer", value: int, unit: str, zone: "Any") -> object:
    pd = _library("pandas")
    made = pd.Timestamp(value, unit="ns")
    if hasattr(made, "as_unit"):
        made = made.as_unit(unit)
    return made if zone is None else made.tz_localize("UTC").tz_convert(zone)


def _take_timedelta(value: "Any", _peer: "Peer") -> "Tag":
    return "table", "Timedelta", value.value, getattr(value, "unit", "ns")


def _make_timedelta(_peer: "Peer", value: int, unit: str) -> object:
    pd = _library("pandas")
    made = pd.Timedelta(value, unit="ns")
    return made.as_unit(unit) if hasattr(made, "as_unit") else made


def _take_column(values: "Any") -> "tuple[object, ...]":
    """Return the kind of a column or an index, and its parts."""
    dtype = values.dtype
    name = type(dtype).__name__
    if name == "StringDtype":
        items = [None if missing else item for item, missing in _with_missing(values)]
        return "string", dtype.storage, _missing_name(dtype), items
    if name == "CategoricalDtype":
        array = values.array
        categories = _take_index(array.categories)
        return "category", array.codes, categories, bool(array.ordered)
    if name == "DatetimeTZDtype":
        return "zoned", values.array.asi8, dtype.unit, str(dtype.tz)
    if hasattr(values.array, "_mask"):  # Int64, Float64, boolean
        items = [None if missing else item for item, missing in _with_missing(values)]
        return "masked", str(dtype), items
    if dtype.kind == "O" and name in ("ObjectDType", "NumpyEADtype", "dtype", "object"):
        return "object", list(values)
    if type(dtype).__module__.partition(".")[0] != "numpy":
        message = f"a pandas column of {dtype}"
        raise Unsendable(message)
    return "plain", values.to_numpy()


def _with_missing(values: "Any") -> "Any":
    return zip(values.array.astype(object), values.isna())


def _missing_name(dtype: "Any") -> str:
    value = getattr(dtype, "na_value", None)
    return "nan" if isinstance(value, float) else "NA"


def _column(pd: "Any", kind: str, *parts: "Any") -> "Any":
    """Return the values of a column or an index, as pandas takes them."""
    if kind == "string":
        return _strings(pd, *parts)
    if kind == "category":
        codes, categories, ordered = parts
        return pd.Categorical.from_codes(codes, _index(pd, *categories), bool(ordered))
    if kind == "zoned":
        numbers, unit, zone = parts
        dated = pd.DatetimeIndex(numbers.view(f"M8[{unit}]"))
        return dated.tz_localize("UTC").tz_convert(zone).array
    if kind == "masked":
        return pd.array(parts[1], dtype=parts[0])
    if kind == "object":
        values = _library("numpy").empty(len(parts[0]), dtype=object)
        values[:] = parts[0]
        return values
    return parts[0]


def _strings(pd: "Any", storage: str, missing: str, items: "list[Any]") -> "Any":
    try:
        value = float("nan") if missing == "nan" else pd.NA
        dtype = pd.StringDtype(storage, na_value=value)
    except TypeError:  # pandas 2: there is one missing value
        dtype = object if missing == "nan" else pd.StringDtype(storage)
    return pd.array(items, dtype=dtype)


def _take_index(index: "Any") -> "tuple[object, ...]":
    if type(index).__name__ == "RangeIndex":
        return "range", index.name, index.start, index.stop, index.step
    if type(index).__name__ == "MultiIndex":
        levels = [_take_index(index.get_level_values(n)) for n in range(index.nlevels)]
        return "multi", list(index.names), levels
    frequency = getattr(index, "freqstr", None)
    return "index", index.name, _take_column(index), frequency


def _index(pd: "Any", kind: str, name: "Any", *parts: "Any") -> "Any":
    if kind == "range":
        return pd.RangeIndex(*parts, name=name)
    if kind == "multi":
        levels = [_index(pd, *level) for level in parts[0]]
        return pd.MultiIndex.from_arrays(levels, names=name)
    column, frequency = parts
    index = pd.Index(_column(pd, *column), name=name)
    if frequency is not None and hasattr(index, "freq"):
        index.freq = frequency
    return index


def _take_series(value: "Any", _peer: "Peer") -> "Tag":
    index = _take_index(value.index)
    return "table", "Series", value.name, index, _take_column(value), value.attrs


def _make_series(
    _peer: "Peer", name: "Any", index: "Any", column: "Any", attributes: "Any"
) -> object:
    pd = _library("pandas")
    made = pd.Series(_column(pd, *column), index=_index(pd, *index), name=name)
    made.attrs.update(attributes)
    return made


def _take_frame(value: "Any", _peer: "Peer") -> "Tag":
    columns = [_take_column(value.iloc[:, n]) for n in range(value.shape[1])]
    names = _take_index(value.columns)
    return "table", "DataFrame", names, _take_index(value.index), columns, value.attrs


def _make_frame(
    _peer: "Peer", names: "Any", index: "Any", columns: "Any", attributes: "Any"
) -> object:
    pd = _library("pandas")
    rows = _index(pd, *index)
    data = {n: pd.Series(_column(pd, *c), index=rows) for n, c in enumerate(columns)}
    made = pd.DataFrame(data, index=rows, copy=False)
    made.columns = _index(pd, *names)
    made.attrs.update(attributes)
    return made


# pyarrow


def _stream(value: "Any", write: "Callable[[Any], None]") -> "Any":
    pa = sys.modules["pyarrow"]
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, value.schema) as writer:
        write(writer)
    return sink.getvalue()


def _take_table(value: "Any", peer: "Peer") -> "Tag":
    data = _stream(value, lambda writer: writer.write_table(value))
    return "table", "Table", peer.store(memoryview(data))


def _take_batch(value: "Any", peer: "Peer") -> "Tag":
    data = _stream(value, lambda writer: writer.write_batch(value))
    return "table", "RecordBatch", peer.store(memoryview(data))


def _make_table(peer: "Peer", place: object) -> object:
    table = _opened(peer, place).read_all()
    table.validate(full=True)
    return table


def _make_batch(peer: "Peer", place: object) -> object:
    batch = _opened(peer, place).read_next_batch()
    batch.validate(full=True)
    return batch


def _opened(peer: "Peer", place: object) -> "Any":
    """Return a reader of a copy: what has been validated must not change any more."""
    pa = _library("pyarrow")
    return pa.ipc.open_stream(pa.py_buffer(bytes(peer.fetch(place))))


_MAKERS: "dict[str, Callable[..., object]]" = {
    "ndarray": _make_array,
    "scalar": _make_scalar,
    "Timestamp": _make_timestamp,
    "Timedelta": _make_timedelta,
    "Series": _make_series,
    "DataFrame": _make_frame,
    "Table": _make_table,
    "RecordBatch": _make_batch,
}
