"""Removing the demo blog without a trace."""

from sqlalchemy import delete, exists, or_, select, update

from blogapp.accounts.models import Author, AuthorSession
from blogapp.demo.loading import ORIGIN
from blogapp.extensions import db
from blogapp.importing.models import ImportedFile
from blogapp.media.models import Media
from blogapp.posts.models import Domain, Post, PostAuthor, PostMedia, Series, Tag, post_tags
from blogapp.site.models import Site


def remove_demo() -> list[Media]:
    """Take away all that the demo brought; return the media whose files may go.

    What an own post uses stays: its tags, domain, series, images and byline lose
    only the mark of the demo. The caller commits, then deletes the files.
    """
    demo_posts = select(Post.id).where(Post.origin == ORIGIN)
    db.session.execute(delete(ImportedFile).where(ImportedFile.source == ORIGIN))
    db.session.execute(delete(Post).where(Post.id.in_(demo_posts)))
    for model, in_use in (
        (Tag, exists().where(post_tags.c.tag_id == Tag.id)),
        (Domain, exists().where(Post.domain_id == Domain.id)),
        (Series, exists().where(Post.series_id == Series.id)),
    ):
        db.session.execute(delete(model).where(model.origin == ORIGIN, ~in_use))
    demo_authors = select(Author.id).where(Author.origin == ORIGIN)
    db.session.execute(delete(AuthorSession).where(AuthorSession.author_id.in_(demo_authors)))
    unused = _unused_media()
    db.session.execute(delete(Media).where(Media.id.in_([media.id for media in unused])))
    signs = exists().where(PostAuthor.author_id == Author.id)
    uploads = exists().where(Media.uploaded_by_id == Author.id)
    db.session.execute(delete(Author).where(Author.origin == ORIGIN, ~signs, ~uploads))
    db.session.execute(
        update(Author).where(Author.origin == ORIGIN).values(email=None, email_key=None)
    )
    db.session.execute(delete(Site).where(Site.origin == ORIGIN))
    for kept in (Tag, Domain, Series, Media, Author):
        db.session.execute(update(kept).where(kept.origin == ORIGIN).values(origin=None))
    return unused


def _unused_media() -> list[Media]:
    in_use = or_(
        exists().where(PostMedia.media_id == Media.id), exists().where(Post.cover_id == Media.id)
    )
    query = select(Media).where(Media.origin == ORIGIN, ~in_use)
    return list(db.session.scalars(query))
