"""Each guard, by itself: a test that leaves one thing behind fails, and says which."""

from pathlib import Path
from textwrap import dedent

import pytest

import guards

pytestmark = pytest.mark.untraced("it tests the tests")

LEAKS = {
    "thread": (
        """
        import threading
        def test_it():
            wait = threading.Event().wait
            threading.Thread(target=wait, daemon=True, name="stray").start()
        """,
        "test_it left a thread behind: stray",
    ),
    "thread-unknown-to-threading": (
        """
        import _thread, threading
        running = threading.Event()
        def stray():
            running.set()
            threading.Event().wait()
        def test_it():
            _thread.start_new_thread(stray, ())
            running.wait()
        """,
        "test_it left a thread behind: unnamed thread *",
    ),
    "child-process": (
        """
        import subprocess, sys
        def test_it():
            global child
            child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=-1)
        """,
        "test_it left a child process behind: *python* -c input()",
    ),
    "zombie": (
        """
        import os
        def test_it():
            if not os.fork():
                os._exit(0)
        """,
        "test_it left a child process behind: *nobody waited for it",
    ),
    "temporary-file": (
        """
        import pathlib, tempfile
        def test_it():
            pathlib.Path(tempfile.gettempdir(), "pythonarium-stray").touch()
        """,
        "test_it left a temporary file behind: */pythonarium-stray",
    ),
    "main-class": (
        """
        import sys, types
        class Main(types.ModuleType): pass
        def test_it():
            sys.modules["__main__"].__class__ = Main
        """,
        "test_it changed main_class from <class 'module'> to *Main'>",
    ),
    "thread-start": (
        """
        import threading
        def test_it():
            threading.Thread.start = lambda thread: None
        """,
        "test_it changed thread_start from *",
    ),
    "trace-function": (
        "import sys\ndef test_it(): sys.settrace(lambda *event: None)",
        "test_it changed trace_function from * to <function *",
    ),
    "sys-path": (
        "import sys\ndef test_it(): sys.path.append('stray')",
        "test_it changed sys_path from *'stray')",
    ),
    "recursion-limit": (
        "import sys\ndef test_it(): sys.setrecursionlimit(1234)",
        "test_it changed recursion_limit from * to 1234",
    ),
    "working-folder": (
        "import os\ndef test_it(): os.chdir('/')",
        "test_it changed working_folder from * to '/'",
    ),
    "working-folder-gone": (
        """
        import os
        def test_it(tmp_path):
            gone = tmp_path / "gone"
            gone.mkdir()
            os.chdir(gone)
            gone.rmdir()
        """,
        "test_it changed working_folder from * to 'a folder that is gone'",
    ),
}

CLEAN = {
    "nothing": "def test_it(): pass",
    "a-thread-that-ends-soon": """
        import threading, time
        def test_it():
            threading.Thread(target=time.sleep, args=[0.2]).start()
        """,
    "a-process-that-was-there-before": """
        import subprocess, sys, pytest
        @pytest.fixture(scope="module")
        def child():
            with subprocess.Popen([sys.executable, "-c", "input()"], stdin=-1) as child:
                yield child
        def test_it(child): pass
        """,
    "the-resource-tracker": """
        from multiprocessing import resource_tracker
        def test_it(): resource_tracker.ensure_running()
        """,
}


@pytest.fixture
def project(
    pytester: pytest.Pytester, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> pytest.Pytester:
    """A project of its own, in its own process: what leaks there is not our leak."""
    monkeypatch.setenv("PYTHONPATH", str(Path(guards.__file__).parent))
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")  # half the time
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    return pytester


def run(project: pytest.Pytester, source: str) -> pytest.RunResult:
    project.makepyfile(dedent(source))
    return project.runpytest_subprocess("-p", "guards", "-p", "no:cacheprovider")


@pytest.mark.parametrize(("source", "complaint"), LEAKS.values(), ids=LEAKS)
def test_guard_names_what_was_left(
    project: pytest.Pytester, source: str, complaint: str
) -> None:
    result = run(project, source)
    result.stdout.fnmatch_lines([complaint])
    assert result.parseoutcomes() == {"passed": 1, "errors": 1}


@pytest.mark.parametrize("stream", ["stdout", "stderr"])
def test_guard_wants_the_streams_back(project: pytest.Pytester, stream: str) -> None:
    source = f"import io, sys\ndef test_it(): sys.{stream} = io.StringIO()"
    result = run(project, source)
    result.stdout.fnmatch_lines([f"test_it changed {stream} from *"])
    assert result.parseoutcomes() == {"failed": 1}


@pytest.mark.parametrize("source", CLEAN.values(), ids=CLEAN)
def test_guard_lets_pass(project: pytest.Pytester, source: str) -> None:
    assert run(project, source).parseoutcomes() == {"passed": 1}


def test_guard_puts_state_back_for_the_next_test(project: pytest.Pytester) -> None:
    result = run(
        project,
        """
        import os, sys
        def test_bad():
            os.chdir("/")
            sys.path.append("stray")
        def test_good():
            assert os.getcwd() != "/"
            assert "stray" not in sys.path
        """,
    )
    assert result.parseoutcomes() == {"passed": 2, "errors": 1}


def test_guard_watches_fixtures_that_outlive_a_test(project: pytest.Pytester) -> None:
    result = run(
        project,
        """
        import threading, pytest
        @pytest.fixture(scope="module")
        def thread():
            wait = threading.Event().wait
            threading.Thread(target=wait, daemon=True, name="stray").start()
        def test_it(thread): pass
        """,
    )
    result.stdout.fnmatch_lines(["the session left a thread behind: stray"])
