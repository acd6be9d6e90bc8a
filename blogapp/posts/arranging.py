"""Domains: how many posts each has, in which order they stand, and making two of them one.

These functions change the database and never commit: the caller does, once.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, func, select, update

from blogapp.extensions import db
from blogapp.posts.approving import carry_rule, find_rules
from blogapp.posts.managing import domain_order
from blogapp.posts.models import Domain, Post
from blogapp.posts.renaming import lead_on, raise_versions, say_gone

_POSTS = Post.metadata.tables[Post.__tablename__]
_DOMAINS = Domain.metadata.tables[Domain.__tablename__]


@dataclass(frozen=True)
class Entry:
    """A domain, and how many posts have it in whatever state."""

    id: int
    name: str
    slug: str
    description: str
    is_ordered: bool
    posts: int


def list_with_counts() -> list[Entry]:
    """Return all domains in their order; one statement, however many there are."""
    query = (
        select(
            *(Domain.id, Domain.name, Domain.slug, Domain.description, Domain.position),
            func.count(Post.id),
        )
        .outerjoin(Post, Post.domain_id == Domain.id)
        .group_by(Domain.id)
        .order_by(*domain_order())
    )
    return [
        Entry(id, name, slug, description, position is not None, posts)
        for id, name, slug, description, position, posts in db.session.execute(query)
    ]


def count_posts(domain: Domain) -> int:
    """Return how many posts have the domain, in whatever state."""
    return db.session.scalar(select(func.count()).where(Post.domain_id == domain.id)) or 0


def move(domain: Domain, by: int) -> None:
    """Let a domain stand so many places later, or earlier; all of them have places then."""
    ids = [*db.session.scalars(select(Domain.id).order_by(*domain_order()))]
    at = ids.index(domain.id)
    ids.insert(min(max(at + by, 0), len(ids) - 1), ids.pop(at))
    _put_in_order(ids)


def order_by_name() -> None:
    """Let all domains stand from A to Z, those that come later likewise."""
    db.session.execute(update(Domain).values(position=None))


def merge(domain: Domain, into: Domain, *, now: datetime) -> None:
    """Make two domains one: ``into`` gets the posts and the addresses of ``domain``.

    The stricter of their rules for reviews holds.
    """
    if domain.id == into.id:
        raise ValueError("a domain cannot be merged into itself")
    carry_rule(domain.id, into=into.id)
    into.description = into.description or domain.description
    # What is somebody's own does not go with the demo.
    into.origin = into.origin if domain.origin == into.origin else None
    _empty(domain, into.id)
    lead_on(Domain.__tablename__, domain.slug, into.slug, now=now)
    _delete(domain)


def delete_domain(domain: Domain, *, now: datetime) -> None:
    """Take a domain away from its posts and from the blog; its address is gone (410)."""
    _empty(domain, None)
    say_gone(Domain.__tablename__, domain.slug, now=now)
    _delete(domain)


def loosens_reviews(domain: Domain) -> bool:
    """Whether its posts would need fewer approvals without it."""
    rules = find_rules()
    return rules.of(domain.id).needed > rules.usual.needed


def _put_in_order(ids: Sequence[int]) -> None:
    change = update(_DOMAINS).where(_DOMAINS.c.id == bindparam("domain"))
    rows = [{"domain": id, "place": place} for place, id in enumerate(ids, 1)]
    db.session.connection().execute(change.values(position=bindparam("place")), rows)


def _empty(domain: Domain, into: int | None) -> None:
    """Move its posts past the mapper: there may be tens of thousands."""
    db.session.flush()
    raise_versions(domain)
    moved = update(_POSTS).where(_POSTS.c.domain_id == domain.id).values(domain_id=into)
    db.session.connection().execute(moved)


def _delete(domain: Domain) -> None:
    db.session.flush()
    db.session.delete(domain)
    db.session.flush()
