"""What keeps a worker off the network, and from writing outside some folders.

    network     a network namespace of its own, in which nothing is, not even the loopback
    folders     a mount namespace of its own, in which everything is read-only but them,
                also modes, owners and times; and Landlock, for devices and other mounts

Invariants
- Set in a worker before it runs anything of a script, while it has one thread.
- What it starts inherits both.  Neither can be taken back: the way to the host's
  namespaces, to other mounts and into the memory of processes outside needs capabilities
  that are dropped here, or is refused by Landlock.
- Namespaces need CAP_SYS_ADMIN.  Who has it uses it, and keeps those of its capabilities
  that are over files, users and signals; anybody else gets it in a user namespace, where
  the ids are what they were, and keeps none.
"""

import os
from contextlib import suppress

from pythonarium_kernel import linux

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Optional

_OF_FILES_AND_USERS = 0b11111011
"""CHOWN, DAC_OVERRIDE, FOWNER, FSETID, KILL, SETGID, SETUID."""
_WRITE_FILE, _TRUNCATE, _IOCTL_DEVICE = 1 << 1, 1 << 14, 1 << 15
_MAKE_DEVICES = 1 << 6 | 1 << 11
_CHANGES = {
    1: _WRITE_FILE | 0b1_1111_1111 << 4,  # to remove, and to make anything
    2: 1 << 13,  # to move and link from folder to folder
    3: _TRUNCATE,
    5: _IOCTL_DEVICE,
}
"""Version of Landlock -> the ways to change the file system that it has learnt."""
_OF_FILES = _WRITE_FILE | _TRUNCATE | _IOCTL_DEVICE
_DEVICES = ("null", "zero", "full", "random", "urandom")
"""Below /dev: what a program may write to, and nothing is changed."""


def set_up(*, network: bool, writable: "Optional[list[str]]") -> None:
    """Fence this process in.

    Args:
        network: whether it keeps the network.
        writable: the only folders that it may change; None for no such limit.

    Raises:
        OSError: the system refuses a part of it; `filename` is the call.
    """
    flags = 0 if network else linux.CLONE_NEWNET
    if writable is not None:
        flags |= linux.CLONE_NEWNS
    _leave_namespaces(flags)
    if writable is not None:
        _make_read_only(writable)
    linux.prctl(linux.PR_SET_NO_NEW_PRIVS, 1)
    _enter_landlock(writable)
    drop_capabilities(~_OF_FILES_AND_USERS if os.geteuid() == 0 else ~0)


def drop_capabilities(dropped: int) -> None:
    """Give capabilities up, for good: no program that root starts gets them back."""
    held = linux.capget()
    if not held and os.geteuid() != 0:
        return
    for number in _bounds():
        if dropped >> number & 1:
            linux.prctl(linux.PR_CAPBSET_DROP, number)
    linux.capset(held & ~dropped)


def _bounds() -> "list[int]":
    """Return the capabilities that a program which root starts can get."""
    found: list[int] = []
    with suppress(OSError):  # there are fewer than 64
        found.extend(n for n in range(64) if linux.prctl(linux.PR_CAPBSET_READ, n))
    return found


def _leave_namespaces(flags: int) -> None:
    try:
        linux.unshare(flags)
    except PermissionError:
        uid, gid = os.geteuid(), os.getegid()
        linux.unshare(flags | linux.CLONE_NEWUSER)
        _write("setgroups", "deny")
        _write("uid_map", f"{uid} {uid} 1")
        _write("gid_map", f"{gid} {gid} 1")


def _write(name: str, text: str) -> None:
    with open(f"/proc/self/{name}", "w", encoding="ascii") as file:
        file.write(text)


def _make_read_only(but: "list[str]") -> None:
    """Make every mount read-only; lay copies of those of some folders over it."""
    linux.mount("/", linux.MS_REC | linux.MS_PRIVATE)
    copy = linux.OPEN_TREE_CLONE | linux.AT_RECURSIVE | os.O_CLOEXEC
    copies = [(linux.open_tree(folder, copy), folder) for folder in but]
    linux.mount_setattr("/", linux.MOUNT_ATTR_RDONLY)
    for descriptor, folder in copies:
        linux.move_mount(descriptor, folder)
        os.close(descriptor)


def _enter_landlock(writable: "Optional[list[str]]") -> None:
    """Allow changes below some folders only; enter a domain of our own in any case."""
    abi = linux.landlock_abi()
    if not abi and writable is None:
        return  # it is a help there, not the fence
    handled = 0
    for version, changes in _CHANGES.items():
        handled |= changes if version <= abi else 0
    if writable is None:
        handled = _MAKE_DEVICES
    ruleset = linux.landlock_create_ruleset(handled)
    for folder in writable or ():
        _allow(ruleset, folder, handled)
    for name in _DEVICES if writable is not None else ():
        with suppress(FileNotFoundError):
            _allow(ruleset, f"/dev/{name}", handled & _OF_FILES)
    linux.landlock_restrict_self(ruleset)
    os.close(ruleset)


def _allow(ruleset: int, path: str, changes: int) -> None:
    descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
    try:
        linux.landlock_add_rule(ruleset, changes, descriptor)
    finally:
        os.close(descriptor)
