"""Reading beehiiv's export: one table of posts, with the HTML of their e-mails."""

import re
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import tzinfo
from functools import partial
from pathlib import Path, PurePosixPath
from urllib.parse import parse_qsl, urlencode, urlsplit

from bs4 import BeautifulSoup, Tag

from blogapp.importing.addressing import given_addresses
from blogapp.importing.bodies import Body
from blogapp.importing.errors import NoSite
from blogapp.importing.exports import Export, called_by_address, grouped, unpack
from blogapp.importing.reading import SourcePost
from blogapp.importing.sources import AsideList, Item
from blogapp.importing.tables import kept_table, table_rows
from blogapp.importing.values import Row, sound
from blogapp.text.slugs import slugify

_PICTURES = "https://media.beehiiv.com/cdn-cgi/image/quality=100/"
_COLUMNS = {"web_title", "content_html"}
_SUBSCRIBERS = re.compile(r"[\w.\- ]*subscri[\w.\- ]*\.csv", re.IGNORECASE)
_FREE = frozenset({"", "free", "all", "both", "all free subscribers", "all subscribers"})
# The e-mail's frame: the links above and below it, its counting pixel, what is hidden.
_FRAME = "td.b, td.f, table.mob-block, [data-open-tracking=true], [style*='display:none']"
_PLACEHOLDER = re.compile(r"\{\{\s*[\w.]+\s*\}\}")
_TRACKING = re.compile(r"utm_\w+|_bhlid|last_resource_guid", re.IGNORECASE)


@dataclass(kw_only=True)
class BeehiivExport(Export):
    tables: list[Path]
    people: list[Path]
    posts: int = 0

    def count(self) -> int:
        return self.posts

    def items(self) -> Iterator[Item]:
        seen: set[str] = set()
        for table in self.tables:
            for number, row in enumerate(table_rows(table), start=2):
                path = f"posts/{row.get('id', '').strip() or f'line-{number}'}"
                if path in seen:
                    self.lose(path, f"stands in {table.name} again; the first counts")
                    continue
                seen.add(path)
                yield Item(path, partial(self._read, row, path))

    def moved(self) -> Mapping[str, str]:
        return {"/feed": "/rss.xml"}

    def lists(self) -> Iterator[AsideList]:
        if found := kept_table(self.people, "beehiiv-subscribers"):
            yield found

    def find_file(self, address: str) -> Path | None:
        _, uploads, rest = urlsplit(address).path.partition("uploads/")
        path = self.root / uploads / rest
        return path.resolve() if uploads and self.is_inside(path) else None

    def _read(self, given: Mapping[str, str], path: str) -> SourcePost:
        return _post(given, path, self)


def open_beehiiv(path: Path, *, zone: tzinfo, name: str = "", base_url: str = "") -> BeehiivExport:
    """Return beehiiv's export at ``path``. Raises `NoSite` with what is wrong with it."""
    with ExitStack() as stack:
        root = unpack(path, stack)
        source = BeehiivExport(
            name=name, base_url=base_url, root=root, zone=zone, tables=[], people=[]
        )
        refused: list[NoSite] = []
        others: list[str] = []
        for file in source.files(".csv", ".json", ".html", ".txt"):
            shown = source.relative(file)
            if file.suffix.lower() != ".csv":
                others.append(shown)
                continue
            try:
                found = _survey(file, source)
            except NoSite as error:
                refused.append(error)
                source.lose(shown, str(error).removeprefix(f"{file.name} "))
                continue
            if found:
                source.tables.append(file)
            elif _SUBSCRIBERS.fullmatch(file.name):
                source.people.append(file)
            else:
                others.append(shown)
        if not source.tables:
            raise refused[0] if refused else NoSite(f"{path.name} holds no posts of beehiiv's")
        source.name = name or called_by_address(source.base_url, "beehiiv")
        for place, number in grouped(others):
            source.lose(place, f"{number} file{'s' * (number > 1)}: no posts; left out")
        source.opened = stack.pop_all()
        return source


def _survey(file: Path, source: BeehiivExport) -> bool:
    """Count a table's posts; returns whether it is one of posts, having read all of it."""
    count, has_posts = 0, False
    for row in table_rows(file):
        has_posts = row.keys() >= _COLUMNS
        count += has_posts
        url = urlsplit(row.get("url", "")) if has_posts else urlsplit("")
        if url.netloc and not source.base_url:
            source.base_url = f"{url.scheme}://{url.netloc}"
    source.posts += count
    return has_posts


def _post(given: Mapping[str, str], path: str, source: BeehiivExport) -> SourcePost:
    row = Row(given, source.zone)
    title = row.words("web_title", "email_subject_line")
    body = Body(source.base_url, row.notes)
    body.html(_content(row.text("content_html"), title, body))
    url = row.text("url")
    name = urlsplit(url).path.rstrip("/").rpartition("/")[2]
    slug = slugify(name) if name else slugify(title)
    if not title:
        row.notes.append("has no title; named after its address")
    cover = row.text("thumbnail_url")
    if cover.lstrip("/").startswith("uploads/"):
        cover = _PICTURES + cover.lstrip("/")
    tags = [" ".join(tag.split()) for tag in row.text("content_tags").split(";")]
    authors = [" ".join(name.split()) for name in re.split(r"[;,]", row.text("authors"))]
    return SourcePost(
        path=PurePosixPath(path),
        title=title or slug.replace("-", " ").capitalize(),
        body=body.written(),
        body_line=1,
        slug=slug,
        date=row.moment("displayed_date", "publish_date", "published_at", "created_at"),
        draft=_is_draft(row),
        summary=row.words("web_subtitle"),
        tags=tuple(dict.fromkeys(filter(None, tags))),
        authors=tuple(dict.fromkeys(filter(None, authors))),
        covers=(cover,) if cover else (),
        addresses=tuple(given_addresses([url], PurePosixPath("/"))) if url else (),
        extra={
            "imported": {
                "site": source.name,
                "path": path,
                "form": "beehiiv",
                **row.filled(*(column for column in given if column not in _COLUMNS)),
            }
        },
        problems=tuple((1, note) for note in dict.fromkeys(row.notes)),
        # The guid of beehiiv's feed is the post's address.
        entry_id=url,
        converted=True,
    )


def _is_draft(row: Row) -> bool:
    status = row.text("status").lower()
    if status not in ("confirmed", "published", "sent", "scheduled", "live"):
        if status not in ("draft", ""):
            row.notes.append(f"has the status “{status[:40]}”; it is a draft here")
        return True
    audience = row.text("audience", "web_audiences").lower()
    if audience not in _FREE:
        row.notes.append(
            f"only some could read it (audience: {audience[:60]}); it is a draft here, so that"
            " nothing comes out by itself"
        )
        return True
    return False


def _content(html: str, title: str, body: Body) -> str:
    """Return what the e-mail says, without the tables that it was laid out with."""
    soup = BeautifulSoup(sound(html), "html.parser")
    found = soup.select_one("#content-blocks") or soup
    for frame in found.select(_FRAME):
        frame.decompose()
    for heading in found.find_all("h1"):
        if " ".join(heading.get_text().split()) == title:
            heading.decompose()
    for text in found.find_all(string=_PLACEHOLDER):
        body.note("places for the name or address of a subscriber were left out")
        text.replace_with(_PLACEHOLDER.sub("", text))
    for link in found.find_all("a", href=True):
        link["href"] = _without_tracking(str(link["href"]))
    for table in found.find_all("table"):
        if not table.find("th") and not _is_of(table, "bh__table"):
            _open_table(table)
    return found.decode_contents()


def _is_of(table: Tag, name: str) -> bool:
    around = [table, *table.parents]
    return any(name in (tag.get_attribute_list("class") or []) for tag in around)


def _open_table(table: Tag) -> None:
    parts = list(table.find_all(("tbody", "thead", "tr", "td")))
    for part in [table, *parts]:
        if part.find_parent("table", class_="bh__table") is None:
            part.name, part.attrs = "div", {}


def _without_tracking(address: str) -> str:
    try:
        parts = urlsplit(address)
    except ValueError:
        return address
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    kept = [pair for pair in pairs if not _TRACKING.fullmatch(pair[0])]
    return address if kept == pairs else parts._replace(query=urlencode(kept)).geturl()
