"""Contexts, under the documents' names."""

from pythonarium.python4j._shared import interpreter
from pythonarium.scopes import Scope
from pythonarium_kernel.contexts import MAIN

__all__ = ["PythonContextManager"]


class PythonContextManager:
    """Named namespaces; each thread has a current one, at first `main`."""

    class Context(Scope):
        """Enters a context, named or temporary, and goes back to the one before.

        Entered by its constructor; left by `close` or the end of a `with` block, in the
        same thread.  A temporary one is deleted then, with its variables.

        Attributes:
            name: of the context.
        """

        __slots__ = ("_scope", "name")

        def __init__(self, name: str | None = None) -> None:
            self._scope = interpreter().context(name)
            self.name: str = self._scope.name

        def close(self) -> None:
            """Go back.  A second call does nothing.

            Raises:
                ContextError: a context was entered later and is not left, or another
                    thread entered this one.
            """
            self._scope.close()

    @staticmethod
    def set_context(name: str) -> None:
        """Make a context current in this thread, adding it if it is new.

        Raises:
            ContextError: the name is no identifier.
        """
        interpreter().contexts.switch(name)

    @staticmethod
    def set_main_context() -> None:
        """Make `main` current in this thread."""
        interpreter().contexts.switch(MAIN)

    @staticmethod
    def get_current_context() -> str:
        """Return the name of this thread's current context."""
        return interpreter().contexts.current

    @staticmethod
    def get_contexts() -> list[str]:
        """Return the names of all contexts."""
        return interpreter().contexts.names()

    @staticmethod
    def has_context(name: str) -> bool:
        """Tell whether there is a context of that name."""
        return name in interpreter().contexts

    @staticmethod
    def add_context(name: str) -> None:
        """Add an empty context, unless it is there.

        Raises:
            ContextError: the name is no identifier.
        """
        interpreter().contexts.add(name)

    @staticmethod
    def reset() -> None:
        """Remove all variables of the current context."""
        interpreter().contexts.reset()

    @staticmethod
    def delete_context(name: str) -> None:
        """Delete a context with its variables.

        Raises:
            ContextError: it is current, it is `main`, or there is none of that name.
        """
        interpreter().contexts.delete(name)

    @staticmethod
    def delete_non_main_contexts() -> None:
        """Make `main` current and delete all other contexts."""
        interpreter().contexts.delete_others()
