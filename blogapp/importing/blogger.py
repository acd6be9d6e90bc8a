"""Reading Blogger: the Atom of Google Takeout and of its older backups, and its API's JSON."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from functools import partial
from html import unescape
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import quote, unquote, urlsplit
from xml.etree.ElementTree import Element

from blogapp.importing.addressing import given_addresses
from blogapp.importing.bodies import Body
from blogapp.importing.errors import BrokenXml, NoSite, NotAPost
from blogapp.importing.exports import Export, called_by_address, grouped, unpack
from blogapp.importing.json_objects import objects
from blogapp.importing.reading import SourceComment, SourcePost, plain
from blogapp.importing.sources import Item, NameKind, SourceName
from blogapp.importing.values import Row, sound
from blogapp.importing.xml import XmlFile
from blogapp.text.slugs import slugify

_ATOM = "{http://www.w3.org/2005/Atom}"
_OURS = "{http://schemas.google.com/blogger/2018}"
_THREAD = "{http://purl.org/syndication/thread/1.0}in-reply-to"
_CONTROL = ("{http://purl.org/atom/app#}control", "{http://www.w3.org/2007/app}control")
_KIND = "http://schemas.google.com/blogger/2008/kind#"
_BLOG_ID = re.compile(r":blog-(\d+)")
_POST_ID = re.compile(r"(?:post|page)-(\d+)$")
_MONTH = re.compile(r"/(\d{4})/(\d{2})/")
_POSTS = ("post", "page")
_NOT_LIVE = {"draft", "scheduled", "soft_trashed", "trashed"}
_PHOTOS = {".jpg", ".jpeg", ".png", ".gif", ".webp", ".avif", ".mp4", ".webm"}

Rows = Callable[[], Iterator[dict[str, Any]]]


@dataclass(kw_only=True)
class BloggerExport(Export):
    """Rows are of one shape, whatever file they come from; see `_entry` and `_api_row`."""

    rows: list[Rows]
    posts: int = 0
    blog: str = ""  # its number with Blogger
    comments: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))
    labels: dict[str, None] = field(default_factory=dict)
    months: dict[tuple[str, str], None] = field(default_factory=dict)

    def count(self) -> int:
        return self.posts

    def items(self) -> Iterator[Item]:
        seen: set[str] = set()
        for rows in self.rows:
            for row in rows():
                if row["kind"] not in _POSTS:
                    continue
                path = f"{row['kind']}s/{row['id']}"
                if path in seen:
                    self.lose(path, "stands in another file as well; the first counts")
                    continue
                seen.add(path)
                yield Item(path, partial(self._read, row, path))

    def names(self) -> Iterator[SourceName]:
        for label in self.labels:
            addresses = (f"/search/label/{quote(label)}", f"/search/label/{label}")
            yield SourceName(
                kind=NameKind.TAG, name=label, addresses=tuple(dict.fromkeys(addresses))
            )

    def moved(self) -> Mapping[str, str]:
        feeds = ("/feeds/posts/default", "/feeds/posts/default/*", "/atom.xml")
        moved = dict.fromkeys(feeds, "/feed.xml")
        for year, month in self.months:
            moved[f"/{year}/"] = f"/archive/{year}"
            moved[f"/{year}/{month}/"] = f"/archive/{year}/{int(month)}"
        return moved

    def find_file(self, address: str) -> Path | None:
        name = unquote(urlsplit(address).path.rpartition("/")[2]).casefold()
        return self._pictures().get(name) if PurePosixPath(name).suffix in _PHOTOS else None

    def _pictures(self) -> dict[str, Path]:
        """Return the pictures of Takeout's albums by name; of one name none counts."""
        found: dict[str, list[Path]] = defaultdict(list)
        for file in self.files(*_PHOTOS) if self.root.is_dir() else []:
            found[file.name.casefold()].append(file)
        return {name: files[0] for name, files in found.items() if len(files) == 1}

    def _read(self, row: dict[str, Any], path: str) -> SourcePost:
        return _post(row, path, self)


def open_blogger(path: Path, *, zone: tzinfo, name: str = "", base_url: str = "") -> BloggerExport:
    """Return the Blogger blog at ``path``. Raises `NoSite` with what is wrong with it."""
    with ExitStack() as stack:
        root = unpack(path, stack)
        source = BloggerExport(name=name, base_url=base_url, root=root, zone=zone, rows=[])
        refused: list[NoSite] = []
        others: list[str] = []
        for file in source.files(".atom", ".xml", ".json", ".csv", ".html"):
            shown = source.relative(file)
            try:
                rows = _rows(file)
                taken = _survey(source, rows, shown) if rows else 0
            except NoSite as error:
                refused.append(error)
                source.lose(shown, str(error).removeprefix(f"{file.name} "))
                continue
            if rows and taken:
                source.rows.append(rows)
            else:
                others.append(shown)
        if not source.rows:
            raise refused[0] if refused else NoSite(f"{path.name} holds no posts of Blogger's")
        source.name = name or source.blog or called_by_address(source.base_url, "blogger")
        for place, number in grouped(others):
            source.lose(place, f"{number} file{'s' * (number > 1)}: no posts; left out")
        source.opened = stack.pop_all()
        return source


def _rows(file: Path) -> Rows | None:
    if file.suffix.lower() in (".atom", ".xml"):
        return partial(_entries, file)
    if file.suffix.lower() == ".json":
        return partial(_api_rows, file)
    return None


def _survey(source: BloggerExport, rows: Rows, shown: str) -> int:
    """Take what stands around the posts of a file; returns how many posts it holds."""
    count = 0
    for row in rows():
        if not source.base_url and (parts := urlsplit(row["url"])).netloc:
            source.base_url = f"{parts.scheme}://{parts.netloc}"
        if row["kind"] in _POSTS:
            count += 1
            if not source.blog and (blog := _BLOG_ID.search(row["entry_id"])):
                source.blog = f"blogger-{blog[1]}"
            source.labels.update(dict.fromkeys(row["labels"]))
            month = _MONTH.match(urlsplit(row["url"]).path)
            if month and row["status"] in ("", "live"):
                source.months[month[1], month[2]] = None
        elif row["kind"] == "comment":
            source.comments[row["parent"]].append(row)
        elif row["kind"] not in ("settings", "template", "home"):
            source.lose(shown, f"an entry of the kind “{row['kind']}” was left out")
    source.posts += count
    return count


# Atom


def _entries(file: Path) -> Iterator[dict[str, Any]]:
    xml = XmlFile(file, {"feed"})
    try:
        for part in xml.parts():
            if part.element.tag == f"{_ATOM}entry":
                yield _entry(part.element)
            elif part.element.tag == f"{_ATOM}link" and part.element.get("rel") == "alternate":
                yield {"kind": "home", "url": part.element.get("href") or ""}
    except BrokenXml as error:
        line = f" (line {error.line})" if error.line else ""
        raise NoSite(f"{file.name} {error}{line}") from error


def _entry(entry: Element) -> dict[str, Any]:
    def text(name: str) -> str:
        found = entry.find(name)
        return sound("".join(found.itertext())).strip() if found is not None else ""

    categories = entry.findall(f"{_ATOM}category")
    kinds = [
        term.removeprefix(_KIND)
        for category in categories
        if (term := category.get("term") or "").startswith(_KIND)
    ]
    links = {link.get("rel"): link.get("href") or "" for link in entry.findall(f"{_ATOM}link")}
    author = entry.find(f"{_ATOM}author")
    reply = entry.find(_THREAD)
    id = text(f"{_ATOM}id")
    status = text(f"{_OURS}status").lower()
    for control in _CONTROL:
        draft = entry.find(f"{control}/{control.partition('}')[0]}}}draft")
        if draft is not None and (draft.text or "").strip() == "yes":
            status = "draft"
    found = _POST_ID.search(id)
    return {
        "kind": (text(f"{_OURS}type") or next(iter(kinds), "post")).lower(),
        "id": found[1] if found else id or "?",
        "entry_id": id,
        "status": status,
        "title": text(f"{_ATOM}title"),
        "html": text(f"{_ATOM}content") or text(f"{_ATOM}summary"),
        "summary": text(f"{_OURS}metaDescription"),
        "published": text(f"{_ATOM}published") or text(f"{_OURS}created"),
        "updated": text(f"{_ATOM}updated"),
        "url": links.get("alternate", "") or text(f"{_OURS}filename"),
        "author": _of(author, "name"),
        "author_url": _of(author, "uri"),
        "labels": [
            sound(category.get("term") or "")
            for category in categories
            if category.get("term") and not (category.get("term") or "").startswith(_KIND)
        ],
        "parent": text(f"{_OURS}parent") or (reply.get("ref") or "" if reply is not None else ""),
        "answers": _answered(text(f"{_OURS}inReplyTo") or links.get("related", "")),
    }


def _of(author: Element | None, name: str) -> str:
    found = author.find(f"{_ATOM}{name}") if author is not None else None
    return sound(found.text or "").strip() if found is not None else ""


def _answered(link: str) -> str:
    """Return the comment that a comment answers: by its id, or by old backups' link to it."""
    found = _POST_ID.search(link)
    return found[1] if found else urlsplit(link).path.rpartition("/")[2]


# The API's JSON


def _api_rows(file: Path) -> Iterator[dict[str, Any]]:
    for _place, given in objects(file, lambda place: place in ("item", "items.item", "posts.item")):
        kind = str(given.get("kind") or "").removeprefix("blogger#") or "post"
        if kind not in _POSTS or ("content" not in given and "title" not in given):
            continue
        row = Row(given)
        id, blog = row.text("id") or "?", row.row("blog").text("id")
        author = row.row("author")
        labels = given.get("labels")
        yield {
            "kind": kind,
            "id": id,
            "entry_id": f"tag:blogger.com,1999:blog-{blog}.{kind}-{id}" if blog else "",
            "status": row.text("status").lower(),
            "title": unescape(row.text("title")),
            "html": row.text("content"),
            "summary": unescape(row.text("customMetaData")),
            "published": row.text("published"),
            "updated": row.text("updated"),
            "url": row.text("url"),
            "author": unescape(author.text("displayName", "name")),
            "author_url": author.text("url"),
            "labels": [
                unescape(label)
                for label in (labels if isinstance(labels, list) else [])
                if isinstance(label, str)
            ],
        }


# What a post says


def _post(given: dict[str, Any], path: str, source: BloggerExport) -> SourcePost:
    row = Row(given, source.zone)
    body = Body(source.base_url, row.notes)
    title = row.words("title")
    status = given["status"]
    if status.endswith("trashed"):
        raise NotAPost("lay in Blogger's trash")
    body.html(given["html"])
    address = urlsplit(given["url"]).path
    name = PurePosixPath(address).name.removesuffix(".html")
    slug = slugify(name) if name else slugify(title)
    if not title:
        row.notes.append("has no title; named after its address")
    date, updated = row.moment("published"), row.moment("updated")
    labels = tuple(dict.fromkeys(" ".join(label.split()) for label in given["labels"]))
    return SourcePost(
        path=PurePosixPath(path),
        title=title or slug.replace("-", " ").capitalize(),
        body=body.written(),
        body_line=1,
        slug=slug,
        date=date,
        updated=updated if updated and date and updated > date else None,
        # What is scheduled has a date to come, as here.
        draft=status in _NOT_LIVE - {"scheduled"},
        summary=plain(row.words("summary")),
        tags=labels,
        authors=tuple(filter(None, [row.words("author")])),
        addresses=tuple(given_addresses([address], PurePosixPath("/"))) if address else (),
        extra={
            "imported": {
                "site": source.name,
                "path": path,
                "form": "blogger",
                **row.filled("url", "status"),
            }
        },
        comments=_comments(given["entry_id"], source, row.notes),
        problems=tuple((1, note) for note in dict.fromkeys(row.notes)),
        is_page=given["kind"] == "page",
        entry_id=given["entry_id"],
        converted=True,
    )


def _comments(post: str, source: BloggerExport, notes: list[str]) -> tuple[SourceComment, ...]:
    given = source.comments.get(post, [])
    found: list[SourceComment] = []
    for comment in given:
        row = Row(comment, UTC)
        at: datetime | None = row.moment("published")
        if comment["status"] not in ("", "live") or at is None:
            continue
        parent = comment["answers"]
        found.append(
            SourceComment(
                id=comment["id"],
                at=at,
                parent=parent if parent != _POST_ID.sub(r"\1", post) else "",
                name=row.words("author"),
                url=row.text("author_url"),
                html=comment["html"],
            )
        )
    if len(found) < len(given):
        notes.append(
            f"{len(given) - len(found)} of {len(given)} comments were spam, hidden or waiting;"
            " they were left out"
        )
    return tuple(sorted(found, key=lambda comment: (comment.at, comment.id)))
