"""Replacing files and deleting them, without a hole in any text. The caller commits."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete as delete_rows
from sqlalchemy import select, update

from blogapp.accounts.models import Author
from blogapp.extensions import Base, db
from blogapp.jobs.queueing import enqueue, withdraw
from blogapp.media.errors import MediaError
from blogapp.media.models import Media
from blogapp.media.stores import Store, StoreAway
from blogapp.media.storing import PURGE, delete_file
from blogapp.posts.media_uses import Use, find_uses
from blogapp.posts.models import Post, PostMedia
from blogapp.posts.rendering import rebuild
from blogapp.site.models import Site
from blogapp.site.reading import get_site

# How long what was deleted can be had back, and what was replaced.
DELETED_FOR = timedelta(days=7)
REPLACED_FOR = timedelta(days=30)


class InUse(MediaError):
    """Something shows the file; ``uses`` says what."""

    def __init__(self, uses: Sequence[Use]) -> None:
        super().__init__("The file is in use.")
        self.uses = uses


def replace(media: Media, by: Media, *, now: datetime) -> Sequence[int]:
    """Let ``by`` stand wherever ``media`` does; return the ids of the posts that changed.

    What is said of the file goes along, its old address leads to the new one, and the old
    file can be put back for a month.
    """
    if media is by:
        return []
    for field in ("alt", "caption", "credit"):
        setattr(by, field, getattr(by, field) or getattr(media, field))
    by.is_decorative = by.is_decorative or media.is_decorative
    by.replaced_by_id = by.deleted_at = None
    withdraw(PURGE, str(by.id))
    db.session.flush()
    earlier = update(Media).where(Media.replaced_by_id == media.id, Media.id != by.id)
    db.session.execute(earlier.values(replaced_by_id=by.id))
    media.replaced_by_id = by.id
    enqueue(PURGE, str(media.id), now=now, due=now + REPLACED_FOR)
    return _move_uses(media, by)


def delete(media: Media, *, now: datetime) -> None:
    """Take a file out of the library; it can be had back for a week. Raises `InUse`."""
    uses = find_uses([media.id]).get(media.id, ())
    if holding := [use for use in uses if use.kind.holds]:
        raise InUse(holding)
    media.deleted_at = now
    enqueue(PURGE, str(media.id), now=now, due=now + DELETED_FOR)


def bring_back(media: Media) -> None:
    """Put a deleted file back into the library."""
    media.deleted_at = None
    withdraw(PURGE, str(media.id))


def list_earlier(media: Media, store: Store) -> Sequence[Media]:
    """Return the files that this one stands for and that can be put back, newest first."""
    query = select(Media).where(Media.replaced_by_id == media.id, Media.deleted_at.is_(None))
    found = db.session.scalars(query.order_by(Media.id.desc())).all()
    return [each for each in found if _may_come_back(each, store)]


def _may_come_back(media: Media, store: Store) -> bool:
    try:
        return store.size(media.key) is not None
    except StoreAway:  # nobody knows until it is tried
        return True


def purge(media_id: int, store: Store) -> None:
    """Remove a deleted or replaced file from its store, and commit. May be repeated.

    A deleted one that is used again comes back instead; of a replaced one the address stays.
    """
    media = db.session.get(Media, media_id)
    if media is None or not (media.deleted_at or media.replaced_by_id):
        return
    key, uses = media.key, find_uses([media_id]).get(media_id, ())
    if media.deleted_at and any(use.kind.holds for use in uses):
        media.deleted_at = None
        db.session.commit()
        return
    # Nothing is held in the database while a store works. The file goes first: killed in
    # between, or with a store that is away, the row still says what is to be removed.
    db.session.rollback()
    delete_file(store, key)
    media = db.session.get_one(Media, media_id)
    media.variants = {}
    if media.deleted_at:
        _forget(media)
    db.session.commit()


def _move_uses(media: Media, by: Media) -> Sequence[int]:
    attached = select(PostMedia.post_id).where(PostMedia.media_id == media.id)
    changed = [*dict.fromkeys(db.session.scalars(attached.order_by(PostMedia.post_id)))]
    move = update(PostMedia).where(PostMedia.media_id == media.id)
    db.session.execute(move.values(media_id=by.id).execution_options(synchronize_session=False))
    # Past the mapper, which would raise the version: nobody's open editor is out of date.
    posts = Base.metadata.tables[Post.__tablename__]
    db.session.execute(update(posts).where(posts.c.cover_id == media.id).values(cover_id=by.id))
    db.session.execute(update(Site).where(Site.logo_id == media.id).values(logo_id=by.id))
    db.session.execute(update(Author).where(Author.picture == media.key).values(picture=by.key))
    db.session.expire_all()
    zone = get_site().zone
    for post_id in changed:
        rebuild(post_id, zone)
    return changed


def _forget(media: Media) -> None:
    """Remove the row, and those of the files that it stood for."""
    earlier = select(Media.id).where(Media.replaced_by_id == media.id)
    ids = [media.id, *db.session.scalars(earlier)]
    db.session.execute(delete_rows(PostMedia).where(PostMedia.media_id.in_(ids)))
    unbound = update(Media).where(Media.replaced_by_id.in_(ids)).values(replaced_by_id=None)
    db.session.execute(unbound)
    db.session.execute(delete_rows(Media).where(Media.id.in_(ids)))
