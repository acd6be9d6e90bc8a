"""Finding posts by words."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Integer, and_, case, literal, or_, select, true

from blogapp.posts.models import Post, Tag, post_tags
from blogapp.posts.search.documents import Document, make_document, read_body
from blogapp.posts.search.finding import Found, find
from blogapp.posts.search.indexing import (
    count_missing,
    count_searchable,
    forget,
    index_documents,
    index_post,
    index_stored,
    rebuild,
)
from blogapp.posts.search.suggesting import (
    SuggestedHeading,
    SuggestedTag,
    SuggestedTitle,
    Suggestions,
    suggest,
)
from blogapp.text.folding import fold
from blogapp.text.slugs import slugify

__all__ = [
    "Document",
    "Found",
    "SuggestedHeading",
    "SuggestedTag",
    "SuggestedTitle",
    "Suggestions",
    "count_missing",
    "count_searchable",
    "find",
    "forget",
    "index_documents",
    "index_post",
    "index_stored",
    "make_document",
    "read_body",
    "rebuild",
    "search",
    "searchable",
    "suggest",
]

MOST_WORDS = 12


@dataclass(frozen=True)
class Search:
    """Which posts answer a search, and how well: a higher rank stands first."""

    condition: ColumnElement[bool]
    rank: ColumnElement[int]


def search(q: str) -> Search:
    """Return the posts that have every word of ``q`` in title, summary, text or a tag.

    Case and accents do not matter. The more words the title holds, the higher the
    rank. Words past the twelfth are not looked for.
    """
    words = fold(q).split()[:MOST_WORDS]
    return Search(
        condition=and_(true(), *(or_(_in_text(word), _in_a_tag(word)) for word in words)),
        rank=sum((case((_in_title(word), 1), else_=0) for word in words), literal(0, Integer)),
    )


def searchable(title: str, *texts: str) -> str:
    """Return what `search` looks through: the title's line, then all the rest on one line.

    >>> searchable("Cafés", "A summary.", "Two\\nlines.")
    'cafes\\na summary. two lines.'
    """
    return "\n".join([fold(title), fold(" ".join(texts))])


def _in_text(word: str) -> ColumnElement[bool]:
    return Post.folded.contains(word, autoescape=True)


def _in_title(word: str) -> ColumnElement[bool]:
    # The only line feed stands after the title.
    escaped = "".join(f"\\{c}" if c in "%_\\" else c for c in word)
    return Post.folded.like(f"%{escaped}%\n%", escape="\\")


def _in_a_tag(word: str) -> ColumnElement[bool]:
    # A slug is its name without accents, so "cafe" finds "Café" there.
    named = select(post_tags.c.post_id).join(Tag, Tag.id == post_tags.c.tag_id)
    found = [Tag.name_key.contains(word, autoescape=True)]
    if slug := slugify(word, ""):
        found.append(Tag.slug_key.contains(slug, autoescape=True))
    return Post.id.in_(named.where(or_(*found)))
