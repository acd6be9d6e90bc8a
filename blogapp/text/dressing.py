"""The last hand on a body: heading levels and anchors, images, links, tables, bare addresses."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from blogapp.text.addresses import bare_addresses, encoded
from blogapp.text.anchors import Section, settle
from blogapp.text.captions import caption
from blogapp.text.enlarging import enlarge
from blogapp.text.framing import set_apart
from blogapp.text.lone_links import make_cards
from blogapp.text.offering import Source, offer
from blogapp.text.sanitizing import is_safe_address, safe_id
from blogapp.text.tokens import VOID, Tag, tokens, write

HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})

_NOT_IN_CONTENTS = {"blockquote", "li", "td", "th"}
_NO_LINKS_INSIDE = {"a", "code", "kbd", "pre", "samp"}
_OUTSIDE = re.compile(r"(?:https?:)?//", re.IGNORECASE)
_LONGEST_HEADING = 500
_EXPRESSION = re.compile(r"\{[\w.]+\}")
_TELLING_WORDS = 12
_LONGEST_BEGINNING = 80
# Noncharacters, and marks of code, stand for what is put in its place once a body is dressed.
_FILLED_LATER = re.compile("[\ufdd0-\ufdef].*|\\Acode-[0-9a-f]{16}-[0-9]+\\Z", re.DOTALL)
_NOT_IN_IDS = re.compile(r"[^\w\- ]+")


@dataclass(frozen=True)
class Picture:
    """Where an image lives, its size in pixels when it is known, and its other versions."""

    url: str
    width: int | None = None
    height: int | None = None
    sources: tuple[Source, ...] = ()


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
    sections: tuple[Section, ...] = ()


def dress(
    html: str,
    *,
    picture: Callable[[str], Picture | None],
    link: Callable[[str], str | None],
    sections: Sequence[Section] = (),
) -> Dressed:
    """Return sanitised HTML made ready to stand below a page's own ``h1``.

    ``sections`` are those of the version before, whose anchors go on working.
    """
    settled = make_cards(set_apart(caption(list(tokens(html)))))
    dressing = _Dressing(settled, picture, link, sections)
    parts = dressing.run()
    pictures = tuple(dict.fromkeys(dressing.pictures))
    return Dressed("".join(parts), tuple(dressing.headings), pictures, tuple(dressing.sections))


class _Dressing:
    def __init__(
        self,
        parts: list[Tag | str],
        picture: Callable[[str], Picture | None],
        link: Callable[[str], str | None],
        before: Sequence[Section],
    ) -> None:
        self.parts = parts
        self.picture = picture
        self.link = link
        self.headings: list[Heading] = []
        self.pictures: list[str] = []
        self.open: list[str] = []
        self.levels = iter(_levels(parts))
        self.open_levels: list[int] = []
        self.sections = _settled_sections(parts, before)
        self.unread = iter(self.sections)
        self.used_ids: set[str] = {id for section in self.sections for id in section.ids}
        self.heading_ids: list[str] = []

    def run(self) -> list[str]:
        written: list[str] = []
        for part in self.parts:
            if isinstance(part, str):
                written.extend(self.text(part))
            elif part.closing:
                written.append(self.close(part))
            else:
                written.append(self.begin(part))
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

    def begin(self, tag: Tag) -> str:
        before = after = ""
        if tag.name in HEADINGS:
            after = self.begin_heading(tag)
        else:
            self.claim_id(tag)
        if tag.name == "img":
            return self.image(tag)
        if tag.name == "a":
            self.dress_link(tag)
        if tag.name == "table" and "table" not in self.open:
            before = _SCROLLING
        if tag.name in ("td", "th"):
            _align(tag)
        if tag.name not in VOID:
            self.open.append(tag.name)
        return before + write(tag) + after

    def begin_heading(self, tag: Tag) -> str:
        """Make a heading ready; return the places where its earlier anchors lead."""
        level, section = next(self.levels), next(self.unread)
        self.open_levels.append(level)
        tag.name, tag.attributes["id"] = f"h{level}", section.ids[0]
        self.heading_ids.append(section.ids[0])
        if section.text and _NOT_IN_CONTENTS.isdisjoint(self.open):
            self.headings.append(Heading(level, section.ids[0], section.text))
        targets = (Tag("span", attributes={"id": id, "data-added": ""}) for id in section.ids[1:])
        return "".join(f"{write(target)}</span>" for target in targets)

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
        if len(self.pictures) == 1 and not self.headings:
            # What a text begins with is what a reader sees first: it need not wait for the layout.
            del tag.attributes["loading"]
        if found is None:
            return write(tag)
        # Around it, an author's own choice of versions may stand already.
        sources = found.sources if "picture" not in self.open else ()
        return enlarge(tag, self.open, offer(tag, sources))

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


def _settled_sections(parts: Sequence[Tag | str], before: Sequence[Section]) -> list[Section]:
    found: list[Section] = []
    given: dict[str, int] = {}
    taken: set[str] = set()
    for place, part in enumerate(parts):
        if isinstance(part, str) or part.closing:
            continue
        id = part.attributes.get("id", "") or part.attributes.get("name", "")
        if part.name not in HEADINGS:
            taken.add(id)
            continue
        text = _heading_text(parts, place)
        if id and id not in given:
            given[id] = len(found)
        else:
            id = heading_id(text)
        found.append(Section(text, _beginning(parts, place), (id,)))
    return settle(found, before, given=given.values(), taken=taken)


def _beginning(parts: Sequence[Tag | str], place: int) -> str:
    """Return the first words under a heading: they tell sections of the same name apart."""
    words: list[str] = []
    in_heading = True
    for part in parts[place + 1 : place + _LONGEST_HEADING]:
        if isinstance(part, str):
            words += [] if in_heading else _FILLED_LATER.sub("", part).split()
        elif part.name in HEADINGS:
            if not part.closing:
                break
            in_heading = False
        if len(words) > _TELLING_WORDS:
            break
    return " ".join(words)[:_LONGEST_BEGINNING]


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
