"""Scripts of the standard library's own tests run as under `python`."""

import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

SCRIPTS = (
    *("test_bisect", "test_heapq", "test_textwrap", "test_string", "test_shlex"),
    *("test_copy", "test_contextlib", "test_enum", "test_csv", "test_collections"),
    *("test_abc", "test_types", "test_pprint", "test_atexit", "test_funcattrs"),
)
COUNTS = re.compile(r"^(?:Ran (\d+) tests?|(?:OK|FAILED).*)", re.MULTILINE)


def folder() -> Path | None:
    """Return where this Python keeps its tests, if it has them."""
    spec = find_spec("test")
    places = list(spec.submodule_search_locations or ()) if spec else []
    return Path(places[0]) if places else None


def script(name: str) -> Path:
    place = folder()
    for path in (place / f"{name}.py", place / name / "__init__.py") if place else ():
        if path.name != "__init__.py" and path.exists():
            return path
    # They are Python's own: Debian has them in another package, and each version has others.
    pytest.skip(f"this Python has no script {name}")


def outcome(words: list[str], cwd: Path) -> tuple[int, list[str]]:
    """Return the exit code, and how many tests ran, failed and were skipped."""
    done = subprocess.run(
        [sys.executable, *words],
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )
    counts = [found[0].split(" in ")[0] for found in COUNTS.finditer(done.stderr)]
    return done.returncode, counts


@pytest.mark.untraced("long, and all that it reaches is reached elsewhere")
@pytest.mark.timeout(120)
@pytest.mark.parametrize("name", SCRIPTS)
def test_run_does_what_python_does(name: str, tmp_path: Path) -> None:
    path = str(script(name))
    expected = outcome([path], tmp_path)
    assert expected[1], "it ran no tests"
    assert outcome(["-m", "pythonarium", "run", path], tmp_path) == expected
