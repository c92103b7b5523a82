"""Source text becomes code, under its own name, as it stands.

Nothing is added to or taken from the text, but for what Python's own reading of a file
does (line ends, a byte-order mark) and the indentation that all of it shares.

The value of a last expression costs next to nothing: the text before the last line
that starts a statement compiles as `exec`, that line and what follows as `eval`.
Both compile only if the cut falls between two statements; where it does not, the
syntax tree decides.
"""

from sys import getrefcount

from pythonarium_kernel.texts import Text, register

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType
    from typing import Optional

    from pythonarium_kernel.report import Report

GENERATION = 256
"""Scripts in one generation of the code cache; it keeps two."""
GENERATION_CHARACTERS = 4_000_000

_STATEMENTS = frozenset(
    [
        "assert",
        "break",
        "class",
        "continue",
        "def",
        "del",
        "elif",
        "except",
        "finally",
        "from",
        "global",
        "import",
        "nonlocal",
        "pass",
        "raise",
        "return",
        "try",
        "while",
        "with",
    ]  # as words
)
"""The words that start a statement and stand nowhere in an expression."""
_young: "dict[tuple[Optional[str], str, str], Script]" = {}
_old: "dict[tuple[Optional[str], str, str], Script]" = {}
_size = 0
_count = 0


class SourceError(Exception):
    """The source cannot be compiled.  `report` says why and where."""

    def __init__(self, report: "Report") -> None:
        super().__init__(report["message"])
        report["kind"] = "syntax"
        self.report = report


class Script:
    """Compiled source: `head` is run, then `tail`, if there is one, is evaluated."""

    __slots__ = ("filename", "head", "registered", "tail", "text")

    filename: str
    text: str
    head: "Optional[CodeType]"
    tail: "Optional[CodeType]"

    def __init__(
        self,
        filename: str,
        text: str,
        head: "Optional[CodeType]",
        tail: "Optional[CodeType]",
    ) -> None:
        self.filename, self.text = filename, text
        self.head, self.tail = head, tail
        self.registered: Optional[Text] = None


def compiled(
    source: str, filename: "Optional[str]" = None, mode: str = "exec"
) -> Script:
    """Return the script for a source text, from the cache where it was seen before.

    Args:
        source: Python source.
        filename: the name in tracebacks; `<script-N>` where there is none.
        mode: exec for statements, eval for one expression.

    Raises:
        SourceError: it is no Python source.
    """
    key = (filename, mode, source)
    script = _young.get(key)
    if script is not None:
        return script
    script = _old.get(key)
    if script is None:
        script = _compile(source, filename, mode)
    _remember(key, script)
    return script


def _remember(key: "tuple[Optional[str], str, str]", script: Script) -> None:
    # Unlocked: a race between threads costs a compilation, never a wrong result.
    global _old, _young, _size
    _size += len(script.text)
    if len(_young) >= GENERATION or _size > GENERATION_CHARACTERS:
        leaving = _old
        _old, _young, _size = _young, {}, len(script.text)
        _retire(leaving)
    _young[key] = script


def forget_all() -> None:
    """Empty the cache."""
    global _old, _young, _size
    leaving = {**_old, **_young}
    _old, _young, _size = {}, {}, 0
    _retire(leaving)


def _retire(leaving: "dict[tuple[Optional[str], str, str], Script]") -> None:
    """Let the texts of scripts go; nobody but this dict holds those not in use.

    Most are not in use: then no weak reference is needed to know it.  How many
    references to such a script one sees differs between versions of Python.
    """
    script = Script("", "", _code("", "", "exec"), None)
    alone, code_alone = getrefcount(script), _references(script)[0][1]
    while leaving:
        key, script = leaving.popitem()
        if key not in _old and script.registered is not None:
            is_in_use = getrefcount(script) > alone
            script.registered.follow(
                [
                    code
                    for code, count in _references(script)
                    if is_in_use or count > code_alone
                ]
            )


def _references(script: Script) -> "list[tuple[CodeType, int]]":
    """Return each piece of code in a script, with how many references it has."""
    found = []
    codes = [code for code in (script.head, script.tail) if code is not None]
    while codes:
        code = codes.pop()
        found.append((code, getrefcount(code)))
        codes += [part for part in code.co_consts if type(part) is type(code)]
    return found


def _compile(source: str, filename: "Optional[str]", mode: str) -> Script:
    global _count
    if filename is None:
        _count += 1
        filename = f"<script-{_count}>"
    text = _dedented(_plain(source))
    try:
        _check_characters(text, filename)
        if mode == "eval":
            code = _code(text.rstrip(), filename, "eval")
            script = Script(filename, text, None, code)
        else:
            script = Script(filename, text, *_split(text, filename))
    except (
        SyntaxError,
        MemoryError,
        RecursionError,
        UnicodeError,
        ValueError,
    ) as error:
        from pythonarium_kernel import report

        syntax_error = _as_syntax_error(error, text, filename)
        data = report.from_exception(
            syntax_error.with_traceback(None), text.split("\n")
        )
        raise SourceError(data) from None
    register(script)
    return script


def decoded(data: bytes, filename: str) -> str:
    """Return the text of a source file, by its byte-order mark or encoding cookie.

    Raises:
        SourceError: the encoding is unknown, or the bytes are not in it.
    """
    from importlib.util import decode_source

    try:
        return decode_source(data)
    except (SyntaxError, UnicodeError, LookupError) as error:
        from pythonarium_kernel import report

        raise SourceError(
            report.from_exception(_encoding_error(data, filename, error))
        ) from None


def _encoding_error(data: bytes, filename: str, error: Exception) -> SyntaxError:
    """Return the SyntaxError for a file that is not in the encoding that it says."""
    lines = data.split(b"\n")
    message = error.msg if isinstance(error, SyntaxError) else str(error)
    cookies = [n for n, line in enumerate(lines[:2]) if b"coding" in line]
    if isinstance(error, UnicodeDecodeError):
        number = data.count(b"\n", 0, error.start)
    elif cookies:
        number = cookies[0]
    else:
        number, message = _first_foreign_byte(data, message)
    text = lines[number][:200].decode("utf-8", "backslashreplace")
    text = "".join(c if c.isprintable() else "\ufffd" for c in text)
    return SyntaxError(message, (filename, number + 1, 1, text))


def _first_foreign_byte(data: bytes, message: str) -> "tuple[int, str]":
    """Return where a file without a cookie is no UTF-8, and what Python says then."""
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        number = data.count(b"\n", 0, error.start)
        message = (
            f"Non-UTF-8 code starting with '\\x{data[error.start]:02x}' on line"
            f" {number + 1}, but no encoding declared; see PEP 263"
        )
        return number, message
    return 0, message


def _plain(source: str) -> str:
    source = source.removeprefix("\ufeff")
    if "\r" in source:
        source = source.replace("\r\n", "\n").replace("\r", "\n")
    return source


def _dedented(text: str) -> str:
    """Take the first statement's indentation off every line that has it."""
    if text[:1] not in (" ", "\t", "\n"):
        return text
    lines = text.split("\n")
    for line in lines:
        bare = line.lstrip(" \t\f")
        if bare and not bare.startswith("#"):
            indent = line[: len(line) - len(bare)]
            break
    else:
        return text
    if not indent:
        return text
    return "\n".join(line.removeprefix(indent) for line in lines)


def _check_characters(text: str, filename: str) -> None:
    """Raise a SyntaxError for what `compile` refuses without saying where."""
    at, reason = text.find("\0"), "source code cannot contain null bytes"
    if at < 0 and not text.isascii():
        try:
            text.encode("utf-8")
        except UnicodeEncodeError as error:
            at = error.start
            reason = f"source code cannot contain the lone surrogate {text[at]!a}"
    if at >= 0:
        start = text.rfind("\n", 0, at) + 1
        line = text[start:].split("\n", 1)[0]
        shown = line.replace("\0", "\ufffd")
        shown = shown.encode("utf-8", "replace").decode("utf-8")
        number = text.count("\n", 0, at) + 1
        raise SyntaxError(reason, (filename, number, at - start + 1, shown))


def _as_syntax_error(error: Exception, text: str, filename: str) -> SyntaxError:
    """Turn what the parser raises on monstrous input into a SyntaxError."""
    if isinstance(error, SyntaxError):
        return error
    lines = text.split("\n")
    longest = max(range(len(lines)), key=lambda i: len(lines[i]))
    reason = "too deeply nested for Python's parser"
    if not isinstance(error, (MemoryError, RecursionError)):
        reason = str(error)
    return SyntaxError(reason, (filename, longest + 1, 1, lines[longest][:200]))


def _code(text: str, filename: str, mode: str, flags: int = 0) -> "CodeType":
    code: CodeType = compile(text, filename, mode, flags, dont_inherit=True)
    return code


def _split(text: str, filename: str) -> "tuple[Optional[CodeType], Optional[CodeType]]":
    """Compile a text in two parts, if its last statement is an expression."""
    start = _last_margin_line(text)
    if start == UNCLEAR:
        return _split_tree(text, filename)
    tail = "" if start is None else text[start:]
    if start is None or _starts_statement(tail):
        return _code(text, filename, "exec"), None
    try:
        if _is_assignment(tail):
            code = _code(text, filename, "exec")
            if _ends_with_store(code):
                return code, None
        elif _is_conditional(tail):
            _code(tail, filename, "exec")  # it stands alone: the cut is right
            if ";" not in tail:
                return _code(text, filename, "exec"), None
        else:
            return _cut(text, start, filename)
    except (SyntaxError, ValueError):
        pass  # the cut was not between statements, or the source is broken
    return _split_tree(text, filename)


def _cut(text: str, start: int, filename: str) -> "tuple[CodeType, CodeType]":
    """Compile what stands before an expression, and the expression."""
    head = _code(text[:start], filename, "exec")
    padding = "\n" * text.count("\n", 0, start)
    flags = head.co_flags & _future_flags()
    return head, _code(padding + text[start:], filename, "eval", flags)


UNCLEAR = -1
_plain_end = b""  # the last operations of code that ends with `x = ...`, once known


def _ends_with_store(code: "CodeType") -> bool:
    """Tell whether the last thing that code does is to store a value."""
    global _plain_end
    last = code.co_code[-16::2]
    if _plain_end and last.endswith(_plain_end):
        return True
    import opcode

    if not _plain_end:
        plain = _code("x = 1", "", "exec").co_code[::2]
        _plain_end = plain[plain.index(opcode.opmap["STORE_NAME"]) :]
    names = [opcode.opname[op] for op in last]
    while names and names[-1] in (
        "CACHE",
        "LOAD_CONST",
        "RETURN_VALUE",
        "RETURN_CONST",
    ):
        names.pop()
    return bool(names) and names[-1].startswith("STORE_")


def _last_margin_line(text: str) -> "Optional[int]":
    """Return the start of the last line that is not indented and closes nothing."""
    if "\f" in text:
        return UNCLEAR
    end = len(text)
    while end > 0:
        start = text.rfind("\n", 0, end) + 1
        first = text[start : start + 1]
        if first not in " \t\v\n#)]}":  # "" is in it
            is_continued = text[start - 2 : start] == "\\\n"
            is_text = first in "'\""  # the end of a long string, or a docstring
            return UNCLEAR if is_continued or is_text else start
        end = start - 1
    return None


def _starts_statement(tail: str) -> bool:
    """Tell whether a text starts and ends with a statement that is no expression."""
    is_word = tail.startswith("else:") or _first_word(tail) in _STATEMENTS
    return is_word and _has_no_more(tail)


def _is_conditional(tail: str) -> bool:
    return _first_word(tail) in ("if", "for", "async", "else")


def _first_word(tail: str) -> str:
    return tail.split(None, 1)[0].rstrip(":")


def _has_no_more(tail: str) -> bool:
    """Tell whether nothing in it may end a string from above, or be an expression."""
    return ";" not in tail and "'''" not in tail and '"""' not in tail


def _is_assignment(tail: str) -> bool:
    """Tell whether the first line is an assignment, if it is a statement at all."""
    left, equals, right = tail.partition("\n")[0].partition("=")
    if not equals or right[:1] == "=":
        return False
    if not left.rstrip().isidentifier() and (
        left[-1:] in "!<>=:"
        or any(mark in left for mark in ("(", "'", '"', "#", "lambda"))
    ):
        return False
    return _has_no_more(tail)


def _split_tree(
    text: str, filename: str
) -> "tuple[Optional[CodeType], Optional[CodeType]]":
    import ast

    code = _code(text, filename, "exec")
    tree = ast.parse(text, filename)
    if not tree.body or not isinstance(tree.body[-1], ast.Expr):
        return code, None
    last = tree.body[-1].value
    tail: CodeType = compile(
        ast.Expression(last),
        filename,
        "eval",
        code.co_flags & _future_flags(),
        dont_inherit=True,
    )
    if len(tree.body) == 1 and isinstance(last, ast.Constant):
        return code, tail  # it may be the docstring
    tree.body.pop()
    head: CodeType = compile(tree, filename, "exec", dont_inherit=True)
    return head, tail


def _future_flags() -> int:
    import __future__

    flags = 0
    for name in __future__.all_feature_names:
        flags |= getattr(__future__, name).compiler_flag
    return flags
