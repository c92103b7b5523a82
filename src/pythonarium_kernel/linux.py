"""Calls of Linux that Python does not have, under their C names.

Each raises an OSError that names it where the system refuses, or does not have it.  None
has a state; all are for a process with one thread, before it runs a script.
"""

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Optional

PR_SET_PDEATHSIG, PR_CAPBSET_READ, PR_CAPBSET_DROP = 1, 23, 24
PR_SET_CHILD_SUBREAPER, PR_SET_NO_NEW_PRIVS = 36, 38
CLONE_NEWNS, CLONE_NEWUSER, CLONE_NEWNET = 0x20000, 0x10000000, 0x40000000
MS_REC, MS_PRIVATE = 0x4000, 0x40000
AT_FDCWD, AT_RECURSIVE = -100, 0x8000
OPEN_TREE_CLONE, MOVE_MOUNT_F_EMPTY_PATH = 1, 4
MOUNT_ATTR_RDONLY = 1
CAP_SYS_RESOURCE = 24
LANDLOCK_CREATE_RULESET_VERSION, LANDLOCK_RULE_PATH_BENEATH = 1, 1
_CAPABILITY_VERSION = 0x20080522
_OPEN_TREE, _MOVE_MOUNT, _MOUNT_SETATTR = 428, 429, 442
_LANDLOCK_CREATE_RULESET, _LANDLOCK_ADD_RULE, _LANDLOCK_RESTRICT_SELF = 444, 445, 446
_OTHER_NUMBERS = ("alpha", "mips")
"""Machines on which the calls above have other numbers; on all others they agree."""


def prctl(option: int, value: int) -> int:
    """Set or read an attribute of this process."""
    return _call("prctl", option, value, 0, 0, 0)


def unshare(flags: int) -> None:
    """Leave namespaces for new ones."""
    _call("unshare", flags)


def mount(target: str, flags: int) -> None:
    """Change how a mount passes events on."""
    _call("mount", None, os.fsencode(target), None, flags, None)


def open_tree(path: str, flags: int) -> int:
    """Return a descriptor of a copy of the mounts from a folder on."""
    return _syscall("open_tree", _OPEN_TREE, AT_FDCWD, os.fsencode(path), flags)


def move_mount(descriptor: int, path: str) -> None:
    """Mount what `open_tree` returned on a folder."""
    target = AT_FDCWD, os.fsencode(path), MOVE_MOUNT_F_EMPTY_PATH
    _syscall("move_mount", _MOVE_MOUNT, descriptor, b"", *target)


def mount_setattr(path: str, attributes: int) -> None:
    """Set attributes of a mount and of all below it."""
    packed = _packed("=QQQQ", attributes, 0, 0, 0)
    where = AT_FDCWD, os.fsencode(path), AT_RECURSIVE
    _syscall("mount_setattr", _MOUNT_SETATTR, *where, packed, len(packed))


def capget() -> int:
    """Return the capabilities that this process may use."""
    import ctypes
    import struct

    found = ctypes.create_string_buffer(24)
    _call("capget", _packed("=Ii", _CAPABILITY_VERSION, 0), found)
    low, high = struct.unpack("=4xI8xI4x", found.raw)
    return int(low | high << 32)


def capset(permitted: int) -> None:
    """Make these the capabilities of this process: permitted and effective."""
    low, high = permitted & 0xFFFFFFFF, permitted >> 32
    held = _packed("=6I", low, low, 0, high, high, 0)
    _call("capset", _packed("=Ii", _CAPABILITY_VERSION, 0), held)


def landlock_abi() -> int:
    """Return the version of Landlock that is there; 0 for none."""
    call = "landlock_create_ruleset", _LANDLOCK_CREATE_RULESET
    try:
        return _syscall(*call, None, 0, LANDLOCK_CREATE_RULESET_VERSION)
    except OSError:
        return 0


def landlock_create_ruleset(handled_access_fs: int) -> int:
    """Return a descriptor of rules on what may be done with files."""
    packed = _packed("=Q", handled_access_fs)
    call = "landlock_create_ruleset", _LANDLOCK_CREATE_RULESET
    return _syscall(*call, packed, len(packed), 0)


def landlock_add_rule(ruleset: int, allowed: int, parent: int) -> None:
    """Allow something with a file, or below a folder."""
    rule = LANDLOCK_RULE_PATH_BENEATH, _packed("=Qi", allowed, parent), 0
    _syscall("landlock_add_rule", _LANDLOCK_ADD_RULE, ruleset, *rule)


def landlock_restrict_self(ruleset: int) -> None:
    """Hold this process, and what it starts, to rules."""
    _syscall("landlock_restrict_self", _LANDLOCK_RESTRICT_SELF, ruleset, 0)


def _packed(form: str, *values: int) -> bytes:
    import struct

    return struct.pack(form, *values)


def _syscall(name: str, number: int, *args: "Any") -> int:
    if os.uname().machine.startswith(_OTHER_NUMBERS):
        raise _refused(name)
    return _call("syscall", number, *args, name=name)


def _call(symbol: str, *args: "Any", name: "Optional[str]" = None) -> int:
    try:
        import ctypes

        function = getattr(ctypes.CDLL(None, use_errno=True), symbol)
    except (ImportError, OSError, AttributeError):  # no Linux
        raise _refused(name or symbol) from None
    wide = (ctypes.c_long(arg) if isinstance(arg, int) else arg for arg in args)
    result: int = function(*wide)
    if result == -1:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), name or symbol)
    return result


def _refused(name: str) -> OSError:
    import errno

    return OSError(errno.ENOSYS, os.strerror(errno.ENOSYS), name)
