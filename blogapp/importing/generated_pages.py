"""The pages and feeds that generators make besides posts, and what stands for them here."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from blogapp.importing.reading import SourcePost
from blogapp.importing.sources import NameKind, SourceAuthor, SourceName
from blogapp.importing.surveying import Kind

_ATOM, _RSS, _JSON = "/feed.xml", "/rss.xml", "/feed.json"
_EVERYWHERE = {"/atom.xml": _ATOM, "/feed": _ATOM, "/rss": _RSS, "/index.xml": _RSS}
_OVERVIEWS = {"/archives": "/archive", "/archive.html": "/archive", "/archives.html": "/archive"}
_OVERVIEWS |= {"/categories": "/tags", "/categories.html": "/tags", "/tags.html": "/tags"}
_FEEDS: dict[Kind, dict[str, str]] = {
    Kind.PELICAN: {"/feeds/all.atom.xml": _ATOM, "/feeds/all.rss.xml": _RSS},
    Kind.ELEVENTY: {"/feed/feed.xml": _ATOM, "/feed/feed.json": _JSON, "/blog": "/"},
    Kind.ASTRO: {"/blog": "/"},
    Kind.HUGO: {"/posts": "/", "/posts/index.xml": _RSS, "/post": "/", "/post/index.xml": _RSS},
}
# How each generator, or the plug-in that everybody uses, calls the page of a name.
_PAGES: dict[Kind, dict[NameKind, tuple[str, ...]]] = {
    Kind.HUGO: {
        NameKind.TAG: ("/tags/{plain}", "/tags/{plain}/index.xml"),
        NameKind.DOMAIN: ("/categories/{plain}", "/categories/{plain}/index.xml"),
        NameKind.SERIES: ("/series/{plain}",),
    },
    Kind.JEKYLL: {
        NameKind.TAG: ("/tags/{hyphens}", "/tag/{hyphens}"),
        NameKind.DOMAIN: ("/categories/{hyphens}", "/category/{hyphens}"),
    },
    Kind.PELICAN: {
        NameKind.TAG: ("/tag/{hyphens}.html",),
        NameKind.DOMAIN: ("/category/{hyphens}.html", "/feeds/{hyphens}.atom.xml"),
    },
    Kind.ELEVENTY: {NameKind.TAG: ("/tags/{hyphens}",)},
    Kind.ASTRO: {NameKind.TAG: ("/tags/{plain}", "/tags/{hyphens}")},
}
_BY_AUTHOR = {Kind.PELICAN: "/author/{hyphens}.html", Kind.HUGO: "/authors/{plain}"}


@dataclass
class Generated:
    """What a site had besides its posts, learned from one after another."""

    kind: Kind
    prefix: str = ""  # the path under which the site stood
    _names: dict[tuple[NameKind, str], None] = field(default_factory=dict)
    _authors: dict[str, None] = field(default_factory=dict)
    _months: set[tuple[int, int]] = field(default_factory=set)

    def learn(self, post: SourcePost, local: datetime | None) -> None:
        """Take note of a post; ``local`` is its date on the site's clock."""
        if post.is_page or post.draft:
            return
        self._names |= {(NameKind.TAG, tag): None for tag in post.tags}
        self._names |= {(NameKind.DOMAIN, post.domain): None} if post.domain else {}
        self._names |= {(NameKind.SERIES, post.series): None} if post.series else {}
        self._authors |= dict.fromkeys(post.authors)
        if local:
            self._months.add((local.year, local.month))

    def names(self) -> Iterator[SourceName]:
        pages = _PAGES.get(self.kind, {})
        for kind, name in self._names:
            if patterns := pages.get(kind):
                yield SourceName(kind=kind, name=name, addresses=self._filled(patterns, name))

    def authors(self) -> Iterator[SourceAuthor]:
        if pattern := _BY_AUTHOR.get(self.kind):
            for name in self._authors:
                yield SourceAuthor(name=name, addresses=self._filled([pattern], name))

    def moved(self) -> dict[str, str]:
        """Return the old paths of feeds, overviews and archives by where they lead."""
        if self.kind not in _PAGES:
            return {}
        ways = _EVERYWHERE | _OVERVIEWS | _FEEDS.get(self.kind, {})
        if self.kind is Kind.JEKYLL:  # jekyll-archives
            for year, month in sorted(self._months):
                ways[f"/{year:04}"] = f"/archive/{year}"
                ways[f"/{year:04}/{month:02}"] = f"/archive/{year}/{month}"
        return {f"{self.prefix}{path}": target for path, target in ways.items()}

    def _filled(self, patterns: Iterable[str], name: str) -> tuple[str, ...]:
        plain, hyphens = _plain(name), _hyphens(name)
        paths = (self.prefix + each.format(plain=plain, hyphens=hyphens) for each in patterns)
        return tuple(dict.fromkeys(paths)) if plain and hyphens else ()


def _plain(name: str) -> str:
    """Return a name as Hugo has it in addresses.

    >>> _plain("CI/CD tools"), _plain("C++"), _plain("Системы")
    ('ci/cd-tools', 'c++', 'системы')
    """
    text = unicodedata.normalize("NFC", name.strip().lower())
    return re.sub(r"[^\w.+/_-]", "", re.sub(r"\s+", "-", text)).strip("/")


def _hyphens(name: str) -> str:
    """Return a name as Jekyll and most others have it in addresses.

    >>> _hyphens("CI/CD tools"), _hyphens("C++")
    ('ci-cd-tools', 'c')
    """
    return re.sub(r"[\W_]+", "-", unicodedata.normalize("NFC", name.lower())).strip("-")
