"""A script: take limits back, one way each; `found` tells what came of it.

Arguments: a folder of the host's, the number of its TCP socket, ways (none: all).
An attempt that goes well may do no good: `undone` says that a file in the folder could be
changed afterwards, the socket reached, or more files opened.
"""

import ctypes
import os
import resource
import socket
import sys
from collections.abc import Callable
from pathlib import Path

ROOT, TCP = Path(sys.argv[1]), int(sys.argv[2])
ZYGOTE = os.getppid()
LIBC = ctypes.CDLL(None, use_errno=True)
NEWUSER, NEWNS, NEWNET = 0x10000000, 0x20000, 0x40000000
MS_REMOUNT, MS_BIND = 32, 4096


def call(name: str, *args: object) -> None:
    if getattr(LIBC, name)(*args) == -1:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def enter(kind: str) -> None:
    with Path(f"/proc/{ZYGOTE}/ns/{kind}").open() as namespace:
        call("setns", namespace.fileno(), 0)


def enter_net() -> None:
    enter("net")


def enter_mnt() -> None:
    enter("mnt")


def enter_user() -> None:
    enter("user")


def remount() -> None:
    call("mount", None, b"/", None, MS_REMOUNT | MS_BIND, None)


def remount_in_a_user_namespace() -> None:
    call("unshare", NEWUSER | NEWNS)
    remount()


def unmount() -> None:
    call("umount2", os.fsencode(ROOT.parent), 2)


def go_to_the_zygotes_root() -> None:
    Path(f"/proc/{ZYGOTE}/root{ROOT}/file").write_text("written")


def write_to_the_zygotes_memory() -> None:
    os.close(os.open(f"/proc/{ZYGOTE}/mem", os.O_RDONLY))


def trace_the_zygote() -> None:
    call("ptrace", 16, ZYGOTE, None, None)


def look_at_the_zygotes_descriptors() -> None:
    Path(f"/proc/{ZYGOTE}/fd/0").readlink()


def take_the_zygotes_descriptors() -> None:
    descriptor = os.pidfd_open(ZYGOTE)
    call("syscall", 438, descriptor, 3, 0)


def raise_the_limit() -> None:
    resource.setrlimit(resource.RLIMIT_NOFILE, (4096, 4096))


def make_a_device() -> None:
    os.mknod("/tmp/device", 0o060600, os.makedev(254, 0))


def write_to_the_kernel() -> None:
    path = "/proc/sys/kernel/core_pattern"
    content = Path(path).read_text()
    os.close(os.open(path, os.O_WRONLY))
    assert Path(path).read_text() == content


WAYS = (
    *(remount, remount_in_a_user_namespace, unmount, go_to_the_zygotes_root),
    *(write_to_the_zygotes_memory, trace_the_zygote, raise_the_limit, make_a_device),
    *(look_at_the_zygotes_descriptors, take_the_zygotes_descriptors),
    *(write_to_the_kernel, enter_net, enter_mnt, enter_user),
)


def is_undone() -> bool:
    for act in (
        lambda: (ROOT / "file").chmod(0o600),
        lambda: (ROOT / "file").write_text("written"),
        lambda: socket.create_connection(("127.0.0.1", TCP), 1),
    ):
        try:
            act()
        except OSError:
            continue
        return True
    return resource.getrlimit(resource.RLIMIT_NOFILE)[0] > 64


def came_of(attempt: Callable[[], None]) -> str:
    """Try in a child, so that each starts from what the worker has."""
    read, write = os.pipe()
    pid = os.fork()
    if pid == 0:
        said = "done"
        try:
            attempt()
        except (OSError, ValueError) as error:
            said = f"{type(error).__name__}: {error}"
        if is_undone():
            said = "undone"
        os.write(write, said.encode())
        os._exit(0)
    os.close(write)
    os.waitpid(pid, 0)
    said = os.read(read, 1000).decode()
    os.close(read)
    return said


found = {
    way.__name__: came_of(way)
    for way in WAYS
    if not sys.argv[3:] or way.__name__ in sys.argv[3:]
}
