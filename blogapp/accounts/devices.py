"""Browsers in which somebody has signed in before: guesses elsewhere do not slow them down.

These functions change objects; the caller decides when to commit.
"""

from datetime import datetime, timedelta

from sqlalchemy import delete, func, select

from blogapp.accounts.models import Author
from blogapp.accounts.step_models import KnownDevice
from blogapp.accounts.tokens import token_hash
from blogapp.extensions import db

# As long as browsers keep a cookie (RFC 6265bis, 5.6.2).
KEPT = timedelta(days=400)
MOST_EACH = 50


def find_device(email: str, token: str | None, *, now: datetime) -> str:
    """Return what names the browser of ``token`` where the account knows it, else nothing."""
    if not token or "\0" in email:
        return ""
    query = (
        select(KnownDevice.token_hash)
        .join(Author, Author.id == KnownDevice.author_id)
        .where(
            Author.email_key == email.strip().casefold(),
            KnownDevice.token_hash == token_hash(token),
            KnownDevice.expires_at > now,
        )
    )
    found: str | None = db.session.scalar(query)
    return f"{found} {email.strip().casefold()}" if found else ""


def know_device(author: Author, token: str, *, now: datetime, user_agent: str = "") -> bool:
    """Remember the browser of ``token``; return whether ``author`` was never seen in it."""
    hashed = token_hash(token)
    query = select(KnownDevice).where(
        KnownDevice.author_id == author.id, KnownDevice.token_hash == hashed
    )
    device = db.session.scalar(query)
    is_new = device is None or device.expires_at <= now
    if device is None:
        _make_room(author)
        device = KnownDevice(author_id=author.id, token_hash=hashed, created_at=now)
        db.session.add(device)
    device.user_agent = user_agent[:300]
    device.expires_at = now + KEPT
    return is_new


def forget_devices(author: Author) -> None:
    """Know no browser of ``author`` any more, as after a password was lost."""
    db.session.execute(delete(KnownDevice).where(KnownDevice.author_id == author.id))


def _make_room(author: Author) -> None:
    own = KnownDevice.author_id == author.id
    count = db.session.scalar(select(func.count()).select_from(KnownDevice).where(own)) or 0
    if count >= MOST_EACH:
        spared = (select(KnownDevice.id).where(own).order_by(KnownDevice.expires_at.desc())).limit(
            MOST_EACH - 1
        )
        db.session.execute(delete(KnownDevice).where(own, KnownDevice.id.not_in(spared)))
