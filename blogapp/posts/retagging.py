"""Giving tags to many posts, and taking them from many."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import delete, func, insert, select, update

from blogapp.extensions import db
from blogapp.posts.models import Post, PostKeyword, Tag, post_tags
from blogapp.posts.naming import find_or_make
from blogapp.posts.tagging import find_named_tag
from blogapp.text.folding import caseless

# As many as the editor takes.
MOST_TAGS = 30
# What a tag weighs in `relating` where no post tells: one that is neither rare nor common.
_WEIGHT = 0.4

# Of each tag, the posts that got or lost it.
Touched = Mapping[int, Sequence[int]]


@dataclass
class Tags:
    """Tags that are given or taken; ``made`` did not exist before."""

    ids: Sequence[int]
    made: list[int] = field(default_factory=list)

    @classmethod
    def named(cls, names: Iterable[str], *, make: bool) -> "Tags":
        """Return the tags of these names, and make the missing ones if so asked."""
        if not make:
            return cls([tag.id for name in names if (tag := find_named_tag(name))])
        before = db.session.scalar(select(func.max(Tag.id))) or 0
        ids = [tag.id for tag in find_or_make(Tag, names)]
        return cls(ids, [id for id in ids if id > before])

    def give(self, post_ids: Sequence[int]) -> tuple[Touched, set[int]]:
        """Give all tags to all posts; return who got which, and who has too many already."""
        has = _pairs(self.ids, post_ids)
        counts = _count(post_ids)
        missing = {id: [tag for tag in self.ids if (id, tag) not in has] for id in post_ids}
        full = {id for id, tags in missing.items() if counts.get(id, 0) + len(tags) > MOST_TAGS}
        touched = {
            tag: [id for id in post_ids if id not in full and tag in missing[id]]
            for tag in self.ids
        }
        _insert(touched)
        return touched, {id for id in full if missing[id]}

    def take(self, post_ids: Sequence[int]) -> tuple[Touched, set[int]]:
        """Take all tags from all posts; return who lost which."""
        has = _pairs(self.ids, post_ids)
        touched = {tag: [id for id in post_ids if (id, tag) in has] for tag in self.ids}
        _delete(touched)
        return touched, set()


def give_back(touched: Touched) -> None:
    """Give tags to posts that lost them; those that have them again keep them."""
    has = _pairs([*touched], [id for ids in touched.values() for id in ids])
    _insert({tag: [id for id in ids if (id, tag) not in has] for tag, ids in touched.items()})


def take_again(touched: Touched) -> None:
    """Take tags from posts that got them."""
    _delete(touched)


def drop_unused(tag_ids: Iterable[int]) -> None:
    """Remove those of the tags that no post has."""
    used = select(post_tags.c.tag_id)
    db.session.execute(delete(Tag).where(Tag.id.in_([*tag_ids]), Tag.id.not_in(used)))


def existing(tag_ids: Iterable[int]) -> set[int]:
    """Return those of the tags that are still there."""
    return set(db.session.scalars(select(Tag.id).where(Tag.id.in_([*tag_ids]))))


def unknown(names: Iterable[str]) -> list[str]:
    """Return the names that no tag has."""
    return [name for name in names if caseless(name) and find_named_tag(name) is None]


def _pairs(tag_ids: Sequence[int], post_ids: Sequence[int]) -> set[tuple[int, int]]:
    columns = post_tags.c.post_id, post_tags.c.tag_id
    query = select(*columns).where(
        post_tags.c.post_id.in_(post_ids), post_tags.c.tag_id.in_(tag_ids)
    )
    return {(post, tag) for post, tag in db.session.execute(query)}


def _count(post_ids: Sequence[int]) -> dict[int, int]:
    columns = post_tags.c.post_id, func.count().label("tags")
    query = select(*columns).where(post_tags.c.post_id.in_(post_ids))
    rows = db.session.execute(query.group_by(post_tags.c.post_id))
    return {row.post_id: row.tags for row in rows}


def _insert(touched: Touched) -> None:
    rows = [{"post_id": id, "tag_id": tag} for tag, ids in touched.items() for id in ids]
    if not rows:
        return
    db.session.execute(insert(post_tags), rows)
    for tag, ids in touched.items():
        _weigh(tag, ids)
    _raise_versions(touched)


def _delete(touched: Touched) -> None:
    for tag, ids in touched.items():
        if not ids:
            continue
        db.session.execute(
            delete(post_tags).where(post_tags.c.tag_id == tag, post_tags.c.post_id.in_(ids))
        )
        word = PostKeyword.word == f"#{tag}"
        db.session.execute(delete(PostKeyword).where(word, PostKeyword.post_id.in_(ids)))
    _raise_versions(touched)


def _weigh(tag: int, post_ids: Sequence[int]) -> None:
    """Let posts be near to each other by the tag; it weighs anew when each is saved."""
    if not post_ids:
        return
    word = f"#{tag}"
    weight = db.session.scalar(select(func.avg(PostKeyword.weight)).where(PostKeyword.word == word))
    held = set(
        db.session.scalars(
            select(PostKeyword.post_id).where(
                PostKeyword.word == word, PostKeyword.post_id.in_(post_ids)
            )
        )
    )
    rows = [
        {"post_id": id, "word": word, "weight": weight or _WEIGHT}
        for id in post_ids
        if id not in held
    ]
    if rows:
        db.session.execute(insert(PostKeyword), rows)


def _raise_versions(touched: Touched) -> None:
    """An editor that is open on an earlier version merges."""
    ids = {id for post_ids in touched.values() for id in post_ids}
    posts = Post.metadata.tables[Post.__tablename__]
    if ids:
        raised = update(posts).where(posts.c.id.in_(ids)).values(version=posts.c.version + 1)
        db.session.connection().execute(raised)
