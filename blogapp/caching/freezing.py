"""Freezing the blog: the whole public site as files in a folder, for any place that serves files.

The same walk and the same writer as the page store's, by other names: what a query says
there, a path says here, because a place for files knows no queries.
"""

import ctypes
import fcntl
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from html import escape, unescape
from pathlib import Path
from urllib.parse import parse_qsl, quote, unquote

from flask import Flask

from blogapp.caching.answers import Answer, header
from blogapp.caching.filing import SUFFIXES, Writer, kind_of, with_policy
from blogapp.caching.keeping import ask
from blogapp.caching.leading_on import add_leads, files_led_to
from blogapp.caching.walking import fetch, walk
from blogapp.caching.watching import watch_of
from blogapp.posts.listing import MOST_PAGES
from blogapp.web import kinds
from blogapp.web.compressing import compressed
from blogapp.web.serving import statics_of
from blogapp.web.statics import FOLDER as STATIC

# Names what a freeze wrote, so that the next one takes away nothing else.
MANIFEST = ".frozen"
NOT_FOUND = "404.html"
LONGEST_NAME = 255  # bytes, on nearly every disk

# Links that may be called otherwise: those with a query, and those to code.
_LINK = re.compile(
    r"""(\s(?:href|hx-get|hx-replace-url)=)(?:"([^"#]*(?:\?|/code/)[^"#]*)"|([^\s"'>#]+(?:\?|/code/)[^\s"'>#]*))"""
)
# What browsers would run, were it not shown as text: authors show code, they do not serve it.
_ACTIVE = (".htm", ".html", ".mht", ".mhtml", ".shtml", ".svg", ".xht", ".xhtml", ".xml", ".xsl")
# Choices that have a page of their own, where nothing else is chosen.
_PLACES = {
    "tag": "tags",
    "domain": "domains",
    "series": "series",
    "author": "authors",
    "year": "archive",
}
_YEAR = re.compile("/archive/[0-9]+")
_FEED = re.compile(
    r"""\shref=["']?([^\s"'>]*/feed\.xml\?(?:tag|domain|series|author)=[^\s"'>&]+)["'\s>]"""
)
# What is no page, and kept by nobody.
_UNKEPT = ("/favicon.ico", "/apple-touch-icon.png", "/.well-known/security.txt")
# What only the running blog can answer.
_ALIVE = {"/opensearch.xml"}
_WORDS = {"sort": "by"}
_FEEDS = {"/feed.xml", "/rss.xml", "/feed.json"}
_ENDING = re.compile(r"[^\s\"'<>&,()\\]+")
_EXCHANGE, _HERE = 2, -100  # RENAME_EXCHANGE and AT_FDCWD of Linux


class NotEmpty(Exception):
    """The folder holds a file that no freeze has written; says which."""


class Busy(Exception):
    """Another freeze is writing this folder."""


@dataclass
class Frozen:
    """What has come of a freeze: how many pages, how many other files, and what is missing."""

    pages: int = 0
    files: int = 0
    written: int = 0
    # Addresses whose names are too long for a file, or that did not answer.
    left_out: list[str] = field(default_factory=list)
    # Whether content changed meanwhile: then some pages may show it, and others not.
    has_changed: bool = False
    # Old addresses that lead on: by a page where a file can be, and all of them in a list.
    redirects: int = 0


def freeze(
    app: Flask, folder: Path, *, is_compressed: bool = False, done: Callable[[], None]
) -> Frozen:
    """Write the whole public site into ``folder``, which is changed as a whole or not at all.

    Files whose bytes are what they were stay the same files. ``done`` is called after each
    page. Raises `NotEmpty`, `Busy` and `OSError`.
    """
    folder = folder.resolve()
    demand_own(folder)
    with _beside(folder) as place:
        new = place / "new"
        new.mkdir()
        work = _Freeze(app, new, place, folder, is_compressed)
        before = watch_of(app).look(now=True).token
        walk(app, lambda address: work.visit(address, done), last_batch=MOST_PAGES)
        work.add_rest()
        work.frozen.has_changed = watch_of(app).look(now=True).token != before
        (new / MANIFEST).write_text("".join(f"{name}\n" for name in sorted(_files(new))))
        (new / MANIFEST).chmod(0o644)
        _open_to_all(new)
        _swap(new, folder)
    return work.frozen


def demand_own(folder: Path) -> None:
    """Raise `NotEmpty` where the folder holds anything that no freeze has put there."""
    if not folder.exists():
        return
    if not folder.is_dir():
        raise NotEmpty(f"{folder} is a file")
    try:
        known = {MANIFEST, *(folder / MANIFEST).read_text().splitlines()}
    except OSError:
        known = set()
    if foreign := next((name for name in _files(folder) if name not in known), None):
        raise NotEmpty(f"{folder / foreign} was written by no freeze")


def frozen_name(address: str) -> str | None:
    """Return the path of the file for an address; None for one that no file can have.

    >>> frozen_name("/"), frozen_name("/tags/a?page=2"), frozen_name("/posts/a.md")
    ('index.html', 'tags/a/page/2/index.html', 'posts/a.md')
    >>> frozen_name("/?page=3&after=abc&fragment=posts"), frozen_name("/?q=word")
    ('fragments/page/3/index.html', None)
    >>> frozen_name("/posts/old.html"), frozen_name("/posts/old.html/code/1/a.py")
    ('posts/old.html/index.html', 'posts/old.html/code/1/a.py')
    """
    link = frozen_link(address)
    if link is None:
        return None
    name = unquote(link).lstrip("/")
    # A slug may end as the name of a file does; below its page may lie others all the same.
    if kind_of(address) == "html":
        name = f"{name.rstrip('/')}/index.html".lstrip("/")
    parts = name.split("/")
    is_plain = all(part not in {"", ".", ".."} and part.isprintable() for part in parts)
    # As long as its compressed forms are.
    return (
        name if is_plain and all(len(f"{p}.br".encode()) <= LONGEST_NAME for p in parts) else None
    )


def frozen_link(address: str) -> str | None:
    """Return where a place for files has what is at ``address``; None where it has it nowhere.

    >>> frozen_link("/tags?sort=used&page=2"), frozen_link("/posts/a/code/1/page.html")
    ('/tags/by/used/page/2/', '/posts/a/code/1/page.html.txt')
    >>> frozen_link("/tags/a?page=2&after=b&fragment=posts"), frozen_link("/feed.xml?tag=a")
    ('/fragments/tags/a/page/2/', '/tags/a/feed.xml')
    """
    path, _, query = address.partition("?")
    if not query:
        is_run = kind_of(address) == "code" and path.lower().endswith(_ACTIVE)
        return f"{path}.txt" if is_run else path
    pairs = parse_qsl(query, keep_blank_values=True)
    values = dict(pairs)
    if len(values) == 1 == len(pairs) and (place := _place(path, *pairs[0])):
        return place
    link, asked = path.rstrip("/"), set(values)
    for key in ("sort", "letter", "page", "through"):
        if value := values.pop(key, ""):
            link += f"/{_WORDS.get(key, key)}/{quote(value, safe='')}"
    if values.keys() == {"after", "fragment"} and values["fragment"] == "posts":
        return f"/fragments{link}/"
    is_page = not values and (path == "/tags" or asked in ({"page"}, {"through"}))
    return f"{link}/" if is_page and path not in _FEEDS else None


def _place(path: str, key: str, value: str) -> str:
    """Return where a single choice has a page of its own; empty where it has none."""
    if path in {"/", "/feed.xml"} and key in _PLACES:
        return f"/{_PLACES[key]}/{quote(value, safe='')}{path.rstrip('/')}"
    if key == "month" and _YEAR.fullmatch(path):
        return f"{path}/{quote(value, safe='')}"
    return ""


def with_paths(html: str, public: str, base: str) -> str:
    """Return a page whose links say by their paths what they said by queries.

    ``public`` is the address of the whole blog, which ends in ``base``.
    """

    def rewritten(match: re.Match[str]) -> str:
        link = unescape(match[2] or match[3])
        start = next((start for start in (base, public) if link.startswith(f"{start}/")), None)
        address = None if start is None else frozen_link(link[len(start) :])
        return match[0] if address is None else f'{match[1]}"{escape(f"{start}{address}")}"'

    return _LINK.sub(rewritten, html)


class _Freeze:
    """One freeze on its way."""

    def __init__(
        self, app: Flask, new: Path, place: Path, before: Path, is_compressed: bool
    ) -> None:
        self.app, self.new, self.before, self.is_compressed = app, new, before, is_compressed
        self.base: str = app.config["BASE_PATH"]
        self.frozen = Frozen()
        scratch = place / "scratch"
        scratch.mkdir()
        compressing = _WELL if is_compressed else {}
        known = before if before.is_dir() else None
        self.pages = Writer(new, scratch, before=known, compressing=compressing)
        self.plain = Writer(new, scratch, before=known, compressing={})
        public = app.config["PUBLIC_URL"]
        self.named = re.compile(
            f"(?:{re.escape(public)}|(?<=[\"'\\s=,(])){re.escape(self.base)}/media/"
        )
        self.media = set[str]()
        self.feeds = dict[str, None]()

    def visit(self, address: str, done: Callable[[], None]) -> str | None:
        """Write the file of this address; return its text."""
        answer = None if address in _ALIVE else ask(self.app, address)
        if answer is None:
            return None
        text = answer.body.decode()
        self._note_media(text)
        self._note_feeds(text)
        name = frozen_name(address)
        body = self._content(answer, text)
        if name is None or body is None:
            self.frozen.left_out.append(address)
        else:
            self.frozen.written += self.pages.write(name, body)
            self.frozen.pages += 1
        done()
        return text

    def add_rest(self) -> None:
        """Add what pages show, icons, the files of the software, and a page for other addresses."""
        for address in self.feeds:
            self.visit(address, lambda: None)
        self.media |= files_led_to(self.app)
        for address in (*_UNKEPT, *sorted(self.media)):
            self._add_file(address)
        self._add_assets()
        lost = self._get(f"/{NOT_FOUND}")
        page = with_policy(lost[1], lost[2])
        if page is not None:
            self.frozen.written += self.pages.write(NOT_FOUND, page)
        self.frozen.redirects = add_leads(self.app, self.new, self._write_page, frozen_link)

    def _write_page(self, name: str, body: bytes) -> None:
        self.frozen.written += self.pages.write(name, body)
        self.frozen.files += 1

    def _content(self, answer: Answer, text: str) -> bytes | None:
        if kind_of(answer.address) not in {"html", "atom"}:
            return answer.body
        page = with_paths(text, self.app.config["PUBLIC_URL"], self.base).encode()
        if "fragment=" in answer.address or kind_of(answer.address) == "atom":
            return page
        return with_policy(page, header(answer.headers, "content-security-policy"))

    def _note_media(self, text: str) -> None:
        for match in self.named.finditer(text):
            if ending := _ENDING.match(text, match.end()):
                self.media.add(f"/media/{unescape(ending[0])}")

    def _note_feeds(self, text: str) -> None:
        for match in _FEED.finditer(text):
            link = unescape(match[1]).removeprefix(self.app.config["PUBLIC_URL"])
            self.feeds[link.removeprefix(self.base)] = None

    def _add_file(self, address: str) -> None:
        status, body, _policy = self._get(address)
        name = unquote(address).lstrip("/")
        if status >= 500:
            raise Busy(f"{address} cannot be had now")
        if status != 200 or ".." in name:
            self.frozen.left_out.append(address)
            return
        self.frozen.written += self.plain.write(name, body)
        self.frozen.files += 1

    def _add_assets(self) -> None:
        for asset in statics_of(self.app).all():
            content = asset.content if asset.path is None else asset.path.read_bytes()
            writer = self.pages if kinds.is_compressible(kinds.kind_of(asset.name)) else self.plain
            for name in (asset.hashed, asset.name):
                self.frozen.written += writer.write(f"{STATIC}/{name}", content)
                self.frozen.files += 1

    def _get(self, address: str) -> tuple[int, bytes, str]:
        """Return status, body and policy of what is no page, as any reader gets it."""
        with fetch(self.app, address) as response:
            policy = response.headers.get("Content-Security-Policy", "")
            return response.status_code, response.get_data(), policy


_WELL: Mapping[str, Callable[[bytes], bytes]] = {
    coding: partial(compressed, encoding=coding, best=True) for coding in SUFFIXES
}


@contextmanager
def _beside(folder: Path) -> Iterator[Path]:
    """Give a folder on the same disk, which is gone afterwards; what was left before is, too."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    start = f".{folder.name}.freezing-"
    for left in folder.parent.glob(f"{start}*"):
        with _held(left):
            shutil.rmtree(left, ignore_errors=True)
    place = Path(tempfile.mkdtemp(prefix=start, dir=folder.parent))
    try:
        with _held(place):
            yield place
    finally:
        shutil.rmtree(place, ignore_errors=True)


@contextmanager
def _held(place: Path) -> Iterator[None]:
    """Hold a folder as this process's own for the block; raises `Busy`."""
    handle = os.open(place, os.O_RDONLY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise Busy(f"another freeze is writing beside {place}") from error
        yield
        # A child forked meanwhile has the folder open, and would hold it.
        fcntl.flock(handle, fcntl.LOCK_UN)
    finally:
        os.close(handle)


def _files(folder: Path) -> Iterator[str]:
    for place, _folders, files in os.walk(folder):
        for name in files:
            yield (Path(place) / name).relative_to(folder).as_posix()


def _open_to_all(folder: Path) -> None:
    """Let every user read the folders, whatever the umask is: one of them is the web server."""
    for place, _folders, _files in os.walk(folder):
        os.chmod(place, 0o755)  # nosec B103


def _swap(new: Path, folder: Path) -> None:
    """Let ``folder`` be what ``new`` is; what it was before is then at ``new``."""
    if not folder.exists():
        new.rename(folder)
        return
    with suppress(OSError, AttributeError):
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.renameat2(_HERE, bytes(new), _HERE, bytes(folder), _EXCHANGE) == 0:
            return
    # Where the kernel cannot do it in one step, there are two.
    old = new.with_name("old")
    folder.rename(old)
    new.rename(folder)
