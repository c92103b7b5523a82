"""Become the user nobody, and run a program of this Python: as_nobody.py PROGRAM ARGS.

Where this Python or the project lies below a folder that others may not enter, such as
/root, it is laid into an empty folder, in a mount namespace of this process's own.
"""

import ctypes
import os
import pwd
import sys
from pathlib import Path

from pythonarium_kernel import linux


def main() -> None:
    nobody = pwd.getpwnam("nobody")
    project = Path(__file__).parents[2]
    open_up([Path(sys.base_prefix), Path(sys.prefix), project])
    os.setgroups([])
    os.setgid(nobody.pw_gid)
    os.setuid(nobody.pw_uid)
    os.environ["HOME"] = "/nonexistent"
    os.execv(sys.executable, [sys.executable, *sys.argv[1:]])


def open_up(folders: list[Path]) -> None:
    """Let others reach these folders, in a mount namespace of this process's own."""
    closed = {
        folder.resolve(): outermost_closed(folder.resolve()) for folder in folders
    }
    closed = {folder: above for folder, above in closed.items() if above is not None}
    if not closed:
        return
    linux.unshare(linux.CLONE_NEWNS)
    linux.mount("/", linux.MS_REC | linux.MS_PRIVATE)
    flags = linux.OPEN_TREE_CLONE | linux.AT_RECURSIVE
    copies = {folder: linux.open_tree(str(folder), flags) for folder in closed}
    for above in set(closed.values()):
        target = os.fsencode(str(above))
        assert not ctypes.CDLL(None).mount(b"none", target, b"tmpfs", 0, b"mode=0755")
    for folder in sorted(copies):  # what lies in another one comes after it
        folder.mkdir(parents=True, exist_ok=True)
        linux.move_mount(copies[folder], str(folder))


def outermost_closed(folder: Path) -> Path | None:
    """Return the folder next to the root that keeps others from reaching one, or None."""
    closed = [above for above in folder.parents if not above.stat().st_mode & 1]
    return closed[-1] if closed else None


if __name__ == "__main__":
    main()
