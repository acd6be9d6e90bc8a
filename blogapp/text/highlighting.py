"""Code as a figure: file name and language above, one element per line, coloured tokens."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from html import escape

from pygments.lexer import Lexer
from pygments.lexers import get_lexer_by_name
from pygments.token import Token
from pygments.util import ClassNotFound

# Lexers are regular expressions by many hands: what they may be given is bounded.
LONGEST_CODE = 60_000
LONGEST_LINE = 2_000

_LANGUAGE = re.compile(r"[.{\s]*(?:lang(?:uage)?-)?([^\s{}\[\]=:,;\"'|]*)")
_TITLE = re.compile(
    r"\b(?:title|file|filename|name|caption)\s*[=:]\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s}]+))"
)
_FILE = re.compile(
    r"(?:\s+|:)((?:[\w@.\-]+/)*[\w@\-]*\.\w[\w.\-]*|(?:[\w@.\-]+/)+[\w@.\-]+)\s*(?:$|[{\s])"
)
_LINES = re.compile(
    r"\b(?:hl_lines|hl|highlight|mark)\s*=\s*[\[{\"']*([\d\s,\"'\-]+)|\{([\d\s,\-]+)\}"
)
_RANGE = re.compile(r"(\d{1,6})(?:\s*-\s*(\d{1,6}))?")

_PLAIN = {"", "none", "plain", "plaintext", "text", "txt", "raw", "output"}
_NAMES = {"console": "Console", "ts": "TypeScript", "toml": "TOML", "ini": "INI"}
# A token wears the class of its nearest relative here; names and punctuation stay plain.
_CLASSES = {
    Token.Comment: "c",
    Token.Comment.Preproc: "cp",
    Token.Generic.Deleted: "gd",
    Token.Generic.Heading: "gh",
    Token.Generic.Inserted: "gi",
    Token.Generic.Output: "go",
    Token.Generic.Prompt: "gp",
    Token.Generic.Subheading: "gu",
    Token.Keyword: "k",
    Token.Keyword.Type: "kt",
    Token.Literal.Number: "m",
    Token.Literal.String: "s",
    Token.Literal.String.Escape: "se",
    Token.Name.Attribute: "na",
    Token.Name.Class: "nc",
    Token.Name.Decorator: "nd",
    Token.Name.Function: "nf",
    Token.Name.Tag: "nt",
    Token.Operator.Word: "ow",
}


@dataclass(frozen=True)
class Info:
    """What the words after the opening fence say."""

    language: str = ""
    title: str = ""
    highlighted: tuple[tuple[int, int], ...] = ()


def highlight(code: str, info: str = "") -> str:
    """Return code as a figure that reads, copies and prints well without style or script.

    >>> highlight("x = 1", 'python title="a.py" {1}').partition("<pre")[0]
    '<copy-code><figure class="code-block"><figcaption><b>a.py</b><span>Python</span></figcaption>'
    """
    said = read_info(info)
    lexer = _find_lexer(said.language)
    title = f"<b>{escape(said.title)}</b>" if said.title else ""
    caption = f"{title}<span>{escape(_language_name(said.language, lexer))}</span>"
    lines = "".join(
        f'<span class="{_line_class(number, line, said)}">{line}\n</span>'
        for number, line in enumerate(_lines(code.strip("\n"), lexer), start=1)
    )
    return (
        f'<copy-code><figure class="code-block"><figcaption>{caption}</figcaption>'
        f'<pre tabindex="0"><code>{lines}</code></pre></figure></copy-code>'
    )


def read_info(info: str) -> Info:
    """Read the language, file name and highlighted lines in any of the usual spellings.

    >>> read_info("js{2,5-7}").highlighted, read_info("yaml=").language
    (((2, 2), (5, 7)), 'yaml')
    >>> read_info("python app/main.py")
    Info(language='python', title='app/main.py', highlighted=())
    """
    info = info.strip()[:500]
    language = _LANGUAGE.match(info)
    title = _TITLE.search(info)
    file = None if title else _FILE.search(info)
    named = next(filter(None, title.groups()), "") if title else file[1] if file else ""
    ranges = [
        (int(first), int(last or first))
        for lines in _LINES.finditer(info)
        for first, last in _RANGE.findall(lines[1] or lines[2])
    ]
    return Info(language[1].lower() if language else "", named.strip(), tuple(ranges))


@lru_cache(maxsize=128)
def _find_lexer(language: str) -> Lexer | None:
    if language in _PLAIN:
        return None
    for name in (language, language.rstrip("+=-")):
        try:
            return get_lexer_by_name(name, stripnl=False, ensurenl=False)
        except ClassNotFound:
            continue
    return None


def _language_name(language: str, lexer: Lexer | None) -> str:
    if language in _PLAIN:
        return "Text"
    if language in _NAMES:
        return _NAMES[language]
    return str(lexer.name) if lexer else language[:30]


def _line_class(number: int, line: str, info: Info) -> str:
    classes = "line"
    if info.language in ("diff", "patch", "udiff"):
        bare = re.sub(r"^<span class=\"\w+\">", "", line)
        if bare.startswith("+") and not bare.startswith("+++"):
            classes += " line--added"
        if bare.startswith("-") and not bare.startswith("---"):
            classes += " line--removed"
    if any(first <= number <= last for first, last in info.highlighted):
        classes += " line--highlighted"
    return classes


def _lines(code: str, lexer: Lexer | None) -> list[str]:
    lines = code.split("\n")
    short = len(code) <= LONGEST_CODE and max(map(len, lines)) <= LONGEST_LINE
    runs = list(_runs(code, lexer)) if lexer and short else []
    # A lexer that loses a character is worth less than the character.
    if "".join(text for _, text in runs) != code + "\n":
        return [escape(line, quote=False) for line in lines]
    written: list[list[str]] = [[]]
    for css_class, text in runs:
        first, *others = text.split("\n")
        written[-1].append(_token(css_class, first))
        written.extend([_token(css_class, other)] for other in others)
    return ["".join(line) for line in written[:-1]]


def _runs(code: str, lexer: Lexer) -> Iterator[tuple[str, str]]:
    """Return runs of text that wear the same class: fewer elements for the same picture."""
    run_class, run = "", ""
    for kind, text in lexer.get_tokens(code + "\n"):
        css_class = "" if text.isspace() else _css_class(kind)
        if css_class == run_class or (text.isspace() and "\n" not in text):
            run += text
            continue
        yield run_class, run
        run_class, run = css_class, text
    yield run_class, run


@lru_cache(maxsize=1024)
def _css_class(kind: object) -> str:
    while kind is not None:
        if kind in _CLASSES:
            return _CLASSES[kind]
        kind = getattr(kind, "parent", None)
    return ""


def _token(css_class: str, text: str) -> str:
    escaped = escape(text, quote=False)
    return f'<span class="{css_class}">{escaped}</span>' if css_class and text else escaped
