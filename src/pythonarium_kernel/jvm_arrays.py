"""Arrays between a JVM and numpy: what is left to Python.

A Java program reads the memory of an array through the buffer protocol, and makes arrays
over its own memory by numpy's C API.  Here is what comes before: which object has the
memory, and where numpy's C API is.
"""

from importlib import import_module

from pythonarium_kernel.packages import required

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Union


def load() -> "tuple[object, object]":
    """Return numpy's table of C functions, a capsule, and its `dtype`.

    Raises:
        ImportError: numpy is missing or broken; the message has the command that mends it.
    """
    np = required("numpy")
    core = "_core" if hasattr(np, "_core") else "core"  # numpy 1
    module = import_module(f"numpy.{core}._multiarray_umath")
    return module._ARRAY_API, np.dtype  # noqa: SLF001  # where extensions find it too


def folder() -> str:
    """Return the folder that numpy was imported from."""
    import os

    import numpy as np

    return os.path.dirname(os.path.dirname(os.path.abspath(np.__file__)))


def source(value: object) -> "Union[tuple[object, str], str]":
    """Return the object whose buffer has an array's memory, and the dtype to read it by.

    The dtype is empty where the buffer itself tells it.  For what is no array, a
    sentence that says why comes instead.
    """
    name = type(value).__name__
    if hasattr(value, "__array_interface__") or hasattr(value, "__array__"):
        return _array_source(value, name)
    try:
        memoryview(value).release()  # type: ignore[arg-type]  # that is the question
    except (TypeError, BufferError, ValueError) as error:
        return f"a {name} has no array's memory ({error})"
    return value, ""


def _array_source(value: "Any", name: str) -> "Union[tuple[object, str], str]":
    import numpy as np

    if isinstance(value, np.ma.MaskedArray):
        return f"a {name} has a mask, which would be lost; next: .filled(...)"
    array = np.asarray(value)
    kind = array.dtype.kind
    if kind == "O" or array.dtype.hasobject:
        return (
            f"its dtype is {array.dtype}: Python objects, no numbers; "
            "next: .astype(...), or read it as a list"
        )
    if kind in "mM":
        return array.view(f"{array.dtype.byteorder}i8"), array.dtype.str
    try:
        memoryview(array).release()  # type: ignore[arg-type]  # that is the question
    except (TypeError, BufferError, ValueError) as error:
        return f"its dtype {array.dtype} has no common memory layout ({error})"
    return array, ""


class _Interface:
    """Memory of a JVM as numpy's Python code wants it; `owner` keeps it."""

    __slots__ = ("__array_interface__", "owner")

    def __init__(self, interface: "dict[str, object]", owner: object) -> None:
        self.__array_interface__ = interface
        self.owner = owner


def from_interface(
    address: int,
    is_readonly: bool,
    typestr: str,
    layout: "tuple[tuple[int, ...], tuple[int, ...]]",
    owner: object,
) -> object:
    """Return an array over memory of the JVM, by numpy's array interface."""
    import numpy as np

    shape, strides = layout
    interface = {
        "data": (address, is_readonly),
        "typestr": typestr,
        "shape": shape,
        "strides": strides,
        "version": 3,
    }
    return np.asarray(_Interface(interface, owner))
