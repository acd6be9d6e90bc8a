"""Loading the demo blog into an empty one."""

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from blogapp.accounts.models import Author, Role
from blogapp.accounts.registering import add_author, has_own_account
from blogapp.demo.introducing import introduce_people
from blogapp.extensions import db
from blogapp.importing.importing import import_tree
from blogapp.importing.models import ImportedFile
from blogapp.media.stores import Store
from blogapp.posts.models import Post
from blogapp.posts.publishing import publish
from blogapp.posts.reading import find_page
from blogapp.posts.writing import Manuscript, new_post, save
from blogapp.site.models import Site

ORIGIN = "demo"
POSTS = Path(__file__).parent / "posts"
ABOUT = Path(__file__).parent / "about.md"
EMAIL = "mara@example.invalid"
SITE = {
    "title": "Plumbline",
    "heading": "Notes from keeping real systems upright",
    "intro": "Measured write-ups from three engineers. Each post is drawn to scale: low bars are "
    "prose, tall bars are code, frames are figures.",
    "description": "Engineering notes on databases, reliability and the software of this blog.",
    "footer_line": "If you can read this, the footer is reachable.",
    "navigation": [
        {"label": "Posts", "address": "/"},
        {"label": "Tags", "address": "/tags"},
        {"label": "Archive", "address": "/archive"},
        {"label": "About", "address": "/about"},
    ],
}


def has_posts() -> bool:
    """Return whether the database holds any post, in whatever state."""
    return db.session.scalar(select(Post.id).limit(1)) is not None


def is_cut_short() -> bool:
    """Return whether loading the demo ended before its last post, on a blog still nobody's."""
    query = select(func.count()).where(ImportedFile.source == ORIGIN)
    taken_in = db.session.scalar(query) or 0
    return 0 < taken_in < len([*POSTS.rglob("*.md")]) and not has_own_account()


def find_demo_author() -> Author | None:
    """Return the demo's author who can sign in, or None."""
    query = select(Author).where(Author.origin == ORIGIN, Author.email.is_not(None))
    return db.session.scalar(query)


def add_demo_author(*, now: datetime) -> Author:
    """Return the demo's first author, who signs in by link alone. The caller commits."""
    found = find_demo_author()
    if found is None:
        found = add_author(
            name="Mara Lindqvist", email=EMAIL, role=Role.OWNER, password=None, now=now
        )
        found.origin = ORIGIN
    return found


def name_the_site() -> None:
    """Give a blog without settings of its own those of the demo. The caller commits."""
    if db.session.get(Site, 1) is None:
        db.session.add(Site(id=1, origin=ORIGIN, **SITE))


def count_posts() -> int:
    """Return how many posts for readers are the demo's."""
    query = select(func.count()).where(
        Post.origin == ORIGIN, Post.is_page.is_(False), Post.published_at.is_not(None)
    )
    return db.session.scalar(query) or 0


def add_about(*, now: datetime) -> None:
    """Add the page that says what this is, unless there is one. The caller commits."""
    if find_page("about"):
        return
    page = new_post(now=now, origin=ORIGIN, is_page=True)
    text = ABOUT.read_text("utf-8")
    save(page, Manuscript(title="About this blog", slug="about", body=text), now=now)
    publish(page, now=now, zone=ZoneInfo("UTC"))


def load_posts(store: Store, *, now: datetime) -> None:
    """Read the demo's posts in. Commits each by itself; safe to repeat."""
    import_tree(
        POSTS,
        source=ORIGIN,
        zone=ZoneInfo("UTC"),
        now=now,
        store=store,
        origin=ORIGIN,
    )
    introduce_people(store, origin=ORIGIN, now=now)
