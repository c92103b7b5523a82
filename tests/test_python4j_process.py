"""PythonProcess: the examples of the documents, against a Python of the test's own."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest

from pythonarium import Environment
from pythonarium.python4j import PythonException, PythonProcess
from pythonarium.python4j.process import _git_requirement
from wheels import project_files

Inside = Callable[..., str]


@pytest.fixture
def inside(tmp_path: Path, cache_home: Path, wheelhouse: Path) -> Inside:
    """Run a program with PythonProcess inside a fresh environment, without the network."""
    env = Environment.create(tmp_path / "env", installer="uv")
    head = f"""
    import sys
    sys.path += {[str(Path(__file__).parent.parent / "src"), *sys.path[1:]]!r}
    from pythonarium.python4j import PythonException, PythonProcess
    """
    index = dict.fromkeys(("UV_NO_INDEX", "PIP_NO_INDEX"), "1")
    links = {name: str(wheelhouse) for name in ("UV_FIND_LINKS", "PIP_FIND_LINKS")}

    def run(program: str, *args: object) -> str:
        source = dedent(head) + dedent(program)
        words = [str(arg) for arg in args]
        return env.run_and_return("-c", source, *words, env={**index, **links})

    return run


@pytest.mark.row("S35", "S36")
def test_run_and_return_is_as_documented() -> None:
    output = PythonProcess.run_and_return("-c", "print('hello from subprocess')")
    assert output == "hello from subprocess\n"


@pytest.mark.row("S36")
def test_run_and_return_drains_both_streams_and_reads_the_exit_code() -> None:
    code = "import sys; sys.stderr.write('e' * 1000_000); print(1); sys.exit(2)"
    with pytest.raises(PythonException, match="exit code 2"):
        PythonProcess.run_and_return("-c", code)


@pytest.mark.row("S37")
def test_run_gives_a_script_the_streams_of_the_host(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    script = tmp_path / "myscript.py"
    script.write_text(
        "import sys; print('out'); print('err', file=sys.stderr); exit(3)"
    )
    assert PythonProcess.run(str(script)) == 3
    assert capfd.readouterr() == ("out\n", "err\n")


@pytest.mark.row("S38", "S39", "S41", "S42", "S43")
def test_packages_are_managed_as_documented(inside: Inside) -> None:
    program = """
    PythonProcess.pip_install("tiny", "1.0")
    print(PythonProcess.is_package_installed("tiny"), end=" ")
    print(PythonProcess.get_package_version("tiny"), end=" ")
    PythonProcess.pip_install("needs_tiny")
    print(PythonProcess.get_package_version("tiny"), end=" ")
    PythonProcess.pip_uninstall("tiny")
    print(PythonProcess.is_package_installed("tiny"))
    """
    assert inside(program) == "True 1.0 2.0 False\n"


@pytest.mark.row("S40")
def test_requirements_are_installed_as_documented(
    inside: Inside, tmp_path: Path
) -> None:
    (tmp_path / "requirements.txt").write_text("tiny==1.0\n")
    program = """
    PythonProcess.pip_install_from_requirements_txt(sys.argv[1])
    print(PythonProcess.get_package_version("tiny"))
    """
    assert inside(program, tmp_path / "requirements.txt") == "1.0\n"


@pytest.mark.row("S44")
@pytest.mark.parametrize(
    "call",
    [
        "pip_install('nosuch')",
        "pip_install('tiny', '99')",
        "pip_install_from_requirements_txt('/nowhere.txt')",
        "pip_uninstall('nosuch')",
        "get_package_version('nosuch')",
        "pip_install_from_setup_script('/nowhere/setup.py')",
        "pip_install_from_git('/nowhere')",
    ],
)
def test_package_command_that_fails_raises(inside: Inside, call: str) -> None:
    program = f"""
    try:
        PythonProcess.{call}
    except PythonException as error:
        print(type(error).__name__)
    """
    assert inside(program).strip() in ("PackageError", "PackageMissingError")


@pytest.mark.parametrize("inplace", [True, False])
def test_project_of_a_setup_script_is_installed(
    inside: Inside, tmp_path: Path, inplace: bool
) -> None:
    for name, text in project_files("own", "0.1").items():
        (tmp_path / name).write_text(text)
    (tmp_path / "setup.py").touch()
    program = f"""
    PythonProcess.pip_install_from_setup_script(sys.argv[1], inplace={inplace})
    print(PythonProcess.get_package_version("own"))
    """
    assert inside(program, tmp_path / "setup.py") == "0.1\n"


def test_repository_is_installed(inside: Inside, tmp_path: Path) -> None:
    folder = tmp_path / "repository"
    folder.mkdir()
    for name, text in project_files("own", "0.2").items():
        (folder / name).write_text(text)
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@b", "-C", str(folder)]
    for words in (["init", "-q"], ["add", "-A"], ["commit", "-q", "-m", "first"]):
        subprocess.run(
            [*git, *words], check=True, env={**os.environ, "HOME": "/nowhere"}
        )
    program = """
    PythonProcess.pip_install_from_git(sys.argv[1])
    print(PythonProcess.get_package_version("own"))
    """
    assert inside(program, folder) == "0.2\n"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://host/a.git", "git+https://host/a.git"),
        ("git://host/a", "git+git://host/a"),
        ("git+ssh://me@host/a", "git+ssh://me@host/a"),
        ("git@host.org:me/a.git", "git+ssh://git@host.org/me/a.git"),
        ("github.com/me/a", "git+https://github.com/me/a"),
    ],
)
def test_place_of_a_repository_is_understood(url: str, expected: str) -> None:
    assert _git_requirement(url) == expected
