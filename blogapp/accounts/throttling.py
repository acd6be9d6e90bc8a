"""Slowing guesses down without ever locking anybody out.

Each failure makes the next try wait longer, up to a minute: by account and
network together, and by network alone. A stranger elsewhere therefore cannot
make the owner wait.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from ipaddress import IPv6Address, ip_address, ip_network

from sqlalchemy import ColumnElement, and_, case, delete, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from blogapp.accounts.models import FailedSignIns
from blogapp.extensions import db

WAITS = (2, 4, 8, 16, 32, 60)  # seconds
FORGOTTEN_AFTER = timedelta(days=1)


@dataclass(frozen=True)
class Counter:
    """One thing that failures are counted for, and how many are free."""

    key: str
    free: int

    def wait(self, count: int) -> int:
        """Return how many seconds must pass after failure number ``count``."""
        return 0 if count < self.free else WAITS[min(count - self.free, len(WAITS) - 1)]


def counters(email: str, address: str) -> list[Counter]:
    """Return what a sign-in as ``email`` from the IP ``address`` counts towards."""
    network = _network(address)
    return [
        Counter(_key("account", f"{email.strip().casefold()} {network}"), free=3),
        Counter(_key("network", network), free=10),
    ]


def admit(email: str, address: str, *, now: datetime) -> int:
    """Count a try; return 0 to let it go ahead, else the seconds to wait.

    A try counts as failed until `forgive` says otherwise. Counting and asking
    are one statement, so a hundred tries at once do not all slip through. The
    caller commits.
    """
    db.session.execute(delete(FailedSignIns).where(FailedSignIns.last_at < now - FORGOTTEN_AFTER))
    for counter in counters(email, address):
        if not _count(counter, now):
            wait = _remaining(counter, now)
            db.session.rollback()
            return wait
    return 0


def forgive(email: str, address: str) -> None:
    """Forget the failures of this account from this network; it has signed in."""
    pair, network = counters(email, address)
    db.session.execute(delete(FailedSignIns).where(FailedSignIns.key == pair.key))
    # The network's own guesses at other accounts stay counted; this try does not.
    db.session.execute(
        update(FailedSignIns)
        .where(FailedSignIns.key == network.key)
        .values(count=case((FailedSignIns.count > 0, FailedSignIns.count - 1), else_=0))
    )


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
    most = counter.free + len(WAITS) - 1
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


def _remaining(counter: Counter, now: datetime) -> int:
    row = db.session.scalar(select(FailedSignIns).where(FailedSignIns.key == counter.key))
    if row is None:
        return WAITS[0]
    over = row.last_at + timedelta(seconds=counter.wait(row.count))
    return max(1, -int((now - over) // timedelta(seconds=1)))


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
