"""What finding posts costs among many: pages, tags, words, and how it grows with the blog."""

import argparse
import sqlite3
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from statistics import median, quantiles
from urllib.parse import urlencode

from bench.serving import cost, get, served
from blogapp.demo.labelling import TAGS
from blogapp.demo.speaking import COMMON_WORD, RARE_WORD
from blogapp.text.slugs import slugify

POSTS = 10_000
FEW = 1000
REQUESTS = 20
ROUNDS = 5
PAGE = 12
BARE, FRONT = "bare WSGI answer", "the first page"
GROWING = (FRONT, "one tag")
# Some post changes its kind, which has to be seen at once.
CHANGE = """
UPDATE posts SET kind = CASE kind WHEN 'note' THEN 'guide' ELSE 'note' END
WHERE id = (SELECT min(id) FROM posts)
"""


@dataclass(frozen=True)
class Answer:
    """What one answer costs; milliseconds of the worker's CPU time, and by the clock."""

    kilobytes: float
    milliseconds: float
    waits: Sequence[float]

    @property
    def p50(self) -> float:
        return median(self.waits)

    @property
    def p99(self) -> float:
        return quantiles(self.waits, n=100, method="inclusive")[98]


@dataclass(frozen=True)
class Blog:
    """A blog of so many posts, and what its answers cost, by their names."""

    posts: int
    answers: Mapping[str, Answer]
    megabytes: float  # of the database
    memory: float  # megabytes that the worker had at most
    after_a_change: float  # milliseconds of CPU time for the first page, once


def measure(
    blogs: Mapping[int, Path], requests: int = REQUESTS, rounds: int = ROUNDS
) -> list[Blog]:
    """Return what finding costs in blogs of so many posts, in the folders given.

    Where there is no blog yet, one is made up. The rounds take turns, and so do the blogs; the
    best round counts for CPU time, and all of them for what it took by the clock.
    """
    with ExitStack() as stack:
        open_ones = {
            posts: stack.enter_context(served(folder, posts)) for posts, folder in blogs.items()
        }
        rows = [
            {posts: _round(connection, posts, requests) for posts, connection in open_ones.items()}
            for _ in range(rounds)
        ]
        return [
            Blog(
                posts,
                _best([row[posts] for row in rows]),
                megabytes=(blogs[posts] / "blog.sqlite").stat().st_size / 1e6,
                after_a_change=_after_a_change(connection, blogs[posts] / "blog.sqlite"),
                memory=float(get(connection, "/bench/memory")) / 1000,
            )
            for posts, connection in open_ones.items()
        ]


def report(posts: int = POSTS, instance: Path | None = None) -> str:
    """Return the figures as Markdown; ``instance`` may hold a blog of that size already."""
    with tempfile.TemporaryDirectory() as folder:
        few, many = (Path(folder) / str(size) for size in (FEW, posts))
        for path in (few, many):
            path.mkdir()
        small, large = measure({FEW: few, posts: instance or many})
    front, bare = large.answers[FRONT].milliseconds, large.answers[BARE].milliseconds
    rows = [
        f"| {name} | {answer.kilobytes:.1f} | {answer.milliseconds:.2f} "
        f"| {answer.milliseconds / front:.2f} | {answer.milliseconds / bare:.0f} "
        f"| {answer.p50:.1f} | {answer.p99:.1f} |"
        for name, answer in large.answers.items()
    ]
    times = {
        name: large.answers[name].milliseconds / small.answers[name].milliseconds
        for name in GROWING
    }
    growth = " and ".join(f"{grown:.2f} times for {name}" for name, grown in times.items())
    return "\n".join(
        [
            "### Finding",
            "",
            f"A blog of {posts:,} posts on SQLite ({large.megabytes:,.0f} MB), one gunicorn "
            "worker, nothing kept ready.",
            "",
            "| answer | KB | ms of CPU time | times the first page | times a bare answer "
            "| p50 ms | p99 ms |",
            "| --- | ---: | ---: | ---: | ---: | ---: | ---: |",
            *rows,
            "",
            f"From {FEW:,} posts to {posts:,} the CPU time grows {growth}. The first page after a "
            f"change, which every worker has to take in, costs {large.after_a_change:,.0f} ms "
            f"({small.after_a_change:,.0f} ms among {FEW:,} posts). The worker had "
            f"{large.memory:,.0f} MB of memory at most ({small.memory:,.0f} MB).",
        ]
    )


def _addresses(posts: int) -> dict[str, str]:
    first, second = (slugify(name) for name in TAGS[:2])
    page = max(2, min(5000, posts * 9 // 10 // PAGE))  # some posts are still to come
    questions: dict[str, list[tuple[str, object]]] = {
        FRONT: [],
        f"page {page:,}": [("page", page)],
        "one tag": [("tag", first)],
        "two tags": [("tag", first), ("tag", second)],
        "two tags, any of them, and not a third": [
            *(("tag", first), ("tag", second), ("match", "any"), ("not", slugify(TAGS[2]))),
        ],
        "a rare word": [("q", RARE_WORD)],
        "a common word": [("q", COMMON_WORD)],
        "a common word under a tag": [("tag", first), ("q", COMMON_WORD)],
    }
    typed = {"fragment": "suggestions"}
    return {
        BARE: "/bench/bare",
        **{name: f"/?{urlencode(pairs)}".rstrip("?") for name, pairs in questions.items()},
        "typeahead": f"/search?{urlencode({'q': RARE_WORD[:4], **typed})}",
        "typeahead, one letter": f"/search?{urlencode({'q': COMMON_WORD[:1], **typed})}",
        "a feed of two tags": f"/feed.xml?{urlencode([('tag', first), ('tag', second)])}",
    }


def _round(
    connection: HTTPConnection, posts: int, requests: int
) -> dict[str, tuple[float, float, list[float]]]:
    """Kilobytes, CPU time and waits of each answer."""
    connection.close()  # while the other blog was asked, the server may have left
    return {
        name: (len(get(connection, path)) / 1000, *cost(connection, path, requests))
        for name, path in _addresses(posts).items()
    }


def _best(rows: Sequence[Mapping[str, tuple[float, float, list[float]]]]) -> dict[str, Answer]:
    return {
        name: Answer(
            kilobytes=rows[0][name][0],
            milliseconds=min(row[name][1] for row in rows),
            waits=[wait for row in rows for wait in row[name][2]],
        )
        for name in rows[0]
    }


def _after_a_change(connection: HTTPConnection, database: Path) -> float:
    with closing(sqlite3.connect(database)) as writer, writer:
        writer.execute(CHANGE)
    connection.close()
    before = float(get(connection, "/bench/cpu"))
    get(connection, "/")
    return 1000 * (float(get(connection, "/bench/cpu")) - before)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--posts", type=int, default=POSTS, help="how many to find among")
    parser.add_argument("--instance", type=Path, help="a folder that holds such a blog already")
    asked = parser.parse_args()
    sys.stdout.write(f"{report(asked.posts, asked.instance)}\n")
