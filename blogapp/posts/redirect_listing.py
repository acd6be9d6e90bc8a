"""Old addresses as editors find them: by kind and words, by use or age; and as a table."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, case, func, or_, select, true

from blogapp.extensions import db
from blogapp.posts.models import Post, Redirect, permalink
from blogapp.posts.redirect_models import MissingPath, RedirectHits
from blogapp.text.folding import caseless

PAGE_SIZE = 50
_AT_ONCE = 500
COLUMNS = ("old", "new", "status", "came_by", "hits", "last_used", "created")


class Kind(StrEnum):
    """Rules that stand together: by how they came here, and those that lead nowhere."""

    HAND = "hand"
    RENAMED = "renamed"
    IMPORTED = "imported"
    GONE = "gone"


class Sort(StrEnum):
    """What stands first: the newest, the most used, used last, the oldest, or A."""

    NEWEST = "newest"
    HITS = "hits"
    USED = "used"
    OLDEST = "oldest"
    PATH = "path"


@dataclass(frozen=True)
class Entry:
    """A rule: where it leads (a path or an https address; empty where it is gone), and its use.

    ``title`` is its post's, ``is_hidden`` whether readers cannot open that.
    """

    id: int
    path: str
    leads: str
    title: str
    is_hidden: bool
    status: int
    came_by: str
    created_at: datetime
    hits: int = 0
    last_at: datetime | None = None


@dataclass(frozen=True)
class Shelf:
    """One page of rules; ``counts`` are those of each kind that hold the words, None for all."""

    entries: Sequence[Entry]
    counts: Mapping[Kind | None, int]
    total: int
    page: int

    @property
    def pages(self) -> int:
        """How many pages there are; at least one."""
        return max(1, -(-self.total // PAGE_SIZE))


@dataclass(frozen=True)
class Log:
    """One page of what nobody knows; ``counts`` by tab: open, probes, dismissed."""

    paths: Sequence[MissingPath]
    counts: Mapping[str, int]
    tab: str
    page: int

    @property
    def pages(self) -> int:
        """How many pages there are; at least one."""
        return max(1, -(-self.counts[self.tab] // PAGE_SIZE))


_GONE = and_(Redirect.post_id.is_(None), Redirect.target.is_(None))
_HITS = func.coalesce(RedirectHits.hits, 0)
# A post that was renamed, or an import, may have answered it since.
_LED = select(Redirect.id).where(Redirect.path == MissingPath.path).exists()
_TABS: dict[str, ColumnElement[bool]] = {
    "open": and_(MissingPath.dismissed_at.is_(None), MissingPath.is_probe.is_(False), ~_LED),
    "probes": and_(MissingPath.dismissed_at.is_(None), MissingPath.is_probe.is_(True)),
    "dismissed": MissingPath.dismissed_at.is_not(None),
}
TABS = tuple(_TABS)


def list_redirects(
    *, now: datetime, words: str = "", kind: Kind | None = None, sort: Sort, page: int = 1
) -> Shelf:
    """Return a page of rules that hold ``words`` in the old or the new address, or the title.

    Two statements, however many rules there are.
    """
    holds = _holds(words)
    counts = _count(holds)
    # Sorted by their ids alone: what a page shows of each is looked up for its own rows.
    order = _order(sort)
    chosen = select(Redirect.id).outerjoin(RedirectHits).where(holds, _of(kind)).order_by(*order)
    if holds is not _ALL:
        chosen = chosen.outerjoin(Post, Post.id == Redirect.post_id)
    some = chosen.limit(PAGE_SIZE).offset((page - 1) * PAGE_SIZE).subquery()
    rows = db.session.execute(_rows().join(some, some.c.id == Redirect.id).order_by(*order))
    return Shelf([_entry(row, now) for row in rows], counts, counts[kind], page)


def find_entry(id: int, *, now: datetime) -> Entry | None:
    """Return one rule with its use."""
    row = db.session.execute(_rows().where(Redirect.id == id)).one_or_none()
    return _entry(row, now) if row else None


def list_missing(*, tab: str, page: int = 1) -> Log:
    """Return a page of what was asked for in vain, the most asked for first."""
    asked = (func.coalesce(func.sum(case((chosen, 1), else_=0)), 0) for chosen in _TABS.values())
    counts = dict(zip(TABS, db.session.execute(select(*asked)).one(), strict=True))
    order = MissingPath.hits.desc(), MissingPath.last_at.desc(), MissingPath.id
    query = select(MissingPath).where(_TABS[tab]).order_by(*order)
    found = db.session.scalars(query.limit(PAGE_SIZE).offset((page - 1) * PAGE_SIZE)).all()
    return Log(found, counts, tab, page)


def count_missing() -> int:
    """Return how many addresses wait for somebody to say where they lead."""
    return db.session.scalar(select(func.count(MissingPath.id)).where(_TABS["open"])) or 0


def table() -> Iterator[str]:
    """Yield all rules as CSV (RFC 4180) by their addresses, some hundred lines at a time.

    An import of it brings all of them back; those that are gone have no new address.
    """
    query = select(
        *(Redirect.path, Redirect.target, Redirect.status, Redirect.came_by),
        *(RedirectHits.hits, RedirectHits.last_at, Redirect.created_at, Post.slug, Post.is_page),
    )
    query = query.outerjoin(Post, Post.id == Redirect.post_id).outerjoin(RedirectHits)
    rows = db.session.execute(query.order_by(Redirect.path).execution_options(yield_per=_AT_ONCE))
    yield _csv([COLUMNS])
    for some in rows.partitions():
        yield _csv([_cells(row) for row in some])


def _cells(row: Row[*tuple[Any, ...]]) -> Sequence[object]:
    path, target, status, came_by, hits, last_at, created_at, slug, is_page = row
    leads = permalink(slug, is_page) if slug is not None else target or ""
    status = status if leads else 410
    return path, leads, status, came_by, hits or 0, _iso(last_at), _iso(created_at)


def _rows() -> Select[*tuple[Any, ...]]:
    return (
        select(
            *(Redirect, Post.slug, Post.is_page, Post.title, Post.published_at),
            *(Post.withdrawn_at, Post.deleted_at, RedirectHits.hits, RedirectHits.last_at),
        )
        .outerjoin(Post, Post.id == Redirect.post_id)
        .outerjoin(RedirectHits, RedirectHits.redirect_id == Redirect.id)
    )


def _entry(row: Row[*tuple[Any, ...]], now: datetime) -> Entry:
    redirect, slug, is_page, title, published, withdrawn, deleted, hits, last_at = row
    is_public = published is not None and published <= now and not (withdrawn or deleted)
    return Entry(
        redirect.id,
        redirect.path,
        _leads(redirect, slug, is_page),
        title or "",
        redirect.post_id is not None and not is_public,
        redirect.status,
        redirect.came_by,
        redirect.created_at,
        hits or 0,
        last_at,
    )


def _leads(redirect: Redirect, slug: str | None, is_page: bool | None) -> str:
    if slug is not None:
        return permalink(slug, bool(is_page))
    return redirect.target or ""


def _count(holds: ColumnElement[bool]) -> dict[Kind | None, int]:
    kinds: list[Kind | None] = [None, *Kind]
    asked = (func.coalesce(func.sum(case((_of(kind), 1), else_=0)), 0) for kind in kinds)
    query = select(*asked).select_from(Redirect)
    # Only words are looked for in posts: a count of all reads one table.
    if holds is not _ALL:
        query = query.outerjoin(Post, Post.id == Redirect.post_id).where(holds)
    return dict(zip(kinds, db.session.execute(query).one(), strict=True))


_ALL: ColumnElement[bool] = true()


def _holds(words: str) -> ColumnElement[bool]:
    key = caseless(words.strip())
    if not key:
        return _ALL
    return or_(
        Redirect.path.contains(key, autoescape=True),
        func.lower(Redirect.target).contains(key, autoescape=True),
        Post.slug_key.contains(key, autoescape=True),
        func.lower(Post.title).contains(key, autoescape=True),
    )


def _of(kind: Kind | None) -> ColumnElement[bool]:
    if kind is None:
        return _ALL
    if kind is Kind.GONE:
        return _GONE
    return and_(Redirect.came_by == kind.value, ~_GONE)


def _order(sort: Sort) -> Sequence[Any]:
    # They come in the order of their ids.
    newest = (Redirect.id.desc(),)
    match sort:
        case Sort.HITS:
            return _HITS.desc(), *newest
        case Sort.USED:
            # Never is longest ago; databases do not agree on where NULL stands.
            never = case((RedirectHits.last_at.is_(None), 1), else_=0)
            return never, RedirectHits.last_at.desc(), *newest
        case Sort.OLDEST:
            return (Redirect.id,)
        case Sort.PATH:
            return (Redirect.path,)
    return newest


def _csv(rows: Iterable[Sequence[object]]) -> str:
    lines = io.StringIO()
    csv.writer(lines).writerows(rows)
    return lines.getvalue()


def _iso(moment: datetime | None) -> str:
    return moment.isoformat(timespec="seconds") if moment else ""
