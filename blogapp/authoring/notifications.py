"""Who is told what, and how it gets there: the blog's mail and its room in a chat."""

from flask import abort, current_app, redirect, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response
from wtforms import BooleanField, Field, SelectField, SelectMultipleField, StringField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import Length, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from blogapp.accounts.rights import may_tell_outside
from blogapp.authoring.notices import complain, say
from blogapp.authoring.sections import demand_section, show_section
from blogapp.extensions import db
from blogapp.mailing import chats
from blogapp.mailing.queueing import (
    count_waiting,
    drop,
    find_given_up,
    list_given_up,
    try_again,
)
from blogapp.outgoing.connecting import Place
from blogapp.outgoing.errors import RequestRefused
from blogapp.site.models import Site
from blogapp.site.reading import get_site
from blogapp.web import jobs
from blogapp.web.access import current_author
from blogapp.web.auditing import note
from blogapp.web.chatting import STEPS, get_address, send_chat, set_address
from blogapp.web.clock import now
from blogapp.web.confirming import demand_confirmed
from blogapp.web.forms import Form
from blogapp.web.mailing import can_mail, send_mail

KINDS = {
    "": _l("As the address says"),
    chats.SLACK: "Slack",
    chats.MATTERMOST: "Mattermost",
    chats.DISCORD: "Discord",
    chats.TEAMS: "Microsoft Teams",
    chats.GENERIC: _l("Another one, by JSON"),
}


class ChatForm(Form):
    """The room that is told what happens here."""

    kind = SelectField(_l("Kind of chat"), choices=[SelectChoice(*each) for each in KINDS.items()])
    address = StringField(_l("Address of the webhook"), [Length(max=2000)])
    remove = BooleanField(_l("Tell nobody any more, and forget the address"))
    steps = SelectMultipleField(
        _l("What the room is told"),
        choices=[SelectChoice(*each) for each in STEPS.items()],
        option_widget=CheckboxInput(),
        widget=ListWidget(prefix_label=False),
    )

    def validate_address(self, field: Field) -> None:
        field.data = (field.data or "").strip()
        if not field.data:
            return
        try:
            place = Place.read(field.data)
        except RequestRefused as error:
            raise ValidationError(_("That is no address of the web.")) from error
        # What stays in a network that the operator opened may go in clear.
        if place.scheme != "https" and not current_app.config["FETCH_ALLOW"]:
            problem = _("Whoever reads this address may write to the room: it must be https.")
            raise ValidationError(problem)

    @classmethod
    def of(cls, site: Site) -> "ChatForm":
        return cls(data={"kind": site.chat_kind, "steps": site.chat_steps or [*STEPS]})


def edit() -> Response:
    """Show how people and the room are told; on POST keep which room, and of what."""
    demand_section("notifications")
    demand_confirmed(secrets=("address",))
    site = get_site()
    form = ChatForm.of(site)
    if form.validate_on_submit():
        _keep(form, site)
        say(_("Settings saved."))
        return redirect(url_for("authoring.edit_notifications"), code=303)
    return _show(form, site, 422 if form.errors else 200)


def test_chat() -> Response:
    """Tell the room something, to see whether it arrives."""
    demand_section("notifications")
    if send_chat(_("A test from your blog: what happens here is told in this room.")):
        db.session.commit()
        jobs.wake()
        say(_("A test message is on its way."))
    else:
        complain(_("There is no room yet: save the address of its webhook first."))
    return redirect(url_for("authoring.edit_notifications"), code=303)


def test_mail() -> Response:
    """Send the author a mail, to see whether it arrives."""
    demand_section("notifications")
    address = current_author().email or abort(404)
    if send_mail(address, "test"):
        db.session.commit()
        jobs.wake()
        said = _(
            "A test mail to %(address)s is on its way. If it does not arrive, this page says why.",
            address=address,
        )
        say(said)
    elif can_mail():
        complain(_("You had enough mails for this hour."))
    else:
        complain(_("There is no mail server: set BLOG_MAIL_URL on the machine of the blog."))
    return redirect(url_for("authoring.edit_notifications"), code=303)


def answer_message(id: int) -> Response:
    """Send again what did not arrive, or drop it."""
    demand_section("notifications")
    message, act = find_given_up(id), request.form.get("act")
    if act not in ("again", "drop"):
        abort(400)
    if message is None:
        say(_("That message is gone already."))
    elif act == "again":
        note("message.tried-again", message.name, to=message.recipient)
        try_again(message, now=now())
        say(_("It is on its way once more."))
    else:
        note("message.dropped", message.name, to=message.recipient)
        drop(message)
        say(_("It will not be sent."))
    db.session.commit()
    jobs.wake()
    back = "dashboard" if request.form.get("back") == "desk" else "edit_notifications"
    return redirect(url_for(f"authoring.{back}"), code=303)


def offer_to_templates() -> dict[str, object]:
    """What the desk may ask: what did not arrive, for those who may do something about it."""
    return {"undelivered": _undelivered}


def _undelivered() -> object:
    return list_given_up() if may_tell_outside(current_author()) else []


def _keep(form: ChatForm, site: Site) -> None:
    before = (site.chat_kind, site.chat_address, [*site.chat_steps])
    typed = form.address.data or ""
    if form.remove.data:
        site.chat_kind = site.chat_address = ""
    elif typed:
        set_address(site, typed)
    address = typed or get_address(site)
    if site.chat_address:
        site.chat_kind = form.kind.data or chats.kind_of(address)
    site.chat_steps = form.steps.data or []
    db.session.add(site)
    after = (site.chat_kind, site.chat_address, site.chat_steps)
    names = ("kind of chat", "address of the chat", "what it is told")
    changed = [name for name, was, is_ in zip(names, before, after, strict=True) if was != is_]
    note("settings.saved", "notifications", changed=changed)
    db.session.commit()


def _show(form: ChatForm, site: Site, status: int) -> Response:
    address = get_address(site)
    waiting, error = count_waiting()
    return show_section(
        "notifications",
        "authoring/notifications.html",
        status,
        form=form,
        is_set=bool(site.chat_address),
        masked=chats.masked(address) if address else "",
        kind=KINDS.get(site.chat_kind, site.chat_kind),
        waiting=waiting,
        error=error,
        given_up=list_given_up(),
        can_mail=can_mail(),
        now=now(),
    )
