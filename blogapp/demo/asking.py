"""A draft of the demo that waits for a second pair of eyes."""

from datetime import datetime
from pathlib import Path

from sqlalchemy import select

from blogapp.accounts.models import Author
from blogapp.extensions import db
from blogapp.posts import reviewing
from blogapp.posts.managing import find_for_writing
from blogapp.posts.models import Post
from blogapp.posts.writing import Manuscript, new_post, save

DRAFT = Path(__file__).parent / "draft.md"
SLUG = "a-pager-needs-a-name"
NOTE = (
    "Mara, are these figures fair? You had the pager in *both* years. And is the ending too short?"
)


def ask_for_review(*, origin: str, now: datetime) -> None:
    """Leave a draft that one of the demo's people asks the other to read, once. Commits."""
    is_here = db.session.scalar(select(Post.id).where(Post.slug == SLUG))
    query = select(Author).where(Author.origin == origin)
    people = {author.slug: author for author in db.session.scalars(query)}
    asker, reader = people.get("jonas-okafor"), people.get("mara-lindqvist")
    if is_here or not asker or not reader:
        return
    post = new_post(now=now, origin=origin)
    draft = Manuscript(
        title="A pager needs a name",
        slug=SLUG,
        summary="A team was woken, and everybody waited for somebody else.",
        body=DRAFT.read_text("utf-8"),
        kind="article",
        domain="Reliability",
        authors=(asker,),
    )
    save(post, draft, now=now)
    db.session.commit()
    if written := find_for_writing(post.id):
        reviewing.ask(written, author=asker, note=NOTE, reviewers=[reader], now=now)
    db.session.commit()
