"""Elements of feeds by the names people know them by, whatever namespace a feed puts them in."""

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from typing import Final
from urllib.parse import urljoin
from xml.etree.ElementTree import Element

from blogapp.importing.xml import XML

_PREFIXES: Final = {
    "http://www.w3.org/2005/atom": "atom",
    "http://purl.org/atom/ns#": "atom",
    "http://purl.org/rss/1.0/modules/content/": "content",
    "http://purl.org/dc/elements/1.1/": "dc",
    "http://purl.org/dc/elements/1.0/": "dc",
    "http://purl.org/dc/terms/": "dcterms",
    "http://search.yahoo.com/mrss/": "media",
    "http://search.yahoo.com/mrss": "media",
    "http://www.itunes.com/dtds/podcast-1.0.dtd": "itunes",
    "http://rssnamespace.org/feedburner/ext/1.0": "feedburner",
    "http://purl.org/syndication/thread/1.0": "thr",
    "http://www.w3.org/2007/app": "app",
    "http://purl.org/atom/app#": "app",
    "http://purl.org/syndication/history/1.0": "fh",
    "http://www.w3.org/1999/xhtml": "xhtml",
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#": "rdf",
}
_WORDPRESS = "http://wordpress.org/export/"
# Of vocabularies that say other things by the same words.
_FOREIGN = "ext"
_RSS = ("", "rss", "netscape.com", "userland.com", "harvard.edu")
_VOID = frozenset(
    {"area", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track"}
    | {"wbr"}
)
_BASE, _LANGUAGE = f"{{{XML}}}base", f"{{{XML}}}lang"


def known_name(tag: str) -> str:
    """Return an element's name in small letters, with a prefix unless it is RSS's own.

    >>> known_name("{http://purl.org/dc/elements/1.1/}creator"), known_name("pubDate")
    ('dc:creator', 'pubdate')
    """
    namespace, _, local = tag.removeprefix("{").rpartition("}")
    local, namespace = local.lower(), namespace.lower()
    if not namespace:
        return local
    if prefix := _PREFIXES.get(namespace):
        return f"{prefix}:{local}"
    if namespace.startswith(_WORDPRESS):
        return f"wp:{local}"
    is_rss = any(word in namespace for word in _RSS[1:]) and "/modules/" not in namespace
    return local if is_rss else f"{_FOREIGN}:{local}"


@dataclass(frozen=True)
class Node:
    """An element, with the address and the language that hold inside it."""

    element: Element
    base: str = ""
    language: str = ""

    @classmethod
    def of(cls, element: Element, base: str, language: str) -> "Node":
        """Return an element whose surroundings have this base and this language."""
        return cls(
            element,
            resolve(base, element.get(_BASE, "")) if element.get(_BASE) else base,
            element.get(_LANGUAGE, language).strip(),
        )

    @property
    def name(self) -> str:
        return known_name(self.element.tag)

    def all(self, *names: str) -> Iterator["Node"]:
        """Yield the children of these names: all of the first name, then of the next."""
        for name in names:
            for child in self.element:
                if known_name(child.tag) == name:
                    yield Node.of(child, self.base, self.language)

    def first(self, *names: str) -> "Node | None":
        """Return the first child of these names that says anything."""
        found = (node for node in self.all(*names) if node.raw.strip() or len(node.element))
        return next(found, None)

    def text(self, *names: str) -> str:
        """Return what the first such child says, on one line."""
        node = self.first(*names)
        return " ".join("".join(node.element.itertext()).split()) if node else ""

    def get(self, attribute: str) -> str:
        """Return an attribute by its local name."""
        for name, value in self.element.attrib.items():
            if name.rpartition("}")[2].lower() == attribute:
                return value.strip()
        return ""

    @property
    def raw(self) -> str:
        return self.element.text or ""

    def link(self, address: str) -> str:
        """Return an address as a whole one."""
        return resolve(self.base, address)

    def html(self) -> str:
        """Return what is inside as HTML: escaped HTML as it is, elements written out."""
        if not len(self.element):
            return self.raw
        return escape(self.raw, quote=False) + "".join(_written(child) for child in self.element)


def resolve(base: str, address: str) -> str:
    """Return an address completed by ``base``; what cannot be one comes back as it is."""
    try:
        return urljoin(base, address.strip()) if base else address.strip()
    except ValueError:
        return address.strip()


def _written(element: Element) -> str:
    """Write an element of XHTML as HTML. It is nested no deeper than the reading of XML allows."""
    name = element.tag.rpartition("}")[2].lower()
    attributes = "".join(
        f' {key}="{escape(value)}"'
        for key, value in element.attrib.items()
        if not key.startswith("{")
    )
    tail = escape(element.tail or "", quote=False)
    if name in _VOID:
        return f"<{name}{attributes}>{tail}"
    inner = escape(element.text or "", quote=False) + "".join(map(_written, element))
    return f"<{name}{attributes}>{inner}</{name}>{tail}"
