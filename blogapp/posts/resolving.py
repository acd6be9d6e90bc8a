"""What an address of this blog leads to, before anybody follows it."""

import re
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import load_only, undefer

from blogapp.accounts.models import Author
from blogapp.extensions import db
from blogapp.media.models import Media
from blogapp.posts.models import Domain, Named, Post, Redirect, Series, State, Tag, TagAlias
from blogapp.posts.redirecting import spellings
from blogapp.text.folding import caseless

_ADDRESS = re.compile(r"/(posts|pages|tags|domains|series|authors|media)/(.+)")
# Blocks of code and their lines, notes, and what a browser looks for in the text by itself.
_MADE_ANCHOR = re.compile(r"c\d+(?:-L\d+)?|fn.*|top|text|:~:text=.*")


class Answer(StrEnum):
    """What a reader would meet."""

    THERE = "there"
    UNPUBLISHED = "unpublished"
    GONE = "gone"
    LOST = "lost"


@dataclass(frozen=True)
class Target:
    """What stands at an address; ``anchors`` is None where nothing is known about them."""

    answer: Answer
    title: str = ""
    anchors: Collection[str] | None = None

    def has(self, anchor: str) -> bool:
        """Whether ``#anchor`` leads to a place on the page, as far as can be told."""
        is_known = self.anchors is not None and not _MADE_ANCHOR.fullmatch(anchor)
        return not is_known or anchor in (self.anchors or ())


@dataclass
class _Asked:
    posts: dict[str, str] = field(default_factory=dict)  # folded slug by path
    pages: dict[str, str] = field(default_factory=dict)
    names: dict[str, dict[str, str]] = field(default_factory=dict)
    media: dict[str, str] = field(default_factory=dict)


_NAMED: dict[str, type[Named]] = {"tags": Tag, "domains": Domain, "series": Series}


def resolve(
    paths: Collection[str], *, now: datetime, is_fixed: Callable[[str], bool]
) -> dict[str, Target]:
    """Return what each path (decoded, below the blog's base) leads to, in at most nine statements.

    ``is_fixed`` tells which paths always answer: the archive, a feed.
    """
    found = find_standing(paths, now=now, is_fixed=is_fixed)
    lost = [path for path in dict.fromkeys(paths) if path not in found]
    found |= _find_moved(lost)
    return {path: found.get(path, Target(Answer.LOST)) for path in paths}


def find_standing(
    paths: Iterable[str], *, now: datetime, is_fixed: Callable[[str], bool]
) -> dict[str, Target]:
    """Return what stands at those paths at which something does, whatever leads elsewhere."""
    asked, found, others = _Asked(), dict[str, Target](), list[str]()
    for path in dict.fromkeys(paths):
        if not _sort(path, asked):
            others.append(path)
    found |= _find_posts(asked.posts, now, is_page=False)
    found |= _find_posts(asked.pages, now, is_page=True)
    for folder, slugs in asked.names.items():
        found |= _find_names(folder, slugs)
    found |= _find_media(asked.media)
    return found | {path: Target(Answer.THERE) for path in others if path == "/" or is_fixed(path)}


def _sort(path: str, asked: _Asked) -> bool:
    if path.lower() == "/about":
        asked.pages[path] = "about"
        return True
    address = _ADDRESS.fullmatch(path)
    if not address:
        return False
    folder, rest = address[1], address[2].rstrip("/")
    if folder == "media":
        if rest.startswith(("cards/", "icons/")):
            return False
        asked.media[path] = rest
    elif folder in ("posts", "pages"):
        slug = re.sub(r"(?:\.md|/code/\d+/[^/]+)$", "", rest).casefold()
        (asked.posts if folder == "posts" else asked.pages)[path] = slug
    else:
        asked.names.setdefault(folder, {})[path] = caseless(rest)
    return True


def _find_posts(paths: dict[str, str], now: datetime, *, is_page: bool) -> dict[str, Target]:
    if not paths:
        return {}
    query = (
        select(Post)
        .where(Post.slug_key.in_(set(paths.values())), Post.is_page == is_page)
        .options(
            load_only(
                *(Post.id, Post.slug_key, Post.title, Post.version),
                *(Post.published_at, Post.withdrawn_at, Post.deleted_at),
            ),
            undefer(Post.sections),
        )
    )
    by_slug = {post.slug_key: _target_of(post, now) for post in db.session.scalars(query)}
    return {path: by_slug[slug] for path, slug in paths.items() if slug in by_slug}


def _target_of(post: Post, now: datetime) -> Target:
    state = post.state(now)
    if state is State.PUBLISHED:
        anchors = {id for section in post.sections or () for id in section["ids"]}
        return Target(Answer.THERE, post.title, anchors)
    is_left = state in (State.WITHDRAWN, State.TRASHED)
    return Target(Answer.GONE if is_left else Answer.UNPUBLISHED, post.title)


def _find_names(folder: str, paths: dict[str, str]) -> dict[str, Target]:
    keys = set(paths.values())
    if folder == "authors":
        query = select(Author.slug_key).where(Author.slug_key.in_(keys))
    else:
        model = _NAMED[folder]
        query = select(model.slug_key).where(model.slug_key.in_(keys))
    there: set[str | None] = set(db.session.scalars(query))
    if folder == "tags" and keys - there:
        rows = db.session.execute(
            select(TagAlias.slug_key, TagAlias.tag_id).where(TagAlias.slug_key.in_(keys - there))
        ).all()
        gone = {key for key, tag in rows if tag is None}
        there |= {key for key, tag in rows if tag is not None}
        return {
            path: Target(Answer.THERE if key in there else Answer.GONE)
            for path, key in paths.items()
            if key in there or key in gone
        }
    return {path: Target(Answer.THERE) for path, key in paths.items() if key in there}


def _find_media(paths: dict[str, str]) -> dict[str, Target]:
    if not paths:
        return {}
    there = set(db.session.scalars(select(Media.key).where(Media.key.in_(paths.values()))))
    return {path: Target(Answer.THERE) for path, key in paths.items() if key in there}


def _find_moved(paths: Collection[str]) -> dict[str, Target]:
    if not paths:
        return {}
    spelled = {path: [path, *spellings(path)] for path in paths}
    asked = {spelling for some in spelled.values() for spelling in some}
    query = select(Redirect.path, Redirect.post_id, Redirect.target).where(Redirect.path.in_(asked))
    # What leads nowhere was deleted for good.
    answers = {
        path: Target(Answer.THERE if post or target else Answer.GONE)
        for path, post, target in db.session.execute(query)
    }
    return {
        path: answers[spelling]
        for path, some in spelled.items()
        for spelling in [each for each in some if each in answers][:1]
    }
