"""The blog as gunicorn runs it, with two addresses beside it to measure it by."""

from collections.abc import Callable, Iterable
from time import process_time
from typing import Any

from wsgi import app as blog

BARE = b"<!doctype html><title>Bare</title><p>Nothing was looked up for this page.\n"


def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Answer ``/bench/bare`` without Flask, and ``/bench/cpu`` with seconds of CPU time so far."""
    answers = {"/bench/bare": lambda: BARE, "/bench/cpu": lambda: str(process_time()).encode()}
    answer = answers.get(environ["PATH_INFO"])
    if answer is None:
        return blog(environ, start_response)
    body = answer()
    headers = [("Content-Type", "text/html; charset=utf-8"), ("Content-Length", str(len(body)))]
    start_response("200 OK", headers)
    return [body]
