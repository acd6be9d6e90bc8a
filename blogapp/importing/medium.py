"""Reading Medium's export: a folder or ZIP of a page for each story, in ``posts``."""

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from functools import partial
from html import escape
from pathlib import Path, PurePosixPath
from urllib.parse import urlsplit

from bs4 import BeautifulSoup, Tag

from blogapp.importing.addressing import given_addresses
from blogapp.importing.bodies import Body
from blogapp.importing.dating import read_date, split_file_name
from blogapp.importing.errors import ImportingError, NoSite, NotAPost
from blogapp.importing.exports import Export, called_by_address, grouped, unpack
from blogapp.importing.opening import read_text
from blogapp.importing.reading import SourcePost
from blogapp.importing.sources import Item, SourceAuthor
from blogapp.importing.values import Row, sound
from blogapp.text.slugs import slugify

MEDIUM = "https://medium.com"
_HEX = re.compile(r"(?:^|[-/])([0-9a-f]{8,14})$")
_DRAFT = "draft_"
_GIST = re.compile(r"https?://gist\.github\.com/[\w./-]+?(?=\.js|\"|')")
# What the export holds besides stories.
_REASONS = {
    "profile": "your account; the name of the author was taken from the stories",
    "claps": "what you clapped for",
    "bookmarks": "what you marked to read",
    "highlights": "what you highlighted in others' stories",
    "lists": "your reading lists",
}


@dataclass(kw_only=True)
class MediumExport(Export):
    stories: list[Path]
    people: dict[str, str] = field(default_factory=dict)  # addresses of their pages, by name

    def count(self) -> int:
        return len(self.stories)

    def items(self) -> Iterator[Item]:
        for file in self.stories:
            yield Item(_lasting(self.relative(file)), partial(self._read, file))

    def authors(self) -> Iterator[SourceAuthor]:
        for name, page in self.people.items():
            path = urlsplit(page).path
            yield SourceAuthor(
                name=name,
                slug=slugify(path.strip("/").removeprefix("@"), "author"),
                addresses=(path,) if path.strip("/") else (),
            )

    def _read(self, file: Path) -> SourcePost:
        return _Story(file, self).post()


def open_medium(path: Path, *, zone: tzinfo, name: str = "", base_url: str = "") -> MediumExport:
    """Return Medium's export at ``path``. Raises `NoSite` with what is wrong with it."""
    with ExitStack() as stack:
        root = unpack(path, stack)
        source = MediumExport(name=name, base_url=base_url, root=root, zone=zone, stories=[])
        origins: Counter[str] = Counter()
        others: list[str] = []
        for file in source.files(".html", ".htm", ".csv", ".json", ".txt", ".js"):
            shown = source.relative(file)
            folder = PurePosixPath(shown).parent.name
            if file.suffix.lower() not in (".html", ".htm") or folder not in ("posts", ""):
                others.append(shown)
            elif origin := _survey(file, source):
                origins[origin] += 1
                source.stories.append(file)
            else:
                others.append(shown)
        if not source.stories:
            raise NoSite(f"{path.name} holds no stories of Medium's (posts/….html)")
        for place, count in grouped(others):
            what = _REASONS.get(PurePosixPath(place).name, "no stories")
            source.lose(place, f"{count} file{'s' * (count > 1)}: {what}; left out")
        source.base_url = base_url or origins.most_common(1)[0][0]
        if not name:
            page = next(iter(source.people.values()), "") if source.base_url == MEDIUM else ""
            source.name = called_by_address(page or source.base_url, "medium")
        source.opened = stack.pop_all()
        return source


def _survey(file: Path, source: MediumExport) -> str:
    """Return the site a story stood on, noting its author; empty for a file that is none."""
    try:
        text = read_text(file)
    except ImportingError:
        return MEDIUM  # told when its turn comes
    if "e-content" not in text and "h-entry" not in text:
        return ""
    footer = BeautifulSoup(text[max(0, text.rfind("<footer")) :], "html.parser")
    author = footer.select_one(".p-author")
    page = _address(author)
    if author and page not in source.people.values():
        source.people.setdefault(_words(author), page)
    canonical = urlsplit(_address(footer.select_one(".p-canonical")))
    return f"{canonical.scheme}://{canonical.netloc}" if canonical.netloc else MEDIUM


def _lasting(path: str) -> str:
    """Return a story's path as it is in later exports too, whether it is a draft now or not."""
    place = PurePosixPath(path)
    found = _HEX.search(place.stem)
    return f"posts/{found[1]}" if found and "_" in place.stem else str(place)


class _Story:
    """Reads one page; each method answers one question about it."""

    def __init__(self, file: Path, source: MediumExport) -> None:
        self.file, self.source = file, source
        self.page = BeautifulSoup(sound(read_text(file)), "html.parser")
        self.body = Body()
        self.notes: list[str] = self.body.notes
        self.row = Row({"title": _words(self.page.select_one(".p-name"))}, notes=self.notes)

    def post(self) -> SourcePost:
        path = _lasting(self.source.relative(self.file))
        title = self.row.words("title")
        subtitle = _words(self.page.select_one(".p-summary"))
        content = self.page.select_one(".e-content")
        if content is None:
            raise NotAPost("holds no story (no section e-content)")
        if self._is_response(content, title, subtitle):
            raise NotAPost("is a response to somebody's story: its title is how it begins")
        canonical = _address(self.page.select_one(".p-canonical"))
        hex = self._id(canonical)
        if not title:
            self.notes.append("has no title; named after its file")
        _tidy(content, title, subtitle, self.body)
        self.body.html(content.decode_contents())
        date = self._date()
        is_draft = self.file.name.startswith(_DRAFT)
        if date is None and not is_draft:
            self.notes.append("has no date of publication; it is a draft here")
            is_draft = True
        slug = self._slug(canonical, hex, title)
        own_host = urlsplit(self.source.base_url).netloc
        elsewhere = canonical and urlsplit(canonical).netloc not in (own_host, "medium.com")
        return SourcePost(
            path=PurePosixPath(path),
            title=title or slug.replace("-", " ").capitalize(),
            body=self.body.written(),
            body_line=1,
            slug=slug,
            date=date,
            draft=is_draft,
            summary=subtitle,
            canonical_url=canonical if elsewhere else "",
            tags=tuple(dict.fromkeys(_words(tag) for tag in self.page.select("a.p-tag"))),
            authors=tuple(filter(None, [_words(self.page.select_one(".p-author"))])),
            addresses=tuple(
                given_addresses([canonical, *([f"/p/{hex}"] if hex else [])], PurePosixPath("/"))
            ),
            extra={
                "imported": {
                    "site": self.source.name,
                    "path": self.source.relative(self.file),
                    "form": "medium",
                    **({"address": canonical} if canonical else {}),
                }
            },
            problems=tuple((1, note) for note in dict.fromkeys(self.notes)),
            entry_id=f"{MEDIUM}/p/{hex}" if hex else "",
            converted=True,
        )

    def _is_response(self, content: Tag, title: str, subtitle: str) -> bool:
        """Tell whether a page is a comment: Medium names those after how they begin."""
        if subtitle or self.page.select_one("a.p-tag") or content.select_one(".graf--title"):
            return False
        if self.file.name.startswith(_DRAFT):
            return False
        begins = title.rstrip("…. ")
        return bool(begins) and _words(content).startswith(begins)

    def _id(self, canonical: str) -> str:
        time = self.page.select_one("time.dt-published")
        link = time.find_parent("a") if time else None
        for place in (_address(link), canonical, self.file.stem):
            if found := _HEX.search(urlsplit(place).path):
                return found[1]
        return ""

    def _date(self) -> datetime | None:
        time = self.page.select_one("time.dt-published")
        given = time.get("datetime") if time else None
        if isinstance(given, str) and (moment := read_date(given)):
            return moment.at(self.source.zone)
        if given:
            self.notes.append(f"“{str(given)[:80]}” is no date")
        moment, _rest = split_file_name(self.file.stem)
        return moment.at(self.source.zone) if moment else None

    def _slug(self, canonical: str, hex: str, title: str) -> str:
        name = urlsplit(canonical).path.rpartition("/")[2]
        name = name.removesuffix(f"-{hex}") if hex else name
        name = _HEX.sub("", name)
        return slugify(name) if name and not _HEX.fullmatch(name) else slugify(title)


def _tidy(content: Tag, title: str, subtitle: str, body: Body) -> None:
    """Take out what Medium's page has twice or for its looks."""
    for divider in content.select(".section-divider")[:1]:
        divider.decompose()  # above the first section
    for place, words in ((".graf--title", title), (".graf--subtitle", subtitle)):
        heading = content.select_one(place)
        if heading and _words(heading) == words:
            heading.decompose()
    for box in content.select(".aspectRatioPlaceholder-fill, .aspectRatioPlaceholder"):
        box.unwrap()
    if not content.find(("h1", "h2")):
        for small, large in (("h3", "h2"), ("h4", "h3")):
            for heading in content.find_all(small):
                heading.name = large
    for block in content.select("pre"):
        language = block.get("data-code-block-lang")
        for line in block.find_all("br"):
            line.replace_with("\n")
        if isinstance(language, str) and language != "none":
            block["class"] = f"language-{language}"
    for box in content.select(".graf--mixtapeEmbed"):
        _link_mixtape(box)
    for frame in content.select("iframe"):
        body.note(f"what {str(frame.get('src'))[:200]} showed in a frame is a link now")


def _link_mixtape(box: Tag) -> None:
    """Make a paragraph of the card that Medium makes of a link."""
    link = box.find("a", href=True)
    if link is None:
        return
    title = link.find("strong")
    rest = _words(link).removeprefix(_words(title)).strip() if title else ""
    words = _words(title) or _words(link) or _address(link)
    html = f'<p><a href="{escape(_address(link))}">{escape(words)}</a>'
    html += f"<br>{escape(rest)}</p>" if rest else "</p>"
    box.replace_with(BeautifulSoup(html, "html.parser"))


def _words(tag: Tag | None) -> str:
    return " ".join(tag.get_text(" " if tag.name == "a" else "").split()) if tag else ""


def _address(tag: Tag | None) -> str:
    value = tag.get("href") if tag else ""
    return value.strip() if isinstance(value, str) else ""
