"""What every kind of feed says of itself and of each entry."""

import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from email.utils import parsedate_tz
from enum import StrEnum
from html import unescape
from urllib.parse import urlsplit

from blogapp.importing.dating import read_date

_INLINE_TAG = re.compile(
    r"</?(?:a|abbr|b|big|br|cite|code|del|em|font|i|img|ins|kbd|mark|p|q|s|small|span|strong|sub"
    r"|sup|tt|u)\b[^<>]*/?>",
    re.IGNORECASE,
)
_ANY_TAG = re.compile(r"<[^<>]*>")
_YEAR = re.compile(r"(\d{4})(?:-(\d{2}))?")
_MONTH_NAME = re.compile(r"\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)", re.IGNORECASE)
_ZONE_AT_END = re.compile(r":\d{2}(?:\.\d+)?\s*(?:[+-]\d{2}|[A-Za-z]{1,5}\b)")
_BEHIND_SECONDS = re.compile(r"(:\d{2})\.\d+")


class FeedKind(StrEnum):
    """What a feed is written in."""

    RSS = "RSS"
    ATOM = "Atom"
    JSON = "JSON Feed"


@dataclass(frozen=True, kw_only=True)
class Enclosure:
    """A file that goes with an entry."""

    address: str
    type: str = ""
    title: str = ""


@dataclass(kw_only=True)
class Entry:
    """An entry as its feed has it: texts, with addresses made whole."""

    id: str = ""
    link: str = ""
    title: str = ""
    html: str = ""
    markdown: str = ""  # where that is what the feed holds
    summary: str = ""
    published: str = ""
    updated: str = ""
    language: str = ""
    base: str = ""
    image: str = ""
    external: str = ""  # what it is about, elsewhere
    aliases: list[str] = field(default_factory=list)  # its own address by other names
    answers: str = ""  # the entry that this is a comment on
    draft: bool = False
    authors: list[str] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    enclosures: list[Enclosure] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    line: int = 1


@dataclass(kw_only=True)
class Feed:
    """What a feed says of itself."""

    kind: FeedKind
    title: str = ""
    link: str = ""
    self_link: str = ""
    next_link: str = ""
    base: str = ""
    language: str = ""
    generator: str = ""
    authors: list[str] = field(default_factory=list)
    count: int = 0
    is_wordpress: bool = False
    # How many entries link to each host: "https://a.example".
    origins: Counter[str] = field(default_factory=Counter)

    def see(self, entry: Entry) -> None:
        """Count an entry, and where it leads."""
        self.count += 1
        self.origins[origin_of(entry.link)] += 1

    @property
    def origin(self) -> str:
        """The host its blog is at: the feed's own, unless no entry is there and most are at one."""
        own = next(filter(None, map(origin_of, (self.link, self.self_link, self.base))), "")
        [(usual, number)] = self.origins.most_common(1) or [("", 0)]
        is_at_home = any(host_of(each) == host_of(own) for each in self.origins if each)
        return own if own and (is_at_home or number * 2 <= self.count) else usual or own


def host_of(address: str) -> str:
    """Return a host in small letters without "www."; empty where there is none."""
    try:
        return (urlsplit(address).hostname or "").removeprefix("www.")
    except ValueError:
        return ""


def origin_of(address: str) -> str:
    """Return scheme and host of an address of the web; empty for any other."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    is_web = parts.scheme in ("http", "https") and parts.netloc
    return f"{parts.scheme}://{parts.netloc}" if is_web else ""


def words(text: str) -> str:
    """Return a title that may hold a little HTML as words; what is no tag of such stays.

    >>> words("List<String> &amp; <em>more</em>")
    'List<String> & more'
    """
    return " ".join(unescape(_INLINE_TAG.sub("", text)).split())


def words_of_html(html: str) -> str:
    """Return HTML as words.

    >>> words_of_html("a &lt;b&gt;<br>c")
    'a <b> c'
    """
    return " ".join(unescape(_ANY_TAG.sub(" ", html)).split())


def read_moment(text: str, zone: tzinfo) -> datetime | None:
    """Return a date of a feed (aware UTC): RFC 3339 or 822 with all that passes for them.

    ``zone`` counts where the date names none.

    >>> read_moment("Wed, 2 Oct 02 08:00:00 EST", UTC).isoformat()
    '2002-10-02T13:00:00+00:00'
    >>> read_moment("2003-12", UTC).isoformat(), read_moment("soon", UTC)
    ('2003-12-01T00:00:00+00:00', None)
    """
    text = " ".join(text.split())
    if moment := read_date(text):
        return moment.at(zone)
    if found := _YEAR.fullmatch(text):
        return _at((int(found[1]), int(found[2] or 1), 1), (0, 0, 0), zone)
    if not _MONTH_NAME.search(text):
        return None
    try:
        clock = "" if ":" in text else " 00:00:00"
        parts = parsedate_tz(_BEHIND_SECONDS.sub(r"\1", text) + clock)
        if parts is None:
            return None
        year, month, day, hour, minute, second = parts[:6]
        # Without a zone it would answer that there is none to add.
        if _ZONE_AT_END.search(text) and parts[9] is not None:
            zone = timezone(timedelta(seconds=parts[9]))
    except (ValueError, TypeError, IndexError):
        return None
    return _at((year, month, day), (hour, minute, second), zone)


def _at(day: tuple[int, int, int], clock: tuple[int, int, int], zone: tzinfo) -> datetime | None:
    (year, month, date), (hour, minute, second) = day, clock
    try:
        local = datetime(year, month, date, hour, minute, min(second, 59), tzinfo=zone)
        return local.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
