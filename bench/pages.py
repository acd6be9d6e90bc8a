"""What a page costs the server, beside a bare answer and a file from the same server."""

import sys
import tempfile
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path

from bench.serving import cost, get, served

POSTS = 1000
REQUESTS = 40
ROUNDS = 5


@dataclass(frozen=True)
class Page:
    """What one request for a page costs; milliseconds of the worker's CPU time."""

    name: str
    path: str
    kilobytes: float
    milliseconds: float


def measure(posts: int = POSTS, requests: int = REQUESTS, rounds: int = ROUNDS) -> list[Page]:
    """Return the cost of each page on a new blog of made-up posts: of each the best round.

    The rounds take turns, so that what else the machine does meets all pages alike.
    """
    with tempfile.TemporaryDirectory() as folder, served(Path(folder), posts) as connection:
        paths = _paths(connection)
        sizes = {path: len(get(connection, path)) / 1000 for path in paths.values()}
        costs = [
            {path: cost(connection, path, requests)[0] for path in paths.values()}
            for _ in range(rounds)
        ]
    best = {path: min(one[path] for one in costs) for path in sizes}
    return [Page(name, path, sizes[path], best[path]) for name, path in paths.items()]


def report() -> str:
    """Return the figures as Markdown."""
    pages = measure()
    bare, file = pages[0].milliseconds, pages[1].milliseconds
    rows = [
        f"| {page.name} | {page.kilobytes:.1f} | {page.milliseconds:.2f} "
        f"| {page.milliseconds / bare:.0f} | {page.milliseconds / file:.1f} |"
        for page in pages
    ]
    return "\n".join(
        [
            "### Pages",
            "",
            f"A blog of {POSTS:,} posts on SQLite, one gunicorn worker, nothing kept ready.",
            "",
            "| answer | KB | ms of CPU time | times a bare answer | times a file |",
            "| --- | ---: | ---: | ---: | ---: |",
            *rows,
        ]
    )


def _paths(connection: HTTPConnection) -> dict[str, str]:
    front = get(connection, "/").decode()
    feed = get(connection, "/feed.xml?limit=1").decode()
    post = "/posts/" + feed.split("/posts/")[1].split('"')[0]
    tag = front.split("/tags/")[1].split('"')[0].split("?")[0]
    style = "/static/" + front.split("/static/")[1].split('"')[0]
    return {
        "bare WSGI answer": "/bench/bare",
        "file from `static/`": style,
        "`/`": "/",
        "`/?domain=` and a word": "/?domain=databases&q=cache",
        "`/?tag=`": f"/?tag={tag}",
        "the second page": "/?page=2",
        "a post": post,
        "a post's Markdown": f"{post}.md",
        "`/feed.xml`": "/feed.xml",
        "`/archive`": "/archive",
    }


if __name__ == "__main__":
    sys.stdout.write(f"{report()}\n")
