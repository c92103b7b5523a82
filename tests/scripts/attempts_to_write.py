"""A script: change all below a folder, one way each; `found` tells what came of it.

Each attempt has a folder of its own, with a `file` and an `empty` folder.
"""

import os
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

ROOT = Path(sys.argv[1])


def create(at: Path) -> None:
    (at / "new").write_text("new")


def append(at: Path) -> None:
    with (at / "file").open("a") as file:
        file.write("more")


def truncate(at: Path) -> None:
    os.truncate(at / "file", 0)


def truncate_by_reading(at: Path) -> None:
    os.close(os.open(at / "file", os.O_RDONLY | os.O_TRUNC))


def rename(at: Path) -> None:
    (at / "file").rename(at / "other")


def exchange(at: Path) -> None:
    (at / "file").rename(at / "empty" / "file")


def link(at: Path) -> None:
    (at / "link").hardlink_to(at / "file")


def symlink(at: Path) -> None:
    (at / "link").symlink_to("file")


def mkdir(at: Path) -> None:
    (at / "folder").mkdir()


def rmdir(at: Path) -> None:
    (at / "empty").rmdir()


def unlink(at: Path) -> None:
    (at / "file").unlink()


def chmod(at: Path) -> None:
    (at / "file").chmod(0o600)


def chown(at: Path) -> None:
    os.chown(at / "file", os.getuid(), os.getgid())


def utime(at: Path) -> None:
    os.utime(at / "file", (1, 1))


def mkfifo(at: Path) -> None:
    os.mkfifo(at / "fifo")


def bind(at: Path) -> None:
    with socket.socket(socket.AF_UNIX) as server:
        os.chdir(at)  # the name of a socket has to be short
        server.bind("socket")


def child(at: Path) -> None:
    code = "import sys; open(sys.argv[1], 'w')"
    done = subprocess.run(
        [sys.executable, "-S", "-c", code, at / "new"],
        stderr=subprocess.PIPE,
        check=False,
    )
    if done.returncode:
        raise OSError(done.stderr.decode().strip().rpartition("\n")[2])


WAYS = (
    *(create, append, truncate, truncate_by_reading, rename, exchange, link, symlink),
    *(mkdir, rmdir, unlink, chmod, chown, utime, mkfifo, bind, child),
)


def came_of(attempt: Callable[[Path], None], at: Path) -> str:
    try:
        attempt(at)
    except OSError as error:
        return f"{type(error).__name__}: {error}"
    return "done"


found = {way.__name__: came_of(way, ROOT / way.__name__) for way in WAYS}
