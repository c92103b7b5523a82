"""A script: reach the host's sockets, one way each; `found` tells what came of it."""

import socket
import subprocess
import sys
from collections.abc import Callable

TCP, UDP, ABSTRACT = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
HERE = "127.0.0.1"


def by_tcp() -> None:
    socket.create_connection((HERE, TCP), 5).close()


def by_udp() -> None:
    with socket.socket(type=socket.SOCK_DGRAM) as sender:
        sender.sendto(b"udp", (HERE, UDP))


def by_abstract_name() -> None:
    with socket.socket(socket.AF_UNIX) as client:
        client.connect("\0" + ABSTRACT)


def by_child() -> None:
    code = "import socket, sys; socket.create_connection(('127.0.0.1', sys.argv[1]), 5)"
    done = subprocess.run(
        [sys.executable, "-c", code, str(TCP)], stderr=subprocess.PIPE, check=False
    )
    if done.returncode:
        raise OSError(done.stderr.decode().strip().rpartition("\n")[2])


def came_of(attempt: Callable[[], None]) -> str:
    try:
        attempt()
    except OSError as error:
        return f"{type(error).__name__}: {error}"
    return "done"


found = {
    way.__name__: came_of(way) for way in (by_tcp, by_udp, by_abstract_name, by_child)
}
