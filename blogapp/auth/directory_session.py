"""What a session that began at the directory keeps of that, and how it ends."""

from flask import current_app, jsonify, make_response, request, session
from werkzeug.wrappers import Response

from blogapp.accounts.directory import sessions
from blogapp.accounts.directory.asking import Known
from blogapp.accounts.directory.errors import BadToken, DirectoryAway
from blogapp.accounts.directory.provider import Provider
from blogapp.accounts.directory.tokens import check_logout_token
from blogapp.accounts.errors import StepExpired
from blogapp.accounts.models import Author
from blogapp.accounts.steps import begin_step, take_step
from blogapp.extensions import csrf, db
from blogapp.web.access import find_current_session
from blogapp.web.auditing import actor_at_the_door, note_by
from blogapp.web.clock import now
from blogapp.web.directory import find_provider

CARRIED = "directory-session"
PROBLEM = "directory_problem"


def remember_problem(name: str) -> None:
    """Have the page to which this answer leads say what is wrong, by a name of `PROBLEMS`."""
    session[PROBLEM] = name


def carry(author: Author, known: Known, provider: Provider) -> None:
    """Keep what the directory said until the session begins, a second factor later perhaps."""
    state = sessions.carried(known, provider, key=current_app.config["SECRET_KEY"], now=now())
    session[CARRIED] = begin_step(CARRIED, now=now(), author=author, state=state)


def carried() -> str | None:
    """Return what this browser carries of the directory; a new session clears the cookie."""
    found = session.get(CARRIED)
    return found if isinstance(found, str) else None


def attach(found: str | None, token: str, author: Author) -> None:
    """Make the session of ``token`` the directory's, by what was `carried` for its author."""
    try:
        step = take_step(CARRIED, found, now=now())
    except StepExpired:
        return
    if step.author_id == author.id:
        sessions.attach(token, step.state, now=now())


def way_out() -> str:
    """Return where this browser's session at the directory is ended; empty where it is not."""
    found = find_current_session()
    return sessions.way_out(found, key=current_app.config["SECRET_KEY"]) if found else ""


# A server asks here, which has no cookie to abuse and proves itself by a signature.
@csrf.exempt
def end() -> Response:
    """End the sessions that the directory names (OpenID Connect Back-Channel Logout 1.0)."""
    provider, token = find_provider(), request.form.get("logout_token", "")
    if provider is None:
        return _answer(404)
    try:
        logout = check_logout_token(token, provider, now=now())
        ended = sessions.end_by(logout, provider.directory.issuer, now=now())
        note_by(actor_at_the_door(), "session.ended", provider.directory.name, count=ended)
        db.session.commit()
    except (BadToken, DirectoryAway) as error:
        db.session.rollback()
        current_app.logger.warning("a word to end sessions is not believed: %s", error)
        return _answer(400)
    return _answer(200)


def _answer(status: int) -> Response:
    said = {} if status == 200 else {"error": "invalid_request"}
    return make_response(jsonify(said), status)
