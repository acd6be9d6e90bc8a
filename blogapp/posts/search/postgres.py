"""The search index in PostgreSQL: tsvectors of our own making, and hashed trigrams of code.

Nothing here needs an extension, which a host may not offer. Phrases and pieces of code are
compared in the texts themselves, because a tsvector counts neither past 16,383 words nor more
than 255 uses of one, and holds a megabyte at most
(https://www.postgresql.org/docs/current/textsearch-limitations.html).
"""

import json
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any
from zlib import crc32

from sqlalchemy import Connection, text

from blogapp.posts.search import vocabulary
from blogapp.posts.search.asking import COLUMNS, Code, Lookup, Words
from blogapp.posts.search.documents import VERSION, Document

# Of D, C, B, A: body and code, summary, headings, title.
WEIGHTS = (0.06, 0.35, 0.4, 1.0)
LABELS = ("A", "B", "C", "D", "D")
MOST_USES = 64
LAST_POSITION = 16_383
MOST_BYTES = 900_000
MOST_TRIGRAMS = 24
# Leads the code's own terms, which no other column can be asked for.
_IN_CODE = "\ue100"
_FAR = 200


class PostgresIndex:
    """See `blogapp.posts.search.engine.Engine`."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def put(self, documents: Sequence[Document]) -> None:
        if not documents:
            return
        columns = ("version", "words", "code", "vector", "names", "trigrams")
        changes = ", ".join(f"{name} = excluded.{name}" for name in columns)
        self._run(
            "INSERT INTO search_posts (post_id, version, words, code, vector, names, trigrams) "
            "VALUES (:id, :version, :words, :code, CAST(:vector AS tsvector), "
            "CAST(:names AS tsvector), :trigrams) "
            f"ON CONFLICT (post_id) DO UPDATE SET {changes}",  # nosec B608
            [_row(document) for document in documents],
        )
        vocabulary.learn(self.connection, documents)

    def forget(self, post_ids: Collection[int]) -> None:
        self.connection.execute(
            text("DELETE FROM search_posts WHERE post_id = ANY(:ids)"), {"ids": [*post_ids]}
        )

    def clear(self) -> None:
        self._run("DELETE FROM search_posts")
        self._run("DELETE FROM search_vocabulary")

    def finish(self) -> None:
        self._run("ANALYZE search_posts")

    def look_up(self, lookups: Sequence[Lookup]) -> list[list[int]]:
        given = _Given()
        parts = [
            f"SELECT {number}, CAST(json_agg(post_id) AS text) FROM search_posts "
            f"WHERE {_condition(lookup, given)}"  # nosec B608
            for number, lookup in enumerate(lookups)
        ]
        found: list[list[int]] = [[] for _ in lookups]
        if parts:
            query = text("SELECT part, ids FROM search_look_up(:statement, :given)")
            values = {"statement": " UNION ALL ".join(parts), "given": given.values}
            for number, ids in self.connection.execute(query, values):
                found[number] = json.loads(ids or "[]")
        return found

    def rank(
        self, clauses: Sequence[tuple[Words, ...]], post_ids: Sequence[int], *, together: bool
    ) -> Mapping[int, float]:
        if not clauses or not post_ids:
            return {}
        # Lengths count by their logarithm (1).
        query = (
            f"SELECT post_id, ts_rank('{{{', '.join(map(str, WEIGHTS))}}}', vector, "
            "CAST(:match AS tsquery), 1) FROM search_posts WHERE post_id = ANY(:ids)"  # nosec B608
        )
        match = " | ".join(_match(words) for ways in clauses for words in ways)
        rows = self.connection.execute(text(query), {"match": match, "ids": [*post_ids]})
        return {row[0]: row[1] for row in rows}

    def columns(self, post_ids: Sequence[int]) -> Mapping[int, Sequence[str]]:
        query = text("SELECT post_id, words FROM search_posts WHERE post_id = ANY(:ids)")
        rows = self.connection.execute(query, {"ids": [*post_ids]})
        return {id: [column[1:-1] for column in words.split("\n")] for id, words in rows}

    def begins(self, prefixes: Sequence[str], *, limit: int) -> list[tuple[int, bool]]:
        if not prefixes:
            return []
        query = (
            "(SELECT post_id, 1 FROM search_posts WHERE names @@ CAST(:title AS tsquery) "
            "ORDER BY post_id DESC LIMIT :limit) UNION ALL "
            "(SELECT post_id, 0 FROM search_posts WHERE names @@ CAST(:any AS tsquery) "
            "ORDER BY post_id DESC LIMIT :limit)"
        )
        title = " & ".join(f"'{prefix}':*A" for prefix in prefixes)
        anywhere = " & ".join(f"'{prefix}':*" for prefix in prefixes)
        values = {"title": title, "any": anywhere, "limit": limit}
        rows = self.connection.execute(text(query), values)
        return [(id, bool(in_title)) for id, in_title in rows]

    def similar(self, words: Sequence[str], *, limit: int) -> Mapping[str, Sequence[str]]:
        return vocabulary.similar(self.connection, words, limit=limit)

    def known(self, words: Sequence[str]) -> set[str]:
        return vocabulary.known(self.connection, words)

    def count(self, words: Sequence[str]) -> Mapping[str, int]:
        parts = [
            f"SELECT {number}, count(*) FROM search_posts "
            f"WHERE vector @@ CAST(:v{number} AS tsquery)"  # nosec B608
            for number in range(len(words))
        ]
        if not parts:
            return {}
        values = {f"v{number}": f"'{word}'" for number, word in enumerate(words)}
        rows = self.connection.execute(text(" UNION ALL ".join(parts)), values)
        return {words[number]: count for number, count in rows}

    def _run(self, statement: str, rows: Sequence[Mapping[str, Any]] = ()) -> None:
        self.connection.execute(text(statement), [*rows] or None)


def _row(document: Document) -> dict[str, Any]:
    columns = document.columns
    return {
        "id": document.post_id,
        "version": VERSION,
        "words": "\n".join(f" {column} " for column in columns),
        "code": document.body.code,
        "vector": _vector(columns),
        "names": _vector(columns[:2]),
        "trigrams": sorted({*_trigrams(document.body.code)}),
    }


def _vector(columns: Sequence[str]) -> str:
    """The terms as a tsvector is written, as many as one may hold."""
    places = defaultdict[str, list[str]](list)
    position = 0
    for column, label in zip(columns, LABELS, strict=False):
        for term in column.split():
            position += 1
            if len(places[term]) < MOST_USES:
                places[term].append(f"{min(position, LAST_POSITION)}{label}")
        position += _FAR
    if len(columns) == len(COLUMNS):
        for term in dict.fromkeys(columns[-1].split()):
            # Longer ones are found in the code itself.
            if len(term) < 3:
                places[f"{_IN_CODE}{term}"] = []
    return " ".join(_fitting(places))


def _fitting(places: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """The terms as far as there is room; when it is scarce, a text's words without their places."""
    sizes = {term: len(term.encode()) + 1 for term in places}
    is_scarce = sum(sizes.values()) + sum(2 + 2 * len(at) for at in places.values()) > MOST_BYTES
    size = 0
    for term, found in places.items():
        kept = [] if is_scarce and all(place.endswith("D") for place in found) else found
        size += sizes[term] + (2 + 2 * len(kept) if kept else 0)
        if size > MOST_BYTES:
            return
        yield f"'{term}':{','.join(kept)}" if kept else f"'{term}'"


def _trigrams(code: str) -> Iterator[int]:
    """Three characters each as 32 bits with a sign; two that fall together are told apart later."""
    for at in range(len(code) - 2):
        number = crc32(code[at : at + 3].encode())
        yield number - (1 << 32) if number >= 1 << 31 else number


class _Given:
    """Values of a statement, each by the name that stands for it there."""

    def __init__(self) -> None:
        self.values: list[str] = []

    def add(self, value: str) -> str:
        self.values.append(value)
        return f"$1[{len(self.values)}]"


def _condition(lookup: Lookup, given: _Given) -> str:
    if isinstance(lookup, Code):
        pieces = list(dict.fromkeys(_trigrams(lookup.text)))
        step = -(-len(pieces) // MOST_TRIGRAMS)
        some = given.add(f"{{{','.join(map(str, pieces[::step]))}}}")
        return (
            f"trigrams @> CAST({some} AS integer[]) AND strpos(code, {given.add(lookup.text)}) > 0"
        )
    clauses = (" OR ".join(_held(words, given) for words in ways) for ways in lookup)
    return " AND ".join(f"({clause})" for clause in clauses)


def _held(words: Words, given: _Given) -> str:
    condition = f"vector @@ CAST({given.add(_match(words))} AS tsquery)"
    if len(words.terms) == 1:
        return f"({condition})"
    phrase = given.add(f" {' '.join(words.terms)}{'' if words.prefix else ' '}")
    texts = [f"split_part(words, chr(10), {COLUMNS.index(c) + 1})" for c in words.columns]
    within = " OR ".join(f"strpos({text}, {phrase}) > 0" for text in texts or ["words"])
    return f"({condition} AND ({within}))"


def _match(words: Words) -> str:
    """The words as a tsquery; terms hold nothing that means something there."""
    if words.columns == ("code",):
        return " & ".join(f"'{_IN_CODE}{term}'" for term in words.terms)
    labels = "".join(LABELS[COLUMNS.index(column)] for column in words.columns)
    parts = [f"'{term}'{f':{labels}' if labels else ''}" for term in words.terms]
    if words.prefix:
        parts[-1] = f"'{words.terms[-1]}':*{labels}"
    return f"({' & '.join(parts)})"
