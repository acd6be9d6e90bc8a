"""Who of the directory is who here.

These functions change objects; the caller decides when to commit.
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, delete, exists, func, or_, select

from blogapp.accounts.directory.asking import Known
from blogapp.accounts.directory.errors import Closed, NoEmail, NoRole, NotJoined
from blogapp.accounts.directory.models import DirectoryPerson
from blogapp.accounts.directory.roles import role_of
from blogapp.accounts.directory.settings import Directory
from blogapp.accounts.errors import BadEmail, EmailTaken
from blogapp.accounts.factor_models import Passkey
from blogapp.accounts.inviting import settle_invitations
from blogapp.accounts.managing import take_turns
from blogapp.accounts.models import Author, Role, SignInLink
from blogapp.accounts.registering import add_author, change_email, find_author
from blogapp.accounts.sessions import end_all_sessions
from blogapp.extensions import db

# RFC 8176: how somebody proved it where a password alone is not said to have been enough.
_STRONG = frozenset({"mfa", "otp", "hwk", "swk", "sc", "fido", "pop", "fpt", "face", "phr", "phrh"})


@dataclass(frozen=True)
class Admitted:
    """Somebody who may come in, and what that changed."""

    author: Author
    # Whether the account is new, or was theirs by its address from now on.
    is_new: bool = False
    is_joined: bool = False
    # The role that they had before, where it is another one now.
    former_role: Role | None = None
    # The role that they would have, were they not the only owner who can sign in.
    kept_from: Role | None = None


class _House(NamedTuple):
    """What the operator has said about ways in."""

    directory: Directory
    local_passwords: bool


def admit(
    known: Known, directory: Directory, *, now: datetime, local_passwords: bool = True
) -> Admitted:
    """Return the author whom the directory knows, with the role, name and address it gives them.

    Who is unknown here gets the account with their address where the directory has proved the
    address, and else a new one. Raises `NoRole`, `NoEmail`, `NotJoined` or `Closed`.
    """
    house = _House(directory, local_passwords)
    role = role_of(known.claims, directory.claim, directory.roles)
    if directory.roles and role is None:
        raise NoRole("None of their groups has a part in this blog.")
    person = _find(directory.issuer, known.subject)
    if person is not None:
        return _welcome(person, known, house, role, now)
    address = _address(known.claims)
    author = find_author(address)
    if author is not None:
        return _join(author, address, known, house, role, now)
    if role is None:
        raise NoRole("Nobody has given them an account.")
    return _add(address, known, directory, role, now)


def is_joined(author: Author, directory: Directory | None) -> bool:
    """Return whether ``author`` signs in by the directory, and by nothing else."""
    return _joined(author, directory) is not None


def may_come_by(
    method: str, author: Author, directory: Directory | None, *, local_passwords: bool
) -> bool:
    """Return whether ``author`` may sign in by ``method``, as `auth.finishing.finish` names it.

    What is the blog's own is closed to those whom the directory vouches for, else they would
    still be here when they are gone there. The operator's link is open to everybody.
    """
    first = method.partition("+")[0]
    if first == "password" and not local_passwords:
        return False
    return first not in ("password", "passkey") or not is_joined(author, directory)


def leave(author: Author) -> bool:
    """Let ``author`` no longer sign in by the directory; return whether they did."""
    person = db.session.get(DirectoryPerson, author.id)
    if person is None:
        return False
    db.session.delete(person)
    end_all_sessions(author)
    return True


def is_strong(claims: Mapping[str, Any]) -> bool:
    """Whether the directory says that more than a password was asked for."""
    said = claims.get("amr")
    return isinstance(said, list) and any(isinstance(way, str) and way in _STRONG for way in said)


def _find(issuer: str, subject: str) -> DirectoryPerson | None:
    query = select(DirectoryPerson).where(
        DirectoryPerson.issuer == issuer, DirectoryPerson.subject == subject
    )
    return db.session.scalar(query)


def _joined(author: Author, directory: Directory | None) -> DirectoryPerson | None:
    person = db.session.get(DirectoryPerson, author.id)
    # Of another directory, it is the operator's word that this one no longer counts.
    return person if person and directory and person.issuer == directory.issuer else None


def _welcome(
    person: DirectoryPerson, known: Known, house: _House, role: Role | None, now: datetime
) -> Admitted:
    author = db.session.get_one(Author, person.author_id)
    if author.disabled_at is not None:
        raise Closed("The account is disabled.")
    person.last_signed_in_at = now
    _follow(author, known.claims)
    former, kept_from = _change_role(author, role, house)
    return Admitted(author, former_role=former, kept_from=kept_from)


def _join(
    author: Author,
    address: str,
    known: Known,
    house: _House,
    role: Role | None,
    now: datetime,
) -> Admitted:
    """Make an account that is here already the person's, if they have proved its address."""
    if not _is_proved(known.claims) or not _is_same(author.email or "", address):
        raise NotJoined("Another account has this address.")
    if author.origin is not None or _joined(author, house.directory):
        raise NotJoined("The account with this address is somebody else's.")
    if author.disabled_at is not None:
        raise Closed("The account is disabled.")
    _write(author, known, house.directory, now)
    # What was proved by the blog's own means is over: the directory vouches for them now.
    author.password_hash = None
    db.session.execute(delete(SignInLink).where(SignInLink.author_id == author.id))
    end_all_sessions(author)
    _follow(author, known.claims)
    former, kept_from = _change_role(author, role, house)
    return Admitted(author, is_joined=True, former_role=former, kept_from=kept_from)


def _add(address: str, known: Known, directory: Directory, role: Role, now: datetime) -> Admitted:
    try:
        author = add_author(
            name=_name(known.claims), email=address, role=role, password=None, now=now
        )
    except (BadEmail, EmailTaken) as error:
        raise NoEmail("The directory names no address that an account could have.") from error
    _write(author, known, directory, now)
    return Admitted(author, is_new=True)


def _write(author: Author, known: Known, directory: Directory, now: datetime) -> None:
    person = db.session.get(DirectoryPerson, author.id)
    if person is None:
        person = DirectoryPerson(author_id=author.id, joined_at=now)
        db.session.add(person)
    person.issuer, person.subject = directory.issuer, known.subject
    person.last_signed_in_at = now
    db.session.flush()


def _change_role(
    author: Author, role: Role | None, house: _House
) -> tuple[Role | None, Role | None]:
    """Give ``author`` a role; return the former one, and the one that was not given.

    The last owner who can sign in stays one: without, nobody could put anything right.
    """
    if role is None or role == author.role:
        return None, None
    take_turns(author, None)
    former = Role(author.role)
    if former == Role.OWNER and not _has_other_owner(author, house):
        return None, role
    author.role = role
    settle_invitations(author)
    return former, None


def _has_other_owner(author: Author, house: _House) -> bool:
    there = DirectoryPerson.issuer == house.directory.issuer
    ways: list[ColumnElement[bool]] = [
        exists().where(DirectoryPerson.author_id == Author.id, there),
        exists().where(Passkey.author_id == Author.id),
    ]
    if house.local_passwords:
        ways.append(Author.password_hash.is_not(None))
    others = select(func.count(Author.id)).where(
        Author.id != author.id,
        Author.role == Role.OWNER,
        Author.email.is_not(None),
        Author.disabled_at.is_(None),
        or_(*ways),
    )
    return bool(db.session.scalar(others))


def _follow(author: Author, claims: Mapping[str, Any]) -> None:
    """Take over name and address, the latter if it is proved and nobody else's."""
    author.name = _name(claims) or author.name
    address = _text(claims, "email", 320)
    if address and _is_proved(claims) and address != author.email:
        with suppress(BadEmail, EmailTaken):
            change_email(author, address)


def _address(claims: Mapping[str, Any]) -> str:
    address = _text(claims, "email", 320)
    if not address:
        raise NoEmail("The directory names no address.")
    return address


def _is_proved(claims: Mapping[str, Any]) -> bool:
    return claims.get("email_verified") is True


def _is_same(one: str, other: str) -> bool:
    """Whether two addresses are one: letters of other scripts are never taken for Latin ones."""
    return one == other or (one.isascii() and other.isascii() and one.lower() == other.lower())


def _name(claims: Mapping[str, Any]) -> str:
    for name in ("name", "preferred_username", "nickname"):
        if found := _text(claims, name, 200):
            return found
        if name == "name":
            parts = (_text(claims, part, 100) for part in ("given_name", "family_name"))
            if found := " ".join(filter(None, parts)):
                return found
    return ""


def _text(claims: Mapping[str, Any], name: str, most: int) -> str:
    """Return a claim as one line, without what databases and pages cannot hold."""
    found = claims.get(name)
    if not isinstance(found, str):
        return ""
    clean = "".join(sign for sign in found if sign.isprintable())
    clean = clean.encode("utf-8", "ignore").decode()
    return " ".join(clean.split())[:most]
