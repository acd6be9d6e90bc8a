"""Whole answers: their bytes in every coding, and whether a client has them already."""

from collections.abc import Iterable, Sequence
from hashlib import sha256
from threading import Lock
from typing import TYPE_CHECKING, NamedTuple

from blogapp.caching.encoding import LEAST, compress, is_text
from blogapp.web.codings import IDENTITY
from blogapp.web.conditions import is_known, is_refused, refuse

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

Headers = Sequence[tuple[str, str]]

# What depends on the coding, and is said anew for each.
_OF_A_CODING = frozenset({"content-length", "content-encoding", "etag", "vary"})
# What a 304 says again (RFC 9110, 15.4.5); the server adds the date.
_OF_ANY_STATUS = frozenset({"cache-control", "content-location", "expires"})


class Coded(NamedTuple):
    """An answer in one coding, ready to send."""

    body: tuple[bytes, ...]
    headers: list[tuple[str, str]]
    unchanged: list[tuple[str, str]]
    etag: str


class Answer:
    """An answer to GET, as anybody gets it; ``headers`` without what depends on its coding.

    ``address`` is the canonical one as in links, without the base path, and ``token`` the
    version of the content: both are empty for what is not kept. ``etag`` is opaque and has no
    quotes; without one the answer is never compared. Of one that ``is_negotiated`` there is
    Markdown at the same address. ``route`` is the rule that its address fits. Nothing in it
    changes; other codings are made when asked for.
    """

    __slots__ = (
        "_coded",
        "_making",
        "address",
        "body",
        "etag",
        "headers",
        "is_negotiated",
        "route",
        "status",
        "token",
        "vary",
    )

    def __init__(
        self,
        status: str,
        headers: Headers,
        body: bytes,
        *,
        address: str = "",
        token: str = "",
        is_compared: bool = False,
        is_negotiated: bool = False,
        route: str = "",
    ) -> None:
        self.status, self.route = status, route
        self.headers = tuple(pair for pair in headers if pair[0].lower() not in _OF_A_CODING)
        self.body = body
        self.vary = ", ".join(value for name, value in headers if name.lower() == "vary")
        self.etag = _digest(self.headers, body) if is_compared else ""
        self.address, self.token, self.is_negotiated = address, token, is_negotiated
        self._coded: dict[str, Coded] = {}
        self._making = Lock()

    def coded(self, coding: str) -> Coded:
        """Return this answer in ``coding``, made now if it was not yet."""
        made = self._coded.get(coding)
        if made is None:
            with self._making:
                if (made := self._coded.get(coding)) is None:
                    made = self._coded[coding] = self._code(coding)
        return made

    def present(self, coding: str) -> Coded | None:
        """Return this answer in ``coding`` if it was made before."""
        return self._coded.get(coding)

    @property
    def codings(self) -> list[str]:
        """Those that were asked for so far."""
        return list(self._coded)

    @property
    def size(self) -> int:
        """About how many bytes of memory this takes."""
        shown = {id(made.body[0]): made.body[0] for made in self._coded.copy().values()}
        shown[id(self.body)] = self.body
        words = sum(len(name) + len(value) + 120 for name, value in self.headers)
        return 1_500 + words + sum(map(len, shown.values())) + 1_000 * len(self._coded)

    def _code(self, coding: str) -> Coded:
        body, shown = self.body, list(self.headers)
        is_worth = is_worth_coding(self.headers, len(body))
        if coding != IDENTITY and is_worth and len(smaller := compress(body, coding)) < len(body):
            body = smaller
            shown.append(("Content-Encoding", coding))
        else:
            coding = IDENTITY
        if coding == IDENTITY and (made := self._coded.get(IDENTITY)):
            return made
        again = [pair for pair in self.headers if pair[0].lower() in _OF_ANY_STATUS]
        common = []
        if vary := _and_coding(self.vary) if is_worth else self.vary:
            common.append(("Vary", vary))
        etag = ""
        if self.etag:
            etag = f'"{self.etag}-{coding}"' if coding else f'"{self.etag}"'
            common.append(("ETag", etag))
        shown += [("Content-Length", str(len(body))), *common]
        return Coded((body,), shown, [*again, *common], etag)


def send(
    coded: Coded, status: str, environ: "WSGIEnvironment", start: "StartResponse"
) -> Iterable[bytes]:
    """Answer with ``coded``, or with nothing where the client has it (RFC 9110, 13.2.2)."""
    if etag := coded.etag:
        if "HTTP_IF_MATCH" in environ and is_refused(environ, etag):
            return refuse(start)
        known = environ.get("HTTP_IF_NONE_MATCH")
        if known is not None and (known == etag or is_known(known, etag)):
            start("304 Not Modified", coded.unchanged[:])
            return ()
    start(status, coded.headers[:])
    return () if environ["REQUEST_METHOD"] == "HEAD" else coded.body


def is_worth_coding(headers: Headers, length: int) -> bool:
    """Return whether an answer of so many bytes gets smaller in a coding."""
    return length >= LEAST and is_text(header(headers, "content-type"))


def header(headers: Headers, wanted: str) -> str:
    """Return the first value of a header, whose name is given in small letters; may be empty."""
    return next((value for name, value in headers if name.lower() == wanted), "")


def _digest(headers: Headers, body: bytes) -> str:
    # Of the headers, too: a 304 leaves a client those it has, such as a policy of yesterday.
    digest = sha256(repr(headers).encode())
    digest.update(body)
    return digest.hexdigest()[:24]


def _and_coding(vary: str) -> str:
    names = [name.strip() for name in vary.split(",") if name.strip()]
    if any(name.lower() in {"*", "accept-encoding"} for name in names):
        return vary
    return ", ".join([*names, "Accept-Encoding"])
