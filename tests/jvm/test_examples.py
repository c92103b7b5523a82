"""Every program of examples/java is run as a reader runs it: by `java FILE.java`."""

import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Final
from urllib.error import HTTPError
from urllib.request import urlopen

import numpy as np
import pytest

from java_programs import DIRECT, ROOT, Java, clean_environment

pytestmark = [
    pytest.mark.timeout(120),
    pytest.mark.untraced("what it runs is Java"),
]
EXAMPLES: Final = ROOT / "examples/java"
SERVED: Final = "ScoringServer"
SHOWN: Final = {
    "Arrays": """\
[0.8, 1.4]
4.5 written by Python into Java's memory
[month, total] 2 rows
June: 42.5
""",
    "Hello": "Hello World\n",
    "Orders": """\
Invoice[order=1, total=117.00, due=2026-03-31, pieces={kettle=4, cup=10}, \
note=Optional.empty]
Invoice[order=2, total=42.00, due=2026-04-01, pieces={cup=10}, note=Optional.empty]
Could not convert value to list[Invoice]: [1].total: expected BigDecimal, got float \
42.0 (variable 'invoices')
""",
    "Callbacks": """\
7.5 42
cake at 4.00
JavaError java.lang.IllegalArgumentException: no price for coffee
caused by java.lang.IllegalArgumentException: no price for coffee
[sorted by Java's rule:, ['tea', 'cake']]
""",
    "Scripting": """\
Ada 0.1 after 25
Alan 0.03 after 3
Dear Ada
line 2: ZeroDivisionError: division by zero
""",
    "FromPython4j": """\
Hello World
5.0
a thread
a thread
Caught: ZeroDivisionError: division by zero
""",
}


def test_every_example_is_tested() -> None:
    assert {path.stem for path in EXAMPLES.glob("*.java")} == SHOWN.keys() | {SERVED}


@pytest.mark.parametrize("name", SHOWN)
def test_example_shows_what_it_says(programs: Java, name: str) -> None:
    assert programs.run(str(EXAMPLES / f"{name}.java")).printed == SHOWN[name]


@pytest.fixture(params=[DIRECT, "-Xss1m"], ids=["direct", "carried"])
def address(request: pytest.FixtureRequest, programs: Java) -> Iterator[str]:
    """Run the server; after the test it must end well when it is told to."""
    with subprocess.Popen(
        [
            *(programs.home / "bin/java", *programs.options, request.param),
            f"-Dorg.pythonarium.python={sys.executable}",
            *("-cp", programs.jar, EXAMPLES / f"{SERVED}.java"),
        ],
        env=clean_environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as server:
        try:
            assert server.stdout is not None
            yield server.stdout.readline().strip()
            server.terminate()
            assert server.communicate(timeout=20) == ("", "")
            assert server.returncode == 143  # as a JVM ends on SIGTERM
        finally:
            server.kill()


def post(
    address: str, rows: "np.ndarray[tuple[int, int], np.dtype[np.float64]]"
) -> str:
    body = "\n".join(" ".join(map(str, row)) for row in rows.tolist())
    with urlopen(address, body.encode(), timeout=30) as answer:
        text: str = answer.read().decode()
    return text


@pytest.mark.row("S9", "S11", "B16")
def test_server_scores_for_many_at_once(address: str) -> None:
    generator = np.random.default_rng(seed=1)
    rows = generator.normal(size=(500, 2))
    truth = (rows @ [1.5, -2.0] + 0.5 > 0).astype(float)
    with_bias = np.column_stack([rows, np.ones(500)])
    weights, *_ = np.linalg.lstsq(with_bias, truth, rcond=None)
    scores = np.clip(with_bias @ weights, 0, 1)
    with ThreadPoolExecutor(16) as pool:
        answers = list(
            pool.map(lambda row: post(address, row), rows.reshape(100, 5, 2))
        )
    assert [float(line) for text in answers for line in text.split()] == pytest.approx(
        scores.tolist(), abs=1e-4
    )


@pytest.mark.row("S45", "B1")
def test_server_survives_what_is_wrong(address: str) -> None:
    for body, said in {"a b": 'For input string: "a"', "1 2 3": "ValueError"}.items():
        with pytest.raises(HTTPError) as refused:
            urlopen(address, body.encode(), timeout=30)
        with refused.value as reply:
            assert reply.status == 400
            assert said in reply.read().decode()
