"""The mail server that an operator names by one address."""

import re
from dataclasses import dataclass, field
from email.headerregistry import Address
from pathlib import Path
from typing import Self
from urllib.parse import SplitResult, unquote, urlsplit

from blogapp.mailing.addresses import address_of
from blogapp.mailing.errors import BadMailServer

# `require` refuses to go on in clear; `offered` encrypts where the server can; `unverified`
# encrypts without asking who the server is; `no` does not encrypt.
TLS = ("require", "offered", "unverified", "no")
MOST_SECONDS = 300
_NAMED = re.compile(r"(.*?)\s*<([^<>]+)>")
_OPTIONS = {"from", "tls", "ca", "timeout", "helo"}


@dataclass(frozen=True)
class MailServer:
    """Where mail is handed over (RFC 6409), and in whose name."""

    host: str
    port: int
    sender: Address
    user: str = ""
    password: str = field(default="", repr=False)
    # TLS from the first byte (RFC 8314, 3.3).
    is_implicit: bool = False
    tls: str = "offered"
    # A file of certificates to trust, besides the system's.
    ca: Path | None = None
    # Seconds for one step; a whole message has three times as long.
    timeout: float = 20.0
    # What this machine calls itself.
    helo: str = ""

    @classmethod
    def parse(cls, address: str) -> Self:
        """Return the server that an address names. Raises `BadMailServer`.

        ``smtp://user:password@host:587?from=Blog <blog@example.com>``; ``smtps://`` for TLS from
        the first byte. A password travels encrypted unless ``tls=no`` says otherwise.

        >>> server = MailServer.parse("smtp://ada:secret@mail.example.com?from=blog@example.com")
        >>> server.port, server.tls, str(server.sender)
        (587, 'require', 'blog@example.com')
        """
        parts, port = _split(address)
        said = _options(parts.query)
        host, user = parts.hostname or "", unquote(parts.username or "")
        is_implicit = parts.scheme == "smtps"
        if not port:
            port = 465 if is_implicit else 587 if user else 25
        return cls(
            host=host,
            port=port,
            sender=_sender(said.get("from", ""), user),
            user=user,
            password=unquote(parts.password or ""),
            is_implicit=is_implicit,
            tls=_tls(said.get("tls", ""), host, has_secret=bool(user), is_implicit=is_implicit),
            ca=_ca(said.get("ca", "")),
            timeout=_seconds(said.get("timeout", "")),
            helo=said.get("helo", ""),
        )


def is_loopback(host: str) -> bool:
    """Return whether what is sent to ``host`` never leaves the machine."""
    return host in {"localhost", "::1"} or host.startswith("127.")


def _split(address: str) -> tuple[SplitResult, int]:
    try:
        parts = urlsplit(address)
        port = parts.port or 0
    except ValueError as error:
        raise BadMailServer("is not like smtp://host:587?from=blog@example.com") from error
    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
        raise BadMailServer("is not like smtp://host:587?from=blog@example.com")
    if parts.path not in {"", "/"} or parts.fragment:
        raise BadMailServer("holds a path; write / ? # in a password as %2F %3F %23")
    if parts.password and not parts.username:
        raise BadMailServer("holds a password and no user")
    return parts, port


def _options(query: str) -> dict[str, str]:
    said: dict[str, str] = {}
    for part in filter(None, query.split("&")):
        name, _equals, value = part.partition("=")
        # Not as forms are read: a "+" in an address is one.
        said[name] = unquote(value).strip()
    if unknown := said.keys() - _OPTIONS:
        known = ", ".join(sorted(_OPTIONS))
        raise BadMailServer(f"{sorted(unknown)[0]!r} is no option; there are {known}")
    if not said.get("helo", "").isprintable() or " " in said.get("helo", ""):
        raise BadMailServer("helo is no name of a machine")
    return said


def _sender(said: str, user: str) -> Address:
    if not said and "@" not in user:
        raise BadMailServer("names no sender: add ?from=Blog <blog@example.com>")
    named = _NAMED.fullmatch(said)
    name, spec = (named[1].strip('" '), named[2]) if named else ("", said or user)
    try:
        return address_of(spec, name)
    except ValueError as error:
        raise BadMailServer(f"from: {error}") from error


def _tls(said: str, host: str, *, has_secret: bool, is_implicit: bool) -> str:
    if said and said not in TLS:
        raise BadMailServer(f"tls: {said!r} is none of {', '.join(TLS)}")
    if is_implicit:
        if said in {"no", "offered"}:
            raise BadMailServer(f"tls={said} contradicts smtps://")
        return said or "require"
    return said or ("require" if has_secret and not is_loopback(host) else "offered")


def _ca(said: str) -> Path | None:
    if not said:
        return None
    path = Path(said)
    if not path.is_file():
        raise BadMailServer(f"ca: {said} is no file")
    return path


def _seconds(said: str) -> float:
    if not said:
        return 20.0
    if not said.isascii() or not said.isdigit() or not 1 <= int(said) <= MOST_SECONDS:
        raise BadMailServer(f"timeout: {said!r} is no number of seconds from 1 to {MOST_SECONDS}")
    return float(said)
