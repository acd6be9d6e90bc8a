"""Which answers are kept: those whose views say so, and nothing that is anybody's own."""

from collections.abc import Sequence
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from flask import Flask, current_app, request

from blogapp.caching.answers import Answer, Headers, header
from blogapp.caching.keys import address_of, key_of_address
from blogapp.telemetry.work import ROUTE

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

_KEPT = "blogapp.kept"
_UNFIT = ("set-cookie", "content-encoding", "content-range")


def keep(address: str, *, is_negotiated: bool = False, **more: str | Sequence[str]) -> None:
    """Let this request's answer be kept under ``address``, the canonical one of what it shows.

    Kept is what answers 200 to a request that meant this address, until the content changes.
    It may depend on the address and on the content, and on nothing else that a request has.
    ``more`` goes behind the address, as ``fragment="results"``. Of what ``is_negotiated`` there
    is Markdown at the same address, which is never kept.
    """
    config = current_app.config
    origin = config["PUBLIC_URL"].removesuffix(config["BASE_PATH"])
    path = address.removeprefix(origin).removeprefix(request.script_root)
    if added := urlencode(more, doseq=True):
        path += f"{'&' if '?' in path else '?'}{added}"
    request.environ[_KEPT] = (key_of_address(path), is_negotiated)


def is_to_be_kept() -> bool:
    """Return whether this request's view said so, however the answer comes out."""
    return _KEPT in request.environ


def ask(app: Flask, address: str) -> Answer | None:
    """Return the answer to ``address`` (without the base path) as any reader gets it now.

    None where that is never kept, or is not there. Its token is the version it shows.
    """
    answer: Answer | None = app.extensions["keeper"].ask(address)
    return answer


def as_kept(
    key: str, token: str, environ: "WSGIEnvironment", status: str, headers: Headers, body: bytes
) -> Answer:
    """Return what is kept under ``key``; see `may_be_kept`."""
    return Answer(
        status,
        headers,
        body,
        address=address_of(key),
        token=token,
        is_compared=True,
        is_negotiated=environ[_KEPT][1],
        route=environ.get(ROUTE, ""),
    )


def may_be_kept(key: str, environ: "WSGIEnvironment", status: str, headers: Headers) -> bool:
    """Return whether the answer to ``environ`` is what ``key`` stands for, for everybody."""
    if environ.get(_KEPT, ("",))[0] != key or status != "200 OK":
        return False
    names = {name.lower() for name, _ in headers}
    if not names.isdisjoint(_UNFIT) or "content-length" not in names:
        return False
    if header(headers, "vary").lower() not in {"", "accept-encoding"}:
        return False
    cache_control = header(headers, "cache-control").lower()
    return "no-store" not in cache_control and "private" not in cache_control
