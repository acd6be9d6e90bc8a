"""Entries of Atom: 1.0 (RFC 4287), and 0.3, which older blogs still write."""

import base64
import binascii
from html import escape

from blogapp.importing.feeds.elements import Node
from blogapp.importing.feeds.entries import Enclosure, Entry, words, words_of_html
from blogapp.text.mojibake import repair

_MARKDOWN = ("text/markdown", "text/x-markdown")
_HTML = ("html", "text/html", "application/xhtml+xml", "xhtml")


def read_atom(node: Node, line: int) -> Entry:
    """Return an ``entry`` as it stands in its feed."""
    entry = Entry(line=line, base=node.base, language=node.language)
    source = node.first("atom:source", "source")
    entry.id = node.text("atom:id", "id")
    _read_links(entry, node)
    entry.title = _title(node)
    _read_content(entry, node)
    entry.published = node.text(
        "atom:published", "published", "atom:issued", "issued", "atom:created", "dc:date"
    )
    entry.updated = node.text("atom:updated", "updated", "atom:modified", "modified")
    entry.published = entry.published or entry.updated
    entry.authors = people(node) or (people(source) if source else [])
    entry.tags = [
        label
        for each in node.all("atom:category", "category", "dc:subject")
        if (label := each.get("label") or each.get("term") or " ".join(each.raw.split()))
    ]
    control = node.first("app:control")
    entry.draft = bool(control and control.text("app:draft").lower() == "yes")
    answered = next(node.all("thr:in-reply-to"), None)
    entry.answers = (answered.get("ref") or answered.get("href")) if answered else ""
    return entry


def people(node: Node) -> list[str]:
    """Return the names of authors and contributors."""
    names = [
        each.text("atom:name", "name") or words(each.raw) or each.text("atom:email", "email")
        for each in node.all("atom:author", "author", "dc:creator", "atom:contributor")
    ]
    return [repair(name) for name in dict.fromkeys(names) if name]


def links(node: Node) -> list[tuple[str, str, Node]]:
    """Return links as relation, whole address and element."""
    return [
        (each.get("rel").lower() or "alternate", each.link(each.get("href") or each.raw), each)
        for each in node.all("atom:link", "link")
        if each.get("href") or each.raw.strip()
    ]


def _read_links(entry: Entry, node: Node) -> None:
    for relation, address, link in links(node):
        if relation == "alternate" and (not entry.link or "html" in link.get("type")):
            entry.link = address
        elif relation == "enclosure":
            kind, title = link.get("type"), link.get("title")
            entry.enclosures.append(Enclosure(address=address, type=kind, title=title))
        elif relation in ("related", "via"):
            entry.external = entry.external or address
    if original := node.text("feedburner:origlink"):
        entry.link = node.link(original)


def _title(node: Node) -> str:
    title = node.first("atom:title", "title")
    if title is None:
        return ""
    kind = title.get("type").lower()
    if len(title.element) or kind in _HTML or title.get("mode") == "escaped":
        return words_of_html(title.html())
    return " ".join(title.raw.split())


def _read_content(entry: Entry, node: Node) -> None:
    content = node.first("atom:content", "content", "content:encoded")
    summary = node.first("atom:summary", "summary")
    if content:
        _read_text(entry, content)
    elif found := next(node.all("atom:content", "content"), None):
        _read_outside(entry, found)
    told = words_of_html(summary.html()) if summary else ""
    if not (entry.html.strip() or entry.markdown) and summary:
        _read_text(entry, summary)
        if entry.html.strip():
            entry.notes.append("the feed holds a summary alone, which is the text now")
    else:
        entry.summary = told


def _read_text(entry: Entry, content: Node) -> None:
    """Read a text construct (RFC 4287, 3.1 and 4.1.3)."""
    kind = content.get("type").lower().partition(";")[0].strip()
    mode = content.get("mode").lower()
    entry.base = content.base
    if content.get("src"):
        _read_outside(entry, content)
    elif len(content.element):
        entry.html = content.html()
    elif kind in _MARKDOWN:
        entry.markdown = content.raw.strip("\n")
    elif kind in _HTML or mode == "escaped" or (not kind and "<" in content.raw):
        entry.html = content.raw
    elif mode == "base64" or (kind and "/" in kind and not kind.startswith("text/")):
        _read_encoded(entry, content, kind)
    else:
        entry.html = paragraphs(content.raw)


def _read_outside(entry: Entry, content: Node) -> None:
    if address := content.get("src"):
        whole = content.link(address)
        entry.html = f'<p><a href="{escape(whole)}">{escape(whole)}</a></p>'
        entry.notes.append("the text is not in the feed; a link to it is what is here")


def _read_encoded(entry: Entry, content: Node, kind: str) -> None:
    try:
        text = base64.b64decode(content.raw, validate=False).decode("utf-8")
    except (binascii.Error, ValueError):
        entry.notes.append(f"the text is of the kind {kind[:60]}, which cannot be read; left out")
        return
    entry.html = text if "html" in kind else paragraphs(text)


def paragraphs(text: str) -> str:
    """Return plain text as HTML: blank lines part paragraphs, other line ends stay.

    >>> paragraphs("a < b\\n\\nc\\nd")
    '<p>a &lt; b</p><p>c<br>d</p>'
    """
    blocks = (block.strip("\n") for block in text.replace("\r\n", "\n").split("\n\n"))
    return "".join(
        f"<p>{'<br>'.join(escape(line.strip(), quote=False) for line in block.split(chr(10)))}</p>"
        for block in blocks
        if block.strip()
    )
