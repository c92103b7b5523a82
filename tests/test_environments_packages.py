"""New environments and changes to packages, by uv and by pip, without the network."""

import os
import shutil
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from pythonarium import (
    Environment,
    PackageError,
    PackageMissingError,
    ProcessTimeoutError,
    SettingsError,
)
from pythonarium.environments import InstallOptions
from wheels import project_files, write_hanging_sdist, write_sdist, write_wheel

CLOSED = "http://me:secret@127.0.0.1:9/simple"  # nobody listens on this port


@pytest.fixture(params=["uv", "pip"])
def options(
    request: pytest.FixtureRequest, wheelhouse: Path, cache_home: Path
) -> InstallOptions:
    return {"installer": request.param, "no_index": True, "find_links": [wheelhouse]}


@pytest.fixture
def env(tmp_path: Path, cache_home: Path) -> Environment:
    return Environment.create(tmp_path / "env", installer="uv")


# Creating


@pytest.mark.row("B14")
def test_create_makes_an_environment_with_packages(
    tmp_path: Path, options: InstallOptions
) -> None:
    env = Environment.create(tmp_path / "env", packages=["needs_tiny"], **options)
    assert env.packages() == {"needs-tiny": "1.0", "tiny": "2.0"}
    code = "import sys, tiny; print(sys.prefix, sys.version_info[:2], tiny.VERSION)"
    expected = f"{tmp_path / 'env'} {sys.version_info[:2]} 2.0\n"
    assert env.run_and_return("-c", code) == expected


def test_create_into_an_empty_folder(tmp_path: Path, options: InstallOptions) -> None:
    (tmp_path / "env").mkdir()
    assert Environment.create(tmp_path / "env", **options).packages() == {}


@pytest.mark.parametrize("content", ["file", "folder"])
def test_create_leaves_alone_what_is_there(
    tmp_path: Path, cache_home: Path, content: str
) -> None:
    if content == "folder":
        (tmp_path / "env").mkdir()
    path = tmp_path / "env" / "mine" if content == "folder" else tmp_path / "env"
    path.write_text("mine")
    with pytest.raises(PackageError, match=r"is there already; use Environment.at"):
        Environment.create(tmp_path / "env")
    assert path.read_text() == "mine"


@pytest.mark.row("B14")
@pytest.mark.parametrize("was_there", [True, False])
def test_create_that_fails_half_way_leaves_nothing(
    tmp_path: Path, wheelhouse: Path, options: InstallOptions, was_there: bool
) -> None:
    links = tmp_path / "links"
    links.mkdir()
    write_sdist(links, "broken", "1.0", "raise SystemExit('no compiler here')")
    options["find_links"] = [wheelhouse, links]
    target = tmp_path / "env"
    if was_there:
        target.mkdir()
    with pytest.raises(PackageError, match="cannot install tiny, broken") as caught:
        Environment.create(target, packages=["tiny", "broken"], **options)
    assert "no compiler here" in caught.value.output
    assert caught.value.exit_code not in (0, None)
    assert target.exists() == was_there
    assert list(tmp_path.glob("env/*")) == []


def test_create_that_hangs_is_ended_and_leaves_nothing(
    tmp_path: Path, options: InstallOptions
) -> None:
    write_sdist(tmp_path, "hangs", "1.0", "import time; time.sleep(60)")
    options |= {"find_links": [tmp_path], "timeout": 2}
    with pytest.raises(ProcessTimeoutError):
        Environment.create(tmp_path / "env", packages=["hangs"], **options)
    assert not (tmp_path / "env").exists()
    left = {path.name for path in tmp_path.iterdir()}
    assert left == {"cache", "hangs-1.0.tar.gz"}  # nor anything of the installer


CREATE = """
import sys
from pythonarium import Environment, PackageError
try:
    Environment.create(sys.argv[1], packages=["tiny"], no_index=True,
                       find_links=[sys.argv[2]])
    print("made")
except PackageError as error:
    print(error)
"""


def test_of_two_that_create_the_same_one_does(
    tmp_path: Path, wheelhouse: Path, cache_home: Path
) -> None:
    command = [sys.executable, "-c", CREATE, str(tmp_path / "env"), str(wheelhouse)]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE) for _ in range(3)]
    told = sorted(each.communicate(timeout=15)[0].decode() for each in running)
    there = f"{tmp_path / 'env'} is there already; use Environment.at, or remove it\n"
    assert told == [there, there, "made\n"]
    assert Environment.at(tmp_path / "env").packages() == {"tiny": "2.0"}


# Installing


@pytest.mark.row("S38", "S39", "S41", "S42", "S43")
def test_package_is_installed_brought_up_and_removed(
    env: Environment, options: InstallOptions
) -> None:
    env.install("tiny", version="1.0", **options)
    assert (env.version("tiny"), env.is_installed("tiny")) == ("1.0", True)
    env.install("tiny>=2", **options)
    assert env.run_and_return("-c", "import tiny; print(tiny.VERSION)") == "2.0\n"
    env.uninstall("tiny", installer=options["installer"])
    assert env.packages() == {}


@pytest.mark.row("S40")
def test_requirements_are_installed_from_a_file(
    env: Environment,
    options: InstallOptions,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("needed.txt").write_text("# two\ntiny<2\n")
    env.install_requirements("needed.txt", **options)
    assert env.packages() == {"tiny": "1.0"}


def test_wheel_and_project_are_installed_from_their_paths(
    env: Environment, options: InstallOptions, tmp_path: Path, wheelhouse: Path
) -> None:
    project = tmp_path / "project"
    project.mkdir()
    for name, text in project_files("own", "0.1").items():
        (project / name).write_text(text)
    wheel = write_wheel(tmp_path, "single", "3.0")
    env.install(wheel, project, **options)
    assert env.packages() == {"own": "0.1", "single": "3.0"}
    env.install(project, editable=True, **options)
    assert env.version("own") == "0.1"


@pytest.mark.row("S43")
def test_uninstall_of_a_missing_package_removes_nothing(
    env: Environment, options: InstallOptions
) -> None:
    env.install("tiny", **options)
    with pytest.raises(PackageMissingError, match=r"package 'tinny'.*'tiny'"):
        env.uninstall("tiny", "tinny")
    assert env.is_installed("tiny")


def test_package_installed_here_can_be_imported_at_once(
    tmp_path: Path, wheelhouse: Path, cache_home: Path
) -> None:
    env = Environment.create(tmp_path / "env", installer="uv")
    source = str(Path(__file__).parent.parent / "src")
    program = f"""if 1:
        import sys
        sys.path += {[source, *sys.path[1:]]!r}
        from pythonarium import Environment
        here = Environment.current()
        assert here.is_current and str(here.path) == {str(env.path)!r}
        try:
            import tiny
        except ImportError:
            here.install("tiny", no_index=True, find_links=[{str(wheelhouse)!r}])
        import tiny
        print(tiny.VERSION, here.version("tiny"))
        """
    assert env.run_and_return("-c", program) == "2.0 2.0\n"


# What fails


@pytest.mark.row("S44", "B14")
def test_missing_package_raises_with_what_the_installer_says(
    env: Environment, options: InstallOptions
) -> None:
    with pytest.raises(PackageError, match="cannot install nosuch into") as caught:
        env.install("nosuch", **options)
    error = caught.value
    assert "nosuch" in error.output
    assert error.output.strip().splitlines()[-1].strip() in str(error)
    assert error.exit_code == 1
    assert "nosuch" in error.command
    assert env.packages() == {}


@pytest.mark.row("S44", "B14")
def test_index_that_cannot_be_reached_raises(
    env: Environment, options: InstallOptions, wheelhouse: Path
) -> None:
    installer = options["installer"]
    with pytest.raises(PackageError) as caught:
        env.install(
            "tiny", index_url=CLOSED, installer=installer, env={"NO_PROXY": "*"}
        )
    told = str(caught.value) + repr(caught.value) + "".join(caught.value.command)
    assert "127.0.0.1:9" in told
    assert "secret" not in told
    assert env.packages() == {}


@pytest.mark.row("B14")
def test_offline_asks_nobody(
    env: Environment, options: InstallOptions, wheelhouse: Path
) -> None:
    installer = options["installer"]
    with pytest.raises(PackageError, match="nosuch") as caught:
        env.install("nosuch", index_url=CLOSED, offline=True, installer=installer)
    assert "Connection" not in caught.value.output
    env.install("tiny", offline=True, find_links=[wheelhouse], installer=installer)
    assert env.version("tiny") == "2.0"


@pytest.mark.row("S44")
@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("tiny\n===what\n", "needed.txt"),
        (None, "needed.txt"),
        ("nosuch==9\n", "nosuch"),
    ],
    ids=["broken", "missing", "unknown"],
)
def test_requirements_that_are_broken_raise(
    env: Environment,
    options: InstallOptions,
    tmp_path: Path,
    text: str | None,
    told: str,
) -> None:
    if text is not None:
        (tmp_path / "needed.txt").write_text(text)
    with pytest.raises(PackageError, match=r"cannot install .*needed.txt") as caught:
        env.install_requirements(tmp_path / "needed.txt", **options)
    assert told in caught.value.output
    assert env.packages() == {}


def test_install_that_fails_leaves_what_was_there(
    env: Environment, options: InstallOptions, tmp_path: Path
) -> None:
    env.install("tiny<2", **options)
    write_sdist(tmp_path, "broken", "1.0", "raise SystemExit('no compiler here')")
    options["find_links"] = [*options["find_links"], tmp_path]
    with pytest.raises(PackageError, match="no compiler here"):
        env.install("tiny", "needs_tiny", "broken", **options)
    assert env.packages() == {"tiny": "1.0"}


@pytest.mark.parametrize(
    ("words", "more", "told"),
    [
        ([], {}, "no package was named"),
        (["--index-url=x"], {}, "expected a package, such as 'numpy>=2', got '--ind"),
        ([""], {}, "got ''"),
        (["a", "b"], {"version": "1"}, "version='1' needs one package"),
        (["a>1"], {"version": "1"}, "needs one package, named without a version"),
    ],
    ids=["none", "option", "empty", "two", "twice"],
)
def test_what_is_no_package_is_refused(
    env: Environment, words: list[str], more: dict[str, Any], told: str
) -> None:
    with pytest.raises(PackageError) as caught:
        env.install(*words, **more)
    assert told in str(caught.value)
    assert caught.value.command == ()


def test_uninstall_of_nothing_is_refused(env: Environment) -> None:
    with pytest.raises(PackageError, match="no package was named") as caught:
        env.uninstall()
    assert caught.value.command == ()


def test_one_name_is_not_taken_for_a_list_of_letters(
    tmp_path: Path, cache_home: Path
) -> None:
    with pytest.raises(PackageError, match="expected a list of packages, got 'tiny'"):
        Environment.create(tmp_path / "env", packages="tiny")


def test_unknown_installer_is_refused(env: Environment) -> None:
    with pytest.raises(SettingsError, match="expected 'uv' or 'pip', got 'poetry'"):
        env.install("tiny", installer="poetry")  # type: ignore[arg-type]


def test_uv_that_is_not_there_is_named(
    env: Environment, monkeypatch: pytest.MonkeyPatch, wheelhouse: Path
) -> None:
    monkeypatch.setitem(sys.modules, "uv", None)
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(
        PackageError, match=r"uv is not installed; .* -m pip install uv"
    ):
        env.install("tiny", installer="uv")
    env.install("tiny", no_index=True, find_links=[wheelhouse])
    assert env.is_installed("tiny")


def test_environment_without_any_pip_is_named(
    env: Environment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (env.path / "pyvenv.cfg").write_text("home = /nowhere\n")
    with pytest.raises(PackageError, match=r"there is no pip for .* -m ensurepip"):
        env.install("tiny", installer="pip")


def test_pip_of_the_environment_itself_goes_first(
    env: Environment, wheelhouse: Path
) -> None:
    write = "import pathlib, sys; print(pathlib.Path(sys.prefix))"
    site = env.site_packages[0]
    (site / "pip").mkdir()
    (site / "pip" / "__init__.py").touch()
    (site / "pip" / "__main__.py").write_text(f"{write}; sys.exit('own pip')")
    (site / "pip-99.dist-info").mkdir()
    (site / "pip-99.dist-info" / "METADATA").write_text("Name: pip\nVersion: 99\n")
    with pytest.raises(PackageError, match="own pip") as caught:
        env.install("tiny", installer="pip")
    assert str(env.path) in caught.value.output


# One at a time


def test_changes_to_one_environment_take_turns(
    env: Environment, tmp_path: Path, wheelhouse: Path
) -> None:
    begun = write_hanging_sdist(tmp_path, "hangs")
    links = [tmp_path, wheelhouse]

    def hang() -> None:
        with pytest.raises(ProcessTimeoutError):
            env.install("hangs", timeout=3, no_index=True, find_links=links)

    thread = threading.Thread(target=hang)
    thread.start()
    assert begun.read_text()
    with pytest.raises(PackageError, match="was still being changed by another"):
        env.install("tiny", timeout=0.1)
    thread.join()
    env.install("tiny", no_index=True, find_links=links)
    assert env.is_installed("tiny")


INSTALL = """
import sys
from pythonarium import Environment
Environment.at(sys.argv[1]).install("hangs", no_index=True, find_links=[sys.argv[2]])
"""


def test_installer_keeps_the_lock_when_its_host_is_killed(
    env: Environment, tmp_path: Path, wheelhouse: Path
) -> None:
    begun = write_hanging_sdist(tmp_path, "hangs")
    host = subprocess.Popen([sys.executable, "-c", INSTALL, env.path, tmp_path])
    group = int(begun.read_text())
    host.kill()
    host.wait()
    with pytest.raises(PackageError, match="was still being changed by another"):
        env.install("tiny", timeout=0.1)
    os.killpg(group, signal.SIGKILL)
    env.install("tiny", timeout=10, no_index=True, find_links=[wheelhouse])
    assert env.is_installed("tiny")


def test_lock_that_cannot_be_made_is_named(
    env: Environment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    with pytest.raises(PackageError, match="set XDG_CACHE_HOME to a folder"):
        env.install("tiny")


# The real index, once


@pytest.mark.row("S38", "S39")
@pytest.mark.timeout(60)
def test_package_comes_from_the_index(env: Environment) -> None:
    env.install("six", version="1.16.0")
    assert env.version("six") == "1.16.0"
    shutil.rmtree(env.path)
