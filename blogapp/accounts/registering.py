"""Making accounts, and the links that make or open one.

These functions change objects; the caller decides when to commit.
"""

import re
from datetime import datetime, timedelta

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.orm import joinedload

from blogapp.accounts.errors import BadEmail, EmailTaken, LinkExpired, NoSuchAuthor
from blogapp.accounts.models import Author, Role, SignInLink
from blogapp.accounts.passwords import hashed, is_outdated, matches
from blogapp.accounts.sessions import end_all_sessions
from blogapp.accounts.tokens import new_token, token_hash
from blogapp.extensions import db
from blogapp.text.slugs import slugify, unique_slug


def add_author(
    *,
    name: str,
    email: str,
    role: Role,
    password: str | None,
    now: datetime,
    slug: str | None = None,
) -> Author:
    """Return an author who can sign in: a new one, or who has ``slug`` and no account so far.

    Raises `BadEmail`, `EmailTaken`, `NoSuchAuthor` or `WeakPassword`.
    """
    email = email.strip()
    # WHATWG HTML, 4.10.5.1.5, simplified: something, "@", a name with no spaces.
    if not re.fullmatch(r"[^\s@<>\"']{1,64}@[^\s@<>\"']{1,250}", email):
        raise BadEmail(f"{email!r} is not an e-mail address.")
    if find_author(email):
        raise EmailTaken(f"{email} has an account already.")
    name, password_hash = " ".join(name.split())[:200], password and hashed(password)
    if slug:
        author = _get_unregistered(slug)
        author.origin = None  # theirs now, whatever brought it
    else:
        author = Author(
            name=email.partition("@")[0], slug=_free_slug(name or email), created_at=now
        )
        db.session.add(author)
    author.name = name or author.name
    author.email = email
    author.role = role
    author.password_hash = password_hash
    db.session.flush()
    return author


def find_author(email: str) -> Author | None:
    """Return who has this e-mail address, ignoring case, or None."""
    if "\0" in email:  # which PostgreSQL refuses even to look for
        return None
    return db.session.scalar(select(Author).where(Author.email_key == email.strip().casefold()))


def get_author(email: str) -> Author:
    """Return who has this e-mail address. Raises `NoSuchAuthor`."""
    author = find_author(email)
    if author is None:
        raise NoSuchAuthor(f"Nobody has the address {email}.")
    return author


def authenticate(email: str, password: str) -> Author | None:
    """Return the author whom e-mail and password name, or None, after the same work."""
    author = find_author(email)
    kept = author.password_hash if author and author.disabled_at is None else None
    if not matches(password, kept) or author is None:
        return None
    if kept and is_outdated(kept):
        author.password_hash = hashed(password)
    return author


def set_password(author: Author, password: str) -> None:
    """Give ``author`` a new password and end every session. Raises `WeakPassword`."""
    author.password_hash = hashed(password)
    end_all_sessions(author)


def disable(author: Author, *, now: datetime) -> None:
    """Keep ``author`` from signing in; what they wrote stays."""
    author.disabled_at = now
    end_all_sessions(author)


def has_own_account() -> bool:
    """Return whether anybody but the demo's author can sign in."""
    query = select(func.count()).where(
        Author.email.is_not(None), Author.disabled_at.is_(None), Author.origin.is_(None)
    )
    return bool(db.session.scalar(query))


def make_link(author: Author | None, *, now: datetime, valid: timedelta) -> str:
    """Return the token of a link that works once.

    It signs ``author`` in; for None it lets somebody become the first owner.
    """
    token = new_token()
    db.session.execute(
        delete(SignInLink).where(or_(SignInLink.expires_at < now, SignInLink.used_at.is_not(None)))
    )
    db.session.add(
        SignInLink(
            token_hash=token_hash(token),
            author_id=author and author.id,
            expires_at=now + valid,
        )
    )
    return token


def get_link(token: str, *, now: datetime) -> SignInLink:
    """Return the link of ``token`` with its author. Raises `LinkExpired`."""
    query = (
        select(SignInLink)
        .where(SignInLink.token_hash == token_hash(token))
        .options(joinedload(SignInLink.author))
    )
    link = db.session.scalar(query)
    if link is None or link.used_at is not None or link.expires_at <= now:
        raise LinkExpired("This link has been used or is over its time.")
    if link.author and link.author.disabled_at:
        raise LinkExpired("This account is disabled.")
    if link.author and link.author.origin and has_own_account():
        raise LinkExpired("This blog has accounts of its own, and the demo's is closed.")
    if link.author is None and has_own_account():
        raise LinkExpired("This blog has an owner already.")
    return link


def spend_link(link: SignInLink, *, now: datetime) -> None:
    """Use ``link`` up. Raises `LinkExpired` if another request was first."""
    spent = db.session.execute(
        update(SignInLink)
        .where(SignInLink.id == link.id, SignInLink.used_at.is_(None))
        .values(used_at=now)
    )
    if not getattr(spent, "rowcount", 0):
        raise LinkExpired("This link has been used.")


def _get_unregistered(slug: str) -> Author:
    """Return the author of ``slug``, whom an import has brought. Raises `NoSuchAuthor`."""
    query = select(Author).where(Author.slug_key == slug.casefold(), Author.email.is_(None))
    author = db.session.scalar(query)
    if author is None:
        raise NoSuchAuthor(f"No author without an account is called {slug}.")
    return author


def _free_slug(name: str) -> str:
    def taken(slug: str) -> bool:
        return bool(db.session.scalar(select(Author.id).where(Author.slug_key == slug.casefold())))

    return unique_slug(slugify(name, "author"), taken)
