"""Reading what the directory has signed, and believing none of it that is not meant for us."""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from blogapp.accounts.directory.errors import BadToken
from blogapp.accounts.directory.provider import Provider

# How far two clocks may be apart.
LEEWAY = timedelta(seconds=60)
# A word that ends sessions is said at once, or not at all.
LOGOUT_LASTS = timedelta(minutes=10)
# Signatures with a key that only the directory has: neither "none" nor a shared secret.
ALGORITHMS = frozenset(
    {
        *("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"),
        *("ES256", "ES384", "ES512", "Ed25519"),
    }
)
_LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout"
_ID_TOKEN_TYPES = (None, "JWT", "jwt")
# ASVS 5, V10.5.5: told from all other tokens by its type.
_LOGOUT_TYPES = ("logout+jwt", "application/logout+jwt")
_LONGEST = 100_000
_LONGEST_NAME = 255
_LEAST_RSA_BITS, _MOST_RSA_BITS = 2048, 16_384


@dataclass(frozen=True)
class Logout:
    """A word of the directory that a session is over, or all of a person; either may be empty."""

    sid: str
    subject: str
    jti: str
    expires_at: datetime


def check_id_token(
    token: str,
    provider: Provider,
    *,
    nonce: str,
    access_token: str,
    now: datetime,
    signed_in_since: datetime | None = None,
) -> dict[str, Any]:
    """Return the claims of an ID token (OpenID Connect Core 1.0, 3.1.3.7).

    ``signed_in_since`` demands that the person proved who they are after that. Raises
    `BadToken`, or `DirectoryAway` where the keys cannot be had.
    """
    from authlib.oidc.core.claims import CodeIDToken

    header, claims = _verified(token, provider, _ID_TOKEN_TYPES, now)
    _check_claims(
        CodeIDToken(
            claims,
            header,
            _options(provider, "exp", "iat"),
            {"client_id": provider.directory.client_id, "access_token": access_token},
        ),
        now,
    )
    _check_person(claims)
    if not hmac.compare_digest(str(claims.get("nonce", "")).encode(), nonce.encode()):
        raise BadToken("it does not answer what was asked")
    if signed_in_since is not None and not _is_since(claims.get("auth_time"), signed_in_since):
        raise BadToken("it does not say that the person has just signed in")
    return claims


def check_logout_token(token: str, provider: Provider, *, now: datetime) -> Logout:
    """Return what a logout token ends (OpenID Connect Back-Channel Logout 1.0, 2.6).

    Raises `BadToken`, or `DirectoryAway` where the keys cannot be had. That it comes for the
    first time is for the caller to see.
    """
    from authlib.oauth2.claims import JWTClaims

    header, claims = _verified(token, provider, _LOGOUT_TYPES, now)
    _check_claims(JWTClaims(claims, header, _options(provider, "iat", "jti")), now)
    events = claims.get("events")
    if not isinstance(events, Mapping) or not isinstance(events.get(_LOGOUT_EVENT), Mapping):
        raise BadToken("it is not about the end of a session")
    if "nonce" in claims:
        raise BadToken("it is a token of another kind")
    sid, subject = (claims.get(name, "") for name in ("sid", "sub"))
    for name in (sid, subject):
        if not isinstance(name, str) or len(name) > _LONGEST_NAME or "\0" in name:
            raise BadToken("it names nobody")
    if not (sid or subject):
        raise BadToken("it names nobody")
    if now - _moment(claims["iat"]) > LOGOUT_LASTS:
        raise BadToken("it was said too long ago")
    return Logout(sid, subject, str(claims["jti"]), now + LOGOUT_LASTS + LEEWAY)


def _verified(
    token: str, provider: Provider, types: tuple[str | None, ...], now: datetime
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return header and claims of a token whose signature is the directory's (RFC 7515, 7519).

    A key that is not known, or does not fit, may be a new one: then the keys are asked for anew.
    """
    header = _header(token)
    if header.get("alg") not in _algorithms(provider, now):
        raise BadToken("it is signed in a way that is not believed")
    if header.get("typ") not in types or "crit" in header:
        raise BadToken("it is a token of another kind")
    try:
        return header, _claims(token, header, provider.keys(now=now))
    except BadToken:
        return header, _claims(token, header, provider.keys(now=now, anew=True))


def _header(token: str) -> dict[str, Any]:
    from joserfc import jws
    from joserfc.errors import JoseError

    if len(token) > _LONGEST or not token.isascii() or token.count(".") != 2:
        raise BadToken("it is no token")
    try:
        header = jws.extract_compact(token.encode(), registry=_registry()).headers()
    except (JoseError, ValueError, TypeError, AttributeError, RecursionError) as error:
        raise BadToken("it is no token") from error
    if not all(isinstance(header.get(name, ""), str) for name in ("alg", "typ", "kid")):
        raise BadToken("it is no token")
    return dict(header)


def _algorithms(provider: Provider, now: datetime) -> frozenset[str]:
    said = provider.about(now=now).get("id_token_signing_alg_values_supported")
    names = {name for name in said if isinstance(name, str)} if isinstance(said, list) else None
    return ALGORITHMS & names if names else ALGORITHMS


def _claims(token: str, header: Mapping[str, Any], keys: list[dict[str, Any]]) -> dict[str, Any]:
    from cryptography.exceptions import UnsupportedAlgorithm
    from joserfc import jwt
    from joserfc.errors import JoseError

    key = _fitting(header, keys)
    try:
        claims = jwt.decode(token, key, algorithms=[header["alg"]], registry=_registry()).claims
    except (
        *(JoseError, UnsupportedAlgorithm, ValueError, TypeError),
        *(KeyError, AttributeError, OverflowError, RecursionError),
    ) as error:
        raise BadToken("its signature is not that of the directory") from error
    return dict(claims)


def _fitting(header: Mapping[str, Any], keys: list[dict[str, Any]]) -> Any:
    """Return the one key that a token names, or the only one that could have signed it."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from joserfc import jwk
    from joserfc.errors import JoseError

    kid, kind = header.get("kid"), _kind(header["alg"])
    found = [
        key
        for key in keys
        if key.get("kty") == kind
        and key.get("alg") in (None, header["alg"])
        and (kid is None or key.get("kid") == kid)
    ]
    if len(found) != 1:
        raise BadToken("it is signed with a key that nobody knows")
    # Of what it says only the public part, and no wishes as to its use.
    plain = {name: found[0].get(name) for name in ("kty", "n", "e", "crv", "x", "y")}
    try:
        if kind == "RSA" and not _LEAST_RSA_BITS <= _bits(plain) <= _MOST_RSA_BITS:
            raise BadToken("it is signed with a key that is too short or too long")
        key = jwk.import_key({name: text for name, text in plain.items() if text is not None})
    except (
        *(JoseError, UnsupportedAlgorithm, ValueError, TypeError),
        *(KeyError, AttributeError, OverflowError),
    ) as error:
        raise BadToken("it is signed with a key that is none") from error
    return key


def _bits(key: Mapping[str, Any]) -> int:
    """Return how long the modulus of an RSA key is, before anything is made of it."""
    from joserfc.util import urlsafe_b64decode

    return int.from_bytes(urlsafe_b64decode(str(key["n"]).encode())).bit_length()


def _kind(algorithm: str) -> str:
    return {"RS": "RSA", "PS": "RSA", "ES": "EC"}.get(algorithm[:2], "OKP")


def _registry() -> Any:
    from joserfc.jws import JWSRegistry

    class Registry(JWSRegistry):
        # Some directories send certificates along, which nobody here looks at.
        max_header_length = 16_000

    return Registry(algorithms=ALGORITHMS, strict_check_header=False)


def _options(provider: Provider, *needed: str) -> dict[str, Any]:
    directory = provider.directory
    return {
        "iss": {"essential": True, "value": directory.issuer},
        "aud": {"essential": True, "value": directory.client_id},
        **{name: {"essential": True} for name in needed},
    }


def _check_claims(claims: Any, now: datetime) -> None:
    from joserfc.errors import JoseError

    try:
        claims.validate(int(now.timestamp()), int(LEEWAY.total_seconds()))
    except (JoseError, ValueError, TypeError, AttributeError, OverflowError) as error:
        said = getattr(error, "description", "") or type(error).__name__
        raise BadToken(f"it is not for this blog, or not for now ({said})") from error


def _check_person(claims: Mapping[str, Any]) -> None:
    subject = claims.get("sub")
    if not isinstance(subject, str) or not 0 < len(subject) <= _LONGEST_NAME or "\0" in subject:
        raise BadToken("it names nobody")


def _is_since(moment: object, since: datetime) -> bool:
    return isinstance(moment, int | float) and _moment(moment) >= since - LEEWAY


def _moment(seconds: float) -> datetime:
    try:
        return datetime.fromtimestamp(seconds, tz=UTC)
    except (OverflowError, OSError, ValueError) as error:
        raise BadToken("it names no time") from error
