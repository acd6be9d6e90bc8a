"""Putting messages on their way, and what to do with those that did not arrive.

Verbs change rows; the caller commits. A job goes with each message, in the same transaction.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import delete, func, select
from sqlalchemy.dialects import postgresql, sqlite

from blogapp.extensions import db
from blogapp.jobs.queueing import enqueue, withdraw
from blogapp.mailing.composing import new_message_id
from blogapp.mailing.models import Channel, Message, MessageCount

# The kinds of work that send them.
MAIL, CHAT = "mail", "chat"
# To one person within an hour: notices after these wait and go out as one, and what cannot wait
# is not sent any more.
MOST_NOTICES = 10
MOST_MAILS = 20
HOUR = timedelta(hours=1)

Seal = Callable[[str], str]


def queue_mail(
    recipient: str,
    name: str,
    content: Mapping[str, str],
    *,
    domain: str,
    seal: Seal,
    now: datetime,
    expires: datetime | None = None,
    is_notice: bool = False,
) -> bool:
    """Put a mail on its way; return False where its recipient had enough of them this hour.

    A notice is never refused: beyond `MOST_NOTICES` it waits until the hour is over. ``content``
    holds subject and text; ``domain`` is where its Message-ID is from.
    """
    hour = now.replace(minute=0, second=0, microsecond=0)
    count = _count(recipient, hour)
    is_held = is_notice and count > MOST_NOTICES
    if count > MOST_MAILS and not is_notice:
        return False
    message = Message(
        channel=Channel.MAIL,
        recipient=recipient,
        name=name,
        content=seal(json.dumps(dict(content), ensure_ascii=False)),
        message_id=new_message_id(domain),
        is_notice=is_notice,
        is_held=is_held,
        created_at=now,
        expires_at=expires,
    )
    db.session.add(message)
    db.session.flush()
    enqueue(MAIL, str(message.id), now=now, due=hour + HOUR if is_held else now)
    return True


def queue_chat(name: str, content: Mapping[str, str], *, seal: Seal, now: datetime) -> None:
    """Put a message to the blog's room on its way."""
    message = Message(
        channel=Channel.CHAT,
        name=name,
        content=seal(json.dumps(dict(content), ensure_ascii=False)),
        created_at=now,
    )
    db.session.add(message)
    db.session.flush()
    enqueue(CHAT, str(message.id), now=now)


def list_given_up() -> Sequence[Message]:
    """Return what did not arrive, newest first, at most a hundred."""
    query = select(Message).where(Message.given_up_at.is_not(None))
    return db.session.scalars(query.order_by(Message.given_up_at.desc()).limit(100)).all()


def count_undelivered() -> int:
    """Return how many messages did not arrive and wait for somebody's word."""
    query = select(func.count()).select_from(Message).where(Message.given_up_at.is_not(None))
    return db.session.scalar(query) or 0


def count_waiting() -> tuple[int, str]:
    """Return how many messages are on their way, and what kept the last one that was tried."""
    waiting = Message.given_up_at.is_(None)
    count = db.session.scalar(select(func.count()).select_from(Message).where(waiting)) or 0
    query = select(Message.error).where(waiting, Message.error != "").order_by(Message.id.desc())
    return count, db.session.scalar(query.limit(1)) or ""


def find_given_up(id: int) -> Message | None:
    """Return a message that did not arrive, or None."""
    query = select(Message).where(Message.id == id, Message.given_up_at.is_not(None))
    return db.session.scalar(query)


def try_again(message: Message, *, now: datetime) -> None:
    """Send it once more, with all its attempts before it."""
    message.given_up_at, message.attempts, message.error = None, 0, ""
    message.created_at = now
    enqueue(_job_of(message), str(message.id), now=now)


def drop(message: Message) -> None:
    """Never send it."""
    withdraw(_job_of(message), str(message.id))
    db.session.delete(message)


def _job_of(message: Message) -> str:
    return MAIL if message.channel == Channel.MAIL else CHAT


def _count(recipient: str, hour: datetime) -> int:
    """Count one more message to somebody; return how many that makes within this hour."""
    db.session.execute(delete(MessageCount).where(MessageCount.hour < hour - HOUR))
    insert = sqlite.insert if db.engine.dialect.name == "sqlite" else postgresql.insert
    key = sha256(recipient.casefold().encode("utf-8", "surrogatepass")).hexdigest()
    statement = insert(MessageCount).values(recipient_hash=key, hour=hour, count=1)
    counted: int = db.session.execute(
        statement.on_conflict_do_update(
            index_elements=[MessageCount.recipient_hash, MessageCount.hour],
            set_={"count": MessageCount.count + 1},
        ).returning(MessageCount.count)
    ).scalar_one()
    return counted
