"""The lock of an interpreter: a lock first, and the GIL second.

Invariants
- Whoever is inside the interpreter holds the lock; nothing is done without it.
- The thread that first uses the interpreter is its home thread.  Its calls take the lock
  by themselves, for the time of the call.  Any other thread takes it explicitly.
- The lock is re-entrant, and only its owner releases it.
- It is an ordinary lock of Python's: a thread that waits for it does not hold the GIL,
  so a script that sleeps never stands in the way of it.
"""

import os
import threading
from _thread import RLock, get_ident
from weakref import WeakSet

from pythonarium.errors import LockTimeoutError, ThreadSafetyError
from pythonarium.rungs._base import on_behalf
from pythonarium.scopes import Scope
from pythonarium_kernel.route import current

__all__ = ["InterpreterLock", "LockGuard"]

SENTENCE = (
    "Attempt to use Python4j from multiple threads without acquiring GIL. Enclose your"
    " code in a try(PythonGIL gil = PythonGIL.lock()){...} block."
)
"""What Python4J documents for a thread without the lock."""

_claims = threading.Lock()  # two threads may be the first at once
_locks: "WeakSet[InterpreterLock]" = WeakSet()


def _reset_after_fork() -> None:
    global _claims
    _claims = threading.Lock()
    for lock in _locks:
        lock.is_lost = lock.is_taken and not lock.is_mine


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_reset_after_fork)


_LOST = (
    "this interpreter was in use by another thread when the process was forked, and that"
    " thread does not exist here; open another interpreter"
)


class InterpreterLock:
    """Re-entrant, owner-checked.  Belongs to one interpreter for all its life.

    Who holds it, only `rlock` knows.  A signal handler may raise between any two lines of
    the host's thread; it is taken by `with lock.rlock`, which no handler can get between.

    Attributes:
        rlock: the lock itself.
        home: the thread that needs no lock, once there is one.
        holder: the thread that took it last, for messages.
        is_lost: whether a fork has left it with a thread that does not exist here.
    """

    __slots__ = ("__weakref__", "holder", "home", "is_lost", "rlock")

    def __init__(self) -> None:
        self.rlock: RLock = RLock()
        self.home: int | None = None
        self.holder: int | None = None
        self.is_lost: bool = False
        _locks.add(self)

    def check(self) -> None:
        """Check that the calling thread may take the lock for a call.

        Raises:
            ThreadSafetyError: it is not the home thread and does not hold the lock.
        """
        me = get_ident()
        if (self.home or self._claim(me)) != me and not self.is_mine:
            raise ThreadSafetyError(self._misuse())
        if self.is_lost:
            raise ThreadSafetyError(_LOST)
        self.holder = me

    def acquire(self, timeout: float | None) -> None:
        """Take the lock; see `LockGuard`.

        Raises:
            LockTimeoutError: not within the timeout, in seconds.
            ThreadSafetyError: this thread belongs to the script that holds the lock.
        """
        me = get_ident()
        if self.home is None:
            self._claim(me)
        if not self.is_mine:
            if self.is_taken:
                _refuse_to_wait_for_itself(self.holder)
            if self.is_lost:
                raise ThreadSafetyError(_LOST)
        if not self.rlock.acquire(timeout=-1 if timeout is None else timeout):
            raise LockTimeoutError(
                f"the lock was not to be had within {timeout:g} s:"
                f" {_thread_name(self.holder)} holds it"
            )
        self.holder = me

    @property
    def is_mine(self) -> bool:
        """Whether the calling thread holds the lock."""
        return self.rlock._is_owned()  # type: ignore[attr-defined, no-any-return]  # noqa: SLF001  # as threading.Condition asks

    @property
    def is_taken(self) -> bool:
        """Whether any thread holds the lock."""
        if self.is_mine:
            return True
        if self.rlock.acquire(blocking=False):
            self.rlock.release()
            return False
        return True

    def busy(self) -> ThreadSafetyError:
        """Return the error for a `close` while another thread holds the lock."""
        if self.is_lost:
            return ThreadSafetyError(_LOST)
        return ThreadSafetyError(
            f"{_thread_name(self.holder)} is using this interpreter: call interrupt()"
            " and wait for it, then close()"
        )

    def _claim(self, me: int) -> int:
        with _claims:
            self.home = self.home or me
            return self.home

    def _misuse(self) -> str:
        return (
            f"{_thread_name(get_ident())} used an interpreter of {_thread_name(self.home)}"
            " without its lock; use it inside of `with interpreter.lock():`, or open one"
            f" for this thread. Python4J says: {SENTENCE}"
        )


class LockGuard(Scope):
    """Holds an interpreter's lock from its creation to `close`, in one thread.

    Made by `Interpreter.lock()`, which has taken the lock; `close` or the end of a
    `with` block releases it, in the same thread.  After that it is inert.
    """

    __slots__ = ("_lock", "_thread")

    def __init__(self, lock: InterpreterLock) -> None:
        self._lock: InterpreterLock | None = lock
        self._thread = get_ident()

    def close(self) -> None:
        """Release the lock.  A second call does nothing.

        Raises:
            ThreadSafetyError: another thread took it.
        """
        if self._lock is None:
            return
        if get_ident() != self._thread:
            raise ThreadSafetyError(
                f"{_thread_name(get_ident())} cannot release the lock that"
                f" {_thread_name(self._thread)} took; close it there"
            )
        lock, self._lock = self._lock, None
        lock.rlock.release()

    @property
    def locked(self) -> bool:
        """Whether this guard still holds the lock."""
        return self._lock is not None


def _refuse_to_wait_for_itself(owner: int | None) -> None:
    run, behalf = current.get(), on_behalf.get()
    waiting = None if run is None or run.finished else run.thread
    if behalf is not None:
        waiting = behalf()
    if waiting is not None and waiting == owner:
        raise ThreadSafetyError(
            f"{_thread_name(get_ident())} was started by the script that"
            f" {_thread_name(owner)} runs under this lock: it would wait for itself;"
            " let the script end first, or open another interpreter"
        )


def _thread_name(ident: int | None) -> str:
    for thread in threading.enumerate():
        if thread.ident == ident:
            return f"thread {thread.name!r}"
    return "a thread that has ended" if ident is not None else "no thread"
