"""Items of JSON Feed, versions 1 and 1.1 (jsonfeed.org)."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from blogapp.importing.feeds.atom import paragraphs
from blogapp.importing.feeds.elements import resolve
from blogapp.importing.feeds.entries import Enclosure, Entry, Feed, FeedKind
from blogapp.importing.json_objects import objects, scalars
from blogapp.importing.values import Row

_OF_FEED = {
    "version": "",
    "title": "title",
    "home_page_url": "link",
    "feed_url": "self_link",
    "next_url": "next_link",
    "language": "language",
}
_AUTHOR_NAMES = ("author.name", "authors.item.name")
_ITEM = "items.item"


def survey_json(path: Path) -> Feed | None:
    """Return what a feed says of itself; None for JSON that is none. Raises `NoSite`."""
    feed, version = Feed(kind=FeedKind.JSON), ""
    for place, value in scalars(path, lambda place: place in {*_OF_FEED, *_AUTHOR_NAMES}):
        if place in _AUTHOR_NAMES:
            feed.authors.append(str(value).strip())
        elif place == "version":
            version = str(value)
        elif isinstance(value, str):
            setattr(feed, _OF_FEED[place], value.strip())
    if "jsonfeed.org" not in version:
        return None
    feed.base = feed.self_link or feed.link
    for entry in read_json(path, feed):
        feed.see(entry)
    return feed


def read_json(path: Path, feed: Feed) -> Iterator[Entry]:
    """Yield the items of a feed."""
    for number, (_, given) in enumerate(objects(path, lambda place: place == _ITEM), start=1):
        yield _entry(Row(given), feed, number)


def _entry(row: Row, feed: Feed, number: int) -> Entry:
    entry = Entry(line=1, base=feed.base, notes=row.notes)
    entry.id = row.text("id")
    entry.link = resolve(feed.base, row.text("url")) if row.text("url") else ""
    external = row.text("external_url")
    entry.external = resolve(feed.base, external) if external else ""
    entry.aliases = [entry.id] if entry.id.startswith(("https://", "http://")) else []
    entry.title = row.words("title")
    entry.html = row.text("content_html") or paragraphs(row.text("content_text"))
    entry.summary = row.words("summary")
    entry.published = row.text("date_published")
    entry.updated = row.text("date_modified")
    entry.language = row.text("language")
    image = row.text("image", "banner_image")
    entry.image = resolve(feed.base, image) if image else ""
    people = [*row.rows("authors"), row.row("author")]
    entry.authors = [name for person in people if (name := person.words("name"))]
    entry.tags = [tag.strip() for tag in _texts(row.values.get("tags")) if tag.strip()]
    for each in row.rows("attachments"):
        if address := each.text("url"):
            entry.enclosures.append(
                Enclosure(
                    address=resolve(feed.base, address),
                    type=each.text("mime_type"),
                    title=each.words("title"),
                )
            )
    if not (entry.id or entry.link):
        entry.notes.append(f"item {number} has no id")
    return entry


def _texts(value: Any) -> list[str]:
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []
