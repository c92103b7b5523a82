"""The descriptors that a host holds of a worker: closed once, however the worker ends.

None of them is 0, 1 or 2, also where the host has closed those: it would be taken for a
standard stream, of the host's own programs and of scripts.
"""

import fcntl
import os
import select
import socket
from contextlib import suppress

from pythonarium_kernel import arena

__all__ = ["Descriptors", "is_readable", "socket_pair"]

_LOWEST = 3


class Descriptors:
    """Descriptors that are closed once, however a worker ends."""

    def __init__(self) -> None:
        self._open: set[int] = set()
        self._sockets: list[socket.socket] = []

    def add(self, descriptor: int) -> int:
        descriptor = _lifted(descriptor)
        self._open.add(descriptor)
        return descriptor

    def pipe(self) -> tuple[int, int]:
        read, write = os.pipe()
        return self.add(read), self.add(write)

    def sockets(self) -> tuple[socket.socket, int]:
        here, there = socket_pair(socket.SOCK_STREAM)
        self._sockets.append(here)
        return here, self.add(there.detach())

    def stdin(self) -> int:
        """Return what a worker gets as its descriptor 0: the host's, if nobody types."""
        try:
            return self.add(
                os.open(os.devnull, os.O_RDONLY) if os.isatty(0) else os.dup(0)
            )
        except OSError:
            return self.add(os.open(os.devnull, os.O_RDONLY))

    def arenas(self) -> list[int]:
        """Return the descriptors of two arenas: the host's and the worker's."""
        both = [arena.create(), arena.create()]
        return [self.add(d) for d in both if d is not None]

    def close(self, descriptor: int) -> None:
        if descriptor in self._open:
            self._open.discard(descriptor)
            os.close(descriptor)

    def close_all(self) -> None:
        for end in self._sockets:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()
        self._sockets.clear()
        while self._open:
            with suppress(OSError):
                os.close(self._open.pop())


def socket_pair(kind: socket.SocketKind) -> tuple[socket.socket, socket.socket]:
    """Return two ends of local sockets."""
    here, there = socket.socketpair(socket.AF_UNIX, kind)
    if min(here.fileno(), there.fileno()) >= _LOWEST:
        return here, there
    ends = [socket.socket(fileno=_lifted(end.detach())) for end in (here, there)]
    return ends[0], ends[1]


def _lifted(descriptor: int) -> int:
    if descriptor >= _LOWEST:
        return descriptor
    try:
        return fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, _LOWEST)
    finally:
        os.close(descriptor)


def is_readable(descriptor: int) -> bool:
    """Tell whether a read would not block."""
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    return bool(poll.poll(0))
