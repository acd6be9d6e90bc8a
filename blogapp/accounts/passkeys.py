"""Passkeys (WebAuthn level 3): registering one, and signing in with it.

A registration and a sign-in are two requests each: the first hands out a challenge, which stays
on the server as a step, the second brings what a device made of it. These functions change
objects; the caller decides when to commit.
"""

import json
import secrets
import struct
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hmac import compare_digest
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import joinedload

from blogapp.accounts.errors import (
    PasskeyCopied,
    PasskeyRefused,
    PasskeyUnknown,
    StepExpired,
    TooManyPasskeys,
)
from blogapp.accounts.factor_models import Passkey, PasskeyUser
from blogapp.accounts.models import Author
from blogapp.accounts.steps import begin_step, take_step
from blogapp.extensions import db
from blogapp.text.name_lists import one_line

if TYPE_CHECKING:
    from fido2.server import Fido2Server
    from fido2.webauthn import AuthenticationResponse, AuthenticatorData

REGISTRATION, ASSERTION = "passkey registration", "passkey assertion"
MOST_PASSKEYS = 25
# Post-quantum keys and signatures take five thousand bytes; in base64 and JSON, with room.
LONGEST_RESPONSE = 32_768
LONGEST_NAME = 100
_LONGEST_ID = 1023  # bytes; WebAuthn level 3, 6.5.2
_HANDLE_BYTES = 64  # WebAuthn level 3, 14.6.1


class Unfit(StrEnum):
    """Why browsers give no passkeys to the address of a blog."""

    INSECURE = "insecure"
    NUMERIC = "numeric"


@dataclass(frozen=True)
class RelyingParty:
    """The blog as passkeys know it: a host, and the one origin that answers come from."""

    id: str
    origin: str
    name: str


def unfit(public_url: str) -> Unfit | None:
    """Return why ``public_url`` can have no passkeys, or None.

    >>> unfit("https://blog.example.com/eng"), unfit("http://localhost:8000")
    (None, None)
    >>> unfit("http://blog.example.com").value, unfit("http://127.0.0.1:8000").value
    ('insecure', 'numeric')
    """
    parts = urlsplit(public_url)
    host = parts.hostname or ""
    try:
        ip_address(host)
        return Unfit.NUMERIC
    except ValueError:
        pass
    is_local = host == "localhost" or host.endswith(".localhost")
    return None if parts.scheme == "https" or is_local else Unfit.INSECURE


def relying_party(public_url: str, name: str) -> RelyingParty:
    """Return whom passkeys of the blog at ``public_url`` are for.

    The path does not matter to passkeys, a port does.

    >>> relying_party("https://blog.example.com:443/eng", "Blog").origin
    'https://blog.example.com'
    """
    parts = urlsplit(public_url)
    host = parts.hostname or ""
    usual = {"https": 443, "http": 80}[parts.scheme]
    port = f":{parts.port}" if parts.port not in (None, usual) else ""
    return RelyingParty(id=host, origin=f"{parts.scheme}://{host}{port}", name=name)


def list_passkeys(author: Author) -> list[Passkey]:
    """Return the passkeys of ``author``, oldest first."""
    query = select(Passkey).where(Passkey.author_id == author.id).order_by(Passkey.id)
    return list(db.session.scalars(query))


def find_passkey(author: Author, id: int) -> Passkey | None:
    """Return the passkey with this id where it is ``author``'s."""
    return db.session.scalar(
        select(Passkey).where(Passkey.id == id, Passkey.author_id == author.id)
    )


def find_handle(author: Author) -> str:
    """Return what passkeys call ``author``, nothing where no device was ever told."""
    user = db.session.get(PasskeyUser, author.id)
    return user.handle if user else ""


def handle_of(author: Author) -> str:
    """Return what passkeys call ``author``, in base64url; it stays the same from the first on."""
    if kept := find_handle(author):
        return kept
    handle = _encoded(secrets.token_bytes(_HANDLE_BYTES))
    try:
        with db.session.begin_nested():
            db.session.add(PasskeyUser(author_id=author.id, handle=handle))
    except IntegrityError:  # another request was first
        return find_handle(author)
    return handle


def rename(passkey: Passkey, name: str) -> None:
    """Call ``passkey`` as its owner wants."""
    passkey.name = _named(name) or passkey.name


def begin_registration(
    author: Author, party: RelyingParty, *, browser: str, now: datetime
) -> tuple[str, dict[str, Any]]:
    """Return a token, and what the browser needs to make a passkey for ``author``.

    ``browser`` is what tells this browser from others: no other may bring the answer.
    Raises `TooManyPasskeys`.
    """
    from fido2.webauthn import (
        PublicKeyCredentialUserEntity,
        ResidentKeyRequirement,
        UserVerificationRequirement,
    )

    known = list_passkeys(author)
    if len(known) >= MOST_PASSKEYS:
        raise TooManyPasskeys(f"An account has at most {MOST_PASSKEYS} passkeys.")
    user = PublicKeyCredentialUserEntity(
        id=_decoded(handle_of(author)), name=author.email, display_name=author.name
    )
    options, state = _server(party).register_begin(
        user,
        [_described(passkey) for passkey in known],
        resident_key_requirement=ResidentKeyRequirement.REQUIRED,
        user_verification=UserVerificationRequirement.REQUIRED,
        extensions={"credProps": True},
    )
    token = begin_step(REGISTRATION, now=now, author=author, state=_kept(state, browser))
    return token, _plain(options.public_key)


def complete_registration(
    author: Author,
    party: RelyingParty,
    *,
    token: str,
    response: str,
    browser: str,
    name: str,
    now: datetime,
) -> Passkey:
    """Return the new passkey of ``author``. Raises `StepExpired` or `PasskeyRefused`."""
    step = take_step(REGISTRATION, token, now=now)
    if step.author_id != author.id or not _is_of(step.state, browser):
        raise StepExpired("This was begun by somebody else.")
    said = _read(response)
    with _distrusting():
        made = _server(party).register_complete(_state(step.state), said)
    about = made.credential_data
    with _distrusting():
        _demand_usual(said, made)
        assert about
        if _decoded(said["rawId"]) != about.credential_id:
            raise ValueError("the id is another one than the device signed")
    id = _encoded(about.credential_id)
    if db.session.scalar(select(Passkey.id).where(Passkey.credential_id == id)):
        raise PasskeyRefused("This passkey is registered already.")
    passkey = Passkey(
        author_id=author.id,
        name=_named(name) or f"Passkey {_number_of_next(author)}",
        credential_id=id,
        public_key=_cbor(about.public_key),
        sign_count=made.counter,
        aaguid=str(about.aaguid),
        transports=_transports(said),
        may_be_backed_up=made.is_backup_eligible(),
        is_backed_up=made.is_backed_up(),
        created_at=now,
    )
    db.session.add(passkey)
    db.session.flush()
    return passkey


def begin_assertion(
    party: RelyingParty, *, browser: str, now: datetime, author: Author | None = None
) -> tuple[str, dict[str, Any]]:
    """Return a token, and what the browser needs to prove a passkey: of ``author``, or of anyone.

    Without an author the device says whose it is, so that nobody learns here who has passkeys.
    """
    from fido2.webauthn import UserVerificationRequirement

    options, state = _server(party).authenticate_begin(
        [_described(passkey) for passkey in list_passkeys(author)] if author else None,
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    token = begin_step(ASSERTION, now=now, author=author, state=_kept(state, browser))
    return token, _plain(options.public_key)


def complete_assertion(
    party: RelyingParty,
    *,
    token: str,
    response: str,
    browser: str,
    now: datetime,
    author: Author | None = None,
) -> Passkey:
    """Return the passkey that was proved, with its author: ``author`` where one is given.

    Raises `StepExpired`, `PasskeyUnknown`, `PasskeyCopied` or `PasskeyRefused`.
    """
    step = take_step(ASSERTION, token, now=now)
    if step.author_id != (author and author.id) or not _is_of(step.state, browser):
        raise StepExpired("This was begun by somebody else.")
    said = _read(response)
    with _distrusting():
        answer = _parsed(said)
    passkey = _get_passkey(answer, author)
    with _distrusting():
        _server(party).authenticate_complete(_state(step.state), [_credential(passkey)], answer)
        _demand_usual(said, answer.response.authenticator_data)
    _count(passkey, answer.response.authenticator_data)
    passkey.last_used_at = now
    return passkey


def _server(party: RelyingParty) -> "Fido2Server":
    from fido2.server import Fido2Server
    from fido2.webauthn import AttestationConveyancePreference, PublicKeyCredentialRpEntity

    return Fido2Server(
        PublicKeyCredentialRpEntity(id=party.id, name=party.name),
        attestation=AttestationConveyancePreference.NONE,
        # Exactly: by default any name below the host would do, and any port.
        verify_origin=lambda origin: origin == party.origin,
    )


@contextmanager
def _distrusting() -> Iterator[None]:
    """Whatever the library stumbles over in bytes from outside refuses them."""
    from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm

    wrong_shape = (AttributeError, TypeError, KeyError, IndexError, AssertionError, struct.error)
    wrong_value = (ValueError, OverflowError, RecursionError, NotImplementedError)
    try:
        yield
    except (*wrong_shape, *wrong_value, InvalidSignature, UnsupportedAlgorithm) as error:
        raise PasskeyRefused("The passkey's answer is not valid.") from error


def _read(response: str) -> dict[str, Any]:
    """What the browser says in JSON (WebAuthn level 3, 5.1.8 and 5.1.9)."""
    with _distrusting():
        if len(response) > LONGEST_RESPONSE:
            raise ValueError("too long")
        said = json.loads(response)
        if not isinstance(said, dict) or not isinstance(said["response"], dict):
            raise ValueError("no object")
        # What programs of the browser add says nothing here, and may be of any shape.
        parts = {"id", "rawId", "type"}
        inner = {"clientDataJSON", "attestationObject", "authenticatorData", "signature"}
        inner |= {"userHandle", "transports"}
        kept = {name: said[name] for name in parts & said.keys()}
        told = said["response"]
        return kept | {"response": {name: told[name] for name in inner & told.keys()}}
    raise AssertionError


def _parsed(said: Mapping[str, Any]) -> "AuthenticationResponse":
    from fido2.webauthn import AuthenticationResponse

    return AuthenticationResponse.from_dict(said)


def _get_passkey(answer: "AuthenticationResponse", author: Author | None) -> Passkey:
    """Return whose answer this says to be; whether it is one is still to be checked."""
    query = (
        select(Passkey)
        .where(Passkey.credential_id == _encoded(answer.raw_id))
        .options(joinedload(Passkey.author))
    )
    passkey = db.session.scalar(query)
    if passkey is None or (author and passkey.author_id != author.id):
        raise PasskeyUnknown(_encoded(answer.raw_id))
    handle = answer.response.user_handle
    kept = db.session.get_one(PasskeyUser, passkey.author_id).handle
    # Level 3, 7.2, step 6: where nobody said who signs in, the device has to.
    if (handle is None and author is None) or (
        handle is not None and not compare_digest(handle, _decoded(kept))
    ):
        raise PasskeyRefused("The passkey is somebody else's.")
    return passkey


def _demand_usual(said: Mapping[str, Any], made: "AuthenticatorData") -> None:
    """What the standard asks for beyond what the library checks. Raises `ValueError`."""
    client = json.loads(_decoded(said["response"]["clientDataJSON"]))
    if client.get("crossOrigin") or "topOrigin" in client:
        raise ValueError("it was made in a frame of another site")
    # Level 3, 6.1.3: what may not be copied has not been.
    if made.is_backed_up() and not made.is_backup_eligible():
        raise ValueError("it is backed up and may not be")
    if made.credential_data is None:
        return
    from fido2.cose import CoseKey

    if len(made.credential_data.credential_id) > _LONGEST_ID:
        raise ValueError("its id is too long")
    if made.credential_data.public_key.ALGORITHM not in CoseKey.supported_algorithms():
        raise ValueError("its algorithm was not asked for")


def _count(passkey: Passkey, made: "AuthenticatorData") -> None:
    """Keep how often the device has signed. Raises `PasskeyCopied` where it counts backwards.

    Devices that do not count say nought each time (level 3, 6.1.1).
    """
    if (made.counter or passkey.sign_count) and made.counter <= passkey.sign_count:
        raise PasskeyCopied(passkey)
    if made.is_backup_eligible() != passkey.may_be_backed_up:
        raise PasskeyRefused("The passkey says something else of itself than at first.")
    passkey.sign_count = made.counter
    passkey.is_backed_up = made.is_backed_up()


def _named(name: str) -> str:
    return " ".join(one_line(name).split())[:LONGEST_NAME]


def _number_of_next(author: Author) -> int:
    query = select(func.count()).where(Passkey.author_id == author.id)
    return (db.session.scalar(query) or 0) + 1


def _described(passkey: Passkey) -> Any:
    from fido2.webauthn import (
        AuthenticatorTransport,
        PublicKeyCredentialDescriptor,
        PublicKeyCredentialType,
    )

    return PublicKeyCredentialDescriptor(
        type=PublicKeyCredentialType.PUBLIC_KEY,
        id=_decoded(passkey.credential_id),
        transports=[AuthenticatorTransport(name) for name in passkey.transports.split()] or None,
    )


def _credential(passkey: Passkey) -> Any:
    from fido2 import cbor
    from fido2.cose import CoseKey
    from fido2.webauthn import Aaguid, AttestedCredentialData

    key = CoseKey.parse(cast(Mapping[int, Any], cbor.decode(passkey.public_key)))
    return AttestedCredentialData.create(
        Aaguid.parse(passkey.aaguid), _decoded(passkey.credential_id), key
    )


def _cbor(key: Mapping[int, Any]) -> bytes:
    from fido2 import cbor

    return cbor.encode(dict(key))


def _transports(said: Mapping[str, Any]) -> str:
    """Those that the standard names, as the browser says them."""
    from fido2.webauthn import AuthenticatorTransport

    named = said["response"].get("transports")
    listed = named if isinstance(named, list) else []
    known = [each.value for each in AuthenticatorTransport]
    return " ".join(name for name in known if name in listed)


def _kept(state: Mapping[str, Any], browser: str) -> dict[str, Any]:
    return {"challenge": state["challenge"], "browser": browser}


def _state(kept: Mapping[str, Any]) -> dict[str, Any]:
    return {"challenge": kept["challenge"], "user_verification": "required"}


def _is_of(kept: Mapping[str, Any], browser: str) -> bool:
    return bool(browser) and compare_digest(kept["browser"], browser)


def _plain(options: Any) -> dict[str, Any]:
    """What JSON can hold of the library's options, bytes in base64url."""
    plain: dict[str, Any] = json.loads(json.dumps(options, default=_as_plain))
    return plain


def _as_plain(value: Any) -> Any:
    return dict(value) if isinstance(value, Mapping) else list(value)


def _encoded(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def _decoded(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
