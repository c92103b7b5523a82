"""--in NAME=@FILE where a package that reads the file is not installed."""

import sys
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet

from pythonarium.cli import data_files


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "table.parquet"
    parquet.write_table(pa.table({"a": [1, 2]}), path)
    return path


def hide(monkeypatch: pytest.MonkeyPatch, *names: str) -> None:
    """Let an import of these fail, as where they are not installed."""
    for name in names:
        monkeypatch.setitem(sys.modules, name, None)


def test_parquet_is_a_table_of_arrow_without_pandas(
    table: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hide(monkeypatch, "pandas")
    assert data_files.read(table) == pa.table({"a": [1, 2]})


@pytest.mark.parametrize(
    ("missing", "name", "extra"),
    [
        (("pandas", "pyarrow"), "table.parquet", "pandas"),
        (("numpy",), "array.npy", "numpy"),
    ],
)
def test_missing_package_is_named_with_what_brings_it(
    table: Path,
    monkeypatch: pytest.MonkeyPatch,
    missing: tuple[str, ...],
    name: str,
    extra: str,
) -> None:
    table.with_name("array.npy").touch()
    hide(monkeypatch, *missing)
    with pytest.raises(ValueError, match=rf"pip install 'pythonarium\[{extra}\]'"):
        data_files.read(table.with_name(name))


def test_pandas_without_a_reader_says_what_brings_it(
    table: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hide(monkeypatch, "pyarrow", "fastparquet", "pandas.io.parquet")
    with pytest.raises(ValueError, match=r"pip install 'pythonarium\[pandas\]'"):
        data_files.read(table)
