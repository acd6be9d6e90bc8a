"""All posts, as their authors find them: by state, by words, newest work first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    bindparam,
    case,
    func,
    or_,
    select,
    true,
    update,
)
from sqlalchemy.orm import joinedload, selectinload, undefer

from blogapp.accounts.models import Author
from blogapp.extensions import db
from blogapp.posts.models import Domain, Post, PostAuthor, PostMedia, Series, State

PAGE_SIZE = 25
MOST_WORDS = 8


@dataclass(frozen=True)
class Shelf:
    """One page of posts; ``total`` counts all that match."""

    posts: Sequence[Post]
    total: int
    page: int

    @property
    def pages(self) -> int:
        """How many pages there are; at least one."""
        return max(1, -(-self.total // PAGE_SIZE))


def list_posts(
    *,
    now: datetime,
    state: State | None = None,
    author_id: int | None = None,
    words: str = "",
    page: int = 1,
    pages: bool = False,
) -> Shelf:
    """Return the posts in ``state`` (None: all but trashed), last saved first, with their authors.

    ``author_id`` leaves only posts this author signs; every one of ``words`` must
    occur in title, summary, address or text. ``pages`` asks for static pages instead.
    """
    condition = and_(
        _in_state(state, now), _signed_by(author_id), _says(words), Post.is_page == pages
    )
    total = db.session.scalar(select(func.count()).select_from(Post).where(condition)) or 0
    query = (
        select(Post)
        .where(condition)
        .order_by(Post.saved_at.desc(), Post.id.desc())
        .limit(PAGE_SIZE)
        .offset((page - 1) * PAGE_SIZE)
    )
    return Shelf(_with_bylines(query), total, page)


def count_by_state(
    *, now: datetime, author_id: int | None = None, words: str = "", pages: bool = False
) -> dict[State | None, int]:
    """Return how many posts each state holds; None stands for all that are not trashed."""
    stated = case(*((_in_state(state, now), state.value) for state in State))
    query = (
        select(stated, func.count())
        .where(_signed_by(author_id), _says(words), Post.is_page == pages)
        .select_from(Post)
        .group_by(stated)
    )
    found = {State(state): count for state, count in db.session.execute(query) if state}
    counts: dict[State | None, int] = {state: found.get(state, 0) for state in State}
    counts[None] = sum(found.values()) - counts[State.TRASHED]
    return counts


def list_latest(
    state: State, *, now: datetime, author_id: int | None = None, limit: int
) -> Sequence[Post]:
    """Return the posts of a state that matter most now.

    Drafts last saved first, scheduled ones next first, all others last published first.
    """
    query = select(Post).where(
        _in_state(state, now), _signed_by(author_id), Post.is_page.is_(False)
    )
    if state is State.DRAFT:
        query = query.order_by(Post.saved_at.desc())
    elif state is State.SCHEDULED:
        query = query.order_by(Post.published_at)
    else:
        query = query.order_by(Post.published_at.desc())
    return _with_bylines(query.order_by(Post.id.desc()).limit(limit))


def find_for_writing(id: int) -> Post | None:
    """Return a post with everything the editor shows, read anew, or None."""
    query = (
        select(Post)
        .where(Post.id == id)
        .options(
            undefer(Post.body),
            undefer(Post.extra),
            joinedload(Post.domain),
            joinedload(Post.series),
            selectinload(Post.tags),
            selectinload(Post.bylines),
            selectinload(Post.authors),
            selectinload(Post.media).joinedload(PostMedia.media),
        )
        .execution_options(populate_existing=True)
    )
    return db.session.scalar(query)


def list_names(model: type[Domain] | type[Series]) -> Sequence[str]:
    """Return the names of all domains, or of all series, from A to Z."""
    return db.session.scalars(select(model.name).order_by(model.name_key)).all()


def list_kinds() -> Sequence[str]:
    """Return the kinds that posts have, from A to Z."""
    return db.session.scalars(
        select(Post.kind).where(Post.kind != "").distinct().order_by("kind")
    ).all()


def list_authors() -> Sequence[Author]:
    """Return everybody whose name may stand over a post, from A to Z."""
    return db.session.scalars(select(Author).order_by(Author.name, Author.id)).all()


def find_author(slug: str) -> Author | None:
    """Return the author of this slug, ignoring case, or None."""
    return db.session.scalar(select(Author).where(Author.slug_key == slug.casefold()))


def has_demo() -> bool:
    """Whether anything that came with the demo blog is still here."""
    return db.session.scalar(select(Post.id).where(Post.origin == "demo").limit(1)) is not None


def recompute_months(zone: ZoneInfo) -> None:
    """Bring every post's month in line with ``zone``, without counting as a save of it."""
    query = select(Post.id, Post.published_at).where(Post.published_at.is_not(None))
    locals = [(id, at.astimezone(zone)) for id, at in db.session.execute(query) if at]
    months = [{"post": id, "month": local.year * 100 + local.month} for id, local in locals]
    if not months:
        return
    # On the table, past the mapper: the version of a post counts changes of its text.
    posts = Post.metadata.tables[Post.__tablename__]
    change = update(posts).where(posts.c.id == bindparam("post"))
    db.session.connection().execute(change.values(published_month=bindparam("month")), months)


def _in_state(state: State | None, now: datetime) -> ColumnElement[bool]:
    """The condition that `Post.state` decides for one post."""
    if state is None:
        return Post.deleted_at.is_(None)
    if state is State.TRASHED:
        return Post.deleted_at.is_not(None)
    if state is State.WITHDRAWN:
        return and_(Post.deleted_at.is_(None), Post.withdrawn_at.is_not(None))
    kept = and_(Post.deleted_at.is_(None), Post.withdrawn_at.is_(None))
    if state is State.DRAFT:
        return and_(kept, Post.published_at.is_(None))
    return and_(
        kept, Post.published_at <= now if state is State.PUBLISHED else Post.published_at > now
    )


def _signed_by(author_id: int | None) -> ColumnElement[bool]:
    return true() if author_id is None else Post.bylines.any(PostAuthor.author_id == author_id)


def _says(words: str) -> ColumnElement[bool]:
    return and_(true(), *(_says_word(word) for word in words.split()[:MOST_WORDS]))


def _says_word(word: str) -> ColumnElement[bool]:
    # SQLite folds the case of ASCII alone: other scripts are looked for as people spell them.
    spellings = {word, word.lower(), word.upper(), word.capitalize()}
    texts = (Post.title, Post.summary, Post.text)
    found = [text.icontains(spelling, autoescape=True) for text in texts for spelling in spellings]
    return or_(Post.slug_key.contains(word.casefold(), autoescape=True), *found)


def _with_bylines(query: Select[Post]) -> Sequence[Post]:
    options = selectinload(Post.authors), selectinload(Post.bylines)
    return db.session.scalars(query.options(*options)).all()
