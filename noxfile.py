"""The project's chores: `nox` runs the tests, `nox -l` lists the rest."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import nox

PROJECT = nox.project.load_toml("pyproject.toml")
PYTHONS = nox.project.python_versions(PROJECT)
ARRAYS = tuple(
    requirement
    for requirement in PROJECT["project"]["optional-dependencies"]["test"]
    if requirement.startswith(("numpy", "pandas", "pyarrow"))
)
EXECUTABLE = "import sys; print(sys.executable)"
MEASURED = "3.13"  # not 3.11: a thread that is traced hangs there on async exceptions
HOST, WORKERS = "3.12", ("3.9",)
"""Whose process rung the whole contract is tried on, and with workers of which Python: the
oldest.  tests/test_process_versions.py tries each pair of Pythons with fewer questions."""

STORM = 60
"""For so many seconds threads call Python from Java on the newest Python that is here."""

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
    if session.python == MEASURED and "PYTHONARIUM_COVERAGE" in os.environ:
        session.run("pytest", "-m", "untraced")
        measure(session)
    else:
        session.run("pytest", *session.posargs)


def measure(session: nox.Session) -> None:
    """Run the tests traced, and report what they reach."""
    session.run("coverage", "erase")
    traced = ("-m", "not untraced", *session.posargs)
    session.run("coverage", "run", "-m", "pytest", *traced)
    session.run("coverage", "combine", "--quiet")
    session.run("coverage", "report")


@nox.session(python=HOST)
def workers(session: nox.Session) -> None:
    """Run the contract with workers of other Pythons; `-- 3.10` names another."""
    from pythonarium import PythonNotFoundError  # noqa: PLC0415  # other sessions do without
    from pythonarium.environments.pythons import find  # noqa: PLC0415

    session.install("-e", ".[test]")
    for version in session.posargs or WORKERS:
        try:
            find(version)
        except PythonNotFoundError:
            session.warn(f"Python {version} is not here: no test with its workers")
            continue
        session.run("pytest", "tests/contract", "--worker", version)


@nox.session(python=PYTHONS)
def java(session: nox.Session) -> None:
    """Run the tests of the Java classes, by Maven, in JVMs with each Python."""
    from pythonarium.jvm.jdks import find_jdk  # noqa: PLC0415  # other sessions do without

    jdk = find_jdk()
    if jdk is None or not jdk.is_new_enough:
        session.error(
            "no JDK 22 or newer; `pythonarium doctor` names what installs one"
        )
    session.install(*ARRAYS)
    python = session.run("python", "-c", EXECUTABLE, silent=True)
    options = f"-XX:-UsePerfData -Djava.io.tmpdir={tempfile.gettempdir()}"
    environment = {"JAVA_HOME": str(jdk.home), "MAVEN_OPTS": options}
    words = ["-q", "-B", "-f", "java", f"-Dpython={str(python).strip()}", "verify"]
    if session.python == newest():
        words.append(f"-Dstorm.seconds={STORM}")
    session.run("mvn", *words, *session.posargs, env=environment, external=True)


def newest() -> str:
    """Return the newest of the supported Pythons that is on this machine."""
    return [version for version in PYTHONS if shutil.which(f"python{version}")][-1]


@nox.session(python=MEASURED)
def coverage(session: nox.Session) -> None:
    """Say which lines and branches the tests do not reach; fail if they are too many."""
    session.install("-e", ".[test]")
    measure(session)


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


@nox.session
def races(session: nox.Session) -> None:
    """Try whether the benchmarks run, in seconds; what they measure then says nothing."""
    session.install("-e", ".[test,benchmarks]")
    session.run("pytest", "tests/test_benchmarks.py", *session.posargs)
