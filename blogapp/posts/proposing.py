"""Where an address that nobody knows could lead: what has its name, or once had, or nearly."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from rapidfuzz import fuzz, process
from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload

from blogapp.accounts.models import Author
from blogapp.extensions import db
from blogapp.posts.models import (
    Domain,
    Named,
    Post,
    Redirect,
    Series,
    Tag,
    TagAlias,
    permalink,
)
from blogapp.posts.visibility import public
from blogapp.text.folding import caseless
from blogapp.text.slugs import slugify

# So many for each address, and of so many posts near names are looked for.
MOST = 3
MOST_COMPARED = 20_000
# Of a hundred: below it, names have letters in common and nothing else.
_NEAR = 78
_ENDING = re.compile(r"\.(?:x?html?|php|aspx?|jsp|md|markdown|txt|amp)$")
_DATE = re.compile(r"/((?:19|20)\d\d)(?:[/-](\d\d?))?(?:[/-](\d\d?))?(?=[/-]|$)")
_FEED = re.compile(r"/(?:feeds?|rss2?|atom|index)(?:\.(?:xml|rss|rdf|atom))?$|\.(?:rss|rdf|atom)$")
_SITEMAP = re.compile(r"/(?:wp-)?sitemap[\w-]*\.(?:xml|txt)(?:\.gz)?$")


class Why(StrEnum):
    """What speaks for a proposal."""

    NAME = "name"  # it has the last part of the address
    ONCE = "once"  # it had it once
    DATE = "date"  # it is of that day, or that month
    LABEL = "label"  # a tag, a domain, a series, an author of that name
    NEAR = "near"  # its name is nearly that
    KIND = "kind"  # a feed, a sitemap


@dataclass(frozen=True)
class Proposal:
    """A path of this blog, with what stands there."""

    path: str
    title: str
    why: Why


@dataclass(frozen=True)
class _Asked:
    """An address, taken apart."""

    path: str
    name: str
    year: int = 0
    month: int = 0
    day: int = 0


def propose(paths: Iterable[str], *, now: datetime) -> dict[str, list[Proposal]]:
    """Return at most three proposals for each path, the likeliest first; some have none.

    Seven statements, however many paths and posts there are.
    """
    asked = [_taken_apart(path) for path in paths]
    if not asked:
        return {}
    posts = _load_posts(now)
    found = [
        _by_kind(asked),
        _by_name(asked, posts, now),
        _once(asked, now),
        _by_label(asked),
        _by_date(asked, posts),
        _nearly(asked, posts),
    ]
    return {each.path: _best(each.path, found) for each in asked}


def _taken_apart(path: str) -> _Asked:
    bare = path.partition("?")[0]
    parts = [part for part in bare.split("/") if part]
    last = _ENDING.sub("", parts[-1]) if parts else ""
    if last in {"index", "amp", "feed"} and len(parts) > 1:
        last = _ENDING.sub("", parts[-2])
    name = re.sub(r"^(?:19|20)\d\d-\d\d?-\d\d?-", "", last)
    date = _DATE.search(bare)
    numbers = [int(part or 0) for part in date.groups()] if date else []
    return _Asked(path, "" if name.isdecimal() else name, *numbers)


def _best(path: str, found: Sequence[Mapping[str, list[Proposal]]]) -> list[Proposal]:
    best: dict[str, Proposal] = {}
    for by_path in found:
        for proposal in by_path.get(path, ()):
            if proposal.path != path:
                best.setdefault(proposal.path, proposal)
    return list(best.values())[:MOST]


def _load_posts(now: datetime) -> Sequence[Any]:
    columns = (Post.slug, Post.slug_key, Post.title, Post.is_page, Post.published_at)
    query = select(*columns).where(public(now)).order_by(Post.published_at.desc(), Post.id.desc())
    return db.session.execute(query.limit(MOST_COMPARED)).all()


def _by_kind(asked: Sequence[_Asked]) -> dict[str, list[Proposal]]:
    found = {}
    for each in asked:
        bare = each.path.partition("?")[0]
        if each.path.startswith("/?feed=") or _FEED.search(bare):
            feed = "/rss.xml" if "rss" in each.path else "/feed.xml"
            found[each.path] = [Proposal(feed, feed, Why.KIND)]
        elif _SITEMAP.search(bare):
            found[each.path] = [Proposal("/sitemap.xml", "/sitemap.xml", Why.KIND)]
    return found


def _by_name(
    asked: Sequence[_Asked], posts: Sequence[Any], now: datetime
) -> dict[str, list[Proposal]]:
    names = {caseless(name) for each in asked for name in _names(each)}
    there: dict[str, list[Proposal]] = {}
    known = {row.slug_key for row in posts}
    for row in [*posts, *_load_older(names - known, now)]:
        if row.slug_key in names:
            said = Proposal(permalink(row.slug, row.is_page), row.title, Why.NAME)
            there.setdefault(row.slug_key, []).append(said)
    return {
        each.path: [p for name in _names(each) for p in there.get(caseless(name), ())]
        for each in asked
    }


def _load_older(names: Collection[str], now: datetime) -> Sequence[Any]:
    """Those of the names that are not among the newest posts."""
    columns = (Post.slug, Post.slug_key, Post.title, Post.is_page)
    query = select(*columns).where(Post.slug_key.in_(sorted(names)), public(now))
    return db.session.execute(query).all()


def _names(asked: _Asked) -> Iterator[str]:
    """Yield what a post's slug could be."""
    if asked.name:
        yield from dict.fromkeys((asked.name, slugify(asked.name, asked.name)))


def _once(asked: Sequence[_Asked], now: datetime) -> dict[str, list[Proposal]]:
    """What had this name before it was renamed, wherever that stood."""
    wanted = {f"{folder}/{each.name}": each.name for each in asked if each.name
              for folder in ("/posts", "/pages", "")}  # fmt: skip
    query = select(Redirect).where(Redirect.path.in_(sorted(wanted)))
    there: dict[str, list[Proposal]] = {}
    for redirect in db.session.scalars(query.options(joinedload(Redirect.post))):
        post = redirect.post
        if post and post.is_public(now):
            said = Proposal(post.path, post.title, Why.ONCE)
            there.setdefault(wanted[redirect.path], []).append(said)
    return {each.path: there.get(each.name, []) for each in asked}


def _by_label(asked: Sequence[_Asked]) -> dict[str, list[Proposal]]:
    keys = sorted({caseless(name) for each in asked for name in _names(each)})
    there: dict[str, list[Proposal]] = {}
    query = (
        select(Tag.name, Tag.slug, Tag.slug_key, TagAlias.slug_key)
        .outerjoin(TagAlias, TagAlias.tag_id == Tag.id)
        .where(or_(Tag.slug_key.in_(keys), TagAlias.slug_key.in_(keys)))
    )
    for name, slug, *own in db.session.execute(query):
        for key in own:
            there.setdefault(key or "", []).append(Proposal(f"/tags/{slug}", name, Why.LABEL))
    labels: tuple[tuple[str, type[Named] | type[Author]], ...] = (
        ("domains", Domain),
        ("series", Series),
        ("authors", Author),
    )
    for folder, model in labels:
        rows = db.session.execute(
            select(model.name, model.slug, model.slug_key).where(model.slug_key.in_(keys))
        )
        for name, slug, key in rows:
            there.setdefault(key, []).append(Proposal(f"/{folder}/{slug}", name, Why.LABEL))
    return {
        each.path: [p for name in _names(each) for p in there.get(caseless(name), ())]
        for each in asked
    }


def _by_date(asked: Sequence[_Asked], posts: Sequence[Any]) -> dict[str, list[Proposal]]:
    days: dict[tuple[int, int, int], list[Any]] = {}
    months, years = set[tuple[int, int]](), set[int]()
    for row in posts:
        day = row.published_at
        days.setdefault((day.year, day.month, day.day), []).append(row)
        months.add((day.year, day.month))
        years.add(day.year)
    return {each.path: list(_of_date(each, days, months, years)) for each in asked}


def _of_date(
    asked: _Asked,
    days: Mapping[tuple[int, int, int], list[Any]],
    months: Collection[tuple[int, int]],
    years: Collection[int],
) -> Iterator[Proposal]:
    # Of many posts of one day none is more likely than the others.
    of_day = days.get((asked.year, asked.month, asked.day), []) if asked.day else []
    if len(of_day) == 1:
        row = of_day[0]
        yield Proposal(permalink(row.slug, row.is_page), row.title, Why.DATE)
    if asked.name:
        return
    if (asked.year, asked.month) in months:
        place = f"{asked.year}/{asked.month}"
        yield Proposal(f"/archive/{place}", place, Why.DATE)
    elif asked.year in years:
        yield Proposal(f"/archive/{asked.year}", str(asked.year), Why.DATE)


def _nearly(asked: Sequence[_Asked], posts: Sequence[Any]) -> dict[str, list[Proposal]]:
    slugs = [row.slug_key for row in posts]
    found = {}
    for each in asked:
        if len(each.name) < 4:
            continue
        near = process.extract(
            caseless(each.name), slugs, scorer=fuzz.ratio, score_cutoff=_NEAR, limit=MOST
        )
        found[each.path] = [
            Proposal(permalink(posts[at].slug, posts[at].is_page), posts[at].title, Why.NEAR)
            for _slug, _score, at in near
        ]
    return found
