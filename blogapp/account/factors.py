"""Second factors and passkeys of whoever is signed in: seeing, adding, taking away."""

from flask import abort, current_app, make_response, redirect, render_template, session, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response
from wtforms import StringField
from wtforms.validators import InputRequired, Length

from blogapp.accounts import recovery, sessions, totp
from blogapp.accounts.errors import (
    AccountError,
    LastFactor,
    SealBroken,
    StepExpired,
    TooManyPasskeys,
)
from blogapp.accounts.factor_models import Passkey
from blogapp.accounts.factors import (
    find_app,
    has_second_factor,
    must_have_second_factor,
    remove_app,
    remove_passkey,
)
from blogapp.accounts.passkeys import (
    LONGEST_NAME,
    begin_registration,
    complete_registration,
    find_handle,
    find_passkey,
    list_passkeys,
    rename,
)
from blogapp.accounts.sealing import seal, unseal
from blogapp.accounts.steps import begin_step, find_step, take_step
from blogapp.extensions import db
from blogapp.web.access import carry_on, current_author, current_session
from blogapp.web.auditing import note
from blogapp.web.clock import now
from blogapp.web.confirming import demand_confirmed
from blogapp.web.filters import current_site
from blogapp.web.forms import Form
from blogapp.web.mailing import send_mail
from blogapp.web.notices import say
from blogapp.web.passkeys import (
    PasskeyForm,
    challenge,
    current_party,
    demand_passkeys,
    explain_passkey,
    this_browser,
)

SETUP = "code app"


class CodeForm(Form):
    code = StringField(_l("Code"), [InputRequired(_l("The code is missing.")), Length(max=100)])


class NameForm(Form):
    name = StringField(
        _l("Name"), [InputRequired(_l("The name is missing.")), Length(max=LONGEST_NAME)]
    )


def edit() -> Response:
    """What this account proves itself by beside its password."""
    return _overview()


def set_up_app() -> Response:
    """Show a secret for an app; on POST keep it, once the app shows the right code."""
    demand_confirmed()
    secret = _begun_secret()
    form = CodeForm()
    author = current_author()
    if form.validate_on_submit():
        step = totp.find_step(secret, form.code.data or "", now=now())
        if step is not None:
            return _keep_app(secret, step)
        form.code.errors = [_("That is not the code that the app shows now.")]
    address = totp.setup_address(secret, account=author.email or "", issuer=current_site().title)
    html = render_template(
        "account/set_up_app.html",
        form=form,
        address=address,
        picture=totp.drawn(address),
        secret=totp.in_groups(secret),
        replaces=find_app(author) is not None,
    )
    return make_response(html, 422 if form.errors else 200)


def drop_app() -> Response:
    """Take the app away, unless the blog demands it."""
    demand_confirmed()
    if find_app(current_author()) is None:
        return _back()
    try:
        remove_app(current_author(), least=current_site().second_factor_for)
    except LastFactor:
        return _refuse_last()
    return _changed("factor.removed", _("The app was taken away from your account."), kind="app")


def make_recovery() -> Response:
    """Make new recovery codes, and show them this once."""
    demand_confirmed()
    if not has_second_factor(current_author()):
        return _back()
    return _show_codes("recovery.made", _("New recovery codes were made for your account."))


def new_passkey() -> Response:
    """Offer to make a passkey; on POST keep it."""
    demand_confirmed(keeps=False)
    form = PasskeyForm()
    if not form.is_submitted():
        return _passkey_page()
    demand_passkeys()
    if not form.validate():
        return _passkey_page(explain_passkey(AccountError()), status=422)
    try:
        passkey = complete_registration(
            current_author(),
            current_party(),
            token=form.step.data or "",
            response=form.response.data or "",
            browser=this_browser(),
            name=NameForm().name.data or "",
            now=now(),
        )
    except AccountError as error:
        db.session.commit()  # the challenge is used up, whatever came
        return _passkey_page(explain_passkey(error), status=422)
    text = _("The passkey “%(name)s” was added to your account.", name=passkey.name)
    return _added("passkey", text, name=passkey.name)


def begin_passkey() -> Response:
    """What a browser needs to make a passkey."""
    demand_confirmed()
    demand_passkeys()
    try:
        step, options = begin_registration(
            current_author(), current_party(), browser=this_browser(), now=now()
        )
    except TooManyPasskeys as error:
        abort(409, str(error))
    db.session.commit()
    return challenge(step, options)


def rename_passkey(id: int) -> Response:
    """Give a passkey another name."""
    passkey, form = _own(id), NameForm()
    if not form.validate_on_submit():
        return _overview(wrong=(id, form.name.errors), status=422)
    rename(passkey, form.name.data or "")
    note("passkey.renamed", current_author(), name=passkey.name)
    db.session.commit()
    say(_("Saved."))
    return _back()


def drop_passkey(id: int) -> Response:
    """Take a passkey away, unless the blog demands it."""
    demand_confirmed()
    passkey = _own(id)
    name = passkey.name
    try:
        remove_passkey(current_author(), passkey, least=current_site().second_factor_for)
    except LastFactor:
        return _refuse_last()
    text = _("The passkey “%(name)s” was taken away from your account.", name=name)
    return _changed("passkey.removed", text, name=name)


def _begun_secret() -> str:
    """The secret of the set-up that is going on: the same again where the page is reloaded."""
    key = current_app.config["SECRET_KEY"]
    step = find_step(SETUP, session.get("app"), now=now())
    if step and step.author_id == current_author().id:
        try:
            return unseal(step.state["secret"], key, SETUP)
        except SealBroken:
            pass
    secret = totp.new_secret()
    state = {"secret": seal(secret, key, SETUP)}
    session["app"] = begin_step(SETUP, now=now(), author=current_author(), state=state)
    db.session.commit()
    return secret


def _keep_app(secret: str, step: int) -> Response:
    try:
        take_step(SETUP, session.pop("app", None), now=now())
    except StepExpired:  # the same form was sent twice
        return _back()
    key = current_app.config["SECRET_KEY"]
    totp.keep_app(current_author(), secret, step, key=key, now=now())
    return _added("app", _("An app shows codes for your account now."))


def _added(kind: str, text: str, **details: str) -> Response:
    """Keep a new factor. With the first one come recovery codes."""
    act = "passkey.added" if kind == "passkey" else "factor.added"
    if recovery.count_codes(current_author()):
        return _changed(act, text, kind=kind, **details)
    return _show_codes(act, text, kind=kind, **details)


def _show_codes(act: str, text: str, **details: str) -> Response:
    """Answer with new recovery codes: they are kept nowhere, so no other page could show them."""
    codes = recovery.make_codes(current_author(), now=now())
    _keep(act, text, **details)
    html = render_template("account/recovery_codes.html", codes=codes, text=text)
    return make_response(html)


def _changed(act: str, text: str, **details: str) -> Response:
    _keep(act, text, **details)
    say(text)
    return _back()


def _keep(act: str, text: str, **details: str) -> None:
    """Commit a change of factors: written down, told by mail, in a session with a new id."""
    author = current_author()
    note(act, author, **details)
    send_mail(author.email or "", "factors-changed", author=author, text=text, at=now())
    carry_on(sessions.renew(current_session()))
    db.session.commit()


def _refuse_last() -> Response:
    db.session.rollback()
    problem = _("This blog asks you for a second factor. Set up another one first.")
    return _overview(problem=problem, status=422)


def _own(id: int) -> Passkey:
    return find_passkey(current_author(), id) or abort(404)


def _back() -> Response:
    return redirect(url_for(".edit_factors"), code=303)


def _overview(
    *, problem: str = "", wrong: tuple[int, object] | None = None, status: int = 200
) -> Response:
    author = current_author()
    app, passkeys = find_app(author), list_passkeys(author)
    html = render_template(
        "account/factors.html",
        app=app,
        is_sealed=app is not None and not totp.opens(app, current_app.config["SECRET_KEY"]),
        passkeys=passkeys,
        handle=find_handle(author),
        left=recovery.count_codes(author),
        few=recovery.FEW,
        is_demanded=must_have_second_factor(author, current_site().second_factor_for),
        problem=problem,
        wrong=wrong,
    )
    return make_response(html, status)


def _passkey_page(problem: str = "", *, status: int = 200) -> Response:
    html = render_template("account/new_passkey.html", problem=problem)
    return make_response(html, status)
