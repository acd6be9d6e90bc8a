"""Watching the database for the version of everything that readers may see.

Triggers write a new token with every change that a public page could show
(`blogapp.migrations.triggers`); what changes by itself changes at moments that are known
beforehand. A `Watch` asks for both twice a second at most, and says in between what it knows.
"""

import logging
import os
import threading
from bisect import bisect_right
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from hashlib import blake2b
from time import monotonic
from typing import Any
from weakref import WeakSet, finalize, ref

from flask import Flask, current_app, g, request
from sqlalchemy import Connection, Engine, event
from werkzeug.exceptions import ServiceUnavailable

from blogapp.caching.asking import MOST_MOMENTS, Asker, Tokens, Unanswered, asker_for
from blogapp.caching.board import LASTING, Board, Posted, SomebodyAsks, Turn
from blogapp.extensions import db
from blogapp.sharing.errors import Away
from blogapp.site.reading import default_site
from blogapp.web import clock

# Seconds for which an answer of the database is taken for the present one.
FRESH = 0.5
# Seconds after a commit in which everybody has to see it.
STALE = 1.0
# Seconds after which nobody sees what was, even where nobody can make what is.
LATE = 5.0
# Seconds that a reader waits at most for a database that does not answer.
PATIENCE = 1.0
# Seconds after which who waits asks whether anybody is there.
HASTE = 0.4
# Seconds for which another worker is left to ask, before the board is looked at again.
LEFT = 0.05
# Seconds after which a question is given up, and asked again on a new connection.
LOST = 5.0

# What answers without a database.
_NEED_NONE = ("static", "public.healthz")

_NEVER = -1e9
_END = datetime.max.replace(tzinfo=UTC)

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Version:
    """What readers may see, as one word: where the token is another, so may be the content.

    The same content has the same token in every process and on every machine, and it can
    stand in a file's name. It is empty as long as the database has never answered: nothing
    may be kept under it.
    """

    token: str
    # From when on something else is public, as aware UTC; None when nothing waits.
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class _Seen:
    """What the database said."""

    tokens: Tokens | None = None
    # When it was asked, by the clock that never jumps and by the one on the wall.
    confirmed: float = _NEVER
    since: datetime = _END
    # When the next posts become public after that, and whether these are all.
    moments: tuple[datetime, ...] = ()
    is_all: bool = True
    # What this process had committed before.
    commit: object = None

    def covers(self, now: datetime) -> bool:
        """Whether the moments next to ``now`` are known."""
        return self.since <= now and (self.is_all or now < self.moments[-1])

    def stretch(self, now: datetime) -> "_Stretch":
        """Return the time around ``now`` in which nothing becomes public."""
        if self.tokens is None:
            return _Stretch(self, Version(""), self.since, self.since)
        after = bisect_right(self.moments, now)
        start = self.moments[after - 1] if after else self.since
        until = self.moments[after] if after < len(self.moments) else None
        # Named by its end: two processes that began to look at different times agree on that.
        end = until.isoformat() if until else self.is_all
        token = blake2b(f"{self.tokens} {end}".encode(), digest_size=10).hexdigest()
        return _Stretch(self, Version(token, until), start, until or _END)


@dataclass(frozen=True, slots=True)
class _Stretch:
    """The time from one moment to the next, in which the version stays what it is."""

    seen: _Seen
    version: Version
    start: datetime
    end: datetime


class Watch:
    """What this process knows of the version; one for each application.

    ``fresh`` says for how many seconds an answer of the database is good: 0 asks each time.
    ``patience`` says how many seconds a reader waits for one at most. What a database far away
    says is read from the ``board``, where another worker has just asked it.
    """

    def __init__(
        self,
        engine: Engine,
        *,
        fresh: float = FRESH,
        patience: float = PATIENCE,
        board: Board | None = None,
    ) -> None:
        self._asker: Asker = asker_for(engine)
        self._board = board if board and board.is_set and self._asker.is_far else None
        self.fresh, self.patience = min(fresh, LASTING) if self._board else fresh, patience
        # Until when another is left to ask.
        self._leaving = _NEVER
        self._asking = threading.Lock()
        self._question: _Question | None = None
        self._seen = _Seen()
        self._stretch = self._seen.stretch(_END)
        # What was shown lately, by its token.
        self._shown: dict[str, _Stretch] = {}
        # Another object after each commit in this process.
        self._commit = object()
        # Whether the database has left the last question unanswered, and the log knows; until
        # when nobody asks again.
        self._is_silent = self._is_told = False
        self._pause = _NEVER
        # Whether it keeps waiting who asks it for something, and has not answered since.
        self.is_hanging = False
        finalize(self, self._asker.close)
        _watches.add(self)

    def look(self, *, now: bool = False) -> Version:
        """Return the version, at most ``fresh`` seconds old; with ``now``, the present one.

        Where the database does not answer, the last one that it told stands, with what has
        become public by itself since.
        """
        stretch = self._stretch
        if (
            not now
            and monotonic() < stretch.seen.confirmed + self.fresh
            and stretch.seen.commit is self._commit
            and stretch.start <= clock.now() < stretch.end
        ):
            return stretch.version
        return self._look_closer(is_urgent=now)

    def confirm(self) -> Version:
        """Return the version that the database says now; without a token where it says nothing."""
        begun = monotonic()
        self.look(now=True)
        # Not the stretch, which a thread that looked earlier may put back.
        seen = self._seen
        return seen.stretch(clock.now()).version if seen.confirmed >= begun else Version("")

    def may_show(self, token: str, *, within: float | None = None) -> bool:
        """Return whether an answer made under ``token`` may go out while it is made anew.

        It may until a second after it was last known to be right (``within`` at most `LATE`
        seconds, where that is said), and never past a moment at which something becomes public.
        """
        shown = self._shown.get(token)
        if shown is None or not shown.start <= clock.now() < shown.end:
            return False
        is_last = token == self._stretch.version.token
        return is_last or monotonic() < shown.seen.confirmed + (within or STALE)

    def seconds_left(self, token: str) -> float:
        """Return for how long an answer made under ``token`` is right unless somebody writes.

        0 where it is of an older version, and where the database does not say which is the
        present one.
        """
        stretch = self._stretch
        if self._is_silent or not token or token != stretch.version.token:
            return 0.0
        return max(0.0, (stretch.end - clock.now()).total_seconds())

    def token_of(self, tokens: Tokens) -> str:
        """Return the version's token where these are the database's; empty where they are not.

        For who has read them already, and keeps what it makes of that.
        """
        for urgent in (False, True):
            token, stretch = self.look(now=urgent).token, self._stretch
            if stretch.seen.tokens == tokens and stretch.version.token == token:
                return token
        return ""

    def note_commit(self) -> None:
        """Have the next look ask: this process has changed something."""
        self._commit = object()

    def close(self) -> None:
        """Close the connection; the next look opens another."""
        if self._asking.acquire(timeout=self.patience):
            try:
                if self._question is None:
                    self._asker.close()
            finally:
                self._asking.release()

    def _look_closer(self, *, is_urgent: bool) -> Version:
        begun = monotonic()
        if is_urgent or self._is_due(begun):
            is_urgent = is_urgent or self._is_too_old(begun)
            self._ask(begun, is_urgent=is_urgent)
        return self._turn().version

    def _is_due(self, moment: float) -> bool:
        seen = self._seen
        if moment < self._pause:
            return False
        good = max(seen.confirmed + self.fresh, self._leaving)
        is_fresh = moment < good and seen.commit is self._commit
        return not (is_fresh and seen.covers(clock.now()))

    def _is_too_old(self, moment: float) -> bool:
        return not self._is_silent and moment >= self._seen.confirmed + STALE

    def _turn(self) -> _Stretch:
        """Turn to the stretch of time that it is now, by what is known."""
        now, seen, last = clock.now(), self._seen, self._stretch
        if last.seen is seen and last.start <= now < last.end:
            return last
        stretch = seen.stretch(now)
        fading = seen.confirmed - max(STALE, LATE)
        recent = {t: shown for t, shown in self._shown.items() if shown.seen.confirmed > fading}
        self._shown = recent | {stretch.version.token: stretch}
        self._stretch = stretch
        return stretch

    # Asking.

    def _ask(self, begun: float, *, is_urgent: bool) -> None:
        """Ask, unless another thread does; who is in a hurry waits for that one."""
        if not self._asking.acquire(timeout=self.patience if is_urgent else 0):
            return
        try:
            if self._seen.confirmed <= begun:  # else another asked after this one came
                self._put(is_urgent=is_urgent)
        finally:
            self._asking.release()

    def _put(self, *, is_urgent: bool) -> None:
        if not self._asker.is_far:
            self._answer(monotonic(), is_urgent=True)
            return
        if self._question:
            self._wait_on(monotonic() - self._question.begun)
            return
        question = self._question = _Question(partial(self._answer, is_urgent=is_urgent))
        question.start()
        # Who has waited once need not wait again: the answer is heard whenever it comes.
        if not self._is_silent:
            question.join(min(HASTE, self.patience))
            # One that is slow is waited for, one that is gone is not.
            if question.is_alive() and self._asker.is_there():
                question.join(self.patience - HASTE)
        if question.is_alive():
            self._is_silent = True
            self._pause = monotonic() + self.fresh

    def _wait_on(self, waited: float) -> None:
        """Let readers go on while a question waits for its answer: one has waited long enough."""
        if waited > STALE:
            self.is_hanging = True
            self._tell(f"no answer within {waited:.0f} seconds")
        if waited > LOST:
            self._asker.give_up()

    def _answer(self, begun: float, *, is_urgent: bool) -> None:
        commit, seen = self._commit, self._seen
        try:
            # What this process has changed, nobody else may have seen yet.
            is_urgent = is_urgent or seen.commit is not commit
            found = self._look_at_board(begun, is_urgent=is_urgent)
            if not isinstance(found, _Seen):
                turn, found = found, self._heard(begun, seen)
                if turn and found.tokens is not None:
                    turn.write(found.tokens, found.since, found.moments, is_all=found.is_all)
        except SomebodyAsks:
            self._leaving = begun + LEFT
        except Unanswered as error:
            self._fail(error)
        else:
            self._seen = replace(found, commit=commit)
            self._recover()
        finally:
            self._question = None

    def _heard(self, begun: float, seen: _Seen) -> _Seen:
        """Return what the database says."""
        now = clock.now()
        tokens = self._asker.tokens()
        if tokens == seen.tokens and seen.covers(now):
            return replace(seen, confirmed=begun)
        moments = tuple(self._asker.moments(now))
        return _Seen(tokens, begun, now, moments, len(moments) < MOST_MOMENTS)

    def _look_at_board(self, begun: float, *, is_urgent: bool) -> "_Seen | Turn | None":
        """Return what another has just heard, else the right to write there, if anybody has it.

        Raises `SomebodyAsks` as long as what is known may stand.
        """
        if not self._board:
            return None
        with suppress(Away):
            if is_urgent:
                return self._board.turn()
            try:
                posted = self._board.read()
            except SomebodyAsks:
                if begun < self._seen.confirmed + FRESH:
                    raise
                return self._board.turn()
            if isinstance(posted, Turn):
                return posted
            heard = _taken_over(posted, begun)
            # Where the clocks of machines differ, it may not say what is to come here.
            if heard.confirmed >= self._seen.confirmed and heard.covers(clock.now()):
                return heard
            return self._board.turn()
        return None

    def _fail(self, error: Unanswered) -> None:
        self._tell(error)
        self._is_silent = True
        self._pause = monotonic() + self.fresh

    def _recover(self) -> None:
        if self._is_told:
            _log.warning("the database answers again")
        self._is_silent = self._is_told = self.is_hanging = False
        self._pause = _NEVER

    def _tell(self, problem: object) -> None:
        if not self._is_told:
            _log.warning("readers are served what is known, for the database says: %s", problem)
        self._is_told = True


def _taken_over(posted: Posted, begun: float) -> _Seen:
    confirmed = begun - posted.age
    return _Seen(posted.tokens, confirmed, posted.since, posted.moments, posted.is_all)


class _Question(threading.Thread):
    """A question on its way: the thread that put it need not wait for the answer."""

    def __init__(self, answer: Callable[[float], None]) -> None:
        super().__init__(name="watch", daemon=True)
        self.begun = monotonic()
        self.answer = answer

    def run(self) -> None:
        self.answer(self.begun)


def init_app(app: Flask) -> None:
    """Give ``app`` its watch, as ``app.extensions["watch"]``; that of a test asks each time."""
    with app.app_context():
        engine = db.engine
    # A test wants to see what it did, however busy its machine is.
    hurry = {"fresh": 0, "patience": 30} if app.testing else {}
    board = Board(app.extensions["shared"])
    watch = app.extensions["watch"] = Watch(engine, board=board, **hurry)
    _note_commits(engine, watch)
    # Before all others, of which some read.
    app.before_request_funcs.setdefault(None, []).insert(0, spare_the_database)


def spare_the_database() -> None:
    """Answer 503 while the database hangs: who waits for it takes the place of other readers."""
    watch = watch_of(current_app)
    if watch.is_hanging and request.endpoint not in _NEED_NONE:
        watch.look()  # for an answer, should nobody else ask
        g.site = default_site()
        raise ServiceUnavailable(retry_after=5)


def watch_of(app: Flask) -> Watch:
    """Return what watches the database of ``app``."""
    watch: Watch = app.extensions["watch"]
    return watch


def _note_commits(engine: Engine, watch: Watch) -> None:
    """Tell ``watch`` of each commit, once it is done: SQLAlchemy says only that it begins."""
    told = ref(watch)

    def begin(connection: Connection) -> None:
        connection.info["is_committing"] = True

    def end(_connection: Any, record: Any) -> None:
        watch = told()
        if record.info.pop("is_committing", False) and watch:
            watch.note_commit()

    event.listen(engine, "commit", begin)
    event.listen(engine, "checkin", end)


# A connection that two processes share is used up by the first that closes it.

_watches: WeakSet[Watch] = WeakSet()


def _close_all() -> None:
    for watch in list(_watches):
        watch.close()


def _begin_anew() -> None:
    for watch in list(_watches):
        watch._asking, watch._question = threading.Lock(), None


os.register_at_fork(before=_close_all, after_in_child=_begin_anew)
