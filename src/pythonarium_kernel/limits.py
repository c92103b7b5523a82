"""What a worker may use at most, by what the system holds a process to.

A limit is set in the worker before it runs anything of a script, and cannot be taken back
there: the hard limit is set too.  What it starts inherits it.  It keeps scripts from
accidents; it is no wall against one that means harm.
"""

import os

LIMITS = {
    "memory": "RLIMIT_AS",
    "cpu_seconds": "RLIMIT_CPU",
    "file_size": "RLIMIT_FSIZE",
    "open_files": "RLIMIT_NOFILE",
    "processes": "RLIMIT_NPROC",
}
"""Names of limits, and what holds them."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping


def apply(limits: "Mapping[str, int]") -> None:
    """Set limits on this process.

    Raises:
        ValueError: one is beyond what this process may use already.
    """
    import resource

    for name, value in limits.items():
        kind: int = getattr(resource, LIMITS[name])
        most = value + _mapped() if name == "memory" else value
        try:
            resource.setrlimit(kind, (most, most))
        except (ValueError, OSError) as error:
            message = f"the limit {name}={value} cannot be set: {error}"
            raise ValueError(message) from None


def _mapped() -> int:
    """Return the bytes of memory that this process has mapped already."""
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")
