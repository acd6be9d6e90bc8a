"""All tags, as authors find them: by words, by use, and those that may be one."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Protocol, TypeVar

from sqlalchemy import ColumnElement, Select, case, func, or_, select, true

from blogapp.extensions import db
from blogapp.posts.models import DistinctTags, Tag, TagAlias, post_tags
from blogapp.text.folding import caseless, fold
from blogapp.text.likeness import find_likely_twins
from blogapp.text.slugs import slugify

PAGE_SIZE = 100


class HasName(Protocol):
    """What a name and a slug in addresses are read from."""

    @property
    def name(self) -> str: ...

    @property
    def slug(self) -> str: ...


Tagged = TypeVar("Tagged", bound=HasName)


class Order(StrEnum):
    """How tags are sorted: most used first, or from A to Z."""

    USED = "used"
    NAME = "name"


@dataclass(frozen=True)
class Entry:
    """A tag, how many posts carry it in whatever state, and its other names."""

    id: int
    name: str
    slug: str
    posts: int
    aliases: Sequence[str] = ()


@dataclass(frozen=True)
class Catalogue:
    """One page of tags; ``total`` counts all that match."""

    tags: Sequence[Entry]
    total: int
    page: int

    @property
    def pages(self) -> int:
        """How many pages there are; at least one."""
        return max(1, -(-self.total // PAGE_SIZE))


@dataclass(frozen=True)
class Twins:
    """Two tags that are likely to be one; ``tag`` has no more posts than ``into``."""

    tag: Entry
    into: Entry


def list_tags(*, words: str = "", order: Order = Order.USED, page: int = 1) -> Catalogue:
    """Return the tags whose name, address or alias holds ``words``, ignoring case and accents.

    Three statements, however many tags there are.
    """
    holds = _holds(words)
    total = db.session.scalar(select(func.count()).select_from(Tag).where(holds)) or 0
    sorts = [Tag.name_key] if order is Order.NAME else [_USES.desc(), Tag.name_key]
    query = _entries(holds).order_by(*sorts).limit(PAGE_SIZE).offset((page - 1) * PAGE_SIZE)
    return Catalogue(_with_aliases(query), total, page)


def suggest_tags(words: str, *, limit: int) -> Sequence[Entry]:
    """Return tags that ``words`` may mean; those that begin with them first, then by use."""
    begins = _begins(words)
    order = case((begins, 0), else_=1), _USES.desc(), Tag.name_key
    return _with_aliases(_entries(_holds(words)).order_by(*order).limit(limit))


def list_twins() -> list[Twins]:
    """Return the pairs of tags that are likely to be one, the most used first.

    Pairs that `tagging.tell_apart` has noted are left out.
    """
    names = db.session.execute(select(Tag.id, Tag.name).order_by(Tag.id))
    pairs = _likely_pairs(tuple((id, name) for id, name in names))
    if not pairs:
        return []
    apart = select(DistinctTags.tag_id, DistinctTags.other_id)
    noted = {(first, second) for first, second in db.session.execute(apart)}
    left = [pair for pair in pairs if pair not in noted]
    ids = {id for pair in left for id in pair}
    entries = {entry.id: entry for entry in _with_aliases(_entries(Tag.id.in_(ids)))}
    twins = [_as_twins(entries[first], entries[second]) for first, second in left]
    return sorted(twins, key=lambda pair: (-pair.into.posts, -pair.tag.posts, pair.tag.id))


def list_alias_names() -> dict[str, list[str]]:
    """Return the other names of all tags that have any, by folded slug; in one statement."""
    query = (
        select(Tag.slug_key, TagAlias.name)
        .join(Tag, Tag.id == TagAlias.tag_id)
        .where(TagAlias.name.is_not(None))
        .order_by(TagAlias.name_key)
    )
    found = defaultdict[str, list[str]](list)
    for slug, name in db.session.execute(query):
        if name:
            found[slug].append(name)
    return found


def find_in_tags(
    words: str, tags: Iterable[Tagged], aliases: Mapping[str, Sequence[str]]
) -> list[Tagged]:
    """Return those of ``tags`` whose name or alias holds ``words``, in the order given.

    Neither case nor accents matter, and hyphens are as good as spaces.
    """
    wanted, slug = _folded(words), slugify(words, "")
    if not wanted:
        return list(tags)

    def is_meant(tag: Tagged) -> bool:
        if slug and slug in tag.slug.casefold():
            return True
        names = tag.name, *aliases.get(tag.slug.casefold(), ())
        return any(wanted in _folded(name) for name in names)

    return [tag for tag in tags if is_meant(tag)]


# Thousands of names are compared at each letter that somebody types.
_folded = lru_cache(maxsize=20_000)(fold)


@lru_cache(maxsize=4)
def _likely_pairs(names: tuple[tuple[int, str], ...]) -> list[tuple[int, int]]:
    # Thousands of names take a tenth of a second, and seldom change.
    return find_likely_twins(dict(names))


def _as_twins(first: Entry, second: Entry) -> Twins:
    """The older tag is the one that stays, where both are used alike."""
    return Twins(second, first) if second.posts <= first.posts else Twins(first, second)


_USES: ColumnElement[int] = func.count(post_tags.c.post_id)


def _entries(condition: ColumnElement[bool]) -> Select[int, str, str, int]:
    return (
        select(Tag.id, Tag.name, Tag.slug, _USES)
        .outerjoin(post_tags, post_tags.c.tag_id == Tag.id)
        .where(condition)
        .group_by(Tag.id)
    )


def _with_aliases(query: Select[int, str, str, int]) -> list[Entry]:
    rows = db.session.execute(query).all()
    names = _alias_names(row[0] for row in rows)
    return [Entry(id, name, slug, posts, names[id]) for id, name, slug, posts in rows]


def _alias_names(ids: Iterable[int]) -> dict[int, list[str]]:
    found = defaultdict[int, list[str]](list)
    query = select(TagAlias.tag_id, TagAlias.name).where(
        TagAlias.tag_id.in_(list(ids)), TagAlias.name.is_not(None)
    )
    for id, name in db.session.execute(query.order_by(TagAlias.name_key)):
        if id and name:
            found[id].append(name)
    return found


def _holds(words: str) -> ColumnElement[bool]:
    key, slug = caseless(words.strip()), slugify(words, fallback="")
    if not key:
        return true()
    by_alias = [TagAlias.name_key.contains(key, autoescape=True)]
    found = [Tag.name_key.contains(key, autoescape=True)]
    if slug:
        by_alias.append(TagAlias.slug_key.contains(slug, autoescape=True))
        found.append(Tag.slug_key.contains(slug, autoescape=True))
    return or_(*found, Tag.id.in_(select(TagAlias.tag_id).where(or_(*by_alias))))


def _begins(words: str) -> ColumnElement[bool]:
    key = caseless(words.strip())
    aliases = select(TagAlias.tag_id).where(TagAlias.name_key.startswith(key, autoescape=True))
    return or_(Tag.name_key.startswith(key, autoescape=True), Tag.id.in_(aliases))
