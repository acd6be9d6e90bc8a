"""Looking a text over before readers do. Everything found warns; secrets ask to be confirmed."""

from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import undefer

from blogapp.extensions import db
from blogapp.media.models import Media
from blogapp.posts.content import Content
from blogapp.posts.findings import CheckKind, Finding, Fix, Setting
from blogapp.posts.likening import find_alike_slug, find_alike_tags, find_same_title
from blogapp.posts.linking_out import check_references
from blogapp.posts.models import Post
from blogapp.posts.publication_models import ConfirmedSecret
from blogapp.text.excerpts import excerpt
from blogapp.text.guessing import guess_language
from blogapp.text.info_strings import read_info
from blogapp.text.leftovers import find_home_folders, find_leftovers
from blogapp.text.scanning import Scan, scan
from blogapp.text.secrets import Secret, find_secrets
from blogapp.text.sources import plain_paragraphs

SUMMARY_MOST = 200  # characters
MOST_PER_KIND = 30
_AROUND = 40
_NOT_YET = (CheckKind.NO_TITLE, CheckKind.NO_SUMMARY)


def check(
    content: Content, *, post: Post | None, media: Mapping[str, Media], setting: Setting
) -> list[Finding]:
    """Return what is worth a look before this is published, secrets first, then by place.

    ``post`` is None for a text without a row. The number of statements does not depend
    on the text; its time is in proportion to it.
    """
    if not content.body.strip() and not content["title"].strip():
        return []
    found = scan(content.body)
    lines = _Lines(content.body)
    is_page = bool(post and post.is_page)
    findings = [
        *_secrets(content),
        *_fields(content, found, is_page=is_page),
        *_front_matter(content, setting),
        *find_same_title(content, post),
        *find_alike_slug(content, post),
        *find_alike_tags(content),
        *_leftovers(content, found),
        *check_references(found.references, media, setting),
        *_headings(found),
        *_fences(found),
    ]
    placed = [lines.place(finding) for finding in _bounded(findings)]
    order = sorted(placed, key=lambda each: (not each.blocks, each.field == "body", each.start))
    return order


def find_unconfirmed(findings: Iterable[Finding], confirmed: Collection[str]) -> list[Finding]:
    """Return the findings that nobody has confirmed yet, of those that must be."""
    return [each for each in findings if each.blocks and each.digest not in confirmed]


def list_confirmed(post: Post | None) -> set[str]:
    """Return the digests of the secrets that somebody said may stand in this post."""
    if post is None or post.id is None:
        return set()
    query = select(ConfirmedSecret.digest).where(ConfirmedSecret.post_id == post.id)
    return set(db.session.scalars(query))


def confirm(post: Post, digests: Collection[str], *, author_id: int | None, now: datetime) -> None:
    """Remember that these secrets may stand in this post; others will be asked about again."""
    for digest in set(digests) - list_confirmed(post):
        row = ConfirmedSecret(post_id=post.id, digest=digest, author_id=author_id, at=now)
        db.session.add(row)


def unconfirmed_secrets(post_ids: Collection[int]) -> dict[int, int]:
    """Return how many secrets stand in each of these posts that nobody has confirmed.

    Posts without any are left out. Two statements.
    """
    rows = select(Post).where(Post.id.in_(post_ids)).options(undefer(Post.body))
    confirmed = select(ConfirmedSecret.post_id, ConfirmedSecret.digest).where(
        ConfirmedSecret.post_id.in_(post_ids)
    )
    allowed = {(id, digest) for id, digest in db.session.execute(confirmed)}
    counts: dict[int, int] = {}
    for post in db.session.scalars(rows):
        texts = (post.body, post.title, post.summary)
        found = {secret.digest for text in texts for secret in find_secrets(text)}
        if left := sum((post.id, digest) not in allowed for digest in found):
            counts[post.id] = left
    return counts


def _secrets(content: Content) -> Iterator[Finding]:
    for field in ("title", "summary", "body"):
        text = content.body if field == "body" else content[field]
        same: dict[str, list[Secret]] = {}
        for secret in find_secrets(text):
            same.setdefault(secret.digest, []).append(secret)
        for digest, places in same.items():
            first = places[0]
            yield Finding(
                CheckKind.SECRET,
                field,
                value=first.masked,
                detail=first.kind.value,
                start=first.start,
                end=first.end,
                times=len(places),
                digest=digest,
            )


def _fields(content: Content, found: Scan, *, is_page: bool) -> Iterator[Finding]:
    if not content["title"].strip():
        yield Finding(CheckKind.NO_TITLE, "title")
    summary = content["summary"].strip()
    if not summary and not is_page and content.body.strip():
        words = excerpt(plain_paragraphs(found.prose), limit=160)
        fix = Fix("summary", words) if words else None
        yield Finding(CheckKind.NO_SUMMARY, "summary", fix=fix)
    if len(summary) > SUMMARY_MOST:
        count, most = str(len(summary)), str(SUMMARY_MOST)
        yield Finding(CheckKind.LONG_SUMMARY, "summary", value=count, other=most)


def _front_matter(content: Content, setting: Setting) -> Iterator[Finding]:
    if form := setting.opens_with(content.body):
        end = content.body.find("\n")
        yield Finding(CheckKind.FRONT_MATTER, value=form, start=0, end=max(end, 0))


def _leftovers(content: Content, found: Scan) -> Iterator[Finding]:
    for field in ("title", "summary"):
        for start, end in find_leftovers(content[field]):
            yield Finding(CheckKind.LEFTOVER, field, value=content[field][start:end])
    for start, end in find_leftovers(found.prose):
        yield Finding(CheckKind.LEFTOVER, value=content.body[start:end], start=start, end=end)
    homes: dict[str, Finding] = {}
    for start, end in find_home_folders(content.body):
        path = content.body[start:end]
        known = homes.get(path) or Finding(
            CheckKind.HOME_FOLDER, value=path, start=start, end=end, times=0
        )
        homes[path] = replace(known, times=known.times + 1)
    yield from homes.values()


def _headings(found: Scan) -> Iterator[Finding]:
    above = 0
    for heading in found.headings:
        place = {"start": heading.start, "end": heading.end}
        if not heading.text:
            yield Finding(CheckKind.EMPTY_HEADING, **place)  # type: ignore[arg-type]  # ints
        elif above and heading.level > above + 1:
            yield Finding(
                CheckKind.SKIPPED_LEVEL,
                value=str(heading.level),
                other=str(above),
                detail=heading.text[:80],
                fix=_level_fix(heading.start, heading.level, above, found.prose),
                start=heading.start,
                end=heading.end,
            )
        above = heading.level


def _level_fix(start: int, level: int, above: int, prose: str) -> Fix | None:
    is_marked = prose.startswith("#" * level, start)
    return Fix("body", "#" * (above + 1), start, start + level) if is_marked else None


def _fences(found: Scan) -> Iterator[Finding]:
    for fence in found.fences:
        if fence.code.strip() and not read_info(fence.info).language:
            guess = guess_language(fence.code)
            after = " " if fence.info and not fence.info.startswith((" ", "{")) else ""
            yield Finding(
                CheckKind.NO_LANGUAGE,
                value=guess,
                start=fence.start,
                end=fence.end,
                fix=Fix("body", guess + after, fence.info_at, fence.info_at),
            )


def _bounded(findings: Iterable[Finding]) -> Iterator[Finding]:
    """Yield the first few of each kind: a list of a thousand is read by nobody."""
    counts: dict[CheckKind, int] = {}
    for finding in findings:
        counts[finding.kind] = counts.get(finding.kind, 0) + 1
        if counts[finding.kind] <= MOST_PER_KIND or finding.blocks:
            yield finding


class _Lines:
    """Where the lines of a text begin."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.starts = [0]
        at = text.find("\n")
        while at >= 0:
            self.starts.append(at + 1)
            at = text.find("\n", at + 1)

    def place(self, finding: Finding) -> Finding:
        """Return the finding with its line, its column, and the words around it."""
        if finding.field != "body":
            return finding
        line = bisect_right(self.starts, finding.start)
        begin = self.starts[line - 1]
        end = self.text.find("\n", finding.start)
        last = min(len(self.text) if end < 0 else end, finding.start + 2 * _AROUND)
        first = max(begin, finding.start - _AROUND)
        before, after = self.text[first : finding.start], self.text[finding.start : last]
        if first > begin:
            before = f"…{before[before.find(' ') + 1 :]}"
        if finding.blocks:
            # The list may be seen over a shoulder, or in a photograph of the screen.
            after = finding.value
        words = f"{before}{after}".strip()
        return replace(
            finding, line=line, column=finding.start - begin + 1, excerpt=words.split("\n")[0]
        )
