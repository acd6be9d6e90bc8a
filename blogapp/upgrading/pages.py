"""Opening pages of two versions of a blog and comparing what readers get."""

import http.client
import re
import socket
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from difflib import unified_diff
from urllib.parse import quote, urlsplit

from bs4 import BeautifulSoup
from sqlalchemy import Engine, bindparam, text

from blogapp.extensions import UTCDateTime
from blogapp.upgrading.errors import UpgradeError

SECONDS = 30.0
MOST_LINES = 6
# Posts that are opened besides the newest and the oldest, and tags.
SAMPLE, TAGS = 12, 5
FIXED = ("/", "/?page=2", "/archive", "/tags", "/about", "/login")
MACHINES = ("/feed.xml", "/rss.xml", "/feed.json", "/sitemap.xml", "/robots.txt", "/llms.txt")
# What differs from answer to answer, or is of a version and not of a text.
_OURS = re.compile(
    r"/static/[^\s\"'<>)]*|sha256-[\w+/=]+|\b\d+ (?:ms|seconds?) ago\b|\bversion [\d.]+\b"
)
_PUBLIC = (
    "published_at <= :now AND withdrawn_at IS NULL AND deleted_at IS NULL "
    "AND NOT unlisted AND NOT is_page"
)


@dataclass(frozen=True)
class Page:
    """What a reader gets at an address."""

    status: int
    title: str = ""
    # Of a post, what its author wrote; else nothing.
    post: str = ""
    text: str = ""
    # How many posts it shows or names.
    count: int = 0


@dataclass(frozen=True)
class Difference:
    """What is another at an address, in lines for people."""

    address: str
    is_grave: bool
    what: str
    lines: Sequence[str] = field(default=())


def choose(engine: Engine, *, now: datetime) -> list[str]:
    """Return addresses that show much of a blog: its posts as they are in this database."""
    with engine.connect() as connection:

        def ask(order: str, most: int, column: str = "slug") -> list[str]:
            asked = f"SELECT {column} FROM posts WHERE {_PUBLIC} ORDER BY {order} LIMIT {most}"  # nosec B608
            query = text(asked).bindparams(bindparam("now", now, UTCDateTime))
            return list(connection.execute(query).scalars())

        slugs = ask("published_at DESC, id DESC", 1) + ask("published_at, id", 1)
        # The same at each rehearsal, and from all over.
        slugs += ask("(id * 7919) % 10007, id", SAMPLE)
        titles = ask("published_at DESC, id DESC", 1, "title")
        asked = f"SELECT slug FROM tags ORDER BY id LIMIT {TAGS}"  # nosec B608
        tags = connection.execute(text(asked)).scalars().all()
    posts = [f"/posts/{quote(slug)}{end}" for slug in dict.fromkeys(slugs) for end in ("", ".md")]
    words = re.findall(r"\w{3,}", titles[0])[:2] if titles else ["blog"]
    found = [f"/?q={quote(' '.join(words))}"] if words else []
    return [*FIXED, *(f"/tags/{quote(tag)}" for tag in tags), *posts, *found, *MACHINES]


def fetch(address: str, path: str, public: str) -> Page:
    """Open a page at ``address`` (HOST:PORT, or a socket's path) as readers of ``public`` do.

    Raises `UpgradeError` where nobody answers.
    """
    parts = urlsplit(public)
    connection = _OnSocket(address, timeout=SECONDS)
    with closing(connection):
        try:
            headers = {"Host": parts.netloc, "User-Agent": "blogapp upgrade"}
            connection.request("GET", f"{parts.path.rstrip('/')}{path}", headers=headers)
            answer = connection.getresponse()
            body = answer.read()
        except (OSError, http.client.HTTPException) as error:
            raise UpgradeError(f"{path} is not answered ({error})") from error
        return _read(answer.status, answer.headers.get("Content-Type", ""), body)


def fetch_all(
    address: str, paths: Sequence[str], public: str, done: Callable[[int], None]
) -> Mapping[str, Page]:
    """Open pages; ``done`` is told of each."""
    found = {}
    for path in paths:
        found[path] = fetch(address, path, public)
        done(1)
    return found


def compare(old: Mapping[str, Page], new: Mapping[str, Page]) -> Iterator[Difference]:
    """Yield what differs: statuses, titles, texts of posts and counts gravely, the rest to see."""
    for path, before in old.items():
        after = new[path]
        if before.status != after.status:
            yield Difference(path, True, f"answers {after.status}, was {before.status}")
        elif before.count != after.count:
            yield Difference(path, True, f"shows {after.count} posts, was {before.count}")
        elif before.post != after.post:
            lines = _differing(before.post, after.post)
            yield Difference(path, True, "the text of the post is another", lines)
        elif before.title != after.title:
            said = f"is called {after.title!r}, was {before.title!r}"
            yield Difference(path, True, said)
        elif before.text != after.text:
            yield Difference(path, False, "says more", _differing(before.text, after.text))


class _OnSocket(http.client.HTTPConnection):
    """A connection to a port, or to a socket in the file system."""

    def connect(self) -> None:
        if not self.host.startswith("/"):
            super().connect()
            return
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(SECONDS)
        self.sock.connect(self.host)


def _read(status: int, kind: str, body: bytes) -> Page:
    said = body.decode("utf-8", errors="replace")
    if not kind.startswith("text/html"):
        count = len(re.findall(r"<(?:entry|item|loc|sitemap)>|<entry |\"id\":", said))
        return Page(status, post=said if kind.startswith("text/markdown") else "",
                    text=_plain(said), count=count)  # fmt: skip
    page = BeautifulSoup(body, "html.parser")
    for element in page.find_all(["script", "style"]):
        element.decompose()
    prose = page.select("article .prose")
    return Page(
        status,
        title=page.title.get_text() if page.title else "",
        post=" ".join(_plain(each.get_text(" ")) for each in prose),
        text=_plain(page.get_text("\n")),
        count=len(page.select("main article")),
    )


def _plain(said: str) -> str:
    lines = (" ".join(line.split()) for line in _OURS.sub("…", said).splitlines())
    return "\n".join(filter(None, lines))


def _differing(before: str, after: str) -> list[str]:
    found = unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=0)
    lines = [line[:200] for line in found if not line.startswith(("---", "+++", "@@"))]
    rest = len(lines) - MOST_LINES
    return lines[:MOST_LINES] + ([f"and {rest} more lines"] if rest > 0 else [])
