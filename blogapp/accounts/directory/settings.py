"""How the operator says which directory it is, and who may do what."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Self
from urllib.parse import urlsplit

from blogapp.accounts.directory.errors import BadDirectory
from blogapp.accounts.models import Role

ISSUER, CLIENT_ID, SECRET = "BLOG_OIDC_ISSUER", "BLOG_OIDC_CLIENT_ID", "BLOG_OIDC_CLIENT_SECRET"
NAME, SCOPES = "BLOG_OIDC_NAME", "BLOG_OIDC_SCOPES"
CLAIM, ROLES = "BLOG_OIDC_ROLES_CLAIM", "BLOG_OIDC_ROLES"
# Stands for everybody whom the directory lets through.
ANYBODY = "*"
_LOOPBACK = ("localhost", "127.0.0.1", "::1")
_SCOPES = "openid profile email"
# RFC 6749, A.1 and 3.3.
_VISIBLE = re.compile(r"[ -~]{1,255}")
_SCOPE = re.compile(r"[!#-\[\]-~]{1,100}")


@dataclass(frozen=True)
class Directory:
    """An OpenID provider, and this blog as its client."""

    issuer: str
    client_id: str
    # Empty for a public client, which has none (RFC 6749, 2.1).
    client_secret: str = field(default="", repr=False)
    name: str = ""
    scopes: str = _SCOPES
    # The way to the claim that lists a person's groups: keys one below the other.
    claim: tuple[str, ...] = ("groups",)
    # Whom each value of the claim makes; empty: roles are given in the blog alone.
    roles: Mapping[str, Role] = field(default_factory=dict)

    @classmethod
    def read(cls, text: Callable[[str], str]) -> Self | None:
        """Return what the settings say, None where there is no issuer. Raises `BadDirectory`.

        ``text`` gives the value of a setting by its name.
        """
        issuer = text(ISSUER)
        if not issuer:
            for name in (CLIENT_ID, SECRET, NAME, SCOPES, CLAIM, ROLES):
                if text(name):
                    raise BadDirectory(name, f"is of no use without {ISSUER}")
            return None
        host = _check_issuer(issuer)
        return cls(
            issuer,
            _visible(CLIENT_ID, text(CLIENT_ID)),
            _visible(SECRET, text(SECRET)) if text(SECRET) else "",
            " ".join(text(NAME).split())[:60] or host,
            _scopes(text(SCOPES)),
            _path(text(CLAIM) or "groups"),
            _roles(text(ROLES)),
        )

    @property
    def is_near(self) -> bool:
        """Whether it runs on this machine, as it does in tests: only then may it speak http."""
        return self.issuer.startswith("http://")

    def may_be_asked(self, address: object) -> bool:
        """Whether an address that the directory names is one to send people or secrets to."""
        try:
            parts = urlsplit(address) if isinstance(address, str) else None
        except ValueError:
            return False
        if parts is None or not parts.hostname or not re.fullmatch(r"[!-~]{1,2000}", str(address)):
            return False
        if parts.username is not None or parts.fragment or "\\" in str(address):
            return False
        return parts.scheme == "https" or (self.is_near and _is_near(parts.scheme, parts.hostname))


def _check_issuer(issuer: str) -> str:
    """Return the host of an issuer (OpenID Connect Core 1.0, 2)."""
    try:
        parts = urlsplit(issuer)
        host, port = parts.hostname, parts.port
    except ValueError:
        host = port = None
    if not host or port == 0 or not re.fullmatch(r"https?://[!-~]{1,480}", issuer):
        raise BadDirectory(ISSUER, f"{issuer!r} is not like https://login.example.com/realm")
    if parts.username is not None or "?" in issuer or "#" in issuer:
        raise BadDirectory(ISSUER, "holds more than scheme, host, port and path")
    if parts.scheme != "https" and not _is_near(parts.scheme, host):
        raise BadDirectory(ISSUER, "must begin with https://; only loopback may speak http")
    if issuer.endswith("/.well-known/openid-configuration"):
        raise BadDirectory(ISSUER, "is what stands before /.well-known/openid-configuration")
    return host


def _is_near(scheme: str, host: str) -> bool:
    return scheme == "http" and host in _LOOPBACK


def _visible(name: str, text: str) -> str:
    if not text:
        raise BadDirectory(name, f"is missing, and {ISSUER} needs it")
    if not _VISIBLE.fullmatch(text):
        raise BadDirectory(name, "holds characters that no directory gives out")
    return text


def _scopes(text: str) -> str:
    scopes = dict.fromkeys((text or _SCOPES).split())
    if not all(_SCOPE.fullmatch(scope) for scope in scopes):
        raise BadDirectory(SCOPES, f"{text!r} is not like {_SCOPES}")
    # Without this one it is not OpenID (OpenID Connect Core 1.0, 3.1.2.1).
    return " ".join({"openid": None} | scopes)


def _path(text: str) -> tuple[str, ...]:
    """Return the keys that lead to a claim; a whole address is one key, whatever dots it has.

    >>> _path("resource_access.blog.roles"), _path("https://example.com/roles")
    (('resource_access', 'blog', 'roles'), ('https://example.com/roles',))
    """
    keys = (text,) if "://" in text else tuple(text.split("."))
    if not all(keys) or len(text) > 255:
        raise BadDirectory(CLAIM, f"{text!r} is not like resource_access.blog.roles")
    return keys


def _roles(text: str) -> Mapping[str, Role]:
    """Return which value makes whom, of ``admins=owner, eng=author`` or of the same in JSON."""
    pairs = _pairs_in_json(text) if text.startswith("{") else _pairs(text)
    roles: dict[str, Role] = {}
    for value, role in pairs:
        if role not in list(Role):
            raise BadDirectory(ROLES, f"{role!r} is none of {', '.join(Role)}")
        if roles.setdefault(value, Role(role)) != role:
            raise BadDirectory(ROLES, f"{value!r} is made {roles[value]} and {role}")
    return MappingProxyType(roles)


def _pairs(text: str) -> list[tuple[str, str]]:
    found = []
    for part in filter(None, (part.strip() for part in text.split(","))):
        # From the right: values such as cn=admins hold the sign themselves.
        value, sign, role = (each.strip() for each in part.rpartition("="))
        if not (value and sign and role):
            raise BadDirectory(ROLES, f"{part!r} is not like admins=owner")
        found.append((value, role.lower()))
    return found


def _pairs_in_json(text: str) -> list[tuple[str, str]]:
    try:
        found = json.loads(text, object_pairs_hook=list)
    except (ValueError, RecursionError) as error:
        raise BadDirectory(ROLES, "begins like JSON and is none") from error
    if not all(isinstance(role, str) and value for value, role in found):
        raise BadDirectory(ROLES, 'is not like {"cn=admins,ou=eng": "owner"}')
    return [(value, role.lower()) for value, role in found]
