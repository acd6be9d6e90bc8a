"""Taking a publication back, for a minute: readers see again what they saw before.

These functions change objects; the caller decides when to commit.
"""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import undefer

from blogapp.extensions import db
from blogapp.posts import drafting, writing
from blogapp.posts.content import ON, Content, content_of
from blogapp.posts.draft_models import EntryKind
from blogapp.posts.managing import list_authors
from blogapp.posts.models import Post
from blogapp.posts.naming import find_authors
from blogapp.posts.publication_models import Publication
from blogapp.posts.revision_models import Revision, RevisionKind
from blogapp.posts.writing import Manuscript
from blogapp.text.name_lists import split_names

UNDO_FOR = timedelta(seconds=60)


class TooLate(Exception):
    """The minute is over, or somebody changed the post since."""


def before(post: Post | None, *, author_id: int | None, now: datetime) -> Publication:
    """Return what readers see of ``post`` (None: of nothing) until now, for `remember`."""
    kept = Publication(at=now, author_id=author_id, was_public=False, fields={}, body="")
    if post:
        content = content_of(post)
        kept.was_public = post.is_public(now)
        kept.published_at, kept.updated_at = post.published_at, post.updated_at
        kept.withdrawn_at = post.withdrawn_at
        kept.fields, kept.body = dict(content.fields), content.body
    return kept


def remember(kept: Publication, post: Post) -> None:
    """Keep what there was before ``post`` was published; an older publication is forgotten.

    The post must have been written: a later version of it can no longer be taken back.
    """
    kept.post_id, kept.version = post.id, post.version
    db.session.merge(kept)


def find_undo(post: Post, *, now: datetime) -> Publication | None:
    """Return the last publication while it can be taken back, or None."""
    query = (
        select(Publication).where(Publication.post_id == post.id).options(undefer(Publication.body))
    )
    found = db.session.scalar(query)
    if found is None or found.at + UNDO_FOR < now or found.version != post.version:
        return None
    return found


def take_back(post: Post, *, author_id: int | None, now: datetime, zone: ZoneInfo) -> None:
    """Make readers see what they saw before the last publication; what was typed stays a draft.

    Raises `TooLate`.
    """
    found = find_undo(post, now=now)
    if found is None:
        raise TooLate
    typed = drafting.working_copy(post)
    if found.was_public:
        _say_again(post, Content(found.fields, found.body), now=now)
    post.publish_at(found.published_at, zone)
    post.updated_at, post.withdrawn_at = found.updated_at, found.withdrawn_at
    _untell(post, found.at)
    db.session.delete(found)
    db.session.flush()
    if found.was_public:
        drafting.write_content(post, typed, kind=EntryKind.RESTORED, author_id=author_id, now=now)


def _say_again(post: Post, content: Content, *, now: datetime) -> None:
    found = find_authors(split_names(content["authors"]), among=list_authors())
    authors = tuple(author for author in found if author)
    part = content["series_position"]
    writing.save(
        post,
        Manuscript(
            title=content["title"],
            body=content.body,
            slug=content["slug"],
            summary=content["summary"],
            kind=content["kind"],
            language=content["language"],
            canonical_url=content["canonical_url"],
            domain=content["domain"],
            series=content["series"],
            series_position=int(part) if part.isdecimal() else None,
            tags=tuple(split_names(content["tags"])),
            authors=authors or None,
            pinned=content["pinned"] == ON,
            unlisted=content["unlisted"] == ON,
            extra=post.extra or {},
        ),
        now=now,
    )


def _untell(post: Post, since: datetime) -> None:
    """Keep what the publication said as a save among others, of which readers are not told."""
    query = select(Revision).where(Revision.post_id == post.id, Revision.at >= since)
    for revision in db.session.scalars(query):
        if revision.kind in (RevisionKind.PUBLISHED, RevisionKind.UPDATED):
            revision.kind, revision.change_type = RevisionKind.SAVED, ""
