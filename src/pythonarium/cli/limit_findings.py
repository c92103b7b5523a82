"""Which limits hold here: each is asked for, and a script tries to go past it.

Everything is tried in workers; the process of the command stays as it is.
"""

import os
import re
from collections.abc import Iterator, Mapping

from pythonarium.cli.findings import Finding
from pythonarium.errors import PythonariumError
from pythonarium.interpreter import Interpreter

__all__ = ["limit_findings"]

_NUMBERS = {"memory": 300_000_000, "cpu_seconds": 60, "file_size": 9, "open_files": 60}
_PAST_NUMBERS = """
import os, resource

def use_memory(): bytearray(600_000_000)
def write_more():
    file = os.memfd_create("tried")
    os.write(file, bytes(9))
    os.write(file, bytes(1))
def open_files(): [os.open("/dev/null", os.O_RDONLY) for _ in range(100)]

held = ["cpu_seconds"] if resource.getrlimit(resource.RLIMIT_CPU) == (60, 60) else []
for name, go_past in (
    ("memory", use_memory), ("file_size", write_more), ("open_files", open_files)
):
    try:
        go_past()
    except (MemoryError, OSError):
        held.append(name)
"""
_LANDLOCK = "from pythonarium_kernel import linux\nabi = linux.landlock_abi()"
_CONNECT = """
import errno, socket
try:
    socket.create_connection(("127.0.0.1", 9), 1)
    went = True
except OSError as error:
    went = error.errno != errno.ENETUNREACH
"""
_WRITE = """
import errno, os
try:
    os.utime("/")
    went = True
except OSError as error:
    went = error.errno != errno.EROFS
"""


def limit_findings() -> Iterator[Finding]:
    """Yield which limits hold."""
    try:
        with Interpreter("process") as python:  # so that one zygote does for all
            abi = python.exec(_LANDLOCK, outputs={"abi": int})["abi"]
            yield _numbers()
            yield _landlock(abi)
            yield _fence("no network", {"network": False}, _CONNECT)
            yield _fence("read-only", {"writable": []}, _WRITE)
    except PythonariumError as error:
        yield Finding("limits", usable=False, text=str(error))


def _numbers() -> Finding:
    try:
        with Interpreter("process", limits=_NUMBERS) as python:
            held = set(python.exec(_PAST_NUMBERS, outputs={"held": list[str]})["held"])
    except PythonariumError as error:
        return Finding("limits", usable=False, text=str(error))
    names = list(_NUMBERS)
    if os.geteuid() != 0:
        names.append("processes")
        held.add("processes")  # as the others: it is of the same call
    text = f"{', '.join(name for name in names if name in held)} hold"
    missing = [name for name in names if name not in held]
    if missing:
        text += f"; {', '.join(missing)} not"
    if os.geteuid() == 0:
        text += "; processes not for root"
    return Finding("limits", usable=not missing, text=text)


def _landlock(abi: int) -> Finding:
    if abi:
        return Finding("landlock", usable=True, text=f"version {abi} of its interface")
    text = "none: the kernel is older than 5.13, or landlock is not among its lsm="
    return Finding("landlock", usable=False, text=text)


def _fence(name: str, limits: Mapping[str, object], attempt: str) -> Finding:
    try:
        with Interpreter("process", limits=limits) as python:
            went = python.exec(attempt, outputs={"went": bool})["went"]
    except PythonariumError as error:
        return Finding(name, usable=False, text=str(error), mend=_command(str(error)))
    if went:
        return Finding(name, usable=False, text="a script went past the limit")
    return Finding(
        name, usable=True, text="a script was refused what the limit forbids"
    )


def _command(text: str) -> str:
    """Return the command that an error names in backquotes, for who may run it."""
    found = re.search("`(.+?)`", text)
    if found is None:
        return ""
    return found[1] if os.geteuid() == 0 else f"sudo {found[1]}"
