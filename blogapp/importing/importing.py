"""Taking sources in: read each item, compare it with what is here, write, report."""

import errno
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError, OperationalError

from blogapp.extensions import db
from blogapp.importing.bounding import bounded
from blogapp.importing.errors import ImportingError, NotAPost
from blogapp.importing.fields import short
from blogapp.importing.gathering import Gathered
from blogapp.importing.introducing import Cast, key_of, names_of
from blogapp.importing.leading import Note, old_addresses, taken_addresses, taken_note
from blogapp.importing.models import ImportedFile
from blogapp.importing.picturing import Fetch, Pictures
from blogapp.importing.reading import Problem, SourcePost
from blogapp.importing.relinking import Links
from blogapp.importing.reporting import Outcome, Report, Result, planned_line, stored_line
from blogapp.importing.settling import foresee, keep_lists, settle
from blogapp.importing.sites import open_sites
from blogapp.importing.sources import Item, Source
from blogapp.importing.writing import (
    Desk,
    fingerprint,
    note_import,
    relink_post,
    unformatted_note,
    write_again,
    write_new,
)
from blogapp.media.stores import Store, StoreAway
from blogapp.posts.errors import BodyTooLong
from blogapp.posts.models import Post
from blogapp.posts.naming import free_post_slug
from blogapp.posts.rendering import render_body
from blogapp.posts.writing import MOST_BYTES

# The disk is full or takes nothing: no other item will fare better.
_DISK_IS_OUT = {errno.ENOSPC, errno.EDQUOT, errno.EROFS}
# How often a post is tried again that others got in the way of.
_ATTEMPTS = 5


def import_source(
    source: Source,
    *,
    zone: ZoneInfo,
    now: datetime,
    store: Store,
    origin: str | None = None,
    author: str = "",
    folders: Sequence[Path] = (),
    fetch: Fetch | None = None,
    dry_run: bool = False,
    on_start: Callable[[int], None] = lambda _total: None,
    on_outcome: Callable[[Outcome], None] = lambda _outcome: None,
) -> Report:
    """Take in every item of ``source``; return what happened.

    Commits after each item, so an import that is interrupted leaves whole posts and can
    be run again. An item that cannot be taken in is reported and stops nothing.

    ``zone`` is the blog's. ``author`` signs posts that name nobody. Pictures that the source
    does not bring are looked for in ``folders`` by the ends of their addresses, then by
    ``fetch``; a dry run fetches nothing and lists them. ``on_start`` is told how many items
    there are, 0 where only reading tells. The session must hold nothing that is not committed.
    """
    desk = Desk(now=now, zone=zone, store=store, origin=origin, author=author)
    on_start(source.count())
    pictures = Pictures(source, store, now, origin, folders, fetch=None if dry_run else fetch)
    return _take_in([source], replace(desk, pictures=pictures), dry_run, on_outcome)


def import_tree(
    path: Path,
    *,
    zone: ZoneInfo,
    now: datetime,
    store: Store,
    source: str = "",
    origin: str | None = None,
    author: str = "",
    zones: Mapping[str, ZoneInfo] | None = None,
    permalinks: Mapping[str, str] | None = None,
    base_urls: Mapping[str, str] | None = None,
    pages: bool = False,
    dry_run: bool = False,
    on_start: Callable[[int], None] = lambda _total: None,
    on_outcome: Callable[[Outcome], None] = lambda _outcome: None,
) -> Report:
    """Take in every Markdown post under ``path``, a site or a folder of sites; as `import_source`.

    Dates without an offset are read in the site's own zone: from ``zones`` by the site's name
    or for `EVERY_SITE`, else from the site's settings, else ``zone``. ``source`` names a single
    site where its folder's name would not tell it from another. ``base_urls`` say where sites
    were on the web, ``pages`` whether pages such as about.md come along. Raises `NoSite`.
    """
    desk = Desk(now=now, zone=zone, store=store, origin=origin, author=author)
    sites = open_sites(
        path,
        zone=zone,
        name=source,
        zones=zones,
        permalinks=permalinks,
        base_urls=base_urls,
        pages=pages,
    )
    on_start(sum(site.count() for site in sites))
    return _take_in(sites, desk, dry_run, on_outcome)


def _take_in(
    sources: Sequence[Source], desk: Desk, dry_run: bool, tell: Callable[[Outcome], None]
) -> Report:
    report, planned = Report(), set[str]()

    def add(outcome: Outcome) -> None:
        report.add(outcome)
        tell(outcome)

    for source in sources:
        own = replace(desk, cast=Cast.of(source))
        _Run(source=source, desk=own, dry_run=dry_run, planned=planned).take_in(add)
    return report


def _in_short(error: Exception) -> str:
    lines = str(error).splitlines()
    return f"{type(error).__name__}: {lines[0][:200]}" if lines else type(error).__name__


@dataclass(frozen=True)
class _Known:
    """What an earlier import left of an item."""

    id: int
    sha256: str
    post_id: int | None
    was_edited: bool


@dataclass
class _Run:
    """The import of one source."""

    source: Source
    desk: Desk
    dry_run: bool
    known: dict[str, _Known] = field(default_factory=dict)
    # What a dry run has given away: slugs in one case, and old addresses.
    planned: set[str] = field(default_factory=set)
    # What a dry run's posts are called by: the kind of name ("author" for people), and its key.
    carried: set[tuple[str, str]] = field(default_factory=set)
    # Which item stands as which part of a series.
    parts: dict[tuple[str, int], str] = field(default_factory=dict)
    # The posts here whose bodies a reader made, with what the report calls them.
    converted: list[tuple[int, str]] = field(default_factory=list)

    def take_in(self, add: Callable[[Outcome], None]) -> None:
        self.known = self._recall()
        for item in self._items(add):
            add(self._take_item(item))
        if whole := self._finish():
            add(whole)

    def _items(self, add: Callable[[Outcome], None]) -> Iterator[Item]:
        """Yield the source's items; where it breaks off, what came before is not lost."""
        items = iter(self.source.items())
        while True:
            try:
                yield next(items)
            except StopIteration:
                return
            except ImportingError as error:
                return add(self._failed(self.source.name, str(error), error.line or 1))

    def _relink(self) -> Iterator[Problem]:
        """Let links between posts lead to where they are now; yield what leads nowhere here.

        Each post is committed by itself. It counts as no edit.
        """
        links = self.desk.pictures.links if self.desk.pictures else Links("")
        for id, path in self.converted:
            lost = relink_post(id, links, source=self.source.name, now=self.desk.now)
            db.session.commit()
            db.session.expunge_all()
            for address in lost:
                yield Problem(path, 1, f"{short(address)} has nothing that answers for it here")

    def _finish(self) -> Outcome | None:
        """Bring along what is no item; return what is to be said of the whole, if anything is."""
        name, lost, kept = self.source.name, list[Problem](), dict[str, int]()
        try:
            kept = {told.name: len(told.rows) for told in self.source.lists()}
            if self.dry_run:
                lost += (Problem(name, 1, what) for what in foresee(self.source, self.carried))
            else:
                lost += (Problem(name, 1, what) for what in settle(self.source, now=self.desk.now))
                keep_lists(self.source, now=self.desk.now)
                db.session.commit()
        except ImportingError as error:
            db.session.rollback()
            lost.append(Problem(name, error.line or 1, str(error)))
        if not self.dry_run:
            lost += self._relink()
        problems = (*self.source.problems, *lost)
        if not (problems or kept):
            return None
        told = {"result": str(Result.NOTED), "problems": [str(problem) for problem in problems]}
        return Outcome(name, Result.NOTED, {"path": name, **told, "kept_lists": kept}, problems)

    def _recall(self, path: str | None = None) -> dict[str, _Known]:
        """Return what was left of ``path``, or of every item."""
        query = (
            select(ImportedFile, Post.version)
            .outerjoin(Post, Post.id == ImportedFile.post_id)
            .where(ImportedFile.source == self.source.name)
        )
        if path is not None:
            query = query.where(ImportedFile.path == path)
        return {
            row.path: _Known(row.id, row.sha256, row.post_id, version != row.post_version)
            for row, version in db.session.execute(query)
        }

    def _take_item(self, item: Item) -> Outcome:
        try:
            return self._take_among_others(item, item.read())
        except NotAPost as reason:
            return self._left_out(item.path, str(reason))
        except ImportingError as error:
            return self._failed(item.path, str(error), error.line or 1)
        except BodyTooLong as error:
            return self._failed(item.path, str(error), 1)
        except OperationalError:
            # The database is gone, full or locked: no other item will fare better.
            raise
        except OSError as error:
            if error.errno in _DISK_IS_OUT or isinstance(error, StoreAway):
                raise
            return self._failed(item.path, f"cannot be taken in ({_in_short(error)})", 1)
        except Exception as error:
            return self._failed(item.path, f"cannot be taken in ({_in_short(error)})", 1)
        finally:
            # Ends what an error or Ctrl-C left half done; after a commit it does nothing.
            db.session.rollback()

    def _take_among_others(self, item: Item, read: SourcePost) -> Outcome:
        """Take a post in, while others may write, too: another import of the same source."""
        for _ in range(_ATTEMPTS):
            try:
                return self._take_post(item, read)
            except IntegrityError:
                # A name, an address or the very item was taken in this moment.
                db.session.rollback()
                self.known |= self._recall(item.path)
        return self._take_post(item, read)

    def _take_post(self, item: Item, read: SourcePost) -> Outcome:
        post, notes = bounded(read)
        gathered = self._gather(post)
        digest = fingerprint(post, gathered)
        known = self.known.get(item.path)
        notes += [
            *post.problems,
            *gathered.notes,
            *(
                (missed.line, f"the picture {missed.name} is not there")
                for missed in gathered.missing
            ),
            *self._note_part(item, post),
        ]
        if known and known.post_id is None:
            return self._left_out(item.path, "its post was deleted here", notes)
        if known and known.sha256 == digest:
            return self._told(item, post, Result.UNCHANGED, notes, known.post_id, gathered)
        if known and known.was_edited:
            both = (1, "changed here and in the source; the post here stays as it is")
            return self._told(item, post, Result.KEPT, [*notes, both], known.post_id, gathered)
        if self.dry_run:
            return self._plan(item, post, gathered, known, notes)
        return self._write(item, post, gathered, known, digest, notes)

    def _note_part(self, item: Item, post: SourcePost) -> Iterator[Note]:
        if not post.series or post.series_position is None:
            return
        part = key_of(post.series), post.series_position
        path = self.source.shown(item.path)
        if (first := self.parts.setdefault(part, path)) != path:
            where = f"part {part[1]} of the series “{short(post.series)}”"
            yield 1, f"{where} is {first} already; both stand there, by date"

    def _gather(self, post: SourcePost) -> Gathered:
        pictures = self.desk.pictures
        return pictures.gather(post) if post.converted and pictures else self.source.gather(post)

    def _write(
        self,
        item: Item,
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
            source=self.source.name,
            path=item.path,
            sha256=digest,
            post=post,
            now=self.desk.now,
        )
        post_id = post.id
        db.session.commit()
        result = Result.CHANGED if known else Result.MADE
        return self._told(item, source, result, [*notes, *more], post_id, gathered)

    def _plan(
        self,
        item: Item,
        source: SourcePost,
        gathered: Gathered,
        known: _Known | None,
        notes: list[Note],
    ) -> Outcome:
        if len(source.body.encode("utf-8", "surrogatepass")) > MOST_BYTES:
            raise BodyTooLong("A post holds at most one megabyte of text.")
        slug = source.slug
        if not known:
            slug = self._free_slug(source)
            if slug != source.slug:
                notes.append((1, f"another post has the address {source.slug}; this one is {slug}"))
        taken = taken_addresses(source, slug, known.post_id if known else None)
        wanted = {*old_addresses(source, slug)}
        notes += [taken_note(path) for path in sorted(taken | self.planned & wanted)]
        self.planned |= wanted
        self.carried |= {(kind, key_of(name)) for kind, name in names_of(source)}
        self.carried |= {("author", key_of(name)) for name in source.authors}
        rendered = render_body(source.body, media={})
        if not rendered.formatted:
            notes.append(unformatted_note(source))
        path = self.source.shown(item.path)
        result = Result.CHANGED if known else Result.MADE
        line = planned_line(path, source, slug, rendered.html) | _to_fetch(gathered)
        return self._outcome(path, result, line, notes)

    def _free_slug(self, source: SourcePost) -> str:
        kind = "page " if source.is_page else ""
        slug, number = free_post_slug(source.slug, is_page=source.is_page), 2
        while kind + slug.casefold() in self.planned:
            slug = free_post_slug(f"{source.slug}-{number}", is_page=source.is_page)
            number += 1
        self.planned.add(kind + slug.casefold())
        return slug

    def _told(
        self,
        item: Item,
        source: SourcePost,
        result: Result,
        notes: list[Note],
        post_id: int | None,
        gathered: Gathered,
    ) -> Outcome:
        path = self.source.shown(item.path)
        if source.converted and post_id and result is not Result.KEPT:
            self.converted.append((post_id, path))
        line = stored_line(path, source, post_id or 0) | _to_fetch(gathered)
        return self._outcome(path, result, line, notes)

    def _left_out(self, item_path: str, reason: str, notes: Sequence[Note] = ()) -> Outcome:
        path = self.source.shown(item_path)
        return self._outcome(path, Result.SKIPPED, {"path": path, "error": reason}, notes)

    def _failed(self, item_path: str, reason: str, line: int) -> Outcome:
        path = self.source.shown(item_path)
        return self._outcome(path, Result.FAILED, {"path": path, "error": reason}, [(line, reason)])

    def _outcome(
        self, path: str, result: Result, line: dict[str, Any], notes: Sequence[Note]
    ) -> Outcome:
        problems = tuple(Problem(path, number, what) for number, what in sorted(notes))
        told = {"result": str(result), "problems": [str(problem) for problem in problems]}
        return Outcome(path, result, {**line, **told}, problems)


def _to_fetch(gathered: Gathered) -> dict[str, list[str]]:
    """Return what a line says of pictures on the web that are not here."""
    return {"fetch": [*gathered.outside]} if gathered.outside else {}
