"""Asking a machine for a short answer: chat, and the directory of who works here.

As `fetching` in what may be reached, but no redirect is followed: what is sent may be
secret, and who is asked has been written down by somebody.
"""

import json
import time
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from email.message import Message
from urllib.parse import urlencode

from blogapp.outgoing.answers import Answer
from blogapp.outgoing.connecting import Clock, Connector, Place, Resolve, look_up
from blogapp.outgoing.errors import RequestRefused
from blogapp.outgoing.networks import Network

SECONDS = 10.0  # for the whole of it
MOST_BYTES = 1_000_000
# What says how long its body is, even when there is none (RFC 9110, 8.6).
_BODIES = frozenset({"POST", "PUT", "PATCH"})


@dataclass(frozen=True)
class Reply:
    """What was answered: any status but those that lead elsewhere, and the content."""

    status: int
    headers: Message = field(repr=False)
    content: bytes = field(repr=False)

    @property
    def is_fine(self) -> bool:
        return 200 <= self.status < 300

    def json(self) -> object:
        """Return what the content says in JSON (RFC 8259). Raises `RequestRefused`."""
        try:
            return json.loads(self.content.decode("utf-8"), parse_constant=_refuse_constant)
        except (ValueError, RecursionError) as error:
            raise RequestRefused("answers what is no JSON") from error


def post_json(
    address: str,
    content: object,
    *,
    allow: Sequence[Network] = (),
    headers: Mapping[str, str] | None = None,
    seconds: float = SECONDS,
    most_bytes: int = MOST_BYTES,
) -> Reply:
    """Send JSON to an http(s) address; return what is answered, whatever its status.

    ``allow`` are the operator's networks (`FETCH_ALLOW`). Raises `RequestRefused` for what
    must not be reached, leads elsewhere or is too long, as `Silent` where nobody answers in
    time; its message names no more of the address than the host.
    """
    return Asker(allow=allow, seconds=seconds, most_bytes=most_bytes).post_json(
        address, content, headers=headers
    )


@dataclass
class Asker:
    """Asks within limits of time and bytes that hold for each request."""

    allow: Sequence[Network] = ()
    seconds: float = SECONDS
    most_bytes: int = MOST_BYTES
    resolve: Resolve = look_up
    clock: Clock = time.monotonic

    def get(self, address: str, *, headers: Mapping[str, str] | None = None) -> Reply:
        """Return what is at an address. Raises `RequestRefused`."""
        return self._ask("GET", address, b"", headers or {})

    def post_json(
        self, address: str, content: object, *, headers: Mapping[str, str] | None = None
    ) -> Reply:
        """Return the answer to JSON. Raises `RequestRefused`."""
        typed = {"Content-Type": "application/json", **(headers or {})}
        return self._ask("POST", address, json.dumps(content).encode("ascii"), typed)

    def post_form(
        self, address: str, fields: Mapping[str, str], *, headers: Mapping[str, str] | None = None
    ) -> Reply:
        """Return the answer to the fields of a form. Raises `RequestRefused`."""
        typed = {"Content-Type": "application/x-www-form-urlencoded", **(headers or {})}
        return self._ask("POST", address, urlencode(fields).encode("ascii"), typed)

    def send(
        self, method: str, address: str, content: bytes, *, headers: Mapping[str, str]
    ) -> Reply:
        """Return the answer to any request, PURGE among them. Raises `RequestRefused`."""
        return self._ask(method, address, content, headers)

    def _ask(self, method: str, address: str, content: bytes, headers: Mapping[str, str]) -> Reply:
        place, deadline = Place.read(address), self.clock() + self.seconds
        connector = Connector(self.allow, self.resolve, self.clock)
        with closing(connector.connect(place, deadline)) as connection:
            answer = Answer.ask(
                connection,
                place,
                deadline,
                self.clock,
                headers=_written(headers, content if content or method in _BODIES else None),
                method=method,
                content=content,
            )
            if answer.leads_to is not None:
                raise RequestRefused(f"{place.host} leads elsewhere, which is not followed")
            return Reply(answer.status, answer.headers, answer.read(self.most_bytes))


def _written(headers: Mapping[str, str], content: bytes | None) -> str:
    """Return the lines of a request's head. Raises `RequestRefused` for what would add lines."""
    lines = {
        "User-Agent": "blogapp",
        "Accept": "application/json, */*;q=0.1",
        "Accept-Encoding": "identity",
        "Connection": "close",
        **headers,
    }
    if content is not None:
        lines["Content-Length"] = str(len(content))
    text = [f"{name}: {value}" for name, value in lines.items()]
    if any(not line.isascii() or not line.isprintable() for line in text):
        raise RequestRefused("would be sent what no header holds")
    return "".join(f"{line}\r\n" for line in text)


def _refuse_constant(name: str) -> object:
    raise ValueError(f"{name} is not JSON")
