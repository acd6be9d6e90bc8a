"""A blog made of its export again; or what an export has, added to a blog with content."""

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

from sqlalchemy import select

from blogapp.exporting import labels, media, origins, people, reading_posts, redirects, settings
from blogapp.exporting.errors import BadExport
from blogapp.exporting.files import Told, settle
from blogapp.exporting.trees import Tree
from blogapp.extensions import db
from blogapp.importing.errors import NoSite
from blogapp.importing.reading import Problem
from blogapp.importing.reporting import Outcome, Report, Result
from blogapp.media.stores import Store
from blogapp.posts.models import Post
from blogapp.site.reading import read_site


def read_back(
    folder: Path,
    *,
    store: Store,
    now: datetime,
    dry_run: bool = False,
    on_start: Callable[[int], None] = lambda _total: None,
    on_outcome: Callable[[Outcome], None] = lambda _outcome: None,
) -> Report:
    """Take in an export; return what became of each item of it.

    In a blog without posts all becomes what the export says. In one with content what is new
    is added, what was read back before and not edited here since becomes what the export says
    now, and all else stays as it is. May be interrupted and repeated: each post comes whole.
    Raises `NoSite`, with the reason, where the folder holds no sound export.
    """
    report = Report()
    try:
        tree = Tree(folder)
        on_start(len(tree.digests))
        is_empty = db.session.scalar(select(Post.id).limit(1)) is None
        for told in _all(tree, store, now=now, is_empty=is_empty, keep=not dry_run):
            outcome = _outcome(told)
            report.add(outcome)
            on_outcome(outcome)
    except BadExport as error:
        raise NoSite(str(error)) from error
    finally:
        # What a dry run tried, and what an error left half done.
        db.session.rollback()
    return report


def _all(tree: Tree, store: Store, *, now: datetime, is_empty: bool, keep: bool) -> Iterator[Told]:
    # What others refer to comes first.
    yield from people.read(tree, is_empty=is_empty)
    settle(keep=keep)
    yield from media.read(tree, store, now=now, keep=keep)
    yield from labels.read(tree)
    yield from settings.read(tree, is_empty=is_empty)
    settle(keep=keep)
    desk = reading_posts.Desk(tree, store, now, read_site(), keep=keep)
    yield from reading_posts.read(desk)
    yield from _as_far_as_it_goes(redirects.PATH, redirects.read(tree, keep=keep))
    yield from _as_far_as_it_goes(origins.FILES_PATH, origins.read(tree, keep=keep))


def _as_far_as_it_goes(path: str, all_told: Iterator[Told]) -> Iterator[Told]:
    """Yield what is told; of a file that breaks off, too: the posts are here already."""
    try:
        yield from all_told
    except BadExport as error:
        yield Told(path, Result.FAILED, f"{error.path}:{error.line}: {error.what}")


def _outcome(told: Told) -> Outcome:
    problems = (Problem(told.what, 1, told.note),) if told.note else ()
    line = {"path": told.what, "result": str(told.result), "problems": [str(p) for p in problems]}
    if told.result in (Result.SKIPPED, Result.FAILED):
        line["error"] = told.note
    return Outcome(told.what, told.result, line, problems)
