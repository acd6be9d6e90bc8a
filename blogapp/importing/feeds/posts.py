"""One entry of a feed as a post."""

import re
from dataclasses import dataclass
from datetime import tzinfo
from hashlib import sha256
from html import escape
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

from blogapp.importing.addressing import given_addresses
from blogapp.importing.bodies import Body
from blogapp.importing.errors import NotAPost
from blogapp.importing.feeds.entries import (
    Enclosure,
    Entry,
    Feed,
    host_of,
    read_moment,
    words_of_html,
)
from blogapp.importing.fields import short
from blogapp.importing.reading import SourcePost
from blogapp.importing.values import sound
from blogapp.text.mojibake import repair
from blogapp.text.slugs import clean_slug, slugify

_LONGEST_PATH = 300
_LONGEST_TITLE_MADE = 60
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}")
# Ids that WordPress says are no links, which they are.
_OF_WORDPRESS = re.compile(r"^https?://[^\s?#]+\?(?:.*&)?(?:p|page_id)=\d+$")
_ENDING = re.compile(r"\.(?:html?|php|aspx?|md)$", re.IGNORECASE)
_NO_NAMES = frozenset({"", "index", "default", "post", "archives", "view"})
# Hosts that count readers on their way to the entry.
_COUNTERS = ("feedproxy.", "feeds.feedburner.", "feeds2.feedburner.", "rss.feedsportal.")
_PICTURE = re.compile(r"\.(?:png|jpe?g|gif|webp|avif|svg)(?:\?|$)", re.IGNORECASE)
_SOUND = re.compile(r"\.(?:mp3|m4a|ogg|oga|opus|wav)(?:\?|$)", re.IGNORECASE)
_FILM = re.compile(r"\.(?:mp4|webm|m4v)(?:\?|$)", re.IGNORECASE)


@dataclass(frozen=True)
class Reading:
    """What reading an entry needs besides it."""

    feed: Feed
    base_url: str
    zone: tzinfo
    # The id names another entry of the feed as well, so it cannot tell this one from it.
    is_ambiguous: bool = False


def item_path(entry: Entry) -> str:
    """Return what tells an entry from all others, now and in later copies of its feed."""
    name = entry.id or entry.link
    if name and len(name) <= _LONGEST_PATH and name.isprintable():
        return name
    said = name or "\n".join((entry.published, entry.title, entry.html))
    return f"entry-{sha256(said.encode('utf-8', 'surrogatepass')).hexdigest()[:20]}"


def read_entry(entry: Entry, path: str, reading: Reading) -> SourcePost:
    """Return what an entry says. Raises `NotAPost` for an answer to another one."""
    if entry.answers:
        raise NotAPost(f"is an answer to {short(entry.answers)}, not a post")
    notes = list(entry.notes)
    link, about = _own_link(entry, reading.base_url)
    body, cover = _body(entry, about, notes)
    title = _title(entry, notes)
    date = read_moment(entry.published, reading.zone)
    if entry.published and date is None:
        notes.append(f"“{short(entry.published)}” is no date")
    updated = read_moment(entry.updated, reading.zone)
    names = [link, *entry.aliases, *[entry.id] * bool(_OF_WORDPRESS.search(entry.id))]
    addresses = [each for each in names if _is_own(each, reading.base_url)]
    return SourcePost(
        path=PurePosixPath(path),
        title=title,
        body=body,
        body_line=entry.line,
        slug=_slug(link, title, path),
        date=date,
        updated=updated if updated and date and updated > date else None,
        draft=entry.draft,
        summary=_summary(entry),
        language=_language(entry.language or reading.feed.language),
        tags=tuple(dict.fromkeys(repair(sound(tag)) for tag in entry.tags)),
        authors=tuple(entry.authors or reading.feed.authors[:1]),
        covers=cover,
        addresses=tuple(given_addresses(addresses, PurePosixPath("/"))),
        extra={"link": about} if about else {},
        problems=tuple((entry.line, note) for note in dict.fromkeys(notes)),
        entry_id="" if reading.is_ambiguous else entry.id,
        converted=True,
    )


def _is_own(address: str, base_url: str) -> bool:
    return bool(address) and host_of(address) == host_of(base_url) != ""


def _own_link(entry: Entry, base_url: str) -> tuple[str, str]:
    """Return where the entry stood, and what it is about where that is elsewhere.

    Blogs of links let an entry's link lead to what it is about, and name its own address
    as another.
    """
    if _is_own(entry.link, base_url) or not host_of(base_url):
        return entry.link or next(iter(entry.aliases), ""), entry.external
    names = [*entry.aliases, entry.external]
    own = next((link for link in names if _is_own(link, base_url)), "")
    is_detour = host_of(entry.link).startswith(_COUNTERS)
    return own, "" if is_detour and own else entry.link


def _title(entry: Entry, notes: list[str]) -> str:
    title = repair(sound(entry.title))
    if title:
        return title
    text = words_of_html(entry.html) or entry.markdown
    if not (first := " ".join(text[:2000].split())):
        notes.append("has neither title nor text")
        return "Untitled"
    notes.append("has no title; named by its first words")
    sentence = re.split(r"(?<=[.!?])\s", first, maxsplit=1)[0]
    if len(sentence) <= _LONGEST_TITLE_MADE:
        return repair(sound(sentence.rstrip(".")))
    cut = sentence[:_LONGEST_TITLE_MADE].rpartition(" ")[0] or sentence[:_LONGEST_TITLE_MADE]
    return repair(sound(cut)) + "…"


def _slug(link: str, title: str, path: str) -> str:
    try:
        parts = [part for part in unquote(urlsplit(link).path).split("/") if part]
    except ValueError:
        parts = []
    for part in reversed(parts):
        name = _ENDING.sub("", part)
        if name.lower() not in _NO_NAMES and not name.isdigit():
            return clean_slug(name)
    return slugify(title, f"post-{sha256(path.encode('utf-8', 'replace')).hexdigest()[:8]}")


def _summary(entry: Entry) -> str:
    """Return the summary, where it is more than the beginning of the text."""
    summary = repair(sound(" ".join(entry.summary.split())))
    beginning = summary.rstrip(" .…[]")
    text = words_of_html(entry.html) if entry.html else entry.markdown
    return "" if text.startswith(beginning) else summary


def _language(text: str) -> str:
    text = text.replace("_", "-")
    return text if _LANGUAGE.fullmatch(text) else ""


def _body(entry: Entry, about: str, notes: list[str]) -> tuple[str, tuple[str, ...]]:
    """Return the text as Markdown, with what the entry leads to; and its picture."""
    body = Body(entry.base, notes)
    if entry.markdown:
        body.markdown(sound(entry.markdown))
    body.html(entry.html)
    said = entry.html + entry.markdown
    cover = entry.image
    for file in entry.enclosures:
        if _is_picture(file) and not cover and file.address not in said:
            cover = file.address
        elif file.address not in said and escape(file.address) not in said:
            body.html(_file(file))
    if about and about not in said and escape(about) not in said:
        shown = escape(about.partition("://")[2] or about)
        body.html(f'<p><a href="{escape(about)}">{shown}</a></p>')
    return body.written(), (cover,) if cover and cover not in said else ()


def _is_picture(file: Enclosure) -> bool:
    return file.type.startswith("image/") or bool(_PICTURE.search(file.address))


def _file(file: Enclosure) -> str:
    address = escape(file.address)
    if file.type.startswith("audio/") or _SOUND.search(file.address):
        return f'<p><audio controls preload="none" src="{address}"></audio></p>'
    if file.type.startswith("video/") or _FILM.search(file.address):
        return f'<p><video controls preload="none" src="{address}"></video></p>'
    name = file.title or unquote(file.address.partition("?")[0].rpartition("/")[2])
    if _is_picture(file):
        return f'<p><img src="{address}" alt="{escape(file.title)}"></p>'
    return f'<p><a href="{address}">{escape(name or file.address)}</a></p>'
