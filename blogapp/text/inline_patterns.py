"""What links, references, entities and tags look like within a paragraph (CommonMark 0.31, 6)."""

import re
from html import unescape
from html.entities import html5

ESCAPABLE = frozenset("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~")

ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});")
AUTOLINK = re.compile(r"<([a-zA-Z][a-zA-Z0-9+.-]{1,31}:[^<>\x00-\x20]*)>")
EMAIL = re.compile(
    r"<([a-zA-Z0-9.!#$%&'*+/=?^_`{|}~-]+"
    r"@[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?"
    r"(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)*)>"
)
LABEL = re.compile(r"\[((?:[^\\\[\]]|\\.){0,999}+)\]", re.DOTALL)

_POINTED = re.compile(r"<((?:[^<>\n\\]|\\.)*+)>")
_TITLE = re.compile(r"\"((?:[^\"\\]|\\.)*+)\"|'((?:[^'\\]|\\.)*+)'|\(((?:[^()\\]|\\.)*+)\)", re.S)
_SPACE = re.compile(r"[ \t]*\n?[ \t]*")
_PLAIN = re.compile(r"[^\x00-\x20\x7f()\\]+|\\[!-/:-@\[-`{-~]|\\|[()]")
_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])|(&(?:#?\w{1,40});)")
_DEEPEST_PARENTHESES = 32
# Characters that are seen by what they keep apart.
_SPACING = "\t\n\xa0\xad\u2002\u2003\u2009\u200b\u200c\u200d\u200e\u200f\u202f\u2060"

_DEFINITION = re.compile(r"[ ]{0,3}\[((?:[^\\\[\]]|\\.){1,999}+)\]:[ \t]*\n?[ \t]*", re.DOTALL)
_REST_OF_LINE = re.compile(r"[ \t]*(?:\n|\Z)")

_ATTRIBUTE = r"\s++[a-zA-Z_:@][\w:.@-]*+(?:\s*+=\s*+(?:[^\s\"'=<>`]++|'[^']*+'|\"[^\"]*+\"))?"
_TAG = re.compile(rf"<[a-zA-Z][\w-]*+(?:{_ATTRIBUTE})*+\s*+/?>|</[a-zA-Z][\w-]*+\s*+>")
# What a page would take for the content of these, and remove with them (GFM, 6.11).
SWALLOWING = re.compile(
    r"<(canvas|frameset|iframe|math|noembed|noframes|noscript|object|plaintext|script|select|style"
    r"|svg|template|textarea|title|xmp)(?=[\s/>]|$)",
    re.IGNORECASE,
)
# How else markup may begin, and what ends it.
_ENDED = (("<!--", "-->"), ("<?", "?>"), ("<![CDATA[", "]]>"))
_DECLARATION = re.compile(r"<![a-zA-Z][^>]*+>")


def decode(text: str) -> str:
    """Resolve character references that are one; what is no character stays as written.

    >>> decode("&auml;"), decode("&nothing;"), decode("&#0;")
    ('ä', '&nothing;', '\ufffd')
    """
    return ENTITY.sub(_decode_one, text)


def unescaped(text: str) -> str:
    """Resolve backslashes and character references.

    >>> unescaped(r"a\\_b &amp; c")
    'a_b & c'
    """
    return _ESCAPE.sub(lambda found: found[1] or decode(found[2]), text)


def label_key(label: str) -> str:
    """Return that by which labels are compared (CommonMark 0.31, 4.7).

    >>> label_key("  A\\n b "), label_key("ẞ")
    ('a b', 'ss')
    """
    return " ".join(label.casefold().split())


def inline_destination(text: str, at: int) -> tuple[str, str, int] | None:
    """Read ``(address "title")``; return both and the place behind them.

    >>> inline_destination("[a](/b 'c') d", 3)
    ('/b', 'c', 11)
    """
    if not text.startswith("(", at):
        return None
    found = destination(text, _skip(text, at + 1))
    address, at = found or ("", _skip(text, at + 1))
    after = _skip(text, at)
    title = _TITLE.match(text, after) if after > at else None
    if title:
        after = _skip(text, title.end())
    if not text.startswith(")", after):
        return None
    return address, _title(title), after + 1


def destination(text: str, at: int) -> tuple[str, int] | None:
    """Read an address, in angle brackets or bare; return it and the place behind it."""
    if text.startswith("<", at):
        pointed = _POINTED.match(text, at)
        return (unescaped(pointed[1]), pointed.end()) if pointed else None
    start, depth = at, 0
    while found := _PLAIN.match(text, at):
        depth += (found[0] == "(") - (found[0] == ")")
        if depth < 0:
            break
        if depth > _DEEPEST_PARENTHESES:
            return None
        at = found.end()
    return (unescaped(text[start:at]), at) if at > start and depth <= 0 else None


def definition(text: str, at: int) -> tuple[str, str, str, int] | None:
    """Read ``[label]: address "title"``; return the three and the place of the next line.

    >>> definition("[a]: /b 'c'", 0)
    ('a', '/b', 'c', 11)
    """
    label = _DEFINITION.match(text, at)
    if not label or not label[1].strip() or label[1].startswith("^"):
        return None
    found = destination(text, label.end())
    if not found:
        return None
    address, at = found
    after = _skip(text, at)
    title = _TITLE.match(text, after) if after > at else None
    if title and (end := _REST_OF_LINE.match(text, title.end())):
        return label[1], address, _title(title), end.end()
    end = _REST_OF_LINE.match(text, at)
    return (label[1], address, "", end.end()) if end else None


class RawTags:
    """Finds where markup in a text ends, looking for each kind of end only while there is one."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.without: set[str] = set()
        self.last_ends: dict[str, int] = {}

    def end_of(self, at: int) -> int | None:
        """Return the place behind the tag, comment or instruction that begins at a place.

        A tag that would take the rest of the post with it is none.
        """
        if tag := _TAG.match(self.text, at):
            return None if self.swallows(at) else tag.end()
        for opening, closing in _ENDED:
            if self.text.startswith(opening, at):
                return self.end_at(closing, at + len(opening))
        if ">" in self.without:
            return None
        declaration = _DECLARATION.match(self.text, at)
        return declaration.end() if declaration else None

    def swallows(self, at: int) -> bool:
        found = SWALLOWING.match(self.text, at)
        if found is None:
            return False
        name = found[1].lower()
        if name not in self.last_ends:
            self.last_ends[name] = self.text.lower().rfind(f"</{name}")
        return self.last_ends[name] < at

    def end_at(self, closing: str, at: int) -> int | None:
        if closing in self.without:
            return None
        # ``<!-->`` and ``<!--->`` are comments too.
        end = self.text.find(closing, at - 2 if closing == "-->" else at)
        if end < 0:
            self.without.add(closing)
            return None
        return end + len(closing)


def _decode_one(found: re.Match[str]) -> str:
    reference = found[0]
    if reference[1] != "#":
        return html5.get(reference[1:], reference)
    decoded = unescape(reference)
    return decoded if decoded and (decoded.isprintable() or decoded in _SPACING) else "\ufffd"


def _skip(text: str, at: int) -> int:
    space = _SPACE.match(text, at)
    return space.end() if space else at


def _title(found: re.Match[str] | None) -> str:
    groups = found.groups() if found else ()
    return unescaped(next((part for part in groups if part is not None), ""))
