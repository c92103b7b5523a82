"""`pythonarium run`, wrongly used."""

import pytest

from commands import Command, answer

# Wrong use


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        ((), "expected a FILE, - or -c CODE"),
        (("nobody.py",), "cannot read the script 'nobody.py': No such file"),
        (("/",), "cannot read the script '/': Is a directory"),
        (("x.py", "--verbose"), "Unknown option: --verbose"),
        (("-c",), "-c requires an argument"),
        (("-c", "pass", "-c", "pass"), "-c specified multiple times"),
        (("-c", "pass", "--timeout", "soon"), "--timeout"),
        (("-c", "pass", "--timeout", "0"), "expected seconds above 0"),
        (("-c", "pass", "--timeout", "nan"), "expected seconds above 0"),
        (("-c", "pass", "--timeout", "inf"), "expected seconds above 0"),
        (("-c", "pass", "--rung", "cluster"), "rung 'cluster' is not there"),
        (("-c", "pass", "--out", "a b"), "--out a b: "),
        (("-c", "pass", "--out", "a:wrong"), "no type is named 'wrong'"),
    ],
)
@pytest.mark.parametrize("as_json", [False, True])
def test_run_refuses_wrong_use(
    run: Command, words: tuple[str, ...], complaint: str, as_json: bool
) -> None:
    done = run(*(["--json"] if as_json else []), *words)
    assert complaint in done.stderr
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    if as_json:
        error = answer(done)["error"]
        assert (error["type"], error["kind"]) == ("UsageError", "usage")
        assert complaint in error["message"]
    else:
        assert done.stdout == ""
