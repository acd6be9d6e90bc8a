"""Items of RSS: 0.9x, 1.0 (RDF), 1.1 and 2.0, with what modules add to them."""

import re

from blogapp.importing.feeds.atom import links, people
from blogapp.importing.feeds.elements import Node
from blogapp.importing.feeds.entries import Enclosure, Entry, words, words_of_html
from blogapp.text.mojibake import repair

_WEB = re.compile(r"https?://\S+")
# "ada@example.com (Ada Lovelace)", "Ada Lovelace <ada@example.com>"
_NAME_BEHIND = re.compile(r"\S+@\S+\s*\((.+)\)\s*")
_NAME_BEFORE = re.compile(r"(.+?)\s*<\S+@\S+>\s*")


def read_rss(node: Node, line: int) -> Entry:
    """Return an ``item`` as it stands in its feed."""
    entry = Entry(line=line, base=node.base, language=node.text("dc:language") or node.language)
    _read_names(entry, node)
    entry.title = words(_first_html(node, "title", "dc:title", "atom:title", "media:title"))
    _read_text(entry, node)
    entry.published = node.text(
        "pubdate", "dc:date", "dcterms:issued", "dcterms:created", "atom:published"
    )
    entry.updated = node.text("atom:updated", "dcterms:modified")
    entry.published = entry.published or entry.updated
    entry.authors = authors(node)
    entry.tags = [
        words(each.raw) for each in node.all("category", "dc:subject") if each.raw.strip()
    ]
    _read_files(entry, node)
    return entry


def authors(node: Node) -> list[str]:
    """Return the names of who wrote something; an address of e-mail alone is no name."""
    names = [person_name(each.raw) for each in node.all("dc:creator", "author", "itunes:author")]
    names = [name for name in names if name] or people(node)
    return list(dict.fromkeys(repair(name) for name in names))


def person_name(text: str) -> str:
    """Return the name in an author's line.

    >>> person_name("ada@example.com (Ada Lovelace)"), person_name("ada@example.com")
    ('Ada Lovelace', '')
    """
    text = words(text)
    if found := _NAME_BEHIND.fullmatch(text) or _NAME_BEFORE.fullmatch(text):
        return found[1].strip(" \"'")
    return "" if re.fullmatch(r"\S+@\S+", text) else text


def _read_names(entry: Entry, node: Node) -> None:
    guid = node.first("guid")
    about = node.get("about")
    entry.id = " ".join(guid.raw.split()) if guid else node.text("atom:id") or about
    is_permalink = guid is not None and guid.get("ispermalink").lower() != "false"
    given = node.text("feedburner:origlink") or node.text("link")
    linked = [address for relation, address, _ in links(node) if relation == "alternate"]
    entry.link = node.link(given) if given else next(iter(linked), "")
    others = [entry.id] * is_permalink + [about]
    entry.aliases = [link for link in others if _WEB.fullmatch(link) and link != entry.link]


def _first_html(node: Node, *names: str) -> str:
    found = node.first(*names)
    return found.html() if found else ""


def _read_text(entry: Entry, node: Node) -> None:
    whole = node.first("content:encoded", "xhtml:body", "xhtml:div", "atom:content")
    short = node.first("description", "atom:summary", "itunes:summary", "media:description")
    if whole:
        entry.html, entry.base = whole.html(), whole.base
        entry.summary = words_of_html(short.html()) if short else ""
    elif short:
        entry.html, entry.base = short.html(), short.base


def _read_files(entry: Entry, node: Node) -> None:
    for each in node.all("enclosure"):
        _add(entry, each, each.get("url") or each.get("resource"))
    groups = [*node.all("media:group"), node]
    for group in groups:
        for each in group.all("media:content"):
            if each.get("medium") == "image" or each.get("type").startswith("image/"):
                entry.image = entry.image or each.link(each.get("url"))
            else:
                _add(entry, each, each.get("url"))
    for each in node.all("itunes:image"):
        entry.image = entry.image or each.link(each.get("href"))


def _add(entry: Entry, node: Node, address: str) -> None:
    if address:
        entry.enclosures.append(Enclosure(address=node.link(address), type=node.get("type")))
