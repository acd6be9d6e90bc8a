"""Sending away whom there is no place for: quickly, and with a word on when to come back.

What is said is made without a database and once for each language, so that saying it costs
no more than sending what is kept.
"""

from base64 import b64encode
from functools import lru_cache
from hashlib import sha256
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, quote, urlencode

from babel import Locale
from babel.support import NullTranslations, Translations
from flask import Flask
from markupsafe import Markup
from sqlalchemy.exc import SQLAlchemyError

from blogapp.caching.admitting import Kind
from blogapp.caching.answers import Answer, send
from blogapp.caching.encoding import choose
from blogapp.telemetry.metrics import count
from blogapp.web.headers import carried
from blogapp.web.language import CATALOGUES, N_, SOURCE, find_locale

if TYPE_CHECKING:
    from collections.abc import Iterable

    from _typeshed.wsgi import StartResponse, WSGIEnvironment

STATUS = "503 Service Unavailable"
# Seconds after which to come back: the crowd is another one by then.
AGAIN = 5
# Where `blogapp.telemetry` finds where an answer came from.
STATE = "blogapp.cache"
_SHEETS = (
    "css/tokens.css",
    "css/base.css",
    "css/utilities.css",
    *(f"css/components/{x}.css" for x in ("button", "bob", "error")),
)
_TITLE = N_("Too many at once")
_READ = N_("The blog is asked for more than it can answer just now. Try again in a few seconds.")
_SENT = N_(
    "What you sent was not taken, for the blog is busy. Go back and send it again in a few seconds."
)


class Shedding:
    """Answers in the place of ``app`` that it is busy."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._page = lru_cache(maxsize=16)(self._made)

    def __call__(
        self, kind: Kind, environ: "WSGIEnvironment", start: "StartResponse"
    ) -> "Iterable[bytes]":
        """Answer 503 (RFC 9110, 15.6.4) in the form that was asked for."""
        environ[STATE] = "shed"
        count("requests_shed_total", kind=kind.label)
        is_sent = environ["REQUEST_METHOD"] not in {"GET", "HEAD"}
        locale = self._locale()
        if _is_fragment(environ):
            answer = self._fragment(locale, _whole(environ), is_sent=is_sent)
        else:
            answer = self._page(locale, is_sent, self._last("title", ""))
        return send(
            answer.coded(choose(environ.get("HTTP_ACCEPT_ENCODING"))), STATUS, environ, start
        )

    def _locale(self) -> Locale:
        """The language of the interface."""
        return find_locale(self._last("language", SOURCE)) or Locale(SOURCE)

    def _last(self, name: str, otherwise: str) -> str:
        """A setting, as the settings were read last."""
        try:
            value: str = getattr(self._app.extensions["last_site"], name)
        except (KeyError, AttributeError, SQLAlchemyError):
            return otherwise
        return value

    def _made(self, locale: Locale, is_sent: bool, site: str) -> Answer:
        words = _catalogue(locale)
        sheet = "".join(
            self._app.extensions["statics"].asset(name).content.decode() for name in _SHEETS
        )
        page = self._app.jinja_env.get_template("errors/busy.html").render(
            language=str(locale).replace("_", "-"),
            direction=locale.text_direction,
            # Our own files; the policy admits this text and no other.
            inline_css=lambda: Markup(sheet),  # nosec B704
            base=self._app.config["BASE_PATH"],
            is_sent=is_sent,
            site=site,
            status=words.ugettext(N_("Error %(status)s")) % {"status": 503},
            title=words.ugettext(_TITLE),
            text=words.ugettext(_SENT if is_sent else _READ),
            again=words.ugettext(N_("Try again")),
            posts=words.ugettext(N_("All posts")),
        )
        admitted = b64encode(sha256(sheet.encode()).digest()).decode()
        return self._answer(page, f"style-src 'sha256-{admitted}'; ")

    def _fragment(self, locale: Locale, address: str, *, is_sent: bool) -> Answer:
        words = _catalogue(locale)
        page = self._app.jinja_env.get_template("errors/busy_fragment.html").render(
            title=words.ugettext(_TITLE),
            text=words.ugettext(_SENT if is_sent else _READ),
            again=words.ugettext(N_("Open this as a page")),
            address=address,
        )
        return self._answer(page, "")

    def _answer(self, page: str, admitted: str) -> Answer:
        policy = (
            f"default-src 'none'; {admitted}object-src 'none'; form-action 'self'; "
            "base-uri 'none'; frame-ancestors 'none'"
        )
        headers = [
            ("Content-Type", "text/html; charset=utf-8"),
            ("Cache-Control", "no-store"),
            ("Retry-After", str(AGAIN)),
            ("Content-Security-Policy", policy),
            *carried(self._app.config),
        ]
        return Answer(STATUS, headers, page.encode())


@lru_cache(maxsize=16)
def _catalogue(locale: Locale) -> NullTranslations:
    return Translations.load(str(CATALOGUES), [locale])


def _is_fragment(environ: "WSGIEnvironment") -> bool:
    """Whether the answer goes into a page that is open already."""
    if environ.get("HTTP_HX_REQUEST_TYPE") == "partial":
        return True
    return any(name == "fragment" for name, _ in _pairs(environ))


def _whole(environ: "WSGIEnvironment") -> str:
    """The address of the page that a fragment is of."""
    path = quote(f"{environ.get('SCRIPT_NAME', '')}{environ['PATH_INFO']}".encode("latin-1"))
    pairs = [pair for pair in _pairs(environ) if pair[0] != "fragment"]
    return f"{path}?{urlencode(pairs)}" if pairs else path


def _pairs(environ: "WSGIEnvironment") -> list[tuple[str, str]]:
    query = environ.get("QUERY_STRING", "").encode("latin-1").decode("utf-8", "replace")
    return parse_qsl(query, keep_blank_values=True)
