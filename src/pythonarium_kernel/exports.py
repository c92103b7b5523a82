"""The objects that one side of a link holds for the other, and the proxies that it has.

Invariants
- An object is held from its first `give` until the other side has released it as often as
  it was given: what is on its way when a release comes the other way is not lost.
- A proxy's end only appends to `dropped`, so the collector may run in any thread at any
  time; the next message that goes out takes what is there along.
- Any thread may use the table; each operation takes `_lock` for a moment and waits for
  nothing while it holds it.
"""

from collections import deque
from threading import RLock
from weakref import WeakValueDictionary

from pythonarium_kernel.proxies import Proxy, count, number_of
from pythonarium_kernel.session import OPERATIONS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any, Callable, Protocol

    class Asked(Protocol):
        """A link, or what stands for one."""

        def request(self, operation: str, *args: object) -> Any:
            """Have the other side perform an operation, and return its answer."""


_NAMING = frozenset(("getattr", "setattr", "delattr", "hasattr"))
_INSIDES = ("f_", "tb_", "gi_", "cr_", "ag_", "co_", "func_")
_END = object()


class Exports:
    """One side's table.  Made with the first link between two processes, shared by all.

    Args:
        link: returns what the calling thread talks over.
        guards: whether the other side may only use the public attributes of objects.

    Attributes:
        dropped: what the proxies that have gone had come in as: number, how often.
    """

    def __init__(self, link: "Callable[[], Asked]", *, guards: bool) -> None:
        self._link, self._guards = link, guards
        self._held: dict[
            int, list[Any]
        ] = {}  # number -> object, how often it was given
        self._numbers: dict[int, int] = {}  # identity -> number
        self._last = 0
        self._proxies: WeakValueDictionary[int, Proxy] = WeakValueDictionary()
        self._lock = RLock()
        self.dropped: deque[tuple[int, int]] = deque()

    # What this side holds

    def give(self, value: object) -> int:
        """Hold an object for the other side; return its number."""
        with self._lock:
            key = id(value)
            number = self._numbers.get(key, 0)
            held = self._held.get(number)
            if held is None:
                number = self._last = self._last + 1
                held = self._held[number] = [value, 0]
                self._numbers[key] = number
            held[1] += 1
            return number

    def get(self, number: object) -> object:
        """Return the object behind a number.

        Raises:
            LookupError: there is none.
        """
        held = self._held.get(number) if type(number) is int else None
        if held is None:
            message = f"there is no object {number!r:.40} here"
            raise LookupError(message)
        return held[0]

    def release(self, released: "Any") -> None:
        """Let go of objects that the other side has dropped."""
        gone = []
        with self._lock:
            for number, times in released:
                held = self._held.get(number)
                if held is None:
                    continue
                held[1] -= times
                if held[1] <= 0:
                    key = id(held[0])
                    del self._numbers[key], self._held[number]
                    gone.append(held)  # its end may run code: not under the lock

    def clear(self) -> None:
        """Let go of everything: the other side is gone."""
        with self._lock:
            held, self._held = self._held, {}
            self._numbers = {}
        held.clear()

    def apply(
        self, operation: str, args: "tuple[Any, ...]", named: "Mapping[str, Any]"
    ) -> object:
        """Do for the other side what one of its proxies was asked for.

        Raises:
            AttributeError: it asks for what is not public, and this side guards.
        """
        if self._guards and operation in _NAMING:
            _check_public(args)
        return OPERATIONS[operation](*args, **named)

    def step(self, iterator: "Any") -> "tuple[bool, object]":
        """Take the next item of an iterator; return whether it is at its end, and it."""
        item = next(iterator, _END)
        return (True, None) if item is _END else (False, item)

    # What this side refers to

    def proxy(self, number: int) -> Proxy:
        """Return the proxy for an object of the other side that has come in."""
        with self._lock:
            proxy = self._proxies.get(number)
            if proxy is None:
                proxy = self._proxies[number] = Proxy(self, number)
            count(proxy)
            return proxy

    def operate(
        self, operation: str, args: "tuple[object, ...]", named: "Mapping[str, object]"
    ) -> "Any":
        """Have the other side do something with its objects."""
        return self._link().request("apply", operation, args, named)

    def advance(self, iterator: Proxy) -> "tuple[bool, Any]":
        """Take the next item of an iterator of the other side."""
        done, item = self._link().request("step", iterator)
        return done, item

    def take_dropped(self) -> "tuple[tuple[int, int], ...]":
        """Return, once, what was dropped since."""
        dropped = self.dropped
        if not dropped:
            return ()
        taken = []
        while dropped:
            taken.append(dropped.popleft())
        return tuple(taken)


def _check_public(args: "tuple[Any, ...]") -> None:
    name = args[1] if len(args) > 1 else None
    if type(name) is not str or name.startswith(("_", *_INSIDES)):
        message = (
            f"{name!r:.80} of an object of the host is not public: a script in another"
            " process may not reach it"
        )
        raise AttributeError(message)


__all__ = ["Exports", "number_of"]
