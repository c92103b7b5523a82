"""What is open from its making to `close`, or to the end of a `with` block."""

from abc import ABC, abstractmethod
from typing import Self

__all__ = ["Scope"]


class Scope(ABC):
    """Made open; `close` closes it, and the end of a `with` block does."""

    __slots__ = ()

    @abstractmethod
    def close(self) -> None:
        """Close it.  A second call does nothing."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()
