"""The search index in SQLite: FTS5, without a copy of the texts.

`search_words` and `search_code` are contentless (https://sqlite.org/fts5.html, 4.4.1): before
a row can go, its terms have to be given once more, so `search_posts` keeps them packed.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, text

from blogapp.posts.search import vocabulary
from blogapp.posts.search.asking import Code, Lookup, Words
from blogapp.posts.search.documents import VERSION, Document, pack, unpack

# By column: title, headings, summary, body, code.
WEIGHTS = (12.0, 5.0, 6.0, 1.0, 0.7)
# More of a piece of code narrow no further what is compared as a whole afterwards.
MOST_TRIGRAMS = 24
_WORDS = "title, headings, summary, body, code"
_VALUES = ":title, :headings, :summary, :body, :code"


class SqliteIndex:
    """See `blogapp.posts.search.engine.Engine`."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def put(self, documents: Sequence[Document]) -> None:
        self.forget([document.post_id for document in documents])
        rows = [_row(document) for document in documents]
        if not rows:
            return
        self._run(
            "INSERT INTO search_posts (post_id, version, packed, code) "
            "VALUES (:id, :version, :packed, :substrings)",
            rows,
        )
        self._run(f"INSERT INTO search_words (rowid, {_WORDS}) VALUES (:id, {_VALUES})", rows)  # nosec B608
        self._run("INSERT INTO search_code (rowid, code) VALUES (:id, :substrings)", rows)
        self._run(
            "INSERT INTO search_names (rowid, title, headings) VALUES (:id, :title, :headings)",
            rows,
        )
        vocabulary.learn(self.connection, documents)

    def forget(self, post_ids: Collection[int]) -> None:
        query = (
            "SELECT post_id, packed, code FROM search_posts "
            "WHERE post_id IN (SELECT value FROM json_each(:ids))"
        )
        kept = self.connection.execute(text(query), {"ids": json.dumps([*post_ids])})
        names = ("title", "headings", "summary", "body", "code")
        rows: list[dict[str, Any]] = [
            {"id": id, "substrings": code, **dict(zip(names, unpack(packed), strict=True))}
            for id, packed, code in kept
        ]
        if not rows:
            return
        out = "INSERT INTO {0} ({0}, rowid, {1}) VALUES ('delete', :id, {2})"
        self._run(out.format("search_words", _WORDS, _VALUES), rows)
        self._run(out.format("search_code", "code", ":substrings"), rows)
        self._run(out.format("search_names", "title, headings", ":title, :headings"), rows)
        self._run("DELETE FROM search_posts WHERE post_id = :id", rows)

    def clear(self) -> None:
        for name in ("search_words", "search_code", "search_names"):
            self._run(f"INSERT INTO {name} ({name}) VALUES ('delete-all')")  # nosec B608
        self._run("DELETE FROM search_posts")
        self._run("DELETE FROM search_vocabulary")

    def finish(self) -> None:
        for name in ("search_words", "search_code", "search_names"):
            self._run(f"INSERT INTO {name} ({name}) VALUES ('optimize')")  # nosec B608

    def look_up(self, lookups: Sequence[Lookup]) -> list[list[int]]:
        parts, values = [], {}
        for number, lookup in enumerate(lookups):
            condition, bound = _condition(lookup, f"v{number}")
            parts.append(f"SELECT {number} AS part, {condition}")
            values.update(bound)
        found: list[list[int]] = [[] for _ in lookups]
        if parts:
            for number, ids in self.connection.execute(text(" UNION ALL ".join(parts)), values):
                found[number] = json.loads(ids)
        return found

    def rank(
        self, clauses: Sequence[tuple[Words, ...]], post_ids: Sequence[int], *, together: bool
    ) -> Mapping[int, float]:
        if not clauses or not post_ids:
            return {}
        # The unary plus keeps FTS5 from looking up each id by itself.
        query = (
            f"SELECT rowid, -bm25(search_words, {', '.join(map(str, WEIGHTS))}) FROM search_words "
            "WHERE search_words MATCH :match AND rowid BETWEEN :first AND :last "
            "AND +rowid IN (SELECT value FROM json_each(:ids))"  # nosec B608
        )
        values = {
            "match": _clauses(clauses, " AND " if together else " OR "),
            "first": min(post_ids),
            "last": max(post_ids),
            "ids": json.dumps([*post_ids]),
        }
        rows = self.connection.execute(text(query), values)
        return {row[0]: row[1] for row in rows}

    def columns(self, post_ids: Sequence[int]) -> Mapping[int, Sequence[str]]:
        query = (
            "SELECT post_id, packed FROM search_posts "
            "WHERE post_id IN (SELECT value FROM json_each(:ids))"
        )
        rows = self.connection.execute(text(query), {"ids": json.dumps([*post_ids])})
        return {id: unpack(packed) for id, packed in rows}

    def begins(self, prefixes: Sequence[str], *, limit: int) -> list[tuple[int, bool]]:
        if not prefixes:
            return []
        begun = " AND ".join(f'"{prefix}" *' for prefix in prefixes)
        query = (
            "SELECT * FROM (SELECT rowid, 1 FROM search_names WHERE search_names MATCH :title "
            "ORDER BY rowid DESC LIMIT :limit) UNION ALL "
            "SELECT * FROM (SELECT rowid, 0 FROM search_names WHERE search_names MATCH :any "
            "ORDER BY rowid DESC LIMIT :limit)"
        )
        values = {"title": f"{{title}} : ({begun})", "any": begun, "limit": limit}
        rows = self.connection.execute(text(query), values)
        return [(id, bool(in_title)) for id, in_title in rows]

    def similar(self, words: Sequence[str], *, limit: int) -> Mapping[str, Sequence[str]]:
        return vocabulary.similar(self.connection, words, limit=limit)

    def known(self, words: Sequence[str]) -> set[str]:
        return vocabulary.known(self.connection, words)

    def count(self, words: Sequence[str]) -> Mapping[str, int]:
        parts = [
            f"SELECT {number}, count(*) FROM search_words WHERE search_words MATCH :v{number}"  # nosec B608
            for number in range(len(words))
        ]
        if not parts:
            return {}
        values = {f"v{number}": f'"{word}"' for number, word in enumerate(words)}
        rows = self.connection.execute(text(" UNION ALL ".join(parts)), values)
        return {words[number]: count for number, count in rows}

    def _run(self, statement: str, rows: Sequence[Mapping[str, Any]] = ()) -> None:
        self.connection.execute(text(statement), [*rows] or None)


def _row(document: Document) -> dict[str, Any]:
    title, headings, summary, body, code = document.columns
    return {
        "id": document.post_id,
        "version": VERSION,
        "packed": pack(document),
        "substrings": document.body.code,
        "title": title,
        "headings": headings,
        "summary": summary,
        "body": body,
        "code": code,
    }


def _condition(lookup: Lookup, name: str) -> tuple[str, dict[str, str]]:
    if isinstance(lookup, Code):
        pieces = list(dict.fromkeys(lookup.text[at : at + 3] for at in range(len(lookup.text) - 2)))
        step = -(-len(pieces) // MOST_TRIGRAMS)
        match = " AND ".join('"{}"'.format(piece.replace('"', '""')) for piece in pieces[::step])
        condition = (
            "json_group_array(search_code.rowid) FROM search_code "
            "JOIN search_posts ON search_posts.post_id = search_code.rowid "
            f"WHERE search_code MATCH :{name}"
        )
        if len(lookup.text) == 3:
            condition = f"json_group_array(rowid) FROM search_code WHERE search_code MATCH :{name}"
            return condition, {name: match}
        condition += f" AND instr(search_posts.code, :{name}c)"
        return condition, {name: match, f"{name}c": lookup.text}
    condition = f"json_group_array(rowid) FROM search_words WHERE search_words MATCH :{name}"
    return condition, {name: _clauses(lookup, " AND ")}


def _clauses(clauses: Sequence[tuple[Words, ...]], joint: str) -> str:
    return joint.join(f"({' OR '.join(map(_match, ways))})" for ways in clauses)


def _match(words: Words) -> str:
    """The words in FTS5's query language; terms hold nothing that means something there."""
    phrase = f'"{" ".join(words.terms)}"{" *" if words.prefix else ""}'
    return f"{{{' '.join(words.columns)}}} : {phrase}" if words.columns else phrase
