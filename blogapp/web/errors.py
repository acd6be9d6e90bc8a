"""Domain errors and HTTP errors, turned into pages people can read."""

import logging

from flask import Flask, Response, make_response, render_template, request
from werkzeug.exceptions import HTTPException, InternalServerError

from blogapp.extensions import db

WORDS = {
    400: ("This address does not make sense", "Something in it is malformed."),
    403: ("Not yours to open", "You are signed in, but this belongs to somebody else."),
    404: ("Nothing lives here", "The address may be mistyped, or the page was never published."),
    405: ("Not that way", "This address answers, but not to this kind of request."),
    410: ("This was taken down", "The page existed once. Its author has withdrawn it."),
    413: ("Too large", "What you sent is over the limit."),
    429: ("Too many tries", "Wait a little, then try again."),
    500: ("Something broke here", "It is not your doing. The error has been written down."),
}


def init_app(app: Flask) -> None:
    app.register_error_handler(HTTPException, show_error)


def show_error(error: HTTPException) -> Response:
    """Answer with the error's own status, as a page in the blog's design."""
    if error.response is not None:  # a redirect raised as an exception
        return make_response(error.response)
    status = error.code or 500
    if isinstance(error, InternalServerError):
        db.session.rollback()
        logging.getLogger(__name__).debug("500 at %s", request.path)
    title, text = WORDS.get(status, (error.name, ""))
    response = make_response(
        render_template("errors/error.html", status=status, title=title, text=text), status
    )
    for name, value in error.get_headers():
        if name not in {"Content-Type", "Content-Length"}:
            response.headers[name] = value
    return response
