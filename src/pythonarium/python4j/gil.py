"""The lock, under the documents' name."""

from pythonarium.locks import LockGuard
from pythonarium.python4j import _shared
from pythonarium.scopes import Scope

__all__ = ["PythonGIL"]


class PythonGIL(Scope):
    """Holds the interpreter's lock from `lock` to `close`, in one thread.

    Made by `PythonGIL.lock()`, which has taken the lock; `close` or the end of a `with`
    block releases it, in the same thread.  After that it is inert.  Locks nest.
    """

    __slots__ = ("_guard",)

    def __init__(self, guard: LockGuard) -> None:
        self._guard = guard

    @staticmethod
    def lock(timeout: float | None = None) -> "PythonGIL":
        """Take the lock.

        Args:
            timeout: in seconds; None waits.

        Raises:
            LockTimeoutError: it was not to be had in time.
        """
        return PythonGIL(_shared.interpreter().lock(timeout))

    @staticmethod
    def locked() -> bool:
        """Tell whether any thread holds the lock."""
        shared = _shared.opened()
        return shared is not None and shared.locked

    @staticmethod
    def assert_thread_safe() -> None:
        """Do nothing, if this thread may call the interpreter.

        Raises:
            ThreadSafetyError: it needs the lock.
        """
        _shared.interpreter().check_thread()

    def close(self) -> None:
        """Release the lock.  A second call does nothing.

        Raises:
            ThreadSafetyError: another thread took it.
        """
        self._guard.close()
