"""Removing the demo blog without a trace."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, delete, exists, or_, select, update

from blogapp.accounts.models import Author, AuthorSession
from blogapp.demo.loading import ORIGIN, count_posts
from blogapp.extensions import db
from blogapp.importing.models import ImportedFile
from blogapp.jobs.models import Job
from blogapp.media.models import Media
from blogapp.media.storing import VARIANTS
from blogapp.posts.draft_models import Draft
from blogapp.posts.models import (
    Domain,
    Post,
    PostAuthor,
    PostMedia,
    Series,
    Tag,
    TagAlias,
    post_tags,
)
from blogapp.posts.preview_models import PreviewLink
from blogapp.posts.publication_models import ConfirmedSecret, Publication
from blogapp.posts.searching import forget
from blogapp.site.models import Site


@dataclass(frozen=True)
class Removal:
    """What went, and how many posts stayed because somebody had changed them."""

    posts: int
    kept: int
    media_keys: Sequence[str]


def remove_demo() -> Removal:
    """Take away all that the demo brought.

    A demo post whose text somebody has changed, or typed into, is theirs and stays, unless
    it lies in the trash. What an own post uses stays too: its tags, domain, series, images and
    byline lose only the mark of the demo. The caller commits, then deletes the files.
    """
    before = count_posts()
    db.session.execute(
        update(Post)
        .where(Post.origin == ORIGIN, Post.deleted_at.is_(None), _is_edited())
        .values(origin=None)
    )
    posts = count_posts()
    db.session.execute(delete(ImportedFile).where(ImportedFile.source == ORIGIN))
    forget(db.session.scalars(select(Post.id).where(Post.origin == ORIGIN)).all())
    db.session.execute(delete(Post).where(Post.origin == ORIGIN))
    for model, in_use in (
        (Tag, exists().where(post_tags.c.tag_id == Tag.id)),
        (Domain, exists().where(Post.domain_id == Domain.id)),
        (Series, exists().where(Post.series_id == Series.id)),
    ):
        db.session.execute(delete(model).where(model.origin == ORIGIN, ~in_use))
    # What the demo's tags were called once, and where deleted ones were.
    db.session.execute(delete(TagAlias).where(TagAlias.origin == ORIGIN))
    demo_authors = select(Author.id).where(Author.origin == ORIGIN)
    db.session.execute(delete(AuthorSession).where(AuthorSession.author_id.in_(demo_authors)))
    keys = _unused_media()
    ids = db.session.scalars(select(Media.id).where(Media.key.in_(keys))).all()
    db.session.execute(delete(Job).where(Job.kind == VARIANTS, Job.key.in_(map(str, ids))))
    db.session.execute(delete(Media).where(Media.key.in_(keys)))
    for by in (PreviewLink.created_by_id, Publication.author_id, ConfirmedSecret.author_id):
        # What such an author did with an own post is done.
        db.session.execute(update(by.class_).where(by.in_(demo_authors)).values({by: None}))
    signs = exists().where(PostAuthor.author_id == Author.id)
    uploads = exists().where(Media.uploaded_by_id == Author.id)
    db.session.execute(delete(Author).where(Author.origin == ORIGIN, ~signs, ~uploads))
    db.session.execute(
        update(Author).where(Author.origin == ORIGIN).values(email=None, email_key=None, picture="")
    )
    db.session.execute(delete(Site).where(Site.origin == ORIGIN))
    for kept in (Tag, Domain, Series, Media, Author):
        db.session.execute(update(kept).where(kept.origin == ORIGIN).values(origin=None))
    return Removal(posts, before - posts, keys)


def _is_edited() -> ColumnElement[bool]:
    post = exists().where(
        ImportedFile.post_id == Post.id,
        ImportedFile.source == ORIGIN,
        Post.saved_at > ImportedFile.imported_at,
    )
    is_typed_into = exists().where(Draft.post_id == Post.id, Draft.head > 0)
    is_imported = exists().where(ImportedFile.post_id == Post.id, ImportedFile.source == ORIGIN)
    return or_(post, is_typed_into, and_(~is_imported, Post.saved_at > Post.created_at))


def _unused_media() -> Sequence[str]:
    in_use = or_(
        exists().where(PostMedia.media_id == Media.id),
        exists().where(Post.cover_id == Media.id),
        exists().where(Site.logo_id == Media.id),
    )
    return db.session.scalars(select(Media.key).where(Media.origin == ORIGIN, ~in_use)).all()
