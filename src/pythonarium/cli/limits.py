"""Options of `pythonarium run` that take from a script what it shall not have."""

import re
from dataclasses import dataclass
from typing import Annotated, Final

from cyclopts import Parameter

from pythonarium.cli.inputs import BadInputError

__all__ = ["Limits", "bytes_of"]

SIZE: Final = re.compile(r"(\d+(?:\.\d+)?) ?([KMGT]?)(I?)B?", re.IGNORECASE)
POWERS: Final = {"": 0, "K": 1, "M": 2, "G": 3, "T": 4}


@Parameter(name="*")
@dataclass(frozen=True, slots=True)
class Limits:
    """What a script may use and reach; each is for a process of its own.

    Attributes:
        memory: Let the script use so much memory: 500M, 2G, 1.5GiB, or a number of bytes.
            K, M, G and T are powers of 1000, Ki, Mi, Gi and Ti of 1024.
        no_network: Give the script no network, not even localhost.
        read_only: Let the script write to no folder but those of --writable.
        writable: Let the script write below this folder, and with that nowhere else.
    """

    memory: Annotated[str | None, Parameter(name="--memory", metavar="SIZE")] = None
    no_network: Annotated[bool, Parameter(name="--no-network", show_default=False)] = (
        False
    )
    read_only: Annotated[bool, Parameter(name="--read-only", show_default=False)] = (
        False
    )
    writable: Annotated[
        tuple[str, ...],
        Parameter(name="--writable", metavar="DIR", show_default=False),
    ] = ()

    def asked(self) -> dict[str, object]:
        """Return those that were asked for, as an Interpreter takes them.

        Raises:
            BadInputError: --memory is no size.
        """
        limits: dict[str, object] = {}
        if self.memory is not None:
            limits["memory"] = bytes_of(self.memory)
        if self.no_network:
            limits["network"] = False
        if self.read_only or self.writable:
            limits["writable"] = list(self.writable)
        return limits


def bytes_of(size: str) -> int:
    """Return a size in bytes.

    Raises:
        BadInputError: it is none, or less than one byte.
    """
    found = SIZE.fullmatch(size)
    if found is None or (found[3] and not found[2]):
        raise BadInputError(
            f"--memory: expected a size such as 500M, 2GiB or 1000000, got {size!r}"
        )
    base = 1024 if found[3] else 1000
    count = int(float(found[1]) * base ** POWERS[found[2].upper()])
    if not count:
        raise BadInputError(f"--memory: expected a size above 0, got {size!r}")
    return count
