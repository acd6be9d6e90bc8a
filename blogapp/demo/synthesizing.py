"""Made-up posts in the shapes that real blogs have, for measuring with many of them.

A pool of rendered bodies is shared by all posts, because rendering is the slow
part. Titles, dates, tags and everything else are each post's own.
"""

import calendar
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from itertools import accumulate
from random import Random
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import func, insert, select

from blogapp.accounts.models import Author
from blogapp.demo import shapes
from blogapp.demo.labelling import DOMAINS, author_names, series_names, tag_names
from blogapp.demo.speaking import RARE_WORD, Vocabulary, codename, learn, write_body, write_title
from blogapp.extensions import db
from blogapp.posts import searching
from blogapp.posts.models import Domain, Post, PostAuthor, Series, Tag, month_of, post_tags
from blogapp.posts.naming import find_or_make, find_or_make_authors
from blogapp.posts.rendering import derived
from blogapp.posts.search.documents import Body as Terms
from blogapp.text.slugs import slugify

T = TypeVar("T")

ORIGIN = "synth"
POOL = 500
BATCH = 1000
CODENAMES = 50  # one post in so many has a word in its title that no other has


@dataclass(frozen=True)
class Body:
    """A rendered body of the pool."""

    language: str
    columns: dict[str, Any]
    terms: Terms


@dataclass(frozen=True)
class Blog:
    """What the posts are made of."""

    words: dict[str, Vocabulary]
    pool: Sequence[Body]
    tags: Sequence[Tag]
    domains: Sequence[Domain]
    authors: Sequence[Author]
    series: Sequence[Series]
    zone: ZoneInfo
    # How many parts each series has so far.
    parts: dict[int, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Rows:
    """What a batch adds to each table."""

    posts: list[dict[str, Any]] = field(default_factory=list)
    tags: list[dict[str, Any]] = field(default_factory=list)
    bylines: list[dict[str, Any]] = field(default_factory=list)
    documents: list[searching.Document] = field(default_factory=list)


def synthesize(count: int, *, seed: int, now: datetime, zone: ZoneInfo) -> Iterator[int]:
    """Add ``count`` posts up to ``now``; yield how many each batch added.

    One in five hundred is scheduled. The same seed and moment give the same posts.
    Commits after each batch.
    """
    random = Random(seed)
    moments = _moments(random, count, now, zone)
    first = (db.session.scalar(select(func.max(Post.id))) or 0) + 1
    blog = _blog(random, count, now, zone)
    for start in range(0, count, BATCH):
        rows = Rows()
        for number, moment in enumerate(moments[start : start + BATCH], start=start):
            name = RARE_WORD if number == count // 2 else _name_of(number)
            _add(rows, random, blog, first + number, moment=moment, now=now, name=name)
        db.session.execute(insert(Post.__table__), rows.posts)  # type: ignore[arg-type]
        if rows.tags:
            db.session.execute(insert(post_tags), rows.tags)
        db.session.execute(insert(PostAuthor.__table__), rows.bylines)  # type: ignore[arg-type]
        searching.index_documents(rows.documents)
        _move_sequence()
        db.session.commit()
        yield len(rows.posts)


def _moments(random: Random, count: int, now: datetime, zone: ZoneInfo) -> list[datetime]:
    """Return when each post comes out, the oldest first; the last ones are still to come."""
    to_come = count // shapes.SCHEDULED
    local, back = now.astimezone(zone), len(shapes.MONTHS) - 1
    months = random.choices(range(-back, 1), weights=shapes.MONTHS, k=count - to_come)
    past = [_moment_in(random, local, month).astimezone(now.tzinfo) for month in months]
    return sorted(past) + [now + timedelta(hours=9 * n) for n in range(1, to_come + 1)]


def _moment_in(random: Random, local: datetime, month: int) -> datetime:
    """Return a moment in the month so many after the present one, on a likely day and hour."""
    year, index = divmod(local.year * 12 + local.month - 1 + month, 12)
    days = range(1, calendar.monthrange(year, index + 1)[1] + 1)
    first = calendar.weekday(year, index + 1, 1)
    day = random.choices(days, [shapes.WEEKDAYS[(first + day - 1) % 7] for day in days])[0]
    hour = minute = 0
    if random.random() < shapes.TIMED:
        hour, minute = random.choices(range(24), shapes.HOURS)[0], random.randrange(60)
    moment = datetime(year, index + 1, day, hour, minute, tzinfo=local.tzinfo)
    while moment > local:
        moment -= timedelta(days=28)  # the same weekday
    return moment


def _blog(random: Random, count: int, now: datetime, zone: ZoneInfo) -> Blog:
    words = learn(random)
    names = tag_names(random, shapes.tag_count(count))
    return Blog(
        words=words,
        pool=[_body(random, words, number) for number in range(min(count, POOL))],
        tags=find_or_make(Tag, names, origin=ORIGIN),
        domains=find_or_make(Domain, DOMAINS, origin=ORIGIN),
        authors=find_or_make_authors(author_names(count), now=now, origin=ORIGIN),
        series=find_or_make(Series, series_names(random, count), origin=ORIGIN),
        zone=zone,
    )


def _body(random: Random, words: dict[str, Vocabulary], number: int) -> Body:
    language = _one_of(random, shapes.LANGUAGES)
    body = write_body(random, language, words[language], common=number % 3 < 2)
    columns = {"body": body, **derived(body, {}, language=language)}
    return Body(language, columns, searching.read_body(columns["html"]))


def _name_of(number: int) -> str:
    return codename(number) if number % CODENAMES == CODENAMES - 1 else ""


def _add(
    rows: Rows, random: Random, blog: Blog, id: int, *, moment: datetime, now: datetime, name: str
) -> None:
    """Add one post and what belongs to it; ``name`` begins its title."""
    body = random.choice(blog.pool)
    words = blog.words[body.language]
    title = write_title(random, words)
    title = f"{name.capitalize()}: {title}" if name else title
    summary = words.sentence(random, 20) if random.random() < shapes.WITH_SUMMARY else ""
    series, position = _part_of_series(random, blog)
    rows.posts.append(
        {
            **body.columns,
            **_columns(id, title),
            "summary": summary,
            "kind": _one_of(random, shapes.KINDS),
            "language": body.language,
            "domain_id": _domain(random, blog),
            "series_id": series,
            "series_position": position,
            "created_at": min(moment, now),
            "saved_at": min(moment, now),
            "published_at": moment,
            "published_month": month_of(moment, blog.zone),
            "updated_at": _update(random, moment, now),
        }
    )
    tags = _some_of(random, blog.tags, _tag_count(random), shapes.TAG_POPULARITY)
    rows.tags.extend({"post_id": id, "tag_id": tag.id} for tag in tags)
    authors = _some_of(random, blog.authors, _author_count(random), shapes.AUTHOR_POPULARITY)
    rows.bylines.extend(
        {"post_id": id, "author_id": author.id, "position": place}
        for place, author in enumerate(authors)
    )
    rows.documents.append(
        searching.make_document(
            id,
            title=title,
            summary=summary,
            headings=body.columns["headings"],
            body=body.terms,
        )
    )


def _columns(id: int, title: str) -> dict[str, Any]:
    slug = f"{slugify(title)}-{id}"
    return {
        "id": id,
        "slug": slug,
        "slug_key": slug.casefold(),
        "entry_id": f"tag:blog.invalid,2026:{id}",
        "title": title,
        "canonical_url": "",
        "extra": {},
        "unlisted": False,
        "is_page": False,
        "version": 1,
        "origin": ORIGIN,
    }


def _part_of_series(random: Random, blog: Blog) -> tuple[int | None, int | None]:
    if random.random() >= shapes.WITH_SERIES:
        return None, None
    series = random.choice(blog.series)
    blog.parts[series.id] = blog.parts.get(series.id, 0) + 1
    return series.id, blog.parts[series.id]


def _domain(random: Random, blog: Blog) -> int | None:
    if random.random() >= shapes.WITH_DOMAIN:
        return None
    return _some_of(random, blog.domains, 1, 0.7)[0].id


def _update(random: Random, moment: datetime, now: datetime) -> datetime | None:
    later = moment + timedelta(days=random.randint(1, 400))
    return later if random.random() < shapes.UPDATED and later <= now else None


def _tag_count(random: Random) -> int:
    return random.choices(range(len(shapes.TAGS_PER_POST)), shapes.TAGS_PER_POST)[0]


def _author_count(random: Random) -> int:
    return 2 if random.random() < shapes.SECOND_AUTHORS else 1


def _some_of(random: Random, things: Sequence[T], count: int, power: float) -> list[T]:
    """Return ``count`` different things, the first ones more often than the last."""
    weights = _popularity(len(things), power)
    chosen = dict.fromkeys(random.choices(range(len(things)), cum_weights=weights, k=count))
    while len(chosen) < min(count, len(things)):
        chosen |= dict.fromkeys(random.choices(range(len(things)), cum_weights=weights))
    return [things[place] for place in chosen]


@cache
def _popularity(count: int, power: float) -> Sequence[float]:
    return tuple(accumulate(1 / rank**power for rank in range(1, count + 1)))


def _one_of(random: Random, weights: dict[str, int]) -> str:
    return random.choices([*weights], [*weights.values()])[0]


def _move_sequence() -> None:
    """PostgreSQL does not notice ids it did not give out itself."""
    if db.engine.dialect.name == "postgresql":
        highest = select(func.max(Post.id)).scalar_subquery()
        db.session.execute(select(func.setval(func.pg_get_serial_sequence("posts", "id"), highest)))
