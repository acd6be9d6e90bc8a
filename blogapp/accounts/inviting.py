"""Letting people in: a link that works once, for a week, and gives one role.

These functions change objects; the caller decides when to commit.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, func, or_, select
from sqlalchemy.orm import joinedload

from blogapp.accounts.errors import EmailTaken, LinkExpired, NotAllowed, TooManyInvited
from blogapp.accounts.invitation_models import Invitation
from blogapp.accounts.models import Author, Role
from blogapp.accounts.registering import add_author, free_email
from blogapp.accounts.rights import may_invite
from blogapp.accounts.tokens import new_token, token_hash
from blogapp.extensions import db

VALID = timedelta(days=7)
# How long one that nobody took up is still shown.
SHOWN_FOR = timedelta(days=30)
# Those of one person within an hour, and those that wait in all.
MOST_AN_HOUR, MOST_WAITING = 30, 500


def invite(
    *,
    by: Author | None,
    role: Role,
    now: datetime,
    email: str = "",
    name: str = "",
    author: Author | None = None,
) -> tuple[Invitation, str]:
    """Return an invitation and the token of its link; ``by`` is None for the operator.

    ``author`` is whose posts are here already. An earlier one for the same address or the same
    author is replaced. Raises `NotAllowed`, `BadEmail`, `EmailTaken` or `TooManyInvited`.
    """
    if by and not may_invite(by, role):
        raise NotAllowed("This role is not theirs to give.")
    if author and (author.email or author.disabled_at):
        raise EmailTaken("This author has an account already.")
    email = free_email(email) if email.strip() else ""
    _bound(by, now)
    same = [Invitation.author_id == author.id] if author else []
    if email:
        same.append(func.lower(Invitation.email) == email.lower())
    if same:
        db.session.execute(delete(Invitation).where(or_(*same)))
    token = new_token()
    invitation = Invitation(
        token_hash=token_hash(token),
        email=email,
        name=" ".join(name.split())[:200],
        role=role,
        author_id=author.id if author else None,
        invited_by_id=by.id if by else None,
        created_at=now,
        expires_at=now + VALID,
    )
    db.session.add(invitation)
    db.session.flush()
    return invitation, token


def list_invitations(*, now: datetime) -> Sequence[Invitation]:
    """Return those that nobody took up, newest first, with who invited and who is meant."""
    query = (
        select(Invitation)
        .where(Invitation.expires_at > now - SHOWN_FOR)
        .options(joinedload(Invitation.invited_by), joinedload(Invitation.author))
    )
    return db.session.scalars(query.order_by(Invitation.created_at.desc(), Invitation.id)).all()


def find_invitation(id: int) -> Invitation | None:
    """Return the invitation with this number, or None."""
    query = select(Invitation).where(Invitation.id == id)
    people = joinedload(Invitation.invited_by), joinedload(Invitation.author)
    return db.session.scalar(query.options(*people))


def renew(invitation: Invitation, *, now: datetime) -> str:
    """Give the invitation another link and another week; return the token."""
    token = new_token()
    invitation.token_hash = token_hash(token)
    invitation.expires_at = now + VALID
    return token


def revoke(invitation: Invitation) -> None:
    """Let the link work no more."""
    db.session.delete(invitation)


def get_invitation(token: str, *, now: datetime) -> Invitation:
    """Return what the link of ``token`` offers, with who invited and who is meant.

    Raises `LinkExpired`: also where whoever invited could not do so any more.
    """
    query = select(Invitation).where(Invitation.token_hash == token_hash(token))
    people = joinedload(Invitation.invited_by), joinedload(Invitation.author)
    found = db.session.scalar(query.options(*people))
    if found is None or found.expires_at <= now:
        raise LinkExpired("This link has been used or is over its time.")
    by = found.invited_by
    if by and (by.disabled_at or not may_invite(by, found.role)):
        raise LinkExpired("Whoever invited may not do so any more.")
    if found.author and found.author.email:
        raise LinkExpired("This author has an account already.")
    return found


def accept(
    invitation: Invitation, *, name: str, email: str, password: str | None, now: datetime
) -> Author:
    """Return the author that the invitation makes; it is used up.

    The address of the invitation counts where it has one. Raises `LinkExpired` where another
    request was first, and what `add_author` does.
    """
    spent = db.session.execute(delete(Invitation).where(Invitation.id == invitation.id))
    if not getattr(spent, "rowcount", 0):
        raise LinkExpired("This link has been used.")
    db.session.expunge(invitation)
    return add_author(
        name=name,
        email=invitation.email or email,
        role=invitation.role,
        password=password,
        slug=invitation.author.slug if invitation.author else None,
        now=now,
    )


def settle_invitations(by: Author) -> None:
    """Withdraw what ``by`` offered and could not offer any more."""
    offered = db.session.scalars(select(Invitation).where(Invitation.invited_by_id == by.id))
    for invitation in offered.all():
        if by.disabled_at or not may_invite(by, invitation.role):
            db.session.delete(invitation)


def _bound(by: Author | None, now: datetime) -> None:
    """Forget what is long over, and refuse more than anybody invites by hand."""
    db.session.execute(delete(Invitation).where(Invitation.expires_at < now - SHOWN_FOR))
    if by is None:
        return
    lately = select(func.count()).where(
        Invitation.invited_by_id == by.id, Invitation.created_at > now - timedelta(hours=1)
    )
    waiting = select(func.count()).select_from(Invitation)
    if (db.session.scalar(lately) or 0) >= MOST_AN_HOUR:
        raise TooManyInvited("So many people were invited within the hour.")
    if (db.session.scalar(waiting) or 0) >= MOST_WAITING:
        raise TooManyInvited("So many invitations wait to be taken up.")
