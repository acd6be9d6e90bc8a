"""What caches in front of the blog have to let go of: which keys a change reaches.

Each answer says by keys what it shows (`blogapp.web.cache_tags`), and triggers write with each
change what it is about. In between stands what a post reaches beyond its own page: lists,
feeds, and the pages of its neighbours.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import delete, exists, insert, select, update

from blogapp.accounts.models import Author
from blogapp.extensions import db
from blogapp.media.models import Media
from blogapp.outgoing.purging import EVERYTHING
from blogapp.posts.models import Domain, Post, RelatedPost, Series, Tag
from blogapp.posts.reading import list_neighbours
from blogapp.site.cache_models import CacheChange, CacheMark

LISTING, FEEDS = "listing", "feeds"
# Seconds after a commit in which some process may still answer with what was before
# (`blogapp.caching.watching`), and a little: a cache that asks then must be told after it.
SETTLE = timedelta(seconds=1.2)
# Changes to more posts are changes to everything.
MOST_POSTS = 50
_NAMED: Mapping[str, type[Tag] | type[Domain] | type[Series] | type[Author]] = {
    "tag": Tag,
    "domain": Domain,
    "series": Series,
    "author": Author,
}
_BUILD, _MOMENT = "build", "moment"


@dataclass(frozen=True)
class Due:
    """What caches are to be told now: rows, and what they say."""

    ids: Sequence[int]
    noted: Sequence[str]


def keys_named(facet: str, slug: str) -> list[str]:
    """Return the key of a tag, domain, series or author; none where nobody has this slug."""
    if facet not in _NAMED:
        return []
    model = _NAMED[facet]
    ids = db.session.scalars(select(model.id).where(model.slug == slug))
    return [f"{facet}-{id}" for id in ids]


def begin(build: str, now: datetime) -> None:
    """Have changes noted from now on; of another ``build`` of the software, every page is new."""
    marks = dict(db.session.execute(select(CacheMark.name, CacheMark.value)).all())
    if _MOMENT not in marks:
        _mark(_MOMENT, now.isoformat())
    if marks.get(_BUILD) != build:
        _mark(_BUILD, build)
        _note([EVERYTHING])


def is_noting() -> bool:
    """Return whether changes are noted."""
    return bool(db.session.scalar(select(exists().select_from(CacheMark))))


def end() -> None:
    """Have nothing noted any more: there is no cache that is told."""
    db.session.execute(delete(CacheMark))
    db.session.execute(delete(CacheChange))


def notice(now: datetime, seen: Callable[[], datetime]) -> bool:
    """Note what became public by itself; return whether any change is here for the first time.

    ``seen`` says when by the clock that all machines share. Costs two statements where nothing is.
    """
    _notice_moments(now)
    new = CacheChange.seen_at.is_(None)
    if not db.session.scalar(select(exists().where(new))):
        return False
    db.session.execute(update(CacheChange).where(new).values(seen_at=seen()))
    return True


def are_waiting() -> bool:
    """Return whether there is anything that caches are not told yet."""
    return bool(db.session.scalar(select(exists().select_from(CacheChange))))


def find_due(now: datetime) -> Due:
    """Return what was seen long enough ago for all processes to answer anew.

    What a clock that went far back says was seen in the future counts, too.
    """
    seen = CacheChange.seen_at
    is_due = (seen <= now - SETTLE) | (seen > now + SETTLE)
    query = select(CacheChange.id, CacheChange.key).where(is_due)
    rows = db.session.execute(query).all()
    return Due([id for id, _key in rows], list(dict.fromkeys(key for _id, key in rows)))


def forget(due: Due) -> None:
    """Take away what caches were told."""
    for start in range(0, len(due.ids), 500):
        some = due.ids[start : start + 500]
        db.session.execute(delete(CacheChange).where(CacheChange.id.in_(some)))


def reached(noted: Iterable[str], now: datetime) -> list[str]:
    """Return the keys of all answers that show something else after these changes."""
    noted = list(dict.fromkeys(noted))
    posts = [int(key.removeprefix("post-")) for key in noted if key.startswith("post-")]
    if EVERYTHING in noted or len(posts) > MOST_POSTS or _is_shown_anywhere(noted):
        return [EVERYTHING]
    found = dict.fromkeys(noted)
    if any(not key.startswith("media-") for key in noted):
        found |= dict.fromkeys([LISTING, FEEDS])
    for post in posts:
        found |= dict.fromkeys(f"post-{id}" for id in _around(post, now))
    series = select(Post.series_id).where(Post.id.in_(posts), Post.series_id.is_not(None))
    found |= dict.fromkeys(f"series-{id}" for id in db.session.scalars(series.distinct()))
    return list(found)


def _is_shown_anywhere(noted: Iterable[str]) -> bool:
    """Whether a picture or file changed that is still there: any page may hold it."""
    media = [int(key.removeprefix("media-")) for key in noted if key.startswith("media-")]
    return bool(media and db.session.scalar(select(exists().where(Media.id.in_(media)))))


def _around(id: int, now: datetime) -> set[int]:
    """Return the posts whose pages name this one, or begin to where it has gone or come."""
    near = set(db.session.scalars(select(RelatedPost.post_id).where(RelatedPost.other_id == id)))
    post = db.session.get(Post, id)
    if post and post.is_public(now):
        near.update(list_neighbours(post, now=now))
    return near


def _notice_moments(now: datetime) -> None:
    told = db.session.scalar(select(CacheMark.value).where(CacheMark.name == _MOMENT))
    if told is None:
        return
    since = datetime.fromisoformat(told).astimezone(UTC)
    query = select(Post.id).where(Post.published_at > since, Post.published_at <= now)
    posts = db.session.scalars(query.limit(MOST_POSTS + 1)).all()
    if posts:
        _mark(_MOMENT, now.isoformat())
        _note(f"post-{id}" for id in posts)


def _note(keys: Iterable[str]) -> None:
    db.session.execute(insert(CacheChange), [{"key": key} for key in keys])


def _mark(name: str, value: str) -> None:
    db.session.merge(CacheMark(name=name, value=value))
    db.session.flush()
