"""The links of a worker: of its main thread, and of each thread that a script starts."""

import os
from _thread import get_ident

from pythonarium_kernel import faults, wire
from pythonarium_kernel.exports import Exports
from pythonarium_kernel.link import Link
from pythonarium_kernel.proxies import Proxy
from pythonarium_kernel.records import UnknownClass, loaded_class, made_class
from pythonarium_kernel.session import Caller, RefusedValue
from pythonarium_kernel.tags import Refused, Unreadable, Unsendable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Optional

    from pythonarium_kernel.link import Arenas
    from pythonarium_kernel.tags import Tag


_LACKING = (ImportError, AttributeError, KeyError, TypeError, ValueError)
"""What makers raise of what is not there, such as a module, a builtin or a time zone."""


class WorkerLink(Link):
    """A worker's end of a link."""

    trusts = True

    def __init__(
        self, exports: Exports, read: int, write: int, arenas: "Arenas"
    ) -> None:
        super().__init__(exports, arenas)
        self._read, self._write = read, write
        self._frames = wire.Frames()

    def send(self, kind: int, body: bytes) -> None:
        """Write a frame."""
        wire.write(self._write, wire.framed(kind, body))

    def receive(self) -> "tuple[int, bytes]":
        """Wait for a frame; return its kind and body."""
        return self._frames.read(self._read)

    def decoded(self, body: bytes) -> "Any":
        """Return the parts of a message of the host.

        Raises:
            Unreadable: this Python lacks what a value in it needs: a library, a builtin.
        """
        try:
            return super().decoded(body)
        except (Refused, UnknownClass) as error:
            reason = str(error)
        except _LACKING as error:
            reason = f"{type(error).__name__}: {error}"
        raise Unreadable(reason)

    def described(self, error: BaseException) -> "tuple[object, ...]":
        """Return an exception as data; an answer that has no form is a refused value."""
        if type(error) is Unsendable:
            error = RefusedValue("<value>", "", str(error))
        return super().described(error)

    def refer(self, value: "Any") -> "Optional[Tag]":
        """Return what stands for an object in a message."""
        if self.strict and type(value) is not Proxy:
            return None
        return super().refer(value)

    def resolve(self, tag: str, *args: "Any") -> object:
        """Return the object that a reference in a message stands for."""
        if tag == "caller":
            return Caller(*args)
        if tag == "exception":
            return _exception(*args)
        return super().resolve(tag, *args)

    def record_class(self, described: "Any") -> type:
        """Return the class of a record: the very one, or one of the same fields."""
        key = described[0], described[1]
        cls = _classes.get(key)
        if cls is None:
            cls = _classes[key] = _imported_class(described) or made_class(described)
        return cls


_classes: "dict[tuple[str, str], type]" = {}


def _imported_class(described: "Any") -> "Optional[type]":
    import importlib

    module = described[0]
    if module == "__main__":
        return None
    try:
        importlib.import_module(module)
        return loaded_class(described)
    except (ImportError, UnknownClass):
        return None


def _exception(kind: str, *facts: "Any") -> object:
    if kind == "class":
        return faults.exception_class(*facts)
    return faults.exception_from(facts[0])


class ThreadLink(WorkerLink):
    """The link of a further thread, which a script has started, to a thread of the host.

    Made when the thread first uses an object of the host; closed with the thread.
    """

    def __init__(self, main: WorkerLink, links: int) -> None:
        import array
        import socket

        here, there = socket.socketpair()
        road = socket.socket(fileno=os.dup(links))
        with road, there:
            descriptors = array.array("i", [there.fileno()])
            rights = (socket.SOL_SOCKET, socket.SCM_RIGHTS, descriptors)
            road.sendmsg([b"link"], [rights])
        self._socket = here
        arenas = main.ours, main.theirs
        super().__init__(main.exports, here.fileno(), here.fileno(), arenas)


class Roads:
    """Finds the link of the calling thread."""

    def __init__(self, links: int) -> None:
        import threading

        self._main_thread, self._links = get_ident(), links
        self._local = threading.local()
        self.main: Any = None

    def link(self) -> Link:
        """Return the calling thread's link; make it, where it is the first time."""
        if get_ident() == self._main_thread or self.main.is_child:
            return self.main  # type: ignore[no-any-return]
        link: Optional[Link] = getattr(self._local, "link", None)
        if link is None:
            link = self._local.link = ThreadLink(self.main, self._links)
        return link
