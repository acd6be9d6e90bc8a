"""Trying an address: what a reader would get there now, hop by hop, and why."""

from collections.abc import Iterator
from contextvars import Context
from dataclasses import dataclass
from urllib.parse import parse_qsl, quote, unquote, urljoin, urlsplit

from flask import Flask, current_app, request
from flask_babel import gettext as _
from werkzeug.test import EnvironBuilder, run_wsgi_app
from werkzeug.wrappers import Response as AnyResponse

from blogapp.authoring.guarding import demand_site
from blogapp.authoring.redirect_wording import KINDS
from blogapp.authoring.redirects import base, show_page
from blogapp.posts.models import Redirect
from blogapp.posts.redirect_listing import Kind
from blogapp.posts.redirecting import LONGEST, find_by_query, find_redirect
from blogapp.posts.resolving import Answer, find_standing
from blogapp.web.clock import now
from blogapp.web.moving import answers
from blogapp.web.tallying import UNCOUNTED

MOST_HOPS = 8


@dataclass(frozen=True)
class Step:
    """One answer on the way: of an address, its status, and why it is that."""

    address: str
    status: int
    words: str
    rule: int | None = None


def test() -> AnyResponse:
    """Show what an address answers."""
    demand_site()
    asked = request.args.get("address", "").strip()
    place = _place(asked) if asked and len(asked) <= LONGEST else None
    error = "" if place or not asked else _("Write a path of this blog, such as /2019/old-post.")
    steps = list(_follow(place)) if place else []
    return show_page(
        "authoring/redirects_test.html",
        422 if error else 200,
        asked=asked,
        error=error,
        steps=steps,
    )


def _place(asked: str) -> str | None:
    """Return the path and query that were meant, below the base path."""
    address = asked.removeprefix(base()) or "/"
    try:
        parts = urlsplit(address)
    except ValueError:
        return None
    if parts.netloc or parts.scheme or "\0" in address or not address.isprintable():
        return None
    path = parts.path if parts.path.startswith("/") else f"/{parts.path}"
    return quote(unquote(path), safe="/:@!$&'()*+,;=~") + (f"?{parts.query}" if parts.query else "")


def _follow(address: str) -> Iterator[Step]:
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    for _hop in range(MOST_HOPS):
        # Nothing of this request is that one's: not the session, not what it has read.
        status, location = Context().run(_ask, app, address)
        yield _explained(address, status, location)
        following = _following(address, location)
        if following is None:
            return
        address = following


def _ask(app: Flask, address: str) -> tuple[int, str]:
    path, _mark, query = address.partition("?")
    builder = EnvironBuilder(
        path=unquote(path), query_string=query, base_url=f"{app.config['PUBLIC_URL'].rstrip('/')}/"
    )
    environ = builder.get_environ()
    environ[UNCOUNTED] = True
    body, status, headers = run_wsgi_app(app.wsgi_app, environ, buffered=True)
    for _part in body:
        pass
    return int(status[:3]), headers.get("Location", "")


def _following(address: str, location: str) -> str | None:
    """Return the next address on this blog; None where it ends, or leads away."""
    if not location:
        return None
    root = base()
    whole = urljoin(f"{root}{address}", location)
    if whole == root or whole.startswith((f"{root}/", f"{root}?")):
        return whole[len(root) :].partition("#")[0] or "/"
    return None


def _explained(address: str, status: int, location: str) -> Step:
    raw, _mark, query = address.partition("?")
    path, pairs = unquote(raw), parse_qsl(query, keep_blank_values=True)
    if status == 200:
        return Step(address, status, _("This answers by itself."))
    rule = find_by_query(pairs) if path == "/" else find_redirect(path, pairs)
    there = find_standing([path], now=now(), is_fixed=answers).get(path)
    if rule and (there is None or path == "/"):
        return Step(address, status, _of_rule(rule, status, location), rule.id)
    if there and there.answer is Answer.UNPUBLISHED:
        return Step(address, status, _("A post that is not published yet has this address."))
    if status == 410:
        return Step(address, status, _("What was here was taken down."))
    if status == 404:
        return Step(address, status, _("Nothing answers here, and no rule knows the address."))
    if status == 303:
        return Step(address, status, _("Only who signs in may open this."))
    if location:
        said = _("This is another spelling of %(address)s.", address=unquote(location))
        return Step(address, status, said)
    return Step(address, status, _("This address makes no sense as it is."))


def _of_rule(rule: Redirect, status: int, location: str) -> str:
    kind = KINDS[Kind(rule.came_by)] if rule.came_by in set(Kind) else rule.came_by
    if status == 410 and rule.post_id is None:
        return _("The rule %(path)s (%(kind)s) says that it is gone.", path=rule.path, kind=kind)
    if status == 410:
        return _("The rule %(path)s leads to a post that was taken down.", path=rule.path)
    if status == 404:
        return _("The rule %(path)s leads to a post that is not published.", path=rule.path)
    return _(
        "The rule %(path)s (%(kind)s) leads to %(target)s.",
        path=rule.path,
        kind=kind,
        target=unquote(location),
    )
