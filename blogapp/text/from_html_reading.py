"""HTML of anybody's making as a small tree: blocks at the top, and only elements with a meaning.

What a page was built with goes (boxes, styles, editors' classes), what it says stays. Whatever
a reader would miss is told in `problems`.
"""

import re
import warnings
from dataclasses import dataclass, field
from urllib.parse import urljoin

import nh3
from bs4 import BeautifulSoup, MarkupResemblesLocatorWarning
from bs4.element import Tag

from blogapp.text.from_html_code import find_code, find_formulas
from blogapp.text.from_html_elements import BLOCKS, BOXES, INLINE, PARTS, attribute, is_within
from blogapp.text.from_html_embeds import link_embeds, link_scripts
from blogapp.text.from_html_notes import find_notes
from blogapp.text.from_html_pictures import (
    lay_out_galleries,
    settle_figures,
    show_late_pictures,
    unlink_pictures,
)
from blogapp.text.from_html_spacing import (
    drop_empty,
    drop_needless_line_ends,
    part_paragraphs,
    settle_spaces,
    wrap_runs,
)
from blogapp.text.sanitizing import is_safe_address, sanitize, without_depths

# A text that is nothing but an address is what it is meant to be.
warnings.filterwarnings("ignore", category=MarkupResemblesLocatorWarning)

_RENAMED = {"b": "strong", "i": "em", "s": "del", "strike": "del", "tt": "code"}
_ATTRIBUTES = {
    "a": {"href", "title"},
    "abbr": {"title"},
    "audio": {"controls", "src"},
    "bdo": {"dir"},
    "code": {"data-math"},
    "col": {"span"},
    "dfn": {"title"},
    "img": {"alt", "src", "title"},
    "li": {"value"},
    "ol": {"start", "type", "reversed"},
    "pre": {"data-language"},
    "source": {"src", "type"},
    "sup": {"data-note"},
    "td": {"align", "colspan", "rowspan"},
    "th": {"align", "colspan", "rowspan", "scope"},
    "time": {"datetime"},
    "video": {"controls", "poster", "src"},
}
_BARE = {"controls", "reversed"}
_EVERYWHERE = {"dir", "id", "lang"}
_FIELDS = ("form", "input", "select", "textarea", "button")
_DRAWN = ("applet", "canvas", "svg", "math")
# And halves of characters, which no UTF-8 has.
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")
_NO_BOXES = frozenset({"a", "strong", "em", "p", "h1", "h2", "h3", "h4", "h5", "h6"})
# A tree of more takes minutes to walk; a long post has a tenth of it.
MOST_TAGS = 40_000
# From each line end on the next word is looked for; songs have hundreds.
MOST_LINE_ENDS = 5_000

_SEEN = nh3.Cleaner(
    tags=BLOCKS | BOXES | INLINE | PARTS | {*_RENAMED}
    | {"span", "font", "big", "iframe", "input", "label", "button", "object", "embed", "picture"}
    | {"select", "textarea", "noscript", "center"},
    clean_content_tags={"script", "style", "xml", "template", "svg", "math", "canvas", "title"},
    attributes={
        "*": {"class", "id", "style", "title", "lang", "dir", "href", "src", "alt", "type"}
        | {"align", "colspan", "rowspan", "start", "value", "reversed", "scope", "datetime", "span"}
        | {"controls", "poster", "data", "checked", "srcset", "lang-name", "language", "role"}
    },
    generic_attribute_prefixes={"data-"},
    strip_comments=True,
    link_rel=None,
    url_schemes={"http", "https", "mailto", "tel", "ftp", "irc", "ircs", "xmpp", "data"},
)  # fmt: skip


@dataclass
class Read:
    """What a piece of HTML says: its blocks in order, its footnotes by name, what was lost."""

    soup: BeautifulSoup
    notes: dict[str, Tag] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    whole: str = ""  # sanitised, of what is too long to be looked at

    def blocks(self) -> list[Tag]:
        return [child for child in self.soup.children if isinstance(child, Tag)]


def read(html: str, *, base_url: str = "", with_notes: bool = True) -> Read:
    """Return what ``html`` says; relative addresses are completed by ``base_url`` if given.

    Not ``with_notes``, footnotes stay the lists and links that they were written as.
    """
    problems: list[str] = []
    html = link_scripts(_CONTROLS.sub("", html))
    _note_dropped(html, problems)
    clean = _SEEN.clean(without_depths(html))
    if clean.count("<") > MOST_TAGS:
        problems.append(f"has more than {MOST_TAGS:,} tags; it stays HTML")
        return Read(BeautifulSoup("", "html.parser"), problems=problems, whole=sanitize(html))
    if clean.count("<br") > MOST_LINE_ENDS:
        problems.append(f"has more than {MOST_LINE_ENDS:,} line ends; it stays HTML")
        return Read(BeautifulSoup("", "html.parser"), problems=problems, whole=sanitize(html))
    soup = BeautifulSoup(clean, "html.parser")
    found = Read(soup, problems=problems)
    _drop_fields(soup, problems)
    show_late_pictures(soup)
    link_embeds(soup, problems)
    find_code(soup)
    find_formulas(soup)
    found.notes = find_notes(soup) if with_notes else {}
    _keep_anchors(soup)
    for tag in soup.find_all(("p", "li", "dt", "dd"), id=True):
        anchor = soup.new_tag("span", id=attribute(tag["id"]))
        del tag["id"]
        tag.insert(0, anchor)
    for part in [soup, *found.notes.values()]:
        _tidy(soup, part, base_url, problems)
    return found


def _tidy(soup: BeautifulSoup, part: Tag, base_url: str, problems: list[str]) -> None:
    for tag in part.find_all(True):
        _settle(tag, base_url, problems)
    unlink_pictures(part)
    settle_figures(part)
    _unbox(soup, part)
    settle_spaces(part)
    drop_needless_line_ends(part)
    drop_empty(part)
    part_paragraphs(soup, part)
    lay_out_galleries(soup, part)
    wrap_runs(soup, part)


def _note_dropped(html: str, problems: list[str]) -> None:
    for name, what in (("script", "script"), ("style", "style sheet")):
        if count := len(re.findall(rf"<{name}\b", html, re.IGNORECASE)):
            problems.append(_times(count, what, "left out"))
    for name in _DRAWN:
        if count := len(re.findall(rf"<{name}\b", html, re.IGNORECASE)):
            problems.append(_times(count, f"<{name}>", "left out"))


def _times(count: int, what: str, happened: str) -> str:
    return f"a {what} was {happened}" if count == 1 else f"{count} {what}s were {happened}"


def _drop_fields(soup: BeautifulSoup, problems: list[str]) -> None:
    for box in soup.find_all("input", type="checkbox"):
        if box.find_parent("li"):
            box.replace_with("☑ " if box.has_attr("checked") else "☐ ")
    fields = soup.find_all(_FIELDS)
    if fields:
        problems.append("a form was left out; its words stay")
    for tag in fields:
        if tag.name in ("input", "select", "textarea"):
            tag.decompose()
        elif tag.name == "button":
            tag.name = "span"


def _keep_anchors(soup: BeautifulSoup) -> None:
    """Keep the ids that links of this text lead to, and no others."""
    wanted = {attribute(link["href"])[1:] for link in soup.find_all("a", href=re.compile("^#."))}
    for tag in soup.find_all(id=True):
        if tag["id"] not in wanted:
            del tag["id"]
    for link in soup.find_all("a", href=False):
        name = attribute(link.get("id") or link.get("name"))
        if name in wanted:
            link["id"] = name
        else:
            link.unwrap()


def _settle(tag: Tag, base_url: str, problems: list[str]) -> None:
    """Give an element its plain name and leave it only the attributes that say something."""
    if tag.name in ("span", "font", "b", "i", "strong", "em"):
        _settle_style(tag)
    tag.name = _RENAMED.get(tag.name, tag.name)
    if tag.name in ("span", "font", "big", "label", "noscript", "picture", "button"):
        if not tag.get("id"):
            tag.unwrap()
            return
        tag.name = "span"
    if tag.name == "source" and tag.parent and tag.parent.name not in ("video", "audio"):
        tag.decompose()
        return
    allowed = _ATTRIBUTES.get(tag.name, set()) | _EVERYWHERE
    tag.attrs = {
        name: value
        for name, value in tag.attrs.items()
        if name in allowed and (value != "" or name in _BARE)
    }
    if tag.name in ("audio", "video"):
        tag["controls"] = ""
    for name in ("href", "src", "poster"):
        if name in tag.attrs:
            _settle_address(tag, name, base_url, problems)
    if tag.name == "img" and not tag.get("src"):
        tag.decompose()


def _settle_style(tag: Tag) -> None:
    style = re.sub(r"\s", "", attribute(tag.get("style")).lower())
    if tag.name in ("b", "strong") and "font-weight:normal" in style:
        tag.name = "span"
    elif tag.name in ("span", "font"):
        if re.search(r"font-weight:(?:bold|[6-9]00)", style):
            tag.name = "strong"
        elif "font-style:italic" in style:
            tag.name = "em"
        elif "text-decoration:line-through" in style:
            tag.name = "del"


def _settle_address(tag: Tag, name: str, base_url: str, problems: list[str]) -> None:
    address = attribute(tag[name]).strip()
    if base_url and not address.startswith("#"):
        try:
            address = urljoin(base_url + "/" * ("/" not in base_url[8:]), address)
        except ValueError:
            problems.append(f"the address “{address[:80]}” cannot be read; it stays as it was")
    if address.startswith("data:") or not is_safe_address(address):
        problems.append(f"an address of the kind “{address[:30]}” was left out")
        del tag[name]
    else:
        tag[name] = address


def _unbox(soup: BeautifulSoup, part: Tag) -> None:
    """Open the boxes that a page was laid out with, the innermost first."""
    for box in reversed(part.find_all(BOXES)):
        if is_within(box, _NO_BOXES):
            box.insert_before(" ")
            box.insert_after(" ")
            box.unwrap()
        elif any(isinstance(child, Tag) and child.name in BLOCKS for child in box.children):
            wrap_runs(soup, box)
            box.unwrap()
        elif box.get_text(strip=True) or box.find(("img", "br")):
            box.name = "p"
        else:
            box.decompose()
