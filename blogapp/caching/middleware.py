"""The keeper: answers readers out of memory before Flask does any work.

Around Flask stands one `Keeper`. What it does not have it asks Flask for as a stranger without
any header would, so nothing that one reader sends can get into what others are shown. All
other answers pass through it, too: it compresses them, and says 304.
"""

import logging
import re
import sys
from collections.abc import Callable, Iterable
from functools import lru_cache
from io import BytesIO
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from flask import Flask
from werkzeug.sansio.utils import host_is_trusted

from blogapp.caching.admitting import FREE, Admission, Busy, Kind, Seat
from blogapp.caching.answers import Answer, header, send
from blogapp.caching.encoding import choose
from blogapp.caching.entrusting import Entrusting
from blogapp.caching.flights import Flights
from blogapp.caching.keeping import as_kept, may_be_kept
from blogapp.caching.keys import key_of, key_of_address
from blogapp.caching.recognizing import Recognizer, has_long_body
from blogapp.caching.renewing import Renewer
from blogapp.caching.shedding import Shedding
from blogapp.caching.shelf import Shelf
from blogapp.caching.tastes import prefers_markdown
from blogapp.caching.turns import Turns
from blogapp.caching.watching import LATE, Watch, watch_of
from blogapp.telemetry.work import ANSWER, WORK, begin, note_cache
from blogapp.web.codings import IDENTITY
from blogapp.web.request_log import request_id

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

MEGABYTE = 1_000_000
# What is larger is sent as it is: compressing it would take longer than sending it.
MOST_CODED = 2 * MEGABYTE
# So often content that changes while it is shown is shown anew before it is kept.
_TRIES = 2
# What looks after itself: files, ranges, streams, and long feeds.
_OWN = frozenset({"accept-ranges", "content-encoding", "content-range", "etag", "last-modified"})
# What such an answer minds of a request.
_CONDITIONS = frozenset(
    {
        *("HTTP_RANGE", "HTTP_IF_RANGE", "HTTP_IF_MATCH", "HTTP_IF_NONE_MATCH"),
        *("HTTP_IF_MODIFIED_SINCE", "HTTP_IF_UNMODIFIED_SINCE"),
    }
)

_log = logging.getLogger(__name__)


def init_app(app: Flask) -> None:
    """Put a keeper around ``app``; it wants the watch to be there, and goes inside the rest."""
    keeper = app.extensions["keeper"] = Keeper(app, app.wsgi_app, watch_of(app))
    app.extensions["admission"] = keeper.admission
    app.wsgi_app = keeper  # type: ignore[assignment, method-assign]


class Reply(NamedTuple):
    """What Flask answered: not read yet."""

    status: str
    headers: list[tuple[str, str]]
    body: Iterable[bytes]

    def read(self) -> bytes:
        try:
            return b"".join(self.body)
        finally:
            self.close()

    def close(self) -> None:
        if close := getattr(self.body, "close", None):
            close()


class Keeper:
    """Middleware that keeps answers; ``listeners`` are told each one that was made anew."""

    def __init__(self, app: Flask, wsgi: "WSGIApplication", watch: Watch) -> None:
        config = app.config
        self.listeners: list[Callable[[Answer], None]] = []
        # Templates and themes that are being written change without any version.
        self.shelf = Shelf(0 if app.debug else config["KEEP_MB"] * MEGABYTE)
        self.flights = Flights()
        self._app, self._wsgi, self._watch = app, wsgi, watch
        self._renewer, self._turns = Renewer(self._make), Turns()
        self.admission = Admission(config["THREADS"], config["MAKING"])
        self._recognize, self._shed = Recognizer(app), Shedding(app)
        self._entrusting = Entrusting(config["PURGE"], watch) if config["PURGE"] else None
        self._public = urlsplit(config["PUBLIC_URL"])
        self._base, self._proxies = config["BASE_PATH"], config["TRUSTED_PROXIES"]
        self._session = config["SESSION_COOKIE_NAME"]
        trusted = config["TRUSTED_HOSTS"]
        self._is_trusted = lru_cache(maxsize=64)(lambda host: host_is_trusted(host, trusted))
        # What each request needs, found once.
        self._proven, self._look = self.shelf.proven, watch.look

    def __call__(self, environ: "WSGIEnvironment", start: "StartResponse") -> Iterable[bytes]:
        key = _spelled(environ)
        answer = self._proven.get(key)
        if (
            answer is None
            or answer.token != self._look().token
            or not self._is_for_anyone(environ)
            or (answer.is_negotiated and prefers_markdown(environ.get("HTTP_ACCEPT")))
        ):
            return self._answer(environ, start)
        self.shelf.notice(key)
        return self._send(key, answer, environ, start)

    def ask(self, address: str) -> Answer | None:
        """Return the present answer to ``address``, kept if an older one was; None without one."""
        key = key_of_address(address)
        if key is None:
            return None
        made = self._fetch(key, FREE) if key in self.shelf else None
        if isinstance(made, Reply):
            made.close()
        if not isinstance(made, Answer):
            made = self._make(key, is_kept=False)
        if isinstance(made, Reply):
            made.close()
            return None
        return made

    def warm(self) -> None:
        """Make the first page before anybody asks: what it takes for all pages is ready then."""
        try:
            made = self._fetch("/?", FREE)
        except Exception:
            _log.exception("the first page could not be made")
        else:
            if isinstance(made, Reply):
                made.close()

    def stop(self) -> None:
        """Keep nothing from here on, and let go of what was kept."""
        self.shelf.limit = 0
        self.shelf.clear()

    def _is_for_anyone(self, environ: "WSGIEnvironment") -> bool:
        """Whether this reads as anybody may: without a session, by a name of ours."""
        method = environ["REQUEST_METHOD"]
        cookies = environ.get("HTTP_COOKIE")
        return (
            (method == "GET" or method == "HEAD")
            and (cookies is None or not self._is_personal(cookies))
            and self._is_trusted(environ.get("HTTP_HOST"))
            and environ.get("SCRIPT_NAME", "") == self._base
        )

    def _is_personal(self, cookies: str) -> bool:
        """Whether there is a session cookie; nobody asks what is in it."""
        if self._session not in cookies:
            return False
        names = (part.partition("=")[0].strip() for part in re.split("[;,]", cookies))
        return self._session in names

    def _answer(self, environ: "WSGIEnvironment", start: "StartResponse") -> Iterable[bytes]:
        """Answer what is not kept as the present version, if there is a place to work on it."""
        environ[WORK] = begin(request_id(environ, self._proxies))
        try:
            with self.admission.seat() as seat:
                body = self._answer_anew(environ, start, seat)
                return seat.hold(body, environ.get("wsgi.file_wrapper"))
        except Busy as busy:
            return self._shed(busy.kind, environ, start)

    def _answer_anew(
        self, environ: "WSGIEnvironment", start: "StartResponse", seat: Seat
    ) -> Iterable[bytes]:
        """Answer what is not kept, or not by this spelling, or is older than the content."""
        if not self.shelf.limit or not self._is_for_anyone(environ):
            return self._pass_on(environ, start, seat)
        key = key_of(environ["PATH_INFO"], environ.get("QUERY_STRING", ""))
        if key is None:
            return self._pass_on(environ, start, seat)
        answer = self.shelf.find(key)
        by_taste = prefers_markdown(environ.get("HTTP_ACCEPT"))
        if by_taste and (answer is None or answer.is_negotiated):
            return self._pass_on(environ, start, seat)
        if answer and self._may_show(answer, key):
            note_cache("hit" if answer.token == self._look().token else "stale")
            return self._send(key, answer, environ, start)
        try:
            made = self._fetch(key, seat, Kind.KNOWN if answer else Kind.ASKING)
        except Busy:
            if answer and self._may_show_late(answer, key):
                note_cache("stale")
                return self._send(key, answer, environ, start)
            raise
        if isinstance(made, Answer):
            note_cache("made")
            return self._send(key, made, environ, start)
        is_same = key == _spelled(environ) and "HTTP_HX_REQUEST_TYPE" not in environ
        if is_same and (_is_whole(made) or _CONDITIONS.isdisjoint(environ)):
            return self._finish(made, environ, start)
        # What was said to a stranger may be said to this reader in other words.
        made.close()
        return self._pass_on(environ, start, seat)

    def _send(
        self, key: str, answer: Answer, environ: "WSGIEnvironment", start: "StartResponse"
    ) -> Iterable[bytes]:
        # Whoever tells of this request tells of this.
        environ[ANSWER] = answer
        coding = choose(environ.get("HTTP_ACCEPT_ENCODING"))
        coded = answer.present(coding)
        if coded is None:
            coded = answer.coded(coding)
            self.shelf.weigh(key, answer)
        if self._entrusting:
            start = self._entrusting.telling(answer.token, start)
        return send(coded, answer.status, environ, start)

    # Making answers.

    def _may_show(self, answer: Answer, key: str = "") -> bool:
        """Whether this is of the present version, or of one that was a moment ago.

        Then ``key`` is made anew meanwhile.
        """
        if answer.token == self._look().token:
            return True
        # A watch that asks each time is that of a test, which wants to see what it did.
        if not self._watch.fresh or not self._watch.may_show(answer.token):
            return False
        if key:
            self._renewer.ask(key)
        return True

    def _may_show_late(self, answer: Answer, key: str) -> bool:
        """Whether this was right some seconds ago, for when it cannot be made anew in time."""
        if not self._watch.fresh or not self._watch.may_show(answer.token, within=LATE):
            return False
        self._renewer.ask(key)
        return True

    def _fetch(self, key: str, seat: Seat, kind: Kind = Kind.ASKING) -> Answer | Reply:
        """Return what ``key`` stands for, made by one of all who ask now; raises `Busy`."""
        for _ in range(_TRIES):
            flight, is_mine = self.flights.board(key)
            if is_mine:
                made: Answer | Reply | None = None
                try:
                    seat.take(kind)
                    made = self._make(key)
                    return made
                except Busy as busy:
                    flight.refused = busy
                    raise
                finally:
                    self.flights.land(key, flight, made if isinstance(made, Answer) else None)
            with seat.beside(kind):
                answer = self.flights.wait(flight)
            if flight.refused:
                raise Busy(kind)
            if answer and self._may_show(answer):
                return answer
            if flight.landed.is_set() and answer is None:
                break
        seat.take(kind)
        return self._make(key)

    def _make(self, key: str, *, is_kept: bool = True) -> Answer | Reply:
        """Return what ``key`` stands for now; what Flask said, where that is not to be kept."""
        for _ in range(_TRIES):
            token = self._look(now=True).token
            old = self.shelf.peek(key)
            if old and old.token == token:
                return old
            environ = self._environ(key)
            with self._app.app_context():
                reply = self._call(environ)
                is_fit = may_be_kept(key, environ, reply.status, reply.headers)
                # A long feed is a file: whoever keeps nothing may read it, readers have it sent.
                if not token or not is_fit or (is_kept and not _is_whole(reply)):
                    return reply
                body = reply.read()
            answer = as_kept(key, token, environ, reply.status, reply.headers, body)
            # What was changed meanwhile may be in it, in part.
            present = self._watch.confirm().token
            if present == token and is_kept:
                self._put(key, answer, old)
            if present in {token, ""}:
                break
        return answer

    def _put(self, key: str, answer: Answer, old: Answer | None) -> None:
        for coding in old.codings if old else ():
            answer.coded(coding)
        self.shelf.put(key, answer)
        for listener in self.listeners:
            try:
                listener(answer)
            except Exception:
                _log.exception("what listens to kept answers failed")

    def _environ(self, key: str) -> "WSGIEnvironment":
        """The request of a stranger who knows an address and nothing else."""
        path, _, query = key.partition("?")
        return {
            "REQUEST_METHOD": "GET",
            "SCRIPT_NAME": self._base,
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "HTTP_HOST": self._public.netloc,
            "SERVER_NAME": self._public.hostname or "127.0.0.1",
            "SERVER_PORT": str(self._public.port or 80),
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": "127.0.0.1",
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": self._public.scheme,
            "wsgi.input": BytesIO(),
            "wsgi.errors": sys.stderr,
            "wsgi.multithread": True,
            "wsgi.multiprocess": True,
            "wsgi.run_once": False,
        }

    # Everything else.

    def _pass_on(
        self, environ: "WSGIEnvironment", start: "StartResponse", seat: Seat
    ) -> Iterable[bytes]:
        """Let Flask answer, and make of it what the client can take."""
        seat.take(self._recognize(environ), is_long=has_long_body(environ))
        is_head = environ["REQUEST_METHOD"] == "HEAD"
        # So that HEAD has the headers of GET, which know what there is to send.
        reply = self._call({**environ, "REQUEST_METHOD": "GET"} if is_head else environ)
        return self._finish(reply, environ, start)

    def _finish(
        self, reply: Reply, environ: "WSGIEnvironment", start: "StartResponse"
    ) -> Iterable[bytes]:
        if not _is_whole(reply):
            start(reply.status, reply.headers)
            if environ["REQUEST_METHOD"] == "HEAD":
                reply.close()
                return ()
            return reply.body
        body = reply.read()
        answer = Answer(reply.status, reply.headers, body, is_compared=_is_compared(reply, environ))
        coding = choose(environ.get("HTTP_ACCEPT_ENCODING"))
        if len(body) > MOST_CODED or self._is_secret(reply, environ):
            coding = IDENTITY
        return send(answer.coded(coding), answer.status, environ, start)

    def _call(self, environ: "WSGIEnvironment") -> Reply:
        said: list[tuple[str, list[tuple[str, str]]]] = []

        def start(
            status: str, headers: list[tuple[str, str]], exc_info: object = None, /
        ) -> Callable[[bytes], object]:
            said[:] = [(status, headers)]
            return lambda _: None

        with self._turns:
            body = self._wsgi(environ, start)
        return Reply(*said[0], body)

    def _is_secret(self, reply: Reply, environ: "WSGIEnvironment") -> bool:
        """Whether compressing this could tell a listener on the wire what it holds (BREACH).

        A page for one person holds secrets, such as the token of a form. Its length tells
        them only to who can make that person's browser ask for texts of their own: what asks
        from another site is answered as it is. Browsers say so (Fetch Metadata, 2.3).
        """
        cookies = environ.get("HTTP_COOKIE", "")
        if not header(reply.headers, "set-cookie") and not self._is_personal(cookies):
            return False
        is_own = environ.get("HTTP_SEC_FETCH_SITE") in {"same-origin", "none"}
        return self._public.scheme == "https" and not is_own


def _spelled(environ: "WSGIEnvironment") -> str:
    """The key of a request that is in its one spelling; of others, no key that there is."""
    return f"{environ['PATH_INFO']}?{environ.get('QUERY_STRING', '')}"


def _is_whole(reply: Reply) -> bool:
    """Whether this is in memory as a whole, and leaves the rest to us."""
    names = {name.lower() for name, _ in reply.headers}
    return "content-length" in names and names.isdisjoint(_OWN)


def _is_compared(reply: Reply, environ: "WSGIEnvironment") -> bool:
    """Whether who has this already need not get it again."""
    if reply.status != "200 OK" or environ["REQUEST_METHOD"] not in {"GET", "HEAD"}:
        return False
    is_stored = "no-store" not in header(reply.headers, "cache-control").lower()
    return is_stored and not header(reply.headers, "set-cookie")
