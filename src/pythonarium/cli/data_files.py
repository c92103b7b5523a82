"""--in NAME=@FILE: a file becomes a value, by the ending of its name."""

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

__all__ = ["read"]


def read(path: Path) -> object:
    """Return what a file holds.

    Raises:
        OSError: it cannot be read.
        ValueError: its ending is none of the known ones, its content does not fit its
            ending, or the package that reads it is not installed.
    """
    reader = _READERS.get(path.suffix.lower())
    if reader is None:
        known = ", ".join(_READERS)
        raise ValueError(f"{str(path)!r} has none of the known endings {known}")
    if not path.exists():
        raise ValueError(f"there is no file {str(path)!r}")
    try:
        return reader(path)
    except (ValueError, EOFError, csv.Error, RecursionError) as error:
        raise ValueError(f"{str(path)!r} cannot be read: {error}") from error


def _json(path: Path) -> object:
    return json.loads(path.read_bytes())


def _csv(path: Path) -> list[dict[str, Any]]:
    with path.open(newline="", encoding="utf-8-sig") as file:
        reader = csv.DictReader(file)
        names = list(reader.fieldnames or ())
        for name in names:
            if names.count(name) > 1:
                raise ValueError(f"two columns are named {name!r}")
        return [_whole(row, reader.line_num) for row in reader]


def _whole(row: dict[Any, Any], line: int) -> dict[str, Any]:
    """Return a row; a short one has None at its end, as csv.DictReader has it."""
    if None in row:
        raise ValueError(f"line {line} has {len(row[None])} more cells than columns")
    return row


def _parquet(path: Path) -> object:
    try:
        import pandas as pd  # type: ignore[import-untyped]  # noqa: PLC0415  # an extra
    except ImportError:
        return _arrow_table(path)
    try:
        return pd.read_parquet(path)
    except ImportError as error:
        raise ValueError(_install("pandas")) from error


def _arrow_table(path: Path) -> object:
    try:
        from pyarrow import parquet  # noqa: PLC0415  # an extra
    except ImportError as error:
        raise ValueError(_install("pandas")) from error
    table: object = parquet.read_table(path)
    return table


def _npy(path: Path) -> object:
    try:
        import numpy as np  # noqa: PLC0415  # an extra
    except ImportError as error:
        raise ValueError(_install("numpy")) from error
    with path.open("rb") as file:  # np.load would take other formats for one, too
        array: object = np.lib.format.read_array(file, allow_pickle=False)
    return array


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def _install(extra: str) -> str:
    return f"a package is missing; pip install 'pythonarium[{extra}]'"


_READERS: Final[dict[str, Callable[[Path], object]]] = {
    ".json": _json,
    ".csv": _csv,
    ".parquet": _parquet,
    ".npy": _npy,
    ".txt": _text,
}
