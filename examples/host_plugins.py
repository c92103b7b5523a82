"""A shop whose prices are plugins: scripts that call functions of the host."""

from collections.abc import Callable
from dataclasses import dataclass, field

from pythonarium import Interpreter, PythonariumError, ScriptError

PLUGINS = {
    "loyalty": """
        years = customer(order["customer"])["years"]
        if years >= 2:
            offer(percent=min(5 * years, 20), reason=f"{years} years with us")
    """,
    "bulk": """
        pieces = sum(line["pieces"] for line in order["lines"])
        if pieces > 10:
            offer(percent=8, reason=f"{pieces} pieces")
    """,
    "greedy": 'offer(percent=90, reason="because")',
    "broken": 'offer(percent=order["discount"], reason="the order says so")',
}
CUSTOMERS = {"ada": {"years": 3}, "bob": {"years": 0}}
ORDER = {"customer": "ada", "lines": [{"pieces": 9}, {"pieces": 4}]}


@dataclass
class Offers:
    """What the plugins offer; refuses too much."""

    made: list[str] = field(default_factory=list)

    def offer(self, *, percent: float, reason: str) -> None:
        """Note a discount."""
        if percent > 25:  # noqa: PLR2004
            raise ValueError(f"{percent} % is more than a plugin may give")
        self.made.append(f"{percent} %: {reason}")


def run_plugins(python: Interpreter, functions: dict[str, Callable]) -> None:
    """Run each plugin in a context of its own; one that fails stops no other."""
    for name, code in PLUGINS.items():
        with python.context():
            try:
                python.exec(code, functions | {"order": ORDER}, filename=f"<{name}>")
            except ScriptError as error:
                line = next(f for f in error.frames if f.file == f"<{name}>").line
                print(f"{name}, line {line}: {error.type_name}: {error.message}")
            except PythonariumError as error:
                print(f"{name}: {error}")


offers = Offers()
with Interpreter() as shop:
    run_plugins(shop, {"customer": CUSTOMERS.__getitem__, "offer": offers.offer})
print(*offers.made, sep="\n")
