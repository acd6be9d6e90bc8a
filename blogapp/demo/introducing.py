"""Who writes the demo: a few words each, and a face drawn in three strokes."""

from datetime import datetime

from sqlalchemy import select

from blogapp.accounts.models import Author
from blogapp.extensions import db
from blogapp.media.stores import Store
from blogapp.media.storing import store_drawing

# By slug: a few words, links, and the colours of ground, coat and hair.
PEOPLE = {
    "mara-lindqvist": (
        "Databases, and what they do while nobody looks. Measures first, writes it down second.\n\n"
        "Runs this blog. How it works is at https://example.com/plumbline.",
        [{"label": "Code", "address": "https://example.com/mara/code"}],
        ("#dfe5da", "#1b3fc4", "#2a2f2b"),
    ),
    "jonas-okafor": (
        "Keeps services up, and writes about the nights when they were not.",
        [{"label": "Notes", "address": "https://example.org/jonas"}],
        ("#e8dfd3", "#b3261e", "#191c1a"),
    ),
    "ines-carvalho": (
        "Browsers, type and the distance between the two. Draws everything to scale.",
        [],
        ("#d8e3e6", "#2f6f4f", "#7a4a22"),
    ),
}
_FACE = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="320" height="320" viewBox="0 0 32 32">'
    '<path fill="{0}" d="M0 0h32v32H0z"/>'
    '<path fill="{1}" d="M4 32c0-8 5-11 12-11s12 3 12 11z"/>'
    '<circle cx="16" cy="13" r="6.5" fill="#c99b7a"/>'
    '<path fill="{2}" d="M9 13c-1-8 3-10 7-10s8 2 7 10c-2-4-5-5-7-5s-5 1-7 5z"/></svg>'
)


def introduce_people(store: Store, *, origin: str, now: datetime) -> None:
    """Give the demo's people what readers see of them, where nobody said it yet. Commits."""
    query = select(Author).where(Author.origin == origin, Author.bio == "")
    for author in db.session.scalars(query).all():
        if author.slug not in PEOPLE:
            continue
        author.bio, links, colours = PEOPLE[author.slug]
        author.links = [*links]
        face = _FACE.format(*colours).encode()
        name = f"{author.slug}.svg"
        picture = store_drawing(face, name, store=store, now=now, origin=origin)
        picture.is_decorative = True
        author.picture = picture.key
    db.session.commit()
