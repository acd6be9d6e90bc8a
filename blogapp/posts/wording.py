"""Which posts hold some words, for their authors: in what is saved, and in what is merely typed."""

import json
from collections.abc import Collection, Iterator, Sequence

from sqlalchemy import ARRAY, ColumnElement, Integer, any_, bindparam, func, or_, select

from blogapp.extensions import db
from blogapp.posts.draft_models import Draft
from blogapp.posts.models import Post
from blogapp.posts.search.asking import Lookup, ask
from blogapp.posts.search.engine import engine_of
from blogapp.posts.search_query import SearchQuery, Term
from blogapp.text.folding import fold

MOST_WORDS = 12
# So many working copies that are not saved are looked through, those changed last first.
MOST_TYPED = 500
_BATCH = 50


def holding(words: str, *, pages: bool = False) -> set[int]:
    """Return the posts, or the static pages, that hold every one of ``words``.

    As in the search of readers, without their operators: whatever the case and the accents;
    and any part of a title or an address will do.
    """
    wanted = tuple(dict.fromkeys(words.split()))[:MOST_WORDS]
    folded = [fold(word) or word for word in wanted]
    found = set(_named(wanted)) | set(_typed(folded))
    return found | set(_in_pages(folded) if pages else _indexed(wanted))


def among(ids: Collection[int]) -> ColumnElement[bool]:
    """Return the condition that a post is one of ``ids``, of which there may be any number."""
    if db.session.get_bind().dialect.name == "sqlite":
        listed = func.json_each(json.dumps(sorted(ids))).table_valued("value")
        return Post.id.in_(select(listed.c.value))
    return Post.id == any_(bindparam(None, sorted(ids), type_=ARRAY(Integer)))


def _indexed(words: Sequence[str]) -> set[int]:
    """The posts in the search index: each word, or what begins with it."""
    query = SearchQuery(terms=tuple(Term(word) for word in words))
    asked = ask(query, loosely=True)
    if len(asked.wanted) < len(words):
        asked = ask(query, widely=True)
    lookups: list[Lookup] = []
    parts: list[list[int]] = []
    for one in asked.wanted:
        ways: list[Lookup] = [(one.in_words,)] if one.in_words else []
        ways += one.in_code
        parts.append(list(range(len(lookups), len(lookups) + len(ways))))
        lookups += ways
    if len(asked.wanted) < len(words) or not lookups:
        return set()
    found = engine_of(db.session.connection()).look_up(lookups)
    return set.intersection(*({id for at in part for id in found[at]} for part in parts))


def _named(words: Sequence[str]) -> Sequence[int]:
    """The posts whose title or address holds the words, wherever in it."""
    query = select(Post.id).where(*(_names(word) for word in words))
    return db.session.scalars(query).all()


def _names(word: str) -> ColumnElement[bool]:
    # SQLite folds the case of ASCII alone; the index knows all others.
    spellings = {word, word.lower(), word.upper(), word.capitalize()}
    titled = [Post.title.icontains(spelling, autoescape=True) for spelling in spellings]
    return or_(Post.slug_key.contains(word.casefold(), autoescape=True), *titled)


def _typed(folded: Sequence[str]) -> Iterator[int]:
    """The posts whose working copy holds the words, saved or not."""
    query = (
        select(Draft.post_id, Draft.fields, Draft.body)
        .where(Draft.is_pending)
        .order_by(Draft.changed_at.desc())
        .limit(MOST_TYPED)
        .execution_options(yield_per=_BATCH)
    )
    for id, fields, body in db.session.execute(query):
        text = fold(f"{fields.get('title', '')} {fields.get('summary', '')} {body}")
        if all(word in text for word in folded):
            yield id


def _in_pages(folded: Sequence[str]) -> Iterator[int]:
    """Static pages stand in no index, and a blog has few."""
    query = (
        select(Post.id, Post.title, Post.summary, Post.text)
        .where(Post.is_page)
        .execution_options(yield_per=_BATCH)
    )
    for id, title, summary, text in db.session.execute(query):
        said = fold(f"{title} {summary} {text}")
        if all(word in said for word in folded):
            yield id
