"""Named contexts: each is a module, its `__dict__` the globals of what runs in it.

Which context is current is the host's affair: every request names the one it means.
So contexts cost nothing to switch, and functions keep their own globals for ever, also
when their context is reset or deleted.
"""

import builtins
from types import ModuleType

MAIN = "main"


class ContextRefusal(Exception):
    """A context was asked for that cannot be had.  The message says why."""


class Contexts:
    """The contexts of one interpreter; `main` is there from the start.

    Attributes:
        modules: the contexts by name.
    """

    __slots__ = ("modules",)

    def __init__(self) -> None:
        self.modules: dict[str, ModuleType] = {MAIN: _module()}

    def names(self) -> "list[str]":
        """Return the names, `main` first."""
        return list(self.modules)

    def get(self, name: str) -> ModuleType:
        """Return a context's module.

        Raises:
            ContextRefusal: there is none of that name.
        """
        module = self.modules.get(name)
        if module is None:
            message = f"there is no context {name!r}: it was deleted, or never added"
            raise ContextRefusal(message)
        return module

    def add(self, name: object) -> None:
        """Add a context, unless it is there.

        Raises:
            ContextRefusal: the name is no identifier.
        """
        if not (isinstance(name, str) and name.isidentifier()):
            message = (
                f"Invalid context name: {name!r}; use letters, digits and underscores,"
                " not starting with a digit"
            )
            raise ContextRefusal(message)
        if name not in self.modules:
            self.modules.setdefault(name, _module())

    def reset(self, name: str) -> None:
        """Replace a context's namespace by an empty one."""
        self.get(name)
        self.modules[name] = _module()

    def delete(self, name: str) -> None:
        """Delete a context.

        Raises:
            ContextRefusal: there is none of that name, or it is `main`.
        """
        if name == MAIN:
            message = "context 'main' cannot be deleted; reset() empties it"
            raise ContextRefusal(message)
        self.get(name)
        self.modules.pop(name, None)


def _module() -> ModuleType:
    module = ModuleType("__main__")
    module.__dict__["__builtins__"] = builtins
    return module
