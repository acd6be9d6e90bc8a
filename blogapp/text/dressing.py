"""The last hand on a body: heading levels and anchors, images, links, tables, bare addresses."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from blogapp.text.addresses import bare_addresses, encoded
from blogapp.text.captions import caption
from blogapp.text.lone_links import make_cards
from blogapp.text.sanitizing import is_safe_address, safe_id
from blogapp.text.tokens import VOID, Tag, tokens, write

HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})

_NOT_IN_CONTENTS = {"blockquote", "li", "td", "th"}
_NO_LINKS_INSIDE = {"a", "code", "kbd", "pre", "samp"}
_OUTSIDE = re.compile(r"(?:https?:)?//", re.IGNORECASE)
_LONGEST_HEADING = 500
_EXPRESSION = re.compile(r"\{[\w.]+\}")
_NOT_IN_IDS = re.compile(r"[^\w\- ]+")


@dataclass(frozen=True)
class Picture:
    """Where an image lives, and its size in pixels when it is known."""

    url: str
    width: int | None = None
    height: int | None = None


@dataclass(frozen=True)
class Heading:
    """A heading of a body, at the level at which the page shows it (2 to 6)."""

    level: int
    id: str
    text: str


@dataclass(frozen=True)
class Dressed:
    """HTML for the page, the headings of its contents list, and the images it refers to."""

    html: str
    headings: tuple[Heading, ...]
    pictures: tuple[str, ...]


def dress(
    html: str, *, picture: Callable[[str], Picture | None], link: Callable[[str], str | None]
) -> Dressed:
    """Return sanitised HTML made ready to stand below a page's own ``h1``."""
    dressing = _Dressing(make_cards(caption(list(tokens(html)))), picture, link)
    parts = dressing.run()
    pictures = tuple(dict.fromkeys(dressing.pictures))
    return Dressed("".join(parts), tuple(dressing.headings), pictures)


class _Dressing:
    def __init__(
        self,
        parts: list[Tag | str],
        picture: Callable[[str], Picture | None],
        link: Callable[[str], str | None],
    ) -> None:
        self.parts = parts
        self.picture = picture
        self.link = link
        self.headings: list[Heading] = []
        self.pictures: list[str] = []
        self.open: list[str] = []
        self.levels = iter(_levels(parts))
        self.open_levels: list[int] = []
        self.given_ids = {part.attributes.get("id", "") for part in parts if isinstance(part, Tag)}
        self.used_ids: set[str] = set()
        self.numbers: dict[str, int] = {}
        self.heading_ids: list[str] = []

    def run(self) -> list[str]:
        written: list[str] = []
        for place, part in enumerate(self.parts):
            if isinstance(part, str):
                written.extend(self.text(part))
            elif part.closing:
                written.append(self.close(part))
            else:
                written.append(self.begin(place, part))
        return written

    def text(self, text: str) -> Iterator[str]:
        if not _NO_LINKS_INSIDE.isdisjoint(self.open):
            yield write(text)
            return
        end = 0
        for start, address in bare_addresses(text):
            yield write(text[end:start])
            yield self.bare_link(address)
            end = start + len(address)
        yield write(text[end:])

    def bare_link(self, address: str) -> str:
        scheme = "" if "://" in address[:9] else "mailto:" if "@" in address else "http://"
        href = scheme + address
        link = Tag("a", attributes={"href": href})
        self.dress_link(link)
        link.attributes["data-added"] = ""
        return write(link) + write(address) + "</a>"

    def close(self, tag: Tag) -> str:
        if self.open:
            self.open.pop()
        if tag.name == "table" and "table" not in self.open:
            return "</table></div>"
        if tag.name not in HEADINGS:
            return write(tag)
        anchor = {
            "class": "prose__anchor",
            "href": f"#{self.heading_ids.pop() if self.heading_ids else ''}",
            "aria-label": "Link to this section",
            "data-added": "",
        }
        return write(Tag("a", attributes=anchor)) + f"</a></h{self.open_levels.pop()}>"

    def begin(self, place: int, tag: Tag) -> str:
        if tag.name in HEADINGS:
            self.begin_heading(place, tag)
        else:
            self.claim_id(tag)
        if tag.name == "img":
            return self.image(tag)
        if tag.name == "a":
            self.dress_link(tag)
        before = ""
        if tag.name == "table" and "table" not in self.open:
            before = _SCROLLING
        if tag.name in ("td", "th"):
            _align(tag)
        if tag.name not in VOID:
            self.open.append(tag.name)
        return before + write(tag)

    def begin_heading(self, place: int, tag: Tag) -> None:
        level = next(self.levels)
        self.open_levels.append(level)
        text = _heading_text(self.parts, place)
        given = tag.attributes.get("id", "")
        id = given if given and given not in self.used_ids else self.free_id(heading_id(text))
        self.used_ids.add(id)
        self.heading_ids.append(id)
        tag.attributes["id"] = id
        if text and _NOT_IN_CONTENTS.isdisjoint(self.open):
            self.headings.append(Heading(level, id, text))
        tag.name = f"h{level}"

    def free_id(self, base: str) -> str:
        id, number = base, self.numbers.get(base, 0)
        while id in self.used_ids or id in self.given_ids:
            number += 1
            id = f"{base}-{number}"
        self.numbers[base] = number
        return id

    def claim_id(self, tag: Tag) -> None:
        name = tag.attributes.pop("name", "")
        id = tag.attributes.pop("id", "") or name
        if id and id not in self.used_ids:
            self.used_ids.add(id)
            tag.attributes["id"] = id

    def image(self, tag: Tag) -> str:
        source = tag.attributes.get("src", "")
        if not source or _EXPRESSION.fullmatch(source):
            # Nothing here can say what an expression of another site generator stood for.
            return write(tag.attributes.get("alt", ""))
        self.pictures.append(source)
        found = self.picture(source)
        if found:
            tag.attributes["src"] = found.url
            for name, size in (("width", found.width), ("height", found.height)):
                if size is not None:
                    tag.attributes[name] = str(size)
            tag.attributes.pop("srcset", None)
            tag.attributes.pop("sizes", None)
        tag.attributes["src"] = encoded(tag.attributes["src"])
        tag.attributes.setdefault("alt", "")
        tag.attributes |= {"loading": "lazy", "decoding": "async"}
        return write(tag)

    def dress_link(self, tag: Tag) -> None:
        tag.attributes.pop("rel", None)
        href = tag.attributes.get("href", "")
        if href and not href.startswith("#"):
            rewritten = self.link(href)
            if rewritten is not None and is_safe_address(rewritten):
                href = rewritten
            tag.attributes["href"] = encoded(href)
        if _OUTSIDE.match(href):
            tag.attributes["rel"] = "noopener"


_SCROLLING = (
    '<div class="prose__scroll" role="group" aria-label="Table" tabindex="0" data-added="">'
)


def heading_id(text: str) -> str:
    """Return the id under which most generators would have put a heading.

    Addresses with such a fragment are all over the web, so this follows GitHub's spelling.

    >>> heading_id("What's new in 1.0?"), heading_id("Кэш"), heading_id("Main")
    ('whats-new-in-10', 'кэш', 's-main')
    """
    name = _NOT_IN_IDS.sub("", text.strip().lower()).replace(" ", "-").strip("-")
    return safe_id(name) or "section"


def _levels(parts: Sequence[Tag | str]) -> list[int]:
    """The level of each heading below the page's own h1 (2 to 6): none is skipped on the way down.

    Whoever moves from heading to heading would look for the missing one (WCAG 2.2, G141).
    """
    written = [
        int(part.name[1])
        for part in parts
        if isinstance(part, Tag) and not part.closing and part.name in HEADINGS
    ]
    if written.count(1) == 1 and written[0] == 1:
        # It repeats the title: the sections below it are its equals, not its parts.
        written[0] = 2
    levels, above = [], list[int]()
    for level in written:
        while above and above[-1] >= level:
            above.pop()
        above.append(level)
        levels.append(min(6, len(above) + 1))
    return levels


def _heading_text(parts: Sequence[Tag | str], place: int) -> str:
    words: list[str] = []
    in_mark = False
    for part in parts[place + 1 : place + _LONGEST_HEADING]:
        if isinstance(part, str):
            words.append("" if in_mark else part)
        elif part.closing and part.name in HEADINGS:
            break
        elif part.name == "a":
            in_mark = "footnotes__mark" in part.classes and not part.closing
    return " ".join("".join(words).split())


def _align(cell: Tag) -> None:
    # The attribute is obsolete (HTML, 16.2), a style would need the policy opened.
    side = cell.attributes.pop("align", "")
    if side in ("center", "right"):
        cell.attributes["class"] = f"cell--{side}"
