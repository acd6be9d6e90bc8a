"""Sending people to the directory, and asking it who came back.

OAuth 2.0 is Authlib's; its requests leave by `blogapp.outgoing`.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import quote_plus

from blogapp.accounts.directory.errors import (
    BadDirectory,
    BadToken,
    DirectoryAway,
    Gone,
    NotConfirmed,
)
from blogapp.accounts.directory.provider import Provider
from blogapp.accounts.directory.roles import values_of
from blogapp.accounts.directory.settings import SECRET, Directory
from blogapp.accounts.directory.tokens import check_id_token
from blogapp.outgoing.asking import Reply

# What the directory is asked for as well where the ID token does not say it.
_TOLD = ("email", "email_verified", "name")
_LONGEST_TOKEN = 100_000
# What web servers take for an address.
_LONGEST_ADDRESS = 6_000
# RFC 6749, 5.2: the blog is known, what it holds for the person is no longer worth anything.
_OVER = ("invalid_grant", "access_denied")


@dataclass(frozen=True)
class Question:
    """What somebody is sent to the directory with, and what is kept until they come back."""

    nonce: str
    # RFC 7636: only who began can finish.
    verifier: str = field(repr=False)

    @classmethod
    def new(cls) -> "Question":
        return cls(secrets.token_urlsafe(32), secrets.token_urlsafe(48))


@dataclass(frozen=True)
class Known:
    """Somebody as the directory knows them, and what it gave along."""

    claims: Mapping[str, Any] = field(repr=False)
    id_token: str = field(repr=False)
    refresh_token: str = field(repr=False)

    @property
    def subject(self) -> str:
        return str(self.claims["sub"])

    @property
    def sid(self) -> str:
        """The name of the session there, empty where it has none."""
        sid = self.claims.get("sid")
        return sid if isinstance(sid, str) and len(sid) <= 255 and "\0" not in sid else ""


def address_to_ask(
    provider: Provider, asked: Question, *, state: str, back: str, now: datetime, anew: bool = False
) -> str:
    """Return where to send somebody who signs in.

    ``back`` is the whole address that they come back to, with ``state``. With ``anew`` the
    directory must make them prove it again. Raises `DirectoryAway`.
    """
    more = {"prompt": "login", "max_age": "0"} if anew else {}
    address, _ = _client(provider, back, now).create_authorization_url(
        provider.endpoint("authorization_endpoint", now=now),
        state=state,
        nonce=asked.nonce,
        code_verifier=asked.verifier,
        **more,
    )
    return str(address)


def address_to_leave(provider: Provider, known: Known, *, now: datetime) -> str:
    """Return where the session there is ended (OpenID Connect RP-Initiated Logout 1.0, 2).

    Empty where the directory has no such address, or the token is too long for one.
    """
    from authlib.common.urls import add_params_to_uri

    address = provider.endpoint("end_session_endpoint", now=now)
    hint = [("id_token_hint", known.id_token), ("client_id", provider.directory.client_id)]
    whole = str(add_params_to_uri(address, hint)) if address else ""
    return whole if len(whole) <= _LONGEST_ADDRESS else ""


def check_issuer(provider: Provider, said: str | None, *, now: datetime) -> None:
    """Make sure that the answer is not another directory's (RFC 9207, 2.4). Raises `BadToken`."""
    is_always_said = provider.about(now=now).get("authorization_response_iss_parameter_supported")
    if said is None and is_always_said is not True:
        return
    if said != provider.directory.issuer:
        raise BadToken("the answer is another directory's")


def find_out(
    provider: Provider,
    *,
    code: str,
    verifier: str,
    nonce: str,
    back: str,
    now: datetime,
    signed_in_since: datetime | None = None,
) -> Known:
    """Return whom the directory gave ``code`` for. Raises `DirectoryError`."""
    given = _token(
        lambda client, address: client.fetch_token(
            address, grant_type="authorization_code", code=code, code_verifier=verifier
        ),
        provider,
        back,
        now,
    )
    access_token = _text(given, "access_token")
    id_token = _text(given, "id_token")
    if not (access_token and id_token):
        raise BadToken("there is no token")
    claims = check_id_token(
        id_token,
        provider,
        nonce=nonce,
        access_token=access_token,
        now=now,
        signed_in_since=signed_in_since,
    )
    told = _told(provider, claims, access_token, now)
    return Known(_together(told, claims), id_token, _text(given, "refresh_token"))


def ask_again(provider: Provider, refresh_token: str, *, now: datetime) -> str:
    """Return the token to ask by next time. Raises `Gone` where the directory has done with them.

    Raises `DirectoryAway` where it does not answer, or nothing can be told from what it says.
    """
    try:
        given = _token(
            lambda client, address: client.refresh_token(address, refresh_token=refresh_token),
            provider,
            "",
            now,
        )
    except NotConfirmed as error:
        raise Gone(str(error)) from error
    return _text(given, "refresh_token") or refresh_token


def _token(send: Any, provider: Provider, back: str, now: datetime) -> Mapping[str, Any]:
    """Return what the token endpoint gives (RFC 6749, 5). Raises `DirectoryError`."""
    from authlib.oauth2.base import OAuth2Error

    address = provider.endpoint("token_endpoint", now=now)
    try:
        given = send(_client(provider, back, now), address)
    except OAuth2Error as error:
        if str(error.error) in _OVER:
            raise NotConfirmed(f"the directory says {error.error}") from error
        raise DirectoryAway(f"it says {_shown(error.error)}") from error
    except (ValueError, TypeError, AttributeError, LookupError, OverflowError) as error:
        raise DirectoryAway("what it gives is no token") from error
    if not isinstance(given, Mapping) or str(given.get("token_type", "")).lower() != "bearer":
        raise DirectoryAway("what it gives is no token")
    return given


def _told(
    provider: Provider, claims: Mapping[str, Any], access_token: str, now: datetime
) -> Mapping[str, Any]:
    """Return what the directory says beside the token, where something is missing in that.

    It must be about the same person (OpenID Connect Core 1.0, 5.3.2).
    """
    address = provider.endpoint("userinfo_endpoint", now=now)
    if not address or not _is_wanting(claims, provider.directory):
        return {}
    headers = {"Authorization": f"Bearer {access_token}"}
    reply = provider.ask(lambda: provider.asker.get(address, headers=headers))
    said = _content(reply) if reply.status == 200 else None
    if not isinstance(said, dict):
        raise DirectoryAway("it does not say who the person is")
    if said.get("sub") != claims["sub"]:
        raise BadToken("it speaks of somebody else")
    return said


def _is_wanting(claims: Mapping[str, Any], directory: Directory) -> bool:
    if any(name not in claims for name in _TOLD):
        return True
    return bool(directory.roles) and not values_of(claims, directory.claim)


def _together(told: Mapping[str, Any], claims: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what token and answer say; whether an address is proved is said where it stands."""
    from_told = "email" not in claims or (
        "email_verified" not in claims and told.get("email") == claims["email"]
    )
    proved = (told if from_told else claims).get("email_verified")
    return {**told, **claims, "email_verified": proved}


def _client(provider: Provider, back: str, now: datetime) -> Any:
    from authlib.oauth2.client import OAuth2Client

    directory = provider.directory
    client = OAuth2Client(
        _Session(provider),
        client_id=directory.client_id,
        client_secret=directory.client_secret,
        token_endpoint_auth_method=_method(provider, now),
        scope=directory.scopes,
        redirect_uri=back,
        code_challenge_method="S256",
    )
    client.register_client_auth_method(("client_secret_basic", _basic))
    return client


def _method(provider: Provider, now: datetime) -> str:
    """Return how the blog says who it is: in the head, unless only fields are taken."""
    if not provider.directory.client_secret:
        return "none"
    said = provider.about(now=now).get("token_endpoint_auth_methods_supported")
    if not isinstance(said, list) or "client_secret_basic" in said:
        return "client_secret_basic"
    if "client_secret_post" in said:
        return "client_secret_post"
    problem = f"it takes no secret ({', '.join(map(_shown, said[:5]))})"
    raise DirectoryAway(problem) from BadDirectory(SECRET, problem)


def _basic(
    client: Any, _method: str, uri: str, headers: dict[str, str], body: str
) -> tuple[str, dict[str, str], str]:
    """Name and secret in the head, each encoded as a form is (RFC 6749, 2.3.1)."""
    from base64 import b64encode

    pair = f"{quote_plus(client.client_id)}:{quote_plus(client.client_secret)}"
    return uri, {**headers, "Authorization": f"Basic {b64encode(pair.encode()).decode()}"}, body


class _Session:
    """What Authlib sends its requests with."""

    def __init__(self, provider: Provider) -> None:
        self.provider = provider

    def post(
        self, url: str, *, data: Mapping[str, str], headers: Mapping[str, str], auth: Any
    ) -> "_Response":
        from authlib.common.urls import url_decode, url_encode

        body = url_encode(list(data.items()))
        url, signed, body = auth.prepare("POST", url, dict(headers), body)
        asker = self.provider.asker
        return _Response(
            self.provider.ask(lambda: asker.post_form(url, dict(url_decode(body)), headers=signed))
        )


class _Response:
    """What Authlib looks at in an answer."""

    def __init__(self, reply: Reply) -> None:
        self.reply, self.status_code = reply, reply.status

    def json(self) -> object:
        return _content(self.reply)

    def raise_for_status(self) -> None:
        raise DirectoryAway(f"it answers {self.status_code}")


def _content(reply: Reply) -> object:
    from blogapp.outgoing.errors import RequestRefused

    try:
        return reply.json()
    except RequestRefused as error:
        raise DirectoryAway(str(error)) from error


def _text(given: Mapping[str, Any], name: str) -> str:
    found = given.get(name)
    if not isinstance(found, str) or len(found) > _LONGEST_TOKEN:
        return ""
    return found if found.isascii() and found.isprintable() else ""


def _shown(text: object) -> str:
    """Return what a stranger said, short and in one line."""
    return " ".join(str(text).split())[:60]
