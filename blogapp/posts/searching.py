"""Finding posts by words, and keeping the index in which they are found."""

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
    "suggest",
]
