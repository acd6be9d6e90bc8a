"""Answers as files: what a file is called, what it carries itself, and how it is written.

A file has no headers. What every page has, the server adds that sends it (`deploy/`); what is a
page's own, its Content-Security-Policy, stands in the file. An answer that says more than
both can say is left to the application.
"""

import os
import re
import secrets
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import partial
from hashlib import blake2b
from html import escape
from pathlib import Path
from urllib.parse import unquote_to_bytes

from blogapp.caching.answers import Answer, header
from blogapp.caching.encoding import compress
from blogapp.web.codings import BROTLI, GZIP

# What a file's type is called in its name, and the type that the server then tells.
KINDS = {
    "html": "text/html",
    "md": "text/markdown",
    "txt": "text/plain",
    "code": "text/plain",
    "atom": "application/atom+xml",
    "rss": "application/rss+xml",
    "feed": "application/feed+json",
    "xml": "application/xml",
    "opensearch": "application/opensearchdescription+xml",
    "webmanifest": "application/manifest+json",
}
SUFFIXES = {BROTLI: ".br", GZIP: ".gz"}
# Names of files have at most 255 bytes: a longer one is cut into folders of so many.
_PIECE = 150
_MOST_PIECES = 6
# What `deploy/nginx.conf` takes for a query, too: nothing in it can lead out of a folder.
_QUERY = re.compile(r"(?=.{1,80}\Z)[a-z]+=[A-Za-z0-9_-]+(?:&[a-z]+=[A-Za-z0-9_-]+)*")
# By their paths alone a server tells kinds; whatever is none of these is a page.
_KNOWN = {
    "/feed.xml": "atom",
    "/rss.xml": "rss",
    "/feed.json": "feed",
    "/sitemap.xml": "xml",
    "/opensearch.xml": "opensearch",
    "/site.webmanifest": "webmanifest",
    "/robots.txt": "txt",
    "/llms.txt": "txt",
    "/.well-known/security.txt": "txt",
}
_PATTERNS = {
    re.compile(r"/(?:posts|pages)/[^/]+\.md"): "md",
    re.compile(r"/(?:posts|pages)/[^/]+/code/.*"): "code",
    re.compile(r"/sitemap-[0-9]+\.xml"): "xml",
}
# Where a page begins; before this stands nothing that a policy is about.
_BEGINNING = re.compile(rb"<meta\s+charset\s*=\s*[\"']?utf-8[\"']?\s*/?>", re.IGNORECASE)
_FIRST_BYTES = 1024
# What a policy in a page may not hold (CSP 3, 3.3). The server says it, or nobody.
_NOT_IN_PAGES = ("frame-ancestors", "report-uri", "report-to", "sandbox")
# Headers that the servers in `deploy/` send with every file, whatever the application sent.
_ADDED = frozenset(
    {
        *("cache-control", "content-type", "content-security-policy", "cross-origin-opener-policy"),
        *("permissions-policy", "referrer-policy", "x-content-type-options", "x-frame-options"),
        *("cross-origin-resource-policy", "x-permitted-cross-domain-policies"),
        "strict-transport-security",
        *("content-length", "content-encoding", "etag", "last-modified", "vary", "date", "server"),
    }
)
# Headers without which a file is as good: they only tell earlier what is in it, or where to
# report what a policy refused, which one that stands in a page cannot. A cache in front asks
# for a file each time, and need not know what is in it.
_SPARED = frozenset(
    {
        *("speculation-rules", "server-timing", "reporting-endpoints"),
        *("cdn-cache-control", "surrogate-control", "cache-tag", "surrogate-key", "cdn-tag"),
    }
)


def kind_of(address: str) -> str:
    """Return what the type of an answer is called in names.

    >>> kind_of("/posts/feed.xml"), kind_of("/posts/a.md"), kind_of("/feed.xml?tag=a")
    ('html', 'md', 'atom')
    """
    path = address.partition("?")[0]
    matching = (kind for pattern, kind in _PATTERNS.items() if pattern.fullmatch(path))
    return _KNOWN.get(path) or next(matching, "html")


def store_name(address: str) -> str | None:
    """Return the path under which a file server looks for ``address`` in a page store.

    That is the path as it is decoded, an at sign, the query and the kind. No folder's name
    holds what a file's name must, so no two addresses meet. None where the name would be too
    long or strange for a file.

    >>> store_name("/"), store_name("/tags/c%2B%2B?page=2")
    ('@.html', 'tags/c++@page=2.html')
    >>> store_name("/posts/a/.."), store_name("/?q=%2e")
    (None, None)
    """
    path, _, query = address.partition("?")
    if query and not _QUERY.fullmatch(query):
        return None
    names = [] if path == "/" else unquote_to_bytes(path).split(b"/")[1:]
    if not all(map(_is_plain, names)):
        return None
    *folders, last = names or [b""]
    if any(b"@" in name or len(name) > _PIECE for name in folders):
        return None
    pieces = [last[i : i + _PIECE] for i in range(0, len(last), _PIECE)] or [b""]
    if len(pieces) > _MOST_PIECES:
        return None
    cut = [*folders, *(piece + b"@" for piece in pieces[:-1]), pieces[-1]]
    return f"{os.fsdecode(b'/'.join(cut))}@{query}.{kind_of(address)}"


def is_numbered(query: str) -> bool:
    """Return whether a query says which page, and nothing else."""
    return bool(re.fullmatch("page=[0-9]+", query))


def as_file(answer: Answer, *, base: str = "", public: str = "") -> bytes | None:
    """Return the bytes of the file for an answer; None where its headers would be missed.

    ``public`` is scheme, host and ``base``, the path under which the blog stands.
    """
    kind = kind_of(answer.address)
    if not _is_told(answer, kind, base, public):
        return None
    is_page = kind == "html" and "fragment=" not in answer.address
    policy = header(answer.headers, "content-security-policy")
    return with_policy(answer.body, policy) if is_page else answer.body


def with_policy(html: bytes, policy: str) -> bytes | None:
    """Return a page that carries its policy itself; None where there is no place for it."""
    begins = _BEGINNING.search(html, 0, _FIRST_BYTES)
    if begins is None:
        return None
    directives = [part.strip() for part in policy.split(";")]
    kept = "; ".join(part for part in directives if part and not part.startswith(_NOT_IN_PAGES))
    # A policy has apostrophes in every word, and they may stand in an attribute as they are.
    content = escape(kept, quote=False).replace('"', "&quot;")
    meta = f'<meta http-equiv="Content-Security-Policy" content="{content}">' if kept else ""
    return html[: begins.end()] + meta.encode() + html[begins.end() :]


class Writer:
    """Writes files into ``folder``: each whole or not at all, whoever is killed when.

    ``scratch`` is a folder on the same disk where nobody looks. What lies in ``before`` under
    the same name with the same bytes becomes another name of that file instead of a new one.
    """

    def __init__(
        self,
        folder: Path,
        scratch: Path,
        *,
        before: Path | None = None,
        compressing: Mapping[str, Callable[[bytes], bytes]] | None = None,
        is_stamped: bool = False,
    ) -> None:
        self.folder, self.scratch, self.before = folder, scratch, before
        self.compressing = QUICKLY if compressing is None else compressing
        self.is_stamped = is_stamped
        self.own = secrets.token_hex(8)

    def write(self, name: str, body: bytes) -> bool:
        """Write a file and its compressed forms; return whether any byte of it is new.

        Raises `OSError`; `FileNotFoundError` where the folder itself is gone.
        """
        suffixes = [SUFFIXES[coding] for coding in self.compressing]
        if self.before and self._link(name, body, suffixes):
            return False
        for coding, compress_as in self.compressing.items():
            self._put(name + SUFFIXES[coding], compress_as(body))
        # Last: where this is, all of it is.
        self._put(name, body)
        return True

    def link(self, name: str, source: Path) -> None:
        """Put another file under ``name``: a name of the same file, else a copy."""
        with self._made(name) as made:
            try:
                os.link(source, made)
            except OSError:
                made.write_bytes(source.read_bytes())
                made.chmod(0o644)

    def _link(self, name: str, body: bytes, suffixes: list[str]) -> bool:
        """Give the files of before one more name, where they are all there and the same."""
        assert self.before
        earlier = self.before / name
        try:
            if earlier.stat().st_size != len(body) or earlier.read_bytes() != body:
                return False
            for suffix in [*suffixes, ""]:
                with self._made(name + suffix) as made:
                    os.link(f"{earlier}{suffix}", made)
        except FileNotFoundError:
            if not self.folder.is_dir():
                raise
            return False
        except OSError:
            return False  # a disk that knows no second names, or no more of them
        return True

    def _put(self, name: str, content: bytes) -> None:
        with self._made(name) as made:
            with made.open("wb") as file:
                file.write(content)
                # Whatever the umask is: the server that sends it is another user.
                os.fchmod(file.fileno(), 0o644)
            if self.is_stamped:
                moment = stamp(content)
                os.utime(made, (moment, moment))

    @contextmanager
    def _made(self, name: str) -> Iterator[Path]:
        """Give a place to write to, whose file has its name afterwards or is gone."""
        made = self.scratch / f"{self.own}-{threading.get_ident()}"
        try:
            yield made
            try:
                made.replace(self.folder / name)
            except FileNotFoundError:
                make_folders(self.folder, Path(name).parent)
                made.replace(self.folder / name)
        finally:
            # Two names of one file stay two when one replaces the other (POSIX, rename).
            with suppress(OSError):
                made.unlink(missing_ok=True)


def stamp(content: bytes) -> int:
    """Return a time that tells these bytes from others, for a file server's ETag.

    Servers make it of time and size, and two changes within a second may have both the same.
    """
    return 2 + int.from_bytes(blake2b(content, digest_size=4).digest()) % (2**31 - 4)


def make_folders(folder: Path, below: Path) -> None:
    """Make the folders of ``below`` in ``folder``, readable for everybody.

    Raises `FileNotFoundError` where ``folder`` itself is gone: it is not made again.
    """
    for part in [*reversed(below.parents), below]:
        made = folder / part
        if part != Path() and not made.is_dir():
            with suppress(FileExistsError):
                made.mkdir()
                made.chmod(0o755)


QUICKLY: Mapping[str, Callable[[bytes], bytes]] = {
    coding: partial(compress, coding=coding) for coding in SUFFIXES
}


def _is_plain(name: bytes) -> bool:
    is_path = name in {b"", b".", b".."}  # which names no file in this folder
    return not is_path and not any(byte < 32 or byte == 127 for byte in name)


def _is_told(answer: Answer, kind: str, base: str, public: str) -> bool:
    """Whether a server that knows the address alone says what the application says."""
    if header(answer.headers, "cache-control") != "public, no-cache":
        return False
    if header(answer.headers, "content-type").partition(";")[0].strip() != KINDS[kind]:
        return False
    expected = dict(_expected(answer.address, kind, base, public))
    for name, value in answer.headers:
        name = name.lower()
        if name in _ADDED or name in _SPARED:
            continue
        if name == "content-disposition" and kind == "code":
            continue  # the server says "attachment"; the name is the address's last part
        if expected.pop(name, None) != value:
            return False
    return not expected


def _expected(address: str, kind: str, base: str, public: str) -> Iterator[tuple[str, str]]:
    """What the servers say of some addresses more than of others; see `deploy/nginx.conf`."""
    path, _, query = address.partition("?")
    if "fragment=" in query or kind == "code":
        yield "x-robots-tag", "noindex"
    if page := re.fullmatch(r"page=(\d+)&after=[^&]+&fragment=posts", query):
        yield "hx-replace-url", f"{base}{path}?through={page[1]}"
    if kind == "md":
        yield "link", f'<{public}{path.removesuffix(".md")}>; rel="canonical"'
