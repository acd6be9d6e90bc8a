"""Sessions that began at the directory, and end when it says so.

These functions change objects; the caller decides when to commit.
"""

from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, or_, select

from blogapp.accounts.directory.asking import Known, address_to_leave, ask_again
from blogapp.accounts.directory.errors import BadToken, DirectoryAway, Gone
from blogapp.accounts.directory.models import DirectoryPerson, DirectorySession, SpentLogout
from blogapp.accounts.directory.provider import Provider
from blogapp.accounts.directory.tokens import Logout
from blogapp.accounts.errors import SealBroken
from blogapp.accounts.models import AuthorSession
from blogapp.accounts.sealing import seal, unseal
from blogapp.accounts.step_models import SignInStep
from blogapp.accounts.tokens import token_hash
from blogapp.extensions import db
from blogapp.jobs.queueing import enqueue

# The kind of work of asking whether somebody is still there; told the session's id.
ASK = "directory"
ASKED_EVERY = timedelta(minutes=15)
_WAY_OUT, _REFRESH = "directory way out", "directory refresh token"


def carried(known: Known, provider: Provider, *, key: str, now: datetime) -> dict[str, Any]:
    """Return what a session must keep of what the directory said, with its secrets sealed.

    It is plain values, which wait in a step until a second factor is proved, too.
    """
    way_out = address_to_leave(provider, known, now=now)
    auth_time = known.claims.get("auth_time")
    return {
        "issuer": provider.directory.issuer,
        "subject": known.subject,
        "sid": known.sid,
        "way_out": seal(way_out, key, _WAY_OUT) if way_out else "",
        "refresh_token": seal(known.refresh_token, key, _REFRESH) if known.refresh_token else "",
        "auth_time": auth_time if isinstance(auth_time, int | float) else None,
    }


def attach(token: str, state: dict[str, Any], *, now: datetime) -> None:
    """Make the session of ``token`` one of the directory's, by what `carried` returned."""
    query = select(AuthorSession).where(AuthorSession.token_hash == token_hash(token))
    session = db.session.scalars(query).one()
    names = ("issuer", "subject", "sid", "way_out", "refresh_token")
    db.session.add(DirectorySession(session_id=session.id, **{name: state[name] for name in names}))
    if (proved_at := _moment(state["auth_time"])) is not None:
        # Who was signed in there for days has not just proved anything.
        session.confirmed_at = min(now, proved_at)
    if state["refresh_token"]:
        enqueue(ASK, str(session.id), now=now, due=now + ASKED_EVERY)


def way_out(session: AuthorSession, *, key: str) -> str:
    """Return the address that ends the session at the directory, too; empty where none does."""
    found = db.session.get(DirectorySession, session.id)
    try:
        return unseal(found.way_out, key, _WAY_OUT) if found and found.way_out else ""
    except SealBroken:
        return ""


def end_by(logout: Logout, issuer: str, *, now: datetime) -> int:
    """End what a word of the directory names; return how many sessions that were.

    Raises `BadToken` when it was said before.
    """
    _spend(logout, issuer, now)
    named = select(DirectorySession.session_id).where(
        DirectorySession.issuer == issuer, _is_named(logout)
    )
    gone = db.session.execute(delete(AuthorSession).where(AuthorSession.id.in_(named)))
    if logout.subject:
        people = select(DirectoryPerson.author_id).where(
            DirectoryPerson.issuer == issuer, DirectoryPerson.subject == logout.subject
        )
        # What they have begun and not finished is over, too.
        db.session.execute(delete(SignInStep).where(SignInStep.author_id.in_(people)))
    return int(getattr(gone, "rowcount", 0))


def ask_whether_there(
    session_id: int, provider: Provider, *, key: str, now: datetime
) -> int | None:
    """Ask the directory about a session; where the person is gone, end it and return who it was.

    Otherwise it is asked again later, also where it does not answer.
    """
    found = db.session.get(DirectorySession, session_id)
    if found is None or not found.refresh_token or found.issuer != provider.directory.issuer:
        return None
    try:
        token = unseal(found.refresh_token, key, _REFRESH)
        found.refresh_token = seal(ask_again(provider, token, now=now), key, _REFRESH)
    except DirectoryAway:
        pass
    except (Gone, SealBroken):
        session = db.session.get_one(AuthorSession, session_id)
        db.session.delete(session)
        return session.author_id
    enqueue(ASK, str(session_id), now=now, due=now + ASKED_EVERY)
    return None


def _spend(logout: Logout, issuer: str, now: datetime) -> None:
    db.session.execute(delete(SpentLogout).where(SpentLogout.expires_at < now))
    digest = sha256(f"{issuer}\n{logout.jti}".encode("utf-8", "surrogatepass")).hexdigest()
    if db.session.get(SpentLogout, digest):
        raise BadToken("it was said before")
    db.session.add(SpentLogout(token_hash=digest, expires_at=logout.expires_at))
    db.session.flush()


def _is_named(logout: Logout) -> ColumnElement[bool]:
    sid, subject = DirectorySession.sid == logout.sid, DirectorySession.subject == logout.subject
    if logout.sid and logout.subject:
        # One that came without a name may be the one that is meant.
        return and_(subject, or_(sid, DirectorySession.sid == ""))
    return sid if logout.sid else subject


def _moment(seconds: object) -> datetime | None:
    try:
        return datetime.fromtimestamp(seconds, tz=UTC) if isinstance(seconds, int | float) else None
    except (OverflowError, OSError, ValueError):
        return None
