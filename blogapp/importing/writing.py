"""Making a post of what a source file says, or bringing an imported one up to date.

These functions change objects; the caller commits once for each post.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import selectinload, undefer

from blogapp.extensions import db
from blogapp.importing.gathering import Gathered
from blogapp.importing.introducing import Cast
from blogapp.importing.leading import Note, lead_to_post
from blogapp.importing.models import ImportedFile
from blogapp.importing.picturing import Pictures, store_any
from blogapp.importing.reading import SourcePost
from blogapp.importing.relinking import Links, rewrite
from blogapp.media.errors import MediaError, TooLarge
from blogapp.media.models import Media
from blogapp.media.stores import Store
from blogapp.media.storing import MOST_BYTES
from blogapp.posts.commenting import keep_comments
from blogapp.posts.models import Post, PostMedia
from blogapp.posts.naming import free_post_slug
from blogapp.posts.rendering import render_post
from blogapp.posts.searching import index_post
from blogapp.posts.writing import Manuscript, new_post, save

_LATER = {"is_page", "entry_id", "comments", "converted", "cover_alt"}


@dataclass(frozen=True, kw_only=True)
class Desk:
    """What writing needs to know besides the post."""

    now: datetime
    zone: ZoneInfo  # the blog's
    store: Store
    origin: str | None = None
    author: str = ""  # signs what nobody signed
    cast: Cast = field(default_factory=Cast)
    pictures: Pictures | None = None  # finds what bodies name that a reader made


def fingerprint(post: SourcePost, gathered: Gathered) -> str:
    """Return a hash of all that was read: the file's words and its pictures' bytes."""
    said = asdict(replace(post, problems=(), body_line=0))
    # What was added later does not count while it says nothing: older imports stay known.
    said = {name: value for name, value in said.items() if value or name not in _LATER}
    if post.converted:
        # By address: where it was found differs from run to run.
        found = [*sorted(gathered.names), bool(gathered.cover or gathered.cover_id)]
        return _digest([said, found])
    files = {name: _hash(path) for name, path in sorted(gathered.files.items())}
    cover = _hash(gathered.cover) if gathered.cover else ""
    return _digest([said, files, cover])


def _digest(said: list[Any]) -> str:
    text = json.dumps(said, sort_keys=True, default=str)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def write_new(source: SourcePost, gathered: Gathered, desk: Desk) -> tuple[Post, list[Note]]:
    """Return a new post of what ``source`` says, and what the source's owner should know."""
    notes: list[Note] = []
    slug = free_post_slug(source.slug, is_page=source.is_page)
    if slug != source.slug:
        notes.append((1, f"another post has the address {source.slug}; this one is {slug}"))
    media, cover = _store(gathered, desk, notes)
    source = _rewritten(source, gathered, media, desk, notes)
    manuscript = _manuscript(source, slug, desk)

    # Its first flush is the one with all its columns.
    with db.session.no_autoflush:
        post = new_post(now=desk.now, origin=desk.origin, is_page=source.is_page)
        post.media = [PostMedia(name=name, media_id=item.id) for name, item in media.items()]
        save(post, manuscript, now=desk.now)
    _finish(post, source, cover, desk, notes)
    return post, notes


def write_again(
    post_id: int, source: SourcePost, gathered: Gathered, desk: Desk
) -> tuple[Post, list[Note]]:
    """Make an imported post what ``source`` says now; returns it with notes as `write_new`."""
    notes: list[Note] = []
    media, cover = _store(gathered, desk, notes)
    loaded = [selectinload(Post.tags), selectinload(Post.bylines), selectinload(Post.media)]
    post = db.session.get_one(Post, post_id, options=loaded)
    slug = _kept_slug(post, source.slug)
    by_name = {used.name: used for used in post.media}
    for name, item in media.items():
        if name in by_name:
            by_name[name].media_id = item.id
        else:
            post.media.append(PostMedia(name=name, media_id=item.id))
    source = _rewritten(source, gathered, media, desk, notes)
    save(post, _manuscript(source, slug, desk), now=desk.now)
    _finish(post, source, cover, desk, notes)
    return post, notes


def note_import(
    record_id: int | None, *, source: str, path: str, sha256: str, post: Post, now: datetime
) -> None:
    """Remember which file became ``post``, and which version of it."""
    record = db.session.get_one(ImportedFile, record_id) if record_id else ImportedFile()
    record.source, record.path, record.sha256 = source, path, sha256
    record.post_id, record.post_version, record.imported_at = post.id, post.version, now
    db.session.add(record)


def relink_post(post_id: int, links: Links, *, source: str, now: datetime) -> list[str]:
    """Let a post's links to the old site lead here; return those that nothing here answers.

    Not in a post that was edited here. The version that the import left is raised with it.
    """
    query = (
        select(Post, ImportedFile)
        .join(ImportedFile, ImportedFile.post_id == Post.id)
        .where(Post.id == post_id, ImportedFile.source == source)
        .where(Post.version == ImportedFile.post_version)
        .options(undefer(Post.body), undefer(Post.sections), selectinload(Post.tags))
    )
    row = db.session.execute(query).first()
    if row is None:
        return []
    post, record = row
    body, lost = links.relink(post.body)
    if body != post.body:
        post.body = body
        render_post(post, now=now)
        index_post(post)
        db.session.flush()
        record.post_version = post.version
    return lost


def _hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _rewritten(
    source: SourcePost,
    gathered: Gathered,
    media: Mapping[str, Media],
    desk: Desk,
    notes: list[Note],
) -> SourcePost:
    """Return the post with what is here named as it is named here, if a reader made its body."""
    if not source.converted or desk.pictures is None:
        return source
    db.session.flush()  # media get their ids
    notes += ((1, what) for what in desk.pictures.keep(gathered, media))
    here = {address: name for address, name in gathered.names.items() if name in media}
    body = rewrite(source.body, lambda address, _is_picture: here.get(address))
    return replace(source, body=desk.pictures.links.relink(body)[0])


def _manuscript(source: SourcePost, slug: str, desk: Desk) -> Manuscript:
    names = source.authors or ((desk.author,) if desk.author else ())
    authors = desk.cast.authors(names, now=desk.now, origin=desk.origin)
    desk.cast.make_names(source, origin=desk.origin)
    return Manuscript(
        title=source.title,
        body=source.body,
        slug=slug,
        summary=source.summary,
        kind=source.kind,
        language=source.language,
        canonical_url=source.canonical_url,
        domain=source.domain,
        series=source.series,
        series_position=source.series_position,
        tags=source.tags,
        authors=tuple(authors),
        extra=source.extra,
    )


def _finish(
    post: Post, source: SourcePost, cover: Media | None, desk: Desk, notes: list[Note]
) -> None:
    _set_dates(post, source, desk)
    post.cover_id = cover.id if cover else None
    if cover and source.cover_alt and not cover.alt:
        cover.alt = source.cover_alt
    notes += lead_to_post(post, source, now=desk.now)
    notes += _call_entry(post, source)
    if not post.is_formatted:
        notes.append(unformatted_note(source))
    db.session.flush()
    if source.comments:
        notes += ((1, what) for what in keep_comments(post.id, source.comments).problems)


def _set_dates(post: Post, source: SourcePost, desk: Desk) -> None:
    moment = None if source.draft else source.date or post.published_at or desk.now
    post.publish_at(moment, desk.zone)
    post.updated_at = source.updated
    post.unlisted = source.unlisted
    post.pinned = source.pinned
    # The only date that a draft has: when its author began it.
    post.created_at = source.date or post.created_at


def _call_entry(post: Post, source: SourcePost) -> Iterator[Note]:
    """Let feeds call the post what the old site's feed called it, unless another is called so."""
    if not source.entry_id or source.entry_id == post.entry_id:
        return
    query = select(Post.id).where(Post.entry_id == source.entry_id, Post.id != post.id)
    if db.session.scalar(query.limit(1)) is None:
        post.entry_id = source.entry_id
    else:
        yield 1, f"another post has its feed's id {source.entry_id}; feeds will give a new one"


def _kept_slug(post: Post, wanted: str) -> str:
    """Return the slug the post has, if that is ``wanted`` or a numbered form of it."""
    stem, _, number = post.slug.rpartition("-")
    if post.slug == wanted or (stem.casefold() == wanted.casefold() and number.isdigit()):
        return post.slug
    return free_post_slug(wanted, except_id=post.id, is_page=post.is_page)


# Files


def _store(
    gathered: Gathered, desk: Desk, notes: list[Note]
) -> tuple[Mapping[str, Media], Media | None]:
    """Put the post's files into the store; what the store refuses is noted and left out."""
    stored: dict[Path, Media | None] = {}

    def store(path: Path) -> Media | None:
        if path not in stored:
            try:
                stored[path] = _store_one(path, desk)
            except MediaError as error:
                stored[path] = None
                notes.append((1, f"{path.name} was not taken in: {error}"))
        return stored[path]

    media = {name: store(path) for name, path in gathered.files.items()}
    media |= {name: db.session.get(Media, id) for name, id in gathered.stored.items()}
    cover = store(gathered.cover) if gathered.cover else None
    if gathered.cover_id:
        cover = db.session.get(Media, gathered.cover_id)
    return {name: item for name, item in media.items() if item}, cover


def _store_one(path: Path, desk: Desk) -> Media:
    if path.stat().st_size > MOST_BYTES:
        raise TooLarge(f"It has more than {MOST_BYTES // 1_000_000} MB.")
    said: dict[str, Any] = {"store": desk.store, "now": desk.now, "origin": desk.origin}
    return store_any(path.read_bytes(), path.name, **said)


def unformatted_note(source: SourcePost) -> Note:
    return source.body_line, "formatting it costs too much: it is kept, and shown as it was typed"
