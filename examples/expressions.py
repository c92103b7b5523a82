"""Expressions of the calculator beside: their text becomes a tree."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto
from typing import NamedTuple


class CalculatorError(Exception):
    """A statement that cannot be understood or computed."""


# Tokens


class Kind(Enum):
    """What a token is."""

    NUMBER = auto()
    NAME = auto()
    SIGN = auto()
    END = auto()


class Token(NamedTuple):
    """A piece of a statement, and its column."""

    kind: Kind
    text: str
    column: int


_PATTERN = re.compile(
    r"\s*(?:(?P<NUMBER>\d+(?:\.\d*)?(?:[eE][+-]?\d+)?|\.\d+)"
    r"|(?P<NAME>[A-Za-z_]\w*)|(?P<SIGN>[-+*/^(),=!]))"
)


def tokens(text: str) -> Iterator[Token]:
    """Yield the tokens of a statement, and an END."""
    text = text.rstrip()
    position = 0
    while position < len(text):
        found = _PATTERN.match(text, position)
        if found is None:
            rest = text[position:].lstrip()
            raise CalculatorError(
                f"{rest[0]!r} in column {len(text) - len(rest) + 1} means nothing"
            )
        kind = Kind[found.lastgroup or "END"]
        yield Token(kind, found[kind.name], found.start(kind.name) + 1)
        position = found.end()
    yield Token(Kind.END, "the end", len(text) + 1)


# The tree


class Node:
    """An expression.  Nodes are immutable and compare by value."""

    def __add__(self, other: "Node") -> "Node":
        return Binary("+", self, other)

    def __sub__(self, other: "Node") -> "Node":
        return Binary("-", self, other)

    def __mul__(self, other: "Node") -> "Node":
        return Binary("*", self, other)

    def __truediv__(self, other: "Node") -> "Node":
        return Binary("/", self, other)

    def __pow__(self, other: "Node") -> "Node":
        return Binary("^", self, other)

    def __neg__(self) -> "Node":
        return Negated(self)


@dataclass(frozen=True)
class Number(Node):
    """A constant."""

    value: float


ZERO, ONE, TWO = Number(0), Number(1), Number(2)


@dataclass(frozen=True)
class Name(Node):
    """A variable."""

    text: str


@dataclass(frozen=True)
class Binary(Node):
    """Two expressions with an operator between."""

    sign: str
    left: Node
    right: Node


@dataclass(frozen=True)
class Call(Node):
    """A function with its arguments."""

    function: str
    arguments: tuple[Node, ...]


@dataclass(frozen=True)
class Negated(Node):
    """The opposite of an expression."""

    operand: Node


def children(node: Node) -> tuple[Node, ...]:
    """Return the parts of a node."""
    match node:
        case Negated(operand):
            return (operand,)
        case Binary(_, left, right):
            return (left, right)
        case Call(_, arguments):
            return arguments
    return ()


def names_in(node: Node) -> Iterator[str]:
    """Yield the variables of an expression, from left to right."""
    if isinstance(node, Name):
        yield node.text
    for part in children(node):
        yield from names_in(part)


# The parser: precedence climbing

PRECEDENCE = {"+": 1, "-": 1, "*": 2, "/": 2, "^": 4}
UNARY = 3
POSTFIX = 5


class Parser:
    """Builds the tree of one statement."""

    def __init__(self, text: str) -> None:
        self._tokens = tokens(text)
        self._next = next(self._tokens)

    def _take(self) -> Token:
        taken = self._next
        if taken.kind is not Kind.END:
            self._next = next(self._tokens)
        return taken

    def accept(self, text: str) -> bool:
        """Take the next token if it is this one."""
        if self._next.text == text and self._next.kind is not Kind.END:
            self._take()
            return True
        return False

    def expect(self, text: str) -> None:
        """Take this token."""
        if not self.accept(text):
            raise CalculatorError(
                f"expected {text!r} in column {self._next.column},"
                f" found {self._next.text}"
            )

    def finish(self, node: Node) -> Node:
        """Return the node, if nothing follows."""
        if self._next.kind is not Kind.END:
            raise CalculatorError(
                f"{self._next.text!r} in column {self._next.column} is too much"
            )
        return node

    def expression(self, lowest: int = 1) -> Node:
        """Parse an expression whose operators bind at least so tightly."""
        left = self._operand()
        while True:
            sign = self._next.text
            precedence = PRECEDENCE.get(sign, 0)
            if precedence < lowest:
                return left
            self._take()
            right = self.expression(precedence + (sign != "^"))
            left = Binary(sign, left, right)

    def _operand(self) -> Node:
        if self.accept("-"):
            return Negated(self.expression(UNARY))
        node = self._primary()
        while self.accept("!"):
            node = Call("factorial", (node,))
        return node

    def _primary(self) -> Node:
        token = self._take()
        if token.kind is Kind.NUMBER:
            return Number(float(token.text))
        if token.kind is Kind.NAME:
            if self.accept("("):
                return Call(token.text, tuple(self._arguments()))
            return Name(token.text)
        if token.text == "(":
            inner = self.expression()
            self.expect(")")
            return inner
        raise CalculatorError(
            f"expected a value in column {token.column}, found {token.text}"
        )

    def _arguments(self) -> Iterator[Node]:
        if self.accept(")"):
            return
        while True:
            yield self.expression()
            if self.accept(")"):
                return
            self.expect(",")


def parse(text: str) -> Node:
    """Return the tree of an expression."""
    parser = Parser(text)
    return parser.finish(parser.expression())
