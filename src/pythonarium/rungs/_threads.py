"""Threads of the host for threads of scripts: each talks to its own, over its own link.

Any other thread of the host that uses an object of a script's, such as a function that a
callable was given and has kept, goes by the rung: as for a handle, it must be inside.

Invariants
- One thread waits for links, from the first object of the host that goes to a worker on.
  It ends when the worker's socket is shut down.
- A link's thread ends when the script's thread ends, or the worker.  It alone closes its
  descriptor, so no number is read that has become another's.
- All are daemons: one may be in a callable of the host that does not return.
"""

import os
import socket
import threading
from _thread import start_new_thread
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from pythonarium.rungs._base import on_behalf
from pythonarium.rungs._links import ThreadEnd
from pythonarium_kernel import wire
from pythonarium_kernel.link import Link

if TYPE_CHECKING:
    from pythonarium.rungs._worker import Worker

__all__ = ["Entrance", "ScriptThreads"]

Use = Callable[["Worker", str, tuple[Any, ...]], Any]


class Entrance:
    """What a thread of the host has for a link.  Made by the rung, for one worker."""

    def __init__(self, worker: "Worker", use: Use) -> None:
        self._worker, self._use = worker, use

    def request(self, operation: str, *args: object) -> Any:
        """Have the worker perform an operation, and return its answer."""
        return self._use(self._worker, operation, args)


class ScriptThreads:
    """Those of one worker.  Made with it; `start` may be called by any thread."""

    def __init__(self, worker: "Worker") -> None:
        self._worker = worker
        self._local = threading.local()
        self.is_ready = False

    def link(self) -> Link | Entrance:
        """Return what the calling thread talks over."""
        link: Link | None = getattr(self._local, "link", None)
        return self._worker.entrance if link is None else link

    def start(self, links: socket.socket) -> None:
        """Wait for links from now on.

        Not by a Thread: its `start` waits, and a Ctrl-C that comes there breaks its lock.
        """
        if not self.is_ready:
            self.is_ready = True
            start_new_thread(self._wait, (links,))

    def _wait(self, links: socket.socket) -> None:
        while True:
            try:
                _, descriptors, _, _ = socket.recv_fds(
                    links, 16, 1, socket.MSG_CMSG_CLOEXEC
                )
            except OSError:
                return
            if not descriptors:
                return
            threading.Thread(
                target=self._serve,
                args=(descriptors[0],),
                name="pythonarium-script-thread",
                daemon=True,
            ).start()

    def _serve(self, descriptor: int) -> None:
        link = self._local.link = ThreadEnd(self._worker, descriptor)
        on_behalf.set(lambda: self._worker.inside)
        try:
            with suppress(wire.WireError, OSError):
                while True:
                    kind, body, tail = link.received()
                    if kind == wire.CALL:
                        link.serve(body, tail)
        finally:
            os.close(descriptor)
