"""What the directory says about itself, remembered for a while, and its keys."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from blogapp.accounts.directory.errors import DirectoryAway
from blogapp.accounts.directory.settings import Directory
from blogapp.outgoing.asking import Asker, Reply
from blogapp.outgoing.errors import RequestRefused

REMEMBERED = timedelta(hours=1)
# One that did not answer is not asked again at once: each asking holds a thread for seconds.
RESTS = timedelta(seconds=15)
# A signature by a key that nobody knows asks for the keys anew, but not at every forgery.
KEYS_REST = timedelta(seconds=30)
# While one asks, others wait so long: a directory that hangs must not hold all threads.
_SECONDS_IN_LINE = 3
_WELL_KNOWN = "/.well-known/openid-configuration"
_NEEDED = ("authorization_endpoint", "token_endpoint", "jwks_uri")
_ENDPOINTS = (*_NEEDED, "userinfo_endpoint", "end_session_endpoint")
_MOST_KEYS = 100

Ask = Callable[[], Reply]


@dataclass
class _Remembered:
    """Something that was asked for, or that asking for it was in vain."""

    found: Any = None
    asked_at: datetime | None = None
    failure: str = ""

    def is_fresh(self, now: datetime) -> bool:
        rest = RESTS if self.failure else REMEMBERED
        return self.asked_at is not None and timedelta() <= now - self.asked_at < rest


@dataclass
class Provider:
    """The directory as it answers; one in each process, used by all its threads."""

    directory: Directory
    asker: Asker = field(default_factory=Asker)
    _about: _Remembered = field(default_factory=_Remembered)
    _keys: _Remembered = field(default_factory=_Remembered)
    _line: threading.Lock = field(default_factory=threading.Lock)

    def about(self, *, now: datetime) -> Mapping[str, Any]:
        """Return what it says about itself (OpenID Connect Discovery 1.0, 3).

        Raises `DirectoryAway` where it does not answer, or names addresses that none may ask.
        """
        found = self._recall(self._about, self._discover, now)
        assert isinstance(found, dict)
        return found

    def keys(self, *, now: datetime, anew: bool = False) -> list[dict[str, Any]]:
        """Return the public keys it signs with (RFC 7517), for signatures alone.

        ``anew`` asks for them again, unless that was done a moment ago. Raises `DirectoryAway`.
        """
        if anew and self._keys.asked_at and now - self._keys.asked_at >= KEYS_REST:
            self._keys.asked_at = None
        address = str(self.about(now=now)["jwks_uri"])
        found = self._recall(self._keys, lambda: self._read_keys(address), now)
        assert isinstance(found, list)
        return found

    def endpoint(self, name: str, *, now: datetime) -> str:
        """Return one of its addresses, empty where it has none. Raises `DirectoryAway`."""
        return str(self.about(now=now).get(name) or "")

    def forget(self) -> None:
        """Forget what it said, so that it is asked anew."""
        self._about, self._keys = _Remembered(), _Remembered()

    def ask(self, send: Ask) -> Reply:
        """Return what is answered to a request. Raises `DirectoryAway`."""
        try:
            reply = send()
        except RequestRefused as error:
            raise DirectoryAway(str(error)) from error
        if reply.status >= 500 or reply.status == 429:
            raise DirectoryAway(f"it answers {reply.status}")
        return reply

    def _recall(self, remembered: _Remembered, ask: Callable[[], object], now: datetime) -> object:
        if not remembered.is_fresh(now):
            self._refresh(remembered, ask, now)
        if remembered.found is None:
            raise DirectoryAway(remembered.failure)
        return remembered.found

    def _refresh(self, remembered: _Remembered, ask: Callable[[], object], now: datetime) -> None:
        """Ask once, however many wait for it; what was known before stays while nobody answers."""
        if not self._line.acquire(timeout=_SECONDS_IN_LINE):
            raise DirectoryAway("it takes too long to answer")
        try:
            if remembered.is_fresh(now):
                return
            try:
                remembered.found, remembered.failure = ask(), ""
            except (DirectoryAway, RequestRefused) as error:
                remembered.failure = str(error)
            remembered.asked_at = now
        finally:
            self._line.release()

    def _discover(self) -> dict[str, Any]:
        issuer = self.directory.issuer
        found = self._get(issuer.rstrip("/") + _WELL_KNOWN)
        if not isinstance(found, dict) or not isinstance(found.get("issuer"), str):
            raise DirectoryAway("what it says about itself is not that of an OpenID provider")
        if found["issuer"] != issuer:
            raise DirectoryAway(f"it says it is {found['issuer'][:200]!r}, not {issuer!r}")
        for name in _ENDPOINTS:
            address = found.get(name)
            if address is None and name not in _NEEDED:
                continue
            if not self.directory.may_be_asked(address):
                raise DirectoryAway(f"its {name} is no address by https")
        return found

    def _read_keys(self, address: str) -> list[dict[str, Any]]:
        found = self._get(address)
        keys = found.get("keys") if isinstance(found, dict) else None
        if not isinstance(keys, list):
            raise DirectoryAway("it has no list of keys")
        return [key for key in keys[:_MOST_KEYS] if isinstance(key, dict) and _signs(key)]

    def _get(self, address: str) -> object:
        reply = self.ask(lambda: self.asker.get(address))
        if reply.status != 200:
            raise DirectoryAway(f"it answers {reply.status}")
        return reply.json()


def _signs(key: Mapping[str, Any]) -> bool:
    """Whether it is a public key that may prove a signature."""
    return key.get("kty") in ("RSA", "EC", "OKP") and key.get("use") in (None, "sig")
