"""Taking a tree of source files in: read, compare with what is here, write, report."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from blogapp.extensions import db
from blogapp.importing.errors import ImportingError, NotAPost
from blogapp.importing.gathering import Gathered, gather
from blogapp.importing.models import ImportedFile
from blogapp.importing.reading import Problem, SourcePost, read_post
from blogapp.importing.reporting import Outcome, Report, Result, planned_line, stored_line
from blogapp.importing.surveying import SourceSite, find_sites
from blogapp.importing.writing import (
    Desk,
    Note,
    fingerprint,
    note_import,
    taken_addresses,
    taken_note,
    unformatted_note,
    write_again,
    write_new,
)
from blogapp.posts.errors import BodyTooLong
from blogapp.posts.models import Post
from blogapp.posts.naming import free_post_slug
from blogapp.posts.rendering import render_body
from blogapp.posts.writing import MOST_BYTES

# The key under which an option counts for every site.
EVERY_SITE = "*"
T = TypeVar("T")


def import_tree(
    path: Path,
    *,
    zone: ZoneInfo,
    now: datetime,
    media_folder: Path,
    source: str = "",
    origin: str | None = None,
    author: str = "",
    zones: Mapping[str, ZoneInfo] | None = None,
    permalinks: Mapping[str, str] | None = None,
    dry_run: bool = False,
    on_start: Callable[[int], None] = lambda _total: None,
    on_outcome: Callable[[Outcome], None] = lambda _outcome: None,
) -> Report:
    """Take in every post under ``path``, a site or a folder of sites; return what happened.

    Commits after each post, so an import that is interrupted leaves whole posts and can
    be run again. A file that cannot be taken in is reported and stops nothing.

    ``zone`` is the blog's. Dates without an offset are read in the site's own zone:
    from ``zones`` by the site's name or for `EVERY_SITE`, else from the site's
    settings, else ``zone``. ``source`` names a single site where its folder's name
    would not tell it from another. ``author`` signs posts that name nobody. The session
    must hold nothing that is not committed. Raises `NoSite`.
    """
    desk = Desk(now=now, zone=zone, media_folder=media_folder, origin=origin, author=author)
    root = path.resolve()
    sites = find_sites(root)
    if source and len(sites) == 1:
        sites = [replace(sites[0], name=source)]
    report, planned = Report(), set[str]()
    on_start(sum(len(site.files) + len(site.others) for site in sites))

    def add(outcome: Outcome) -> None:
        report.add(outcome)
        on_outcome(outcome)

    for site in sites:
        run = _Run(
            site=site,
            root=root,
            desk=desk,
            zone=_choose(zones, site) or site.zone or zone,
            permalink=_choose(permalinks, site),
            dry_run=dry_run,
            planned=planned,
        )
        run.take_in(add)
    return report


def _choose(options: Mapping[str, T] | None, site: SourceSite) -> T | None:
    options = options or {}
    return options.get(site.name, options.get(EVERY_SITE))


def _in_short(error: Exception) -> str:
    lines = str(error).splitlines()
    return f"{type(error).__name__}: {lines[0][:200]}" if lines else type(error).__name__


@dataclass(frozen=True)
class _Known:
    """What an earlier import left of a file."""

    id: int
    sha256: str
    post_id: int | None
    was_edited: bool


@dataclass
class _Run:
    """The import of one site."""

    site: SourceSite
    root: Path
    desk: Desk
    zone: ZoneInfo
    permalink: str | None
    dry_run: bool
    known: dict[str, _Known] = field(default_factory=dict)
    # What a dry run has given away: slugs in one case, and old addresses.
    planned: set[str] = field(default_factory=set)

    def take_in(self, add: Callable[[Outcome], None]) -> None:
        self.known = self._recall()
        for file in self.site.others:
            add(self._left_out(file, f"is {file.suffix}, not Markdown"))
        for file in sorted(self.site.files, key=self._order):
            add(self._take_file(file))

    def _order(self, file: PurePosixPath) -> tuple[bool, PurePosixPath]:
        """Translations come last: the original keeps the slug that they share."""
        parts = {*file.parts[:-1], PurePosixPath(file.stem).suffix[1:]}
        return bool(parts & (self.site.languages - {"en", self.site.language})), file

    def _recall(self) -> dict[str, _Known]:
        query = (
            select(ImportedFile, Post.version)
            .outerjoin(Post, Post.id == ImportedFile.post_id)
            .where(ImportedFile.source == self.site.name)
        )
        return {
            row.path: _Known(row.id, row.sha256, row.post_id, version != row.post_version)
            for row, version in db.session.execute(query)
        }

    def _take_file(self, file: PurePosixPath) -> Outcome:
        try:
            source = read_post(self.site, file, zone=self.zone, permalink=self.permalink)
            return self._take_post(source)
        except NotAPost as reason:
            return self._left_out(file, str(reason))
        except ImportingError as error:
            return self._failed(file, str(error), error.line or 1)
        except BodyTooLong as error:
            return self._failed(file, str(error), 1)
        except OperationalError:
            # The database is gone, full or locked: no other file will fare better.
            raise
        except Exception as error:
            return self._failed(file, f"cannot be taken in ({_in_short(error)})", 1)
        finally:
            # Ends what an error or Ctrl-C left half done; after a commit it does nothing.
            db.session.rollback()

    def _take_post(self, source: SourcePost) -> Outcome:
        gathered = gather(self.site, source)
        digest = fingerprint(source, gathered)
        known = self.known.get(str(source.path))
        notes = [
            *source.problems,
            *((item.line, f"the picture {item.name} is not there") for item in gathered.missing),
        ]
        if known and known.post_id is None:
            return self._left_out(source.path, "its post was deleted here", notes)
        if known and known.sha256 == digest:
            return self._told(source, Result.UNCHANGED, notes, known.post_id)
        if known and known.was_edited:
            both = (1, "changed here and in the source; the post here stays as it is")
            return self._told(source, Result.KEPT, [*notes, both], known.post_id)
        if self.dry_run:
            return self._plan(source, known, notes)
        return self._write(source, gathered, known, digest, notes)

    def _write(
        self,
        source: SourcePost,
        gathered: Gathered,
        known: _Known | None,
        digest: str,
        notes: list[Note],
    ) -> Outcome:
        if known and known.post_id:
            post, more = write_again(known.post_id, source, gathered, self.desk)
        else:
            post, more = write_new(source, gathered, self.desk)
        note_import(
            known.id if known else None,
            source=self.site.name,
            path=str(source.path),
            sha256=digest,
            post=post,
            now=self.desk.now,
        )
        post_id = post.id
        db.session.commit()
        result = Result.CHANGED if known else Result.MADE
        return self._told(source, result, [*notes, *more], post_id)

    def _plan(self, source: SourcePost, known: _Known | None, notes: list[Note]) -> Outcome:
        if len(source.body.encode("utf-8", "surrogatepass")) > MOST_BYTES:
            raise BodyTooLong("A post holds at most one megabyte of text.")
        slug = source.slug
        if not known:
            slug = self._free_slug(source.slug)
            if slug != source.slug:
                notes.append((1, f"another post has the address {source.slug}; this one is {slug}"))
        taken = taken_addresses(source, slug, known.post_id if known else None)
        notes += [taken_note(path) for path in sorted(taken | self.planned & {*source.addresses})]
        self.planned |= {*source.addresses}
        rendered = render_body(source.body, media={})
        if not rendered.formatted:
            notes.append(unformatted_note(source))
        path = self._shown(source.path)
        result = Result.CHANGED if known else Result.MADE
        return self._outcome(path, result, planned_line(path, source, slug, rendered.html), notes)

    def _free_slug(self, wanted: str) -> str:
        slug, number = free_post_slug(wanted), 2
        while slug.casefold() in self.planned:
            slug, number = free_post_slug(f"{wanted}-{number}"), number + 1
        self.planned.add(slug.casefold())
        return slug

    def _told(
        self, source: SourcePost, result: Result, notes: list[Note], post_id: int | None
    ) -> Outcome:
        path = self._shown(source.path)
        return self._outcome(path, result, stored_line(path, source, post_id or 0), notes)

    def _left_out(self, file: PurePosixPath, reason: str, notes: Sequence[Note] = ()) -> Outcome:
        path = self._shown(file)
        return self._outcome(path, Result.SKIPPED, {"path": path, "error": reason}, notes)

    def _failed(self, file: PurePosixPath, reason: str, line: int) -> Outcome:
        path = self._shown(file)
        return self._outcome(path, Result.FAILED, {"path": path, "error": reason}, [(line, reason)])

    def _outcome(
        self, path: str, result: Result, line: dict[str, Any], notes: Sequence[Note]
    ) -> Outcome:
        problems = tuple(Problem(path, number, what) for number, what in sorted(notes))
        told = {"result": str(result), "problems": [str(problem) for problem in problems]}
        return Outcome(path, result, {**line, **told}, problems)

    def _shown(self, file: PurePosixPath) -> str:
        return (self.site.root / file).relative_to(self.root).as_posix()
