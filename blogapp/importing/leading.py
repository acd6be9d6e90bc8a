"""Letting old addresses lead to what came of them.

These functions change objects; the caller commits.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import datetime

from sqlalchemy import select

from blogapp.extensions import db
from blogapp.importing.reading import SourcePost
from blogapp.posts.models import Post, Redirect
from blogapp.posts.redirecting import spelled

Note = tuple[int, str]
CAME_BY = "imported"
_AT_ONCE = 200
_HOME = re.compile(r"/(posts|pages)/([^/?]+)|/(about)")


def lead_to_post(post: Post, source: SourcePost, *, now: datetime) -> Iterator[Note]:
    """Let the post's old addresses lead to it; yield a note on each that is taken."""
    taken = taken_addresses(source, post.slug, post.id)
    query = select(Redirect.path).where(Redirect.post_id == post.id)
    here = set(db.session.scalars(query))
    for path in old_addresses(source, post.slug):
        if path in taken:
            yield taken_note(path)
        elif path not in here:
            row = Redirect(path=path, post_id=post.id, created_at=now, came_by=CAME_BY)
            db.session.add(row)


def taken_addresses(source: SourcePost, slug: str, post_id: int | None = None) -> set[str]:
    """Return those of the post's old addresses that lead elsewhere, or are another post's own."""
    wanted = old_addresses(source, slug)
    if not wanted:
        return set()
    led = select(Redirect.path).where(
        Redirect.path.in_(wanted), Redirect.post_id.is_distinct_from(post_id)
    )
    return {*db.session.scalars(led), *_lived_at(wanted, post_id)}


def old_addresses(source: SourcePost, slug: str) -> list[str]:
    """Return the post's addresses elsewhere as redirects spell them, its own here left out."""
    own = {f"/pages/{slug}", f"/{slug}"} if source.is_page else {f"/posts/{slug}"}
    if source.is_page and slug.casefold() != "about":
        own.discard(f"/{slug}")
    own = {path.casefold() for path in own}
    paths = (spelled(address) for address in source.addresses)
    return list(dict.fromkeys(path for path in paths if path and path != "/" and path not in own))


def taken_note(path: str) -> Note:
    return 1, f"the old address {path} already leads to another post"


def lead_to(ways: Iterable[tuple[str, str]], *, now: datetime) -> Iterator[str]:
    """Let old paths lead to paths of this blog; yield a sentence on each that cannot."""
    wanted: dict[str, str] = {}
    for address, target in ways:
        path = spelled(address)
        if path is None:
            yield f"“{address[:200]}” cannot be an old address"
        elif path not in {"/", spelled(target)}:
            wanted.setdefault(path, target)
    paths = list(wanted)
    for start in range(0, len(paths), _AT_ONCE):
        some = paths[start : start + _AT_ONCE]
        rows = db.session.scalars(select(Redirect).where(Redirect.path.in_(some)))
        led = {row.path: row for row in rows}
        for path in some:
            if path not in led:
                row = Redirect(path=path, target=wanted[path], created_at=now, came_by=CAME_BY)
                db.session.add(row)
            elif led[path].target != wanted[path]:
                yield f"the old address {path} already leads elsewhere, not to {wanted[path]}"


def _lived_at(paths: Iterable[str], post_id: int | None) -> Iterator[str]:
    """Yield those of the paths at which another post or page lives."""
    asked: dict[tuple[str, bool], str] = {}
    for path in paths:
        if found := _HOME.fullmatch(path):
            slug, is_page = found[2] or found[3], found[1] != "posts"
            asked[slug.casefold(), is_page] = path
    if not asked:
        return
    slugs = {slug for slug, _ in asked}
    query = select(Post.slug_key, Post.is_page).where(
        Post.slug_key.in_(slugs), Post.id != (post_id or 0)
    )
    for slug, is_page in db.session.execute(query):
        if (slug, is_page) in asked:
            yield asked[slug, is_page]
