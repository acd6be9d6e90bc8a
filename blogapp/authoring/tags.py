"""The tags there are: as a page, and as suggestions while one is typed."""

from flask import Response, abort, request

from blogapp.posts.managing import suggest_tags
from blogapp.web.pages import render_page

SUGGESTED = 8


def index() -> Response:
    """Tags whose names hold ``q``, with the number of posts each has."""
    words = request.args.get("q", "")
    if "\0" in words or len(words) > 200:
        abort(400)
    limit = SUGGESTED if "fragment" in request.args else None
    return render_page(
        "authoring/list_tags.html", tags=suggest_tags(words, limit=limit), words=words
    )
