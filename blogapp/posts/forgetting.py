"""Taking a person out for good: the row where nothing hangs on it, else all that tells who it was.

What they wrote stays, under a name that names nobody. These functions change objects; the
caller decides when to commit.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import Column, delete, select, update

from blogapp.accounts.models import Author, Role
from blogapp.extensions import Base, db
from blogapp.media.models import Media
from blogapp.posts.author_addresses import forget_addresses, raise_versions
from blogapp.posts.draft_models import Draft
from blogapp.posts.media_keeping import InUse
from blogapp.posts.media_keeping import delete as delete_file
from blogapp.posts.models import PostAuthor
from blogapp.posts.naming import free_author_slug
from blogapp.posts.revision_models import Revision
from blogapp.text.name_lists import join_names, split_names
from blogapp.text.slugs import slugify


def forget_person(author: Author, *, name: str, now: datetime) -> bool:
    """Remove ``author`` where they sign nothing, and return True; else let ``name`` stand for them.

    Then address, profile and account are gone, and nobody can sign in as them again.
    """
    signs = select(PostAuthor.post_id).where(PostAuthor.author_id == author.id).limit(1)
    forget_addresses(author)
    picture, author.picture = author.picture, ""
    db.session.flush()
    _drop_picture(picture, now)
    if db.session.scalar(signs) is None:
        _remove(author)
        return True
    _drop_belongings(author)
    was = author.name
    author.name, author.slug = name, free_author_slug(slugify(name, "author"))
    author.bio, author.links, author.email, author.password_hash = "", [], None, None
    author.role, author.disabled_at, author.last_seen_at = Role.AUTHOR, now, None
    db.session.flush()
    _rename_in_texts(author, was)
    raise_versions(author)
    return False


def _remove(author: Author) -> None:
    _drop_belongings(author)
    for column in _references():
        if not column.nullable:
            continue
        table = column.table
        # Past the mapper, as the database does it for the others.
        cleared = update(table).where(column == author.id).values({column: None})
        db.session.connection().execute(cleared)
    db.session.delete(author)
    db.session.flush()


def _drop_belongings(author: Author) -> None:
    """Remove what is nobody's without them: sessions, keys, links, invitations."""
    for column in _references(ondelete="CASCADE"):
        db.session.connection().execute(delete(column.table).where(column == author.id))


def _references(ondelete: str | None = None) -> Iterator[Column[Any]]:
    """Yield the columns that refer to authors, with what becomes of them without one."""
    authors = Base.metadata.tables[Author.__tablename__]
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            for key in column.foreign_keys:
                if key.column is authors.c.id and key.ondelete == ondelete:
                    yield column


def _drop_picture(key: str, now: datetime) -> None:
    picture = db.session.scalar(select(Media).where(Media.key == key)) if key else None
    if picture:
        try:
            delete_file(picture, now=now)
        except InUse:
            return


def _rename_in_texts(author: Author, was: str) -> None:
    """Say the new name in working copies and revisions of what they sign."""
    signed = select(PostAuthor.post_id).where(PostAuthor.author_id == author.id)
    for model, names in ((Draft, ("fields", "base_fields")), (Revision, ("fields",))):
        for row in db.session.scalars(select(model).where(model.post_id.in_(signed))):
            for name in names:
                fields = getattr(row, name)
                if fields and was.casefold() in str(fields.get("authors", "")).casefold():
                    said = split_names(str(fields["authors"]))
                    said = [author.name if n.casefold() == was.casefold() else n for n in said]
                    setattr(row, name, {**fields, "authors": join_names(said)})
