"""Who is asking: the one place that reads the session cookie."""

from flask import abort, g, redirect, request, session, url_for
from werkzeug.wrappers import Response

from blogapp.accounts.models import Author
from blogapp.accounts.sessions import find_session, notice
from blogapp.extensions import db
from blogapp.web.clock import now


def require_author() -> Response | None:
    """Guard of a blueprint: let authors in, send strangers to sign in and back."""
    if find_current_author() is not None:
        return None
    return redirect(url_for("auth.login", next=_way_back()), code=303)


def find_current_author() -> Author | None:
    """Return who is signed in, or None; asked of the database once a request."""
    if "author" not in g:
        g.author = _read_session()
    author: Author | None = g.author
    return author


def current_author() -> Author:
    """Return who is signed in, on pages that `require_author` guards."""
    author = find_current_author()
    if author is None:
        abort(403)
    return author


def sign_in(token: str) -> None:
    """Let this browser's cookie name the session of ``token``, and nothing older."""
    session.clear()
    session["token"] = token
    session.permanent = True
    g.pop("author", None)


def sign_out() -> None:
    """Drop this browser's cookie, and what pages had still to say to this author."""
    session.clear()
    g.pop("author", None)


def session_token() -> str | None:
    """Return the token in this browser's cookie, or None."""
    token = session.get("token")
    return token if isinstance(token, str) else None


def _way_back() -> str:
    """Return the path to come back to; what a button did cannot be asked for, the dashboard can."""
    if request.method in ("GET", "HEAD"):
        return request.script_root + request.full_path.rstrip("?")
    if request.url_rule and "GET" in (request.url_rule.methods or ()):
        return request.script_root + request.path
    return url_for("authoring.dashboard")


def _read_session() -> Author | None:
    token = session_token()
    found = token and find_session(token, now=now())
    if not found:
        return None
    author = found.author
    if notice(found, now=now()):
        session.modified = True  # the cookie is prolonged with it
        db.session.commit()
    return author
