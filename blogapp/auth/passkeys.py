"""Signing in with a passkey: alone, after a password, or to confirm that it is still you.

Each way is two requests: a script fetches a challenge, then sends a form with the answer.
"""

from flask import g
from werkzeug.wrappers import Response

from blogapp.accounts.errors import AccountError, PasskeyCopied, PasskeyUnknown
from blogapp.accounts.factor_models import Passkey
from blogapp.accounts.models import Author
from blogapp.accounts.passkeys import begin_assertion, complete_assertion
from blogapp.auth import confirming, second_step, signing_in
from blogapp.auth.finishing import finish
from blogapp.extensions import db
from blogapp.web.access import current_author, require_author
from blogapp.web.auditing import actor_at_the_door, note_by
from blogapp.web.clock import now
from blogapp.web.mailing import send_mail
from blogapp.web.passkeys import (
    PasskeyForm,
    challenge,
    current_party,
    demand_passkeys,
    explain_passkey,
    this_browser,
)


def begin() -> Response:
    """A challenge for whoever has a passkey of this blog."""
    return _challenge(None)


def sign_in() -> Response:
    """Sign in whoever proves a passkey."""
    demand_passkeys()
    passkey = _proved(None)
    if isinstance(passkey, str):
        return signing_in.show(problem=passkey, status=422)
    return finish(passkey.author, method="passkey", is_strong=True)


def begin_second() -> Response:
    """A challenge for whoever has given a password."""
    step = second_step.find()
    return _challenge(step.author) if step else second_step.start_over()


def give_second() -> Response:
    """Take a passkey as second factor."""
    demand_passkeys()
    step = second_step.find()
    if step is None or step.author is None:
        return second_step.start_over()
    author = step.author
    passkey = _proved(author)
    if isinstance(passkey, str):
        return second_step.show(author, problem=passkey, status=422)
    return second_step.let_in("passkey")


def begin_confirming() -> Response:
    """A challenge for whoever is signed in."""
    return require_author() or _challenge(current_author())


def confirm() -> Response:
    """Take a passkey as the proof that it is still whoever is signed in."""
    if strangers := require_author():
        return strangers
    demand_passkeys()
    passkey = _proved(current_author())
    if isinstance(passkey, str):
        return confirming.show(problem=passkey, status=422)
    return confirming.finish_confirming()


def _challenge(author: Author | None) -> Response:
    demand_passkeys()
    step, options = begin_assertion(
        current_party(), browser=this_browser(), now=now(), author=author
    )
    db.session.commit()
    return challenge(step, options)


def _proved(author: Author | None) -> Passkey | str:
    """Return the passkey that the form proves, of ``author`` or of anyone; else what is wrong.

    The caller commits.
    """
    form = PasskeyForm()
    if not form.validate():
        return explain_passkey(AccountError())
    try:
        return complete_assertion(
            current_party(),
            token=form.step.data or "",
            response=form.response.data or "",
            browser=this_browser(),
            now=now(),
            author=author,
        )
    except AccountError as error:
        if isinstance(error, PasskeyCopied):
            _warn(error.passkey)
        if isinstance(error, PasskeyUnknown):
            g.unknown_passkey = error.id
        # The challenge is used up, whatever came.
        db.session.commit()
        return explain_passkey(error)


def _warn(passkey: Passkey) -> None:
    author = passkey.author
    note_by(actor_at_the_door(author), "passkey.refused", author, name=passkey.name)
    send_mail(author.email or "", "passkey-copied", author=author, passkey=passkey)
