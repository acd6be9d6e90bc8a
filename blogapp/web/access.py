"""Who is asking: the one place that reads the session cookie."""

from flask import abort, current_app, g, redirect, request, session, url_for
from sqlalchemy.exc import DBAPIError
from werkzeug.wrappers import Response

from blogapp.accounts.models import Author, AuthorSession
from blogapp.accounts.sessions import find_session, notice
from blogapp.extensions import db
from blogapp.web.clock import now
from blogapp.web.failing import failure_of
from blogapp.web.proxies import client_address


def require_author() -> Response | None:
    """Guard of a blueprint: let authors in, send strangers to sign in and back."""
    if find_current_author() is not None:
        return None
    return redirect(url_for("auth.login", next=way_back()), code=303)


def find_current_author() -> Author | None:
    """Return who is signed in, or None; asked of the database once a request."""
    if find_current_session() is None:
        return None
    author: Author = g.author
    return author


def find_current_session() -> AuthorSession | None:
    """Return the session of this browser with its author, or None."""
    if "author_session" not in g:
        g.author_session = _read_session()
    found: AuthorSession | None = g.author_session
    return found


def current_author() -> Author:
    """Return who is signed in, on pages that `require_author` guards."""
    author = find_current_author()
    if author is None:
        abort(403)
    return author


def current_session() -> AuthorSession:
    """Return the session of this browser, on pages that `require_author` guards."""
    found = find_current_session()
    if found is None:
        abort(403)
    return found


def sign_in(token: str) -> None:
    """Let this browser's cookie name the session of ``token``, and nothing older."""
    session.clear()
    session["token"] = token
    session.permanent = True
    g.pop("author_session", None)


def carry_on(token: str) -> None:
    """Let this browser's cookie name its session by its new ``token``; forms stay valid."""
    session["token"] = token


def sign_out() -> None:
    """Drop this browser's cookie, and what pages had still to say to this author."""
    session.clear()
    g.pop("author_session", None)


def session_token() -> str | None:
    """Return the token in this browser's cookie, or None."""
    token = session.get("token")
    return token if isinstance(token, str) else None


def way_back() -> str:
    """Return the path to come back to; what a button did cannot be asked for, the dashboard can."""
    if request.method in ("GET", "HEAD"):
        return request.script_root + request.full_path.rstrip("?")
    if request.url_rule and "GET" in (request.url_rule.methods or ()):
        return request.script_root + request.path
    return url_for("authoring.dashboard")


def asking_address() -> str:
    """Return the IP address of whoever asks, seen through the proxies that the operator trusts."""
    return client_address(request, current_app.config["TRUSTED_PROXIES"])


def _read_session() -> AuthorSession | None:
    token = session_token()
    found = find_session(token, now=now()) if token else None
    # Apart: a commit leaves the session without what was joined to it.
    g.author = found.author if found else None
    if found and notice(found, now=now(), address=asking_address()):
        return _noticed(found, token)
    return found


def _noticed(found: AuthorSession, token: str | None) -> AuthorSession | None:
    """Keep when the session was seen; a disk that is full keeps nobody from reading."""
    try:
        db.session.commit()
    except DBAPIError as error:
        failure = failure_of(error)
        if failure is None or not failure.is_readable:
            raise
        db.session.rollback()
        found_again = find_session(token or "", now=now())
        g.author = found_again.author if found_again else None
        return found_again
    session.modified = True  # the cookie is prolonged with it
    return found
