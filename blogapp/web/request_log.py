"""The log of requests: a line for each, and its figures, when it has been answered.

The server tells of each answer once it is sent, kept ones among them: what is noted here costs
nothing while a reader waits, and knows how many bytes went and whether anybody took them.
"""

import re
import sys
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from ipaddress import ip_address, ip_network
from json.encoder import encode_basestring_ascii as in_json
from time import gmtime, strftime, time
from typing import TYPE_CHECKING, Any, Protocol

from flask import Flask, has_request_context, request
from flask.logging import default_handler

from blogapp.telemetry import metrics
from blogapp.telemetry.lines import HIDDEN, JSON, shown
from blogapp.telemetry.serving import ServingLog
from blogapp.telemetry.work import ANSWER, CACHE, WORK, Work, end, is_well_formed, new_id
from blogapp.telemetry.writing import Writer
from blogapp.web.proxies import Trusted, address_of, is_from_proxy

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

# No rule of ours is like this.
NOWHERE = "(none)"
_METHODS = frozenset({"GET", "HEAD", "POST", "OPTIONS", "PUT", "DELETE", "PATCH"})
# What a listing shows is in its address, for everybody. What somebody looks for is their own.
_SHOWN = frozenset(
    {"after", "author", "domain", "fragment", "kind", "match", "month", "not", "page", "series"}
    | {"sort", "tag", "through", "view", "year"}
)
_LONGEST = 500
# What opens something stands behind these words of an address; rules of ours say so, too.
_OPENS = frozenset({"token"})
_ARGUMENT = re.compile(r"<(?:[^:<>]+:)?(\w+)>")
_SECRET_FIELD = re.compile("pass|token|secret|code|key|state", re.IGNORECASE)
_MOST_SERIES = 4_000


class Sent(Protocol):
    """What a server tells of an answer."""

    status: str | None
    sent: int


def init_app(app: Flask) -> None:
    app.extensions["requests"] = Requests(app)
    app.log_exception = _log_failure(app)  # type: ignore[assignment, method-assign]


def request_id(environ: "WSGIEnvironment", trusted: Trusted) -> str:
    """Return a request's number: the one a trusted proxy gave it, or a new one."""
    given = environ.get("HTTP_X_REQUEST_ID")
    if given and is_well_formed(given) and is_from_proxy(environ, trusted):
        return str(given)
    return new_id()


class Requests:
    """Tells of requests that were answered; says nothing until `serve` gave it a log."""

    def __init__(self, app: Flask) -> None:
        config = app.config
        self._app = app
        self._trusted = config["TRUSTED_PROXIES"]
        self._addresses, self._agents = config["LOG_ADDRESSES"], config["LOG_AGENTS"]
        self._is_json = config["LOG"] == JSON
        self._base: str = config["BASE_PATH"]
        self._writer: Writer | None = None
        self._second: tuple[int, str] = (0, "")
        self._figures: dict[tuple[str, ...], tuple[Callable[[float], None], ...]] = {}
        self._counters: object = None
        self._opening = re.compile("(?!)")
        self._templates: frozenset[str] = frozenset()
        self._path = lru_cache(maxsize=2_000)(self._masked)

    def serve(self, log: ServingLog) -> None:
        """Write to ``log`` from here on, which learns what must not stand in it."""
        log.scrubber.learn(self._app.config["SECRETS"])
        log.scrubber.more = _secrets_at_hand
        self._app.logger.removeHandler(default_handler)
        self._learn_rules()
        self._writer = log.requests if self._app.config["ACCESS_LOG"] else None

    def tell(self, sent: Sent, environ: "WSGIEnvironment", seconds: float) -> None:
        """Tell of an answer that was sent, as far as it was."""
        work = environ.get(WORK)
        if work is not None:
            end()
        counters = metrics.counters()
        if self._writer is None and counters is None:
            return
        answer = environ.get(ANSWER)
        status = (sent.status or "-")[:3]
        method = environ["REQUEST_METHOD"]
        if answer is not None:
            route = answer.route or NOWHERE
            cache = environ.get(CACHE) or ("hit" if work is None else work.cache)
        elif work is not None:
            route, cache = work.route or NOWHERE, environ.get(CACHE) or work.cache
        else:
            route, cache = self._file(environ.get("PATH_INFO", ""))
        if counters is not None:
            self._count(counters, method, route, status, cache, seconds, sent.sent, work)
        if self._writer is not None:
            self._writer.put(
                self._line(environ, method, route, status, seconds, sent.sent, cache, work)
            )

    def _line(
        self,
        environ: "WSGIEnvironment",
        method: str,
        route: str,
        status: str,
        seconds: float,
        bytes: int,
        cache: str,
        work: Work | None,
    ) -> str:
        path = self._path(environ.get("PATH_INFO", ""), environ.get("QUERY_STRING", ""), route)
        id = work.id if work is not None else request_id(environ, self._trusted)
        queries, asked = (work.queries, work.seconds) if work is not None else (0, 0.0)
        more: dict[str, str | int] = {}
        if work is not None and work.user:
            more["user"] = work.user
        # Told while what broke the connection is on its way up.
        if isinstance(sys.exc_info()[1], OSError):
            more["aborted"] = 1
        if self._addresses != "none":
            more["address"] = _address(address_of(environ, self._trusted), self._addresses)
        if self._agents:
            more["agent"] = environ.get("HTTP_USER_AGENT", "")[:_LONGEST]
        if self._is_json:
            name = method if method in _METHODS else in_json(method)[1:-1]
            told = "".join(f', "{key}": {_value(value)}' for key, value in more.items())
            return (
                f'{{"time": "{self._now()}", "level": "info", "logger": "request", '
                f'"request": "{id}", "method": "{name}", "route": {in_json(route)}, '
                f'"path": {in_json(path)}, "status": {int(status) if status.isdigit() else 0}, '
                f'"ms": {seconds * 1000:.1f}, "queries": {queries}, "db_ms": {asked * 1000:.1f}, '
                f'"bytes": {bytes}, "cache": "{cache}"{told}}}'
            )
        told = "".join(f" {key}={_value(value)}" for key, value in more.items())
        # Nothing in an address looks like the next field.
        shown_path = shown(path).replace(" ", "%20")
        return (
            f"{self._now()} info request {shown(method)} {shown_path} {status} "
            f"{seconds * 1000:.1f}ms {bytes}B {cache} queries={queries} db={asked * 1000:.1f}ms "
            f"route={route}{told} [{id}]"
        )

    def _now(self) -> str:
        now = time()
        second, said = self._second
        if int(now) != second:
            second = int(now)
            said = strftime("%Y-%m-%dT%H:%M:%S", gmtime(now))
            self._second = (second, said)
        return f"{said}.{int(now % 1 * 1000):03}Z"

    def _masked(self, path: str, query: str, route: str) -> str:
        """Return an address without what opens something, and without what somebody typed."""
        if route in self._templates:
            path = route
        else:
            path = path.encode("latin-1", "replace").decode("utf-8", "backslashreplace")
            if route == NOWHERE and (found := self._opening.match(path)):
                path = found[1] + HIDDEN
        path = path if len(path) <= _LONGEST else path[:_LONGEST] + HIDDEN
        return f"{path}?{_public(query)}" if query else path

    def _file(self, path: str) -> tuple[str, str]:
        path = path.removeprefix(self._base)
        if path.startswith("/static/"):
            return "/static/<path:filename>", "file"
        if path.startswith("/media/"):
            return "/media/<path:key>", "file"
        # The server refused it before anybody saw it.
        return NOWHERE, "pass"

    def _count(
        self,
        counters: metrics.Counters,
        method: str,
        route: str,
        status: str,
        cache: str,
        seconds: float,
        bytes: int,
        work: Work | None,
    ) -> None:
        labels = (method, route, status, cache)
        if counters is not self._counters or len(self._figures) > _MOST_SERIES:
            self._counters, self._figures = counters, {}
        if (figures := self._figures.get(labels)) is None:
            figures = self._figures[labels] = _figures(counters, *labels)
        requests, durations, answers, sent, queries, asked = figures
        requests(1)
        durations(seconds)
        answers(1)
        sent(bytes)
        if work is not None and work.queries:
            queries(work.queries)
            asked(work.seconds)

    def _learn_rules(self) -> None:
        """Find out which addresses open something: those of rules that take a token."""
        rules = [
            rule.rule
            for rule in self._app.url_map.iter_rules()
            if _OPENS & set(_ARGUMENT.findall(rule.rule))
        ]
        self._templates = frozenset(rules)
        # Also where no rule fits, since somebody has cut or mistyped it.
        before = sorted({rule.partition("<")[0] for rule in rules}, key=len, reverse=True)
        words = "|".join(re.escape(each.strip("/")) for each in before)
        base = re.escape(self._base)
        self._opening = re.compile(f"(/*(?:{base})?/*(?:{words})/+)[^/]", re.IGNORECASE)


def _figures(
    counters: metrics.Counters, method: str, route: str, status: str, cache: str
) -> tuple[Callable[[float], None], ...]:
    """Return what counts requests like this one, found once."""
    method = method if method in _METHODS else "OTHER"
    labels = {"method": method, "route": route, "status": status}
    return (
        counters.series("http_requests_total", labels).inc,
        counters.series("http_request_duration_seconds", {"route": route}).observe,
        counters.series("http_answers_total", {"cache": cache}).inc,
        counters.series("http_response_bytes_total", {}).inc,
        counters.series("database_queries_total", {}).inc,
        counters.series("database_seconds_total", {}).inc,
    )


def _secrets_at_hand() -> Iterable[str]:
    """Return what the present request holds that nobody else may know; reads nothing anew."""
    if not has_request_context():
        return []
    # What was read is there; an error while it is being read must not read it again.
    form: Mapping[str, str] = request.__dict__.get("form", {})
    typed = [value for name, value in form.items() if _SECRET_FIELD.search(name)]
    opened = [str(value) for name, value in (request.view_args or {}).items() if name in _OPENS]
    asked = [value for name, value in request.args.items() if _SECRET_FIELD.search(name)]
    sent = [*request.cookies.values(), *request.headers.get("Authorization", "").split()]
    return [*typed, *opened, *asked, *sent]


def _log_failure(app: Flask) -> Callable[[Any], None]:
    def log(exc_info: Any) -> None:
        """Write a failure down by the name of what failed: its address may open something."""
        name = request.url_rule.rule if request.url_rule else NOWHERE
        app.logger.error("%s %s failed", request.method, name, exc_info=exc_info)

    return log


@lru_cache(maxsize=1_000)
def _address(address: str, how: str) -> str:
    try:
        found = ip_address(address)
    except ValueError:
        return ""
    if how == "full":
        return str(found)
    return str(ip_network(f"{found}/{24 if found.version == 4 else 48}", strict=False))


def _public(query: str) -> str:
    kept: list[str] = []
    for pair in query.split("&"):
        name, _, value = pair.partition("=")
        said = pair if name in _SHOWN and len(value) <= 100 else HIDDEN
        if said != HIDDEN or HIDDEN not in kept:
            kept.append(said)
    return "&".join(kept)[:_LONGEST]


def _value(value: str | int) -> str:
    return in_json(value) if isinstance(value, str) else str(value)
