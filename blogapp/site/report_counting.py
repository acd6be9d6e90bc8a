"""Counting what browsers refused, and telling it by what was refused.

These functions change rows; the caller commits.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.dialects import postgresql, sqlite

from blogapp.extensions import db
from blogapp.site.report_models import PolicyReport
from blogapp.text.origins import BadOrigin, parse_origin

# So many are remembered; beyond that those go that were seen least and longest ago.
MOST = 500
# So many pages are named of each kind.
MOST_PAGES = 3
_KINDS = {
    "script-src": "script",
    "script-src-elem": "script",
    "style-src": "style",
    "style-src-elem": "style",
    "img-src": "img",
    "font-src": "font",
    "frame-src": "frame",
    "connect-src": "connect",
}


@dataclass(frozen=True)
class Refusal:
    """What a page was not let do: a directive of its policy, and an origin or a word."""

    directive: str
    blocked: str
    page: str


@dataclass
class Refused:
    """One thing that pages were not let do, however many pages."""

    directive: str
    blocked: str
    hits: int
    last_at: datetime
    pages: list[str] = field(default_factory=list)
    more_pages: int = 0

    @property
    def source(self) -> str:
        """The name in `SOURCES` under which its origin could be allowed; empty for what cannot."""
        try:
            parse_origin(self.blocked)
        except BadOrigin:
            return ""
        return _KINDS.get(self.directive, "")


def add_reports(counts: Iterable[tuple[Refusal, int]], *, now: datetime) -> None:
    """Add to the numbers, and hold the table within its bounds."""
    insert = postgresql.insert if db.engine.dialect.name == "postgresql" else sqlite.insert
    # In one order everywhere: two processes that write wait for each other, not in a circle.
    some = sorted(counts, key=lambda each: (each[0].directive, each[0].blocked, each[0].page))
    for refusal, hits in some:
        statement = insert(PolicyReport).values(
            directive=refusal.directive,
            blocked=refusal.blocked,
            page=refusal.page,
            hits=hits,
            first_at=now,
            last_at=now,
        )
        db.session.execute(
            statement.on_conflict_do_update(
                index_elements=[PolicyReport.directive, PolicyReport.blocked, PolicyReport.page],
                set_={"hits": PolicyReport.hits + hits, "last_at": now},
            )
        )
    if some:
        _hold()


def list_refused() -> Sequence[Refused]:
    """Return what was refused, the most often first, with a few pages of each."""
    found: dict[tuple[str, str], Refused] = {}
    rows = db.session.scalars(
        select(PolicyReport).order_by(PolicyReport.hits.desc(), PolicyReport.id)
    )
    for row in rows:
        key = (row.directive, row.blocked)
        refused = found.setdefault(key, Refused(*key, hits=0, last_at=row.last_at))
        refused.hits += row.hits
        refused.last_at = max(refused.last_at, row.last_at)
        if len(refused.pages) < MOST_PAGES:
            refused.pages.append(row.page)
        else:
            refused.more_pages += 1
    return sorted(found.values(), key=lambda each: -each.hits)


def forget_reports() -> None:
    """Let go of all that was refused so far."""
    db.session.execute(delete(PolicyReport))


def _hold() -> None:
    count = db.session.scalar(select(func.count(PolicyReport.id))) or 0
    if count <= MOST:
        return
    least = (
        select(PolicyReport.id)
        .order_by(PolicyReport.hits, PolicyReport.last_at, PolicyReport.id)
        .limit(count - MOST)
    )
    db.session.execute(
        delete(PolicyReport)
        .where(PolicyReport.id.in_(least))
        .execution_options(synchronize_session=False)
    )
