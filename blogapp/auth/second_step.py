"""Asking for a second factor: `/login/step`, and codes as a proof for `/login/again`."""

from typing import Any

from flask import current_app, make_response, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response
from wtforms import StringField
from wtforms.validators import InputRequired, Length

from blogapp.accounts import recovery, throttling, totp
from blogapp.accounts.errors import SealBroken, StepExpired
from blogapp.accounts.factors import find_app, has_second_factor
from blogapp.accounts.models import Author
from blogapp.accounts.passkeys import list_passkeys
from blogapp.accounts.step_models import SignInStep
from blogapp.accounts.steps import find_step, take_step
from blogapp.auth import confirming
from blogapp.auth.devices import device_of
from blogapp.auth.finishing import SECOND_FACTOR, finish
from blogapp.extensions import db
from blogapp.web.access import asking_address, current_author, require_author
from blogapp.web.addresses import local_path
from blogapp.web.auditing import actor_at_the_door, note_by
from blogapp.web.clock import now
from blogapp.web.forms import Form
from blogapp.web.language import ngettext
from blogapp.web.mailing import send_mail
from blogapp.web.notices import complain

APP, RECOVERY, PASSKEY = "totp", "recovery", "passkey"
NO_MATCH = _l("That code is wrong, or was used before.")


class CodeForm(Form):
    code = StringField(_l("Code"), [InputRequired(_l("The code is missing.")), Length(max=100)])


def ask() -> Response:
    """Ask for a code or a passkey after the password; then sign in."""
    step = find()
    if step is None or step.author is None:
        return start_over()
    author = step.author
    if not has_second_factor(author):
        # Whoever must have one and has none gets no further than to where it is set up.
        return let_in("")
    form = CodeForm()
    if not form.validate_on_submit():
        return show(author, form, status=422 if form.errors else 200)
    if wait := _admit(author):
        return show(author, form, problem=NO_MATCH, status=429, wait=wait)
    try:
        kind = _take(author, form)
    except SealBroken:
        return show(author, form, problem=explain_seal(author), status=422)
    if not kind:
        return show(author, form, problem=NO_MATCH, status=422)
    _forgive(author)
    return let_in(kind)


def find() -> SignInStep | None:
    """Return the sign-in of this browser that waits for its second factor, or None."""
    return find_step(SECOND_FACTOR, session.get("step"), now=now())


def start_over() -> Response:
    """Lead to the first step: there is no second one to do."""
    goal = local_path(request.args.get("next"))
    return redirect(url_for("auth.login", next=goal), code=303)


def let_in(kind: str) -> Response:
    """Sign in whoever has just proved a second factor of this kind."""
    try:
        step = take_step(SECOND_FACTOR, session.get("step"), now=now())
    except StepExpired:
        return start_over()
    author = step.author
    assert author
    answer = finish(author, method=_combined(step.state["method"], kind), is_strong=True)
    if kind == RECOVERY:
        complain(_left_in_words(recovery.count_codes(author)))
    return answer


def confirm() -> Response:
    """Take a code as the proof that it is still whoever is signed in."""
    if strangers := require_author():
        return strangers
    author, form = current_author(), CodeForm()
    if not form.validate_on_submit():
        problem = _("The code is missing.")
        return confirming.show(problem=problem, status=422)
    if wait := _admit(author):
        return confirming.show(problem=str(NO_MATCH), status=429, wait=wait)
    try:
        kind = _take(author, form)
    except SealBroken:
        return confirming.show(problem=explain_seal(author), status=422)
    if not kind:
        return confirming.show(problem=str(NO_MATCH), status=422)
    _forgive(author)
    return confirming.finish_confirming()


def show(
    author: Author, form: CodeForm | None = None, *, status: int, problem: str = "", wait: int = 0
) -> Response:
    """Answer with the page of the second step, and what is wrong."""
    html = render_template(
        "auth/second_factor.html",
        form=form or CodeForm(),
        author=author,
        has_app=find_app(author) is not None,
        has_passkeys=bool(list_passkeys(author)),
        has_recovery=recovery.count_codes(author) > 0,
        problem=problem,
        wait=wait,
    )
    response = make_response(html, status)
    if wait:
        response.headers["Retry-After"] = str(wait)
    return response


def offer_to_templates() -> dict[str, Any]:
    """What the page that asks again may ask: by what else one may prove oneself."""
    return {"own_factors": _own_factors}


def explain_seal(author: Author) -> str:
    """Return what to do where the codes of an app cannot be checked any more."""
    return _(
        "Codes of the app cannot be checked any more: the secret key of this blog is another one "
        "than when the app was set up. Use a recovery code or a passkey, or ask whoever runs this "
        "blog to run: %(command)s",
        command=f"blogapp author forget-factors {author.email}",
    )


def _own_factors() -> dict[str, bool]:
    author = current_author()
    return {
        "app": find_app(author) is not None,
        "passkeys": bool(list_passkeys(author)),
        "codes": recovery.count_codes(author) > 0,
    }


def _take(author: Author, form: CodeForm) -> str:
    """Return which kind of code was given, used up now, or nothing. Commits."""
    typed = form.code.data or ""
    app = find_app(author)
    kind = ""
    if recovery.looks_like_recovery(typed):
        kind = RECOVERY if recovery.spend_code(author, typed, now=now()) else ""
    elif app and totp.take_code(app, typed, key=current_app.config["SECRET_KEY"], now=now()):
        kind = APP
    if kind == RECOVERY:
        _tell(author)
    if not kind:
        note_by(actor_at_the_door(author), "factor.failed", author)
    db.session.commit()
    return kind


def _tell(author: Author) -> None:
    left = recovery.count_codes(author)
    note_by(actor_at_the_door(author), "recovery.used", author, left=left)
    send_mail(author.email or "", "recovery-used", author=author, left=left, at=now())


def _left_in_words(left: int) -> str:
    if not left:
        return _("That was your last recovery code. Make new ones under Your account.")
    return ngettext(
        "You used a recovery code. %(num)s is left.",
        "You used a recovery code. %(num)s are left.",
        left,
    )


def _combined(first: str, second: str) -> str:
    """Return what the session says of how it began."""
    if first.startswith("oidc") or not second:
        return first  # the directory decides how long such a session lasts
    if second == APP:
        return "password+totp" if first == "password" else first
    return second


def _admit(author: Author) -> int:
    """Count a try as `throttling.admit` does. Commits."""
    wait = throttling.admit(
        str(author.id), asking_address(), now=now(), device=_device(author), step=SECOND_FACTOR
    )
    if not wait:
        db.session.commit()
    return wait


def _forgive(author: Author) -> None:
    throttling.forgive(str(author.id), asking_address(), device=_device(author), step=SECOND_FACTOR)
    db.session.commit()


def _device(author: Author) -> str:
    """Where the author was before, strangers who know the password cannot make them wait."""
    return device_of(author.email or "")
