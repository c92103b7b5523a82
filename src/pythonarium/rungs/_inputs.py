"""Which variable it is that does not go to a worker."""

from collections.abc import Mapping
from typing import Any, Final

from pythonarium.errors import VariableTypeError
from pythonarium_kernel import codec
from pythonarium_kernel.codec import Unsendable

__all__ = ["unreadable", "unsendable"]

INPUTS: Final = 3
"""Where in the arguments of a run its inputs stand."""
ADVICE: Final = (
    "pass it in a plainer form, or take a worker whose Python has what it needs"
)
_CALL: Final = b"\x93"
"""In the bytes of each value that is more than numbers, text and containers of them."""


class _Nobody(codec.Peer):
    """Takes every object and buffer, and keeps none."""

    def refer(self, value: object) -> tuple[object, ...]:  # noqa: ARG002
        return ("opaque",)

    def store(self, data: Any, address: int = 0) -> object:  # noqa: ARG002
        return b""


def unsendable(operation: str, args: tuple[Any, ...], reason: str) -> VariableTypeError:
    """Return the error for a value that has no form in which it could cross."""
    names = [name for name, value in _given(operation, args) if _bytes(value) is None]
    name = names[0] if names else "<value>"
    return VariableTypeError(name, name, "a value that can cross", reason)


def unreadable(
    operation: str, args: tuple[Any, ...], version: str, reason: str
) -> VariableTypeError:
    """Return the error for a value that the worker's Python cannot have.

    Where several could be meant, it names them all.
    """
    sent = [(name, _bytes(value)) for name, value in _given(operation, args)]
    names = [name for name, data in sent if data is not None and _CALL in data]
    name = " or ".join(names) or "<value>"
    expected = f"a value that the worker's Python {version} can have"
    return VariableTypeError(
        name, name, expected, f"one that it cannot: {reason}", ADVICE
    )


def _given(operation: str, args: tuple[Any, ...]) -> list[tuple[str, object]]:
    if operation == "set":
        return [(args[1], args[2])]
    inputs = args[INPUTS] if len(args) > INPUTS else None
    return [*inputs.items()] if isinstance(inputs, Mapping) else []


def _bytes(value: object) -> bytes | None:
    try:
        return codec.encoded(value, _Nobody())
    except Unsendable:
        return None
