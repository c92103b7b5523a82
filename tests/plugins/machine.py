"""What this machine lets a process do: asked of the system, not of what is tested.

A container forbids namespaces by default, some systems forbid them to users, and a kernel
may have no Landlock.  A test of a limit says what it needs, and is skipped where the
machine forbids that; with PYTHONARIUM_REQUIRE_LIMITS=1 it fails.
"""

import ctypes
import os
import platform
import pwd
import shutil
import subprocess
import sys
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

import pytest

ROOT: Final = Path(__file__).parents[2]
UNSHARE: Final = {"x86_64": 272, "ppc64le": 282, "s390x": 303}.get(
    platform.machine(), 97
)
LANDLOCK: Final = 444
"""Numbers of system calls on this machine: unshare, landlock_create_ruleset."""
NAMESPACES: Final = {"network": "network", "writable": "mount"}
"""Limit -> the kind of namespace that holds it."""
READ_ONLY: Final = pytest.mark.untraced("who may not write cannot keep what was traced")
"""Of a test with a worker that may not write."""


def need(limits: Mapping[str, object], user: str = "") -> None:
    """Go on only where a host of this user's can have these limits."""
    wanted = (name for name in NAMESPACES if limits.get(name, True) is not True)
    _go_on_without(forbids(name, user) for name in wanted)


def need_namespace(kind: str) -> None:
    """Go on only where this user can have a namespace: network or mount."""
    _go_on_without([_forbids_namespace(kind, "")])


def need_nobody() -> None:
    """Go on only where root can run this Python as nobody."""
    _go_on_without([_forbids_nobody()])


def _go_on_without(reasons: Iterable[str]) -> None:
    """Skip for the first reason, or fail where limits are required."""
    for reason in filter(None, reasons):
        if os.environ.get("PYTHONARIUM_REQUIRE_LIMITS") == "1":
            pytest.fail(reason, pytrace=False)
        # Most containers forbid namespaces, CI's too: the rest shall run there as well.
        pytest.skip(reason)


def forbids(limit: str, user: str = "") -> str:
    """Return what here keeps a limit from being held; "" for nothing."""
    reason = _forbids_namespace(NAMESPACES[limit], user)
    if not reason and limit == "writable" and landlock_version() < 1:
        return "this kernel has no Landlock, or this machine forbids it"
    return reason


@cache
def _forbids_namespace(kind: str, user: str) -> str:
    if shutil.which("unshare") is None:
        return "there is no `unshare`, which would tell what this machine forbids"
    option = {"network": "-n", "mount": "-m"}[kind]
    asked = ["unshare", option, "true"], ["unshare", "-Ur", option, "true"]
    if any(_succeeds(command, user) for command in asked):
        return ""
    who = "nobody" if user == "nobody" else "this user"
    return f"this machine forbids {kind} namespaces to {who}"


def landlock_version() -> int:
    """Return the version of Landlock that the kernel has; -1 for none."""
    syscall = ctypes.CDLL(None).syscall
    return int(syscall(LANDLOCK, None, ctypes.c_size_t(0), ctypes.c_uint(1)))


@cache
def _forbids_nobody() -> str:
    if not _succeeds(["true"], "nobody"):
        return "this machine does not let root become nobody"
    folders = (Path(path).resolve() for path in (sys.base_prefix, sys.prefix, ROOT))
    is_hidden = any(map(_is_below_closed, folders))
    if is_hidden and not _succeeds(["unshare", "-m", "true"], ""):
        return "nobody may not enter the folders of this Python and these tests"
    return ""


def _is_below_closed(folder: Path) -> bool:
    return not all(above.stat().st_mode & 1 for above in folder.parents)


def _succeeds(command: list[str], user: str) -> bool:
    who: dict[str, Any] = {}
    try:
        if user == "nobody":
            group = pwd.getpwnam(user).pw_gid
            who = {"user": user, "group": group, "extra_groups": []}
        done = subprocess.run(command, cwd="/", capture_output=True, check=False, **who)
    except (OSError, LookupError, subprocess.SubprocessError):
        return False
    return done.returncode == 0
