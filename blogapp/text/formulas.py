"""Where a text holds formulas: TeX between dollars, in ``\\(…\\)``, ``\\[…\\]`` and environments.

Dollars are also money and shell variables, and a backslash before a bracket is also an escape:
what could be either is taken for text.
"""

import re
import xml.etree.ElementTree as etree
from collections.abc import Sequence
from html import escape

from markdown import Markdown
from markdown.extensions import Extension
from markdown.inlinepatterns import InlineProcessor
from markdown.util import AtomicString

# Classes of the elements that stand for formulas until they are set.
INLINE = "math"
DISPLAY = "math math--display"

LONGEST_BLOCK = 100

_IN_TICKS = r"(?<![\\\w$])\$`(?P<ticked>[^`\n]{1,2000})`\$(?![\w$])"
_DOUBLE = r"(?<![\\$])\$\$(?P<double>(?:\\.|[^\\$]){1,5000}?)\$\$(?!\$)"
_SINGLE = (
    r"(?<![\\\w$])\$(?P<single>(?=[^\s$])(?:\\.|[^\\$\n]|\n(?!\s*\n)){1,2000}?(?<!\s))\$"
    r"(?=(?:th|st|nd|rd|s)?(?![\w$]))"
)
_ROUND = (
    r"(?<![\\\w])(?P<slashes>\\\\?)\("
    r"(?P<round>(?:\\[^()\n]|[^\\\n]|\n(?!\s*\n)){1,2000}?)(?P=slashes)\)"
)
_PATTERN = f"{_IN_TICKS}|{_DOUBLE}|{_SINGLE}|{_ROUND}"

_ENVIRONMENT = re.compile(r"\\begin\{((?:align|alignat|equation|gather)\*?)\}")
_FENCED = (("$$", "$$"), (r"\\[", r"\\]"), (r"\[", r"\]"))

_SIGN = re.compile(r"[\\^_={}<>+]")
_LONG_WORD = re.compile(r"[^\W\d_]{3,}")
_SENTENCE = re.compile(r"[^\W\d_]{3,}[ \n]+[^\W\d_]{2,}")
_MONEY = re.compile(r"\d[\d.,]*(?:/[^\W\d_]{2,}|\S*\s(?:.*\s)?[^\W\d_]{2,})", re.DOTALL)
_VARIABLE = re.compile(r"\{[^{}]*\}[^\\{}^]*|[A-Z_]{2,}\W*|[^\\^_={}]*[/:.,;-]")


class Formulas(Extension):
    """Lets Python-Markdown know formulas within a paragraph."""

    def extendMarkdown(self, md: Markdown) -> None:
        # Before code, because of $`…`$, and before escapes.
        md.inlinePatterns.register(_Inline(_PATTERN, md), "formula", 195)


def find_block(lines: Sequence[str], at: int, *, column: int = 0) -> tuple[str, int] | None:
    """Return the TeX of a formula that has its lines for itself, and the line after it.

    Lines to the left of ``column`` belong to something else.

    >>> find_block(["$$", "x", "$$", ""], 0), find_block([r"\\\\[x^2\\\\]"], 0)
    (('x', 3), ('x^2', 1))
    """
    text = lines[at].strip()
    if environment := _ENVIRONMENT.match(text):
        closing = f"\\end{{{environment[1]}}}"
        found = _up_to(lines, at, "", closing, column)
        return found and (found[0] + closing, found[1])
    for opening, closing in _FENCED:
        if text.startswith(opening):
            found = _up_to(lines, at, opening, closing, column)
            is_formula = found and (opening == "$$" or _SIGN.search(found[0]))
            return found if is_formula and found and not _is_prose(found[0]) else None
    return None


def block(tex: str) -> str:
    """Return HTML that stands for a formula on lines of its own, until it is set."""
    return f'<p><code class="{DISPLAY}">{escape(tex, quote=False)}</code></p>'


def _up_to(
    lines: Sequence[str], at: int, opening: str, closing: str, column: int
) -> tuple[str, int] | None:
    taken: list[str] = []
    begins = opening or closing.replace("end", "begin", 1)
    for number in range(at, min(len(lines), at + LONGEST_BLOCK)):
        line = lines[number].rstrip()
        text = line.strip()
        if number == at:
            text = text[len(opening) :]
        elif text and len(line) - len(line.lstrip()) < column:
            return None
        elif text[:1] == "\\" and text.startswith(begins):
            # None of them holds another: whoever writes many openings is not read far for each.
            return None
        if not text and taken and taken != [""] and opening != "$$":
            return None
        if closing in text:
            before, _, after = text.partition(closing)
            taken.append(before)
            tex = "\n".join(line for line in taken if line.strip())
            return (tex, number + 1) if tex and not after.strip() else None
        taken.append(text)
    return None


class _Inline(InlineProcessor):
    def handleMatch(  # type: ignore[override]
        self, m: re.Match[str], data: str
    ) -> tuple[etree.Element | None, int | None, int | None]:
        kind = m.lastgroup or ""
        tex = m[kind]
        before = data[: m.start()]
        is_escaped = (len(before) - len(before.rstrip("\\"))) % 2 == 1
        # $(a)$(b) and ${a}${b} are a shell's, or a template's.
        is_shell = tex[0] in "({" and data.startswith(tex[0], m.end())
        if is_escaped or is_shell or not tex.strip():
            return None, None, None
        if not _is_meant(kind, tex):
            return None, None, None
        element = etree.Element("code", {"class": DISPLAY if kind == "double" else INLINE})
        element.text = AtomicString(escape(tex.strip(), quote=False))
        return element, m.start(), m.end()


def _is_meant(kind: str, tex: str) -> bool:
    """Tell whether TeX is meant by what could also be text."""
    if kind == "ticked":
        return True
    if kind == "round":
        # Escaped brackets hold words, and numbers of notes.
        has_letters = any(character.isalpha() for character in tex)
        plain = has_letters and not _LONG_WORD.search(tex)
        return bool(_SIGN.search(tex) or plain) and not _is_prose(tex)
    if kind == "double":
        return not _is_prose(tex) and bool(_SIGN.search(tex) or tex == tex.strip())
    return not _is_prose(tex) and not _VARIABLE.fullmatch(tex)


def _is_prose(tex: str) -> bool:
    r"""Tell words and sums of money from formulas.

    >>> [_is_prose(tex) for tex in ("5 and 10", "PATH and the rest", r"x \text{ if so}", "2 x + 3")]
    [True, True, False, False]
    """
    if "\\" in tex:
        return False
    return bool(_MONEY.match(tex) or (_SENTENCE.search(tex) and not re.search(r"[\^_={}]", tex)))
