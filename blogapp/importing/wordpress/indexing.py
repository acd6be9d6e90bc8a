"""What has to be known of a whole export before any of its posts can be read: a first pass."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element

from blogapp.importing.errors import BrokenXml, NoSite
from blogapp.importing.wordpress.entries import Entry, Term, child_text, whole
from blogapp.importing.xml import XmlFile

CONTAINERS = {"rss", "channel"}
# Reusable blocks are kept whole, since any post may show them.
_LONGEST_BLOCK = 200_000


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that was uploaded, with the words beside it where it is a picture."""

    url: str
    page: str  # the address of the page that shows it
    alt: str
    caption: str
    parent: int
    order: int


@dataclass(frozen=True)
class User:
    """A user of the site that wrote, or could have written."""

    id: str
    login: str
    email: str
    name: str
    first_name: str = ""
    last_name: str = ""


@dataclass(frozen=True)
class Category:
    """A category or tag as the site described it."""

    id: int
    slug: str
    name: str
    parent: str = ""
    description: str = ""


@dataclass
class Index:
    """What the first pass found out."""

    title: str = ""
    language: str = ""
    base_url: str = ""
    users: dict[str, User] = field(default_factory=dict)
    categories: dict[str, Category] = field(default_factory=dict)
    tags: dict[str, Category] = field(default_factory=dict)
    attachments: dict[int, Attachment] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)  # addresses of files by `place_of`
    pages: dict[str, int] = field(default_factory=dict)  # attachments by their page
    children: dict[int, list[int]] = field(default_factory=dict)
    blocks: dict[int, str] = field(default_factory=dict)
    kinds: Counter[str] = field(default_factory=Counter)
    writers: set[str] = field(default_factory=set)
    days: set[date] = field(default_factory=set)  # on which posts came out
    # Terms of posts: those that come first, and the others.
    first: set[str] = field(default_factory=set)
    further: set[str] = field(default_factory=set)
    notes: list[tuple[str, int, str]] = field(default_factory=list)

    @property
    def base_path(self) -> str:
        """Return where on its host the blog stood: "" or "/blog"."""
        return urlsplit(self.base_url).path.rstrip("/")


def read_index(files: list[Path]) -> Index:
    """Return what all the files say together; what is damaged is in ``notes``.

    Raises `NoSite` if nothing in them is WordPress's, or nothing can be read.
    """
    index = Index()
    for file in files:
        xml = XmlFile(file, CONTAINERS)
        count, is_wordpress = 0, False
        try:
            for part in xml.parts():
                name = part.element.tag.rpartition("}")[2]
                is_wordpress = is_wordpress or "wordpress.org/export" in part.element.tag
                if name == "item":
                    entry = Entry(part.element, part.line, part.cut)
                    is_wordpress = is_wordpress or bool(entry.text("post_type"))
                    _take_entry(index, entry)
                    count += 1
                else:
                    _take_channel(index, part.element, name)
        except BrokenXml as error:
            if not count:
                raise NoSite(f"{file.name}:{error.line or 1}: {error}") from error
            read = "the item before it was" if count == 1 else f"the {count} items before it were"
            index.notes.append((file.name, error.line or 1, f"{error}; {read} read"))
        if not is_wordpress:
            raise NoSite(f"{file.name} is no export of WordPress (WXR)")
        index.notes += [(file.name, line, what) for line, what in xml.notes]
    return index


def read_entries(file: Path) -> Iterator[Entry]:
    """Yield the items of a file up to where it is damaged, which `read_index` noted."""
    try:
        for part in XmlFile(file, CONTAINERS).parts():
            if part.element.tag == "item":
                yield Entry(part.element, part.line, part.cut)
    except BrokenXml:
        return


def place_of(url: str) -> str:
    """Return what tells a file from others, whether it was asked for by HTTPS or not.

    >>> place_of("http://a.example/b.png?w=300"), place_of("https://a.example/b.png")
    ('a.example/b.png', 'a.example/b.png')
    """
    return re.sub(r"^(?:https?:)?//", "", url.strip()).split("?")[0].split("#")[0].rstrip("/")


def _take_channel(index: Index, element: Element, name: str) -> None:
    text = (element.text or "").strip()
    if name == "title":
        index.title = index.title or " ".join(text.split())
    elif name == "language":
        index.language = index.language or text
    elif name == "base_blog_url" or (name == "link" and not index.base_url):
        index.base_url = text.rstrip("/")
    elif name == "author":
        login = child_text(element, "author_login")
        index.users.setdefault(
            login,
            User(
                id=child_text(element, "author_id"),
                login=login,
                email=child_text(element, "author_email"),
                name=child_text(element, "author_display_name") or login,
                first_name=child_text(element, "author_first_name"),
                last_name=child_text(element, "author_last_name"),
            ),
        )
    elif name in ("category", "tag"):
        _take_term(index, element, name)


def _take_term(index: Index, element: Element, name: str) -> None:
    is_tag = name == "tag"
    slug = child_text(element, "tag_slug" if is_tag else "category_nicename")
    found = Category(
        id=whole(child_text(element, "term_id")),
        slug=slug,
        name=" ".join(child_text(element, "tag_name" if is_tag else "cat_name").split()),
        parent=child_text(element, "category_parent"),
        description=child_text(element, "tag_description" if is_tag else "category_description"),
    )
    if slug:
        (index.tags if is_tag else index.categories).setdefault(slug, found)


def _take_entry(index: Index, entry: Entry) -> None:
    index.kinds[entry.kind] += 1
    if entry.kind == "attachment":
        _take_attachment(index, entry)
    elif entry.kind == "wp_block" and len(entry.content) <= _LONGEST_BLOCK:
        index.blocks[entry.id] = entry.content
    elif entry.kind in ("post", "page") and entry.text("status") != "trash":
        index.writers.add(entry.text("creator"))
        _take_terms(index, entry)
        if entry.kind == "post" and (day := _day(entry)):
            index.days.add(day)


def _take_attachment(index: Index, entry: Entry) -> None:
    url = entry.text("attachment_url") or entry.text("guid")
    found = Attachment(
        url=url,
        page=entry.text("link"),
        alt=entry.meta_text("_wp_attachment_image_alt"),
        caption=entry.text("excerpt"),
        parent=entry.parent,
        order=whole(entry.text("menu_order")),
    )
    index.attachments[entry.id] = found
    index.files[place_of(url)] = url
    if found.page and found.page != url and "?" not in found.page:
        index.pages[place_of(found.page)] = entry.id
    index.children.setdefault(entry.parent, []).append(entry.id)


def _take_terms(index: Index, entry: Entry) -> None:
    # An export of a part of the site names terms that it does not describe.
    known = {"category": index.categories, "post_tag": index.tags}
    for term in entry.terms:
        if term.slug and term.taxonomy in known:
            known[term.taxonomy].setdefault(term.slug, Category(0, term.slug, term.name))
    categories = [term for term in entry.terms if term.taxonomy == "category"]
    if not categories:
        return
    first = first_category(index, entry)
    for term in categories:
        (index.first if first and term == first else index.further).add(term.slug or term.name)


def first_category(index: Index, entry: Entry) -> Term | None:
    """Return the category that stands for the post: the one marked so, else the first."""
    categories = [term for term in entry.terms if term.taxonomy == "category"]
    marked = whole(entry.meta_text("_yoast_wpseo_primary_category", "rank_math_primary_category"))
    slug = next((found.slug for found in index.categories.values() if found.id == marked), "")
    chosen = [term for term in categories if marked and term.slug == slug]
    plain = [term for term in categories if term.slug != "uncategorized"]
    return next(iter([*chosen, *plain]), None)


def _day(entry: Entry) -> date | None:
    try:
        day = datetime.fromisoformat(entry.text("post_date")).date()
    except ValueError:
        return None
    return day if entry.text("status") == "publish" and day.year >= 1000 else None
