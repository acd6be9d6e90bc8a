"""Making accounts, and the links that make or open one.

These functions change objects; the caller decides when to commit.
"""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.orm import joinedload

from blogapp.accounts.devices import forget_devices
from blogapp.accounts.errors import BadEmail, EmailTaken, LinkExpired, NoSuchAuthor
from blogapp.accounts.factors import has_second_factor
from blogapp.accounts.models import Author, AuthorSession, Role, SignInLink
from blogapp.accounts.passwords import (
    LEAST_BESIDE_FACTOR,
    demand_strength,
    hashed,
    is_outdated,
    matches,
)
from blogapp.accounts.sessions import end_all_sessions
from blogapp.accounts.tokens import new_token, token_hash
from blogapp.extensions import db
from blogapp.site.reading import get_site
from blogapp.text.slugs import slugify, unique_slug

# What a link that works once is for.
SIGN_IN, RESET, EMAIL = "sign-in", "reset", "email"


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
    email = free_email(email)
    name = " ".join(name.split())[:200]
    if password is not None:
        demand_strength(password, words=(name, email, get_site().title))
    password_hash = None if password is None else hashed(password)
    if slug:
        author = get_unregistered(slug)
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


def free_email(email: str) -> str:
    """Return ``email`` as it is kept. Raises `BadEmail`, or `EmailTaken` by somebody."""
    email = email.strip()
    # WHATWG HTML, 4.10.5.1.5, simplified: something, "@", a name with no spaces.
    if not re.fullmatch(r"[^\s@<>\"'\0]{1,64}@[^\s@<>\"'\0]{1,250}", email):
        raise BadEmail(f"{email!r} is not an e-mail address.")
    if find_author(email):
        raise EmailTaken(f"{email} has an account already.")
    return email


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


def list_owners() -> Sequence[Author]:
    """Return who may do everything here and can be written to."""
    query = select(Author).where(
        Author.role == Role.OWNER, Author.disabled_at.is_(None), Author.email.is_not(None)
    )
    return db.session.scalars(query.order_by(Author.id)).all()


def authenticate(email: str, password: str, *, is_known: bool = False) -> Author | None:
    """Return the author whom e-mail and password name, or None, after the same work.

    Raises `TooBusy`, unless the browser ``is_known`` to the account.
    """
    author = find_author(email)
    kept = author.password_hash if author and author.disabled_at is None else None
    if not matches(password, kept, is_known=is_known) or author is None:
        return None
    if kept and is_outdated(kept, password):
        author.password_hash = hashed(password, least=0)
    return author


def set_password(author: Author, password: str, *, but: AuthorSession | None = None) -> None:
    """Give ``author`` a new password; end every session, but the one it is changed in.

    Raises `WeakPassword`.
    """
    words = (author.name, author.email or "", get_site().title)
    demand_strength(password, words=words, has_second_factor=has_second_factor(author))
    author.password_hash = hashed(password, least=LEAST_BESIDE_FACTOR)
    end_all_sessions(author, but=but)
    if but is None:
        forget_devices(author)


def change_email(author: Author, email: str) -> None:
    """Make ``email`` the author's address; links sent to the old one work no more.

    Raises `BadEmail` or `EmailTaken`.
    """
    if email.strip().casefold() != author.email_key:
        free_email(email)
    author.email = email.strip()
    withdraw_links(author)


def disable(author: Author, *, now: datetime) -> None:
    """Keep ``author`` from signing in; what they wrote stays."""
    author.disabled_at = now
    end_all_sessions(author)
    withdraw_links(author)


def has_own_account() -> bool:
    """Return whether anybody but the demo's author can sign in."""
    query = select(func.count()).where(
        Author.email.is_not(None), Author.disabled_at.is_(None), Author.origin.is_(None)
    )
    return bool(db.session.scalar(query))


def make_link(
    author: Author | None,
    *,
    now: datetime,
    valid: timedelta,
    purpose: str = SIGN_IN,
    email: str | None = None,
) -> str:
    """Return the token of a link that works once.

    It signs ``author`` in; for None it lets somebody become the first owner. Other purposes
    are `RESET`, a new password, and `EMAIL`, which makes ``email`` the author's address.
    """
    token = new_token()
    db.session.execute(
        delete(SignInLink).where(or_(SignInLink.expires_at < now, SignInLink.used_at.is_not(None)))
    )
    db.session.add(
        SignInLink(
            token_hash=token_hash(token),
            author_id=author and author.id,
            purpose=purpose,
            email=email,
            expires_at=now + valid,
        )
    )
    return token


def get_link(token: str, *, now: datetime, purpose: str = SIGN_IN) -> SignInLink:
    """Return the link of ``token`` with its author. Raises `LinkExpired`."""
    query = (
        select(SignInLink)
        .where(SignInLink.token_hash == token_hash(token), SignInLink.purpose == purpose)
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


def withdraw_links(author: Author, *purposes: str) -> None:
    """Let no link of ``purposes`` that ``author`` has work any more; of all without any."""
    query = delete(SignInLink).where(SignInLink.author_id == author.id)
    if purposes:
        query = query.where(SignInLink.purpose.in_(purposes))
    db.session.execute(query)


def get_unregistered(slug: str) -> Author:
    """Return the author of ``slug``, whom an import has brought. Raises `NoSuchAuthor`."""
    query = select(Author).where(Author.slug_key == slug.casefold(), Author.email.is_(None))
    author = db.session.scalar(query)
    if author is None:
        raise NoSuchAuthor(f"No author without an account is called {slug}.")
    return author


def _free_slug(name: str) -> str:
    people = db.session.execute(select(Author.slug_key, Author.name)).all()
    # What somebody else is called is theirs, too: bylines are typed by either.
    taken = {slug_key for slug_key, _ in people} | {called.casefold() for _, called in people}
    return unique_slug(slugify(name, "author"), lambda slug: slug.casefold() in taken)
