"""Become the user nobody, and run a program of this Python: as_nobody.py PROGRAM ARGS.

Where this Python lies below a folder that others may not enter, such as /root, it is laid
into an empty folder, in a mount namespace of this process's own.
"""

import ctypes
import os
import pwd
import sys
from pathlib import Path

from pythonarium_kernel import linux


def main() -> None:
    nobody = pwd.getpwnam("nobody")
    for prefix in {sys.base_prefix, sys.prefix}:
        open_up(Path(prefix).resolve())
    os.setgroups([])
    os.setgid(nobody.pw_gid)
    os.setuid(nobody.pw_uid)
    os.environ["HOME"] = "/nonexistent"
    os.execv(sys.executable, [sys.executable, *sys.argv[1:]])


def open_up(folder: Path) -> None:
    closed = [above for above in folder.parents if not above.stat().st_mode & 1]
    if not closed:
        return
    linux.unshare(linux.CLONE_NEWNS)
    linux.mount("/", linux.MS_REC | linux.MS_PRIVATE)
    copy = linux.open_tree(str(folder), linux.OPEN_TREE_CLONE | linux.AT_RECURSIVE)
    target = os.fsencode(closed[-1])
    assert not ctypes.CDLL(None).mount(b"none", target, b"tmpfs", 0, b"mode=0755")
    folder.mkdir(parents=True)
    linux.move_mount(copy, str(folder))


if __name__ == "__main__":
    main()
