"""A blog of made-up posts behind one gunicorn worker, and what its answers cost."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.client import HTTPConnection
from pathlib import Path
from time import perf_counter
from urllib.request import urlopen

ROOT = Path(__file__).parents[1]


@contextmanager
def served(instance: Path, posts: int) -> Iterator[HTTPConnection]:
    """Serve the blog in ``instance`` by one worker, until the end of the block.

    Without a database it is filled with ``posts`` made-up posts first.
    """
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        settings = {
            "BLOG_INSTANCE": str(instance),
            "BLOG_PUBLIC_URL": f"http://127.0.0.1:{port}",
            "BLOG_ACCESS_LOG": "0",
        }
        kept = {name: text for name, text in os.environ.items() if not name.startswith("BLOG_")}
        environ = kept | settings
        if not (instance / "blog.sqlite").exists():
            _fill(posts, environ)
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


def get(connection: HTTPConnection, path: str) -> bytes:
    """Return the body of the page at ``path``, which must answer with 200."""
    connection.request("GET", path)
    answer = connection.getresponse()
    body = answer.read()
    if answer.status != 200:
        raise SystemExit(f"{path} answered {answer.status}")
    return body


def cost(connection: HTTPConnection, path: str, requests: int) -> tuple[float, list[float]]:
    """Return milliseconds of the worker's CPU time per request, and those of each by the clock."""
    get(connection, path)
    waits = []
    before = float(get(connection, "/bench/cpu"))
    for _ in range(requests):
        start = perf_counter()
        get(connection, path)
        waits.append(1000 * (perf_counter() - start))
    spent = float(get(connection, "/bench/cpu")) - before
    return 1000 * spent / requests, waits


def _fill(posts: int, environ: dict[str, str]) -> None:
    synth = ["from blogapp.cli import main; main()", "synth", "--posts", str(posts)]
    subprocess.run(
        [sys.executable, "-c", *synth], env=environ, check=True, stdout=subprocess.DEVNULL
    )
