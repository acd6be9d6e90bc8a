"""Reading feeds: RSS, Atom and JSON Feed, from a file or from a folder of a feed's pages."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import tzinfo
from functools import partial
from hashlib import sha256
from pathlib import Path
from urllib.parse import urlsplit

from blogapp.importing.errors import BrokenXml, NoSite
from blogapp.importing.exports import Export, unpack
from blogapp.importing.feeds.entries import Entry, Feed, FeedKind, host_of
from blogapp.importing.feeds.json_feed import read_json, survey_json
from blogapp.importing.feeds.markup import read_markup, survey_markup
from blogapp.importing.feeds.posts import Reading, item_path, read_entry
from blogapp.importing.reading import Problem
from blogapp.importing.sources import Item

_SUFFIXES = (".xml", ".rss", ".atom", ".rdf", ".json", ".feed", ".txt", "")
_OUR_FEEDS = {FeedKind.RSS: "/rss.xml", FeedKind.ATOM: "/feed.xml", FeedKind.JSON: "/feed.json"}
_MOST_FILES = 10_000


@dataclass(frozen=True)
class Page:
    """A file of a feed, which may be one of several."""

    path: Path
    shown: str
    feed: Feed
    problems: tuple[Problem, ...] = ()

    def entries(self) -> Iterator[Entry]:
        """Yield its entries as far as the file is sound."""
        reads = read_json if self.feed.kind is FeedKind.JSON else read_markup
        try:
            yield from reads(self.path, self.feed)
        except (BrokenXml, NoSite):
            return  # noted when it was opened


@dataclass(kw_only=True)
class FeedSource(Export):
    """Entries of a feed. The first of several with one id and one address counts."""

    pages: list[Page] = field(default_factory=list)

    def count(self) -> int:
        return sum(page.feed.count for page in self.pages)

    def items(self) -> Iterator[Item]:
        seen: dict[bytes, bytes] = {}
        for page in self.pages:
            for entry in page.entries():
                path = item_path(entry)
                place = _digest(entry.link or path)
                first = seen.setdefault(_digest(path), place)
                is_again = first is not place
                if is_again and first == place:
                    self.lose(path, f"stands in {page.shown} again; the first counts")
                    continue
                if is_again:
                    entry.notes.append("another entry has the same id; it is no id here")
                    path = f"{path} {entry.link}"[:900]
                    if seen.setdefault(_digest(path), place) is not place:
                        continue
                reading = Reading(page.feed, self.base_url, self.zone, is_ambiguous=is_again)
                yield Item(path, partial(read_entry, entry, path, reading))

    def moved(self) -> Mapping[str, str]:
        moved: dict[str, str] = {}
        for page in self.pages:
            feed = page.feed
            if feed.self_link and host_of(feed.self_link) == host_of(self.base_url) != "":
                moved[urlsplit(feed.self_link).path or "/"] = _OUR_FEEDS[feed.kind]
        moved.pop("/", None)
        return moved


def open_feed(path: Path, *, zone: tzinfo, name: str = "", base_url: str = "") -> FeedSource:
    """Return the feed at ``path``: a file, a folder of a feed's pages, or a ZIP of them.

    Raises `NoSite` with what is wrong with it.
    """
    with ExitStack() as stack:
        root = unpack(path, stack)
        source = FeedSource(name=name, base_url=base_url, root=root, zone=zone)
        refused: list[str] = []
        for file in _files(source):
            _take(source, file, refused)
        if not any(page.feed.count for page in source.pages):
            raise NoSite(_why(source, path, refused))
        for reason in refused:
            source.problems.append(Problem(path.name, 1, reason))
        origins = (page.feed.origin for page in source.pages)
        source.base_url = base_url or next(filter(None, origins), "")
        source.name = name or host_of(source.base_url) or path.stem
        source.opened = stack.pop_all()
        return source


def page_of(file: Path, shown: str) -> Page:
    """Return a file as a page of a feed. Raises `NoSite` for what is none, or `BrokenXml`."""
    if not _is_json(file):
        feed, problems = survey_markup(file)
        told = (Problem(shown, line, what) for line, what in problems)
        return Page(file, shown, feed, tuple(told))
    found = survey_json(file)
    if found is None:
        raise NoSite(f"{shown} is JSON, but no JSON Feed")
    return Page(file, shown, found)


def _files(source: FeedSource) -> list[Path]:
    if source.root.is_file():
        return [source.root]
    return source.files(*_SUFFIXES)[:_MOST_FILES]


def _take(source: FeedSource, file: Path, refused: list[str]) -> None:
    """Add a page to the source, or say why it is none."""
    shown = source.relative(file)
    try:
        page = page_of(file, shown)
    except BrokenXml as error:
        refused.append(f"{shown}:{error.line or 1}: {error}")
    except NoSite as error:
        refused.append(str(error))
    else:
        source.problems += page.problems
        source.pages.append(page)


def _is_json(file: Path) -> bool:
    try:
        with file.open("rb") as opened:
            head = opened.read(200).removeprefix(b"\xef\xbb\xbf").replace(b"\0", b"")
    except OSError:
        return False
    return head.lstrip(b"\xff\xfe \t\r\n").startswith((b"{", b"["))


def _why(source: FeedSource, path: Path, refused: list[str]) -> str:
    if refused:
        more = f" ({len(refused) - 1} more files are none either)" if len(refused) > 1 else ""
        return f"{refused[0]}{more}"
    if source.pages:
        return f"{path.name} is a feed without entries"
    return f"{path.name} holds no feeds"


def _digest(text: str) -> bytes:
    return sha256(text.encode("utf-8", "surrogatepass")).digest()[:16]
