"""What people are called, and where their pages are: an old address leads to the new one.

These functions change objects; the caller decides when to commit.
"""

import unicodedata
from datetime import datetime

from sqlalchemy import delete, select, update

from blogapp.accounts.models import Author
from blogapp.extensions import db
from blogapp.posts.errors import BadSlug, SlugTaken
from blogapp.posts.models import Post, PostAuthor, Redirect
from blogapp.posts.naming import tidy
from blogapp.posts.renaming import forget, lead_on
from blogapp.text.slugs import is_slug

FOLDER = "authors"
_POSTS = Post.metadata.tables[Post.__tablename__]


def call(author: Author, *, name: str, slug: str, now: datetime) -> None:
    """Set what somebody is called and where their page is.

    Raises `BadSlug` and `SlugTaken` before changing anything.
    """
    slug = unicodedata.normalize("NFC", slug.strip())
    if slug != author.slug:
        _refuse(author, slug)
    was_called, was_at = author.name, author.slug
    author.name, author.slug = tidy(name), slug
    db.session.flush()
    if was_at.casefold() != slug.casefold():
        forget(FOLDER, slug)
        lead_on(FOLDER, was_at, slug, now=now)
    if was_called != author.name:
        raise_versions(author)


def forget_addresses(author: Author) -> None:
    """Let no old address lead to a person's page, nor say what they were called."""
    led = Redirect.target == f"/{FOLDER}/{author.slug}"
    db.session.execute(delete(Redirect).where(led).execution_options(synchronize_session=False))


def raise_versions(author: Author) -> None:
    """Let an editor that is open on a post of theirs merge the byline, without a save of it."""
    signed = select(PostAuthor.post_id).where(PostAuthor.author_id == author.id)
    raised = update(_POSTS).where(_POSTS.c.id.in_(signed)).values(version=_POSTS.c.version + 1)
    db.session.connection().execute(raised)


def _refuse(author: Author, slug: str) -> None:
    if not is_slug(slug):
        raise BadSlug(f"{slug!r} cannot be an address.")
    others = select(Author.slug_key, Author.name).where(Author.id != author.id)
    for slug_key, name in db.session.execute(others):
        # A byline that says this name must not mean them.
        if slug.casefold() in (slug_key, name.casefold()):
            raise SlugTaken(f"Somebody else is called {slug}.")
