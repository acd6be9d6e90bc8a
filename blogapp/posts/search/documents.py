"""What the search index keeps of a post, the same for every database."""

import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from blogapp.text import terms
from blogapp.text.passages import read_passages

# Raised when a post's terms are made differently; `doctor` counts those of another version.
VERSION = 1
# A body has a megabyte at most. This is where code made of ever new words would end.
MOST_TERMS = 200_000
LONGEST_CODE = 1_000_000
_VOCABULARY_LENGTHS = range(3, 33)


@dataclass(frozen=True)
class Body:
    """The terms of a rendered text: its words, and its code's with the code itself."""

    words: str
    code_words: str
    code: str


@dataclass(frozen=True)
class Document:
    """A post's terms, separated by blanks, by where they stand in it."""

    post_id: int
    title: str
    headings: str
    summary: str
    body: Body

    @property
    def columns(self) -> tuple[str, ...]:
        """The terms as `Place` numbers them."""
        return (self.title, self.headings, self.summary, self.body.words, self.body.code_words)

    @property
    def vocabulary(self) -> set[str]:
        """The words that somebody may have meant: letters only, none of them from code."""
        texts = [column.split(terms.MARKS)[0] for column in self.columns[:4]]
        found = {word for text in texts for word in text.split()}
        return {word for word in found if is_in_vocabulary(word)}


def make_document(
    post_id: int, *, title: str, summary: str, headings: Sequence[dict[str, Any]], body: Body
) -> Document:
    """Return the terms of a post; ``body`` is what `read_body` made of its HTML."""
    return Document(
        post_id,
        title=_terms(title),
        headings=_apart([heading["text"] for heading in headings]),
        summary=_terms(summary),
        body=body,
    )


def read_body(html: str) -> Body:
    """Return the terms of a rendered text, without those of its headings."""
    passages = read_passages(html)
    code = passages.code[:LONGEST_CODE]
    return Body(
        words=_terms(passages.prose),
        code_words=_joined([*terms.code_words(code), terms.MARKS, *terms.marks(code)]),
        code=terms.code(code),
    )


def is_in_vocabulary(word: str) -> bool:
    """Return whether a word is one that may be misspelt."""
    return len(word) in _VOCABULARY_LENGTHS and word.isalpha() and not terms.is_unspaced(word)


def pack(document: Document) -> bytes:
    """Return the terms as they are kept: what is taken out of an index has to be known."""
    return zlib.compress("\n".join(document.columns).encode())


def unpack(packed: bytes) -> tuple[str, ...]:
    """Return the columns that `pack` was given."""
    return tuple(zlib.decompress(packed).decode().split("\n"))


def _terms(text: str) -> str:
    return _joined([*terms.words(text), terms.MARKS, *terms.marks(text)])


def _apart(texts: Iterable[str]) -> str:
    found: list[str] = []
    marks: dict[str, None] = {}
    for text in texts:
        found += [*terms.words(text), terms.BREAK]
        marks.update(dict.fromkeys(terms.marks(text)))
    return _joined([*found, terms.MARKS, *marks])


def _joined(found: Sequence[str]) -> str:
    return " ".join(found[:MOST_TERMS]).rstrip(f" {terms.BREAK}{terms.MARKS}")
