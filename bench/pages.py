"""What a page costs the server, beside a bare answer and a file from the same server."""

import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from urllib.request import urlopen

ROOT = Path(__file__).parents[1]
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
    with tempfile.TemporaryDirectory() as folder, _served(Path(folder), posts) as connection:
        paths = _paths(connection)
        sizes = {path: len(_get(connection, path)) / 1000 for path in paths.values()}
        costs = [
            {path: _cost(connection, path, requests) for path in paths.values()}
            for _ in range(rounds)
        ]
    best = {path: min(cost[path] for cost in costs) for path in sizes}
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


@contextmanager
def _served(instance: Path, posts: int) -> Iterator[HTTPConnection]:
    """Serve a blog of ``posts`` made-up posts, by one worker, until the end of the block."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        settings = {
            "BLOG_INSTANCE": str(instance),
            "BLOG_PUBLIC_URL": f"http://127.0.0.1:{port}",
            "BLOG_ACCESS_LOG": "0",
        }
        kept = {name: text for name, text in os.environ.items() if not name.startswith("BLOG_")}
        environ = kept | settings
        synth = ["from blogapp.cli import main; main()", "synth", "--posts", str(posts)]
        subprocess.run(
            [sys.executable, "-c", *synth], env=environ, check=True, stdout=subprocess.DEVNULL
        )
        gunicorn = ["-m", "gunicorn", "--config", "gunicorn.conf.py", "--workers", "1"]
        server = subprocess.Popen(
            [sys.executable, *gunicorn, "--bind", f"fd://{listener.fileno()}", "bench.wsgi:app"],
            cwd=ROOT,
            env=environ,
            pass_fds=[listener.fileno()],
        )
        try:
            # The socket is open: this waits until the worker answers.
            urlopen(f"http://127.0.0.1:{port}/healthz", timeout=60).close()
            with closing(HTTPConnection("127.0.0.1", port, timeout=60)) as connection:
                yield connection
        finally:
            server.terminate()
            server.wait()


def _paths(connection: HTTPConnection) -> dict[str, str]:
    front = _get(connection, "/").decode()
    feed = _get(connection, "/feed.xml?limit=1").decode()
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


def _cost(connection: HTTPConnection, path: str, requests: int) -> float:
    _get(connection, path)
    before = float(_get(connection, "/bench/cpu"))
    for _ in range(requests):
        _get(connection, path)
    spent = float(_get(connection, "/bench/cpu")) - before
    return 1000 * spent / requests


def _get(connection: HTTPConnection, path: str) -> bytes:
    connection.request("GET", path)
    answer = connection.getresponse()
    body = answer.read()
    if answer.status != 200:
        raise SystemExit(f"{path} answered {answer.status}")
    return body


if __name__ == "__main__":
    sys.stdout.write(f"{report()}\n")
