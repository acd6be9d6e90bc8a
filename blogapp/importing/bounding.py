"""Bringing what a source says within what a post can hold; a note on each thing that is not."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from blogapp.importing.fields import short
from blogapp.importing.reading import SourcePost
from blogapp.posts.naming import tidy
from blogapp.text.slugs import clean_slug

Note = tuple[int, str]
LONG_TITLE = 200
LONGEST_ENTRY_ID = 500
LONGEST_KIND = 40
LONGEST_NAME = 200
MOST_POSITION = 1_000_000
# What neither database keeps: NUL, and halves of surrogate pairs.
_UNKEPT = re.compile("[\x00\ud800-\udfff]")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}")
_TEXTS = [
    *("title", "body", "slug", "summary", "kind", "language", "canonical_url"),
    *("domain", "series", "entry_id"),
]


def bounded(post: SourcePost) -> tuple[SourcePost, list[Note]]:
    """Return the post as it can be kept, and what was left out of it or stands out in it."""
    notes: list[Note] = []
    changed = _mended(post)
    if changed:
        notes.append((1, f"holds characters that no text has, in its {_list(changed)}: replaced"))
        post = replace(post, **changed)
    changed = {}
    for field, value, note in _limits(post):
        notes.append((1, note))
        changed[field] = value
    post = replace(post, **changed) if changed else post
    notes += [(1, note) for note in _oddities(post)]
    return post, notes


def _mended(post: SourcePost) -> dict[str, Any]:
    changed: dict[str, Any] = {}
    for field in _TEXTS:
        text = getattr(post, field)
        if _UNKEPT.search(text):
            changed[field] = _mend(text)
    for field in ("tags", "authors"):
        names = getattr(post, field)
        if any(map(_UNKEPT.search, names)):
            changed[field] = tuple(map(_mend, names))
    return changed


def _mend(text: str) -> str:
    # Two halves that belong together are the letter they were meant to be.
    text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text.replace("\0", "")


def _limits(post: SourcePost) -> Iterator[tuple[str, Any, str]]:
    """Yield each field that has to change, its new value, and why."""
    if (slug := clean_slug(post.slug, "page" if post.is_page else "post")) != post.slug:
        yield "slug", slug, f"“{short(post.slug)}” cannot be an address; took {slug}"
    if len(post.kind) > LONGEST_KIND:
        yield "kind", post.kind[:LONGEST_KIND], f"its kind “{short(post.kind)}” is cut"
    if post.language and not _LANGUAGE.fullmatch(post.language):
        yield "language", "", f"“{short(post.language)}” is no language"
    if post.canonical_url and not post.canonical_url.startswith(("https://", "http://")):
        yield "canonical_url", "", f"“{short(post.canonical_url)}” is no address of a page"
    if len(post.entry_id) > LONGEST_ENTRY_ID:
        note = (
            f"its feed's id is longer than {LONGEST_ENTRY_ID} characters: feeds will give a new one"
        )
        yield "entry_id", "", note
    if post.series_position is not None and not 0 <= post.series_position <= MOST_POSITION:
        yield "series_position", None, f"part {post.series_position} of a series cannot be"
    for field in ("date", "updated"):
        yield from _moments(field, getattr(post, field))
    if any(comment.at.tzinfo is None for comment in post.comments):
        aware = (
            comment if comment.at.tzinfo else replace(comment, at=comment.at.replace(tzinfo=UTC))
            for comment in post.comments
        )
        yield "comments", tuple(aware), "dates of comments name no zone; read in UTC"


def _moments(field: str, moment: datetime | None) -> Iterator[tuple[str, Any, str]]:
    if moment is None:
        return
    if not 2 <= moment.year <= 9998:  # in every time zone
        yield field, None, f"{field}: the year {moment.year} cannot be kept"
    elif moment.tzinfo is None:
        yield field, moment.replace(tzinfo=UTC), f"{field}: names no zone; read in UTC"


def _oddities(post: SourcePost) -> Iterator[str]:
    if len(post.title) > LONG_TITLE:
        yield f"its title is {len(post.title)} characters long"
    if not post.body.strip():
        yield "has no text"
    for name in (*post.tags, post.domain, post.series, *post.authors):
        if len(" ".join(name.split())) > LONGEST_NAME:
            yield f"the name “{short(name)}” is cut to {len(tidy(name))} characters"


def _list(fields: dict[str, Any]) -> str:
    return ", ".join(field.replace("_", " ") for field in fields)
