"""What an import did, file by file, in a form that people and programs can check."""

import hashlib
import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from html.parser import HTMLParser
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload, undefer

from blogapp.extensions import db
from blogapp.importing.reading import Problem, SourcePost
from blogapp.posts.models import Post
from blogapp.posts.naming import tidy
from blogapp.text.folding import caseless


class Result(StrEnum):
    """What became of an item of a source."""

    MADE = "made"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    SKIPPED = "skipped"  # not a post, or deleted here
    KEPT = "changed on both sides"
    FAILED = "failed"
    NOTED = "noted"  # no item: what is to be said of the source as a whole


@dataclass(frozen=True)
class Outcome:
    """One source file: what became of it, and its line in the report."""

    path: str  # relative to what was imported
    result: Result
    line: dict[str, Any]
    problems: tuple[Problem, ...] = ()


@dataclass
class Report:
    """All outcomes of one import."""

    outcomes: list[Outcome] = field(default_factory=list)

    def add(self, outcome: Outcome) -> None:
        self.outcomes.append(outcome)

    @property
    def counts(self) -> Counter[Result]:
        return Counter(outcome.result for outcome in self.outcomes)

    @property
    def problems(self) -> list[Problem]:
        return [problem for outcome in self.outcomes for problem in outcome.problems]

    @property
    def failed(self) -> bool:
        """Whether a file could not be taken in."""
        return any(outcome.result is Result.FAILED for outcome in self.outcomes)


def stored_line(path: str, source: SourcePost, post_id: int) -> dict[str, Any]:
    """Return a post's line with values as the database has them now.

    ``date`` is null and ``authors`` are empty where the source names none.
    """
    loaded = [
        selectinload(Post.tags),
        selectinload(Post.authors),
        joinedload(Post.domain),
        joinedload(Post.series),
        undefer(Post.body),
        undefer(Post.html),
    ]
    post = db.session.scalars(select(Post).where(Post.id == post_id).options(*loaded)).one()
    date = (post.published_at or post.created_at) if source.date else None
    return {
        "path": path,
        "title": post.title,
        "slug": post.slug,
        "date": _instant(date),
        "updated": _instant(post.updated_at),
        "tags": [tag.name for tag in post.tags],
        "domain": post.domain.name if post.domain else "",
        "series": post.series.name if post.series else "",
        "authors": [author.name for author in post.authors] if source.authors else [],
        "draft": post.published_at is None,
        "is_page": post.is_page,
        "language": post.language,
        "body_sha256": body_hash(post.body),
        "rendered": count_elements(post.html),
    }


def planned_line(path: str, source: SourcePost, slug: str, html: str) -> dict[str, Any]:
    """Return the line that a post would have; for a dry run."""
    return {
        "path": path,
        "title": source.title,
        "slug": slug,
        "date": _instant(source.date),
        "updated": _instant(source.updated),
        "tags": list({caseless(tidy(tag)): tag for tag in reversed(source.tags)}.values())[::-1],
        "domain": source.domain,
        "series": source.series,
        "authors": list(source.authors),
        "draft": source.draft,
        "is_page": source.is_page,
        "language": source.language,
        "body_sha256": body_hash(source.body),
        "rendered": count_elements(html),
    }


def body_hash(body: str) -> str:
    """Return the SHA-256 of a body without blank lines before and white space after it.

    >>> body_hash("\\n\\n  a\\n") == body_hash("  a")
    True
    """
    text = re.sub(r"\A(?:[ \t]*\n)+", "", body).rstrip(" \t\n")
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def count_elements(html: str) -> dict[str, int]:
    """Count what a body became, leaving out what the page adds to it.

    >>> count_elements('<h2>a<a href="#a" data-added=""></a></h2><a href="/b">b</a>')
    {'h': 1, 'pre': 0, 'img': 0, 'a': 1, 'table': 0}
    """
    counter = _Counter()
    counter.feed(html)
    counter.close()
    return counter.counts


class _Counter(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.counts = dict.fromkeys(("h", "pre", "img", "a", "table"), 0)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        if "data-added" in attributes:
            return
        name = "h" if re.fullmatch(r"h[1-6]", tag) else tag
        href = attributes.get("href")
        if name == "a" and (href is None or href.startswith("#fn")):
            return
        if name in self.counts:
            self.counts[name] += 1


def _instant(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if moment else None
