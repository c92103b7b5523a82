"""stdout and stderr per run, right also when several threads print.

Invariants
- While any run is on, `sys.stdout` and `sys.stderr` are the two routers (`process`
  puts them there).  A router asks `route.current` which run is printing, and hands the
  text to that run's sink, or to the host's stream.
- A script may close or detach its streams: that concerns its run alone.  The host's
  streams are never closed.
- A thread that outlives its run, and a stream object that does, print to the host's
  stream.
- Text that a thread prints piece by piece stays together: a sink joins pieces to lines
  per thread.

Not seen by a router: `os.write(1, ...)`, output of C code and of child processes.
"""

import io
import sys
from _thread import get_ident
from contextlib import suppress

from pythonarium_kernel.route import current

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Optional

    from typing_extensions import Self

PIECES = 1000
"""Pieces of an unfinished line that are kept before they are passed on."""


class Sink:
    """Where the text of one run goes: kept up to a limit, and told line by line.

    Made by the runner, closed by it when the run is over.  Any thread may write.

    Args:
        keep: whether `text()` returns what was written.
        limit: the number of characters kept; None for all.
        on_line: called with each line, without its line end, outside the run's route.
    """

    encoding = "utf-8"
    errors = "backslashreplace"
    newlines = None
    line_buffering = True
    mode = "w"

    def __init__(
        self,
        name: str,
        keep: bool,
        limit: "Optional[int]",
        on_line: "Optional[Callable[[str], object]]",
    ) -> None:
        self.name = f"<{name}>"
        self.closed = False
        self._keep, self._room, self._on_line = keep, limit, on_line
        self._kept: list[str] = []
        self._cut = 0
        self._decoder: Any = None
        self._pending: dict[int, list[str]] = {}

    def write(self, text: object) -> int:
        if self.closed:
            message = "I/O operation on closed file."
            raise ValueError(message)
        if not isinstance(text, str):  # whatever a script passes
            message = f"write() argument must be str, not {type(text).__name__}"
            raise TypeError(message)
        thread = get_ident()
        pending = self._pending
        if "\n" in text:
            whole, _, rest = text.rpartition("\n")
            pieces = pending.pop(thread, None)
            if pieces:
                whole = "".join(pieces) + whole
            self._emit(whole + "\n")
            if rest:
                pending[thread] = [rest]
        elif text:
            pieces = pending.setdefault(thread, [])
            pieces.append(text)
            if len(pieces) >= PIECES and self._on_line is None:
                self._emit("".join(pending.pop(thread)))
        return len(text)

    def decode(self, data: bytes) -> str:
        """Return bytes as text; a character may come in several pieces."""
        if self._decoder is None:
            from codecs import getincrementaldecoder

            self._decoder = getincrementaldecoder("utf-8")("backslashreplace")
        text: str = self._decoder.decode(data)
        return text

    def _emit(self, text: str) -> None:
        if self._on_line is not None:
            token = current.set(None)
            try:
                for line in text[: -1 if text[-1] == "\n" else None].split("\n"):
                    self._on_line(line)
            finally:
                current.reset(token)
        if self._keep:
            if self._room is not None:
                over = len(text) - self._room
                if over > 0:
                    self._cut += over
                    text = text[: self._room]
                self._room -= len(text)
            self._kept.append(text)

    def finish(self) -> None:
        """Pass on the lines that have no end yet."""
        pending = self._pending
        while pending:
            _, pieces = pending.popitem()
            self._emit("".join(pieces))

    def text(self) -> str:
        """Return what was kept; its last line says what was cut."""
        kept = "".join(self._kept)
        if self._cut:
            kept += f"\n[pythonarium: {self._cut} more characters were cut off]\n"
        return kept

    def writelines(self, lines: "Any") -> None:
        for line in lines:
            self.write(line)

    def flush(self) -> None:
        """Do nothing: nothing is held back but unfinished lines."""

    def close(self) -> None:
        self.closed = True

    def fileno(self) -> int:
        message = "captured output has no file descriptor"
        raise io.UnsupportedOperation(message)

    def reconfigure(self, **_options: object) -> None:
        """Accept what a real stream accepts."""

    def isatty(self) -> bool:
        return False

    def readable(self) -> bool:
        return False

    def writable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return False


class _Nothing(Sink):
    """What a script prints to once it has closed its stream, or where there is none."""

    def __init__(self, closed: bool) -> None:
        super().__init__("closed", False, None, None)
        self.closed = closed

    def write(self, text: object) -> int:
        return super().write(text) if self.closed else len(str(text))


CLOSED = _Nothing(closed=True)
_NOWHERE = _Nothing(closed=False)


class HostStreams:
    """The host's streams; they are away while the routers stand in their place."""

    __slots__ = ("is_away", "stderr", "stdin", "stdout")

    def __init__(self) -> None:
        self.stdout: Any = None
        self.stderr: Any = None
        self.stdin: Any = None
        self.is_away = False


host = HostStreams()


class Router:
    """Stands as `sys.stdout` or `sys.stderr` while a run is on."""

    _name: str

    def __init__(self, name: str) -> None:
        self.__dict__["_name"] = name

    def _target(self) -> "Any":
        run = current.get()
        if run is not None:
            sink = getattr(run, self._name)
            if sink is not None:
                return sink
            run.printed = True
        stream = None if host.is_away else getattr(sys, self._name, None)
        if stream is None or stream is self:  # as redirect_stdout may leave it
            stream = getattr(host, self._name)
        if stream is None or getattr(stream, "closed", False):
            stream = getattr(sys, f"__{self._name}__")
        return _NOWHERE if stream is None else stream

    def write(self, text: str) -> int:
        count: int = self._target().write(text)
        return count

    def flush(self) -> None:
        self._target().flush()

    def writelines(self, lines: "Any") -> None:
        self._target().writelines(lines)

    @property
    def buffer(self) -> "_Bytes":
        return _Bytes(self)

    def close(self) -> None:
        run = current.get()
        if run is not None:
            setattr(run, self._name, CLOSED)

    def detach(self) -> "_Bytes":
        return _Bytes(self)

    def __enter__(self) -> "Self":
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()

    def __getattr__(self, name: str) -> "Any":
        return getattr(self._target(), name)

    def __setattr__(self, name: str, value: object) -> None:
        setattr(self._target(), name, value)

    def __repr__(self) -> str:
        return f"<pythonarium {self._name} of this run>"


io.TextIOBase.register(Router)  # what a script may ask of `sys.stdout`


class _Bytes(io.BufferedIOBase):
    """The binary side of a router.  Closing it closes nothing else."""

    def __init__(self, router: Router) -> None:
        self._router = router

    def write(self, data: "Any") -> int:
        if self.closed:
            message = "write to closed file"
            raise ValueError(message)
        target = self._router._target()  # noqa: SLF001  # two halves of one thing
        binary = getattr(target, "buffer", None)
        if not isinstance(target, Sink) and binary is None:
            text = bytes(data).decode("utf-8", "backslashreplace")
            target.write(text)
            return len(bytes(data))
        if binary is not None:
            target.flush()
            count: int = binary.write(data)
            return count
        raw = bytes(data)
        target.write(target.decode(raw))
        return len(raw)

    def flush(self) -> None:
        if not self.closed:
            target = self._router._target()  # noqa: SLF001
            with suppress(ValueError):  # the host's stream is closed
                target.flush()

    def fileno(self) -> int:
        number: int = self._router._target().fileno()  # noqa: SLF001
        return number

    def isatty(self) -> bool:
        return bool(self._router.isatty())

    def writable(self) -> bool:
        return True

    @property
    def name(self) -> object:
        return self._router.name

    @property
    def raw(self) -> "_Bytes":
        return self


router_out = Router("stdout")
router_err = Router("stderr")
