"""`pythonarium repl`, at a terminal and in a pipe."""

import os
import pty
import select
import signal
import subprocess
from collections.abc import Generator
from contextlib import suppress
from time import monotonic

import pytest

from commands import COMMAND, run_command


def piped(text: str, *words: str) -> subprocess.CompletedProcess[str]:
    return run_command("repl", *words, input=text)


class Terminal:
    """A session at a pseudo-terminal; `close` ends it, whatever it does."""

    def __init__(self) -> None:
        self._end, other = pty.openpty()
        self.process = subprocess.Popen(
            [*COMMAND, "repl"],
            stdin=other,
            stdout=other,
            stderr=other,
            start_new_session=True,
            env={**os.environ, "TERM": "dumb", "INPUTRC": os.devnull},
        )
        os.close(other)
        self._seen = ""

    def expect(self, text: str) -> str:
        """Wait until a text is shown; return what came before it since the last."""
        deadline = monotonic() + 15
        while text not in self._seen:
            left = deadline - monotonic()
            if left <= 0 or not select.select([self._end], [], [], left)[0]:
                pytest.fail(f"{text!r} did not come; there was {self._seen!r}")
            self._read(text)
        before, _, self._seen = self._seen.partition(text)
        return before

    def _read(self, awaited: str) -> None:
        try:
            piece = os.read(self._end, 4096)
        except OSError:  # the other end is closed
            pytest.fail(f"{awaited!r} did not come; it ended with {self._seen!r}")
        self._seen += piece.decode("utf-8", "replace").replace("\r\n", "\n")

    def type(self, text: str) -> None:
        os.write(self._end, text.encode())

    def ask(self, line: str) -> str:
        """Type a line, return what is shown before the next prompt."""
        self.type(line + "\n")
        return self.expect(">>> ").partition("\n")[2]

    def interrupt(self) -> None:
        """Send SIGINT until something is said.

        CPython hears one that comes between readline's prompt and its wait with the next
        key alone.
        """
        for _ in range(15):
            self.process.send_signal(signal.SIGINT)
            if select.select([self._end], [], [], 1)[0]:
                return
        pytest.fail(f"SIGINT is not heard; there was {self._seen!r}")

    def close(self) -> None:
        with suppress(ProcessLookupError):
            self.process.kill()
        self.process.wait()
        os.close(self._end)


@pytest.fixture
def terminal() -> Generator[Terminal]:
    session = Terminal()
    try:
        session.expect(">>> ")
        yield session
    finally:
        session.close()


def test_repl_shows_values_at_a_terminal(terminal: Terminal) -> None:
    assert terminal.ask("6 * 7") == "42\n"
    assert terminal.ask("x = [1]") == ""
    assert terminal.ask("x.append(x); x") == "[1, [...]]\n"
    assert terminal.ask("None") == ""
    assert terminal.ask("_ is x") == "True\n"


def test_repl_takes_statements_of_several_lines(terminal: Terminal) -> None:
    terminal.type("def f(n):\n")
    terminal.expect("... ")
    terminal.type("    return n / 0\n")
    terminal.expect("... ")
    terminal.ask("")
    shown = terminal.ask("f(1)")
    assert 'File "<input-2>", line 1, in <module>\n    f(1)\n' in shown
    assert 'File "<input-1>", line 2, in f\n    return n / 0\n' in shown
    assert shown.endswith("ZeroDivisionError: division by zero\n")
    assert "pythonarium" not in shown


def test_repl_shows_where_the_syntax_is_wrong(terminal: Terminal) -> None:
    shown = terminal.ask("x = = 1")
    assert shown.endswith("    x = = 1\n        ^\nSyntaxError: invalid syntax\n")
    assert "codeop" not in shown


def test_repl_clears_the_line_at_ctrl_c(terminal: Terminal) -> None:
    terminal.type("def f():\n")
    terminal.expect("... ")
    terminal.interrupt()
    terminal.expect("KeyboardInterrupt\n")
    terminal.expect(">>> ")
    assert terminal.ask("1 + 1") == "2\n"


def test_repl_interrupts_what_runs_at_ctrl_c(terminal: Terminal) -> None:
    terminal.type("import time; print('u' + 'p'); time.sleep(60)\n")
    terminal.expect("up\n")
    terminal.interrupt()
    terminal.expect("KeyboardInterrupt\n")
    terminal.expect(">>> ")
    assert terminal.ask("1 + 1") == "2\n"


def test_repl_leaves_at_ctrl_d(terminal: Terminal) -> None:
    terminal.type("\x04")
    assert terminal.process.wait(timeout=15) == 0


@pytest.mark.parametrize(("call", "code"), [("exit()", 0), ("quit(3)", 3)])
def test_repl_leaves_with_the_code_of_exit(
    terminal: Terminal, call: str, code: int
) -> None:
    terminal.type(f"{call}\n")
    assert terminal.process.wait(timeout=15) == code


def test_repl_completes_names_at_tab(terminal: Terminal) -> None:
    pytest.importorskip("readline")  # a Python may be built without: then Tab is a tab
    terminal.ask("some_long_name = 'found'")
    terminal.type("some_lo\t")
    terminal.expect("some_long_name")
    terminal.type("\n")
    assert "'found'" in terminal.expect(">>> ")


# In a pipe


def test_repl_runs_the_lines_of_a_pipe_without_prompts() -> None:
    done = piped("x = 2\nx * 3\nfor i in range(2):\n    i\n\ninput()\nhello\n")
    assert (done.stdout, done.stderr, done.returncode) == ("6\n0\n1\n'hello'\n", "", 0)


def test_repl_goes_on_after_an_error() -> None:
    done = piped("1 / 0\n1 +\n'on'\n")
    assert done.stdout == "'on'\n"
    assert "ZeroDivisionError: division by zero\n" in done.stderr
    assert done.stderr.endswith("SyntaxError: invalid syntax\n")


@pytest.mark.parametrize(
    ("text", "shown", "complaint"),
    [
        ("if 1:\n    print(5)", "5\n", ""),
        ("x = '''abc", "", "SyntaxError: unexpected end of input\n"),
        ("", "", ""),
    ],
)
def test_repl_takes_an_end_without_a_line_end(
    text: str, shown: str, complaint: str
) -> None:
    done = piped(text)
    assert (done.stdout, done.stderr, done.returncode) == (shown, complaint, 0)


@pytest.mark.parametrize(
    ("call", "code", "text"),
    [("exit()", 0, ""), ("quit(4)", 4, ""), ("raise SystemExit('bye')", 1, "bye\n")],
)
def test_repl_in_a_pipe_leaves_with_the_code_of_exit(
    call: str, code: int, text: str
) -> None:
    done = piped(f"{call}\nprint('not reached')\n")
    assert (done.stdout, done.stderr, done.returncode) == ("", text, code)


@pytest.mark.row("S10")
def test_repl_is_main_for_what_is_typed() -> None:
    lines = "class A: pass\n\nimport pickle, __main__\n__main__.A is A\npickle.loads(pickle.dumps(A)) is A\n"
    assert piped(lines).stdout == "True\nTrue\n"


def test_repl_keeps_future_imports() -> None:
    done = piped(
        "from __future__ import annotations\ndef f(x: int): pass\n\nf.__annotations__\n"
    )
    assert done.stdout == "{'x': 'int'}\n"


@pytest.mark.row("B19")
def test_repl_runs_in_a_process_of_its_own() -> None:
    done = piped("import os\nos.getppid() != " + str(os.getpid()), "--rung", "process")
    assert (done.stdout, done.stderr, done.returncode) == ("True\n", "", 0)


@pytest.mark.row("B19")
@pytest.mark.parametrize(
    ("end", "told", "code"),
    [
        ("os._exit(4)", "ended with exit code 4", 4),
        ("os.kill(os.getpid(), 9)", "was ended by SIGKILL", 137),
    ],
)
def test_repl_ends_with_its_process(end: str, told: str, code: int) -> None:
    done = piped(f"import os\n{end}\nprint('not reached')\n", "--rung", "process")
    complaint = f"pythonarium: the worker {told}; its variables are lost\n"
    assert (done.stdout, done.stderr, done.returncode) == ("", complaint, code)


def test_repl_refuses_another_rung() -> None:
    done = piped("", "--rung", "moon")
    assert "rung 'moon' is not there" in done.stderr
    assert done.returncode == 2


@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-"])
@pytest.mark.parametrize(
    ("line", "told", "code"),
    [("1 / 0", "division by zero", 3), ("os._exit(4)", "ended with exit code 4", 4)],
)
def test_repl_tells_an_error_where_a_stream_is_closed(
    closed: str, line: str, told: str, code: int
) -> None:
    command = [*COMMAND, "repl", "--rung", "process"]
    done = subprocess.run(
        ["sh", "-c", f'exec "$@" {closed}', "sh", *command],
        input=f"import os\n{line}\nexit(3)\n",
        capture_output=True,
        text=True,
        timeout=15,
        check=False,
    )
    assert (told in done.stderr) == (closed == ">&-")
    assert "NoneType" not in done.stderr
    assert done.returncode == code
