"""The one way into a session, whatever somebody proved themselves by."""

from datetime import timedelta

from flask import current_app, redirect, request, session, url_for
from werkzeug.wrappers import Response

from blogapp.accounts import sessions
from blogapp.accounts.directory.joining import may_come_by
from blogapp.accounts.factors import has_second_factor, must_have_second_factor
from blogapp.accounts.models import Author
from blogapp.accounts.steps import begin_step
from blogapp.auth import directory_session
from blogapp.auth.devices import know_device
from blogapp.extensions import db
from blogapp.site.reading import get_site
from blogapp.web.access import asking_address, session_token, sign_in
from blogapp.web.addresses import absolute_url_for, local_path
from blogapp.web.agents import browser_of
from blogapp.web.auditing import actor_at_the_door, note_by
from blogapp.web.clock import now
from blogapp.web.directory import find_directory
from blogapp.web.filters import local
from blogapp.web.mailing import send_mail

SECOND_FACTOR = "second-factor"
# Whoever was made a moment ago knows where they signed in first.
_YOUNG = timedelta(hours=1)


def finish(author: Author, *, method: str, is_strong: bool, goal: str | None = None) -> Response:
    """Sign ``author`` in and lead on to where they were going, or to their second factor.

    ``method`` is "password", "password+totp", "recovery", "passkey", "oidc", "oidc+mfa" or "link".
    ``is_strong`` says that no second factor is to be asked for. ``goal`` is the path they
    were going to where their address does not say it. Commits.
    """
    if author.disabled_at is not None or not may_come_by_here(method, author):
        directory_session.remember_problem("only")
        return redirect(url_for("auth.login"), code=303)
    if not is_strong and needs_second_factor(author):
        return _ask_second_factor(author, method, goal)
    _start(author, method)
    return redirect(local_path(goal) or after_sign_in(), code=303)


def may_come_by_here(method: str, author: Author) -> bool:
    """Return whether ``author`` may sign in by ``method`` in this blog, as it is set up."""
    are_used = current_app.config["LOCAL_PASSWORDS"]
    return may_come_by(method, author, find_directory(), local_passwords=are_used)


def needs_second_factor(author: Author) -> bool:
    """Return whether ``author`` has a second factor, or the blog demands that they get one."""
    if has_second_factor(author):
        return True
    return must_have_second_factor(author, get_site().second_factor_for)


def after_sign_in() -> str:
    """Return the path the author was going to, if it is on this site."""
    return local_path(request.args.get("next")) or url_for("authoring.dashboard")


def _start(author: Author, method: str) -> None:
    """Begin a new session in this browser, ending the one it had. Commits."""
    if old := session_token():
        sessions.end_session(old)
    agent = request.headers.get("User-Agent", "")
    token = sessions.start_session(
        author, now=now(), user_agent=agent, method=method, address=asking_address()
    )
    if know_device(author) and now() - author.created_at > _YOUNG:
        _tell_of_device(author, agent)
    note_by(actor_at_the_door(author), "sign-in.finished", author, method=method)
    carried = directory_session.carried()
    sign_in(token)
    if carried:
        directory_session.attach(carried, token, author)
    db.session.commit()


def _tell_of_device(author: Author, agent: str) -> None:
    if not author.email:
        return
    send_mail(
        author.email,
        "new_device",
        name=author.name,
        when=local(now()),
        browser=browser_of(agent),
        network=asking_address(),
        sessions=absolute_url_for("account.list_sessions"),
    )


def _ask_second_factor(author: Author, method: str, goal: str | None) -> Response:
    """Remember that the first one is proved, and lead to the page that asks for the second."""
    session["step"] = begin_step(SECOND_FACTOR, now=now(), author=author, state={"method": method})
    db.session.commit()
    goal = local_path(goal) or local_path(request.args.get("next"))
    return redirect(url_for("auth.second_factor", next=goal), code=303)
