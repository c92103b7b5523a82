"""Become the user nobody, and run a program of this Python: as_nobody.py PROGRAM ARGS.

Where this Python or this repository lies below a folder that others may not enter, such as
/root, it is laid into an empty folder, in a mount namespace of this process's own.
"""

import ctypes
import os
import pwd
import sys
from collections.abc import Iterable
from pathlib import Path

from pythonarium_kernel import linux

ROOT = Path(__file__).parents[2]


def main() -> None:
    nobody = pwd.getpwnam("nobody")
    open_up(Path(each).resolve() for each in (sys.base_prefix, sys.prefix, ROOT))
    os.setgroups([])
    os.setgid(nobody.pw_gid)
    os.setuid(nobody.pw_uid)
    os.environ["HOME"] = "/nonexistent"
    os.execv(sys.executable, [sys.executable, *sys.argv[1:]])


def open_up(folders: Iterable[Path]) -> None:
    hidden = sorted({folder for folder in folders if closed_above(folder)})
    if not hidden:
        return
    linux.unshare(linux.CLONE_NEWNS)
    linux.mount("/", linux.MS_REC | linux.MS_PRIVATE)
    flags = linux.OPEN_TREE_CLONE | linux.AT_RECURSIVE
    copies = {folder: linux.open_tree(str(folder), flags) for folder in hidden}
    for closed in {closed_above(folder)[-1] for folder in hidden}:
        cover(closed)
    for folder, copy in copies.items():
        folder.mkdir(parents=True, exist_ok=True)
        linux.move_mount(copy, str(folder))


def closed_above(folder: Path) -> list[Path]:
    return [above for above in folder.parents if not above.stat().st_mode & 1]


def cover(folder: Path) -> None:
    target = os.fsencode(folder)
    assert not ctypes.CDLL(None).mount(b"none", target, b"tmpfs", 0, b"mode=0755")


if __name__ == "__main__":
    main()
