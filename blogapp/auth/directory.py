"""Signing in by the directory: out to it, and back."""

import hmac
from collections.abc import Sequence
from datetime import datetime
from secrets import token_urlsafe
from typing import Any

from flask import (
    abort,
    current_app,
    make_response,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask_babel import lazy_gettext as _
from sqlalchemy.exc import IntegrityError
from werkzeug.wrappers import Response

from blogapp.accounts import throttling
from blogapp.accounts.directory.asking import (
    Known,
    Question,
    address_to_ask,
    check_issuer,
    find_out,
)
from blogapp.accounts.directory.errors import (
    BadToken,
    Closed,
    DirectoryAway,
    DirectoryError,
    NoEmail,
    NoRole,
    NotConfirmed,
    NotJoined,
)
from blogapp.accounts.directory.joining import Admitted, admit, is_joined, is_strong
from blogapp.accounts.directory.provider import Provider
from blogapp.accounts.errors import StepExpired
from blogapp.accounts.step_models import SignInStep
from blogapp.accounts.steps import begin_step, find_step, take_step
from blogapp.auth import signing_in
from blogapp.auth.directory_session import PROBLEM, carry, remember_problem
from blogapp.auth.finishing import after_sign_in, finish
from blogapp.extensions import db
from blogapp.web import confirming
from blogapp.web.access import asking_address, current_author, find_current_author, require_author
from blogapp.web.addresses import absolute_url_for, local_path
from blogapp.web.auditing import actor_at_the_door, note, note_by
from blogapp.web.clock import now
from blogapp.web.directory import find_directory, find_provider

OUT, AGAIN = "directory", "directory-again"
# What the sign-in page says of a way that led nowhere, by the name that the session carries.
PROBLEMS = {
    "away": _("%(name)s does not answer. Please try again in a minute."),
    "denied": _("%(name)s did not let you in, or you did not go through with it."),
    "late": _("This was begun too long ago, or in another browser. Please try once more."),
    "many": _("Too many have gone to %(name)s from your network. Please wait a minute."),
    "only": _("Your account is one of %(name)s: please sign in there."),
    "wrong": _("What came back from %(name)s cannot be trusted. Please try once more."),
}
REFUSALS: dict[type[DirectoryError], Any] = {
    NoRole: _("%(name)s knows you, and none of your groups there may write here."),
    NoEmail: _("%(name)s does not say which e-mail address you have, and an account needs one."),
    NotJoined: _("An account here has your e-mail address and cannot become yours by itself."),
    Closed: _("Your account here is disabled."),
}


def begin() -> Response:
    """Send somebody to the directory, to come back as who they are there."""
    provider = _provider()
    if request.args.get("iss", provider.directory.issuer) != provider.directory.issuer:
        abort(404)  # begun by another directory (OpenID Connect Core 1.0, 4)
    if find_current_author():
        return redirect(after_sign_in(), code=303)
    if request.headers.get("Sec-Fetch-Site", "none") not in ("same-origin", "none"):
        # No other site signs anybody in: that takes a click of theirs (ASVS 5, V7.6.2).
        goal = local_path(request.args.get("next"))
        return redirect(url_for("auth.login", next=goal), code=303)
    return _send(provider, OUT, {"next": local_path(request.args.get("next"))})


def begin_again() -> Response:
    """Send somebody who is signed in to the directory, to prove it once more."""
    provider = _provider()
    if strangers := require_author():
        return strangers
    if not is_joined(current_author(), provider.directory):
        abort(404)
    back = {"next": local_path(request.args.get("next")), "kept": request.args.get("kept")}
    return _send(provider, AGAIN, back)


def come_back() -> Response:
    """Find out who came back, and sign them in."""
    provider = _provider()
    step = _take()
    if step is None:
        if find_current_author():
            return redirect(url_for("authoring.dashboard"), code=303)
        return _say("late")
    try:
        known = _find_out(provider, step)
        if step.purpose == AGAIN:
            return _go_on(known, step)
        return _let_in(known, provider, step)
    except NotConfirmed:
        return _say("denied", step)
    except DirectoryAway as error:
        current_app.logger.warning("the directory is away: %s", error)
        return _say("away", step)
    except BadToken as error:
        current_app.logger.warning("the directory's word is not believed: %s", error)
        return _say("wrong", step)
    except tuple(REFUSALS) as error:
        return _refuse(error)


def offer_to_templates() -> dict[str, Any]:
    """Give the pages of signing in what the slots of the directory ask for."""
    directory = find_directory()
    return {
        "directory_problem": _problem,
        "is_joined": lambda author: is_joined(author, directory),
    }


def _problem() -> str:
    """Return what went wrong on the way back, once; empty where nothing did."""
    words, directory = PROBLEMS.get(session.pop(PROBLEM, "")), find_directory()
    return str(words) % {"name": directory.name} if words and directory else ""


def _provider() -> Provider:
    return find_provider() or abort(404)


def _send(provider: Provider, purpose: str, back: dict[str, Any]) -> Response:
    """Keep what is asked on the server, bound to this browser, and lead to the directory."""
    if wait := throttling.admit_to(_counted(), now=now()):
        remember_problem("many")
        response = signing_in.show(problem="", status=429)
        response.headers["Retry-After"] = str(wait)
        return response
    asked, browser = Question.new(), session.setdefault("browser", token_urlsafe(32))
    state = begin_step(
        purpose,
        now=now(),
        author=current_author() if purpose == AGAIN else None,
        state={
            **back,
            "nonce": asked.nonce,
            "verifier": asked.verifier,
            "browser": browser,
            "begun_at": now().timestamp(),
        },
    )
    try:
        address = address_to_ask(
            provider, asked, state=state, back=_back(), now=now(), anew=purpose == AGAIN
        )
    except DirectoryAway as error:
        db.session.rollback()
        current_app.logger.warning("the directory is away: %s", error)
        return _say("away")
    db.session.commit()
    return redirect(address, code=303)


def _counted() -> Sequence[throttling.Counter]:
    return throttling.directory_counters(asking_address())


def _back() -> str:
    """The one address that the directory may send people back to."""
    return absolute_url_for("auth.come_back_from_directory")


def _take() -> SignInStep | None:
    """Return what was begun in this browser, never twice; None for anything else."""
    states, browser = request.args.getlist("state"), session.get("browser")
    for purpose in (OUT, AGAIN) if len(states) == 1 else ():
        step = find_step(purpose, states[0], now=now())
        if step and hmac.compare_digest(str(browser).encode(), step.state["browser"].encode()):
            try:
                step = take_step(purpose, states[0], now=now())
            except StepExpired:
                return None
            db.session.commit()
            return step
    return None


def _find_out(provider: Provider, step: SignInStep) -> Known:
    """Return whom the directory has sent back. Raises `DirectoryError`."""
    given = request.args
    if any(len(given.getlist(name)) > 1 for name in given):
        raise BadToken("the answer says something twice")
    check_issuer(provider, given.get("iss"), now=now())
    if given.get("error") in ("server_error", "temporarily_unavailable"):
        raise DirectoryAway(f"it says {given['error']}")
    if "error" in given:
        raise NotConfirmed("it says no")
    if not given.get("code"):
        raise BadToken("there is no code")
    begun_at = datetime.fromtimestamp(step.state["begun_at"], tz=now().tzinfo)
    return find_out(
        provider,
        code=given["code"],
        verifier=step.state["verifier"],
        nonce=step.state["nonce"],
        back=_back(),
        now=now(),
        signed_in_since=begun_at if step.purpose == AGAIN else None,
    )


def _let_in(known: Known, provider: Provider, step: SignInStep) -> Response:
    """Sign in whom the directory knows. Raises `DirectoryError`."""
    try:
        admitted = _admit(known, provider)
    except IntegrityError as error:  # they came by two tabs at once, or with a name just taken
        db.session.rollback()
        raise DirectoryAway("somebody was made an author at the same moment") from error
    _note(admitted)
    throttling.forget(_counted())
    author = admitted.author
    carry(author, known, provider)
    has_two_factors = is_strong(known.claims)
    return finish(
        author,
        method="oidc+mfa" if has_two_factors else "oidc",
        is_strong=has_two_factors,
        goal=step.state["next"],
    )


def _admit(known: Known, provider: Provider) -> Admitted:
    are_used = current_app.config["LOCAL_PASSWORDS"]
    return admit(known, provider.directory, now=now(), local_passwords=are_used)


def _note(admitted: Admitted) -> None:
    author, actor = admitted.author, actor_at_the_door(admitted.author)
    if admitted.is_new:
        note_by(actor, "author.added", author, by="directory", role=str(author.role))
    if admitted.is_joined:
        note_by(actor, "author.joined-directory", author)
    if admitted.former_role:
        roles = {"before": str(admitted.former_role), "role": str(author.role)}
        note_by(actor, "role.changed", author, by="directory", **roles)
    if admitted.kept_from:
        note_by(actor, "role.kept", author, why="the last owner", wanted=str(admitted.kept_from))


def _go_on(known: Known, step: SignInStep) -> Response:
    """Lead back to what must be confirmed, if it is the same person."""
    author = find_current_author()
    if author is None or author.id != step.author_id:
        return _say("late")
    admitted = _admit(known, _provider())
    if admitted.author.id != author.id:
        db.session.rollback()
        raise BadToken("it is somebody else who came back")
    _note(admitted)
    confirming.confirm()
    note("session.confirmed", author, by="directory")
    db.session.commit()
    back = {name: step.state[name] for name in ("next", "kept")}
    return redirect(url_for("auth.confirm", **back), code=303)


def _say(name: str, step: SignInStep | None = None) -> Response:
    """Lead back to where this began, which says what is wrong."""
    db.session.rollback()
    remember_problem(name)
    goal = step.state["next"] if step else local_path(request.args.get("next"))
    if step and step.purpose == AGAIN and find_current_author():
        return redirect(url_for("auth.confirm", next=goal, kept=step.state["kept"]), code=303)
    return redirect(url_for("auth.login", next=goal), code=303)


def _refuse(error: DirectoryError) -> Response:
    db.session.rollback()
    reason = next(name for name in REFUSALS if isinstance(error, name))
    directory = _provider().directory
    note_by(actor_at_the_door(), "sign-in.refused", directory.name, why=reason.__name__)
    db.session.commit()
    words = str(REFUSALS[reason]) % {"name": directory.name}
    html = render_template("auth/directory_refused.html", words=words, directory=directory)
    return make_response(html, 403)
