"""Slowing guesses down without ever locking anybody out.

Each failure makes the next try wait longer: by account and network together, by account alone
(many networks may guess at one), and by network alone (one may guess at many). Waits end by
themselves. A browser in which its author has signed in before is counted by itself, so that
strangers who hammer an account do not make its owner wait there.

Accounts that do not exist are counted likewise, so that no wait tells which do.

Where there is a Redis, it is asked first: who has to wait is told so without the database. A try
that it lets through is counted in the database as well, which decides: whether Redis goes, comes
back or has forgotten everything, no try is had for nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from ipaddress import IPv6Address, ip_address, ip_network

from sqlalchemy import ColumnElement, and_, case, delete, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from blogapp.accounts.counting import Tally
from blogapp.accounts.models import FailedSignIns
from blogapp.extensions import db, sharing

# Seconds, for the failures after those that are free.
WAITS = (2, 4, 8, 16, 32, 60)
# Whoever has many networks has many tries; a hundred a day are left to them.
LONG_WAITS = (2, 4, 8, 16, 32, 60, 120, 300, 600, 900)
MAIL_WAITS = (60, 60, 120, 300, 600)
FORGOTTEN_AFTER = timedelta(days=1)
# Further apart than clocks of machines that serve together.
_AHEAD = timedelta(hours=1)
# One tells whoever guesses from a network; more than this is told to owners.
TOLD_AFTER = 5


@dataclass(frozen=True)
class Counter:
    """One thing that is counted, how many are free, and how long each further one waits."""

    key: str
    free: int
    waits: tuple[int, ...] = WAITS

    def wait(self, count: int) -> int:
        """Return how many seconds must pass after number ``count``."""
        return 0 if count < self.free else self.waits[min(count - self.free, len(self.waits) - 1)]


def counters(email: str, address: str, *, device: str = "", step: str = "") -> Sequence[Counter]:
    """Return what a sign-in as ``email`` from the IP ``address`` counts towards.

    ``device`` names a browser that this account knows. ``step`` is what else is guessed at,
    counted by itself: whatever strangers type for an address, it counts towards no step.
    """
    if device:
        return [Counter(_key("device", f"{step}\n{device}"), free=3)]
    who, network = f"{step}\n{_account(email)}", _network(address)
    return [
        Counter(_key("account", f"{who} {network}"), free=3),
        Counter(_key("everywhere", who), free=10, waits=LONG_WAITS),
        Counter(_key("network", network), free=10),
    ]


def mail_counters(email: str, address: str, *, device: str = "") -> Sequence[Counter]:
    """Return what asking for a link by mail counts towards: one a minute, then fewer."""
    if device:
        return [Counter(_key("mail-device", device), free=1, waits=MAIL_WAITS)]
    return [
        Counter(_key("mail", _account(email)), free=1, waits=MAIL_WAITS),
        Counter(_key("mail-network", _network(address)), free=10, waits=MAIL_WAITS),
    ]


def address_counters(author_id: int) -> Sequence[Counter]:
    """Return what trying addresses counts towards that might be somebody else's."""
    return [Counter(_key("address", str(author_id)), free=3)]


def change_counters(author_id: int) -> Sequence[Counter]:
    """Return what links to a new address of somebody who is signed in count towards.

    Strangers who ask for links to the old one keep nobody from leaving it.
    """
    return [Counter(_key("mail-change", str(author_id)), free=1, waits=MAIL_WAITS)]


def session_counters(id: int) -> Sequence[Counter]:
    """Return what wrong passwords of somebody who is signed in count towards.

    Strangers who hammer the account elsewhere do not make them wait here.
    """
    return [Counter(_key("session", str(id)), free=3)]


def directory_counters(address: str) -> Sequence[Counter]:
    """Return what going out to the directory counts towards: each time leaves something here."""
    return [Counter(_key("directory", _network(address)), free=60)]


def admit(email: str, address: str, *, now: datetime, device: str = "", step: str = "") -> int:
    """Count a try; return 0 to let it go ahead, else the seconds to wait.

    A try counts as failed until `forgive` says otherwise. For passwords, codes and whatever
    else can be guessed. The caller commits.
    """
    return admit_to(counters(email, address, device=device, step=step), now=now)


def admit_to(counted: Sequence[Counter], *, now: datetime) -> int:
    """Count towards all of ``counted``; return 0, or the seconds to wait where one says so.

    Counting and asking are one statement, so a hundred tries at once do not all slip through.
    The caller commits.
    """
    if wait := _tally().count(counted, now):
        return wait
    db.session.execute(
        delete(FailedSignIns).where(
            or_(
                FailedSignIns.last_at < now - FORGOTTEN_AFTER,
                # By a clock that was wrong: nobody waits until it would have been right.
                FailedSignIns.last_at > now + _AHEAD,
            )
        )
    )
    for counter in counted:
        if not _count(counter, now):
            count, wait = _remaining(counter, now)
            db.session.rollback()
            # It came back empty, or was away: the next one need not ask the database.
            _tally().learn(counter, count, wait, now)
            return wait
    return 0


def forgive(email: str, address: str, *, device: str = "", step: str = "") -> None:
    """Forget the failures of this account from here; it has signed in."""
    if device:
        [own] = counters(email, address, device=device, step=step)
        forget([own])
        return
    pair, everywhere, network = counters(email, address, step=step)
    forget([pair, everywhere])
    # The network's own guesses at other accounts stay counted; this try does not.
    db.session.execute(
        update(FailedSignIns)
        .where(FailedSignIns.key == network.key)
        .values(count=case((FailedSignIns.count > 0, FailedSignIns.count - 1), else_=0))
    )
    _tally().take_back(network)


def forget(counted: Sequence[Counter]) -> None:
    """Forget what was counted towards these; it came to something."""
    keys = [counter.key for counter in counted]
    db.session.execute(delete(FailedSignIns).where(FailedSignIns.key.in_(keys)))
    _tally().forget(counted)


def failures_from(address: str) -> int:
    """Return how many tries from the network of ``address`` failed lately."""
    key = _key("network", _network(address))
    query = select(FailedSignIns.count).where(FailedSignIns.key == key)
    return db.session.scalar(query) or 0


def may_tell_owners(*, now: datetime) -> bool:
    """Return whether owners may be told of guesses: at most once within an hour. Counts it."""
    told = Counter("told", free=1, waits=(3600,))
    return _count(told, now)


def _count(counter: Counter, now: datetime) -> bool:
    """Add one to the counter unless its wait is not over; return whether it was added."""
    insert = postgresql.insert if db.engine.dialect.name == "postgresql" else sqlite.insert
    statement = insert(FailedSignIns).values(key=counter.key, count=1, last_at=now)
    result = db.session.execute(
        statement.on_conflict_do_update(
            index_elements=[FailedSignIns.key],
            set_={"count": FailedSignIns.count + 1, "last_at": now},
            where=_is_over(counter, now),
        ).returning(FailedSignIns.key)
    )
    return result.first() is not None


def _is_over(counter: Counter, now: datetime) -> ColumnElement[bool]:
    count, last_at = FailedSignIns.count, FailedSignIns.last_at
    most = counter.free + len(counter.waits) - 1
    return or_(
        count < counter.free,
        *(
            and_(
                count == n if n < most else count >= most,
                last_at <= now - timedelta(seconds=counter.wait(n)),
            )
            for n in range(counter.free, most + 1)
        ),
    )


def _remaining(counter: Counter, now: datetime) -> tuple[int, int]:
    """Return how many were counted, and how many seconds are left to wait."""
    row = db.session.scalar(select(FailedSignIns).where(FailedSignIns.key == counter.key))
    if row is None:
        return counter.free, counter.waits[0]
    over = row.last_at + timedelta(seconds=counter.wait(row.count))
    return row.count, max(1, -int((now - over) // timedelta(seconds=1)))


def _tally() -> Tally:
    return Tally(sharing.shared, FORGOTTEN_AFTER)


def _account(email: str) -> str:
    return email.strip().casefold()


def _network(address: str) -> str:
    """The address; of IPv6 the /64 that one household or server has."""
    try:
        found = ip_address(address)
    except ValueError:
        return "unknown"
    if isinstance(found, IPv6Address) and found.ipv4_mapped:
        # How a socket for both kinds names those who come by IPv4 (RFC 4291, 2.5.5.2).
        found = found.ipv4_mapped
    return str(ip_network(f"{found}/64", strict=False)) if found.version == 6 else str(found)


def _key(kind: str, text: str) -> str:
    return f"{kind}:{sha256(text.encode('utf-8', 'surrogatepass')).hexdigest()}"
