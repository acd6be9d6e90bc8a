"""Writing down who did what, in the transaction of the act, and in the log of the machine."""

import json
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from getpass import getuser
from typing import Any

from flask import Flask, current_app, g, has_request_context, request
from sqlalchemy import event
from sqlalchemy.orm import Session

from blogapp.accounts import auditing
from blogapp.accounts.audit_models import ActorKind, AuditEvent
from blogapp.accounts.auditing import Actor, network_of
from blogapp.extensions import Base, db
from blogapp.site.reading import get_site
from blogapp.web.access import find_current_author
from blogapp.web.clock import now
from blogapp.web.proxies import client_address

# Where machines read it (ASVS 5, V16.3): one line an event, without secrets.
LOGGER = "blogapp.security"
_PENDING = "audit lines"

_log = logging.getLogger(LOGGER)


def init_app(app: Flask) -> None:
    app.extensions["security_log"] = log_aloud


def log_aloud() -> None:
    """Let a serving process tell each event on the standard error stream, as gunicorn's own log.

    A command does not: whoever runs it knows.
    """
    _log.setLevel(logging.INFO)
    if not _log.hasHandlers():
        handler = logging.StreamHandler(sys.stderr)
        handler.setFormatter(logging.Formatter("%(asctime)s %(name)s %(message)s"))
        _log.addHandler(handler)


def note(act: str, /, about: Base | str | None = None, **details: Any) -> AuditEvent:
    """Write down what is being done, committed with it: a verb in the past, as "post.published".

    ``about`` is the row it is done to, or words. ``details`` are a few short values, never
    secrets: names such as "password", "token" and "link" raise `ValueError`. Who does it is
    whoever is signed in, the operator in a command, or the blog itself in a job.
    """
    return note_by(_actor(), act, about, **details)


def note_by(
    actor: Actor, act: str, /, about: Base | str | None = None, **details: Any
) -> AuditEvent:
    """As `note`, where the one who acts is not signed in yet, or not any more."""
    noted = auditing.record(act, actor, now=now(), about=about, details=details)
    db.session().info.setdefault(_PENDING, []).append(_in_one_line(noted))
    return noted


def actor_at_the_door(author: Any = None) -> Actor:
    """Return who comes from where this request comes from: ``author``, or nobody known."""
    if author is not None:
        return Actor.of(author, _network())
    return Actor(ActorKind.VISITOR, network=_network())


@contextmanager
def by_operator() -> Iterator[None]:
    """What is noted within is done by whoever runs a command on the machine."""
    g.operator = _user()
    try:
        yield
    finally:
        g.pop("operator", None)


def trim(day: str) -> None:
    """Do the job of forgetting what is over its time."""
    auditing.trim(get_site().audit_days, day=date.fromisoformat(day), now=now())
    db.session.commit()


def _actor() -> Actor:
    if has_request_context():
        return actor_at_the_door(find_current_author())
    if operator := g.get("operator"):
        return Actor(ActorKind.OPERATOR, operator)
    return Actor(ActorKind.BLOG)


def _network() -> str:
    return network_of(client_address(request, current_app.config["TRUSTED_PROXIES"]))


def _user() -> str:
    try:
        return getuser()
    except (KeyError, OSError):  # a number that no name belongs to, as in containers
        return "operator"


def _in_one_line(noted: AuditEvent) -> str:
    """Return an event for a log: JSON in ASCII, in which nothing breaks a line."""
    said = {
        "act": noted.act,
        "by": noted.actor_kind.value,
        "actor": noted.actor_id,
        "label": noted.actor_label,
        "from": noted.network,
        "about": f"{noted.about_type} {noted.about_id}".strip(),
        "name": noted.about_label,
        **({"details": noted.details} if noted.details else {}),
    }
    return json.dumps({name: value for name, value in said.items() if value not in (None, "")})


@event.listens_for(Session, "after_commit")
def _tell(session: Session) -> None:
    for line in session.info.pop(_PENDING, ()):
        _log.info("%s", line)


@event.listens_for(Session, "after_rollback")
def _take_back(session: Session) -> None:
    session.info.pop(_PENDING, None)
