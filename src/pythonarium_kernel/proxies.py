"""An object of the other side, used here as if it were here.

A proxy sends what is done with it to the side that the object lives on.  That side does
it, and sends the result back: a value by value, any other object as a proxy.  Proxies of
one object are one proxy, so `is` works.  When the last reference to a proxy goes, the
other side is told with the next message.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable

    from pythonarium_kernel.exports import Exports


class Proxy:
    """Refers to an object of the other side.  Made by `Exports.proxy`."""

    __slots__ = ("__weakref__", "_proxy_count", "_proxy_exports", "_proxy_number")

    def __init__(self, exports: "Exports", number: int) -> None:
        object.__setattr__(self, "_proxy_exports", exports)
        object.__setattr__(self, "_proxy_number", number)
        object.__setattr__(self, "_proxy_count", 0)

    def __del__(self) -> None:
        read = object.__getattribute__
        try:
            number, count = read(self, "_proxy_number"), read(self, "_proxy_count")
            read(self, "_proxy_exports").dropped.append((number, count))
        except AttributeError:  # it was never finished
            pass

    def __getattribute__(self, name: str) -> "Any":
        if name == "__class__":
            return Proxy
        return _do(self, "getattr", name)

    def __setattr__(self, name: str, value: object) -> None:
        _do(self, "setattr", name, value)

    def __delattr__(self, name: str) -> None:
        _do(self, "delattr", name)

    def __dir__(self) -> "list[str]":
        return list(_do(self, "dir"))

    def __call__(self, /, *args: object, **named: object) -> "Any":
        """Call the object, on its side."""
        return _do(self, "call", *args, **named)

    def __iter__(self) -> "Any":
        return _do(self, "iter")

    def __next__(self) -> "Any":
        done, item = exports_of(self).advance(self)
        if done:
            raise StopIteration
        return item

    def __str__(self) -> str:
        return str(_do(self, "str"))

    def __repr__(self) -> str:
        return str(_do(self, "repr"))

    def __reduce__(self) -> str:
        message = "an object of the other side cannot be pickled"
        raise TypeError(message)

    def __enter__(self) -> "Any":
        return _do(self, "enter")

    def __exit__(self, *exception: object) -> bool:
        return bool(_do(self, "exit", *exception))

    def __eq__(self, other: object) -> bool:
        return self is other or bool(_do(self, "eq", other))

    def __ne__(self, other: object) -> bool:
        return self is not other and bool(_do(self, "ne", other))

    def __hash__(self) -> int:
        return int(_do(self, "hash"))


def exports_of(proxy: Proxy) -> "Exports":
    """Return the table that a proxy belongs to."""
    exports: Exports = object.__getattribute__(proxy, "_proxy_exports")
    return exports


def number_of(proxy: Proxy) -> int:
    """Return the number of the object, on the side that it lives on."""
    number: int = object.__getattribute__(proxy, "_proxy_number")
    return number


def count(proxy: Proxy) -> None:
    """Note that the object has come in once more."""
    times = object.__getattribute__(proxy, "_proxy_count")
    object.__setattr__(proxy, "_proxy_count", times + 1)


def _do(proxy: Proxy, operation: str, /, *args: object, **named: object) -> "Any":
    return exports_of(proxy).operate(operation, (proxy, *args), named)


def _forward(operation: str) -> "Callable[..., Any]":
    def method(self: Proxy, *others: object) -> "Any":
        return _do(self, operation, *others)

    return method


def _backward(operation: str) -> "Callable[[Proxy, object], Any]":
    def method(self: Proxy, other: object) -> "Any":
        return exports_of(self).operate(operation, (other, self), {})

    return method


_ONE_SIDED = (
    "len bool int float complex bytes index abs neg pos invert reversed trunc floor"
    " ceil format getitem setitem delitem contains lt le gt ge divmod round"
)
_ARITHMETIC = "add sub mul truediv floordiv mod pow matmul lshift rshift xor"


def _define_operators() -> None:
    """Define what Python looks up on the class: operators and conversions."""
    for name in _ONE_SIDED.split():
        setattr(Proxy, f"__{name}__", _forward(name))
    names = {name: name for name in _ARITHMETIC.split()}
    names.update({"and": "and_", "or": "or_"})
    for name, operation in names.items():
        setattr(Proxy, f"__{name}__", _forward(operation))
        setattr(Proxy, f"__r{name}__", _backward(operation))
        setattr(Proxy, f"__i{name}__", _forward(f"i{name}"))
    Proxy.__rdivmod__ = _backward("divmod")  # type: ignore[attr-defined]


_define_operators()
