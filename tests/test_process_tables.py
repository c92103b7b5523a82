"""Arrays and tables of every kind go to a worker and come back the same."""

from typing import Any

import numpy as np
import pandas as pd  # type: ignore[import-untyped]
import pyarrow as pa
import pytest

from pythonarium import Interpreter, VariableTypeError

pytestmark = pytest.mark.row("B8", "B13")

DAYS = pd.date_range("2024-03-30", periods=3, tz="Europe/Paris")
COLUMNS = {
    "text": pd.array(["a", None, "é"], dtype="str"),
    "text with NA": pd.array(["a", pd.NA, "é"], dtype=pd.StringDtype("python")),
    "text of Arrow": pd.array(["a", None, "é"], dtype=pd.StringDtype("pyarrow")),
    "categories": pd.Categorical(["b", None, "a"], ["a", "b", "c"]),
    "categories in order": pd.Categorical(["b", "b", "a"], ["b", "a"], ordered=True),
    "categories of dates": pd.Categorical(DAYS),
    "zoned times": DAYS.array,
    "zoned seconds": DAYS.as_unit("s").array,
    "times": np.array(["2024-01-01", "NaT", "2024-01-03"], "M8[ns]"),
    "times between": np.array([1, 2, 3], "m8[us]"),
    "integers or none": pd.array([1, None, 3], dtype="Int8"),
    "numbers or none": pd.array([0.1, None, float("nan")], dtype="Float64"),
    "truths or none": pd.array([True, None, False], dtype="boolean"),
    "objects": np.array([1, "a", None], dtype=object),
    "numbers": np.array([0.1, np.nan, -0.0]),
    "truths": np.array([True, False, True]),
}
INDEXES = {
    "range": pd.RangeIndex(2, 8, 2, name="n"),
    "numbers": pd.Index([3, 1, 1]),
    "text": pd.Index(["a", "b", "é"], name="word"),
    "categories": pd.CategoricalIndex(["a", "b", "a"]),
    "days": DAYS,
    "months": pd.date_range("2024-01-31", periods=3, freq="ME"),
    "times between": pd.to_timedelta([1, 2, 3], unit="h"),
    "levels": pd.MultiIndex.from_tuples(
        [("a", 1), ("b", 2), ("b", 3)], names=["letter", None]
    ),
}
SCALARS = [
    pd.Timestamp("2024-03-31 01:30", tz="Europe/Paris"),
    pd.Timestamp("2024-01-01").as_unit("s"),
    pd.Timedelta("1 day 1ns"),
    pd.Timedelta(5, unit="s").as_unit("ms"),
    np.float32(0.1),
    np.str_("é"),
    np.bytes_(b""),
    np.datetime64("2024-01-01"),
    np.void(b"ab"),
]
ARRAYS = {
    "Fortran": np.arange(6.0).reshape(2, 3, order="F"),
    "every other": np.arange(10)[::-2],
    "empty": np.empty((0, 3), "f4"),
    "record": np.array([(1, "a")], dtype=[("n", "<i4"), ("word", "U3")]),
    "big endian": np.array([1, 2], ">i8"),
}


def there_and_back(python: Interpreter, value: object) -> Any:
    code = "made = given.copy() if hasattr(given, 'copy') else given"
    return python.exec(code, {"given": value}, ["made"])["made"]


@pytest.mark.parametrize("values", COLUMNS.values(), ids=COLUMNS)
def test_column_is_the_same(python: Interpreter, values: object) -> None:
    frame = pd.DataFrame({"values": values, "number": range(3)})
    frame.attrs["source"] = "here"
    back = there_and_back(python, frame)
    pd.testing.assert_frame_equal(back, frame, check_freq=True)
    assert back.attrs == frame.attrs
    series = there_and_back(python, frame["values"])
    pd.testing.assert_series_equal(series, frame["values"])


@pytest.mark.parametrize("index", INDEXES.values(), ids=INDEXES)
def test_index_is_the_same(python: Interpreter, index: pd.Index) -> None:
    back = there_and_back(python, pd.Series([1, 2, 3], index=index, name="s"))
    pd.testing.assert_index_equal(back.index, index, exact=True)
    assert getattr(back.index, "freqstr", None) == getattr(index, "freqstr", None)


@pytest.mark.parametrize("value", SCALARS, ids=repr)
def test_scalar_is_the_same(python: Interpreter, value: object) -> None:
    back = there_and_back(python, value)
    assert type(back) is type(value)
    assert (back, repr(back)) == (value, repr(value))


@pytest.mark.parametrize("array", ARRAYS.values(), ids=ARRAYS)
def test_array_is_the_same(python: Interpreter, array: np.ndarray) -> None:
    back = there_and_back(python, array)
    assert type(back) is type(array)
    np.testing.assert_array_equal(back, array, strict=True)


def test_arrow_table_is_the_same(python: Interpreter) -> None:
    table = pa.table({"n": [1, None], "words": [["a"], []]})
    for value in (table, table.to_batches()[0]):
        python["given"] = value
        back = python.exec("back = given", outputs=["back"])["back"]
        assert type(back) is type(value)
        assert back.equals(value)


def test_column_of_another_type_is_refused(python: Interpreter) -> None:
    python.exec("import pandas as pd")
    periods = (
        "made = pd.DataFrame({'when': pd.period_range('2024', periods=2, freq='M')})"
    )
    with pytest.raises(VariableTypeError, match=r"a pandas column of period\[M\]"):
        python.exec(periods, outputs={"made": pd.DataFrame})
