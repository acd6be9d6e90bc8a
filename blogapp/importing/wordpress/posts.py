"""An item of an export as the post or page that it is to become."""

from dataclasses import replace
from datetime import UTC, datetime, tzinfo
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import unquote, urlsplit
from xml.etree.ElementTree import Element

from blogapp.importing.addressing import given_addresses
from blogapp.importing.dating import read_date
from blogapp.importing.errors import NotAPost
from blogapp.importing.fields import short
from blogapp.importing.reading import SourceComment, SourcePost, plain
from blogapp.importing.wordpress.bodies import LONGEST_SUMMARY, Text, read_comment, read_text
from blogapp.importing.wordpress.entries import Entry, Term, child_text, children, whole
from blogapp.importing.wordpress.indexing import Attachment, Index, first_category
from blogapp.importing.wordpress.naming import Names
from blogapp.text.mojibake import repair
from blogapp.text.slugs import clean_slug, slugify

_ROOT = PurePosixPath("/")
_LEFT_OUT = {
    "attachment": "is an upload: taken in where a post shows it, else left out",
    "revision": "is a revision; only the last version of a post is taken in",
    "nav_menu_item": "is an entry of a menu",
    "wp_block": "is a reusable block; it stands in the posts that show it",
    "custom_css": "is the theme's style sheet",
    "customize_changeset": "is a change of the theme's settings",
    "feedback": "is what somebody wrote into a contact form",
    "oembed_cache": "is what another site once answered",
    "user_request": "is a request about personal data",
    **dict.fromkeys(
        ("wp_template", "wp_template_part", "wp_global_styles", "wp_navigation", "wp_font_face"),
        "is a part of the theme",
    ),
}
_NO_POST = {"trash": "is in the trash", "auto-draft": "is an empty draft"}
_NOT_PUBLIC = {
    "private": "was private; a draft here",
    "pending": "was waiting for review; a draft here",
}
_MENTIONS = {"pingback", "trackback"}
_LONGEST_META = 2_000
_TITLE_WORDS = 8


def read_item(
    entry: Entry, path: str, index: Index, names: Names, *, zone: tzinfo, site: str
) -> SourcePost:
    """Return the post or page that ``entry`` is; ``zone`` is of dates without an offset.

    ``path`` tells it from all others of the site.

    Raises `NotAPost` with the reason why it is none.
    """
    if entry.kind not in ("post", "page"):
        other = f"is of the type “{short(entry.kind)}”, which has no place here"
        raise NotAPost(_LEFT_OUT.get(entry.kind, other))
    if reason := _NO_POST.get(entry.text("status")):
        raise NotAPost(reason)
    if entry.text("status") == "inherit":
        raise NotAPost(_LEFT_OUT["revision"])
    return _Reading(entry, path, index, names, zone, site).post()


def path_of(entry: Entry) -> str:
    """Return what tells an item from others of its site, in this export and in later ones."""
    number = str(entry.id) if entry.id else f"line-{entry.line}"
    return f"{clean_slug(entry.kind)}/{number}"


class _Reading:
    """Reads one item; each method answers one question about it."""

    def __init__(
        self, entry: Entry, path: str, index: Index, names: Names, zone: tzinfo, site: str
    ) -> None:
        self.entry, self.path, self.index, self.names = entry, path, index, names
        self.zone, self.site = zone, site
        self.notes: list[str] = []

    def post(self) -> SourcePost:
        entry = self.entry
        text = read_text(entry, self.index)
        first = first_category(self.index, entry)
        draft = self._is_draft()
        title = self._title(text)
        cover = self._cover()
        return SourcePost(
            path=PurePosixPath(self.path),
            title=title,
            body=text.markdown,
            body_line=1,
            slug=self._slug(title),
            date=self._date("post_date"),
            updated=self._date("post_modified"),
            draft=draft,
            pinned=entry.text("is_sticky") == "1",
            summary=self._summary(text),
            canonical_url=self._canonical_url(),
            domain=self.names.name_of(first) if first and entry.kind == "post" else "",
            series=next((term.name for term in entry.terms if term.taxonomy == "series"), ""),
            tags=self._tags(first),
            authors=self._authors(),
            covers=(cover.url,) if cover else (),
            cover_alt=cover.alt if cover else "",
            addresses=self._addresses(),
            extra=self._extra(),
            is_page=entry.kind == "page",
            entry_id=entry.text("guid"),
            comments=self._comments(),
            converted=True,
            problems=tuple((entry.line, note) for note in [*self.notes, *text.notes]),
        )

    def _is_draft(self) -> bool:
        status = self.entry.text("status")
        if self.entry.text("post_password"):
            self.notes.append("was behind a password; a draft here")
            return True
        if status in ("publish", "future"):
            return False
        if status != "draft":
            told = f"has the status “{short(status)}”; a draft here"
            self.notes.append(_NOT_PUBLIC.get(status, told))
        return True

    def _title(self, text: Text) -> str:
        written = plain(self.entry.text("title"))
        if title := repair(written):
            if title != written:
                told = f"the title “{short(written)}” was read in the wrong encoding; mended"
                self.notes.append(told)
            return title
        words = plain(text.markdown).split()
        self.notes.append("has no title; named after its first words")
        beginning = " ".join(words[:_TITLE_WORDS])
        return f"{beginning[:100]}…" if len(words) > _TITLE_WORDS else beginning[:100] or "Untitled"

    def _slug(self, title: str) -> str:
        wanted = unquote(self.entry.text("post_name"))
        if not wanted:
            return slugify(title, fallback=f"{self.entry.kind}-{self.entry.id or self.entry.line}")
        slug = clean_slug(wanted)
        if slug != wanted:
            self.notes.append(f"“{short(wanted)}” cannot be an address; took {slug}")
        return slug

    def _date(self, name: str) -> datetime | None:
        """Return a date: from its field in GMT, else by the site's clock, else the feed's."""
        for key, zone in ((f"{name}_gmt", UTC), (name, self.zone)):
            written = self.entry.text(key)
            if written and not written.startswith("0000"):
                if moment := read_date(written):
                    return moment.at(zone)
                self.notes.append(f"{key}: “{short(written)}” is no date")
        if name == "post_date" and self.entry.text("status") in ("publish", "future"):
            moment = read_date(self.entry.text("pubDate"))
            return moment.at(UTC) if moment and moment.local.year > 1 else None
        return None

    def _summary(self, text: Text) -> str:
        if excerpt := plain(self.entry.text("excerpt")):
            return excerpt
        opening = plain(text.opening)
        if opening and len(opening) <= LONGEST_SUMMARY:
            return opening
        if opening:
            self.notes.append("what stands before “Read more” is too long for a summary")
        return plain(self.entry.meta_text("_yoast_wpseo_metadesc", "rank_math_description"))

    def _canonical_url(self) -> str:
        url = self.entry.meta_text("_yoast_wpseo_canonical")
        return url if url.startswith(("https://", "http://")) else ""

    def _tags(self, first: Term | None) -> tuple[str, ...]:
        found: dict[str, None] = {}
        for term in self.entry.terms:
            if term.taxonomy == "post_tag":
                found[term.name] = None
            elif term.taxonomy == "category" and term != first and term.slug != "uncategorized":
                found[self.names.name_of(term)] = None
        others = sorted(
            {term.taxonomy for term in self.entry.terms}
            - {"category", "post_tag", "post_format", "series", "nav_menu"}
        )
        for taxonomy in others:
            names = [term.name for term in self.entry.terms if term.taxonomy == taxonomy]
            self.notes.append(
                f"the terms {short(', '.join(names))} of “{short(taxonomy)}” are no tags here;"
                " they are kept with the post"
            )
        return tuple(found)

    def _authors(self) -> tuple[str, ...]:
        login = self.entry.text("creator")
        user = self.index.users.get(login)
        name = user.name if user else login
        return (name,) if name else ()

    def _cover(self) -> Attachment | None:
        number = self.entry.meta_text("_thumbnail_id")
        if not number:
            return None
        found = self.index.attachments.get(whole(number))
        if found is None or not found.url:
            what = f"its featured image (attachment {short(number)}) is not in the export"
            self.notes.append(what)
            return None
        return found

    def _addresses(self) -> tuple[str, ...]:
        """Return where the post stood: its link, its feed, its number, and former links."""
        entry, base = self.entry, self.index.base_path
        link = path_in(entry.text("link"))
        found: list[str] = []
        if link and link != f"{base}/" and link != "/":
            parents, _, last = link.rstrip("/").rpartition("/")
            olds = [unquote(slug) for slug in entry.meta.get("_wp_old_slug", [])]
            links = [link, *(f"{parents}/{old}/" for old in olds if old and old != last)]
            for address in links:
                found += [address, f"{address.rstrip('/')}/feed", f"{address.rstrip('/')}/amp"]
        if entry.id:
            keys = ("p", "page_id") if entry.kind == "page" else ("p",)
            found += [f"{base}/?{key}={entry.id}" for key in keys]
        pages = self.index.children.get(entry.id, []) if entry.id else []
        for number in pages:
            if page := path_in(self.index.attachments[number].page):
                found.append(page)
            found.append(f"{base}/?attachment_id={number}")
        tidy = [
            text if "?" in text else next(iter(given_addresses([text], _ROOT)), "")
            for text in found
        ]
        return tuple(dict.fromkeys(text for text in tidy if text))

    def _comments(self) -> tuple[SourceComment, ...]:
        comments: list[SourceComment] = []
        waiting = others = 0
        for part in children(self.entry.element, "comment"):
            kind = child_text(part, "comment_type") or "comment"
            if child_text(part, "comment_approved") != "1":
                waiting += 1
            elif kind not in ("comment", *_MENTIONS):
                others += 1
            elif comment := self._comment(part, kind):
                comments.append(comment)
        if waiting:
            self.notes.append(_times(waiting, "comment", "that nobody approved") + " left out")
        if others:
            self.notes.append(
                _times(others, "note", "of a plug-in among the comments") + " left out"
            )
        known = {comment.id for comment in comments}
        return tuple(
            comment if comment.parent in known else replace(comment, parent="")
            for comment in comments
        )

    def _comment(self, part: Element, kind: str) -> SourceComment | None:
        at = None
        for key, zone in (("comment_date_gmt", UTC), ("comment_date", self.zone)):
            written = child_text(part, key)
            moment = None if written.startswith("0000") else read_date(written)
            at = at or (moment.at(zone) if moment else None)
        at = at or self._date("post_date")
        if at is None:
            self.notes.append("a comment without a date was left out")
            return None
        parent = child_text(part, "comment_parent")
        return SourceComment(
            id=child_text(part, "comment_id"),
            at=at,
            parent="" if parent == "0" else parent,
            name=plain(child_text(part, "comment_author")),
            url=child_text(part, "comment_author_url").removesuffix("http://"),
            html=read_comment(child_text(part, "comment_content")),
            kind="pingback" if kind in _MENTIONS else "comment",
        )

    def _extra(self) -> dict[str, Any]:
        """Return what nothing here reads, for the way out."""
        entry = self.entry
        kept: dict[str, Any] = {"site": self.site, "path": self.path, "form": "wordpress"}
        others: dict[str, list[str]] = {}
        for term in entry.terms:
            if term.taxonomy not in ("category", "post_tag", "series", "nav_menu"):
                others.setdefault(term.taxonomy, []).append(term.name)
        fields = {
            key: [value for value in values if len(value) <= _LONGEST_META]
            for key, values in entry.meta.items()
            if not key.startswith(("_", "rank_math", "footnotes"))
        }
        kept |= {"terms": others} if others else {}
        kept |= {"fields": fields} if any(fields.values()) else {}
        return {"imported": kept}


def path_in(address: str) -> str:
    """Return the path of an address without a query; empty where only the query tells."""
    try:
        parts = urlsplit(address.strip())
    except ValueError:
        return ""
    return "" if parts.query else parts.path


def _times(count: int, what: str, which: str) -> str:
    return f"a {what} {which} was" if count == 1 else f"{count} {what}s {which} were"
