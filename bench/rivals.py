"""What pages are measured against, under the same gunicorn: bare WSGI, Flask, Flask with Jinja."""

import json
import os
from base64 import b64decode
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

from flask import Flask, Response, render_template

_GIVEN = json.loads(Path(os.environ["BENCH_GIVEN"]).read_text(encoding="utf-8"))
_ANSWERS = {
    path: (one["status"], [tuple(pair) for pair in one["headers"]], [b64decode(one["body"])])
    for path, one in _GIVEN["answers"].items()
}
_POSTS = [
    post | {"published_at": datetime.fromisoformat(post["published_at"])}
    for post in _GIVEN["cards"]
]


def bare(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Answer with bytes and headers that the blog gave, and nothing else."""
    status, headers, body = _ANSWERS[environ["PATH_INFO"]]
    start_response(status, headers)
    return body


flask = Flask(__name__)


@flask.get("/")
def memory() -> Response:
    """The blog's listing, from memory."""
    status, headers, body = _ANSWERS["/"]
    return Response(body, status, headers)


jinja = Flask(__name__)
jinja.jinja_env.trim_blocks = jinja.jinja_env.lstrip_blocks = True


@jinja.get("/")
def cards() -> str:
    """A plain page with the cards of the blog's listing, from memory."""
    return render_template("listing.html", title="Engineering", posts=_POSTS)
