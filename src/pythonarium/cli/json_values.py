"""A value becomes what JSON can say.

Numbers, texts, lists and objects with text keys are themselves.  What JSON has no word
for becomes its usual text: dates in ISO form, Decimal, Fraction, complex, UUID and Path
as `str` gives them, a timedelta as seconds, bytes in base64, a NaN or an infinity as
"NaN", "Infinity" or "-Infinity", a missing value of pandas as null.  A table is a list of
its rows, without their index: an object each, or pairs where two columns have one name.
"""

import math
from base64 import b64encode
from collections.abc import Callable, Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import fields, is_dataclass
from datetime import date, time, timedelta
from enum import Enum
from typing import Any

from pythonarium.handles import Handle

__all__ = ["jsonable"]


def jsonable(value: object, show_handle: Callable[[Handle], object]) -> object:
    """Return a value as `json.dumps` takes it.

    Args:
        value: what came out of an interpreter.
        show_handle: returns what stands for a handle.
    """
    return _Writer(show_handle).write(value)


class _Writer:
    def __init__(self, show_handle: Callable[[Handle], object]) -> None:
        self._show_handle = show_handle

    # `Any` below: a value is of any class, and is asked for what its class offers.

    def write(self, value: Any) -> object:  # noqa: ANN401
        if value is None or type(value) in (bool, int, str):
            return value
        if isinstance(value, Handle):
            return self._show_handle(value)
        if isinstance(value, Enum):
            return self.write(value.value)
        for writer in (_number, _text_of, self._container, self._foreign):
            found = writer(value)
            if found is not _OTHER:
                return found
        return str(value)

    def _container(self, value: Any) -> object:  # noqa: ANN401
        if is_dataclass(value):
            return {f.name: self.write(getattr(value, f.name)) for f in fields(value)}
        if isinstance(value, Mapping):
            return self._mapping(value)
        if hasattr(value, "_fields"):
            return {name: self.write(getattr(value, name)) for name in value._fields}
        if isinstance(value, AbstractSet):
            return self._list(_in_order(value))
        if isinstance(value, (list, tuple, range)) or _is(
            value, "collections", "deque"
        ):
            return self._list(value)
        return _OTHER

    def _list(self, values: Iterable[object]) -> list[object]:
        return [self.write(value) for value in values]

    def _mapping(self, value: Mapping[object, object]) -> object:
        """Return an object; where two keys would have one text, a list of pairs."""
        texts = {self._key(key): self.write(item) for key, item in value.items()}
        if len(texts) == len(value):
            return texts
        return [[self.write(key), self.write(item)] for key, item in value.items()]

    def _key(self, key: object) -> str:
        written = self.write(key)
        return written if isinstance(written, str) else str(key)

    def _foreign(self, value: Any) -> object:  # noqa: ANN401
        """Return what numpy, pandas and Arrow hold, by what their classes offer."""
        module = type(value).__module__.partition(".")[0]
        if module == "pyarrow":
            return self._arrow(value)
        if module == "pandas" and hasattr(value, "columns"):
            return self._frame(value)
        if module == "pandas" and hasattr(value, "tolist"):
            return self._list(value.tolist())
        if module == "numpy":
            return self._array(value)
        if module == "array":
            return self._list(value)
        return _OTHER

    def _arrow(self, value: Any) -> object:  # noqa: ANN401
        names = value.schema.names if hasattr(value, "schema") else []
        if not _is_twice(names):
            return self._list(value.to_pylist())
        columns = [column.to_pylist() for column in value.columns]
        return self._pairs(names, zip(*columns, strict=True))

    def _frame(self, value: Any) -> object:  # noqa: ANN401
        if not _is_twice(value.columns):
            return self._list(value.to_dict("records"))
        return self._pairs(value.columns, value.itertuples(index=False))

    def _pairs(
        self, names: Iterable[object], rows: Iterable[Iterable[object]]
    ) -> list[object]:
        """Return rows as lists of pairs, where two columns have one name."""
        return [
            [
                [self.write(name), self.write(cell)]
                for name, cell in zip(names, row, strict=True)
            ]
            for row in rows
        ]

    def _array(self, value: Any) -> object:  # noqa: ANN401
        if value.dtype.kind in "mM":
            return self.write(value.astype("str").tolist())
        if value.dtype.kind == "V" and value.dtype.names:
            return self._record(value)
        return self.write(value.tolist())

    def _record(self, value: Any) -> object:  # noqa: ANN401
        if value.ndim:
            return [self._record(item) for item in value]
        return {name: self.write(value[name]) for name in value.dtype.names}


_OTHER: Any = object()


def _is_twice(names: Iterable[object]) -> bool:
    listed = list(names)
    return len(set(listed)) < len(listed)


def _is(value: object, module: str, name: str) -> bool:
    return (type(value).__module__, type(value).__qualname__) == (module, name)


def _in_order(values: AbstractSet[Any]) -> list[Any]:
    try:
        return sorted(values)
    except TypeError:
        return sorted(values, key=repr)


def _number(value: object) -> object:
    if isinstance(value, bool):
        return bool(value)
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        if math.isfinite(value):
            return float(value)
        return "NaN" if math.isnan(value) else f"{'-' * (value < 0)}Infinity"
    return _OTHER


def _text_of(value: Any) -> object:  # noqa: ANN401
    if type(value).__name__ in ("NaTType", "NAType"):
        return None
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, (date, time)):
        return value.isoformat()
    if isinstance(value, (bytes, bytearray, memoryview)):
        return b64encode(value).decode("ascii")
    return _OTHER
