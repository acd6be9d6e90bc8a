"""Writing down how often old addresses are asked for, and which ones nobody knows.

These functions change rows; the caller commits.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, literal, select
from sqlalchemy.dialects import postgresql, sqlite

from blogapp.extensions import UTCDateTime, db
from blogapp.posts.models import Redirect
from blogapp.posts.redirect_models import MissingPath, RedirectHits

# So many are remembered; beyond that those go that were asked for least and longest ago.
MOST_MISSING, MOST_PROBES, MOST_DISMISSED = 2_000, 200, 1_000
_AT_ONCE = 400
_PROBE = re.compile(
    r"\.(?:php\d?|phtml|aspx?|ashx|jspx?|do|action|cgi|pl|env|git|sql|sqlite|bak|old|orig|save|swp"
    r"|ini|conf|config|cfg|ya?ml|toml|log|sh|bat|exe|dll|tar|gz|tgz|rar|7z|pem|key|pfx|lock)$"
    r"|/\.(?!well-known/)|~$"
    r"|/wp-(?:admin|includes|login|json|config|cron|signup|content/(?:plugins|themes))(?:/|$)"
    r"|/(?:cgi-bin|phpmyadmin|pma|adminer|vendor/phpunit|actuator|_profiler|_ignition|telescope"
    r"|hnap1|boaform|solr|jenkins|owa|ecp|autodiscover|remote/login|geoserver|console|manager/html"
    r"|server-status|etc/passwd|xmlrpc|druid|nacos|_next/data|graphql)(?:/|$)"
)


@dataclass
class Missed:
    """An address that was asked for in vain, and how often since the last writing."""

    path: str
    hits: int
    referrer: str = ""
    is_probe: bool = False


def is_probe(path: str) -> bool:
    """Whether only a search for holes asks for ``path``, and no link ever led there.

    >>> is_probe("/wp-login.php"), is_probe("/.env"), is_probe("/2019/05/raft")
    (True, True, False)
    """
    return _PROBE.search(path.partition("?")[0]) is not None


def add_hits(hits: Mapping[int, int], *, now: datetime) -> None:
    """Add to the numbers of rules, by id; those that are gone are left out."""
    insert = postgresql.insert if db.engine.dialect.name == "postgresql" else sqlite.insert
    # In one order everywhere: two processes that write wait for each other, not in a circle.
    for id in sorted(hits):
        count = hits[id]
        row = select(Redirect.id, literal(count), literal(now, UTCDateTime)).where(
            Redirect.id == id
        )
        statement = insert(RedirectHits).from_select(["redirect_id", "hits", "last_at"], row)
        db.session.execute(
            statement.on_conflict_do_update(
                index_elements=[RedirectHits.redirect_id],
                set_={"hits": RedirectHits.hits + count, "last_at": now},
            )
        )


def add_missing(missed: Iterable[Missed], *, now: datetime) -> None:
    """Add to the log of what nobody knows, and hold it within its bounds."""
    insert = postgresql.insert if db.engine.dialect.name == "postgresql" else sqlite.insert
    some = sorted(missed, key=lambda each: each.path)
    for each in some:
        statement = insert(MissingPath).values(
            path=each.path,
            hits=each.hits,
            first_at=now,
            last_at=now,
            referrer=each.referrer,
            is_probe=each.is_probe,
        )
        fresh = {"hits": MissingPath.hits + each.hits, "last_at": now}
        if each.referrer:
            fresh["referrer"] = each.referrer
        db.session.execute(
            statement.on_conflict_do_update(index_elements=[MissingPath.path], set_=fresh)
        )
    if some:
        _hold()


def _hold() -> None:
    """Let go of what is over the bounds: a flood of names that somebody made up drowns nothing.

    Asked for twice, or by a reader who came from somewhere, counts more than once.
    """
    is_left, is_open = MissingPath.dismissed_at.is_not(None), MissingPath.dismissed_at.is_(None)
    kinds = (
        (MOST_MISSING, (is_open, MissingPath.is_probe.is_(False))),
        (MOST_PROBES, (is_open, MissingPath.is_probe.is_(True))),
        (MOST_DISMISSED, (is_left,)),
    )
    for most, chosen in kinds:
        count = db.session.scalar(select(func.count(MissingPath.id)).where(*chosen)) or 0
        if count <= most:
            continue
        least = (
            select(MissingPath.id)
            .where(*chosen)
            .order_by(MissingPath.hits, MissingPath.referrer != "", MissingPath.last_at)
            .limit(count - most)
        )
        db.session.execute(
            delete(MissingPath)
            .where(MissingPath.id.in_(least))
            .execution_options(synchronize_session=False)
        )
