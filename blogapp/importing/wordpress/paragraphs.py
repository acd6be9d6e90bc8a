"""The classic editor stores no paragraphs: empty lines part them, line ends end a line."""

import re
from collections.abc import Iterator

_BLOCKS = (
    "address|article|aside|blockquote|caption|center|col|colgroup|dd|details|div|dl|dt|fieldset"
    "|figcaption|figure|footer|form|h[1-6]|header|hr|li|main|nav|ol|option|p|section|select"
    "|summary|table|tbody|td|tfoot|th|thead|tr|ul"
)
_PARTS = re.compile(
    r"(<(?:pre|script|style|textarea|svg|math|iframe|video|audio|object)\b"
    rf"|</?(?:{_BLOCKS})(?=[\s/>])[^<>]*>)",
    re.IGNORECASE,
)
_NAME = re.compile(r"</?([a-zA-Z][a-zA-Z0-9]*)")
_BLANK = re.compile(r"\n[ \t]*(?:\n[ \t]*)+")
_LINE_END = re.compile(r"(?<!<br>)(?<!<br/>)(?<!<br />)[ \t]*\n[ \t]*")
_VOID = {"hr", "col"}
# What stands in these are lines of one paragraph unless an empty line parts them.
_WORDS = {"p", "li", "td", "th", "dt", "dd", "figcaption", "caption", "summary", "address"} | {
    f"h{level}" for level in range(1, 7)
}
# What stands in these is no text of its own.
_FRAMES = {"table", "thead", "tbody", "tfoot", "tr", "colgroup", "ul", "ol", "dl", "select"}
_INLINE_WHOLE = {"iframe", "video", "audio", "object"}


def with_paragraphs(text: str) -> str:
    """Return the classic editor's text as HTML with paragraphs and line ends.

    >>> with_paragraphs("One\\ntwo\\n\\nthree<ul>\\n<li>four</li></ul>")
    '<p>One<br>two</p>\\n<p>three</p>\\n<ul><li>four</li></ul>'
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    written: list[str] = []
    open_ones: list[str] = []
    for part in _parts(text):
        name = _NAME.match(part)
        if name and _PARTS.match(part):
            written.append(part)
            _follow(open_ones, name[1].lower(), part)
        elif part.strip():
            written += _paragraphs(part, open_ones[-1] if open_ones else "")
    return "".join(written).strip()


def _parts(text: str) -> Iterator[str]:
    """Yield blocks' tags, elements that are left alone, and the words between."""
    at, words = 0, ""
    while found := _PARTS.search(text, at):
        words += text[at : found.start()]
        tag = found[0]
        at = found.end()
        if name := re.match(r"<(pre|script|style|textarea|svg|math)\b", tag, re.IGNORECASE):
            at = _end(text, name[1], at)
            yield words
            words = ""
            yield text[found.start() : at]
        elif not tag.endswith(">"):
            # A film or a frame stands in the line like a word.
            name = re.match(r"<(\w+)", tag)
            at = _end(text, name[1] if name else "", at)
            words += text[found.start() : at].replace("\n", " ")
        else:
            yield words
            words = ""
            yield tag
    yield words + text[at:]


def _end(text: str, name: str, at: int) -> int:
    end = re.compile(rf"</{name}\s*>", re.IGNORECASE).search(text, at)
    return end.end() if end else len(text)


def _follow(open_ones: list[str], name: str, tag: str) -> None:
    if not re.match(rf"</?(?:{_BLOCKS})\b", tag, re.IGNORECASE) or name in _VOID:
        return
    if not tag.startswith("</"):
        open_ones.append(name)
    elif name in open_ones:
        while open_ones.pop() != name:
            pass


def _paragraphs(text: str, around: str) -> Iterator[str]:
    if around in _FRAMES:
        yield text.strip()
        return
    parts = [part.strip() for part in _BLANK.split(text) if part.strip()]
    lines = [_LINE_END.sub("<br>", part) for part in parts]
    if around == "p" or (around in _WORDS and len(parts) == 1):
        space = " " if text[:1].isspace() else ""
        yield space + "<br><br>".join(lines)
    else:
        yield "".join(f"<p>{line}</p>\n" for line in lines)
