"""The blog as gunicorn runs it, with two addresses beside it to measure it by."""

from collections.abc import Callable, Iterable
from resource import RUSAGE_SELF, getrusage
from time import process_time
from typing import Any

from wsgi import app as blog

BARE = b"<!doctype html><title>Bare</title><p>Nothing was looked up for this page.\n"


def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Answer ``/bench/bare`` without Flask, ``/bench/cpu`` with seconds of CPU time so far, and
    ``/bench/memory`` with the kilobytes that this process has had at most.
    """
    answers = {
        "/bench/bare": lambda: BARE,
        "/bench/cpu": lambda: str(process_time()).encode(),
        "/bench/memory": lambda: str(getrusage(RUSAGE_SELF).ru_maxrss).encode(),
    }
    answer = answers.get(environ["PATH_INFO"])
    if answer is None:
        return blog(environ, start_response)
    body = answer()
    headers = [("Content-Type", "text/html; charset=utf-8"), ("Content-Length", str(len(body)))]
    start_response("200 OK", headers)
    return [body]


# What gunicorn.conf.py starts with a worker is the blog's.
app.extensions = blog.extensions  # type: ignore[attr-defined]
