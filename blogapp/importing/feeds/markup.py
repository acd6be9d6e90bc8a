"""Feeds that are XML: told apart, looked through, read entry by entry."""

from collections.abc import Callable, Iterator
from html import escape
from pathlib import Path

from blogapp.importing.errors import BrokenXml, NoSite
from blogapp.importing.feeds.atom import read_atom
from blogapp.importing.feeds.elements import Node, known_name, resolve
from blogapp.importing.feeds.entries import Entry, Feed, FeedKind, words
from blogapp.importing.feeds.rss import person_name, read_rss
from blogapp.importing.xml import XML, Part, XmlFile

_CONTAINERS = frozenset({"rss", "RDF", "channel", "Channel", "feed", "items"})
_READ: dict[str, Callable[[Node, int], Entry]] = {
    "item": read_rss,
    "atom:entry": read_atom,
    "entry": read_atom,
    "ext:entry": read_atom,
    "ext:item": read_rss,
}
_WHAT_ELSE = {
    "opml": "is a list of feeds (OPML), not a feed; import the feeds it names",
    "html": "is a web page, not a feed",
    "xhtml:html": "is a web page, not a feed",
    "urlset": "is a map of a site's addresses, not a feed",
    "ext:urlset": "is a map of a site's addresses, not a feed",
}
_BASE, _LANGUAGE = f"{{{XML}}}base", f"{{{XML}}}lang"


def survey_markup(path: Path) -> tuple[Feed, list[tuple[int, str]]]:
    """Return what a feed says of itself, and by line what was mended or is missing.

    Raises `NoSite` for what is no feed, `BrokenXml` where no entry is whole.
    """
    feed = Feed(kind=FeedKind.RSS)
    xml = XmlFile(path, _CONTAINERS)
    problems: list[tuple[int, str]] = []
    try:
        for part in xml.parts():
            _survey(feed, part, path)
    except BrokenXml as error:
        if not feed.count:
            raise
        line = error.line or 1
        problems.append((line, f"{error}; entries read before that: {feed.count}"))
    if feed.is_wordpress:
        raise NoSite(f"{path.name} is a WordPress export: blogapp import wordpress {path.name}")
    feed.base = feed.base or feed.self_link or feed.link
    return feed, [*xml.notes, *problems]


def read_markup(path: Path, feed: Feed) -> Iterator[Entry]:
    """Yield the entries of a feed. Raises `BrokenXml` after those before the damage."""
    for part in XmlFile(path, _CONTAINERS).parts():
        if read := _READ.get(known_name(part.element.tag)):
            entry = read(_node(part, feed), part.line)
            if part.cut:
                entry.notes.append("is longer than memory allows; the end was left out")
            yield entry


def _node(part: Part, feed: Feed) -> Node:
    base, language = feed.base, ""
    for around in part.around:
        base = resolve(base, around.attributes.get(_BASE, ""))
        language = around.attributes.get(_LANGUAGE, language)
    return Node.of(part.element, base, language)


def _survey(feed: Feed, part: Part, path: Path) -> None:
    name = known_name(part.element.tag)
    if read := _READ.get(name):
        feed.see(read(_node(part, feed), part.line))
        if name.endswith("entry"):
            feed.kind = FeedKind.ATOM
        return
    if not part.around:
        raise NoSite(f"{path.name} {_WHAT_ELSE.get(name, _no_feed(name))}")
    if part.around[0].name.endswith("feed"):
        feed.kind = FeedKind.ATOM
    feed.base = feed.base or _node(part, feed).base
    _learn(feed, name, _node(part, feed))


def _no_feed(name: str) -> str:
    shown = name.rpartition(":")[2]
    return f"is XML, but no feed (it begins with <{escape(shown[:40])}>)"


def _learn(feed: Feed, name: str, node: Node) -> None:
    """Take in what stands beside the entries."""
    text = " ".join(node.raw.split())
    if name in ("title", "atom:title") and not feed.title:
        feed.title = words(text)
    elif name in ("link", "atom:link"):
        _learn_link(feed, node, text)
    elif name in ("language", "dc:language"):
        feed.language = feed.language or text
    elif name in ("atom:author", "author"):
        feed.authors += _authors_of(node)
    elif name in ("dc:creator", "managingeditor", "itunes:author"):
        feed.authors += filter(None, [person_name(text)])
    elif name in ("generator", "atom:generator"):
        feed.generator = f"{node.get('uri')} {text}"
    elif name == "wp:wxr_version":
        feed.is_wordpress = True


def _learn_link(feed: Feed, node: Node, text: str) -> None:
    relation = node.get("rel").lower() or "alternate"
    address = node.link(node.get("href") or text)
    if relation in ("next", "prev-archive"):
        feed.next_link = feed.next_link or address
    elif not address.startswith(("https://", "http://")):
        return
    elif relation == "self":
        feed.self_link = feed.self_link or address
    elif relation == "alternate" and (not feed.link or "html" in node.get("type")):
        feed.link = address


def _authors_of(node: Node) -> list[str]:
    name = node.text("atom:name", "name") or person_name(node.raw)
    return [name] if name else []
