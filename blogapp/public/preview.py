"""A post that is not published, for whoever holds a link to it."""

from flask import Response, make_response, render_template

from blogapp.extensions import db
from blogapp.posts.previewing import NoSuchPreview, PreviewOver, open_link
from blogapp.posts.reading import Surroundings
from blogapp.text.outside_links import outside_links
from blogapp.web.clock import now


def show(token: str) -> Response:
    """The post's page under a band that says what it is; 410 where a link has ended."""
    try:
        shown = open_link(token, now=now())
    except NoSuchPreview:
        return _private(render_template("public/preview_over.html", is_known=False), 404)
    except PreviewOver:
        return _private(render_template("public/preview_over.html", is_known=True), 410)
    with db.session.no_autoflush:
        page = render_template(
            "public/preview.html",
            shown=shown,
            post=shown.post,
            page=shown.post,
            changes=(),
            discussion=None,
            around=Surroundings(older=None, newer=None, related=(), series=None),
            links=outside_links(shown.post.html),
            is_live=shown.stored.is_public(now()),
        )
    return _private(page, 200)


def _private(page: str, status: int) -> Response:
    """Kept by nobody, found by no engine, and its address told to no other site."""
    response = make_response(page, status)
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    response.headers["Referrer-Policy"] = "same-origin"
    return response
