"""Where things stand in a Markdown source: links, pictures, headings, code; and what is prose.

Rendering says what a body becomes and forgets where it was written. This keeps places, in
characters from the body's beginning, and takes time in proportion to its length. It follows
the renderer closely enough to point at a line, and decides nothing that readers see.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from html import unescape

from blogapp.text.block_patterns import FENCE, HEADING, ITEM, SETEXT, split_indent

LONGEST_TARGET = 2_000
MOST_DEPTH = 20

_QUOTE = re.compile(r"(?:[ \t]{0,3}>[ \t]?)*")
_CLOSING = re.compile(r"(`{3,}|~{3,})[ \t]*$")
_TICKS = re.compile(r"`+")
_NO_WORDS = re.compile(r"<!--.*?-->|[`\s]+", re.DOTALL)
_MARK = re.compile(r"\\.|!?\[|\]|\n[ \t]*\n", re.DOTALL)
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")
_TARGET = re.compile(
    r"\(\s{0,99}+(?:<([^<>\n]{0,2000})>|((?:[^\s()\\]|\\.|\([^\s()]{0,1000}\)){0,2000}+))"
    r"(?:\s{1,99}+(?:\"[^\"]{0,1000}\"|'[^']{0,1000}'|\([^()]{0,1000}\)))?\s{0,99}+\)"
)
_NAMED = re.compile(r"\[([^\[\]\n]{0,200})\]")
_DEFINITION = re.compile(
    r"^(?:[ ]{0,3}>?[ ]{0,3})\[(?!\^)([^\[\]\n]{1,200})\]:[ \t]*<?([^\s<>]{1,2000})>?", re.MULTILINE
)
_AUTOLINK = re.compile(r"<(https?://[^\s<>]{1,2000})>", re.IGNORECASE)
_HTML = re.compile(r"<(img|a)(?=[\s/>])([^<>]{0,3000})>", re.IGNORECASE)
_ATTRIBUTE = re.compile(
    r"([a-zA-Z][\w:-]{0,40})(?:\s{0,9}=\s{0,9}(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+)))?"
)


@dataclass(frozen=True, slots=True)
class Reference:
    """A link or a picture; ``text`` are its words, ``alt_at`` is where those of a picture go."""

    start: int
    end: int
    text: str
    target: str
    is_image: bool = False
    is_html: bool = False
    # What an author left empty on purpose: `alt=""`.
    is_decorative: bool = False
    alt_at: int | None = None


@dataclass(frozen=True, slots=True)
class SourceHeading:
    """A heading; the level is the one written."""

    start: int
    end: int
    level: int
    text: str


@dataclass(frozen=True, slots=True)
class Fence:
    """A fenced block; ``info`` is what stands behind the fence, ``info_at`` where it would."""

    start: int
    end: int  # of the opening line
    info: str
    info_at: int
    code: str


@dataclass(frozen=True, slots=True)
class Scan:
    """What a body holds. ``prose`` is as long as the body, with blanks where there is code."""

    prose: str
    references: tuple[Reference, ...]
    headings: tuple[SourceHeading, ...]
    fences: tuple[Fence, ...]


def scan(body: str) -> Scan:
    """Return what stands where in ``body``, which has LF line ends.

    >>> found = scan("# A\\n\\n[b](/c) `[d](e)` ![f](g.png)")
    >>> [(each.target, each.start, each.is_image) for each in found.references]
    [('/c', 5, False), ('g.png', 22, True)]
    >>> [(heading.level, heading.text) for heading in found.headings]
    [(1, 'A')]
    """
    blocks = _Blocks(body)
    blocks.run()
    written = blocks.prose()
    prose = _without_code_spans(written)
    shown = _without_comments(prose)
    references = sorted(
        [*_inline(shown, written), *_autolinks(shown), *_in_html(shown)],
        key=lambda each: each.start,
    )
    return Scan(prose, tuple(references), tuple(blocks.headings), tuple(blocks.fences))


class _Blocks:
    """One walk over the lines: what is code, what is a heading, what is left."""

    def __init__(self, body: str) -> None:
        self.body = body
        self.lines: list[str] = []
        self.headings: list[SourceHeading] = []
        self.fences: list[Fence] = []
        self.closing = ""
        self.opened: tuple[int, int, str, int] | None = None
        self.code: list[str] = []
        self.in_list = False
        self.was_blank = True
        self.paragraph: tuple[int, str] | None = None

    def run(self) -> None:
        at = 0
        for line in self.body.split("\n"):
            self.take(line, at)
            at += len(line) + 1
        self.close_fence()

    def prose(self) -> str:
        return "\n".join(self.lines)

    def take(self, line: str, at: int) -> None:
        quote = _QUOTE.match(line)
        skipped = quote.end() if quote else 0
        column, text = split_indent(line[skipped:])
        if self.opened:
            self.take_code(line, text)
            return
        if not text:
            self.lines.append(line)
            self.was_blank, self.paragraph = True, None
            return
        if column >= 4 and self.was_blank and not self.in_list:
            self.lines.append(_blank(line))
            return
        inner, offset = _past_items(text)
        fence = FENCE.match(inner)
        if fence:
            self.open_fence(line, at, fence, at + len(line) - len(text) + offset)
            return
        self.lines.append(line)
        self.take_text(text, at + len(line) - len(text), at + len(line))
        self.in_list = bool(ITEM.match(text)) or (
            self.in_list and (column > 0 or not self.was_blank)
        )
        self.was_blank = False

    def take_text(self, text: str, start: int, end: int) -> None:
        heading = HEADING.match(text)
        if heading:
            level, words = len(heading[1]), (heading[2] or "").strip()
            self.headings.append(SourceHeading(start, end, level, words))
            self.paragraph = None
        elif self.paragraph and SETEXT.match(text):
            begun, words = self.paragraph
            self.headings.append(SourceHeading(begun, end, 1 if text[0] == "=" else 2, words))
            self.paragraph = None
        else:
            is_words = not ITEM.match(text) and text[0] not in "|<:"
            self.paragraph = (start, text.strip()) if is_words and self.paragraph is None else None

    def open_fence(self, line: str, at: int, fence: re.Match[str], start: int) -> None:
        info_at = start + len(fence[1])
        self.opened = (start, at + len(line), fence[2], info_at)
        self.closing = fence[1]
        self.code = []
        self.lines.append(_blank(line))
        self.paragraph = None

    def take_code(self, line: str, text: str) -> None:
        self.lines.append(_blank(line))
        closing = _CLOSING.match(text)
        if closing and closing[1][0] == self.closing[0] and len(closing[1]) >= len(self.closing):
            self.close_fence()
        else:
            self.code.append(line)

    def close_fence(self) -> None:
        if self.opened:
            start, end, info, info_at = self.opened
            self.fences.append(Fence(start, end, info, info_at, "\n".join(self.code)))
            self.opened = None
            self.was_blank = True


def _past_items(text: str) -> tuple[str, int]:
    """Return a line without the list markers before its text, and how long those are."""
    whole = len(text)
    for _ in range(MOST_DEPTH):
        item = ITEM.match(text)
        if not item or not item[3]:
            break
        text = item[3]
    return text, whole - len(text)


def _without_code_spans(text: str) -> str:
    """Return a text with blanks for what stands between as many backticks within a paragraph."""
    parts: list[str] = []
    for number, paragraph in enumerate(re.split(r"(\n[ \t]*(?=\n))", text)):
        parts.append(paragraph if number % 2 or "`" not in paragraph else _blank_spans(paragraph))
    return "".join(parts)


def _blank_spans(paragraph: str) -> str:
    runs = [(found.start(), found.end()) for found in _TICKS.finditer(paragraph)]
    # The next run of each length, looked up from the end: no opening is compared with all.
    following: dict[int, int] = {}
    partner: dict[int, int] = {}
    for number in range(len(runs) - 1, -1, -1):
        length = runs[number][1] - runs[number][0]
        if length in following:
            partner[number] = following[length]
        following[length] = number
    out: list[str] = []
    at = number = 0
    while number < len(runs):
        start, end = runs[number]
        if number in partner and paragraph[start - 1 : start] != "\\":
            close = runs[partner[number]][1]
            out.append(paragraph[at:start] + _blank(paragraph[start:close]))
            at, number = close, partner[number] + 1
        else:
            out.append(paragraph[at:end])
            at, number = end, number + 1
    out.append(paragraph[at:])
    return "".join(out)


def _without_comments(text: str) -> str:
    parts: list[str] = []
    at = 0
    while (start := text.find("<!--", at)) >= 0 and (end := text.find("-->", start + 4)) >= 0:
        parts += text[at:start], _blank(text[start : end + 3])
        at = end + 3
    return "".join([*parts, text[at:]])


def _inline(text: str, written: str) -> Iterator[Reference]:
    """Yield what is written in brackets: ``[words](target)``, ``![alt][name]``, ``[name]``.

    Words that are code alone are taken from ``written``, which has blanks for no code in lines.
    """
    names = {_name(found[1]): unescape(found[2]) for found in _DEFINITION.finditer(text)}
    defined = {found.start(1) - 1 for found in _DEFINITION.finditer(text)}
    open_brackets: list[tuple[int, bool]] = []
    taken = 0
    for mark in _MARK.finditer(text):
        token = mark[0]
        if mark.start() < taken:
            # The name behind the words is no link of its own.
            continue
        if token in ("[", "!["):
            if len(open_brackets) < 1_000:
                open_brackets.append((mark.start(), token == "!["))
        elif token == "]" and open_brackets:
            start, is_image = open_brackets.pop()
            if start not in defined:
                for each in _closed(text, start, mark.end(), is_image, names):
                    taken = each.end
                    code = written[each.start + 1 + is_image : mark.end() - 1].strip()
                    yield each if each.text else replace(each, text=_NO_WORDS.sub("", code))
        elif "\n" in token:
            open_brackets.clear()


def _closed(
    text: str, start: int, end: int, is_image: bool, names: dict[str, str]
) -> Iterator[Reference]:
    words_at = start + (2 if is_image else 1)
    words = text[words_at : end - 1]
    if target := _TARGET.match(text, end):
        address = target[1] if target[1] is not None else target[2]
        yield _reference(
            start, target.end(), words, _ESCAPED.sub(r"\1", address), is_image, words_at
        )
        return
    if words.startswith("^"):
        return
    named = _NAMED.match(text, end)
    key = _name(named[1] or words) if named else _name(words)
    if key in names and (named or text[end : end + 1] != ":"):
        last = named.end() if named else end
        yield _reference(start, last, words, names[key], is_image, words_at)


def _reference(
    start: int, end: int, words: str, target: str, is_image: bool, words_at: int
) -> Reference:
    return Reference(
        start, end, words.strip(), unescape(target), is_image, alt_at=words_at if is_image else None
    )


def _name(words: str) -> str:
    return " ".join(words.casefold().split())


def _autolinks(text: str) -> Iterator[Reference]:
    for found in _AUTOLINK.finditer(text):
        yield Reference(found.start(), found.end(), found[1], found[1])


def _in_html(text: str) -> Iterator[Reference]:
    for found in _HTML.finditer(text):
        given: dict[str, str] = {}
        for name, *values in _ATTRIBUTE.findall(found[2]):
            given.setdefault(name.lower(), unescape(next(filter(None, values), "")))
        if found[1].lower() == "img":
            yield Reference(
                found.start(),
                found.end(),
                given.get("alt", "").strip(),
                given.get("src", ""),
                is_image=True,
                is_html=True,
                is_decorative=given.get("alt") == "" or given.get("role") == "presentation",
                alt_at=None if "alt" in given else found.end(1),
            )
        elif "href" in given:
            yield Reference(found.start(), found.end(), "…", given["href"], is_html=True)


def _blank(text: str) -> str:
    return re.sub(r"[^\n]", " ", text)
