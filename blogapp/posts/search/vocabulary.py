"""The words that posts use, so that one that was mistyped leads to the one that was meant."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, text

from blogapp.posts.search.documents import Document

_MOST_AT_ONCE = 2_000
# One statement whatever the number of words: each of another length would be kept compiled, and
# taking in many posts would take hundreds of megabytes.
_KNOWN = text("SELECT word FROM search_vocabulary WHERE word IN :words").bindparams(
    bindparam("words", expanding=True)
)


def learn(connection: Connection, documents: Iterable[Document]) -> None:
    """Remember the words of posts. They stay until the index is made anew."""
    words: set[str] = set()
    for document in documents:
        words |= document.vocabulary
    every = sorted(words)
    for start in range(0, len(every), _MOST_AT_ONCE):
        part = every[start : start + _MOST_AT_ONCE]
        _add(connection, sorted({*part} - known(connection, part)))


def known(connection: Connection, words: Sequence[str]) -> set[str]:
    """Return those of ``words`` that posts use."""
    if not words:
        return set()
    return set(connection.scalars(_KNOWN, {"words": words}))


def similar(
    connection: Connection, words: Sequence[str], *, limit: int
) -> Mapping[str, Sequence[str]]:
    """Return words of about the same length that begin or end as each of ``words`` does.

    An error or two leave the beginning, the end, or the first and the last letter as they are.
    """
    parts: list[str] = []
    values: dict[str, Any] = {"limit": limit}
    for n, word in enumerate(words):
        keys = _keys(word)
        length = keys["length"]
        values |= {f"f{n}": length - 2, f"t{n}": length + 2}
        values |= {f"e{n}": keys["ends"], f"a{n}": keys["tail"]}
        values |= {f"h{n}": word[:2], f"i{n}": word[:1] + chr(ord(word[1]) + 1)}
        for condition in (f"ends = :e{n}", f"tail = :a{n}", f"word >= :h{n} AND word < :i{n}"):
            parts.append(
                f"SELECT * FROM (SELECT {n}, word FROM search_vocabulary WHERE {condition} "
                f"AND length BETWEEN :f{n} AND :t{n} LIMIT :limit) AS p{len(parts)}"  # nosec B608
            )
    found: dict[str, dict[str, None]] = {word: {} for word in words}
    if parts:
        for number, candidate in connection.execute(text(" UNION ALL ".join(parts)), values):
            found[words[number]][candidate] = None
    return {word: list(candidates) for word, candidates in found.items()}


def _add(connection: Connection, words: Sequence[str]) -> None:
    if not words:
        return
    # In order, so that two who save at once wait for each other and not both for ever.
    rows = [{"word": word, **_keys(word)} for word in words]
    connection.execute(
        text(
            "INSERT INTO search_vocabulary (word, length, ends, tail) "
            "VALUES (:word, :length, :ends, :tail) ON CONFLICT DO NOTHING"
        ),
        rows,
    )


def _keys(word: str) -> dict[str, Any]:
    return {"length": len(word), "ends": word[0] + word[-1], "tail": word[-2:]}
