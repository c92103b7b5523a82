"""A process that forks workers, with the packages of their environment already imported.

One zygote serves one host, for one Python and one set of packages to import first.  It has
one thread, and does one thing after another: what the host asks for.

    fork    a worker, with the descriptors that come along      -> its pid
    end     kill a worker, its process group and what it left   -> its exit status

Life and death
- The host ends it by closing the control socket.  It ends as well when the host dies,
  whatever killed it and whoever has inherited the socket: it watches the host's pidfd.
- Before it ends it kills its workers, with all that they started.  When it is itself
  killed, they die by PR_SET_PDEATHSIG, which is certain because the zygote's one thread is
  the parent; what they started goes on then.
- Each worker leads a process group, and takes in the orphans below it; when it dies, they
  become children of the zygote, which kills each child that is no worker.  It stays in the
  session of the host: a session of its own would be scheduled as a stranger's work, and
  the host would wait for it many times as long.
- A worker that has died stays a zombie until the host asks for its end: until then its
  pid is nobody else's.
"""

import os
import select
import signal
import sys
from contextlib import suppress

from pythonarium_kernel import limits, worker

TYPE_CHECKING = False
if TYPE_CHECKING:
    import socket
    from typing import Any

_PR_SET_PDEATHSIG, _PR_SET_CHILD_SUBREAPER = 1, 36
MESSAGE = 1 << 20
"""Bytes that a request of the host may have."""
DESCRIPTORS = 10
"""What comes along with `fork`: stdin, stdout, stderr, and those of `worker.Setup`."""


def main(control: int, host: int, preload: "list[str]") -> None:
    """Serve a host; does not return."""
    import socket

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with suppress(ValueError):
        sys.path.remove("")
    _prctl(_PR_SET_CHILD_SUBREAPER, 1)
    road = socket.socket(fileno=control)
    failures = _preload(preload)
    _quiet()
    zygote = _Zygote(road, host)
    zygote.reply(("ready", sys.version_info[:3], failures))
    zygote.serve()
    zygote.end_all()
    os._exit(0)


def _preload(names: "list[str]") -> "dict[str, str]":
    """Import packages; return those that failed, with the reason."""
    import importlib

    failures = {}
    is_ours = "OPENBLAS_NUM_THREADS" not in os.environ
    if is_ours:  # threads would not be there in a fork
        os.environ["OPENBLAS_NUM_THREADS"] = "1"
    for name in names:
        try:
            importlib.import_module(name)
        except Exception as error:  # noqa: BLE001  # whatever it raises
            failures[name] = f"{type(error).__name__}: {error}"
    if is_ours:
        os.environ.pop("OPENBLAS_NUM_THREADS", None)
    return failures


def _quiet() -> None:
    """Let go of the streams: from here on the host reads the control socket only."""
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nothing, descriptor)
    os.close(nothing)


def _prctl(option: int, value: int) -> None:
    try:
        import ctypes

        ctypes.CDLL(None).prctl(option, value, 0, 0, 0)
    except (
        ImportError,
        OSError,
        AttributeError,
    ):  # no Linux: the host's end still tells
        pass


class _Zygote:
    def __init__(self, road: "socket.socket", host: int) -> None:
        self._road, self._workers = road, set[int]()
        self._host = _pidfd(host)

    def reply(self, answer: object) -> None:
        from _pickle import dumps

        self._road.send(dumps(answer, 4))

    def serve(self) -> None:
        """Do what the host asks for, until it is gone."""
        import gc

        gc.collect()
        gc.freeze()
        waits = [self._road.fileno(), *([] if self._host is None else [self._host])]
        while True:
            ready, _, _ = select.select(waits, [], [])
            if self._host in ready:
                return
            request, descriptors = self._receive()
            if request is None:
                return
            if request[0] == "fork":
                self.reply(self._fork(request[1], descriptors))
            else:
                self.reply(self._end(request[1]))

    def _receive(self) -> "tuple[Any, list[int]]":
        import array
        from _pickle import loads

        room = DESCRIPTORS * 4 + 64
        try:
            data, rights, _, _ = self._road.recvmsg(MESSAGE, room)
        except ConnectionError:
            return None, []
        descriptors = array.array("i")
        for _level, _kind, content in rights:
            descriptors.frombytes(content[: len(content) // 4 * 4])
        return (loads(data) if data else None), list(descriptors)  # the host

    def _fork(self, options: "dict[str, Any]", descriptors: "list[int]") -> int:
        pid = os.fork()
        if pid == 0:
            try:
                self._road.close()
                if self._host is not None:
                    os.close(self._host)
                _become_worker(options, descriptors)
            except BaseException as error:  # noqa: BLE001  # there is nobody above
                text = f"{type(error).__name__}: {error}\n"
                with suppress(OSError):
                    os.write(2, text.encode("utf-8", "backslashreplace"))
            finally:
                os._exit(70)
        self._workers.add(pid)
        for descriptor in descriptors:
            os.close(descriptor)
        return pid

    def end_all(self) -> None:
        """Kill all workers, and all that they started."""
        for pid in list(self._workers):
            self._end(pid)

    def _end(self, pid: int) -> int:
        """Kill a worker and all that it started; return its exit status."""
        if pid not in self._workers:
            return 0
        with suppress(ProcessLookupError):
            os.killpg(pid, signal.SIGKILL)
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        _, status = os.waitpid(pid, 0)
        self._workers.discard(pid)
        self._kill_orphans()
        return os.waitstatus_to_exitcode(status)

    def _kill_orphans(self) -> None:
        while True:
            orphans = [pid for pid in _children() if pid not in self._workers]
            if not orphans:
                return
            for pid in orphans:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
                with suppress(ChildProcessError):
                    os.waitpid(pid, 0)


def _pidfd(pid: int) -> "Any":
    if not hasattr(os, "pidfd_open"):
        return None
    try:
        return os.pidfd_open(pid)
    except ProcessLookupError:
        os._exit(0)
    except OSError:
        return None


def _children() -> "list[int]":
    try:
        with open(f"/proc/self/task/{os.getpid()}/children") as listing:
            return [int(pid) for pid in listing.read().split()]
    except OSError:
        return []


def _become_worker(options: "dict[str, Any]", descriptors: "list[int]") -> None:
    zygote = os.getppid()
    os.setpgid(0, 0)
    _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != zygote:
        os._exit(0)
    _prctl(_PR_SET_CHILD_SUBREAPER, 1)
    for target, descriptor in enumerate(descriptors[:3]):
        os.dup2(descriptor, target)
        os.close(descriptor)
    _settle_in(options)
    limits.apply(options["limits"])
    worker.main(
        worker.Setup(descriptors[3:], options["tells"], options["first_handle"])
    )


def _settle_in(options: "dict[str, Any]") -> None:
    """Take over the host's surroundings, as they are at this time."""
    with suppress(OSError):
        os.chdir(options["folder"])
    changed, gone = options["environ"]
    for name in gone:
        os.environ.pop(name, None)
    os.environ.update(changed)
    folders, hides = options["path"]
    if hides is not None:
        sys.path[:] = [entry for entry in sys.path if _is_standard_library(entry)]
    sys.path[:] = [*folders[0], *sys.path, *folders[1]]
    numpy_random = sys.modules.get("numpy.random")
    if numpy_random is not None:
        numpy_random.seed()  # or all workers would draw the same numbers


def _is_standard_library(folder: str) -> bool:
    import sysconfig

    paths = sysconfig.get_paths()
    roots = (paths["stdlib"], paths["platstdlib"])
    return folder.endswith(".zip") or any(
        folder == root or folder == os.path.join(root, "lib-dynload") for root in roots
    )
