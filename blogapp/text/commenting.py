"""What strangers wrote under a post: less of it may be markup than an author's."""

import re
from bisect import bisect_right
from collections.abc import Iterator
from html import escape
from urllib.parse import urlsplit

from blogapp.text.sanitizing import sanitize
from blogapp.text.tokens import Tag, tokens, write

# Goes up when the same comment becomes other HTML.
VERSION = 1

_INLINE_AND_BLOCKS = (
    "abbr b bdi bdo blockquote br cite code dd del div dl dt em hr i ins kbd li mark ol p pre q s"
    " samp small strong sub sup table tbody td th thead tr u ul var"
)
_KEPT = frozenset(_INLINE_AND_BLOCKS.split())
_KEPT_ATTRIBUTES = frozenset({"dir", "lang", "reversed", "start", "title", "value"})
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_RENAMED = {"section": "div", "article": "div", "figure": "div", "figcaption": "small"}
_REL = "nofollow ugc noopener"

_BROKEN_BY_MARKUP = re.compile(r"<(?:p|br|div)\b", re.IGNORECASE)
_BLOCK = re.compile(r"<(blockquote|pre|ul|ol|dl|table|h[1-6])\b", re.IGNORECASE)
_BLOCKS_END = re.compile(r"</(blockquote|pre|ul|ol|dl|table|h[1-6])\s*>", re.IGNORECASE)
_BLANK_LINES = re.compile(r"\n[ \t]*(?:\n[ \t]*)+")
_BARE_ADDRESS = re.compile(r"https?://[^\s<>\"]{4,500}")
_AFTER_ADDRESS = ".,;:!?'’”»)]}*_"


def comment_html(text: str) -> str:
    """Return what a comment shows: words, quotes, lists, code and links that vouch for nothing.

    ``text`` is HTML, or text whose lines are meant. Pictures become links to them. No id, class
    or style is left, and every link says that nobody here wrote it (HTML, 4.6.6: ``ugc``).

    >>> comment_html("Nice.\\n\\nSee <a href='https://a.example' onclick='x'>this</a>")
    '<p>Nice.</p><p>See <a href="https://a.example" rel="nofollow ugc noopener">this</a></p>'
    """
    clean = sanitize(_paragraphs(text.replace("\r\n", "\n").strip()))
    return "".join(_restricted(clean)).replace("<p></p>", "")


def web_address(text: str) -> str:
    """Return an address that a name may link to, or an empty string.

    >>> web_address(" http://a.example/~b "), web_address("javascript:x"), web_address("a.example")
    ('http://a.example/~b', '', 'http://a.example')
    """
    text = text.strip()
    if "://" not in text and re.fullmatch(r"[\w-]+(\.[\w-]+)+(/\S*)?", text):
        text = f"http://{text}"
    try:
        parts = urlsplit(text)
        is_fit = parts.scheme.lower() in {"http", "https"} and bool(parts.hostname)
    except ValueError:
        return ""
    return text if is_fit and len(text) <= 2000 and not re.search(r"[\s\x00-\x1f]", text) else ""


def _paragraphs(text: str) -> str:
    """Make paragraphs of lines where nothing else does, as the blogs it comes from did."""
    if _BROKEN_BY_MARKUP.search(text):
        return text
    written = []
    for piece, is_block in _pieces(text):
        if is_block:
            written.append(piece)
            continue
        for lines in _BLANK_LINES.split(piece):
            if lines.strip():
                written.append(f"<p>{lines.strip().replace(chr(10), '<br>')}</p>")
    return "".join(written)


def _pieces(text: str) -> Iterator[tuple[str, bool]]:
    """Yield text and the blocks in it, from each one's tag to the next that ends its kind."""
    # Looked for once and not from each tag on: a comment may open a thousand tables.
    ends: dict[str, list[int]] = {}
    for end in _BLOCKS_END.finditer(text):
        ends.setdefault(end[1].lower(), []).append(end.end())
    at = 0
    for begin in _BLOCK.finditer(text):
        if begin.start() < at:
            continue
        places = ends.get(begin[1].lower(), [])
        number = bisect_right(places, begin.start())
        if number < len(places):
            yield text[at : begin.start()], False
            yield text[begin.start() : places[number]], True
            at = places[number]
    yield text[at:], False


def _restricted(html: str) -> Iterator[str]:
    in_link, in_code = 0, 0
    for token in tokens(html):
        if isinstance(token, str):
            yield write(token) if in_link or in_code else _linked(token)
            continue
        step = -1 if token.closing else 1
        if token.name == "a":
            in_link = max(0, in_link + step)
            yield _link(token)
        elif token.name == "img":
            yield _picture(token, in_link=bool(in_link))
        elif token.name in _HEADINGS:
            yield "</strong></p>" if token.closing else "<p><strong>"
        elif token.name in _KEPT or token.name in _RENAMED:
            in_code = max(0, in_code + step) if token.name in ("code", "pre") else in_code
            name = _RENAMED.get(token.name, token.name)
            yield write(Tag(name, token.closing, _attributes(token)))


def _attributes(tag: Tag) -> dict[str, str]:
    kept = {name: value for name, value in tag.attributes.items() if name in _KEPT_ATTRIBUTES}
    # Long lines of code scroll, with the keyboard too.
    return kept | {"tabindex": "0"} if tag.name == "pre" and not tag.closing else kept


def _link(tag: Tag) -> str:
    if tag.closing:
        return "</a>"
    address = web_address(tag.attributes.get("href", ""))
    return write(Tag("a", attributes={"href": address, "rel": _REL} if address else {}))


def _picture(tag: Tag, *, in_link: bool) -> str:
    address = web_address(tag.attributes.get("src", ""))
    words = tag.attributes.get("alt", "").strip() or address.rpartition("/")[2] or address
    if in_link or not address:
        return escape(words, quote=False)
    return f'<a href="{escape(address)}" rel="{_REL}">{escape(words, quote=False)}</a>'


def _linked(text: str) -> str:
    """Write text with its bare addresses as links."""
    written, end = [], 0
    for found in _BARE_ADDRESS.finditer(text):
        address = found[0].rstrip(_AFTER_ADDRESS)
        if found[0][len(address) :].startswith(")") and address.count("(") > address.count(")"):
            address += ")"
        if not web_address(address):
            continue
        written.append(escape(text[end : found.start()], quote=False))
        written.append(f'<a href="{escape(address)}" rel="{_REL}">{escape(address)}</a>')
        end = found.start() + len(address)
    written.append(escape(text[end:], quote=False))
    return "".join(written)
