"""Source texts of scripts, where tracebacks find them: in linecache.

Invariants
- A text is in linecache from the compilation of its script until the last piece of code
  that was made from it has gone.  So a traceback through a function shows its line
  however much later it is called.
- `follow` is for scripts that have left the cache of compiled scripts: the text goes when
  weak references say that the code has gone.  Until then nothing looks for it.
- A newer text of the same name stays: who goes looks whether the entry is still its own.
"""

import sys
import weakref
from collections.abc import Sequence
from io import StringIO

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType
    from typing import Any, Optional

    from pythonarium_kernel.scripts import Script

_live: "dict[str, Text]" = {}


class Text(Sequence[str]):
    """The text of one script, as linecache keeps it: a sequence of lines.

    Made by `register`.  It is cut into lines when somebody looks at one: few scripts fail.
    """

    __slots__ = ("_codes", "_filename", "_lines", "_text")

    def __init__(self, filename: str, text: str) -> None:
        self._filename, self._text = filename, text
        self._lines: Optional[list[str]] = None
        self._codes: set[weakref.ref[CodeType]] = set()

    def __len__(self) -> int:
        return len(self._cut())

    def __getitem__(self, index: "Any") -> "Any":
        return self._cut()[index]

    def _cut(self) -> "list[str]":
        if self._lines is None:
            self._lines = StringIO(self._text + "\n").readlines()
        return self._lines

    def show(self) -> None:
        """Be what linecache has under this name."""
        import linecache

        name = self._filename
        _live[name] = self
        linecache.cache[name] = (len(self._text), None, self, name)  # type: ignore[assignment]  # any sequence of lines will do

    def follow(self, codes: "list[CodeType]") -> None:
        """Go when the last of these has gone; at once if there is none."""
        self._codes = {weakref.ref(code, self._lose) for code in codes}
        if not codes:
            self._go()

    def _lose(self, reference: "weakref.ref[CodeType]") -> None:
        # May run in any thread, at any time: dict operations only, no lock.
        self._codes.discard(reference)
        if not self._codes:
            self._go()

    def _go(self) -> None:
        if _live.get(self._filename) is self:
            del _live[self._filename]
            cache = getattr(sys.modules.get("linecache"), "cache", {})
            if self in cache.get(self._filename, ()):
                del cache[self._filename]


def register(script: "Script") -> None:
    """Have tracebacks show a script's lines."""
    script.registered = text = Text(script.filename, script.text)
    text.show()


def show(script: "Script") -> None:
    """Have tracebacks show a script's lines, not those of another one of its name.

    Also where somebody's `linecache.clearcache()` has dropped them.
    """
    if script.registered is not None:
        script.registered.show()


def live_line(filename: str, line: int) -> "Optional[str]":
    """Return a line of a script whose code is alive, or None."""
    text = _live.get(filename)
    if text is None or not 0 < line <= len(text):
        return None
    found: str = text[line - 1]
    return found
