"""PEP 723: what a script declares, and the environment that is built for it."""

import os
import select
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from pythonarium import (
    Environment,
    PackageError,
    PythonNotFoundError,
    ScriptMetadataError,
)
from pythonarium.environments import InstallOptions, script_block
from wheels import project_files, write_hanging_sdist, write_sdist, write_wheel

MINOR = ".".join(map(str, sys.version_info[:2]))
Write = Callable[..., Path]


@pytest.fixture
def script(tmp_path: Path) -> Write:
    """Write a script with a block of these lines."""

    def write(*lines: str, rest: str = "import tiny; print(tiny.VERSION)") -> Path:
        block = "\n".join(f"# {line}".rstrip() for line in lines)
        path = tmp_path / "script.py"
        path.write_text(
            f"#!/usr/bin/env python3\n\n# /// script\n{block}\n# ///\n\n{rest}\n"
        )
        return path

    return write


@pytest.fixture
def local(wheelhouse: Path, cache_home: Path) -> InstallOptions:
    return {"no_index": True, "find_links": [wheelhouse]}


def environments(cache_home: Path) -> list[Path]:
    return list(cache_home.glob("pythonarium/environments/*"))


# The environment


@pytest.mark.row("B20")
@pytest.mark.parametrize("installer", ["uv", "pip"])
def test_script_gets_what_it_declares(
    script: Write, local: InstallOptions, installer: str
) -> None:
    path = script(f'requires-python = ">={MINOR}"', 'dependencies = ["needs_tiny"]')
    local["installer"] = installer  # type: ignore[typeddict-item]  # one of the two
    env = Environment.for_script(path, **local)
    assert not env.is_current
    assert env.packages() == {"needs-tiny": "1.0", "tiny": "2.0"}
    assert env.run_and_return(path) == "2.0\n"


@pytest.mark.row("B20")
def test_environment_is_found_again_by_its_content(
    script: Write, local: InstallOptions, cache_home: Path
) -> None:
    first = Environment.for_script(
        script('dependencies = ["tiny", "needs_tiny"]'), **local
    )
    same = script(
        f'requires-python = ">={MINOR}"', 'dependencies = ["Needs.Tiny","tiny"]'
    )
    local["offline"] = True  # how it is got changes nothing
    for _ in range(2):
        assert Environment.for_script(same, **local) == first
    for path in cache_home.glob("pythonarium/requests/*"):
        path.unlink()
    assert Environment.for_script(same, **local) == first
    other = Environment.for_script(script('dependencies = ["tiny<2"]'), **local)
    assert other != first
    assert other.version("tiny") == "1.0"
    assert len(environments(cache_home)) == 2


def test_environment_that_was_removed_is_built_anew(
    script: Write, local: InstallOptions
) -> None:
    path = script('dependencies = ["tiny"]')
    env = Environment.for_script(path, **local)
    (env.path / "bin" / "python").unlink()
    assert Environment.for_script(path, **local).run_and_return(path) == "2.0\n"
    (env.path / ".pythonarium.json").unlink()
    (env.path / "half").touch()
    assert Environment.for_script(path, **local) == env
    assert not (env.path / "half").exists()


def test_further_packages_are_added(script: Write, local: InstallOptions) -> None:
    path = script('dependencies = ["tiny"]')
    env = Environment.for_script(path, packages=["needs_tiny"], **local)
    assert env.is_installed("needs_tiny")
    assert (
        Environment.for_script(None, packages=["tiny<2"], **local).version("tiny")
        == "1.0"
    )


@pytest.mark.parametrize("as_links", [True, False])
def test_path_means_the_file_that_it_leads_to(
    tmp_path: Path, cache_home: Path, monkeypatch: pytest.MonkeyPatch, as_links: bool
) -> None:
    """The same words in another folder, or for a file that has changed, are another."""
    options: InstallOptions = {"no_index": True}
    packages = ["./tiny-1.0-py3-none-any.whl"]
    if as_links:
        packages, options["find_links"] = ["tiny"], ["."]
    found = []
    for name in ("first", "second"):
        (tmp_path / name).mkdir()
        os.utime(write_wheel(tmp_path / name, "tiny", "1.0"), (1, 1))
        monkeypatch.chdir(tmp_path / name)
        found.append(Environment.for_script(None, packages=packages, **options))
    assert found[0] != found[1]
    assert Environment.for_script(None, packages=packages, **options) == found[1]


def test_project_that_declares_something_else_is_installed_anew(
    tmp_path: Path, cache_home: Path
) -> None:
    versions = []
    for version in ("1.0", "1.1"):
        for name, text in project_files("tiny", version).items():
            (tmp_path / name).write_text(text)
        env = Environment.for_script(None, packages=[tmp_path], no_index=True)
        assert Environment.for_script(None, packages=[tmp_path], no_index=True) == env
        versions.append(env.version("tiny"))
    assert versions == ["1.0", "1.1"]
    assert len(environments(cache_home)) == 2


def test_script_that_declares_nothing_runs_as_it_is(
    script: Write, tmp_path: Path, cache_home: Path
) -> None:
    (tmp_path / "plain.py").write_text("print(1)\n# /// script\n# not closed\n")
    for path in (tmp_path / "plain.py", script(), script("dependencies = []")):
        assert Environment.for_script(path) == Environment.current()
    assert environments(cache_home) == []


@pytest.mark.row("B20")
def test_script_gets_the_python_that_it_requires(
    script: Write, local: InstallOptions
) -> None:
    older = "3.9" if MINOR != "3.9" else "3.10"
    path = script(
        f'requires-python = "=={older}.*"',
        'dependencies = ["tiny"]',
        rest="import sys, tiny; print(sys.version_info[:2], tiny.VERSION)",
    )
    version = tuple(int(part) for part in older.split("."))
    env = Environment.for_script(path, **local)
    assert env.run_and_return(path) == f"{version} 2.0\n"
    alone = Environment.for_script(script(f'requires-python = "=={older}.*"'))
    assert f"{version}" in alone.run_and_return(
        "-c", "import sys; print(sys.version_info[:2])"
    )


def test_python_that_the_script_forbids_is_refused(script: Write) -> None:
    path = script("", f'requires-python = ">{MINOR},<{MINOR}"')
    with pytest.raises(
        ScriptMetadataError, match="the script requires Python"
    ) as caught:
        Environment.for_script(path, python=MINOR)
    assert caught.value.line == 5


def test_python_that_the_script_allows_is_taken(
    script: Write, local: InstallOptions
) -> None:
    path = script(f'requires-python = ">={MINOR}"', 'dependencies = ["tiny"]')
    env = Environment.for_script(path, python=sys.executable, **local)
    assert env == Environment.for_script(path, **local)


def test_python_that_is_nowhere_is_named(script: Write) -> None:
    with pytest.raises(PythonNotFoundError, match=r"no Python >=3\.99; looked in"):
        Environment.for_script(script('requires-python = ">=3.99"'))


# Faults


@pytest.mark.row("B20")
def test_build_that_fails_leaves_nothing(
    script: Write, local: InstallOptions, cache_home: Path, tmp_path: Path
) -> None:
    path = script('dependencies = ["tiny", "broken"]')
    write_sdist(tmp_path, "broken", "1.0", "raise SystemExit('no compiler here')")
    local["find_links"] = [*local["find_links"], tmp_path]
    with pytest.raises(PackageError, match="no compiler here"):
        Environment.for_script(path, **local)
    assert environments(cache_home) == []
    assert list(cache_home.glob("pythonarium/requests/*")) == []


BUILD = """
import sys
from pythonarium import Environment
env = Environment.for_script(sys.argv[1], no_index=True, find_links=[sys.argv[2]])
print(env.run_and_return("-c", "import counted; print(counted.VERSION)"), end="")
"""


@pytest.mark.row("B20")
@pytest.mark.parametrize("installer", ["uv", "pip"])
def test_two_that_ask_at_once_get_one_build(
    script: Write, cache_home: Path, tmp_path: Path, installer: str
) -> None:
    log = tmp_path / "builds"
    body = f"print('built', file=open({str(log)!r}, 'a'))"
    write_sdist(tmp_path, "counted", "1.0", body)
    source = BUILD.replace("no_index", f"installer={installer!r}, no_index")
    path = script('dependencies = ["counted"]')
    command = [sys.executable, "-c", source, str(path), str(tmp_path)]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE) for _ in range(3)]
    assert [each.communicate(timeout=18)[0] for each in running] == [b"1.0\n"] * 3
    assert log.read_text() == "built\n"


def test_builder_that_is_killed_leaves_nothing_that_counts(
    script: Write, cache_home: Path, tmp_path: Path
) -> None:
    begun = write_hanging_sdist(tmp_path, "counted")
    path = script('dependencies = ["counted"]')
    command = [sys.executable, "-c", BUILD, str(path), str(tmp_path)]
    builder = subprocess.Popen(command)
    group = int(begun.read_text())
    builder.kill()
    builder.wait()
    (half,) = environments(cache_home)
    assert not (half / ".pythonarium.json").exists()
    os.killpg(group, signal.SIGKILL)
    write_sdist(tmp_path, "counted", "1.0", "pass")
    assert subprocess.run(command, capture_output=True, check=True).stdout == b"1.0\n"
    assert environments(cache_home) == [half]


def test_ctrl_c_ends_a_build_and_leaves_nothing(
    script: Write, cache_home: Path, tmp_path: Path
) -> None:
    os.mkfifo(tmp_path / "held")
    hold = (
        f"held = open({str(tmp_path / 'held')!r}, 'w'); held.write('x'); held.flush()"
    )
    write_sdist(tmp_path, "counted", "1.0", f"{hold}; import time; time.sleep(60)")
    path = script('dependencies = ["counted"]')
    command = [sys.executable, "-c", BUILD, str(path), str(tmp_path)]
    builder = subprocess.Popen(command, stderr=subprocess.PIPE)
    with (tmp_path / "held").open("rb", buffering=0) as held:
        assert held.read(1) == b"x"
        builder.send_signal(signal.SIGINT)
        told = builder.communicate(timeout=15)[1]
        assert told.rstrip().endswith(b"KeyboardInterrupt")
        assert environments(cache_home) == []
        assert select.select([held], [], [], 5)[0] == [held]
        assert held.read(1) == b""  # nobody holds it any more


# The block


@pytest.mark.row("B20")
@pytest.mark.parametrize(
    ("lines", "line", "problem"),
    [
        (["dependencies = ["], 4, "the block is no TOML: "),
        (["", "x = = 1"], 5, "the block is no TOML: Invalid value"),
        (["a = 1", "", "a = 2"], 6, "the block is no TOML: Cannot overwrite a value"),
        (
            ["", 'dependancies = ["x"]'],
            5,
            "there is no field 'dependancies'; did you mean 'dependencies'?",
        ),
        (["[other]"], 4, "there is no field 'other'"),
        (["", 'requires-python = "three"'], 5, "requires-python: expected a specifier"),
        (["requires-python = 3.12"], 4, "such as '>=3.12', got 3.12"),
        (["dependencies = 'tiny'"], 4, "dependencies: expected a list, got 'tiny'"),
        (["dependencies = [", "  'tiny',", "  'a b c',", "]"], 6, "got 'a b c'"),
        (["dependencies = [", "  5,", "]"], 5, "expected a requirement such as"),
    ],
    ids=[*"abcdefghij"],
)
def test_broken_block_is_told_with_its_line(
    script: Write, cache_home: Path, lines: list[str], line: int, problem: str
) -> None:
    path = script(*lines)
    with pytest.raises(ScriptMetadataError) as caught:
        Environment.for_script(path)
    assert problem in caught.value.problem
    assert (caught.value.file, caught.value.line) == (str(path), line)
    assert str(caught.value).startswith(f"{path}, line {line}: ")


def test_two_blocks_are_refused(script: Write) -> None:
    second = "# /// script\n# dependencies = []\n# ///"
    with pytest.raises(
        ScriptMetadataError, match=r"second block.* is on line 3"
    ) as caught:
        Environment.for_script(script("dependencies = []", rest=second))
    assert caught.value.line == 7


def test_block_of_another_type_and_tool_table_are_let_be(
    script: Write, tmp_path: Path
) -> None:
    other = "# /// other\n# dependancies = 1\n# ///"
    block = script_block.find(script("[tool.x]", "y = 1", rest=other))
    assert block is not None
    assert block.read() == script_block.Declaration("", ())


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_block_is_read_as_python_reads_the_file(tmp_path: Path, newline: str) -> None:
    text = "# coding: latin-1\n# ü\n# /// script\n#\n# dependencies = [\n"
    text += '#   "tiny",  # ü\n# ]\n# ///\n'
    path = tmp_path / "script.py"
    path.write_bytes(text.replace("\n", newline).encode("latin-1"))
    block = script_block.find(path)
    assert block is not None
    assert (block.line, block.read().dependencies) == (4, ("tiny",))


def test_script_that_cannot_be_decoded_has_no_block(tmp_path: Path) -> None:
    path = tmp_path / "script.py"
    path.write_bytes(b"# /// script\n# x = '\xff'\n# ///\n")
    assert script_block.find(path) is None


def test_script_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"nothing\.py"):
        Environment.for_script(tmp_path / "nothing.py")
