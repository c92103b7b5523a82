"""A symbolic calculator: reads statements, evaluates, differentiates, simplifies.

    python calculator.py < statements      or      python calculator.py FILE

Statements are `name = expression`, `name(parameters) = expression`, an expression,
`diff EXPRESSION by NAME`, `solve EXPRESSION for NAME near NUMBER`, `show NAME`,
`names`.  `#` starts a comment.  Exit code 1: at least one statement was wrong.

Expressions are read by `expressions.py`, which lies beside it.
"""

import math
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import singledispatch
from pathlib import Path
from typing import TextIO

from expressions import (
    ONE,
    POSTFIX,
    PRECEDENCE,
    TWO,
    UNARY,
    ZERO,
    Binary,
    CalculatorError,
    Call,
    Name,
    Negated,
    Node,
    Number,
    children,
    names_in,
    parse,
)

# Back to text


def show_number(value: float) -> str:
    """Return a number as a person writes it."""
    if value == int(value) and abs(value) < 10**15:
        return str(int(value))
    return f"{value:.10g}"


def show(node: Node, outer: int = 0) -> str:
    """Return an expression with as few brackets as it needs."""
    match node:
        case Number(value):
            text, precedence = show_number(value), UNARY if value < 0 else POSTFIX
        case Name(text):
            precedence = POSTFIX
        case Negated(operand):
            text, precedence = "-" + show(operand, UNARY), UNARY
        case Call("factorial", (operand,)):
            text, precedence = show(operand, POSTFIX) + "!", POSTFIX
        case Call(function, arguments):
            text = f"{function}({', '.join(map(show, arguments))})"
            precedence = POSTFIX
        case Binary(sign, left, right):
            precedence = PRECEDENCE[sign]
            space = " " if precedence == 1 else ""
            text = (
                show(left, precedence + (sign == "^"))
                + f"{space}{sign}{space}"
                + show(right, precedence + (sign in "-/"))
            )
        case _:
            raise TypeError(node)
    return f"({text})" if precedence < outer else text


# Values


def factorial(value: float) -> float:
    """Return n! of a whole number."""
    if value < 0 or value != int(value):
        raise CalculatorError(f"{show_number(value)}! is not defined")
    return float(math.factorial(int(value)))


BUILTINS: dict[str, Callable[..., float]] = {
    "sin": math.sin,
    "cos": math.cos,
    "tan": math.tan,
    "exp": math.exp,
    "ln": math.log,
    "sqrt": math.sqrt,
    "abs": abs,
    "max": max,
    "min": min,
    "factorial": factorial,
}
CONSTANTS = {"pi": math.pi, "e": math.e}
OPERATORS: dict[str, Callable[[float, float], float]] = {
    "+": lambda left, right: left + right,
    "-": lambda left, right: left - right,
    "*": lambda left, right: left * right,
    "/": lambda left, right: left / right,
    "^": math.pow,
}
DEPTH = 100
CLOSE_TO_ZERO = 1e-12


@dataclass(frozen=True)
class Function:
    """A function that the user defined."""

    parameters: tuple[str, ...]
    body: Node


@dataclass
class Scope:
    """Variables and functions, and the scope around."""

    variables: dict[str, float] = field(default_factory=dict)
    functions: dict[str, Function] = field(default_factory=dict)
    parent: "Scope | None" = None
    depth: int = 0

    def around(self) -> Iterator["Scope"]:
        """Yield this scope and those around it."""
        scope: Scope | None = self
        while scope is not None:
            yield scope
            scope = scope.parent

    def variable(self, name: str) -> float:
        """Return the value of a variable."""
        for scope in self.around():
            if name in scope.variables:
                return scope.variables[name]
        raise CalculatorError(f"{name} has no value")

    def function(self, name: str) -> Function | None:
        """Return a function of the user, if there is one of that name."""
        for scope in self.around():
            if name in scope.functions:
                return scope.functions[name]
        return None

    def inner(self, variables: dict[str, float]) -> "Scope":
        """Return a scope inside this one."""
        if self.depth >= DEPTH:
            raise CalculatorError(f"calls are nested deeper than {DEPTH}")
        return Scope(variables, {}, self, self.depth + 1)


def evaluate(node: Node, scope: Scope) -> float:  # noqa: PLR0911  # one a kind
    """Return the value of an expression."""
    match node:
        case Number(value):
            return value
        case Name(text):
            return scope.variable(text)
        case Negated(operand):
            return -evaluate(operand, scope)
        case Call("if", (condition, yes, no)):
            return evaluate(yes if evaluate(condition, scope) > 0 else no, scope)
        case Call("sum", (Name(index), first, last, body)):
            return _sum(index, (first, last), body, scope)
        case Call(function, arguments):
            return _call(function, [evaluate(each, scope) for each in arguments], scope)
        case Binary(sign, left, right):
            return _guarded(
                OPERATORS[sign], evaluate(left, scope), evaluate(right, scope)
            )
    raise TypeError(node)


def _sum(index: str, bounds: tuple[Node, Node], body: Node, scope: Scope) -> float:
    first, last = (int(evaluate(bound, scope)) for bound in bounds)
    return math.fsum(
        evaluate(body, scope.inner({index: float(number)}))
        for number in range(first, last + 1)
    )


def _call(name: str, values: list[float], scope: Scope) -> float:
    function = scope.function(name)
    if function is not None:
        if len(values) != len(function.parameters):
            raise CalculatorError(
                f"{name} takes {len(function.parameters)} values, not {len(values)}"
            )
        bound = dict(zip(function.parameters, values, strict=True))
        return evaluate(function.body, scope.inner(bound))
    if name not in BUILTINS:
        raise CalculatorError(f"there is no function {name}")
    return _guarded(BUILTINS[name], *values)


def _guarded(operation: Callable[..., float], *values: float) -> float:
    try:
        return operation(*values)
    except (ArithmeticError, ValueError, TypeError) as error:
        raise CalculatorError(str(error)) from error


# Simplification: rules, applied from the leaves up, until nothing changes


@singledispatch
def rule(node: Node) -> Node:
    """Return a simpler expression of the same value, or the node itself."""
    return node


@rule.register
def _(node: Negated) -> Node:
    match node.operand:
        case Number(value):
            return Number(-value)
        case Negated(operand):
            return operand
        case Binary("*", Number(value), right):
            return Number(-value) * right
    return node


@rule.register
def _(node: Binary) -> Node:
    if isinstance(node.left, Number) and isinstance(node.right, Number):
        return _folded(node.sign, node.left, node.right)
    return _RULES[node.sign](node.left, node.right)


def _folded(sign: str, left: Number, right: Number) -> Node:
    try:
        return Number(OPERATORS[sign](left.value, right.value))
    except (ArithmeticError, ValueError):
        return Binary(sign, left, right)


def _plus(left: Node, right: Node) -> Node:
    if left == ZERO:
        return right
    if right == ZERO:
        return left
    if left == right:
        return TWO * left
    if isinstance(right, Negated):
        return left - right.operand
    return left + right


def _minus(left: Node, right: Node) -> Node:
    if right == ZERO:
        return left
    if left == ZERO:
        return -right
    if left == right:
        return ZERO
    return left - right


def _times(left: Node, right: Node) -> Node:
    match left, right:
        case (Number(0), _) | (_, Number(0)):
            return ZERO
        case (Number(1), other) | (other, Number(1)):
            return other
        case Number(first), Binary("*", Number(second), other):
            return Number(first * second) * other
        case other, Number() as number:
            return number * other
        case (Negated(operand), other) | (other, Negated(operand)):
            return -(operand * other)
    return left * right


def _over(left: Node, right: Node) -> Node:
    if left == ZERO:
        return ZERO
    if right == ONE:
        return left
    if left == right:
        return ONE
    return left / right


def _power(left: Node, right: Node) -> Node:
    if right == ZERO:
        return ONE
    if right == ONE:
        return left
    match left, right:
        case Binary("^", base, Number(first)), Number(second):
            return base ** Number(first * second)
    return left**right


_RULES = {"+": _plus, "-": _minus, "*": _times, "/": _over, "^": _power}


def simplified(node: Node) -> Node:
    """Return an expression after all rules."""
    while True:
        simpler = rule(_with_children(node, tuple(map(simplified, children(node)))))
        if simpler == node:
            return node
        node = simpler


def _with_children(node: Node, parts: tuple[Node, ...]) -> Node:
    match node:
        case Negated():
            return Negated(*parts)
        case Binary(sign):
            return Binary(sign, *parts)
        case Call(function):
            return Call(function, parts)
    return node


# Derivatives


def derivative(node: Node, name: str, scope: Scope) -> Node:
    """Return the derivative of an expression, simplified."""
    return simplified(_derived(expanded(node, scope), name))


def expanded(node: Node, scope: Scope) -> Node:
    """Return an expression with the user's functions written out."""
    node = _with_children(node, tuple(expanded(part, scope) for part in children(node)))
    if isinstance(node, Call) and (function := scope.function(node.function)):
        if node.function in _called(function.body, scope):
            raise CalculatorError(f"{node.function} calls itself")
        bound = dict(zip(function.parameters, node.arguments, strict=True))
        return expanded(_substituted(function.body, bound), scope)
    return node


def _called(node: Node, scope: Scope, seen: frozenset[str] = frozenset()) -> set[str]:
    found: set[str] = set()
    if isinstance(node, Call) and node.function not in seen:
        found.add(node.function)
        if function := scope.function(node.function):
            found |= _called(function.body, scope, seen | {node.function})
    for part in children(node):
        found |= _called(part, scope, seen | found)
    return found


def _substituted(node: Node, bound: dict[str, Node]) -> Node:
    if isinstance(node, Name):
        return bound.get(node.text, node)
    parts = tuple(_substituted(part, bound) for part in children(node))
    return _with_children(node, parts)


def _derived(node: Node, name: str) -> Node:  # noqa: PLR0911  # one a rule
    if name not in names_in(node):
        return ZERO
    match node:
        case Name():
            return ONE
        case Negated(operand):
            return -_derived(operand, name)
        case Binary("+" | "-" as sign, left, right):
            return Binary(sign, _derived(left, name), _derived(right, name))
        case Binary("*", left, right):
            return _derived(left, name) * right + left * _derived(right, name)
        case Binary("/", left, right):
            top = _derived(left, name) * right - left * _derived(right, name)
            return top / right**TWO
        case Binary("^", base, power) if name not in names_in(power):
            return power * base ** (power - ONE) * _derived(base, name)
        case Binary("^", base, power):
            return node * _derived(power * Call("ln", (base,)), name)
        case Call(function, (inner,)) if function in _OUTER:
            return _OUTER[function](inner) * _derived(inner, name)
    raise CalculatorError(f"{show(node)} cannot be differentiated")


_OUTER: dict[str, Callable[[Node], Node]] = {
    "sin": lambda inner: Call("cos", (inner,)),
    "cos": lambda inner: -Call("sin", (inner,)),
    "tan": lambda inner: ONE / Call("cos", (inner,)) ** TWO,
    "exp": lambda inner: Call("exp", (inner,)),
    "ln": lambda inner: ONE / inner,
    "sqrt": lambda inner: ONE / (TWO * Call("sqrt", (inner,))),
}


def root(node: Node, name: str, near: float, scope: Scope) -> float:
    """Return where an expression is 0, by Newton's steps."""
    slope = derivative(node, name, scope)
    for guess in _steps(node, slope, name, near, scope):
        if abs(evaluate(node, scope.inner({name: guess}))) < CLOSE_TO_ZERO:
            return guess
    raise CalculatorError(f"no root found near {show_number(near)}")


def _steps(
    node: Node, slope: Node, name: str, guess: float, scope: Scope
) -> Iterator[float]:
    for _ in range(50):
        yield guess
        here = scope.inner({name: guess})
        guess -= _guarded(OPERATORS["/"], evaluate(node, here), evaluate(slope, here))


# Statements

_DIFF = re.compile(r"diff (.+) by (\w+)$")
_SOLVE = re.compile(r"solve (.+) for (\w+) near (\S+)$")
_SHOW = re.compile(r"show (\w+)$")
_FUNCTION = re.compile(r"(\w+)\(([\w, ]*)\)\s*=(.+)$")
_VARIABLE = re.compile(r"([A-Za-z_]\w*)\s*=(.+)$")


class Calculator:
    """Understands statements, one after another."""

    def __init__(self) -> None:
        self.scope = Scope(dict(CONSTANTS))
        self.errors = 0
        self._forms: list[tuple[re.Pattern[str], Callable[..., Iterator[str]]]] = [
            (_DIFF, self._diff),
            (_SOLVE, self._solve),
            (_SHOW, self._show),
            (re.compile("names$"), self._names),
            (_FUNCTION, self._define),
            (_VARIABLE, self._assign),
            (re.compile("(.+)$"), self._value),
        ]

    def run(self, lines: Iterable[str]) -> Iterator[str]:
        """Yield what the statements answer."""
        for number, line in enumerate(lines, 1):
            statement = line.partition("#")[0].strip()
            if statement:
                with self._reporting(number) as trouble:
                    yield from self.answer(statement)
                yield from trouble

    @contextmanager
    def _reporting(self, number: int) -> Iterator[list[str]]:
        trouble: list[str] = []
        try:
            yield trouble
        except CalculatorError as error:
            self.errors += 1
            trouble.append(f"line {number}: {error}")

    def answer(self, statement: str) -> Iterator[str]:
        """Yield the lines that one statement answers."""
        for pattern, method in self._forms:
            found = pattern.match(statement)
            if found:
                yield from method(*found.groups())
                return

    def _diff(self, text: str, name: str) -> Iterator[str]:
        yield show(derivative(parse(text), name, self.scope))

    def _solve(self, text: str, name: str, near: str) -> Iterator[str]:
        start = evaluate(parse(near), self.scope)
        yield f"{name} = {show_number(root(parse(text), name, start, self.scope))}"

    def _show(self, name: str) -> Iterator[str]:
        function = self.scope.function(name)
        if function is None:
            yield f"{name} = {show_number(self.scope.variable(name))}"
        else:
            body = show(simplified(function.body))
            yield f"{name}({', '.join(function.parameters)}) = {body}"

    def _names(self) -> Iterator[str]:
        own = self.scope.variables.keys() - CONSTANTS.keys()
        yield ", ".join(sorted([*own, *self.scope.functions]))

    def _define(self, name: str, parameters: str, text: str) -> Iterator[str]:
        names = tuple(filter(None, (each.strip() for each in parameters.split(","))))
        self.scope.functions[name] = Function(names, parse(text))
        yield from ()

    def _assign(self, name: str, text: str) -> Iterator[str]:
        self.scope.variables[name] = evaluate(parse(text), self.scope)
        yield from ()

    def _value(self, text: str) -> Iterator[str]:
        yield show_number(evaluate(parse(text), self.scope))


def main(arguments: list[str], stdin: TextIO) -> int:
    """Run the statements of a file, or of stdin."""
    calculator = Calculator()
    if arguments:
        lines = Path(arguments[0]).read_text(encoding="utf-8").splitlines()
    else:
        lines = stdin.readlines()
    for answer in calculator.run(lines):
        print(answer)
    return 1 if calculator.errors else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], sys.stdin))
