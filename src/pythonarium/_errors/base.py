"""The base of all errors."""

__all__ = ["PythonariumError"]


class PythonariumError(Exception):
    """The base of all errors of this package."""

    __module__ = "pythonarium.errors"

    def __init__(self, message: str = "", **facts: object) -> None:
        super().__init__(message)
        self._facts = facts or {"message": message}

    def __str__(self) -> str:
        return str(self.args[0]) if self.args else ""

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuild, (type(self), self._facts, self._added_notes())

    def _added_notes(self) -> list[str]:
        """Return what the host has added by `add_note`."""
        return list(getattr(self, "__notes__", ()))


def _rebuild(
    cls: type[PythonariumError], facts: dict[str, object], notes: list[str]
) -> PythonariumError:
    error = cls(**facts)  # type: ignore[arg-type]  # the facts that __init__ was given
    for note in notes:
        error.add_note(note)
    return error
