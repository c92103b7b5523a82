"""The project's chores: `nox` runs the tests, `nox -l` lists the rest."""

import os
from collections.abc import Iterator
from pathlib import Path

import nox

PYTHONS = nox.project.python_versions(nox.project.load_toml("pyproject.toml"))
MEASURED = "3.13"  # not 3.11: a thread that is traced hangs there on async exceptions

nox.needs_version = ">=2025.2"
nox.options.sessions = ["tests"]
nox.options.reuse_venv = "yes"
nox.options.error_on_missing_interpreters = False  # skip what is not there, and say so


def pyenv_folders() -> Iterator[str]:
    """Yield where pyenv keeps the Pythons that are not on PATH, or only as shims."""
    root = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    for version in PYTHONS:
        yield from map(str, sorted(root.glob(f"versions/{version}.*/bin")))


os.environ["PATH"] = os.pathsep.join([*pyenv_folders(), os.environ["PATH"]])


@nox.session(python=PYTHONS)
def tests(session: nox.Session) -> None:
    """Run the tests on every Python that is on this machine."""
    session.install("-e", ".[test]")
    session.run("pytest", *session.posargs)


@nox.session(python=MEASURED)
def coverage(session: nox.Session) -> None:
    """Say which lines and branches the tests do not reach; fail if they are too many."""
    session.install("-e", ".[test]")
    session.run("coverage", "erase")
    traced = ("-m", "not untraced", *session.posargs)
    session.run("coverage", "run", "-m", "pytest", *traced)
    session.run("coverage", "combine", "--quiet")
    session.run("coverage", "report")


@nox.session
def lint(session: nox.Session) -> None:
    """Check style, format, and the direction of imports."""
    session.install("-e", ".[lint]")
    session.run("ruff", "check")
    session.run("ruff", "format", "--check")
    session.run("lint-imports")


@nox.session
def types(session: nox.Session) -> None:
    """Check the types of the code, and that every public name has one."""
    session.install("-e", ".[test,types]")
    session.run("mypy")
    session.run("basedpyright", "--verifytypes", "pythonarium", "--ignoreexternal")


@nox.session
def docs(session: nox.Session) -> None:
    """Build the documentation into site/."""
    session.install("-e", ".[docs]")
    quiet = {"NO_MKDOCS_2_WARNING": "1", "DISABLE_MKDOCS_2_WARNING": "true"}
    session.run("mkdocs", "build", "--strict", "--quiet", env=quiet)


@nox.session
def rows(session: nox.Session) -> None:
    """Write the table of acceptance rows; with `-- --check` only compare it."""
    session.install("-e", ".[test]")
    check = ["--rows-check"] if "--check" in session.posargs else []
    table = "docs/reference/requirements.md"
    session.run("pytest", "--collect-only", "-qq", "--rows-table", table, *check)


@nox.session
def benchmarks(session: nox.Session) -> None:
    """Run the benchmarks, side by side with others."""
    session.install("-e", ".[benchmarks]")
    session.run("python", "benchmarks", *session.posargs)
