"""Which context is current, and what can be done with contexts.

Invariants
- The current context belongs to a thread (to an asyncio task: it is a ContextVar), for
  each interpreter on its own.  A thread starts in `main`.
- To switch is one assignment, however many variables there are.
- Scopes (`Interpreter.context`) are left in the reverse order of entering, by the thread
  that entered them.  A context that a scope made under no name dies with it.
"""

import os
from _thread import get_ident
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any, Final, NamedTuple

from pythonarium.errors import ContextError
from pythonarium.scopes import Scope
from pythonarium_kernel.contexts import MAIN

__all__ = ["ContextScope", "Contexts"]


class _Selection(NamedTuple):
    current: str
    scopes: "tuple[ContextScope, ...]"


_START: Final = _Selection(MAIN, ())
_selections: ContextVar[dict[int, _Selection]] = ContextVar("pythonarium_contexts")
_open: set[int] = set()
_serial = 0


class Contexts:
    """The contexts of one interpreter.

    Opened and closed with it.  Names are identifiers; `main` is always there.
    """

    __slots__ = ("_call", "_serial")

    def __init__(self, call: Callable[..., Any]) -> None:
        global _serial
        _serial += 1
        self._serial = _serial
        self._call = call
        _open.add(self._serial)

    def close(self) -> None:
        """Forget what this thread had selected."""
        _open.discard(self._serial)
        if _selections.get(None):
            self._select(None)

    @property
    def current(self) -> str:
        """The name of this thread's current context."""
        selections = _selections.get(None)
        if not selections:
            return MAIN
        return selections.get(self._serial, _START).current

    def names(self) -> list[str]:
        """Return the names of all contexts, `main` first."""
        names: list[str] = self._call("context_names")
        return names

    def __contains__(self, name: object) -> bool:
        return name in self.names()

    def add(self, name: str) -> None:
        """Add an empty context, unless it is there.

        Raises:
            ContextError: the name is no identifier.
        """
        self._call("add_context", name)

    def switch(self, name: str) -> None:
        """Make a context current in this thread, adding it if it is new.

        Raises:
            ContextError: the name is no identifier.
        """
        self.add(name)
        self._select(_Selection(name, self._selection.scopes))

    def reset(self) -> None:
        """Remove all variables of the current context."""
        self._call("reset_context", self.current)

    def delete(self, name: str) -> None:
        """Delete a context with its variables.

        Raises:
            ContextError: it is current, it is `main`, or there is none of that name.
        """
        if name == self.current:
            raise ContextError(
                f"Cannot delete current context! {name!r} is current in this thread;"
                " switch to another one first"
            )
        self._call("delete_context", name)

    def delete_others(self) -> None:
        """Switch to `main` and delete all other contexts."""
        self._select(_Selection(MAIN, self._selection.scopes))
        for name in self.names():
            if name != MAIN:
                self._call("delete_context", name)

    @property
    def _selection(self) -> _Selection:
        return _selections.get({}).get(self._serial, _START)

    def _select(self, selection: _Selection | None) -> None:
        kept = {s: v for s, v in _selections.get({}).items() if s in _open}
        if selection is None or selection == _START:
            kept.pop(self._serial, None)
        else:
            kept[self._serial] = selection
        _selections.set(kept)


class ContextScope(Scope):
    """Enters a context and goes back to the one before.

    Made by `Interpreter.context`, which has entered it; `close` or the end of a `with`
    block leaves it, in the same thread.

    Attributes:
        name: of the context.
    """

    __slots__ = ("_closed", "_contexts", "_previous", "_temporary", "_thread", "name")

    name: str

    def __init__(self, contexts: Contexts, name: str | None) -> None:
        self._contexts, self._temporary = contexts, name is None
        self.name = f"temp_{os.urandom(16).hex()}" if name is None else name
        self._previous = contexts.current
        self._closed, self._thread = False, get_ident()
        contexts.switch(self.name)
        selection = contexts._selection  # noqa: SLF001  # one module, one thing
        contexts._select(selection._replace(scopes=(*selection.scopes, self)))  # noqa: SLF001

    def close(self) -> None:
        """Go back; delete a temporary context.  A second call does nothing.

        Raises:
            ContextError: another scope was entered later and is not left, or another
                thread entered this one.
        """
        contexts = self._contexts
        if contexts._serial not in _open:  # noqa: SLF001  # gone with its interpreter
            return
        scopes = contexts._selection.scopes  # noqa: SLF001
        if self not in scopes and self._closed:
            return
        if self not in scopes or self._thread != get_ident():
            raise ContextError(
                f"context {self.name!r} was entered by another thread; leave it there"
            )
        if scopes[-1] is not self:
            raise ContextError(
                "contexts are left in the reverse order of entering: leave"
                f" {scopes[-1].name!r} before {self.name!r}"
            )
        contexts.add(self._previous)  # it may have been deleted meanwhile
        contexts._select(_Selection(self._previous, scopes[:-1]))  # noqa: SLF001
        self._closed = True
        if self._temporary and self.name in contexts:
            contexts.delete(self.name)
