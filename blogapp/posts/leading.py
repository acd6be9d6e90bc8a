"""All old addresses that lead somewhere at a moment, for who has to know them beforehand."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from blogapp.extensions import db
from blogapp.posts.models import Redirect, Tag, TagAlias
from blogapp.posts.redirecting import BELOW, target_of

_AT_ONCE = 1_000


@dataclass(frozen=True)
class Lead:
    """An old address (decoded, below the base path) and where it leads.

    ``target`` is encoded: a path below the base path, or a whole address elsewhere. Both end in
    ``/*`` where all below a folder leads to the same below another.
    """

    path: str
    target: str
    status: int = 301


def list_leads(now: datetime) -> Iterator[Lead]:
    """Yield where each old address leads that leads to something readers may see at ``now``."""
    last = ""
    while True:
        query = (
            select(Redirect)
            .where(Redirect.path > last)
            .order_by(Redirect.path)
            .options(joinedload(Redirect.post))
            .limit(_AT_ONCE)
        )
        rules = db.session.scalars(query).all()
        for rule in rules:
            if target := _target(rule, now):
                yield Lead(rule.path, target, rule.status)
        if len(rules) < _AT_ONCE:
            break
        last = rules[-1].path
        db.session.expunge_all()
    aliases = select(TagAlias.slug, Tag.slug).join(Tag, Tag.id == TagAlias.tag_id)
    for alias, slug in db.session.execute(aliases.where(TagAlias.slug.is_not(None))):
        yield Lead(f"/tags/{alias}", f"/tags/{quote(slug, safe='')}")


def _target(rule: Redirect, now: datetime) -> str | None:
    if rule.post:
        return quote(rule.post.path) if rule.post.is_public(now) else None
    target = rule.target or ""
    if rule.path.endswith(BELOW) and target.endswith(BELOW):
        return target
    return target_of(rule, rule.path)
