"""Posts and pages taken back from an export, each with all that lies beside it, or not at all."""

import hashlib
import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any, NamedTuple

from sqlalchemy import delete, insert, or_, select, update
from sqlalchemy.exc import OperationalError

from blogapp.exporting import comments, people, revisions, working_copies
from blogapp.exporting.columns import read_moment, read_text, table_of
from blogapp.exporting.errors import BadExport, BadValue
from blogapp.exporting.file_names import reference
from blogapp.exporting.files import Here, Told
from blogapp.exporting.origins import READ_BACK
from blogapp.exporting.posts import SHAPE, pages
from blogapp.exporting.trees import Tree
from blogapp.extensions import db
from blogapp.importing.models import ImportedFile
from blogapp.importing.reporting import Result
from blogapp.media.models import Media
from blogapp.media.stores import Store
from blogapp.posts.models import (
    Domain,
    Post,
    PostAuthor,
    PostMedia,
    Redirect,
    Series,
    Tag,
    month_of,
    post_tags,
)
from blogapp.posts.naming import find_or_make
from blogapp.posts.relating import relate_anew
from blogapp.posts.rendering import derived
from blogapp.posts.searching import index_stored
from blogapp.posts.writing import MOST_BYTES, normalised
from blogapp.site.models import Site
from blogapp.text.folding import caseless
from blogapp.text.slugs import is_slug

FOLDERS = ("_posts/", "_drafts/", "_withdrawn/", "_trash/", "pages/", "_pages/")
# Said for people and generators, and made of the rest.
_SAID_TWICE = {"draft", "authors", "permalink", "url", "rank"}
_DATE = re.compile(r"^date: ['\"]?([^'\"\n]+)", re.MULTILINE)
_RANK = re.compile(r"^rank: (\d{1,9})$", re.MULTILINE)
_HEAD = 100_000  # bytes
_posts = table_of(Post)


@dataclass
class Desk:
    """What taking posts back needs to know besides the export."""

    tree: Tree
    store: Store
    now: datetime
    site: Site
    keep: bool = True
    revisions: Mapping[str, list[str]] = field(default_factory=dict)

    @cached_property
    def authors(self) -> dict[str, int]:
        return people.ids_by_slug()


class _Found(NamedTuple):
    """A post that is here already, by its entry's id or its address."""

    id: int
    version: int
    slug: str


class _Given(NamedTuple):
    """A post as the export has it, checked: values by column, and what refers to others."""

    path: str
    head: dict[str, Any]
    body: str
    values: dict[str, Any]
    is_page: bool

    @property
    def digest(self) -> str:
        told = [_told(self.head), self.body, self.is_page]
        return hashlib.sha256(json.dumps(told, sort_keys=True, default=str).encode()).hexdigest()


def read(desk: Desk) -> Iterator[Told]:
    """Take in every post and page; yield what became of each. Commits after each, if kept.

    The oldest come first, and those of one moment in their order, as listings show them.
    """
    found: dict[str, list[str]] = defaultdict(list)
    for path in sorted(desk.tree.listed("_revisions/")):
        found[path.rpartition("/")[0] + "/"].append(path)
    desk.revisions = found
    for path in _in_order(desk.tree):
        try:
            told = _take(desk, path)
            if desk.keep:
                db.session.commit()
            yield told
        except OperationalError:
            # The database is gone, full or locked: no other post will fare better.
            raise
        except (BadExport, BadValue) as error:
            _forget(desk)
            what = error.what if isinstance(error, BadExport) else str(error)
            where = error.path if isinstance(error, BadExport) else path
            yield Told(path, Result.FAILED, what if where == path else f"{where}: {what}")
        except Exception as error:
            _forget(desk)
            yield Told(path, Result.FAILED, f"cannot be taken in ({type(error).__name__})")
        finally:
            db.session.expunge_all()


def _forget(desk: Desk) -> None:
    # A dry run has written nothing of the post, and goes on using what it tried before.
    if desk.keep:
        db.session.rollback()


def _in_order(tree: Tree) -> list[str]:
    order = []
    for path in tree.digests:
        if path.startswith(FOLDERS) and path.endswith(".md"):
            with (tree.folder / path).open("rb") as file:
                head = file.read(_HEAD).decode(errors="replace").partition("\n---\n")[0]
            date, rank = _DATE.search(head), _RANK.search(head)
            order.append((date[1] if date else "", int(rank[1]) if rank else 0, path))
    return [path for _date, _rank, path in sorted(order)]


def _take(desk: Desk, path: str) -> Told:
    given = _read(desk.tree, path)
    found, record = _find(given), _recall(given)
    if found is None and record and record.post_id is None:
        return Told(path, Result.SKIPPED, "its post was deleted here")
    if found is None:
        _demand_references(desk, given.head)
        if desk.keep:
            _keep_record(desk, given, _insert(desk, given), record)
        return Told(path, Result.MADE)
    here = next(pages(Here(db.session.connection(), desk.store), [found.id]))
    if not (changed := _differences(given, here.head, here.body)):
        if desk.keep:
            _add_beside(desk, given, found.id)
            _keep_record(desk, given, found.id, record)
        return Told(path, Result.UNCHANGED)
    if record and record.sha256 == given.digest:
        return Told(path, Result.UNCHANGED)
    if record and record.post_id == found.id and record.post_version == found.version:
        if desk.keep:
            _update(desk, given, found)
            _keep_record(desk, given, found.id, record)
        return Told(path, Result.CHANGED)
    return Told(path, Result.KEPT, f"stays as it is here: {', '.join(changed)}")


# What the file says


def _read(tree: Tree, path: str) -> _Given:
    head, body = tree.page(path)
    values = SHAPE.read(head)
    if not is_slug(values["slug"]):
        raise BadValue(f"slug: {values['slug']!r} cannot be an address")
    if len(body.encode()) > MOST_BYTES:
        raise BadValue("the text is longer than the megabyte that a post holds")
    read_text(body, "the text")
    if (url := values["canonical_url"]) and not url.startswith(("https://", "http://")):
        raise BadValue(f"canonical: {url[:80]!r} is no address on the web")
    if not values["entry_id"]:
        raise BadValue("entry_id is missing")
    values["sections"] = [_section(each) for each in values["sections"]]
    values["version"] = max(1, values["version"])
    return _Given(path, head, body, values, path.startswith(("pages/", "_pages/")))


def _section(said: Any) -> dict[str, Any]:
    kinds = {"text": str, "begins": str, "ids": list, "gone": bool}
    if not isinstance(said, dict) or said.keys() != kinds.keys():
        raise BadValue("sections: one has other names than text, begins, ids and gone")
    if not all(isinstance(said[name], kind) for name, kind in kinds.items()):
        raise BadValue("sections: one has values of other kinds")
    if not all(isinstance(id, str) for id in said["ids"]):
        raise BadValue("sections: an id is no text")
    return said


def _texts(head: Mapping[str, Any], name: str) -> list[str]:
    value = head.get(name) or []
    if not isinstance(value, list):
        raise BadValue(f"{name}: is no list")
    return [read_text(each, name, longest=200) for each in value]


def _demand_references(desk: Desk, head: Mapping[str, Any]) -> None:
    _media_by_name(head)
    _texts(head, "tags")
    for slug in _texts(head, "by"):
        revisions.find_author(slug, desk.authors)


# What is here


def _find(given: _Given) -> _Found | None:
    query = select(_posts.c.id, _posts.c.version, _posts.c.slug)
    for known in (
        _posts.c.entry_id == given.values["entry_id"],
        (_posts.c.slug_key == given.values["slug"].casefold())
        & _posts.c.is_page.is_(given.is_page),
    ):
        if row := db.session.execute(query.where(known)).first():
            return _Found(*row)
    return None


def _recall(given: _Given) -> ImportedFile | None:
    query = select(ImportedFile).where(
        ImportedFile.source == READ_BACK, ImportedFile.path == given.values["entry_id"]
    )
    return db.session.scalar(query)


def _differences(given: _Given, head: Mapping[str, Any], body: str) -> list[str]:
    there, here = _told(given.head), _told(head)
    names = [name for name in {**there, **here} if there.get(name) != here.get(name)]
    return [*names, *(["the text"] if given.body != body else [])]


def _told(head: Mapping[str, Any]) -> dict[str, Any]:
    """Return what front matter says but once, dates in one spelling."""
    return {
        name: read_moment(value, name).isoformat() if isinstance(value, datetime) else value
        for name, value in head.items()
        if name not in _SAID_TWICE
    }


# Writing


def _insert(desk: Desk, given: _Given) -> int:
    columns = _columns(desk, given)
    _forget_redirects(given)
    done = db.session.execute(insert(_posts).values(**columns))
    key: Any = done.inserted_primary_key  # type: ignore[attr-defined]
    _finish(desk, given, key[0])
    return int(key[0])


def _update(desk: Desk, given: _Given, found: _Found) -> None:
    columns = _columns(desk, given)
    # Whoever has the post open in an editor is told.
    columns["version"] = max(found.version + 1, columns["version"])
    _forget_redirects(given)
    if found.slug.casefold() != columns["slug_key"]:
        _demand_free_slug(given, found)
        old = f"/{reference(found.slug, is_page=given.is_page)}".lower()
        taken = db.session.scalar(select(Redirect.id).where(Redirect.path == old))
        if taken is None:
            db.session.add(Redirect(path=old, post_id=found.id, created_at=desk.now))
    db.session.execute(update(_posts).where(_posts.c.id == found.id).values(**columns))
    for table in (post_tags, table_of(PostAuthor), table_of(PostMedia)):
        db.session.execute(delete(table).where(table.c.post_id == found.id))
    _finish(desk, given, found.id)


def _demand_free_slug(given: _Given, found: _Found) -> None:
    slug = given.values["slug"]
    taken = select(_posts.c.id).where(
        _posts.c.slug_key == slug.casefold(),
        _posts.c.is_page.is_(given.is_page),
        _posts.c.id != found.id,
    )
    if db.session.scalar(taken) is not None:
        raise BadValue(f"slug: another post lives at {slug} here")


def _columns(desk: Desk, given: _Given) -> dict[str, Any]:
    """Return the values of all columns, those that are derived likewise."""
    head, values = given.head, given.values
    media = _media_by_name(head)
    made = derived(
        normalised(given.body),
        media,
        language=values["language"] or desk.site.language,
        sections=values["sections"],
    )
    cover = head.get("cover")
    return {
        **made,
        **values,
        "is_page": given.is_page,
        "slug_key": values["slug"].casefold(),
        "body": given.body,
        "published_month": month_of(values["published_at"], desk.site.zone),
        "domain_id": _named(Domain, head.get("domain"), "domain"),
        "series_id": _named(Series, head.get("series"), "series"),
        "cover_id": _file(cover, "cover").id if cover else None,
    }


def _named(model: type[Domain] | type[Series], said: Any, name: str) -> int | None:
    if said is None:
        return None
    [id, *_] = [*_ids_of(model, [read_text(said, name, longest=200)]), None]
    return id


def _ids_of(model: type[Domain | Series | Tag], names: Sequence[str]) -> list[int]:
    """Return the ids of what is called so, made where it is missing."""
    keys = {name: caseless(name) for name in names}
    query = select(model.name_key, model.id).where(model.name_key.in_(keys.values()))
    known = {row.name_key: row.id for row in db.session.execute(query)}
    found = []
    for name, key in keys.items():
        # Another name of a tag, or one that the lists of the export do not have.
        rows: list[Any] = [] if key in known else find_or_make(model, [name])
        found += [known[key]] if key in known else [row.id for row in rows]
    return list(dict.fromkeys(found))


def _media_by_name(head: Mapping[str, Any]) -> dict[str, Media]:
    entries = head.get("media") or []
    if not isinstance(entries, list) or not all(isinstance(each, dict) for each in entries):
        raise BadValue("media: is no list of names with files")
    return {
        read_text(each.get("name"), "media", longest=500): _file(each.get("file"), "media")
        for each in entries
    }


def _file(said: Any, name: str) -> Media:
    key = str(said).removeprefix("/").removeprefix("media/")
    found = db.session.scalar(select(Media).where(Media.key == key))
    if found is None:
        raise BadValue(f"{name}: {str(said)[:80]!r} is no file of this export")
    return found


def _forget_redirects(given: _Given) -> None:
    """Let the post have its address, should an old one of another be the same."""
    path = f"/{reference(given.values['slug'], is_page=given.is_page)}"
    db.session.execute(
        delete(Redirect).where(or_(Redirect.path == path, Redirect.path == path.lower()))
    )


def _finish(desk: Desk, given: _Given, post_id: int) -> None:
    head = given.head
    tags = _ids_of(Tag, _texts(head, "tags"))
    authors = [revisions.find_author(slug, desk.authors) for slug in _texts(head, "by")]
    rows: dict[Any, list[dict[str, Any]]] = {
        post_tags: [{"post_id": post_id, "tag_id": id} for id in tags],
        table_of(PostAuthor): [
            {"post_id": post_id, "author_id": id, "position": place}
            for place, id in enumerate(dict.fromkeys(authors))
        ],
        table_of(PostMedia): [
            {"post_id": post_id, "name": name, "media_id": media.id}
            for name, media in _media_by_name(head).items()
        ],
    }
    for table, values in rows.items():
        if values:
            db.session.execute(insert(table), values)
    _add_beside(desk, given, post_id)
    index_stored([post_id])
    relate_anew(post_id)


def _add_beside(desk: Desk, given: _Given, post_id: int) -> None:
    """Take in what the post lacks of its revisions, its comments and its working copy."""
    slug, is_page = given.values["slug"], given.is_page
    paths = desk.revisions.get(revisions.folder(slug, is_page=is_page), [])
    revisions.read(desk.tree, paths, post_id, desk.authors)
    comments.read(desk.tree, comments.path_of(slug, is_page=is_page), post_id)
    working = working_copies.path_of(slug, is_page=is_page)
    working_copies.read(desk.tree, working, post_id, desk.authors)


def _keep_record(desk: Desk, given: _Given, post_id: int, record: ImportedFile | None) -> None:
    """Remember what was read back as which post, so that the next export can change it."""
    version = db.session.scalar(select(_posts.c.version).where(_posts.c.id == post_id)) or 1
    if record and (record.sha256, record.post_id, record.post_version) == (
        *(given.digest, post_id, version),
    ):
        return
    record = record or ImportedFile(source=READ_BACK, path=given.values["entry_id"])
    record.sha256, record.post_id, record.post_version = given.digest, post_id, version
    record.imported_at = desk.now
    db.session.add(record)
    db.session.flush()
