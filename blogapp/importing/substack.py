"""Reading Substack's export: a table of posts, a page of HTML for each, lists of subscribers."""

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from datetime import tzinfo
from functools import partial
from html import escape, unescape
from itertools import count
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import unquote, urlsplit

from bs4 import BeautifulSoup, Tag

from blogapp.importing.addressing import given_addresses
from blogapp.importing.bodies import Body, figure, link
from blogapp.importing.errors import ImportingError, NoSite, NotAPost
from blogapp.importing.exports import Export, called_by_address, grouped, unpack
from blogapp.importing.opening import read_text
from blogapp.importing.reading import SourcePost
from blogapp.importing.sources import AsideList, Item
from blogapp.importing.tables import kept_table, table_rows
from blogapp.importing.values import Row, sound
from blogapp.text.slugs import clean_slug, slugify

_FETCHED = re.compile(r"https?://substackcdn\.com/image/fetch/[^/]*/(https?(?:%3A|:).+)", re.I)
_SUBSCRIBERS = re.compile(r"(?:email_list|subscribers?)[\w.\- ]*\.csv", re.IGNORECASE)
_OWN_BUTTON = re.compile(
    r"(https?://[\w.-]+)/(?:subscribe\?|p/[\w-]+\?[^\s\"'<>]*action=share)", re.IGNORECASE
)
_SURVEYED = 50
_STATISTICS = re.compile(r".*\.(?:opens|delivers)\.csv", re.IGNORECASE)
# What asks a reader to do something that only Substack can.
_FURNITURE = (
    ".subscription-widget-wrap", ".subscription-widget-wrap-editor", ".subscription-widget",
    ".subscribe-widget", ".community-chat", ".poll-embed", ".paywall-jump", ".directMessage",
    ".install-substack-app-embed", ".captioned-button-wrap",
)  # fmt: skip
_AUDIENCES = {"only_paid": "paying subscribers", "only_free": "subscribers", "founding": "founders"}


@dataclass(kw_only=True)
class SubstackExport(Export):
    table: Path
    rows: list[dict[str, str]]
    pages: dict[str, Path]  # by the post's id
    people: list[Path]

    def count(self) -> int:
        return len(self.rows) + len(self._without_rows())

    def items(self) -> Iterator[Item]:
        for number, row in enumerate(self.rows, start=2):
            id = row.get("post_id", "").strip()
            yield Item(f"posts/{id or f'line-{number}'}", partial(self._read, row))
        for id in self._without_rows():
            yield Item(f"posts/{id}", partial(self._read, {"post_id": id}))

    def moved(self) -> Mapping[str, str]:
        return {"/feed": "/rss.xml"}

    def lists(self) -> Iterator[AsideList]:
        if found := kept_table(self.people, "substack-subscribers"):
            yield found

    def _without_rows(self) -> list[str]:
        named = {row.get("post_id", "").strip() for row in self.rows}
        return sorted(self.pages.keys() - named)

    def _read(self, given: Mapping[str, str]) -> SourcePost:
        return read_row(given, self)


def open_substack(
    path: Path, *, zone: tzinfo, name: str = "", base_url: str = ""
) -> SubstackExport:
    """Return Substack's export at ``path``. Raises `NoSite` with what is wrong with it."""
    with ExitStack() as stack:
        root = unpack(path, stack)
        source = SubstackExport(
            name=name, base_url=base_url, root=root, zone=zone,
            table=root, rows=[], pages={}, people=[],
        )  # fmt: skip
        tables = [file for file in source.files(".csv") if file.name.lower() == "posts.csv"]
        if not tables:
            raise NoSite(f"{path.name} holds no export of Substack (posts.csv)")
        source.table = tables[0]
        source.rows = list(table_rows(source.table))
        _survey(source)
        if not source.rows and not source.pages:
            raise NoSite(f"{path.name} holds no posts")
        source.base_url = source.base_url or _site(source)
        source.name = name or called_by_address(source.base_url, "substack")
        if not source.base_url:
            source.lose(
                source.relative(source.table),
                "says nowhere at which address it was: name it by --base-url, so that feed"
                " readers know the posts and links between them lead on",
            )
        source.opened = stack.pop_all()
        return source


def _survey(source: SubstackExport) -> None:
    others: list[str] = []
    statistics = 0
    for file in source.files(".html", ".htm", ".csv", ".json", ".txt"):
        if file == source.table:
            continue
        if file.suffix.lower() in (".html", ".htm"):
            source.pages.setdefault(file.stem, file)
        elif _STATISTICS.fullmatch(file.name):
            statistics += 1
        elif _SUBSCRIBERS.fullmatch(file.name):
            source.people += [file] if source.is_sound_table(file) else []
        else:
            others.append(source.relative(file))
    if statistics:
        source.lose("posts", f"{statistics} tables of who opened which e-mail were left out")
    for place, number in grouped(others):
        source.lose(place, f"{number} file{'s' * (number > 1)}: no posts; left out")


def _site(source: SubstackExport) -> str:
    """Return the site whose buttons to subscribe and to share the pages have; or empty."""
    found: Counter[str] = Counter()
    for page in list(source.pages.values())[:_SURVEYED]:
        with suppress(ImportingError):
            found.update(_OWN_BUTTON.findall(unescape(read_text(page))))
    return found.most_common(1)[0][0] if found else ""


def read_row(given: Mapping[str, str], source: SubstackExport) -> SourcePost:
    """Return what a row of the table says, with the page of its id."""
    row = Row(given, source.zone)
    id = row.text("post_id")
    kind = row.text("type").lower()
    if kind == "restack":
        raise NotAPost("is somebody else's post, passed on")
    body = Body(source.base_url, row.notes)
    if audio := row.text("podcast_url"):
        body.html(f'<audio controls src="{escape(audio)}"></audio>')
    page = source.pages.get(id)
    if page:
        footnotes = _write(read_text(page), body)
    else:
        footnotes = {}
        row.notes.append(f"has no page {id}.html; it comes without a text")
    text = body.written()
    for mark, label in footnotes.items():
        text = text.replace(mark, label)
    title = row.words("title")
    name = id.partition(".")[2]
    slug = clean_slug(name) if name else slugify(title or id)
    if not title:
        row.notes.append("has no title; named after its address")
    date = row.moment("post_date")
    address = f"/p/{name}" if name else ""
    is_page = kind == "page"
    return SourcePost(
        path=PurePosixPath(f"posts/{id}"),
        title=title or slug.replace("-", " ").capitalize(),
        body=text,
        body_line=1,
        slug=slug,
        date=date,
        draft=_is_draft(row, kind),
        summary=row.words("subtitle"),
        kind="podcast" if kind == "podcast" else "",
        addresses=tuple(given_addresses([address], PurePosixPath("/"))) if name else (),
        extra={
            "imported": {
                "site": source.name,
                "path": f"posts/{id}",
                "form": "substack",
                **row.filled(*(column for column in given if column not in ("title", "subtitle"))),
            }
        },
        problems=tuple((1, note) for note in dict.fromkeys(row.notes)),
        is_page=is_page,
        # The guid of Substack's feed is the post's address.
        entry_id=f"{source.base_url}{address}" if source.base_url and name and not is_page else "",
        converted=True,
    )


def _is_draft(row: Row, kind: str) -> bool:
    if not row.flag("is_published"):
        return True
    if (audience := row.text("audience")) in _AUDIENCES:
        row.notes.append(
            f"only {_AUDIENCES[audience]} could read it; it is a draft here, so that nothing"
            " comes out by itself"
        )
        return True
    if kind == "adhoc_email":
        row.notes.append("was sent as an e-mail and never stood on the web; it is a draft here")
        return True
    if kind == "thread":
        row.notes.append("was a thread to talk in; what others said is not in the export")
    return False


def _write(html: str, body: Body) -> dict[str, str]:
    """Put a page into ``body``; returns the marks that stand for footnotes' labels there."""
    soup = BeautifulSoup(sound(html), "html.parser")
    for box in soup.select(", ".join(_FURNITURE)):
        if not box.decomposed:
            name = str(box.get_attribute_list("class")[0])
            body.note(f"a part that only Substack can show ({name}) was left out")
            box.decompose()
    _drop_buttons(soup, body)
    _show_pictures(soup)
    _show_embeds(soup, body)
    marks = _mark_footnotes(soup)
    for formula in soup.select(".latex-rendered"):
        text = str(_attributes(formula).get("persistentExpression") or "").strip()
        mark = f"FORMULA{len(marks)}MARK"
        marks[mark] = f"$$\n{text}\n$$"
        formula.replace_with(BeautifulSoup(f"<p>{mark}</p>", "html.parser"))
    body.html(str(soup))
    return marks


def _drop_buttons(soup: BeautifulSoup, body: Body) -> None:
    for button in soup.select("p.button-wrapper, div.button-wrapper"):
        address = button.find("a", href=True)
        href = str(address["href"]) if address else ""
        if re.search(r"action=share|gift=true|/subscribe\b|/comments\b|%%|leave-a-comment", href):
            body.note(f"the button “{button.get_text().strip()[:60]}” was left out")
            button.decompose()


def _show_pictures(soup: BeautifulSoup) -> None:
    for box in soup.select(".image-gallery-embed"):
        gallery = _attributes(box).get("gallery")
        given = gallery if isinstance(gallery, dict) else {}
        images = [image for image in given.get("images") or [] if isinstance(image, dict)]
        shown = [figure(_original(str(image.get("src") or ""))) for image in images]
        words = str(given.get("caption") or "")
        told = f"<p><em>{escape(words)}</em></p>" if words else ""
        box.replace_with(BeautifulSoup("".join(shown) + told, "html.parser"))
    for box in soup.select(".captioned-image-container, figure:has(a.image-link)"):
        image = box.find("img")
        if box.decomposed or image is None:
            continue
        source = _attributes(image).get("src") or image.get("src") or ""
        around = image.find_parent("a")
        href = str(around.get("href") or "") if around else ""
        caption = box.find("figcaption")
        html = figure(
            _original(str(source)),
            alt=str(image.get("alt") or ""),
            caption=caption.decode_contents() if caption else "",
            # Substack links each picture to itself.
            href="" if _original(href) == _original(str(source)) or _FETCHED.match(href) else href,
        )
        box.replace_with(BeautifulSoup(html, "html.parser"))
    for image in soup.find_all("img", src=True):
        image["src"] = _original(str(image["src"]))


def _original(address: str) -> str:
    """Return the address of the picture that Substack's cache made smaller.

    >>> _original("https://substackcdn.com/image/fetch/w_80,c_limit/https%3A%2F%2Fa.example%2Fb.png")
    'https://a.example/b.png'
    """
    found = _FETCHED.match(address)
    return unquote(found[1]) if found else address


def _show_embeds(soup: BeautifulSoup, body: Body) -> None:
    for box in soup.select("div.tweet, div.twitter-embed"):
        given = _attributes(box)
        words = str(given.get("full_text") or box.get_text(" "))
        url = str(given.get("url") or "")
        html = f"<blockquote><p>{escape(words)}</p><p>{escape(str(given.get('name') or ''))} "
        html += f'<a href="{escape(url)}">{escape(url)}</a></p></blockquote>'
        box.replace_with(BeautifulSoup(html, "html.parser"))
    for box in soup.select("div.youtube-wrap, div.vimeo-wrap"):
        video = str(_attributes(box).get("videoId") or "")
        site = "https://www.youtube.com/watch?v=" if "youtube-wrap" in box["class"] else ""
        url = f"{site or 'https://vimeo.com/'}{video}"
        if video:
            body.note(f"what {url} showed in a frame is a link now")
            box.replace_with(BeautifulSoup(link(url, url), "html.parser"))
    for box in soup.select("[data-attrs]"):
        if box.decomposed or box.name in ("img", "a") or box.select_one("[data-attrs] img"):
            continue
        given = _attributes(box)
        url = str(given.get("canonical_url") or given.get("url") or "")
        title = str(given.get("title") or "")
        if urlsplit(url).scheme in ("http", "https") and (title or not box.get_text(strip=True)):
            body.note(f"a card for {url[:200]} is a link now")
            box.replace_with(BeautifulSoup(link(url, title), "html.parser"))


def _mark_footnotes(soup: BeautifulSoup) -> dict[str, str]:
    """Put marks where footnotes begin and are referred to, which become Markdown's labels."""
    marks: dict[str, str] = {}
    notes = soup.select("div.footnote")
    numbers = count(1)
    for note in notes:
        anchor = note.select_one("a.footnote-number")
        content = note.select_one(".footnote-content")
        name = str(anchor.get("id") or "") if anchor else ""
        if not content or not name:
            continue
        number = next(numbers)
        label = f"FOOTNOTE{number}MARK"
        references = soup.select(f'a.footnote-anchor[href$="#{name}"]')
        for reference in references:
            reference.replace_with(f"REFERENCE{number}MARK")
        marks[f"REFERENCE{number}MARK"] = f"[^{number}]"
        marks[label] = f"[^{number}]:"
        words = " ".join(part.decode_contents() for part in content.find_all("p")) or str(content)
        soup.append(BeautifulSoup(f"<p>{label} {words}</p>", "html.parser"))
        note.decompose()
    return marks


def _attributes(tag: Tag) -> dict[str, Any]:
    """Return what Substack's editor knows of an element."""
    given = tag.get("data-attrs")
    if not isinstance(given, str):
        return {}
    try:
        found = json.loads(given)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
