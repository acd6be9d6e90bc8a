"""A site of Markdown files as a source, and the several sites under one folder."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path, PurePosixPath
from typing import TypeVar
from zoneinfo import ZoneInfo

from blogapp.importing.errors import NotAPost
from blogapp.importing.gathering import Gathered, gather
from blogapp.importing.generated_pages import Generated
from blogapp.importing.reading import SourcePost, read_post
from blogapp.importing.sources import Item, Source, SourceAuthor, SourceName
from blogapp.importing.surveying import SourceSite, find_sites

# The key under which an option counts for every site.
EVERY_SITE = "*"
T = TypeVar("T")


@dataclass(kw_only=True)
class MarkdownSite(Source):
    """Markdown files as a generator reads them; their bodies stay byte for byte."""

    site: SourceSite
    root: Path  # what was imported, which may hold several sites
    zone: ZoneInfo  # of dates that name none
    permalink: str | None = None
    pages: bool = False  # whether pages of words come along
    _generated: Generated = field(init=False)

    def __post_init__(self) -> None:
        self.guesses = True
        self._generated = Generated(self.site.kind, self.site.prefix)

    def count(self) -> int:
        return len(self.site.files) + len(self.site.others)

    def items(self) -> Iterator[Item]:
        for file in self.site.others:
            yield Item(str(file), partial(self._leave_out, file))
        for file in sorted(self.site.files, key=self._order):
            yield Item(str(file), partial(self._read, file))

    def shown(self, path: str) -> str:
        return (self.site.root / path).relative_to(self.root).as_posix()

    def names(self) -> Iterator[SourceName]:
        return self._generated.names()

    def authors(self) -> Iterator[SourceAuthor]:
        return self._generated.authors()

    def moved(self) -> Mapping[str, str]:
        return self._generated.moved()

    def gather(self, post: SourcePost) -> Gathered:
        return gather(self.site, post)

    def _order(self, file: PurePosixPath) -> tuple[bool, PurePosixPath]:
        """Translations come last: the original keeps the slug that they share."""
        parts = {*file.parts[:-1], PurePosixPath(file.stem).suffix[1:]}
        return bool(parts & (self.site.languages - {"en", self.site.language})), file

    def _read(self, file: PurePosixPath) -> SourcePost:
        post = read_post(
            self.site, file, zone=self.zone, permalink=self.permalink, pages=self.pages
        )
        self._generated.learn(post, post.date.astimezone(self.zone) if post.date else None)
        return post

    def _leave_out(self, file: PurePosixPath) -> SourcePost:
        raise NotAPost(f"is {file.suffix}, not Markdown")


def open_sites(
    path: Path,
    *,
    zone: ZoneInfo,
    name: str = "",
    zones: Mapping[str, ZoneInfo] | None = None,
    permalinks: Mapping[str, str] | None = None,
    base_urls: Mapping[str, str] | None = None,
    pages: bool = False,
) -> list[MarkdownSite]:
    """Return the site at ``path``, or those in the folders below it. Raises `NoSite`.

    Options by the site's name count before those for `EVERY_SITE`; a single site may be
    called ``name``. With ``pages``, pages of words come along as static pages.
    """
    root = path.resolve()
    sites = find_sites(root)
    if name and len(sites) == 1:
        sites = [replace(sites[0], name=name)]
    sites = [replace(site, base_url=_choose(base_urls, site) or site.base_url) for site in sites]
    return [
        MarkdownSite(
            name=site.name,
            base_url=site.base_url,
            pages=pages,
            site=site,
            root=root,
            zone=_choose(zones, site) or site.zone or zone,
            permalink=_choose(permalinks, site),
        )
        for site in sites
    ]


def _choose(options: Mapping[str, T] | None, site: SourceSite) -> T | None:
    options = options or {}
    return options.get(site.name, options.get(EVERY_SITE))
