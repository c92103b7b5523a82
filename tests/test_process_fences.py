"""Workers without a network, and with a file system that is read-only.

Each way out is tried by a script in a worker, and again without the limit.  Where the tests
run as root, the host is also a process of nobody's: most hosts are not root.
"""

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from machine import LANDLOCK, READ_ONLY, UNSHARE, need, need_nobody
from programs import SCRIPTS
from pythonarium import Interpreter, ScriptError, UnsupportedError

pytestmark = pytest.mark.row("B19")

USERS = [pytest.param("nobody", marks=READ_ONLY), "root"]
if os.geteuid() != 0:
    USERS = ["user"]
WAYS_TO_WRITE = 17


@pytest.fixture(params=USERS)
def user(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    if name == "nobody":
        need_nobody()
    return name


@pytest.fixture
def folder(user: str) -> Iterator[Path]:
    """A folder of the user's, that others may not be kept from by those above it."""
    others = {"dir": "/tmp"} if user == "nobody" else {}  # TMPDIR may be root's alone
    path = Path(tempfile.mkdtemp(**others))
    if user == "nobody":
        shutil.chown(path, "nobody")
    yield path
    shutil.rmtree(path)


def run_limited(
    user: str, script: str, limits: Mapping[str, object], *args: object
) -> dict[str, Any]:
    """Run a script in a worker of a host that is this user's; return what it found."""
    need(limits, user)
    host = [SCRIPTS / "fenced.py", json.dumps(limits), SCRIPTS / script, *args]
    before = [SCRIPTS / "as_nobody.py"] if user == "nobody" else []
    done = subprocess.run(
        [sys.executable, *map(str, [*before, *host])],
        capture_output=True,
        text=True,
        check=False,
        cwd="/",
    )
    assert (done.returncode, done.stderr) == (0, "")
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def fenced(limits: Mapping[str, object], **options: Any) -> Interpreter:
    """Return an interpreter with limits, where the machine lets a host have them."""
    need(limits)
    return Interpreter("process", limits=limits, **options)


# Folders


def prepare(root: Path, user: str) -> None:
    """Make a folder with something to change, for each way to change it."""
    source = (SCRIPTS / "attempts_to_write.py").read_text()
    names = [line[4:].partition("(")[0] for line in source.splitlines()]
    for name in names:
        if f"def {name}(at: Path) -> None" in source:
            (root / name / "empty").mkdir(parents=True)
            (root / name / "file").write_text("content")
    if user == "nobody":
        for path in (root, *root.rglob("*")):
            shutil.chown(path, "nobody")


def snapshot(root: Path) -> dict[str, tuple[object, ...]]:
    """Return all that can be told of what is in a folder."""
    found: dict[str, tuple[object, ...]] = {}
    for path in root.rglob("*"):
        status = path.lstat()
        content = path.read_bytes() if path.is_file() else None
        times = status.st_mtime_ns, status.st_ctime_ns
        found[str(path)] = (status.st_mode, status.st_uid, *times, content)
    return found


@READ_ONLY
@pytest.mark.parametrize("where", ["outside", "no-folder"])
def test_nothing_is_changed_outside_the_folders(
    user: str, folder: Path, where: str
) -> None:
    inside, outside = folder / "inside", folder / "outside"
    inside.mkdir()
    prepare(outside, user)
    before = snapshot(outside)
    writable = [str(inside)] if where == "outside" else []
    script = "attempts_to_write.py"
    found = run_limited(user, script, {"writable": writable}, outside)
    assert len(found) == WAYS_TO_WRITE
    assert [way for way, said in found.items() if "Read-only file" not in said] == []
    assert snapshot(outside) == before


@READ_ONLY
@pytest.mark.parametrize("limited", [True, False])
def test_folders_that_are_named_are_writable_in_every_way(
    user: str, folder: Path, limited: bool
) -> None:
    prepare(folder, user)
    limits = {"writable": [str(folder)]} if limited else {}
    found = run_limited(user, "attempts_to_write.py", limits, folder)
    assert found == dict.fromkeys(found, "done")
    assert len(found) == WAYS_TO_WRITE


WITHOUT_A_FOLDER = """
    import os, subprocess, sys
    from pathlib import Path

    (Path("/dev/null")).write_text("x")
    subprocess.run(["true"], stdout=subprocess.DEVNULL, check=True)
    print("printed", file=open("/dev/stdout", "w"))
    import colorsys  # its cache cannot be written
    terminal = os.access("/dev/ptmx", os.W_OK) and Path("/dev/ptmx").open("r+b")
"""


def test_worker_that_may_write_nothing_works() -> None:
    array = bytearray(10_000_000)
    with fenced({"writable": []}) as python:
        with pytest.raises(ScriptError, match=r"PermissionError.*/dev/ptmx"):
            python.exec(dedent(WITHOUT_A_FOLDER))
        assert (
            python.exec("subprocess.run(['echo', 'a'])", capture=True).stdout == "a\n"
        )
        python.exec("back = bytes(reversed(array))", {"array": array})
        assert python.get("back", bytes) == bytes(array)


@pytest.mark.parametrize("limits", [{"writable": []}, {}])
def test_pipe_with_a_name_is_not_written_to(
    tmp_path: Path, limits: dict[str, object]
) -> None:
    """A read-only mount alone would let it pass."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    code = f"open({str(pipe)!r}, 'w').write('written')"
    with fenced(limits) as python:
        if limits:
            with pytest.raises(ScriptError, match="PermissionError"):
                python.exec(code)
        else:
            python.exec(code)
    assert os.read(reader, 100) == (b"" if limits else b"written")
    os.close(reader)


def test_main_has_no_file_where_none_can_be_written() -> None:
    code = """
        import __main__, multiprocessing
        has_file = hasattr(__main__, "__file__")
        process = multiprocessing.get_context("spawn").Process(target=print)
        process.start()
        process.join()
        code = process.exitcode
    """
    with fenced({"writable": []}) as python:
        found = python.exec(dedent(code), outputs=["has_file", "code"])
    assert (found["has_file"], found["code"]) == (False, 0)


def test_folder_is_found_from_the_hosts_and_by_every_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "real" / "below").mkdir(parents=True)
    (tmp_path / "link").symlink_to("real")
    monkeypatch.chdir(tmp_path)
    folders = ["link", Path("real/below"), tmp_path / "real"]
    with fenced({"writable": folders}) as python:
        python.exec("open('real/below/a', 'w'); open('link/b', 'w')")
        with pytest.raises(ScriptError, match="Read-only"):
            python.exec("open('c', 'w')")
    assert sorted(path.name for path in Path("real").iterdir()) == ["b", "below"]


def test_multiprocessing_works_where_its_folders_are_writable(tmp_path: Path) -> None:
    code = """
        from concurrent.futures import ProcessPoolExecutor
        with ProcessPoolExecutor(2) as pool:
            found = list(pool.map(abs, [-1, -2]))
    """
    limits = {"writable": ["/dev/shm"], "network": False}
    with fenced(limits) as python:
        assert python.exec(code, outputs={"found": list[int]})["found"] == [1, 2]


# The network


@pytest.fixture
def sockets() -> Iterator[list[object]]:
    """The host's sockets, that a script may try to reach."""
    name = f"pythonarium-{os.getpid()}"
    with (
        socket.create_server(("127.0.0.1", 0)) as tcp,
        socket.socket(type=socket.SOCK_DGRAM) as udp,
        socket.socket(socket.AF_UNIX) as abstract,
    ):
        udp.bind(("127.0.0.1", 0))
        abstract.bind("\0" + name)
        abstract.listen()
        yield [tcp.getsockname()[1], udp.getsockname()[1], name]


def test_network_is_not_there(user: str, sockets: list[object]) -> None:
    limits = {"network": False}
    found = run_limited(user, "attempts_to_connect.py", limits, *sockets)
    assert {way: said.partition(":")[0] for way, said in found.items()} == {
        "by_tcp": "OSError",
        "by_udp": "OSError",
        "by_abstract_name": "ConnectionRefusedError",
        "by_child": "OSError",
    }


@READ_ONLY
@pytest.mark.parametrize("limits", [{}, {"network": True}, {"writable": []}])
def test_network_is_there_where_nobody_took_it(
    user: str, sockets: list[object], limits: dict[str, object]
) -> None:
    found = run_limited(user, "attempts_to_connect.py", limits, *sockets)
    assert found == dict.fromkeys(found, "done")
    assert len(found) == 4


def test_names_are_not_resolved_without_a_network() -> None:
    code = "import socket\nsocket.getaddrinfo('pythonarium.invalid', 80)"
    with fenced({"network": False}) as python:
        with pytest.raises(ScriptError, match="gaierror"):
            python.exec(code)
        with pytest.raises(ScriptError, match="unreachable"):
            python.exec(
                "socket.socket(type=socket.SOCK_DGRAM).sendto(b'', ('192.0.2.1', 53))"
            )


# All of them


@READ_ONLY
def test_script_cannot_take_limits_back(
    user: str, folder: Path, sockets: list[object]
) -> None:
    prepare(folder / "root", user)
    (folder / "root" / "file").touch()
    if user == "nobody":
        shutil.chown(folder / "root" / "file", user)
    limits = {"network": False, "writable": [], "open_files": 64}
    script = "attempts_to_undo.py"
    found = run_limited(user, script, limits, folder / "root", sockets[0])
    assert {way: said for way, said in found.items() if "Error:" not in said} == {}
    assert len(found) == 14


def test_script_cannot_bring_the_network_back(user: str, sockets: list[object]) -> None:
    """Without the other limit nothing else stands in the way."""
    limits = {"network": False, "open_files": 64}
    script = "attempts_to_undo.py"
    found = run_limited(user, script, limits, "/nowhere", sockets[0])
    assert "undone" not in found.values()
    assert "PermissionError" in found["enter_net"]
    of_zygote = [said for way, said in found.items() if "zygote" in way]
    assert len(of_zygote) == 5
    assert [said for said in of_zygote if "Error" not in said] == []


def test_attempts_to_undo_tell_what_is_not_held(
    folder: Path, user: str, sockets: list[object]
) -> None:
    prepare(folder, user)
    way = "go_to_the_zygotes_root"
    args = folder, sockets[0], way
    assert run_limited(user, "attempts_to_undo.py", {}, *args) == {way: "undone"}


@pytest.mark.parametrize("fence", [{}, {"network": False}], ids=["alone", "fenced"])
def test_processes_are_limited_but_for_root(user: str, fence: dict[str, bool]) -> None:
    """All of the user's count; in a fence those of the worker's own user namespace."""
    limits = {**fence, "processes": 5}
    if user == "root":
        with pytest.raises(UnsupportedError, match="not held for root"):
            Interpreter("process", limits=limits)
    else:
        forked = run_limited(user, "attempts_to_fork.py", limits)["forked"]
        assert forked == 4 if fence else forked < 5


def test_limits_are_the_next_workers_too() -> None:
    limits = {"network": False, "writable": []}
    with fenced(limits, restart=True) as python:
        with pytest.raises(RuntimeError):
            python.exec("import os; os.abort()", capture=True)
        with pytest.raises(ScriptError, match="Read-only"):
            python.exec("open('file', 'w')")


def test_folder_that_is_gone_is_told_of(tmp_path: Path) -> None:
    folder = tmp_path / "gone"
    folder.mkdir()
    with fenced({"writable": [folder]}, restart=True) as python:
        folder.rmdir()
        with pytest.raises(RuntimeError):
            python.exec("import os; os.abort()", capture=True)
        with pytest.raises(UnsupportedError, match="open_tree: No such file"):
            python.exec("1")


# Where they cannot be had

SWITCHES = {
    "user.max_user_namespaces": "0",
    "kernel.unprivileged_userns_clone": "0",
    "kernel.apparmor_restrict_unprivileged_userns": "1",
}


def switched_off() -> list[str]:
    """Return the settings of this kernel that forbid user namespaces."""
    paths = {name: Path("/proc/sys", name.replace(".", "/")) for name in SWITCHES}
    return [
        name
        for name, path in paths.items()
        if path.exists() and path.read_text().strip() == SWITCHES[name]
    ]


def refused(call: int, limits: Mapping[str, object]) -> str:
    """Return what a host says that may not make a system call."""
    host = SCRIPTS / "without_calls.py", call, SCRIPTS / "fenced.py"
    script = SCRIPTS / "attempts_to_fork.py"
    done = subprocess.run(
        [sys.executable, *map(str, [*host, json.dumps(limits), script])],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (1, "")
    return done.stderr.strip().rpartition("\n")[2]


@pytest.mark.parametrize("limits", [{"network": False}, {"writable": []}])
def test_limit_without_namespaces_is_an_error(limits: dict[str, object]) -> None:
    said = refused(UNSHARE, limits)
    assert said.startswith("pythonarium.errors.UnsupportedError")
    (name, value), *_ = limits.items()
    assert f"limits: {name}={value} cannot be held here (unshare: " in said
    remedies = [f"`sysctl -w {name}=" for name in switched_off()]
    assert (remedies or ["or CAP_SYS_ADMIN"])[0] in said


def test_read_only_without_landlock_is_an_error() -> None:
    need({"writable": []})
    said = refused(LANDLOCK, {"writable": []})
    assert "writable=[] cannot be held here (landlock_create_ruleset: " in said
    assert "Linux 5.13" in said


def test_network_is_kept_away_without_landlock_too(sockets: list[object]) -> None:
    need({"network": False})
    host = SCRIPTS / "without_calls.py", LANDLOCK, SCRIPTS / "fenced.py"
    args = '{"network": false}', SCRIPTS / "attempts_to_connect.py", *sockets
    done = subprocess.run(
        [sys.executable, *map(str, [*host, *args])],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "done" not in json.loads(done.stdout).values()
