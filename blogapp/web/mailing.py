"""Writing to people: a template each, sent after the transaction that causes it."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import partial
from urllib.parse import urlsplit

from flask import Flask, current_app, render_template
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from blogapp.accounts.errors import SealBroken
from blogapp.accounts.models import Author
from blogapp.accounts.sealing import seal, unseal
from blogapp.mailing.delivering import Content, Postman
from blogapp.mailing.queueing import queue_mail
from blogapp.web.clock import now
from blogapp.web.filters import current_site
from blogapp.web.language import ngettext

SETTINGS_PATH = "/account/notifications"
# What people may be told of and may want not to be. Everything else is about their account.
NOTICES = {
    "review-asked": _l("Somebody asks me for a review"),
    "review-answered": _l("My post is reviewed, or somebody comments on the review"),
    "published": _l("Somebody else publishes, schedules or withdraws my post"),
}
_SUBJECT = "Subject: "
_PURPOSE = "messages"


def init_app(app: Flask) -> None:
    app.extensions["postman"] = Postman(
        server=app.config["MAIL"],
        list_id=f"notices.{_domain(app)}",
        settings=f"{app.config['PUBLIC_URL']}{SETTINGS_PATH}",
        together=_together,
    )


def can_mail() -> bool:
    """Return whether there is a mail server."""
    return current_app.config["MAIL"] is not None


def send_mail(
    address: str, name: str, /, *, valid: timedelta | None = None, **values: object
) -> bool:
    """Write to ``address`` what ``templates/mail/NAME.txt`` says, in this transaction.

    Its first line is ``Subject: …``. What is not sent after ``valid`` is never sent: give it
    with a link that works so long. False without a mail server, or where this address had
    twenty mails within the hour.
    """
    return _queue(address, name, values, valid=valid, is_notice=False)


def send_notice(author: Author, notice: str, name: str, /, **values: object) -> bool:
    """Tell somebody of one of the `NOTICES` by a mail, as `send_mail`, if they want to be told.

    Says where such mails are turned off. Beyond ten within an hour they come as one.
    """
    if notice not in NOTICES:
        raise ValueError(f"{notice!r} is none of {', '.join(NOTICES)}")
    if author.disabled_at or not author.email or notice in author.muted_notices:
        return False
    return _queue(author.email, name, values, valid=None, is_notice=True)


def deliver(key: str, app: Flask) -> None:
    """Do the job of a mail."""
    postman: Postman = app.extensions["postman"]
    postman.deliver(int(key), unseal=partial(_unsealed, key=app.config["SECRET_KEY"]), now=now())


def sealed(text: str) -> str:
    """Return a message as the database keeps it."""
    return seal(text, current_app.config["SECRET_KEY"], _PURPOSE)


def unsealed(text: str) -> str:
    """Return what `sealed` was given. Raises `ValueError` under another secret key."""
    return _unsealed(text, key=current_app.config["SECRET_KEY"])


def _queue(
    address: str,
    name: str,
    values: Mapping[str, object],
    *,
    valid: timedelta | None,
    is_notice: bool,
) -> bool:
    if not can_mail():
        return False
    return queue_mail(
        address,
        name,
        _written(name, values, is_notice=is_notice),
        domain=_domain(current_app),
        seal=sealed,
        now=now(),
        expires=now() + valid if valid else None,
        is_notice=is_notice,
    )


def _written(name: str, values: Mapping[str, object], *, is_notice: bool) -> Content:
    page = render_template(f"mail/{name}.txt", **values)
    subject, _newline, text = page.lstrip().partition("\n")
    if not subject.startswith(_SUBJECT):
        raise ValueError(f"mail/{name}.txt does not begin with {_SUBJECT!r}")
    foot = render_template("mail/foot.txt", is_notice=is_notice, settings=_settings_address())
    return {
        "subject": subject.removeprefix(_SUBJECT),
        "text": f"{text.strip()}\n\n{foot.strip()}",
        "body": text.strip(),
        "foot": foot.strip(),
    }


def _together(contents: Sequence[Content]) -> Content:
    """Make one mail of several notices."""
    parts = [f"{one['subject']}\n\n{one['body']}" for one in contents]
    line = f"\n\n{'* ' * 20}\n\n"
    subject = ngettext(
        "%(num)s notice from %(blog)s",
        "%(num)s notices from %(blog)s",
        len(parts),
        blog=current_site().title,
    )
    said = _("So much happened within an hour that it comes as one mail.")
    return {
        "subject": subject,
        "text": line.join([said, *parts]) + f"\n\n{contents[0]['foot']}",
    }


def _settings_address() -> str:
    return f"{current_app.config['PUBLIC_URL']}{SETTINGS_PATH}"


def _domain(app: Flask) -> str:
    return urlsplit(app.config["PUBLIC_URL"]).hostname or "localhost"


def _unsealed(text: str, *, key: str) -> str:
    try:
        return unseal(text, key, _PURPOSE)
    except SealBroken as error:
        raise ValueError(str(error)) from error
