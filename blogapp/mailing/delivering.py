"""Bringing messages where they belong: told by a job, as often as it takes, within days.

A message goes at least once. It goes twice where a server took it and nobody heard so: when
the connection broke before its answer, or the process was killed before the row was gone. The
Message-ID is the same then, by which many mailboxes drop the second.
"""

import json
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import ColumnElement, delete, select

from blogapp.extensions import db
from blogapp.jobs.queueing import enqueue, find_jobs, withdraw
from blogapp.mailing.composing import compose
from blogapp.mailing.errors import NotSent
from blogapp.mailing.models import Channel, Message
from blogapp.mailing.queueing import CHAT, MAIL
from blogapp.mailing.sending import send
from blogapp.mailing.servers import MailServer

# Before the second attempt, the third, … and before each after that.
PAUSES = tuple(timedelta(minutes=n) for n in (1, 5, 15, 30, 60, 120, 240))
# RFC 5321, 4.5.4.1: at least four or five days.
GIVES_UP_AFTER = timedelta(days=5)
# What nobody looks at for so long, nobody misses.
FORGOTTEN_AFTER = timedelta(days=30)
# A server that did not answer is left alone for so long, by all messages.
_REST = timedelta(minutes=1)
_MOST_TOGETHER = 50
_LONGEST_ERROR = 500

Content = Mapping[str, str]
Unseal = Callable[[str], str]

_log = logging.getLogger(__name__)


@dataclass
class Postman:
    """Takes mail to the server, and remembers when that was away."""

    server: MailServer | None
    # What notices say of themselves (RFC 2919), and where they are turned off.
    list_id: str
    settings: str
    # Makes one message of several.
    together: Callable[[Sequence[Content]], Content]
    rests_until: datetime | None = None

    def deliver(self, id: int, *, unseal: Unseal, now: datetime) -> None:
        """Send the mail, with what waits to go with it. Commits."""
        _forget(now)
        if _goes_with_an_earlier_one(id):
            enqueue(MAIL, str(id), now=now, due=now + _REST)
            return
        messages = _take(id, now)
        if not messages:
            return
        first, ids = messages[0], [message.id for message in messages]
        if self.rests_until and now < self.rests_until:
            enqueue(MAIL, str(id), now=now, due=self.rests_until)
            return
        try:
            self._send(messages, unseal, now)
        except NotSent as error:
            if error.is_away:
                self.rests_until = now + _REST
            _keep(ids, error, now)
        else:
            self.rests_until = None
            _log.info("a mail (%s) was sent", first.name)
            _remove(ids, MAIL)
        db.session.commit()

    def _send(self, messages: Sequence["_Letter"], unseal: Unseal, now: datetime) -> None:
        if self.server is None:
            raise NotSent("BLOG_MAIL_URL is not set", is_away=True)
        contents = [_opened(message, unseal) for message in messages]
        first = messages[0]
        mail = compose(
            first.recipient,
            contents[0] if len(contents) == 1 else self.together(contents),
            server=self.server,
            message_id=_message_id(messages),
            at=now,
            list_id=self.list_id if first.is_notice else "",
            settings=self.settings if first.is_notice else "",
        )
        send(mail, self.server)


def deliver_chat(
    id: int, post: Callable[[Content], None], *, unseal: Unseal, now: datetime
) -> None:
    """Tell the room by ``post``, which raises `NotSent`. Commits."""
    messages = _take(id, now)
    if not messages:
        return
    try:
        post(_opened(messages[0], unseal))
    except NotSent as error:
        _keep([id], error, now)
    else:
        _remove([id], CHAT)
    db.session.commit()


@dataclass(frozen=True)
class _Letter:
    """What is to be sent, apart from the session: nothing is held open meanwhile."""

    id: int
    recipient: str
    name: str
    content: str
    message_id: str
    is_notice: bool


def _goes_with_an_earlier_one(id: int) -> bool:
    """Whether the job of another message takes this one along: of those held, the first does."""
    message = db.session.get(Message, id)
    if message is None or not message.is_held or message.given_up_at:
        return False
    earlier = select(Message.id).where(*_held_with(message), Message.id < id)
    ids = [str(other) for other in db.session.scalars(earlier)]
    return bool(find_jobs(MAIL, ids))


def _held_with(message: Message) -> tuple[ColumnElement[bool], ...]:
    return (
        Message.channel == Channel.MAIL,
        Message.recipient == message.recipient,
        Message.is_held.is_(True),
        Message.given_up_at.is_(None),
    )


def _take(id: int, now: datetime) -> Sequence[_Letter]:
    """Return the message, and after it those that go with it; nothing if it is over its time."""
    message = db.session.get(Message, id)
    if message is None or message.given_up_at:
        return []
    if message.is_expired(now):
        db.session.delete(message)
        db.session.commit()
        return []
    found = [message]
    if message.is_held:
        query = select(Message).where(*_held_with(message), Message.id != id)
        found += db.session.scalars(query.order_by(Message.id).limit(_MOST_TOGETHER - 1))
    letters = [
        _Letter(m.id, m.recipient, m.name, m.content, m.message_id, m.is_notice) for m in found
    ]
    db.session.commit()
    return letters


def _message_id(letters: Sequence[_Letter]) -> str:
    """Return what a mail is known by: the same for the same content, whoever sends it again.

    Of several together it is one of its own, lest a mailbox drops what came along later.
    """
    first = letters[0].message_id
    if len(letters) == 1:
        return first
    digest = sha256(" ".join(each.message_id for each in letters).encode()).hexdigest()
    return f"<{digest[:32]}@{first.partition('@')[2]}"


def _opened(letter: _Letter, unseal: Unseal) -> Content:
    try:
        content: Content = json.loads(unseal(letter.content))
    except ValueError as error:
        raise NotSent(str(error), is_final=True) from error
    return content


def _keep(ids: Sequence[int], error: NotSent, now: datetime) -> None:
    """Note why messages were not sent, and when they are tried again, if ever."""
    said = str(error)[:_LONGEST_ERROR]
    for message in db.session.scalars(select(Message).where(Message.id.in_(ids))):
        message.attempts += 1
        message.error = said
        job = MAIL if message.channel == Channel.MAIL else CHAT
        if error.is_final or now - message.created_at >= GIVES_UP_AFTER:
            message.given_up_at = now
            withdraw(job, str(message.id))
            _log.warning("a message (%s) was given up: %s", message.name, said)
            continue
        pause = PAUSES[min(message.attempts, len(PAUSES)) - 1]
        due = now + max(pause, timedelta(seconds=error.wait))
        enqueue(job, str(message.id), now=now, due=due, error=said)


def _remove(ids: Sequence[int], job: str) -> None:
    db.session.execute(delete(Message).where(Message.id.in_(ids)))
    # The job of the first is under way and ends by itself.
    for id in ids[1:]:
        withdraw(job, str(id))


def _forget(now: datetime) -> None:
    db.session.execute(delete(Message).where(Message.given_up_at < now - FORGOTTEN_AFTER))
