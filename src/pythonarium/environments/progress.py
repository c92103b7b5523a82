"""What takes time, told to a terminal, and to nobody else."""

import sys
from collections.abc import Generator
from contextlib import contextmanager

__all__ = ["told"]


@contextmanager
def told(sentence: str) -> Generator[None]:
    """Show a sentence on stderr while the block runs, if that is a terminal."""
    if sys.stderr is None or not sys.stderr.isatty():
        yield
        return
    from rich.console import Console  # noqa: PLC0415  # only where it is seen
    from rich.markup import escape  # noqa: PLC0415  # likewise

    with Console(stderr=True).status(escape(sentence)):
        yield
