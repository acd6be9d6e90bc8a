"""Reading one source file into what it says: pure, no database, nothing rendered."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, tzinfo
from html import unescape
from pathlib import PurePosixPath
from typing import Any

from blogapp.importing import front_matter
from blogapp.importing.addressing import (
    built_addresses,
    folder_address,
    given_addresses,
    linked_addresses,
    published_path,
)
from blogapp.importing.bylines import author_names
from blogapp.importing.choosing import may_be_a_page, why_a_page, why_not_a_post
from blogapp.importing.dating import Moment, read_date, split_file_name
from blogapp.importing.errors import NotAPost, Unreadable
from blogapp.importing.feed_ids import feed_id
from blogapp.importing.fields import Fields, fold, look_alike, short
from blogapp.importing.opening import read_text
from blogapp.importing.sections import is_bundle, section_name
from blogapp.importing.surveying import (
    DRAFT_FOLDERS,
    Kind,
    SourceSite,
    is_language,
)
from blogapp.text.mojibake import garbled_lines, look_alikes, repair
from blogapp.text.slugs import clean_slug
from blogapp.text.templating import Noted, resolve

_TITLE = ("title",)
_SLUG = ("slug",)
_DATE = ("date", "pubdate", "published", "publishdate", "datepublished", "created", "datetime")
_UPDATED = ("updated", "lastmod", "modified", "lastmodified", "updateddate", "datemodified")
_SUMMARY = ("summary", "description", "excerpt", "subtitle", "abstract")
_TAGS = ("tags", "tag", "keywords")
_CATEGORIES = ("categories", "category")
_AUTHORS = ("authors", "author")
_SERIES = ("series",)
_PART = ("part", "seriespart", "seriesorder", "seriesindex", "seriesweight", "weight")
_LANGUAGE = ("lang", "language", "locale")
_CANONICAL = ("canonicalurl", "canonical", "originalurl")
_ALIASES = ("aliases", "alias", "redirectfrom")
_PERMALINK = ("permalink", "url")
_COVER = ("cover", "image", "images", "hero", "thumbnail", "featuredimage", "socialimage")
# Hugo's themes, Chirpy (Jekyll) and Hexo, in this order.
_PINNED = ("pinned", "pin", "sticky")
_FLAGS = ("draft", "status", "unlisted", "hidden", "kind", "type", "domain", *_PINNED)
_KNOWN = frozenset(
    _TITLE + _SLUG + _DATE + _UPDATED + _SUMMARY + _TAGS[:2] + _CATEGORIES + _AUTHORS + _SERIES
) | frozenset(_PART + _LANGUAGE + _CANONICAL + _ALIASES + _PERMALINK + _FLAGS)

_NO_KIND = {"post", "posts", "page", "blog", "blogs", "blogpost", "default"}
_HEADING = re.compile(r"^#[ \t]+(.+?)[ \t]*#*[ \t]*$|^(?=\S)(.+)\n=+[ \t]*$", re.MULTILINE)
_FENCE = re.compile(r"^(```|~~~).*?^\1", re.MULTILINE | re.DOTALL)
_MARKUP = re.compile(r"<[^<>]*>|!?\[([^\[\]]*)\]\([^()]*\)")


@dataclass(frozen=True)
class Problem:
    """Something about a file that its owner should know."""

    path: str
    line: int
    what: str

    def __str__(self) -> str:
        """Return the problem as one line, whatever the file's name holds."""
        return " ".join(f"{self.path}:{self.line}: {self.what}".split("\n"))


@dataclass(frozen=True, kw_only=True)
class SourceComment:
    """An approved comment, or another site's mention of the post ("pingback")."""

    id: str  # the source's own, unique within the post
    at: datetime  # aware UTC
    parent: str = ""  # the id of the comment it answers
    name: str = ""
    url: str = ""
    html: str = ""
    kind: str = "comment"


@dataclass(frozen=True, kw_only=True)
class SourcePost:
    """What a source file says. Names, not rows; the body as it stands in the file."""

    path: PurePosixPath  # in its site
    title: str
    body: str
    body_line: int
    slug: str
    date: datetime | None = None  # aware UTC
    updated: datetime | None = None
    draft: bool = False
    unlisted: bool = False
    pinned: bool = False
    summary: str = ""
    kind: str = ""
    language: str = ""
    canonical_url: str = ""
    domain: str = ""
    series: str = ""
    series_position: int | None = None
    tags: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    covers: tuple[str, ...] = ()
    cover_alt: str = ""  # what is to be seen in the first of them
    resources: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    extra: dict[str, Any] = field(default_factory=dict)
    problems: tuple[tuple[int, str], ...] = ()
    # A static page: at /pages/…, in no listing.
    is_page: bool = False
    # What the old site's feed called it, so that no subscriber sees it as new.
    entry_id: str = ""
    comments: tuple[SourceComment, ...] = ()
    # A reader made the body: addresses in it may be written anew. Else it stays byte for byte.
    converted: bool = False


def read_post(
    site: SourceSite,
    file: PurePosixPath,
    *,
    zone: tzinfo,
    permalink: str | None = None,
    pages: bool = False,
) -> SourcePost:
    """Return what ``file`` says; ``zone`` is the site's, for dates that name none.

    Raises `Unreadable`, `BrokenFrontMatter` or `NotAPost`, each with the reason. With
    ``pages``, a file that is plainly a page of words comes back as one.
    """
    reason = why_not_a_post(site, file)
    if reason and not (pages and may_be_a_page(file, reason)):
        raise NotAPost(reason)
    if not (site.root / file).resolve().is_relative_to(site.root):
        raise Unreadable("is a link to something outside its site")
    source = read_text(site.root / file)
    found, body, body_line = front_matter.split(source, meta_first=site.kind is Kind.PELICAN)
    given = Fields(found)
    said = why_a_page(site, file, given)
    if said and not (pages and may_be_a_page(file, said)):
        raise NotAPost(said)
    post = Reader(site, file, given, body, body_line, zone).post(permalink)
    return as_page(site, post) if reason or said else post


def as_page(site: SourceSite, post: SourcePost) -> SourcePost:
    """Return what a file says as a static page: at its own address, under no heading."""
    own = str(folder_address(site, post.path) / post.slug)
    paths = [own, f"{own}.html"]
    prefixed = [f"{site.prefix}{path}" for path in paths if site.prefix]
    addresses = dict.fromkeys([*post.addresses, *paths, *prefixed])
    return replace(post, is_page=True, addresses=tuple(addresses), entry_id="", domain="", kind="")


# What a post says


class Reader:
    """Reads one post; each method answers one question about it."""

    def __init__(
        self,
        site: SourceSite,
        file: PurePosixPath,
        given: Fields,
        body: str,
        body_line: int,
        zone: tzinfo,
    ) -> None:
        self.site, self.file, self.given, self.zone = site, file, given, zone
        self.body, self.body_line = body, body_line
        self.name_date, self.bare_name = self._split_name()

    def post(self, permalink: str | None) -> SourcePost:
        moment = self._date()
        # Jekyll's addresses show the day in the site's zone, not the one written.
        local = moment.at(self.zone).astimezone(self.zone) if moment else None
        slug = self._slug()
        language = self._language()
        categories = self._names(*_CATEGORIES)
        published = self._published_path(local, categories, language, permalink or "")
        series, position = self._series()
        return SourcePost(
            path=self.file,
            title=self._title(),
            body=self.body,
            body_line=self.body_line,
            slug=slug,
            date=moment.at(self.zone) if moment else None,
            updated=self._updated(),
            draft=self._is_draft(),
            unlisted=any(_is_true(self.given.text(key)) for key in ("unlisted", "hidden")),
            pinned=self._is_pinned(),
            summary=plain(self.given.text(*_SUMMARY)),
            kind=self._kind(),
            language=language,
            canonical_url=self._canonical_url(),
            domain=self.given.text("domain")
            or next(iter(categories), "")
            or section_name(self.site, self.file),
            series=series,
            series_position=position,
            tags=self._tags(categories),
            authors=self._authors(),
            covers=self._covers(),
            resources=self._resources(),
            addresses=self._addresses(published),
            extra=self._extra(),
            problems=(*self.given.problems, *self._body_problems()),
            entry_id=feed_id(self.site.kind, self.site.base_url, published, slug=slug, local=local),
        )

    def _split_name(self) -> tuple[Moment | None, str]:
        name = self.file.parent.name if is_bundle(self.file) else self.file.stem
        suffix = PurePosixPath(name).suffix[1:]
        if suffix in self.site.languages:
            name = PurePosixPath(name).stem
        found, rest = split_file_name(name)
        # A date is cut off where the whole site writes so; elsewhere it is part of the name.
        return found, rest if found and rest and self.site.dated_names else name

    def _title(self) -> str:
        if title := self.given.text(*_TITLE):
            return title
        heading = _HEADING.search(_FENCE.sub("", self.body))
        if heading and self.site.kind is not Kind.JEKYLL:
            return repair((heading[1] or heading[2]).replace("`", "").strip())
        words = re.split(r"[-_\s]+", self.bare_name)
        self.given.note("title", "has no title; named after its file")
        return " ".join(word[:1].upper() + word[1:] for word in words).strip() or "Untitled"

    def _slug(self) -> str:
        wanted = self.given.text(*_SLUG) or self.bare_name
        slug = clean_slug(wanted)
        if slug != wanted:
            self.given.note("slug", f"“{short(wanted)}” cannot be an address; took {slug}")
        return slug

    def _date(self) -> Moment | None:
        read: list[Moment] = []
        for key in _DATE:
            text = self.given.text(key)
            if text and not (key == "published" and _is_flag(text)):
                if moment := read_date(text):
                    read.append(moment)
                else:
                    self.given.note(key, f"{key}: “{short(text)}” is no date")
        if read:
            return read[0]
        return self.name_date

    def _updated(self) -> datetime | None:
        for key in _UPDATED:
            if text := self.given.text(key):
                if moment := read_date(text):
                    return moment.at(self.zone)
                self.given.note(key, f"{key}: “{short(text)}” is no date")
        return None

    def _is_draft(self) -> bool:
        status = self.given.text("status").lower()
        return (
            _is_true(self.given.text("draft"))
            or self.given.text("published").lower() in {"false", "no", "off"}
            or status in {"draft", "hidden", "skip"}
            or bool(DRAFT_FOLDERS & set(self.file.parts[:-1]))
        )

    def _is_pinned(self) -> bool:
        # Hexo's is a number: the higher, the further up.
        return any(
            _is_true(text) or (_whole(text) or 0) > 0 for text in map(self.given.text, _PINNED)
        )

    def _kind(self) -> str:
        if kind := self.given.text("kind"):
            return kind[:40]
        kind = self.given.text("type")
        return "" if kind.lower() in _NO_KIND else kind[:40]

    def _language(self) -> str:
        given = self.given.text(*_LANGUAGE).replace("_", "-")
        if re.fullmatch(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}", given):
            return given
        suffix = PurePosixPath(self.file.stem).suffix[1:]
        parts = [suffix, *reversed(self.file.parts[:-1])]
        found = (part for part in parts if part in self.site.languages and is_language(part))
        return next(found, "")

    def _canonical_url(self) -> str:
        url = self.given.text(*_CANONICAL)
        return url if url.startswith(("https://", "http://")) else ""

    def _names(self, *keys: str) -> tuple[str, ...]:
        """Return the names under the keys; how a single text splits depends on the kind."""
        names: list[str] = []
        for key in keys:
            value = self.given.value(key)
            if isinstance(value, list):
                names += [item for item in value if isinstance(item, str)]
            elif isinstance(value, str):
                names += self._split(value, plural=key.endswith("s"))
        return _unique(names)

    def _split(self, text: str, *, plural: bool) -> list[str]:
        if self.given.form == "meta":
            bare = text.strip().removeprefix("[").removesuffix("]")
            return [name.strip().strip("\"'") for name in re.split(r"[,\n]", bare)]
        if self.site.kind is Kind.JEKYLL and plural:
            return text.split()
        return [text]

    def _tags(self, categories: tuple[str, ...]) -> tuple[str, ...]:
        # A post has one domain; with several categories all become tags, so that
        # one tag finds every post of a category, whichever stood first.
        more = categories if len(categories) > 1 else ()
        return _unique([*self._names(*_TAGS[:2]), *more])

    def _authors(self) -> tuple[str, ...]:
        value = self.given.value(*_AUTHORS)
        if self.given.form == "meta" and isinstance(value, str):
            separator = ";" if ";" in value else ","
            return author_names(value, separator=separator)
        return author_names(value)

    def _series(self) -> tuple[str, int | None]:
        value = self.given.value(*_SERIES)
        if isinstance(value, dict):
            part = str(value.get("part") or value.get("order") or "")
            return str(value.get("name") or value.get("title") or "").strip(), _whole(part)
        if isinstance(value, list):
            value = next((item for item in value if isinstance(item, str)), "")
        name = value.strip() if isinstance(value, str) else ""
        return name, _whole(self.given.text(*_PART)) if name else None

    def _covers(self) -> tuple[str, ...]:
        found: list[str] = []
        for key in _COVER:
            value = self.given.value(key)
            if isinstance(value, dict):
                value = [value.get(name) for name in ("image", "src", "url", "path", "light")]
            found += _texts(value)
        return (*found, *self._resources())

    def _resources(self) -> tuple[str, ...]:
        """Return the files that a Hugo bundle lists as its own."""
        items = self.given.value("resources")
        sources = [item.get("src") for item in items or () if isinstance(item, dict)]
        return tuple(_texts(sources))

    def _published_path(
        self, local: datetime | None, categories: tuple[str, ...], language: str, pattern: str
    ) -> str:
        """Return where the site published the post, as far as that can be told."""
        for text in _texts(self.given.value(*_PERMALINK)):
            if text.startswith("/"):
                return "" if ":" in text else text
        return published_path(
            self.site,
            self.file,
            slug=self.given.text(*_SLUG) or self.bare_name,
            local=local,
            categories=categories,
            language=language,
            pattern=pattern or None,
        )

    def _addresses(self, published: str) -> tuple[str, ...]:
        folder = folder_address(self.site, self.file)
        given = [*_texts(self.given.value(*_ALIASES)), *_texts(self.given.value(*_PERMALINK))]
        given = [address for address in given if ":" not in address or "//" in address]
        built = built_addresses(self.site, published)
        linked = linked_addresses(self.site, self.file)
        found = dict.fromkeys([*given_addresses(given, folder), *built, *linked])
        prefix = self.site.prefix
        return (*found, *(f"{prefix}{path}" for path in found if prefix))

    def _extra(self) -> dict[str, Any]:
        """Return what nothing here reads, and the rest as it was written, for the way out."""
        values = self.given.mended_values()
        unread = {name: value for name, value in values.items() if fold(name) not in _KNOWN}
        read = {name: value for name, value in values.items() if fold(name) in _KNOWN}
        origin = {"site": self.site.name, "path": str(self.file), "form": self.given.form}
        return {**unread, "imported": {**origin, "front_matter": read}}

    def _body_problems(self) -> Iterable[tuple[int, str]]:
        for line, garbled, fixed in garbled_lines(self.body):
            what = f"“{garbled}” looks like “{fixed}” read in the wrong encoding; left as it is"
            yield line + self.body_line - 1, what
        for line, word, proposal in look_alikes(self.body):
            yield line + self.body_line - 1, look_alike(word, proposal)
        if dropped := resolve(self.body).dropped:
            yield dropped[0].line + self.body_line - 1, _meaningless(dropped)


def plain(text: str) -> str:
    """Return a summary without its tags, links and entities.

    >>> plain("A <em>b</em> [c](/d) &amp; e")
    'A b c & e'
    """
    return " ".join(unescape(_MARKUP.sub(lambda found: found[1] or "", text)).split())


def _meaningless(tags: tuple[Noted, ...]) -> str:
    if len(tags) == 1:
        return f"the template tag {tags[0].text} has no meaning here and shows nothing"
    names = ", ".join(tag.text for tag in tags[:3])
    more = f" and {len(tags) - 3} more" if len(tags) > 3 else ""
    return f"the template tags {names}{more} have no meaning here and show nothing"


def _texts(value: Any) -> list[str]:
    items = value if isinstance(value, list) else [value]
    return [item.strip() for item in items if isinstance(item, str) and item.strip()]


def _unique(names: Iterable[str]) -> tuple[str, ...]:
    tidy = (" ".join(name.split()) for name in names)
    return tuple(dict.fromkeys(name for name in tidy if name))


def _is_true(text: str) -> bool:
    return text.lower() in {"true", "yes", "on", "1"}


def _is_flag(text: str) -> bool:
    return text.lower() in {"true", "yes", "on", "1", "false", "no", "off", "0"}


def _whole(text: str) -> int | None:
    return int(text) if re.fullmatch(r"\d{1,6}", text) else None
