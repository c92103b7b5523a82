"""A process that forks workers, with the packages of their environment already imported.

One zygote serves one host, for one Python and one set of packages to import first.  It has
one thread, and does one thing after another: what the host asks for.

    fork    a worker, with the descriptors that come along      -> its pid
    end     kill a worker, its process group and what it left   -> its exit status

A request is numbered, and its answer has that number.  The host names a worker by the
number of the request that made it: so it can end one whose pid it has never read.  What
the system refuses goes back as an error, and holds nothing up.

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
    from typing import Any, Optional

MESSAGE = 1 << 20
"""Bytes that a request of the host may have."""
GRACE = 0.5
"""Seconds that a zygote may take to end after its host."""
DESCRIPTORS = 10
"""What comes along with `fork`: stdin, stdout, stderr, and those of `worker.Setup`."""


def main(control: int, host: int, preload: "list[str]") -> None:
    """Serve a host; does not return."""
    import socket

    _take_signals()
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


def _take_signals() -> None:
    """Undo what a host may do with signals, and a program that it starts inherits.

    Where SIGCHLD is ignored no child has an exit status, of scripts neither; where SIGINT
    is blocked no run can be ended.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, [])


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
        _readable(ends)
        if not _readable(ends[:1], GRACE):
            os.kill(zygote, signal.SIGKILL)
    _, status = os.waitpid(zygote, 0)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    _kill_children(set())
    os._exit(abs(os.waitstatus_to_exitcode(status)))


def _readable(
    descriptors: "list[int]", seconds: "Optional[float]" = None
) -> "set[int]":
    """Wait for descriptors, whatever their numbers: a host may have thousands open."""
    poll = select.poll()
    for descriptor in descriptors:
        poll.register(descriptor, select.POLLIN)
    return {ready for ready, _ in poll.poll(seconds and seconds * 1000)}


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
        self._road = road
        self._workers: dict[int, int] = {}  # number -> pid
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
            if not _readable(waits).isdisjoint(self._ends):
                return
            request, descriptors = self._receive()
            if request is None:
                return
            number, operation, argument = request
            try:
                if operation == "fork":
                    answer: object = self._fork(number, argument, descriptors)
                else:
                    answer = self._end(argument)
            except OSError as error:
                answer = error
            self.reply((number, answer))

    def _receive(self) -> "tuple[Any, list[int]]":
        import array
        import socket
        from _pickle import loads

        room = DESCRIPTORS * 4 + 64
        try:
            flags = socket.MSG_CMSG_CLOEXEC
            data, rights, _, _ = self._road.recvmsg(MESSAGE, room, flags)
        except ConnectionError:
            return None, []
        descriptors = array.array("i")
        for _level, _kind, content in rights:
            descriptors.frombytes(content[: len(content) // 4 * 4])
        return (loads(data) if data else None), list(descriptors)  # the host

    def _fork(
        self, number: int, options: "dict[str, Any]", descriptors: "list[int]"
    ) -> int:
        try:
            pid = os.fork()
        except OSError:
            _close(descriptors)
            raise
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
        self._workers[number] = pid
        _close(descriptors)
        return pid

    def end_all(self) -> None:
        """Kill all workers, and all that they started."""
        for number in list(self._workers):
            self._end(number)

    def _end(self, number: int) -> int:
        """Kill a worker and all that it started; return its exit status."""
        pid = self._workers.pop(number, None)
        if pid is None:
            return 0
        with suppress(ProcessLookupError):
            os.killpg(pid, signal.SIGKILL)
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        _, status = os.waitpid(pid, 0)
        _kill_children(set(self._workers.values()))
        return os.waitstatus_to_exitcode(status)


def _close(descriptors: "list[int]") -> None:
    for descriptor in descriptors:
        os.close(descriptor)


def _kill_children(but: "set[int]") -> None:
    """Kill what this process has as a child, until nothing is left that it may kill."""
    spared = set(but)
    while True:
        orphans = [pid for pid in _children() if pid not in spared]
        if not orphans:
            return
        for pid in orphans:
            try:
                os.kill(pid, signal.SIGKILL)
                os.waitpid(pid, 0)
            except PermissionError:  # it has become another user's
                spared.add(pid)
            except (ProcessLookupError, ChildProcessError):
                pass


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
    setup = worker.Setup(
        descriptors[3:], options["tells"], options["first_handle"], options["host"]
    )
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
