"""Fetching a file from the web without being used to reach what is not on the web.

Each redirect is checked as the first address was. Time, bytes and the number of files are
bounded.
"""

import re
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from email.message import Message
from functools import cached_property
from pathlib import PurePosixPath
from urllib.parse import unquote, urljoin, urlsplit

from blogapp.outgoing.answers import Answer
from blogapp.outgoing.connecting import Clock, Connector, Place, Resolve, look_up
from blogapp.outgoing.errors import RequestRefused, Silent
from blogapp.outgoing.networks import Network
from blogapp.text.file_types import FILE_TYPES

SECONDS = 60.0  # for a file, redirects and all
MOST_BYTES = 20_000_000
MOST_FILES = 50_000
MOST_TOTAL = 20_000_000_000
MOST_REDIRECTS = 5
# A host that did not answer so often in a row is not asked again.
MOST_SILENCES = 3

_IMAGE_TYPES = {
    "image/png": ".png",
    "image/jpeg": ".jpg",
    "image/gif": ".gif",
    "image/webp": ".webp",
    "image/avif": ".avif",
    "image/svg+xml": ".svg",
}
_ENDINGS = {kind: ending for ending, kind in reversed(FILE_TYPES.items())} | _IMAGE_TYPES
# What servers say when they do not know.
_ANY_TYPE = frozenset({"", "application/octet-stream", "binary/octet-stream", "image/jpg"})
_KNOWN_ENDINGS = frozenset({*FILE_TYPES, *_IMAGE_TYPES.values(), ".jpeg"})
_FEED_TYPE = re.compile(r".*\b(?:xml|rss|atom|json|rdf)\b.*|text/(?:plain|html)")

_UNSAFE_IN_NAMES = re.compile(r"[^\w.() +-]+")
_HEADERS = (
    "User-Agent: blogapp (a blog takes in its own pictures)\r\n"
    "Accept: */*\r\nAccept-Encoding: identity\r\nConnection: close\r\n"
)

# Asked with the content type and the name.
Takes = Callable[[str, str], bool]


@dataclass(frozen=True)
class Fetched:
    """A file from the web: a name for it, its kind, and where it was in the end."""

    data: bytes = field(repr=False)
    name: str
    content_type: str
    address: str


def is_file_type(content_type: str, name: str) -> bool:
    """Tell whether the media store may take it, by what its server says or by its name."""
    if content_type in _ANY_TYPE or content_type == "text/plain":
        return PurePosixPath(name).suffix.lower() in {*_KNOWN_ENDINGS, ""}
    return content_type in _ENDINGS


def is_feed_type(content_type: str, name: str) -> bool:
    """Tell whether it may be a feed; servers call feeds many things."""
    return content_type in _ANY_TYPE or _FEED_TYPE.fullmatch(content_type) is not None


@dataclass
class Fetcher:
    """Fetches files within limits that count over all of them.

    ``allow`` are networks that an operator opens although they are not public. ``resolve``
    stands for the system's resolver.
    """

    allow: Sequence[Network] = ()
    most_bytes: int = MOST_BYTES
    most_files: int = MOST_FILES
    most_total: int = MOST_TOTAL
    seconds: float = SECONDS
    resolve: Resolve = look_up
    clock: Clock = time.monotonic
    files: int = 0
    total: int = 0
    silences: Counter[str] = field(default_factory=Counter)

    def fetch(self, address: str, *, takes: Takes = is_file_type) -> Fetched:
        """Return what is at an address of the web. Raises `RequestRefused` with the reason.

        ``takes`` is asked with the content type and the name before anything is read.
        """
        if self.files >= self.most_files or self.total >= self.most_total:
            raise RequestRefused(f"{self.files:,} files were fetched; run it again for the rest")
        deadline = self.clock() + self.seconds
        for _ in range(MOST_REDIRECTS + 1):
            place = Place.read(address)
            if self.silences[place.host] >= MOST_SILENCES:
                raise RequestRefused(f"{place.host} did not answer several times; not asked again")
            try:
                found = self._ask(place, takes, deadline)
            except Silent:
                self.silences[place.host] += 1
                raise
            self.silences.pop(place.host, None)
            if isinstance(found, Fetched):
                self.files += 1
                self.total += len(found.data)
                return found
            try:
                address = urljoin(address, found)
            except ValueError as error:
                raise RequestRefused("leads to what is no address") from error
        raise RequestRefused("leads on and on to other addresses")

    def _ask(self, place: Place, takes: Takes, deadline: float) -> Fetched | str:
        """Return what is at a place, or the address that it leads on to."""
        with closing(self._connector.connect(place, deadline)) as connection:
            answer = Answer.ask(connection, place, deadline, self.clock, headers=_HEADERS)
            return answer.leads_to or self._read(answer, place, takes)

    def _read(self, answer: Answer, place: Place, takes: Takes) -> Fetched:
        if answer.status != 200:
            # Of a host that is asked too often, or too much, nothing more is wanted for now.
            refused = Silent if answer.status in (429, 503) else RequestRefused
            raise refused(f"{place.host} answers {answer.status}")
        kind = answer.content_type
        name = _name(answer.headers, place, kind)
        if not takes(kind, name):
            raise RequestRefused(f"is {kind or 'of no known kind'}, which is not kept")
        return Fetched(answer.read(self.most_bytes), name, kind, place.address)

    @cached_property
    def _connector(self) -> Connector:
        return Connector(self.allow, self.resolve, self.clock)


def _name(headers: Message, place: Place, kind: str) -> str:
    """Return a plain file name: the server's, else the address's, ending as its kind does."""
    given = headers.get_filename() or unquote(urlsplit(place.address).path)
    name = PurePosixPath(given.replace("\\", "/")).name
    name = _UNSAFE_IN_NAMES.sub("-", name).strip("-. ")[-100:] or "file"
    ending = PurePosixPath(name).suffix.lower()
    wanted = _ENDINGS.get(kind, "")
    if ending in _KNOWN_ENDINGS or not wanted:
        return name
    return f"{name}{wanted}"
