"""A process that forks workers, with the packages of their environment already imported.

One zygote serves one host, for one Python and one set of packages to import first.  It has
one thread, and does one thing after another: what the host asks for.

    fork    a worker, with the descriptors that come along      -> its pid
    end     kill a worker, its process group and what it left   -> its exit status

Life and death
- The host ends it by closing the control socket.  It ends as well when the host dies,
  whatever killed it and whoever has inherited the socket: it watches the host's pidfd.
- Before it ends it kills its workers, with all that they started.
- Its parent is a keeper, which the host has started: a process that only waits.  It kills
  a zygote that a script has stopped, when the host dies or asks by SIGTERM.  When the
  zygote is itself killed, the workers die by PR_SET_PDEATHSIG, which is certain because
  the zygote's one thread is the parent; what they started falls to the keeper, which
  kills it.  When the keeper is killed, the zygote sees the end of a pipe, and ends.  Only
  where both are killed at once, what scripts have started goes on.
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

from pythonarium_kernel import limits, linux, worker

TYPE_CHECKING = False
if TYPE_CHECKING:
    import socket
    from typing import Any

MESSAGE = 1 << 20
"""Bytes that a request of the host may have."""
GRACE = 0.5
"""Seconds that a zygote may take to end after its host."""
DESCRIPTORS = 10
"""What comes along with `fork`: stdin, stdout, stderr, and those of `worker.Setup`."""


def main(control: int, host: int, preload: "list[str]") -> None:
    """Serve a host; does not return."""
    import socket

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with suppress(ValueError):
        sys.path.remove("")
    _prctl(linux.PR_SET_CHILD_SUBREAPER, 1)
    keeper = _part_from_keeper(control, host)
    _prctl(linux.PR_SET_CHILD_SUBREAPER, 1)
    road = socket.socket(fileno=control)
    failures = _preload(preload)
    _quiet()
    zygote = _Zygote(road, host, keeper)
    zygote.reply(("ready", sys.version_info[:3], failures))
    zygote.serve()
    zygote.end_all()
    os._exit(0)


def _part_from_keeper(control: int, host: int) -> int:
    """Go on in a child of this process; return what is readable when the parent ends."""
    read, write = os.pipe()
    zygote = os.fork()
    if zygote:
        os.close(read)
        os.close(control)
        _quiet()
        _keep(zygote, host)
    os.close(write)
    os.setpgid(0, 0)
    _prctl(linux.PR_SET_PDEATHSIG, signal.SIGKILL)  # until it looks at the pipe
    return read


def _keep(zygote: int, host: int) -> None:
    """Wait for the end of a zygote, and end what it leaves; does not return."""
    signal.signal(signal.SIGTERM, lambda *_: os.kill(zygote, signal.SIGKILL))
    ends = [end for end in (_pidfd(zygote), _pidfd(host)) if end is not None]
    if len(ends) == len(("zygote", "host")):
        select.select(ends, [], [])
        if not select.select(ends[:1], [], [], GRACE)[0]:
            os.kill(zygote, signal.SIGKILL)
    _, status = os.waitpid(zygote, 0)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    _kill_children(set())
    os._exit(abs(os.waitstatus_to_exitcode(status)))


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
    with suppress(OSError):  # no Linux: the host's end still tells
        linux.prctl(option, value)


class _Zygote:
    def __init__(self, road: "socket.socket", host: int, keeper: int) -> None:
        self._road, self._workers = road, set[int]()
        host_end = _pidfd(host)
        self._ends = [keeper] if host_end is None else [keeper, host_end]

    def reply(self, answer: object) -> None:
        from _pickle import dumps

        self._road.send(dumps(answer, 4))

    def serve(self) -> None:
        """Do what the host asks for, until it is gone."""
        import gc

        gc.collect()
        gc.freeze()
        _prctl(linux.PR_SET_PDEATHSIG, 0)
        waits = [self._road.fileno(), *self._ends]
        while True:
            ready, _, _ = select.select(waits, [], [])
            if any(end in ready for end in self._ends):
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
                for end in self._ends:
                    os.close(end)
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
        _kill_children(self._workers)
        return os.waitstatus_to_exitcode(status)


def _kill_children(but: "set[int]") -> None:
    """Kill what this process has as a child, until nothing is left."""
    while True:
        orphans = [pid for pid in _children() if pid not in but]
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
    _prctl(linux.PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != zygote:
        os._exit(0)
    _prctl(linux.PR_SET_CHILD_SUBREAPER, 1)
    for target, descriptor in enumerate(descriptors[:3]):
        os.dup2(descriptor, target)
        os.close(descriptor)
    setup = worker.Setup(descriptors[3:], options["tells"], options["first_handle"])
    try:
        limits.apply(options["limits"])
    except limits.NotHeld as error:
        worker.decline(setup, str(error))
        return
    _settle_in(options)
    worker.main(setup)


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
