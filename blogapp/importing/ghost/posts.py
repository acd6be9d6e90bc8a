"""One row of Ghost's posts as what it says."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from html import escape
from pathlib import PurePosixPath
from typing import Any

from blogapp.importing.addressing import given_addresses
from blogapp.importing.bodies import Body
from blogapp.importing.ghost.cards import Cards
from blogapp.importing.ghost.comments import read_comments
from blogapp.importing.ghost.database import Database, Fields, key
from blogapp.importing.ghost.errors import NotThatFormat
from blogapp.importing.ghost.lexical import write_lexical
from blogapp.importing.ghost.mobiledoc import write_mobiledoc
from blogapp.importing.ghost.rendered import write_html
from blogapp.importing.reading import SourcePost, plain
from blogapp.importing.values import Row
from blogapp.text.slugs import clean_slug, slugify

URL = "__GHOST_URL__"
_OBJECT_ID = re.compile(r"[0-9a-f]{24}")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}")
_META = (
    "meta_title", "meta_description", "og_image", "og_title", "og_description", "twitter_image",
    "twitter_title", "twitter_description", "feature_image_alt", "feature_image_caption",
    "frontmatter", "email_subject", "email_only",
)  # fmt: skip
_LEFT = (
    "uuid", "comment_id", "status", "visibility", "codeinjection_head", "codeinjection_foot",
    "custom_template", "email_recipient_filter", "created_at",
)  # fmt: skip
_WHY_A_DRAFT = {
    "sent": "was sent as an e-mail and never stood on the web; it is a draft here",
    "draft": "",
}


@dataclass(frozen=True)
class Reading:
    """What reading a post needs besides its row."""

    database: Database
    site: str  # the source's name
    base_url: str = ""
    permalink: str = "/{slug}/"
    # Old addresses that led to posts, by the posts' slugs.
    detours: Mapping[str, list[str]] = field(default_factory=dict)


def item_path(row: Fields) -> str:
    """Return what tells a post from all others, now and in later exports."""
    folder = "pages" if _is_page(row) else "posts"
    return f"{folder}/{key(row, 'id') or key(row, 'uuid') or key(row, 'slug') or '?'}"


def read_row(given: Fields, reading: Reading) -> SourcePost:
    """Return what a row of Ghost's posts says."""
    row = Row(_with_address(given, reading.base_url))
    meta = Row(
        _with_address(reading.database.tables["posts_meta"].get(key(given, "id"), {}), "")
        | {name: row.values[name] for name in _META if row.values.get(name)},
        notes=row.notes,
    )
    cards = Cards(Body(reading.base_url, row.notes))
    _write_body(row, cards)
    _write_caption(meta, cards)
    body = cards.body.written()
    tags = _tags(given, reading.database)
    title = row.words("title")
    slug = _slug(row, title)
    draft = _is_draft(row)
    date = row.moment("published_at") or (row.moment("created_at") if draft else None)
    updated = row.moment("updated_at")
    path = item_path(given)
    if not title:
        row.notes.append("has no title; named after its address")
    _note_code(row)
    return SourcePost(
        path=PurePosixPath(path),
        title=title or slug.replace("-", " ").capitalize(),
        body=body,
        body_line=1,
        slug=slug,
        date=date,
        updated=updated if updated and date and updated > date else None,
        draft=draft,
        pinned=row.flag("featured") and not _is_page(given),
        summary=plain(row.words("custom_excerpt") or meta.words("meta_description")),
        language=_language(row),
        canonical_url=_canonical(row),
        tags=tuple(tag for tag in tags if not tag.startswith("#")),
        authors=_authors(given, reading.database),
        covers=tuple(filter(None, [row.text("feature_image", "image")])),
        cover_alt=meta.words("feature_image_alt"),
        addresses=_addresses(row, date, slug, reading, tags),
        extra=_extra(row, meta, path, reading.site, tags, cards.withheld),
        comments=read_comments(given, reading.database, row.notes),
        problems=tuple((1, note) for note in dict.fromkeys(row.notes)),
        is_page=_is_page(given),
        entry_id=_entry_id(row),
        converted=True,
    )


# What the post says


def _with_address(given: Fields, base_url: str) -> Fields:
    """Return the row with the site's address, or none, where Ghost left a mark for it."""
    return {
        name: value.replace(URL, base_url) if isinstance(value, str) and URL in value else value
        for name, value in given.items()
    }


def _write_body(row: Row, cards: Cards) -> None:
    """Write the newest format there is; an older one if that is damaged."""
    for name, write in (("lexical", write_lexical), ("mobiledoc", write_mobiledoc)):
        if text := row.text(name):
            try:
                write(text, cards)
            except NotThatFormat as error:
                row.notes.append(f"{error}; the post was taken from its HTML")
            if cards.body or cards.withheld:
                return
    if html := row.text("html"):
        write_html(html, cards)
    elif markdown := row.text("markdown"):  # Ghost 0
        cards.body.markdown(markdown)
    elif text := row.text("plaintext"):
        cards.body.html("".join(f"<p>{escape(part)}</p>" for part in text.split("\n\n")))


def _write_caption(meta: Row, cards: Cards) -> None:
    # Often the name of who took the picture, which its licence asks for.
    if caption := meta.text("feature_image_caption"):
        cards.body.html(f"<p><em>{caption}</em></p>")
        cards.body.note("the cover's caption stands at the end of the text")


def _slug(row: Row, title: str) -> str:
    wanted = row.text("slug")
    slug = clean_slug(wanted) if wanted else slugify(title)
    if wanted and slug != wanted:
        row.notes.append(f"“{wanted[:80]}” cannot be an address; took {slug}")
    return slug


def _is_page(given: Fields) -> bool:
    return given.get("type") == "page" or given.get("page") in (True, 1)


def _is_draft(row: Row) -> bool:
    status, visibility = row.text("status"), row.text("visibility")
    if status not in ("published", "scheduled", ""):
        why = _WHY_A_DRAFT.get(status, f"has the status “{status[:40]}”; it is a draft here")
        row.notes += [why] if why else []
        return True
    if not status and not row.text("published_at"):
        return True
    if visibility not in ("public", ""):
        row.notes.append(
            f"only some could read it (visibility: {visibility[:80]}); it is a draft here,"
            " so that nothing comes out by itself"
        )
        return True
    if status == "scheduled" and not row.text("published_at"):
        row.notes.append("was scheduled for no date; it is a draft here")
        return True
    return False


def _language(row: Row) -> str:
    given = row.text("locale", "language").replace("_", "-")
    # Before version 1 every post had this one, whatever it was written in.
    return given if _LANGUAGE.fullmatch(given) and given != "en-US" else ""


def _canonical(row: Row) -> str:
    url = row.text("canonical_url")
    return url if url.startswith(("https://", "http://")) else ""


def _entry_id(row: Row) -> str:
    """Return the guid of Ghost's feed: the post's id; before version 1 its uuid."""
    id = row.text("id")
    return id if _OBJECT_ID.fullmatch(id) else row.text("uuid") or id


def _note_code(row: Row) -> None:
    for name, place in (("codeinjection_head", "head"), ("codeinjection_foot", "foot")):
        if row.text(name):
            row.notes.append(
                f"code for the {place} of its page (code injection) is kept with the post,"
                " and never run"
            )


# What belongs to it


def _tags(given: Fields, database: Database) -> list[str]:
    """Return the names of its tags in order, internal ones with their ``#``."""
    embedded = given.get("tags")
    rows = database.named("tags", database.tags.get(key(given, "id"), []))
    if not rows and isinstance(embedded, list):
        rows = [tag for tag in embedded if isinstance(tag, dict)]
    return list(dict.fromkeys(name for row in rows if (name := tag_name(row))))


def tag_name(row: Fields) -> str:
    """Return a tag's name, with ``#`` in front if it is internal: shown to nobody."""
    name = Row(row).words("name", "slug")
    is_internal = row.get("visibility") == "internal" or name.startswith("#")
    return f"#{name.lstrip('#')}" if is_internal and name.lstrip("#") else name


def _authors(given: Fields, database: Database) -> tuple[str, ...]:
    ids = database.authors.get(key(given, "id")) or [key(given, "author_id")]
    rows = database.named("users", ids)
    embedded = given.get("authors")
    if not rows and isinstance(embedded, list):
        rows = [author for author in embedded if isinstance(author, dict)]
    names = (Row(row).words("name", "slug") for row in rows)
    return tuple(dict.fromkeys(filter(None, names)))


def _addresses(
    row: Row, date: datetime | None, slug: str, reading: Reading, tags: list[str]
) -> tuple[str, ...]:
    slug = row.text("slug") or slug
    paths = [f"/{slug}/"]
    if not _is_page(dict(row.values)) and (path := _filled(reading, row, date, slug, tags)):
        paths.insert(0, path)
    paths += [f"{paths[0]}amp/"]
    paths += [f"/p/{uuid}/" for uuid in [row.text("uuid")] if uuid]
    paths += [f"/email/{uuid}/" for uuid in [row.text("uuid")] if row.text("status") == "sent"]
    paths += reading.detours.get(slug, [])
    return tuple(given_addresses(paths, PurePosixPath("/")))


def _filled(reading: Reading, row: Row, date: datetime | None, slug: str, tags: list[str]) -> str:
    """Return the post's address by the site's pattern: "/{year}/{month}/{slug}/"."""
    day = (date or datetime.min).astimezone(UTC) if date else None
    tag = next((tag for tag in tags if not tag.startswith("#")), "all")
    authors = _authors(dict(row.values), reading.database)
    values = {
        "slug": slug,
        "id": row.text("id"),
        "primary_tag": slugify(tag, "all"),
        "primary_author": slugify(authors[0], "") if authors else "",
        "author": slugify(authors[0], "") if authors else "",
        **({"year": f"{day:%Y}", "month": f"{day:%m}", "day": f"{day:%d}"} if day else {}),
    }
    pattern = re.sub(r":(\w+)", r"{\1}", reading.permalink)
    names = re.findall(r"\{(\w+)\}", pattern)
    if not all(values.get(name) for name in names):
        return ""
    return re.sub(r"\{(\w+)\}", lambda found: values[found[1]], pattern)


def _extra(
    row: Row, meta: Row, path: str, site: str, tags: list[str], withheld: list[str]
) -> dict[str, Any]:
    """Return what has no place here, for the way out."""
    internal = [tag for tag in tags if tag.startswith("#")]
    return {
        "imported": {
            "site": site,
            "path": path,
            "form": "ghost",
            **row.filled(*_LEFT),
            **meta.filled(*_META),
            **({"internal_tags": internal} if internal else {}),
            **({"withheld": withheld} if withheld else {}),
        }
    }
