"""`pythonarium packages`, and `pythonarium run` in other environments."""

import json
import os
import pty
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from commands import COMMAND, Command, run_command
from pythonarium import Environment
from wheels import write_sdist


@pytest.fixture
def pythonarium(tmp_path: Path, cache_home: Path) -> Command:
    """Run a command in a folder of its own."""

    def call(*words: object, **options: Any) -> subprocess.CompletedProcess[str]:
        return run_command(*words, cwd=tmp_path, timeout=18, **options)

    return call


@pytest.fixture
def env(tmp_path: Path, cache_home: Path) -> Environment:
    return Environment.create(tmp_path / "env", installer="uv")


@pytest.fixture
def local(wheelhouse: Path) -> list[str]:
    return ["--no-index", "--find-links", str(wheelhouse)]


@pytest.fixture
def script(tmp_path: Path) -> Path:
    path = tmp_path / "script.py"
    path.write_text(
        '# /// script\n# dependencies = ["tiny"]\n# ///\n'
        "import sys, tiny; print(tiny.VERSION, sys.argv[1:], __name__)\n"
    )
    return path


# packages


@pytest.mark.row("S38", "S40", "S42", "S43")
def test_packages_are_installed_listed_shown_and_removed(
    pythonarium: Command, env: Environment, local: list[str], tmp_path: Path
) -> None:
    (tmp_path / "needed.txt").write_text("needs_tiny\n")
    there = ["--env", "env"]
    done = pythonarium("packages", "install", "tiny==1.0", *there, *local)
    assert (done.stdout, done.stderr, done.returncode) == ("", "", 0)
    assert pythonarium("packages", "list", *there).stdout == "tiny  1.0\n"
    pythonarium("packages", "install", "-r", "needed.txt", *there, *local)
    answer = pythonarium("packages", "list", *there, "--json").stdout
    assert json.loads(answer) == {"needs-tiny": "1.0", "tiny": "2.0"}
    answer = pythonarium("packages", "show", "Tiny", *there, "--json").stdout
    assert json.loads(answer) == {
        "name": "Tiny",
        "version": "2.0",
        "environment": str(env.path),
        "python": str(env.python),
    }
    assert (
        "version      2.0\n" in pythonarium("packages", "show", "tiny", *there).stdout
    )
    done = pythonarium("packages", "uninstall", "tiny", "needs_tiny", *there)
    assert (done.stdout, done.stderr, done.returncode) == ("", "", 0)
    assert env.packages() == {}


def test_packages_are_those_of_this_environment_or_of_another_python(
    pythonarium: Command, env: Environment
) -> None:
    assert "pythonarium  " in pythonarium("packages", "list").stdout
    done = pythonarium("packages", "list", "--python", env.python)
    assert (done.stdout, done.returncode) == ("", 0)


def test_packages_end_at_ctrl_c_without_a_traceback(
    env: Environment, tmp_path: Path
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as index:
        url = f"http://127.0.0.1:{index.getsockname()[1]}/simple"
        words = ["packages", "install", "tiny", "--env", "env", "--index-url", url]
        with (
            subprocess.Popen(
                [*COMMAND, *words], cwd=tmp_path, stderr=subprocess.PIPE, text=True
            ) as process,
            index.accept()[0],
        ):  # the installer waits for an answer
            process.send_signal(signal.SIGINT)
            _, stderr = process.communicate(timeout=18)
    assert (stderr, process.returncode) == ("pythonarium: interrupted\n", 130)


@pytest.mark.row("S44")
@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (
            ["install", "nosuch", "--env", "env", "--no-index"],
            1,
            "cannot install nosuch",
        ),
        (["uninstall", "nosuch", "--env", "env"], 1, "'nosuch' is not installed"),
        (["show", "nosuch", "--env", "env"], 1, "'nosuch' is not installed"),
        (["list", "--env", "nowhere"], 1, "there is no Python in "),
        (["list", "--env", "env", "--python", "3"], 2, "--env or --python, got both"),
        (["install", "--env", "env"], 2, "expected PACKAGES or --requirement FILE"),
        (["uninstall", "--env", "env"], 2, "expected PACKAGES"),
        (["lsit"], 2, 'Unknown command "lsit"'),
    ],
    ids=[*"abcdefgh"],
)
def test_what_fails_is_told(
    pythonarium: Command, env: Environment, words: list[str], code: int, told: str
) -> None:
    done = pythonarium("packages", *words)
    assert told in done.stderr
    assert "Traceback" not in done.stderr
    assert (done.stdout, done.returncode) == ("", code)


def test_progress_is_told_to_a_terminal_alone(
    env: Environment, local: list[str]
) -> None:
    words = [*COMMAND, "packages", "install", "tiny", "--env", str(env.path), *local]
    pid, terminal = pty.fork()
    if pid == 0:
        os.execv(sys.executable, words)
    assert "Installing tiny into" in "".join(read(terminal))
    assert os.waitpid(pid, 0)[1] == 0
    assert env.is_installed("tiny")


def read(terminal: int) -> Iterator[str]:
    """Yield what appears on a terminal until nobody writes there any more."""
    try:
        while data := os.read(terminal, 1000):
            yield data.decode()
    except OSError:  # so a terminal tells its end
        pass
    finally:
        os.close(terminal)


# run


@pytest.mark.row("B20")
def test_run_gives_a_script_what_it_declares(
    pythonarium: Command, script: Path, local: list[str]
) -> None:
    done = pythonarium("run", *local, script, "a", "--", "--b")
    assert (done.stdout, done.stderr) == ("2.0 ['a', '--b'] __main__\n", "")
    assert done.returncode == 0
    again = pythonarium("run", *local, "--offline", script)
    assert again.stdout == "2.0 [] __main__\n"


def test_run_adds_packages(pythonarium: Command, local: list[str]) -> None:
    code = "import needs_tiny, sys; print(sys.stdin.read(), sys.argv)"
    words = ["--with", "needs_tiny", "--with", "tiny", *local]
    done = pythonarium("run", *words, "-c", code, "a", input="text")
    assert (done.stdout, done.stderr) == ("text ['-c', 'a']\n", "")
    done = pythonarium("run", *words, "-", "a", input="import needs_tiny; print(1)")
    assert (done.stdout, done.stderr) == ("1\n", "")


@pytest.mark.parametrize("option", ["--env", "--python"])
def test_run_takes_the_environment_that_is_named(
    pythonarium: Command, env: Environment, script: Path, option: str
) -> None:
    script.write_text("import sys; print(sys.prefix)")
    done = pythonarium("run", option, env.path, script)
    assert (done.stdout, done.stderr) == (f"{env.path}\n", "")


def test_run_stays_here_where_nothing_else_is_declared(
    pythonarium: Command, tmp_path: Path
) -> None:
    path = tmp_path / "script.py"
    path.write_text("# /// script\n# dependencies = []\n# ///\ny = x + 1\n")
    done = pythonarium("run", path, "--in", "x=1", "--out", "y:int")
    assert (done.stdout, done.stderr) == ("y = 2\n", "")
    done = pythonarium("run", "--python", sys.executable, path, "--in=x=1", "--out=y")
    assert (done.stdout, done.stderr) == ("y = 2\n", "")


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--rung", "nowhere"], "rung 'nowhere' is not there in this version"),
        (["--env", "env", "--with", "x"], "packages install --env env x"),
        (["--with=-r"], "expected a package, such as 'numpy>=2', got '-r'"),
        (["--with", "nosuch"], "cannot install tiny, nosuch into"),
        (["--env", "nowhere"], "there is no Python in "),
        (["--rung", "shared"], "leave --rung out, or name process"),
    ],
    ids=[*"abcdef"],
)
def test_run_says_what_it_cannot(
    pythonarium: Command,
    env: Environment,
    script: Path,
    local: list[str],
    options: list[str],
    told: str,
) -> None:
    done = pythonarium("run", *local, *options, script)
    assert told in done.stderr
    assert "Traceback" not in done.stderr
    assert (done.stdout, done.returncode) == ("", 2)


@pytest.mark.row("B19", "B20")
def test_run_takes_variables_to_another_environment(
    pythonarium: Command, tmp_path: Path, local: list[str]
) -> None:
    path = tmp_path / "script.py"
    block = "# /// script\n# dependencies = ['tiny']\n# ///\n"
    path.write_text(block + "import sys, tiny\ny = x + 1\nprint(sys.prefix)\n")
    done = pythonarium("run", *local, "--json", "--in", "x=1", "--out", "y:int", path)
    answer = json.loads(done.stdout)
    assert (answer["outputs"], done.returncode) == ({"y": 2}, 0)
    assert answer["receipt"]["rung"] == "process"
    assert answer["receipt"]["environment"] == answer["stdout"].strip() != sys.prefix


@pytest.mark.row("S53", "B20")
@pytest.mark.parametrize("more", [[], ["--out", "found"]], ids=["plain", "variables"])
def test_run_imports_from_the_folders_of_the_settings_in_another_environment(
    pythonarium: Command, env: Environment, tmp_path: Path, more: list[str]
) -> None:
    (tmp_path / "there").mkdir()
    (tmp_path / "there/from_there.py").write_text("WHERE = 'there'\n")
    code = "import sys, from_there\nfound = from_there.WHERE\nprint(sys.prefix, found)"
    settings = {**os.environ, "PYTHONARIUM_PATH": str(tmp_path / "there")}
    done = pythonarium("run", "--env", "env", "-c", code, *more, env=settings)
    assert done.stderr == ""
    assert done.stdout.splitlines()[0] == f"{env.path} there"


@pytest.mark.row("B20")
def test_run_tells_a_broken_block_with_its_line(
    pythonarium: Command, script: Path
) -> None:
    script.write_text("# /// script\n# dependencies = [\n# ///\n")
    done = pythonarium("run", "script.py")
    assert done.stderr.startswith(
        "pythonarium: script.py, line 2: the block is no TOML"
    )
    assert done.returncode == 2


def test_run_elsewhere_ends_as_the_script_ends(
    pythonarium: Command, env: Environment
) -> None:
    run = ["run", "--env", "env"]
    assert pythonarium(*run, "-c", "import sys; sys.exit(7)").returncode == 7
    kill = "import os; os.kill(os.getpid(), 9)"
    assert pythonarium(*run, "-c", kill).returncode == -9
    assert pythonarium(*run, "--timeout", "9", "-c", kill).returncode == 128 + 9
    done = pythonarium(*run, "-c", "1 / 0")
    assert "ZeroDivisionError" in done.stderr
    assert done.returncode == 1


def test_run_elsewhere_keeps_its_timeout(
    pythonarium: Command, env: Environment
) -> None:
    code = "while True:\n try: print(1 / 0)\n except BaseException: pass"
    done = pythonarium("run", "--env", "env", "--timeout", "0.5", "-c", code)
    assert "the script ran past its timeout of 0.5 s and was killed" in done.stderr
    assert (done.stdout, done.returncode) == ("", 124)


def test_run_elsewhere_hands_ctrl_c_on(env: Environment) -> None:
    code = "import time; print('up', flush=True)\nwhile True: time.sleep(0.1)"
    for options, expected in (([], -signal.SIGINT), (["--timeout", "9"], 130)):
        words = [*COMMAND, "run", "--env", str(env.path), *options, "-c", code]
        running = subprocess.Popen(
            words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        assert running.stdout is not None
        assert running.stdout.readline() == "up\n"
        running.send_signal(signal.SIGINT)
        _, err = running.communicate(timeout=10)
        assert err.count("KeyboardInterrupt") == 1
        assert running.returncode == expected


def test_run_that_fails_to_build_leaves_nothing(
    pythonarium: Command, script: Path, tmp_path: Path, cache_home: Path
) -> None:
    write_sdist(tmp_path, "tiny", "1.0", "raise SystemExit('no compiler here')")
    done = pythonarium("run", "--no-index", "--find-links", tmp_path, script)
    assert "no compiler here" in done.stderr
    assert list(cache_home.glob("pythonarium/environments/*")) == []


@pytest.mark.row("B20")
@pytest.mark.untraced("coverage needs toml itself")
def test_cached_script_needs_neither_versions_nor_toml(
    script: Path, local: list[str], cache_home: Path
) -> None:
    Environment.for_script(script, no_index=True, find_links=[local[-1]])
    words = [
        sys.executable,
        "-X",
        "importtime",
        *COMMAND[1:],
        "run",
        *local,
        str(script),
    ]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    assert "pythonarium.environments.cache" in done.stderr
    for module in ("packaging", "tomllib", "filelock", "importlib.metadata", "rich"):
        assert f" {module}" not in done.stderr
