"""One at a time, over all processes that use the same cache folder.

The lock of an environment is a file in the cache folder, named for the environment's
path, so nothing lies beside it and it can be held before the environment is there.

Invariants
- The lock is the system's (flock): it goes when its last holder ends, in whatever way.
- An installer that works under a lock holds it too, by an inherited descriptor.  So when a
  host is killed, nobody else gets the lock before the installers that it left have ended.
- A thread never waits for a lock while it holds another.
"""

import hashlib
import os
from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path

from pythonarium.environments.progress import told
from pythonarium.errors import PackageError

__all__ = ["cache_folder", "descriptors", "locked"]

_held: ContextVar[tuple[int, ...]] = ContextVar("held", default=())


def cache_folder() -> Path:
    """Return the user's cache folder of Pythonarium, which need not be there yet."""
    from platformdirs import user_cache_path  # noqa: PLC0415  # only for this

    return user_cache_path("pythonarium", appauthor=False)


@contextmanager
def locked(folder: Path, timeout: float | None = None) -> Generator[None]:
    """Hold the lock of an environment.

    Raises:
        PackageError: it was not to be had in time, or no lock can be made.
    """
    import filelock  # noqa: PLC0415  # it brings asyncio

    acquired: list[int] = []
    name = hashlib.sha256(os.fsencode(os.path.realpath(folder))).hexdigest()[:32]
    path = cache_folder() / "locks" / f"{name}.lock"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = filelock.FileLock(
            path, fallback_to_soft=False, on_acquired=acquired.append
        )
        try:
            lock.acquire(timeout=0)
        except filelock.Timeout:
            with told(f"Waiting for another process that changes {folder}"):
                lock.acquire(-1 if timeout is None else timeout)
    except filelock.Timeout:
        raise PackageError(
            f"{folder} was still being changed by another process after {timeout:g} s;"
            " wait for it, or give a longer timeout"
        ) from None
    except OSError as error:
        raise PackageError(
            f"cannot make a lock in {path.parent}: {error.strerror}; set"
            " XDG_CACHE_HOME to a folder that can be written"
        ) from error
    token = _held.set(tuple(acquired))
    try:
        yield
    finally:
        _held.reset(token)
        lock.release()


def descriptors() -> tuple[int, ...]:
    """Return the lock that this thread holds, for a program that works under it."""
    return _held.get()
