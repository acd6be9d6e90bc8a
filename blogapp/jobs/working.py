"""A process that does jobs: takes what is due, as many at once as each lane has room for."""

import logging
import os
import random
import secrets
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.exc import SQLAlchemyError

from blogapp.extensions import db
from blogapp.jobs import claiming
from blogapp.jobs.claiming import Claim, claim, look, mend_times, put_back, renew, take_back_lost
from blogapp.jobs.overseeing import leave, show_up
from blogapp.jobs.running import Clock, Handler, attempt, names_of

# Seconds between two looks at the table: where words of others arrive, and where none do.
PAUSE_WOKEN, PAUSE = 5.0, 0.5
# Seconds between two words that one is there.
SEEN_EVERY = 30.0
# Seconds to wait for a database that does not answer, at most.
_LONGEST_TROUBLE = 5.0

Within = Callable[[], AbstractContextManager[object]]

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Lane:
    """Kinds of work that wait for each other, and for no other lane's; how many at once."""

    kinds: frozenset[str]
    most: int = 1


class Runner:
    """Does jobs in threads until it is stopped.

    ``within`` gives what a handler needs around it: a session of its own. ``clock`` says what
    time it is. ``hurry`` may be set by anybody, at any time.
    """

    def __init__(
        self,
        handlers: Mapping[str, Handler],
        lanes: Sequence[Lane],
        *,
        within: Within,
        clock: Clock,
        place: str = "",
        kinds: Collection[str] = (),
        is_embedded: bool = False,
    ) -> None:
        self.handlers, self.lanes = handlers, lanes
        self.within, self.clock, self.place = within, clock, place
        self.kinds, self.is_embedded = kinds, is_embedded
        self.name = f"{socket.gethostname()[:40]}:{os.getpid()}:{secrets.token_hex(3)}"
        self.hurry, self.stopping = threading.Event(), threading.Event()
        self.pause = PAUSE
        self.running: dict[int, Claim] = {}
        self.lock = threading.Lock()
        self._names = names_of(self.name)
        self._began_at: datetime | None = None
        self._seen = self._renewed = float("-inf")

    def run(self) -> None:
        """Work until `stop` is called; whatever a database does meanwhile, it goes on after."""
        trouble = 0
        while not self.stopping.is_set():
            try:
                pause, trouble = self._turn(), 0
            except (SQLAlchemyError, OSError) as error:
                if not trouble:
                    _log.warning("the work in the background waits for the database: %s", error)
                trouble += 1
                pause = min(_LONGEST_TROUBLE, 0.25 * 2.0**trouble) * (0.5 + random.random())
            self.hurry.wait(pause)
            self.hurry.clear()

    def stop(self, grace: float) -> bool:
        """Take no more, wait ``grace`` seconds for what is under way, and leave the rest to others.

        Return whether all of it was done.
        """
        end = time.monotonic() + grace
        self.stopping.set()
        self.hurry.set()
        while self.running and (left := end - time.monotonic()) > 0:
            self.hurry.wait(min(left, claiming.LEASE / 4))
            self.hurry.clear()
            self._say_still_there()
        with self.lock:
            rest = list(self.running.values())
        try:
            with self.within():
                put_back(rest, self.clock())
                leave(self.name)
                db.session.commit()
        except (SQLAlchemyError, OSError) as error:
            _log.warning("the work in the background ended without a word: %s", error)
        return not rest

    def _turn(self) -> float:
        """Begin what there is room for; return how many seconds may pass until the next look."""
        with self.within():
            self._show_up()
            if self.running:
                self._renew()
            while True:
                kinds = self._kinds_with_room()
                outlook = look(kinds, place=self.place)
                if outlook.is_lost:
                    take_back_lost(self.clock())
                    continue
                now = self.clock()
                if outlook.due is None or outlook.due > now or self.stopping.is_set():
                    break
                claimed = claim(kinds, by=next(self._names), place=self.place, now=now)
                if claimed is None:
                    break
                self._begin(claimed)
        ahead = (outlook.due - self.clock()).total_seconds() if outlook.due else self.pause
        most = claiming.LEASE / 4 if self.running else self.pause
        return max(0.01, min(ahead, most, self.pause))

    def _show_up(self) -> None:
        if time.monotonic() - self._seen < SEEN_EVERY:
            return
        now = self.clock()
        self._began_at = self._began_at or now
        show_up(
            self.name, self.kinds, is_embedded=self.is_embedded, began_at=self._began_at, now=now
        )
        mend_times(now)
        self._seen = time.monotonic()

    def _say_still_there(self) -> None:
        try:
            with self.within():
                self._renew()
        except (SQLAlchemyError, OSError):
            return  # the lease ends by itself

    def _renew(self) -> None:
        if time.monotonic() - self._renewed < claiming.LEASE / 4:
            return
        with self.lock:
            claims = list(self.running.values())
        renew(claims)
        self._renewed = time.monotonic()

    def _kinds_with_room(self) -> list[str]:
        with self.lock:
            busy = Counter(each.kind for each in self.running.values())
        return [
            kind
            for lane in self.lanes
            if sum(busy[kind] for kind in lane.kinds) < lane.most
            for kind in lane.kinds
        ]

    def _begin(self, claimed: Claim) -> None:
        with self.lock:
            self.running[claimed.id] = claimed
        # Where no thread can be started the claim runs out, and is taken up again.
        threading.Thread(
            target=self._do, args=[claimed], name=f"job {claimed.kind}", daemon=True
        ).start()

    def _do(self, claimed: Claim) -> None:
        try:
            with self.within():
                attempt(claimed, self.handlers[claimed.kind], self.clock)
        except Exception:
            # The database is away, and the lease ends by itself.
            _log.exception("how %s ended could not be written down", claimed.name)
        finally:
            with self.lock:
                self.running.pop(claimed.id, None)
            self.hurry.set()
