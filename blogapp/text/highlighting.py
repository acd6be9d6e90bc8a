"""Code in, lines of HTML out: coloured tokens, changes and prompts told apart."""

import logging
import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from html import escape

from pygments.lexer import Lexer
from pygments.token import Token

from blogapp.text import sessions
from blogapp.text.info_strings import Info, Ranges
from blogapp.text.languages import find_lexer, find_lexer_for_file

# Lexers are regular expressions by many hands: what they may be given is bounded.
LONGEST_CODE = 40_000
LONGEST_LINE = 2_000
# Of CPU time. Real blocks take thousandths; some lexers take the square of what is made for them.
SECONDS_PER_BLOCK = 0.5

# A token wears the class of its nearest relative here; names and punctuation stay plain.
CLASSES = {
    Token.Comment: "c",
    Token.Comment.Preproc: "cp",
    Token.Generic.Deleted: "gd",
    Token.Generic.Emph: "ge",
    Token.Generic.Error: "gd",
    Token.Generic.Heading: "gh",
    Token.Generic.Inserted: "gi",
    Token.Generic.Output: "go",
    Token.Generic.Prompt: "gp",
    Token.Generic.Strong: "gh",
    Token.Generic.Subheading: "gu",
    Token.Generic.Traceback: "gd",
    Token.Keyword: "k",
    Token.Keyword.Type: "kt",
    Token.Literal.Date: "m",
    Token.Literal.Number: "m",
    Token.Literal.String: "s",
    Token.Literal.String.Escape: "se",
    Token.Literal.String.Interpol: "se",
    Token.Literal.String.Regex: "se",
    Token.Name.Attribute: "na",
    Token.Name.Class: "nc",
    Token.Name.Decorator: "nd",
    Token.Name.Entity: "se",
    Token.Name.Exception: "nc",
    Token.Name.Function: "nf",
    Token.Name.Tag: "nt",
    Token.Name.Variable: "nv",
    Token.Operator.Word: "ow",
}
_NOTATION = re.compile(
    r"[ \t]*(?://|#|--|;+|%|/\*|<!--)[ \t]*\[!code[ \t]+"
    r"(\+\+|--|hl|highlight|focus)(?::(\d{1,3}))?\][ \t]*(?:\*/|-->)?[ \t]*$"
)
_PROMPT, _OUTPUT = '<span class="gp">', '<span class="go">'
_SIGNS = {"+": "added", "-": "removed"}
_MARKS = {"++": "added", "--": "removed"}


@dataclass(frozen=True)
class Line:
    """A line of code as HTML, without its end.

    ``change`` is "added" or "removed"; ``has_sign`` tells that its text begins with the sign.
    """

    html: str
    change: str = ""
    has_sign: bool = False
    is_highlighted: bool = False
    is_output: bool = False


def highlight(code: str, info: Info) -> list[Line]:
    """Return the lines of a block, coloured as far as its language is known and it is short.

    >>> [line.html for line in highlight("x = 1", Info("python"))]
    ['x = <span class="m">1</span>']
    """
    code, marks = _take_notations(code)
    lines = _lines(code, info)
    for change in ("added", "removed"):
        numbers = _numbers(getattr(info, change), len(lines)) | marks.get(change, set())
        for number in numbers:
            lines[number - 1] = replace(lines[number - 1], change=change)
    for number in _numbers(info.highlighted, len(lines)) | marks.get("highlighted", set()):
        lines[number - 1] = replace(lines[number - 1], is_highlighted=True)
    return lines


@lru_cache(maxsize=1024)
def css_class(kind: object) -> str:
    """Return the class that a token of a kind wears, or an empty string.

    >>> css_class(Token.Literal.Number.Hex), css_class(Token.Name)
    ('m', '')
    """
    while kind is not None:
        if kind in CLASSES:
            return CLASSES[kind]
        kind = getattr(kind, "parent", None)
    return ""


def _take_notations(code: str) -> tuple[str, dict[str, set[int]]]:
    """Return code without comments such as ``// [!code ++]``, and the lines that they mark."""
    marks: dict[str, set[int]] = {}
    if "[!code" not in code:
        return code, marks
    lines = code.split("\n")
    for number, line in enumerate(lines, start=1):
        if len(line) <= LONGEST_LINE and (found := _NOTATION.search(line)):
            lines[number - 1] = line[: found.start()]
            last = min(len(lines), number + int(found[2] or 1) - 1)
            marks.setdefault(_MARKS.get(found[1], "highlighted"), set()).update(
                range(number, last + 1)
            )
    return "\n".join(lines), marks


def _numbers(ranges: Ranges, last: int) -> set[int]:
    found: set[int] = set()
    for first, end in ranges:
        found.update(range(max(1, first), min(end, last) + 1))
    return found


def _lines(code: str, info: Info) -> list[Line]:
    lexer = find_lexer(info.language)
    if lexer is None and not info.language and info.title:
        lexer = find_lexer_for_file(info.title)
    if info.is_difference:
        return _changed_lines(code, lexer)
    if lexer and lexer.aliases[0] == "diff":
        return _diff_lines(code, lexer)
    alias = lexer.aliases[0] if lexer and lexer.aliases else ""
    if (
        (lexer or not info.language)
        and _is_short(code)
        and (session := sessions.read_session(code, alias))
    ):
        return list(_session_lines(*session))
    # Without a prompt nobody knows what was typed.
    written = _coloured(code, None if alias == "console" else lexer)
    has_prompts = any(_PROMPT in html for html in written)
    return [
        Line(html, is_output=has_prompts and html.startswith(_OUTPUT) and _PROMPT not in html)
        for html in written
    ]


def _changed_lines(code: str, lexer: Lexer | None) -> list[Line]:
    """A difference in a language: the signs say what changed, the rest is code."""
    lines = code.split("\n")
    bare = "\n".join(line[1:] if line[:1] in ("+", "-", " ") else line for line in lines)
    return [
        Line(html, change=_SIGNS.get(line[:1], ""))
        for line, html in zip(lines, _coloured(bare, lexer), strict=True)
    ]


def _diff_lines(code: str, lexer: Lexer) -> list[Line]:
    lines = code.split("\n")
    shown = []
    for place, html in enumerate(_coloured(code, lexer)):
        is_name = _names_a_file(lines, place)
        change = "" if is_name else _SIGNS.get(lines[place][:1], "")
        html = _token("gh", lines[place]) if is_name else html
        shown.append(Line(html, change=change, has_sign=bool(change)))
    return shown


def _names_a_file(lines: Sequence[str], place: int) -> bool:
    """Tell whether a line is one of "--- a" and "+++ b", which a unified diff begins with."""
    sign = lines[place][:4]
    above, below = "".join(lines[max(0, place - 1) : place]), "".join(lines[place + 1 : place + 2])
    return (sign == "--- " and below[:4] == "+++ ") or (sign == "+++ " and above[:4] == "--- ")


def _session_lines(lines: Sequence[sessions.Line], language: str) -> Iterator[Line]:
    lexer = find_lexer(language)
    typed = "\n".join(line.text for line in lines if not line.is_output)
    commands = iter(_coloured(typed, lexer))
    for line in lines:
        if line.is_output:
            yield Line(_token("go", line.text), is_output=True)
        else:
            yield Line(_token("gp", line.prompt) + next(commands))


def _is_short(code: str) -> bool:
    return len(code) <= LONGEST_CODE and max(map(len, code.split("\n"))) <= LONGEST_LINE


def _coloured(code: str, lexer: Lexer | None) -> list[str]:
    """Return the HTML of each line; a lexer that fails or loses a character has no say."""
    runs = _runs(code, lexer) if lexer and _is_short(code) else []
    if "".join(text for _, text in runs) != code + "\n":
        return [escape(line, quote=False) for line in code.split("\n")]
    written: list[list[str]] = [[]]
    for token_class, text in runs:
        first, *others = text.split("\n")
        written[-1].append(_token(token_class, first))
        written.extend([_token(token_class, other)] for other in others)
    return ["".join(line) for line in written[:-1]]


def _runs(code: str, lexer: Lexer) -> list[tuple[str, str]]:
    """Return runs of text that wear the same class: fewer elements for the same picture."""
    runs: list[tuple[str, str]] = []
    run_class, run = "", ""
    end = time.thread_time() + SECONDS_PER_BLOCK
    try:
        for kind, text in lexer.get_tokens(code + "\n"):
            if time.thread_time() > end:
                return []
            token_class = "" if text.isspace() else css_class(kind)
            if token_class == run_class or (text.isspace() and "\n" not in text):
                run += text
                continue
            runs.append((run_class, run))
            run_class, run = token_class, text
    except Exception:
        # Six hundred lexers by many hands: one that fails must not stand before the code.
        logging.getLogger(__name__).exception("%s could not be coloured", lexer.name)
        return []
    return [*runs, (run_class, run)]


def _token(token_class: str, text: str) -> str:
    escaped = escape(text, quote=False)
    return f'<span class="{token_class}">{escaped}</span>' if token_class and text else escaped
