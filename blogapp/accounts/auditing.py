"""What was done by whom: writing it down, finding it, and forgetting it in time."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Any

from sqlalchemy import Select, delete, func, select, tuple_

from blogapp.accounts.audit_models import ActorKind, AuditEvent
from blogapp.accounts.models import Author
from blogapp.extensions import Base, db
from blogapp.jobs.queueing import enqueue
from blogapp.text.name_lists import one_line

# The kind of work that forgets what is over its time.
TRIM = "audit"
SHORTEST, LONGEST, USUAL = 30, 3650, 365
PER_PAGE = 50
DAY = timedelta(days=1)
_LONGEST_LABEL, _LONGEST_VALUE, _MOST_VALUES = 300, 200, 20
# Details have names of their own; by these, somebody would hand over what nobody may read.
_SECRETS = re.compile(r"password|token|secret|(^|_)(link|links|code|codes|hash|key|cookie)$")
# Addresses that open something for whoever has them, and what looks like such a word.
_OPENING = re.compile(r"\S*/(login|reset|invite|preview|account/email|confirm)/\S+")
_RANDOM = re.compile(
    r"(?<![\w-])(?:(?=[\w-]*\d)(?=[\w-]*[A-Z])(?=[\w-]*[a-z])[\w-]{24,}|[0-9a-fA-F]{32,})(?![\w-])"
)
_HIDDEN = "…"


@dataclass(frozen=True)
class Actor:
    """Who acts, and from where."""

    kind: ActorKind
    label: str = ""
    id: int | None = None
    network: str = ""

    @classmethod
    def of(cls, author: Author, network: str = "") -> "Actor":
        label = f"{author.name} <{author.email}>" if author.email else author.name
        return cls(ActorKind.PERSON, label, author.id, network)


@dataclass(frozen=True)
class Sought:
    """Which events: those of a person, of an act, from a moment on, before another."""

    actor_id: int | None = None
    act: str = ""
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True)
class Place:
    """Where a page of events begins: after this one, which is newer."""

    at: datetime
    id: int

    def __str__(self) -> str:
        return f"{self.at.timestamp():.6f}-{self.id}"

    @classmethod
    def parse(cls, text: str) -> "Place | None":
        """Return the place that `str` wrote, or None.

        >>> place = Place(datetime(2026, 1, 1, tzinfo=UTC), 7)
        >>> Place.parse(str(place)) == place, Place.parse("1e9-7")
        (True, None)
        """
        found = re.fullmatch(r"([0-9]{1,11}\.[0-9]{6})-([0-9]{1,10})", text, re.ASCII)
        if not found or int(found[2]) >= 2**31:
            return None
        seconds, micros = found[1].split(".")
        try:
            at = datetime.fromtimestamp(int(seconds), UTC) + timedelta(microseconds=int(micros))
        except (ValueError, OverflowError, OSError):
            return None
        return cls(at, int(found[2]))


def record(
    act: str,
    actor: Actor,
    *,
    now: datetime,
    about: Base | str | None = None,
    details: Mapping[str, Any] | None = None,
) -> AuditEvent:
    """Add that ``actor`` did ``act`` to ``about``, in the transaction of the act.

    ``details`` are few and short, and never secrets: raises `ValueError` for a name that says
    so; what looks like a link that opens something is hidden.
    """
    about_type, about_id, about_label = _described(about)
    event = AuditEvent(
        at=now,
        actor_kind=actor.kind,
        actor_id=actor.id,
        actor_label=_line(actor.label, _LONGEST_LABEL),
        network=actor.network,
        act=act,
        about_type=about_type,
        about_id=about_id,
        about_label=_line(about_label, _LONGEST_LABEL),
        details=_harmless(details or {}),
    )
    db.session.add(event)
    _ask_to_trim(now.date(), now)
    return event


def list_events(
    sought: Sought, *, after: Place | None = None, limit: int = PER_PAGE
) -> tuple[Sequence[AuditEvent], Place | None]:
    """Return events, newest first, and where the next page begins, if there is one."""
    query = _found(sought).order_by(AuditEvent.at.desc(), AuditEvent.id.desc())
    if after:
        place = tuple_(AuditEvent.at, AuditEvent.id)
        query = query.where(place < tuple_(after.at, after.id))
    events = db.session.scalars(query.limit(limit + 1)).all()
    if len(events) <= limit:
        return events, None
    last = events[limit - 1]
    return events[:limit], Place(last.at, last.id)


def list_actors() -> Sequence[tuple[int, str]]:
    """Return who did something, by id and by what they were called last."""
    last = select(func.max(AuditEvent.id)).where(AuditEvent.actor_id.is_not(None))
    query = select(AuditEvent.actor_id, AuditEvent.actor_label).where(
        AuditEvent.id.in_(last.group_by(AuditEvent.actor_id))
    )
    return [(id, label) for id, label in db.session.execute(query.order_by("actor_label")) if id]


def list_acts() -> Sequence[str]:
    """Return which acts were recorded, by name."""
    return db.session.scalars(select(AuditEvent.act).distinct().order_by(AuditEvent.act)).all()


def trim(days: int, *, day: date, now: datetime) -> int:
    """Forget what is older than ``days``; return how much. Comes again while anything is left.

    ``day`` is the one for which it was asked.
    """
    gone = db.session.execute(delete(AuditEvent).where(AuditEvent.at < now - days * DAY))
    if db.session.scalar(select(AuditEvent.id).limit(1)):
        _ask_to_trim(max(day, now.date()), now)
    return getattr(gone, "rowcount", 0)


def network_of(address: str) -> str:
    """Return an IP address, of IPv6 the /64 that one household has, or nothing for none.

    >>> network_of("192.0.2.7"), network_of("2001:db8::1:2:3:4"), network_of("?")
    ('192.0.2.7', '2001:db8::/64', '')
    """
    try:
        found = ip_address(address)
    except ValueError:
        return ""
    if isinstance(found, IPv6Address) and found.ipv4_mapped:
        found = found.ipv4_mapped
    return str(ip_network(f"{found}/64", strict=False)) if found.version == 6 else str(found)


def _ask_to_trim(day: date, now: datetime) -> None:
    """Have it done when the day after ``day`` begins, once."""
    due = datetime.combine(day + DAY, time(), UTC)
    enqueue(TRIM, due.date().isoformat(), now=now, due=due)


def _found(sought: Sought) -> Select[AuditEvent]:
    query = select(AuditEvent)
    if sought.actor_id is not None:
        query = query.where(AuditEvent.actor_id == sought.actor_id)
    if sought.act:
        query = query.where(AuditEvent.act == sought.act)
    if sought.since:
        query = query.where(AuditEvent.at >= sought.since)
    if sought.until:
        query = query.where(AuditEvent.at < sought.until)
    return query


def _described(about: Base | str | None) -> tuple[str, str, str]:
    """Return type, id and label of what something was done to."""
    if about is None or isinstance(about, str):
        return "", "", about or ""
    if getattr(about, "id", None) is None:
        db.session.flush()
    if isinstance(about, Author):
        label = Actor.of(about).label
    else:
        words = (getattr(about, name, None) for name in ("title", "name", "path", "slug"))
        label = next((str(word) for word in words if word), "")
    return type(about).__name__.lower(), str(getattr(about, "id", "")), label


def _harmless(details: Mapping[str, Any]) -> dict[str, Any]:
    for name in details:
        if _SECRETS.search(name):
            raise ValueError(f"{name!r} is nothing for the audit log")
    return {name: _value(value) for name, value in [*details.items()][:_MOST_VALUES]}


def _value(value: Any) -> Any:
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, list | tuple | set | frozenset):
        return [_line(str(each), _LONGEST_VALUE) for each in [*value][:_MOST_VALUES]]
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    return _line(str(value), _LONGEST_VALUE)


def _line(text: str, longest: int) -> str:
    shown = _RANDOM.sub(_HIDDEN, _OPENING.sub(_HIDDEN, one_line(text)))
    return shown if len(shown) <= longest else f"{shown[: longest - 1]}…"
