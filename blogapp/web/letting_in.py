"""Links by mail for whoever cannot sign in.

A request only writes down what was asked for: whether there is such an account is looked up
where no request waits for it, so that neither the answer nor the time it takes tells.
"""

import logging
from datetime import timedelta
from enum import StrEnum

from flask import Flask, current_app

from blogapp.accounts.directory.joining import is_joined
from blogapp.accounts.models import Author
from blogapp.accounts.registering import (
    RESET,
    SIGN_IN,
    find_author,
    has_own_account,
    make_link,
    withdraw_links,
)
from blogapp.accounts.steps import begin_step, find_step, take_step
from blogapp.extensions import db
from blogapp.jobs.queueing import enqueue
from blogapp.web.addresses import absolute_url_for
from blogapp.web.auditing import LOGGER, actor_at_the_door
from blogapp.web.clock import now
from blogapp.web.directory import find_directory
from blogapp.web.mailing import send_mail

# The kind of work that looks an account up and writes to it.
LINKS = "sign-in-links"
_ASKED = "link-by-mail"

_log = logging.getLogger(LOGGER)


class Wish(StrEnum):
    """What a link by mail is to do."""

    SIGN_IN = SIGN_IN
    RESET = RESET


VALID = {Wish.SIGN_IN: timedelta(minutes=15), Wish.RESET: timedelta(minutes=30)}


def has_passwords() -> bool:
    """Return whether people sign in by passwords of this blog, and by links to their mail."""
    return bool(current_app.config.get("LOCAL_PASSWORDS", True))


def ask_for_link(email: str, wish: Wish) -> None:
    """Have a link sent to ``email`` if somebody has that address. Commits."""
    token = begin_step(_ASKED, now=now(), state={"email": email, "wish": wish.value})
    enqueue(LINKS, token, now=now())
    _log.info('{"act": "sign-in.link-asked", "from": "%s"}', actor_at_the_door().network)
    db.session.commit()


def send_link(key: str, app: Flask) -> None:
    """Do the job of `ask_for_link`: write to whom it concerns, or to nobody."""
    with app.test_request_context(base_url=app.config["PUBLIC_URL"]):
        if find_step(_ASKED, key, now=now()) is None:
            return
        asked = take_step(_ASKED, key, now=now()).state
        author = find_author(asked["email"])
        if author and author.disabled_at is None and not (author.origin and has_own_account()):
            if is_joined(author, find_directory()):
                return  # who is gone from there must not come in by a mailbox that is left
            _write(author, Wish(asked["wish"]))


def _write(author: Author, wish: Wish) -> None:
    valid = VALID[wish]
    withdraw_links(author, wish)
    token = make_link(author, now=now(), valid=valid, purpose=wish)
    endpoint = "auth.use_link" if wish == Wish.SIGN_IN else "auth.reset"
    send_mail(
        author.email or "",
        "sign_in_link" if wish == Wish.SIGN_IN else "reset_link",
        valid=valid,
        name=author.name,
        link=absolute_url_for(endpoint, token=token),
        minutes=int(valid.total_seconds() // 60),
    )
