"""What a worker may use at most, and reach, by what the system holds a process to.

A limit is set in the worker before it runs anything of a script, and cannot be taken back
there: the hard limit is set too, and the capability to raise it is dropped.  What it starts
inherits it.
"""

import os

from pythonarium_kernel import fences, linux

LIMITS = {
    "memory": "RLIMIT_AS",
    "cpu_seconds": "RLIMIT_CPU",
    "file_size": "RLIMIT_FSIZE",
    "open_files": "RLIMIT_NOFILE",
    "processes": "RLIMIT_NPROC",
}
"""Names of limits that are numbers, and what holds them."""
NETWORK, WRITABLE = "network", "writable"
_SWITCHES = {
    "/proc/sys/user/max_user_namespaces": ("0", "15000"),
    "/proc/sys/kernel/unprivileged_userns_clone": ("0", "1"),
    "/proc/sys/kernel/apparmor_restrict_unprivileged_userns": ("1", "0"),
}
"""What forbids user namespaces -> the value that does, and one that does not."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any


class NotHeld(Exception):
    """A limit does not hold here.  The message says which, why, and what may help."""


def apply(limits: "Mapping[str, Any]") -> None:
    """Set limits on this process.

    Raises:
        NotHeld: one is beyond what this process may use already, or the system has nothing
            that holds it.
    """
    network, writable = limits.get(NETWORK, True), limits.get(WRITABLE)
    if not network or writable is not None:
        _set_up_fences(network, writable)
    numbers = {name: limits[name] for name in LIMITS if name in limits}
    for name, value in numbers.items():
        _set(name, value)
    if numbers:
        _keep_them_low()


def _set_up_fences(network: bool, writable: "Any") -> None:
    try:
        fences.set_up(network=network, writable=writable)
    except OSError as error:
        wanted = [] if network else ["network=False"]
        wanted += [] if writable is None else [f"writable={writable!r}"]
        reason = f"{error.filename}: {error.strerror}"
        message = (
            f"limits: {' and '.join(wanted)} cannot be held here ({reason})"
            f"{_remedy(str(error.filename))}"
        )
        raise NotHeld(message) from None


def _remedy(call: str) -> str:
    """Return what an administrator can do where a call was refused."""
    if call.startswith("landlock"):
        return "; it needs Landlock: Linux 5.13 or newer, with landlock among its lsm="
    if call not in ("unshare", "mount"):
        return ""
    for path, (forbids, allows) in _SWITCHES.items():
        if _content(path) == forbids:
            name = path[len("/proc/sys/") :].replace("/", ".")
            return f"; `sysctl -w {name}={allows}` allows it"
    return "; it needs user namespaces, which a container may forbid, or CAP_SYS_ADMIN"


def _content(path: str) -> str:
    try:
        with open(path, encoding="ascii") as file:
            return file.read().strip()
    except OSError:
        return ""


def _set(name: str, value: int) -> None:
    import resource

    kind: int = getattr(resource, LIMITS[name])
    most = value + _mapped() if name == "memory" else value
    try:
        resource.setrlimit(kind, (most, most))
    except (ValueError, OSError) as error:
        message = f"limits: {name}={value} cannot be set: {error}"
        raise NotHeld(message) from None


def _keep_them_low() -> None:
    """Drop the right of root to raise a hard limit."""
    try:
        fences.drop_capabilities(1 << linux.CAP_SYS_RESOURCE)
    except OSError as error:
        message = f"limits: root could raise them again ({error.filename}: {error})"
        raise NotHeld(message) from None


def _mapped() -> int:
    """Return the bytes of memory that this process has mapped already."""
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")
