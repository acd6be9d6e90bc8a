"""Fetching a feed from the web, page after page, as far back as it goes.

Pages are found by the feed's own links (RFC 5005, JSON Feed's ``next_url``), and by WordPress's
``paged`` where it wrote the feed.
"""

import re
import tempfile
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from datetime import tzinfo
from hashlib import sha256
from html import unescape
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

from blogapp.importing.errors import ImportingError, NoSite
from blogapp.importing.feeds import FeedSource, Page, open_feed, page_of
from blogapp.importing.feeds.entries import FeedKind, host_of
from blogapp.importing.feeds.posts import item_path
from blogapp.importing.reading import Problem
from blogapp.outgoing.errors import RequestRefused
from blogapp.outgoing.fetching import Fetched, Fetcher, is_feed_type

MOST_PAGES = 2_000

_LINK = re.compile(rb"<link\b[^<>]{0,2000}>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"\b(rel|type|href)\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))")
_FEED_TYPES = ("application/atom+xml", "application/rss+xml", "application/feed+json")
_HTML = re.compile(rb"\s*(?:<!doctype html|<html)", re.IGNORECASE)


@dataclass
class _Walk:
    """Pages of a feed as they come, until one brings nothing new."""

    fetcher: Fetcher
    folder: Path
    seen: set[bytes] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)
    number: int = 0

    def go(self, address: str) -> None:
        """Fetch the feed at ``address`` and what goes before. Raises `NoSite` without a first."""
        try:
            fetched = self._fetch_feed(address)
        except RequestRefused as error:
            raise NoSite(f"{address} {error}") from error
        page = self._keep(fetched)
        while page and self.number < MOST_PAGES:
            following = _following(page, fetched.address, self.number)
            if not following:
                return
            try:
                fetched = self.fetcher.fetch(following, takes=is_feed_type)
            except RequestRefused as error:
                # WordPress says by 404 that there is no further page.
                if page.feed.next_link:
                    what = f"a further page was not fetched: {error}"
                    self.problems.append(Problem(following, 1, what))
                return
            page = self._keep(fetched)

    def _fetch_feed(self, address: str) -> Fetched:
        """Return the feed, or the one that a web page at its place names."""
        fetched = self.fetcher.fetch(address, takes=is_feed_type)
        if _HTML.match(fetched.data) and (named := _named_feed(fetched)):
            return self.fetcher.fetch(named, takes=is_feed_type)
        return fetched

    def _keep(self, fetched: Fetched) -> Page | None:
        """Keep a page that says anything new."""
        path = self.folder / f"{self.number + 1:05}.xml"
        path.write_bytes(fetched.data)
        try:
            page = page_of(path, fetched.address)
        except ImportingError as error:
            if self.number == 0:
                raise NoSite(str(error).replace(path.name, fetched.address)) from error
            self.problems.append(Problem(fetched.address, error.line or 1, str(error)))
            path.unlink()
            return None
        ids = {sha256(item_path(entry).encode()).digest() for entry in page.entries()}
        if self.number and ids <= self.seen:
            path.unlink()
            return None
        self.seen |= ids
        self.number += 1
        return page


def open_web_feed(
    address: str, *, fetcher: Fetcher, zone: tzinfo, name: str = "", base_url: str = ""
) -> FeedSource:
    """Return the feed at an address of the web with all its pages, or the one of a page there.

    Raises `NoSite` with what is wrong with it.
    """
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="feed-")))
        walk = _Walk(fetcher, folder)
        walk.go(address)
        source = open_feed(folder, zone=zone, name=name or host_of(address), base_url=base_url)
        source.problems += walk.problems
        source.opened.push(stack.pop_all())
        return source


def _following(page: Page, address: str, number: int) -> str:
    feed = page.feed
    if feed.next_link:
        return urljoin(address, feed.next_link)
    if feed.kind is not FeedKind.JSON and "wordpress" in feed.generator.lower():
        parts = urlsplit(address)
        query = [pair for pair in parse_qsl(parts.query) if pair[0] != "paged"]
        return urlunsplit(parts._replace(query=urlencode([*query, ("paged", number + 1)])))
    return ""


def _named_feed(fetched: Fetched) -> str:
    """Return the address of the first feed that a web page names (HTML, 4.6.6.1)."""
    for link in _LINK.findall(fetched.data[:500_000]):
        found = _ATTRIBUTE.findall(link.decode("utf-8", "replace"))
        said = {name.lower(): unescape("".join(values)) for name, *values in found}
        is_feed = "alternate" in said.get("rel", "").lower().split()
        if is_feed and said.get("type", "").lower() in _FEED_TYPES and said.get("href"):
            with suppress(ValueError):
                return urljoin(fetched.address, said["href"])
    return ""
