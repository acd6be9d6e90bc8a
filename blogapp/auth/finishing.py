"""The one way into a session, whatever somebody proved themselves by."""

from flask import redirect, request, session, url_for
from werkzeug.wrappers import Response

from blogapp.accounts import sessions
from blogapp.accounts.factors import has_second_factor, must_have_second_factor
from blogapp.accounts.models import Author
from blogapp.accounts.steps import begin_step
from blogapp.extensions import db
from blogapp.web.access import asking_address, session_token, sign_in
from blogapp.web.addresses import local_path
from blogapp.web.clock import now
from blogapp.web.filters import current_site

SECOND_FACTOR = "second-factor"


def finish(author: Author, *, method: str, is_strong: bool) -> Response:
    """Sign ``author`` in and lead on to where they were going, or to their second factor.

    ``method`` is "password", "password+totp", "recovery", "passkey", "oidc" or "link".
    ``is_strong`` says that no second factor is to be asked for. Commits.
    """
    if author.disabled_at is not None:
        return redirect(url_for("auth.login"), code=303)
    if not is_strong and needs_second_factor(author):
        return _ask_second_factor(author, method)
    start(author, method=method)
    return redirect(after_sign_in(), code=303)


def needs_second_factor(author: Author) -> bool:
    """Return whether ``author`` has a second factor, or the blog demands that they get one."""
    if has_second_factor(author):
        return True
    return must_have_second_factor(author, current_site().second_factor_for)


def start(author: Author, *, method: str) -> None:
    """Sign ``author`` in with a new session, ending the one this browser had. Commits."""
    if old := session_token():
        sessions.end_session(old)
    token = sessions.start_session(
        author,
        now=now(),
        user_agent=request.headers.get("User-Agent", ""),
        method=method,
        address=asking_address(),
    )
    sign_in(token)
    db.session.commit()


def after_sign_in() -> str:
    """Return the path the author was going to, if it is on this site."""
    return local_path(request.args.get("next")) or url_for("authoring.dashboard")


def _ask_second_factor(author: Author, method: str) -> Response:
    """Remember that the first one is proved, and lead to the page that asks for the second."""
    session["step"] = begin_step(SECOND_FACTOR, now=now(), author=author, state={"method": method})
    db.session.commit()
    goal = local_path(request.args.get("next"))
    return redirect(url_for("auth.second_factor", next=goal), code=303)
