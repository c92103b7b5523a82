"""Programs in an environment, and what is installed there, read from its folders."""

import json
import os
import pty
import select
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import pythonarium
from pythonarium import (
    Environment,
    PackageError,
    PackageMissingError,
    ProcessError,
    ProcessTimeoutError,
    PythonNotFoundError,
    SettingsError,
)

HERE = Environment.current()


# Running


@pytest.mark.row("S35", "S36", "B14")
def test_run_and_return_gives_stdout_as_text() -> None:
    code = "print('hello from subprocess')"
    assert HERE.run_and_return("-c", code) == "hello from subprocess\n"


@pytest.mark.row("S35")
def test_run_and_return_runs_a_script_in_another_process(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text("import os, sys; print(os.getpid(), sys.argv[1:])")
    pid, arguments = HERE.run_and_return(script, "a b", "--c").split(maxsplit=1)
    assert int(pid) != os.getpid()
    assert arguments == "['a b', '--c']\n"


@pytest.mark.row("B14")
def test_run_and_return_gives_stdin_folder_and_variables(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KEPT", "1")
    monkeypatch.setenv("TAKEN", "1")
    code = """if 1:
        import os, sys
        print(sys.stdin.read(), os.getcwd(), *map(os.environ.get, ["A", "KEPT", "TAKEN"]))
        """
    env = {"A": "ü", "TAKEN": None}
    text = HERE.run_and_return("-c", code, stdin="höre", cwd=tmp_path, env=env)
    assert text == f"höre {tmp_path} ü 1 None\n"


def test_run_and_return_has_nothing_on_stdin() -> None:
    assert HERE.run_and_return("-c", "import sys; print(sys.stdin.read())") == "\n"


@pytest.mark.parametrize("locale", ["C", "C.UTF-8", "POSIX"])
def test_run_and_return_reads_utf_8_in_every_locale(locale: str) -> None:
    env = {"LC_ALL": locale, "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}
    assert HERE.run_and_return("-c", r"print('\u20ac')", env=env) == "\u20ac\n"
    code = r"import sys; sys.stdout.buffer.write(b'a\xffb')"
    assert HERE.run_and_return("-c", code) == r"a\xffb"


@pytest.mark.row("S36", "B14")
def test_run_and_return_raises_with_both_streams_and_the_exit_code() -> None:
    code = """if 1:
        import sys
        print("out" * 1000_000)
        print("err" * 1000_000, file=sys.stderr)
        print("the reason", file=sys.stderr)
        sys.exit(3)
        """
    with pytest.raises(ProcessError) as caught:
        HERE.run_and_return("-c", code)
    error = caught.value
    assert error.exit_code == 3
    assert error.stdout == "out" * 1000_000 + "\n"
    assert error.stderr == "err" * 1000_000 + "\nthe reason\n"
    assert error.command == (str(HERE.python), "-c", code)
    assert "ended with exit code 3" in str(error)
    assert str(error).endswith("the reason")
    assert len(str(error)) < 2000


def test_run_and_return_names_the_signal_that_ended_it() -> None:
    with pytest.raises(ProcessError, match="was ended by SIGKILL") as caught:
        HERE.run_and_return("-c", "import os; os.kill(os.getpid(), 9)")
    assert caught.value.exit_code == -9


def test_run_and_return_does_not_wait_for_who_keeps_its_stdout() -> None:
    code = """if 1:
        import subprocess, sys
        print(subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]).pid)
        """
    pid = int(HERE.run_and_return("-c", code, timeout=10))
    os.kill(pid, signal.SIGKILL)


GRANDCHILD = """
import subprocess, sys
hold = "import sys, time; f = open(sys.argv[1], 'w'); f.write('x'); f.flush(); time.sleep(60)"
print("begun", flush=True)
subprocess.run([sys.executable, "-c", hold, sys.argv[1]])
"""


@pytest.mark.row("B14")
@pytest.mark.parametrize("method", ["run_and_return", "run"])
def test_timeout_kills_a_program_and_what_it_started(
    tmp_path: Path, method: str, capfd: pytest.CaptureFixture[str]
) -> None:
    os.mkfifo(tmp_path / "held")
    reader = os.open(tmp_path / "held", os.O_RDONLY | os.O_NONBLOCK)
    with pytest.raises(ProcessTimeoutError) as caught:
        getattr(HERE, method)("-c", GRANDCHILD, tmp_path / "held", timeout=1.0)
    assert isinstance(caught.value, TimeoutError)
    assert "ran past its timeout of 1 s and was killed" in str(caught.value)
    assert caught.value.exit_code is None
    assert caught.value.stdout == ("begun\n" if method == "run_and_return" else "")
    poll = select.poll()
    poll.register(reader, 0)
    assert poll.poll(5000) == [(reader, select.POLLHUP)]  # nobody holds it any more
    assert os.read(reader, 10) == b"x"  # somebody did
    os.close(reader)
    capfd.readouterr()


@pytest.mark.row("S37")
def test_run_inherits_all_streams() -> None:
    host = """if 1:
        from pythonarium import Environment
        code = "import sys; print(input()); print('err', file=sys.stderr); sys.exit(5)"
        print(Environment.current().run("-c", code))
        """
    done = subprocess.run(
        [sys.executable, "-u", "-c", host],
        input="from stdin\n",
        capture_output=True,
        text=True,
        check=True,
        timeout=15,
    )
    assert (done.stdout, done.stderr) == ("from stdin\n5\n", "err\n")


def test_run_returns_a_signal_as_a_negative_number() -> None:
    assert HERE.run("-c", "import os; os.kill(os.getpid(), 15)") == -15


TERMINAL = """
from pythonarium import Environment
Environment.current().run("-c", "print(input('name? ').upper())", timeout=10)
"""


def test_run_lets_a_program_read_from_the_terminal() -> None:
    """In a process group of its own it would be stopped when it reads."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.execv(sys.executable, [sys.executable, "-c", TERMINAL])
    os.write(terminal, b"bob\n")
    seen = b""
    while b"BOB" not in seen:
        seen += os.read(terminal, 1000)
    assert os.waitpid(pid, 0)[1] == 0
    os.close(terminal)


INTERRUPTED = """
from pythonarium import Environment
import sys
child = '''
import sys
print("up", file=sys.stderr, flush=True)
try:
    sys.stdin.buffer.raw.read() or __import__("signal").pause()
except KeyboardInterrupt:
    print("told", file=open(sys.argv[1], "w"))
'''
Environment.current().run("-c", child, sys.argv[1])
"""


def test_ctrl_c_reaches_the_program(tmp_path: Path) -> None:
    host = subprocess.Popen(
        [sys.executable, "-c", INTERRUPTED, tmp_path / "told"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    assert host.stderr is not None
    assert host.stderr.readline() == b"up\n"
    host.send_signal(signal.SIGINT)
    _, err = host.communicate(timeout=10)
    assert b"KeyboardInterrupt" in err
    assert (tmp_path / "told").read_text() == "told\n"


@pytest.mark.parametrize("timeout", [0, -1, "1", float("nan")])
def test_bad_timeout_is_refused(timeout: float) -> None:
    with pytest.raises(SettingsError, match="timeout: expected seconds, more than 0"):
        HERE.run_and_return("-c", "", timeout=timeout)


def test_unknown_option_is_refused() -> None:
    with pytest.raises(TypeError, match="no option 'timout'; there are timeout, cwd"):
        HERE.run("-c", "", timout=5)  # type: ignore[call-arg]


def test_missing_working_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="nowhere"):
        HERE.run("-c", "", cwd=tmp_path / "nowhere")


def test_another_python_does_not_get_the_hosts_home(
    tmp_path: Path, cache_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = Environment.create(tmp_path / "env")
    monkeypatch.setenv("PYTHONHOME", str(tmp_path))
    assert other.run_and_return("-c", "print(1)") == "1\n"
    assert other.run("-c", "") == 0


# An environment that is gone


@pytest.mark.row("B14")
@pytest.mark.parametrize(
    ("method", "words"),
    [
        ("run", ["-c", ""]),
        ("run_and_return", ["-c", ""]),
        ("version", ["tiny"]),
        ("packages", []),
        ("install", ["tiny"]),
        ("uninstall", ["tiny"]),
    ],
    ids=lambda each: each if isinstance(each, str) else "",
)
def test_environment_that_was_deleted_is_named(
    tmp_path: Path, cache_home: Path, method: str, words: list[str]
) -> None:
    env = Environment.create(tmp_path / "env")
    assert env.run("-c", "") == 0
    shutil.rmtree(tmp_path / "env")
    with pytest.raises(PythonNotFoundError) as caught:
        getattr(env, method)(*words)
    assert f"there is no Python in {tmp_path / 'env'}" in str(caught.value)
    assert caught.value.mend.endswith(f"-m venv {tmp_path / 'env'}")


def test_environment_may_go_while_a_program_runs(
    tmp_path: Path, cache_home: Path
) -> None:
    env = Environment.create(tmp_path / "env")
    code = f"import shutil; shutil.rmtree({str(env.path)!r}); print('still here')"
    assert env.run_and_return("-c", code) == "still here\n"


# What is installed


def fake(folder: Path, *sites: str, cfg: str | None = "home = /nowhere") -> Environment:
    """An environment whose Python cannot be started: whoever tries, fails."""
    for site in sites:
        (folder / site).mkdir(parents=True)
    (folder / "bin").mkdir()
    (folder / "bin" / "python").write_text("no program")
    (folder / "bin" / "python").chmod(0o755)
    if cfg is not None:
        (folder / "pyvenv.cfg").write_text(cfg + "\n")
    return Environment.at(folder)


def put(site: Path, name: str, version: str, *, folder: str | None = None) -> Path:
    info = site / (folder or f"{name}-{version}.dist-info")
    info.mkdir()
    text = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n\nVersion: 0\n"
    (info / "METADATA").write_text(text)
    return info


SITE = "lib/python3.12/site-packages"


@pytest.mark.row("S41", "S42")
def test_version_is_read_without_starting_a_python(tmp_path: Path) -> None:
    env = fake(tmp_path / "env", SITE)
    put(env.path / SITE, "Foo.Bar_baz", "1.5")
    for name in ("Foo.Bar_baz", "foo-bar-baz", "FOO_BAR.BAZ"):
        assert env.version(name) == "1.5"
        assert env.is_installed(name)
    assert env.packages() == {"foo-bar-baz": "1.5"}
    assert not env.is_installed("foo")


@pytest.mark.row("S41", "S42")
def test_packages_are_those_that_the_python_itself_tells() -> None:
    code = """if 1:
        import json, re
        from importlib.metadata import distributions
        found = ((d.metadata["Name"], d.version) for d in distributions())
        print(json.dumps({re.sub("[-_.]+", "-", n).lower(): v for n, v in found}))
        """
    assert HERE.packages() == json.loads(HERE.run_and_return("-I", "-c", code))


def test_missing_package_is_an_error_with_near_names(tmp_path: Path) -> None:
    env = fake(tmp_path / "env", SITE)
    put(env.path / SITE, "numpy", "2.0")
    with pytest.raises(PackageMissingError, match="did you mean 'numpy'") as caught:
        env.version("nunpy")
    assert caught.value.environment == str(env.path)


@pytest.mark.parametrize("name", ["", "a b", "numpy>=2", "../x", "-r"])
def test_what_is_no_name_is_refused(name: str) -> None:
    with pytest.raises(PackageError, match="expected the name of a package"):
        HERE.is_installed(name)


def test_what_is_partly_written_is_not_there_yet(tmp_path: Path) -> None:
    env = fake(tmp_path / "env", SITE)
    site = env.path / SITE
    (site / "empty-1.0.dist-info").mkdir()
    (site / "nameless-1.0.dist-info").mkdir()
    (site / "nameless-1.0.dist-info" / "METADATA").write_text("Version: 1.0\n")
    put(site, "cut", "1.0").joinpath("METADATA").write_bytes(b"Name: cut\nVer\xff")
    put(site, "dangling", "1.0").joinpath("METADATA").unlink()
    put(site, "removed", "1.0", folder="~emoved-1.0.dist-info")
    put(site, "whole", "1.0")
    assert "whole" in env.packages()
    assert env.packages().keys() <= {"whole", "removed"}
    for name in ("empty", "nameless", "cut", "dangling", "removed"):
        assert not env.is_installed(name)


def test_old_egg_info_counts(tmp_path: Path) -> None:
    env = fake(tmp_path / "env", SITE)
    (env.path / SITE / "old.egg-info").mkdir()
    text = "Metadata-Version: 1.0\nName: old\nVersion: 0.1\n"
    (env.path / SITE / "old.egg-info" / "PKG-INFO").write_text(text)
    assert env.version("old") == "0.1"


def test_environment_sees_its_base_only_if_it_says_so(tmp_path: Path) -> None:
    base = fake(tmp_path / "base", SITE, cfg=None)
    put(base.path / SITE, "common", "1.0")
    put(base.path / SITE, "both", "1.0")
    cfg = f"home = {base.path / 'bin'}\ninclude-system-site-packages = "
    open_ = fake(tmp_path / "open", SITE, cfg=f"{cfg}true")
    put(open_.path / SITE, "both", "2.0")
    assert open_.packages() == {"both": "2.0", "common": "1.0"}
    assert fake(tmp_path / "closed", SITE, cfg=f"{cfg}false").packages() == {}


def test_debian_keeps_packages_in_three_folders(tmp_path: Path) -> None:
    sites = [
        "local/lib/python3.12/dist-packages",
        "lib/python3.12/site-packages",
        "lib/python3/dist-packages",
    ]
    system = fake(tmp_path / "usr", *sites, cfg=None)
    for number, site in enumerate(sites):
        put(system.path / site, f"p{number}", "1")
        put(system.path / site, "all", str(number))
    assert system.packages() == {"all": "0", "p0": "1", "p1": "1", "p2": "1"}


def test_environment_is_found_by_folder_and_by_executable(tmp_path: Path) -> None:
    env = fake(tmp_path / "env", SITE)
    assert Environment.at(env.path / "bin" / "python") == env
    assert Environment.at(str(env.path)) == env
    assert Environment.at(sys.executable) == HERE
    assert HERE.is_current
    assert not env.is_current


@pytest.mark.parametrize("name", ["empty", "nothing", "file"])
def test_folder_without_a_python_is_no_environment(tmp_path: Path, name: str) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").write_text("")
    with pytest.raises(PythonNotFoundError, match=f"no Python in .*/{name}"):
        Environment.at(tmp_path / name)


def test_environment_is_not_imported_until_it_is_asked_for() -> None:
    code = "import pythonarium, sys; print('pythonarium.environments' in sys.modules)"
    assert HERE.run_and_return("-c", code) == "False\n"
    with pytest.raises(AttributeError, match="no attribute 'Enviroment'"):
        _ = pythonarium.Enviroment  # type: ignore[attr-defined]
