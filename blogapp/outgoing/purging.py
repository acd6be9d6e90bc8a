"""Telling the caches in front of the blog what to let go of: one request, in the words of each.

The settings say where and how; for the caches that are met most often a preset says all but the
address and the token.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from ipaddress import ip_network
from typing import Self

from blogapp.outgoing.asking import Asker
from blogapp.outgoing.connecting import Place
from blogapp.outgoing.errors import RequestRefused, Silent

# All answers carry it: who lets go of it lets go of everything.
EVERYTHING = "site"
KEY = re.compile(r"site|listing|feeds|(?:post|tag|domain|series|author|media)-[0-9]{1,18}")
# Past so many requests, one that says "everything" is kinder to both.
MOST_REQUESTS = 20
SECONDS = 10.0
# The operator names this address, so it may be anywhere: a cache mostly stands next door.
ANYWHERE = (ip_network("0.0.0.0/0"), ip_network("::/0"))
_METHOD = re.compile(r"[A-Z]{3,20}")
_HEADER = re.compile(r"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([ -~]*)")
_PLACE = re.compile(r"\{(keys|list|json|pattern|key|token)\}")


class BadHook(Exception):
    """A setting of the purge hook cannot be used; ``setting`` is its name."""

    def __init__(self, setting: str, problem: str) -> None:
        super().__init__(problem)
        self.setting = setting


class NotPurged(Exception):
    """A cache was not told; the message says why, ``is_final`` whether to try again is no use."""

    def __init__(self, problem: str, *, is_final: bool = False) -> None:
        super().__init__(problem)
        self.is_final = is_final


@dataclass(frozen=True)
class Hook:
    """How caches are told, and which headers they read of an answer.

    In the address, the values of headers and the body stand ``{keys}`` for the keys with spaces
    between, ``{list}`` with commas, ``{pattern}`` with upright lines, ``{json}`` for an array,
    ``{key}`` for a single one, and ``{token}`` for the secret.
    """

    addresses: tuple[str, ...] = field(default=(), repr=False)
    method: str = "POST"
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: str = field(default="", repr=False)
    # Keys in one request.
    most: int = 100
    token: str = field(default="", repr=False)
    tags_header: str = "Cache-Tag"
    separator: str = ","
    control_header: str = "CDN-Cache-Control"

    @classmethod
    def read(cls, text: Callable[[str], str]) -> Self | None:
        """Return the hook that settings name, None where there is none. Raises `BadHook`."""
        address = text("BLOG_PURGE_URL")
        if not address:
            return None
        name = text("BLOG_PURGE_PRESET").lower() or "generic"
        if name not in PRESETS:
            raise BadHook("BLOG_PURGE_PRESET", f"{name!r} is none of {', '.join(PRESETS)}")
        preset = PRESETS[name]
        given = text("BLOG_PURGE_BODY"), text("BLOG_PURGE_HEADERS"), text("BLOG_PURGE_MOST")
        hook = cls(
            addresses=tuple(_addresses(address)),
            method=text("BLOG_PURGE_METHOD").upper() or preset.method,
            headers={**preset.headers, **dict(_headers(given[1]))},
            body=given[0] or preset.body,
            most=_most(given[2]) or preset.most,
            token=text("BLOG_PURGE_TOKEN"),
            tags_header=preset.tags_header,
            separator=preset.separator,
            control_header=preset.control_header,
        )
        hook._demand_sound()
        return hook

    @property
    def hosts(self) -> str:
        """Who is told; nothing of it is secret."""
        return ", ".join(Place.read(address).host for address in self.addresses)

    def requests(self, keys: Sequence[str]) -> Iterator[tuple[str, Mapping[str, str], str]]:
        """Yield address, headers and body of all requests that say ``keys``."""
        few = keys if len(keys) <= self.most * MOST_REQUESTS else [EVERYTHING]
        for start in range(0, len(few), self.most):
            some = few[start : start + self.most]
            for address in self.addresses:
                headers = {name: self._said(value, some) for name, value in self.headers.items()}
                yield self._said(address, some), headers, self._said(self.body, some)

    def _said(self, template: str, keys: Sequence[str]) -> str:
        words = {
            "keys": " ".join(keys),
            "list": ",".join(keys),
            "pattern": "|".join(keys),
            "json": json.dumps(list(keys)),
            "key": keys[0],
            "token": self.token,
        }
        return _PLACE.sub(lambda match: words[match[1]], template)

    def _demand_sound(self) -> None:
        if not _METHOD.fullmatch(self.method):
            raise BadHook("BLOG_PURGE_METHOD", f"{self.method!r} is no method, as POST or PURGE")
        everywhere = [*self.addresses, *self.headers.values(), self.body]
        found = {match[1] for text in everywhere for match in _PLACE.finditer(text)}
        if "token" in found and not self.token:
            raise BadHook("BLOG_PURGE_TOKEN", "is missing: the cache asks for it")
        if not found - {"token"}:
            problem = "names no key: write {keys}, {list}, {json}, {pattern} or {key} somewhere"
            raise BadHook("BLOG_PURGE_BODY", problem)
        if "key" in found and self.most > 1:
            raise BadHook("BLOG_PURGE_MOST", "has to be 1 where {key} stands for a single one")


def purge(hook: Hook, keys: Sequence[str], asker: Asker | None = None) -> int:
    """Have all caches let go of what carries one of ``keys``; return how many requests it took.

    Raises `NotPurged` after all that can be told have been, and all is to be said again then.
    """
    asker = asker or Asker(allow=ANYWHERE, seconds=SECONDS)
    count, failed = 0, dict[tuple[str, int], NotPurged]()
    for address, headers, body in hook.requests(keys):
        place = Place.read(address)
        cache = place.host, place.port
        if cache in failed:
            continue
        try:
            _send(asker, hook.method, address, headers, body)
        except NotPurged as error:
            failed[cache] = error
        count += 1
    if failed:
        problems = "; ".join(str(error) for error in failed.values())
        raise NotPurged(problems, is_final=all(error.is_final for error in failed.values()))
    return count


def _send(asker: Asker, method: str, address: str, headers: Mapping[str, str], body: str) -> None:
    try:
        reply = asker.send(method, address, body.encode(), headers=headers)
    except RequestRefused as error:
        raise NotPurged(str(error), is_final=not isinstance(error, Silent)) from error
    if not reply.is_fine:
        # RFC 9110, 15: what may go well later.
        may_pass = reply.status in {408, 425, 429} or reply.status >= 500
        raise NotPurged(f"{Place.read(address).host} answers {reply.status}", is_final=not may_pass)


_JSON = {"Content-Type": "application/json"}
_GENERIC = Hook(headers={**_JSON, "Cache-Tag": "{list}"}, body='{"tags": {json}}')
PRESETS = {
    "generic": _GENERIC,
    # As `deploy/varnish.vcl` reads it.
    "varnish": Hook(method="PURGE", headers={"X-Cache-Tags": "{pattern}"}),
    "cloudflare": replace(
        _GENERIC,
        headers={**_JSON, "Authorization": "Bearer {token}"},
        # As many as every plan takes.
        most=30,
    ),
    "fastly": Hook(
        headers={"Fastly-Key": "{token}", "Surrogate-Key": "{keys}"},
        most=256,
        tags_header="Surrogate-Key",
        separator=" ",
        control_header="Surrogate-Control",
    ),
    "bunny": Hook(
        headers={**_JSON, "AccessKey": "{token}"},
        body='{"CacheTag": "{key}"}',
        most=1,
        tags_header="CDN-Tag",
    ),
}


def _addresses(text: str) -> Iterator[str]:
    for address in text.split():
        try:
            Place.read(address)
        except RequestRefused as error:
            problem = f"one of its addresses {error}, as https://cache.example.com/"
            raise BadHook("BLOG_PURGE_URL", problem) from error
        yield address


def _headers(text: str) -> Iterator[tuple[str, str]]:
    """Return headers, each on a line of its own, or with an upright line in between."""
    for line in re.split(r"\s*(?:\n|\s\|\s)\s*", text):
        if line and not (match := _HEADER.fullmatch(line)):
            raise BadHook("BLOG_PURGE_HEADERS", "holds what is not like Name: value")
        if line and match:
            yield match[1], match[2]


def _most(text: str) -> int:
    if text and not (text.isascii() and text.isdigit() and 1 <= int(text) <= 1000):
        raise BadHook("BLOG_PURGE_MOST", f"{text!r} is not a whole number from 1 to 1000")
    return int(text or 0)
