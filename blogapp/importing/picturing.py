"""Pictures and files of bodies that a reader made: found beside the export, in a folder, fetched.

What is stored is remembered by the address it had, so that nothing is fetched twice.
"""

import hashlib
import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Protocol
from urllib.parse import unquote, urljoin, urlsplit

from sqlalchemy import select

from blogapp.extensions import db
from blogapp.importing.gathering import KEPT, Gathered
from blogapp.importing.leading import lead_to
from blogapp.importing.models import ImportedMedia
from blogapp.importing.reading import SourcePost
from blogapp.importing.relinking import Links, rewrite
from blogapp.importing.sources import Source
from blogapp.media.errors import MediaError
from blogapp.media.models import Media
from blogapp.media.stores import Store
from blogapp.media.storing import is_drawing, store_drawing, store_file, store_image
from blogapp.outgoing.errors import RequestRefused
from blogapp.text.file_types import FILE_TYPES

# What WordPress adds to the names of smaller copies.
_SIZE = re.compile(r"-\d{2,5}x\d{2,5}(?=\.\w+$)")
_ODD = re.compile(r"[^\w.-]+")
_LONGEST_NAME = 100
_LONGEST_SHOWN = 400
_MOST_FILES = 1_000_000


class Fetched(Protocol):
    """A file from the web."""

    @property
    def data(self) -> bytes: ...
    @property
    def name(self) -> str: ...


Fetch = Callable[[str], Fetched]


@dataclass(frozen=True)
class _Found:
    """A file here: on disk, or in the media store already."""

    path: Path | None = None
    media_id: int = 0
    suffix: str = ""


@dataclass
class Pictures:
    """Finds what the bodies of one source name.

    ``fetch`` takes an address and raises a `RequestRefused`; None fetches nothing.
    """

    source: Source
    store: Store  # of the blog
    now: datetime
    origin: str | None = None
    folders: Sequence[Path] = ()
    fetch: Fetch | None = None
    links: Links = field(init=False)

    def __post_init__(self) -> None:
        self.links = Links(self.source.base_url)

    def gather(self, post: SourcePost) -> Gathered:
        """Return the post's files, those of the web fetched, stored and committed."""
        wanted = dict.fromkeys(_addresses(post.body))
        gathering = _Gathering(self)
        for address, is_picture in wanted:
            gathering.take(address, is_picture=is_picture)
        cover = next(filter(None, map(gathering.cover, post.covers)), None)
        return gathering.result(cover)

    def find(self, address: str) -> _Found | None:
        """Return what is here for an address: in the export, in a folder, in the store."""
        whole = self.whole(address)
        for spelling in dict.fromkeys((address, whole)):
            try:
                path = self.source.find_file(spelling)
            except (OSError, ValueError):  # a name that no file can have
                path = None
            if path:
                return _Found(path, suffix=path.suffix.lower())
        if path := self._in_folders(whole):
            return _Found(path, suffix=path.suffix.lower())
        query = (
            select(Media.id, Media.key)
            .join(ImportedMedia, ImportedMedia.media_id == Media.id)
            .where(ImportedMedia.address_sha256 == _digest(whole))
        )
        row = db.session.execute(query).first()
        return _Found(media_id=row.id, suffix=PurePosixPath(row.key).suffix) if row else None

    def whole(self, address: str) -> str:
        """Return an address with the old site's host, where that is known."""
        try:
            return urljoin(f"{self.source.base_url}/", address) if self.source.base_url else address
        except ValueError:
            return address

    def take(self, address: str) -> _Found:
        """Return what is at an address of the web, stored and remembered.

        Raises `MediaError` or `RequestRefused`.
        """
        if self.fetch is None:
            raise ValueError("nothing is to be fetched")
        fetched = self.fetch(address)
        media = store_any(
            fetched.data,
            fetched.name or PurePosixPath(urlsplit(address).path).name or "file",
            store=self.store,
            now=self.now,
            origin=self.origin,
        )
        db.session.flush()
        remember(address, media)
        db.session.commit()
        return _Found(media_id=media.id, suffix=PurePosixPath(media.key).suffix)

    def keep(self, gathered: Gathered, media: Mapping[str, Media]) -> Iterator[str]:
        """Remember what was stored by its address; the old site's own addresses lead to it.

        Yields a sentence on each that cannot. The media must have their ids.
        """
        ways = []
        for address, name in gathered.names.items():
            whole = self.whole(address)
            if name in media and whole.startswith(("https://", "http://")):
                remember(whole, media[name])
                if self.links.is_own(whole):
                    ways.append((urlsplit(whole).path, f"/media/{media[name].key}"))
        yield from lead_to(ways, now=self.now)

    def _in_folders(self, address: str) -> Path | None:
        try:
            path = unquote(urlsplit(address).path)
        except ValueError:
            return None
        parts = [part for part in path.split("/") if part not in ("", ".", "..")]
        if not parts or "\0" in path or PurePosixPath(parts[-1]).suffix.lower() not in KEPT:
            return None
        plain = _SIZE.sub("", parts[-1])
        for name in dict.fromkeys((parts[-1], plain)):
            for start in range(len(parts)):
                below = PurePosixPath(*parts[start:-1], name)
                for folder in self.folders:
                    if found := _inside(folder, below):
                        return found
            if found := self._by_name.get(name.casefold()):
                return found
        return None

    @cached_property
    def _by_name(self) -> dict[str, Path | None]:
        """The files of all folders by name; None where several have one name."""
        found: dict[str, Path | None] = {}
        for folder in self.folders:
            for above, _, names in os.walk(folder):
                for name in names:
                    key = name.casefold()
                    is_new = key not in found and len(found) < _MOST_FILES
                    found[key] = Path(above, name) if is_new else None
        return found


@dataclass
class _Gathering:
    """What was gathered for one post."""

    pictures: Pictures
    files: dict[str, Path] = field(default_factory=dict)
    stored: dict[str, int] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    by_found: dict[_Found, str] = field(default_factory=dict)
    outside: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def take(self, address: str, *, is_picture: bool) -> None:
        found = self._find(address, is_picture=is_picture)
        if found is None:
            return
        if found not in self.by_found:
            self.by_found[found] = self._name(address, found)
        name = self.by_found[found]
        self.names[address] = name
        if found.path:
            self.files[name] = found.path
        else:
            self.stored[name] = found.media_id

    def cover(self, address: str) -> _Found | None:
        return self._find(address, is_picture=True)

    def result(self, cover: _Found | None) -> Gathered:
        return Gathered(
            self.files,
            cover.path if cover else None,
            (),
            stored=self.stored,
            names=self.names,
            cover_id=cover.media_id if cover else None,
            outside=tuple(dict.fromkeys(self.outside)),
            notes=tuple((1, note) for note in dict.fromkeys(self.notes)),
        )

    def _find(self, address: str, *, is_picture: bool) -> _Found | None:
        if address.startswith(("#", "data:", "mailto:")):
            return None
        if found := self.pictures.find(address):
            return found
        whole = self.pictures.whole(address)
        on_the_web = whole.startswith(("https://", "http://"))
        if not on_the_web:
            if is_picture:
                self.notes.append(f"the picture {_shown(address)} is not there")
            return None
        # A link to a file is taken only where the file was the old site's own.
        if not is_picture and not self.pictures.links.is_own(whole):
            return None
        return self._fetch(whole, "picture" if is_picture else "file")

    def _fetch(self, address: str, kind: str) -> _Found | None:
        if self.pictures.fetch is None:
            self.outside.append(address)
            self.notes.append(f"the {kind} {_shown(address)} stays where it is: it was not fetched")
            return None
        try:
            return self.pictures.take(address)
        except (MediaError, RequestRefused) as error:
            db.session.rollback()
            self.notes.append(f"the {kind} {_shown(address)} was not taken in: {error}")
            return None

    def _name(self, address: str, found: _Found) -> str:
        path = found.path or PurePosixPath(unquote(urlsplit(address).path))
        stem = _ODD.sub("-", path.stem)[:_LONGEST_NAME].strip("-.") or "picture"
        suffix = path.suffix.lower() if path.suffix.lower() in KEPT else found.suffix
        taken = {name.casefold() for name in self.by_found.values()}
        name, number = f"{stem}{suffix}", 2
        while name.casefold() in taken:
            name, number = f"{stem}-{number}{suffix}", number + 1
        return name


def remember(address: str, media: Media) -> None:
    """Keep which file came from an address of the web; the media must have its id."""
    digest = _digest(address)
    query = select(ImportedMedia).where(ImportedMedia.address_sha256 == digest)
    row = db.session.scalar(query) or ImportedMedia(address_sha256=digest, address=address)
    row.media_id = media.id
    db.session.add(row)


def store_any(
    data: bytes, name: str, *, store: Store, now: datetime, origin: str | None = None
) -> Media:
    """Return the stored picture, drawing or file. Raises `MediaError` as `media.storing` does."""
    suffix = PurePosixPath(name).suffix.lower()
    if suffix in FILE_TYPES:
        return store_file(data, name, store=store, now=now, origin=origin)
    keep = store_drawing if suffix == ".svg" or is_drawing(data) else store_image
    return keep(data, name, store=store, now=now, origin=origin)


def _addresses(body: str) -> Iterator[tuple[str, bool]]:
    """Yield what a body shows, and the files it links to."""
    found: list[tuple[str, bool]] = []

    def collect(address: str, is_picture: bool) -> None:
        suffix = PurePosixPath(re.split(r"[?#]", address, maxsplit=1)[0]).suffix.lower()
        if is_picture or suffix in KEPT:
            found.append((address, is_picture))

    rewrite(body, collect)
    yield from found


def _inside(folder: Path, below: PurePosixPath) -> Path | None:
    try:
        resolved = (folder / below).resolve()
        is_there = resolved.is_relative_to(folder.resolve()) and resolved.is_file()
    except OSError:
        return None
    return resolved if is_there else None


def _shown(address: str) -> str:
    return address if len(address) <= _LONGEST_SHOWN else f"{address[:_LONGEST_SHOWN]}…"


def _digest(address: str) -> str:
    return hashlib.sha256(address.encode("utf-8", "surrogatepass")).hexdigest()
