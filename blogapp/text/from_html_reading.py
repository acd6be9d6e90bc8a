"""HTML of anybody's making as a small tree: blocks at the top, and only elements with a meaning.

What a page was built with goes (boxes, styles, editors' classes), what it says stays. Whatever
a reader would miss is told in `problems`.
"""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from itertools import pairwise
from urllib.parse import urljoin

import nh3
from bs4 import BeautifulSoup
from bs4.element import NavigableString, PageElement, Tag

from blogapp.text.from_html_code import find_code
from blogapp.text.from_html_embeds import link_embeds, link_scripts
from blogapp.text.from_html_notes import find_notes
from blogapp.text.sanitizing import is_safe_address, sanitize, without_depths


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


BLOCKS = _words("p h1 h2 h3 h4 h5 h6 ul ol dl blockquote pre table figure hr details video audio")
_BOXES = _words(
    "div section article aside header footer center form fieldset address main nav hgroup"
)
_INLINE = _words(
    "a abbr bdi bdo cite code del dfn em ins kbd mark q ruby rp rt s samp small strong sub sup"
    " time u var br img wbr"
)
_PARTS = _words(
    "li dt dd thead tbody tfoot tr th td caption col colgroup figcaption summary source"
)
_RENAMED = {"b": "strong", "i": "em", "s": "del", "strike": "del", "tt": "code"}
_ATTRIBUTES = {
    "a": {"href", "title"},
    "abbr": {"title"},
    "audio": {"controls", "src"},
    "bdo": {"dir"},
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
_LATE = ("data-src", "data-lazy-src", "data-original", "data-orig-file")
_PLACEHOLDER = re.compile(r"data:|.*(?:blank|pixel|spacer|placeholder)\.(?:gif|png)$", re.I)
_FIELDS = ("form", "input", "select", "textarea", "button")
_OBJECTS = ("object", "embed", "applet", "canvas", "svg", "math")
_MOST_AT_ONCE = 3
_NO_BOXES = _words("a strong em p h1 h2 h3 h4 h5 h6")
_WITH_EDGES = sorted((BLOCKS - {"pre"}) | _PARTS)
_PICTURE = re.compile(r"[^?#]+\.(?:avif|gif|jpe?g|png|svg|webp)(?:\?[^#]*)?$", re.IGNORECASE)
_SIZE = re.compile(r"-\d{2,4}x\d{2,4}(?=\.\w+$)|-scaled(?=\.\w+$)")
_SPACES = re.compile(r"[ \t\r\n\f\v]+")
_WIDE = re.compile(r"[ ]*\xa0(?:[ \xa0])+|[ ]+\xa0")

# A tree of more takes minutes to walk; a long post has a tenth of it.
MOST_TAGS = 40_000

_SEEN = nh3.Cleaner(
    tags=BLOCKS | _BOXES | _INLINE | _PARTS | {*_RENAMED}
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
    html = link_scripts(html)
    _note_dropped(html, problems)
    clean = _SEEN.clean(without_depths(html))
    if clean.count("<") > MOST_TAGS:
        problems.append(f"has more than {MOST_TAGS:,} tags; it stays HTML")
        return Read(BeautifulSoup("", "html.parser"), problems=problems, whole=sanitize(html))
    soup = BeautifulSoup(clean, "html.parser")
    found = Read(soup, problems=problems)
    _drop_fields(soup, problems)
    _show_late_pictures(soup)
    link_embeds(soup, problems)
    find_code(soup)
    found.notes = find_notes(soup) if with_notes else {}
    _keep_anchors(soup)
    for tag in soup.find_all(("p", "li", "dt", "dd"), id=True):
        anchor = soup.new_tag("span", id=tag["id"])
        del tag["id"]
        tag.insert(0, anchor)
    for part in [soup, *found.notes.values()]:
        _tidy(soup, part, base_url, problems)
    return found


def _tidy(soup: BeautifulSoup, part: Tag, base_url: str, problems: list[str]) -> None:
    for tag in part.find_all(True):
        _settle(tag, base_url, problems)
    _unlink_pictures(part)
    _settle_figures(part)
    _unbox(soup, part)
    _settle_spaces(part)
    _drop_needless_line_ends(part)
    _drop_empty(part)
    _part_paragraphs(soup, part)
    _lay_out_galleries(soup, part)
    _wrap_runs(soup, part)


def _note_dropped(html: str, problems: list[str]) -> None:
    for name, what in (("script", "script"), ("style", "style sheet")):
        if count := len(re.findall(rf"<{name}\b", html, re.IGNORECASE)):
            problems.append(_times(count, what, "left out"))
    for name in _OBJECTS[2:]:
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


def _show_late_pictures(soup: BeautifulSoup) -> None:
    """Let pictures that a script would have fetched later stand where they were to appear."""
    for image in soup.find_all("img"):
        source = _text(image.get("src"))
        late = next((_text(image.get(name)) for name in _LATE if image.get(name)), "")
        if late and (not source or _PLACEHOLDER.match(source)):
            image["src"] = late
    for tag in soup.find_all("noscript"):
        before = tag.find_previous("img")
        inside = tag.find("img")
        if inside and before and inside.get("src") == before.get("src"):
            tag.decompose()
        else:
            tag.unwrap()


def _keep_anchors(soup: BeautifulSoup) -> None:
    """Keep the ids that links of this text lead to, and no others."""
    wanted = {_text(link["href"])[1:] for link in soup.find_all("a", href=re.compile("^#."))}
    for tag in soup.find_all(id=True):
        if tag["id"] not in wanted:
            del tag["id"]
    for link in soup.find_all("a", href=False):
        name = _text(link.get("id") or link.get("name"))
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
    style = _SPACES.sub("", _text(tag.get("style")).lower())
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
    address = _text(tag[name]).strip()
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


def _unlink_pictures(part: Tag) -> None:
    """Show the whole picture where a smaller one led to it: pages here enlarge it themselves."""
    for link in part.find_all("a", href=_PICTURE):
        images = link.find_all("img")
        if len(images) == 1 and not link.get_text(strip=True):
            whole, shown = _bare_name(_text(link["href"])), _bare_name(_text(images[0]["src"]))
            if whole == shown:
                images[0]["src"] = link["href"]
                link.unwrap()


def _bare_name(address: str) -> str:
    """Return a picture's name without the size that a smaller copy has in it."""
    return _SIZE.sub("", address.split("?")[0].rsplit("/", 1)[-1])


def _settle_figures(part: Tag) -> None:
    """Leave only pictures with a caption as figures; what else was one stands by itself."""
    for figure in reversed(part.find_all("figure")):
        for tag in figure.find_all("p"):
            if not tag.get_text(strip=True):
                tag.unwrap()
        captions = [tag for tag in figure.find_all("figcaption") if tag.get_text(strip=True)]
        for tag in figure.find_all("figcaption"):
            if tag not in captions:
                tag.decompose()
        alone = figure.find(("img", "video", "audio")) and not figure.find(
            ("pre", "table", "blockquote", "ul", "ol", "figure")
        )
        if alone and len(captions) == 1 and len(figure.find_all(("img", "video", "audio"))) == 1:
            continue
        for tag in captions:
            if tag.find_parent("figure") is figure:
                tag.name = "p"
        figure.name = "div"
    for tag in part.find_all("figcaption"):
        if not tag.find_parent("figure"):
            tag.name = "p"


def _unbox(soup: BeautifulSoup, part: Tag) -> None:
    """Open the boxes that a page was laid out with, the innermost first."""
    for box in reversed(part.find_all(_BOXES)):
        if _is_within(box, _NO_BOXES):
            box.insert_before(" ")
            box.insert_after(" ")
            box.unwrap()
        elif any(isinstance(child, Tag) and child.name in BLOCKS for child in box.children):
            _wrap_runs(soup, box)
            box.unwrap()
        elif box.get_text(strip=True) or box.find(("img", "br")):
            box.name = "p"
        else:
            box.decompose()


def _settle_spaces(part: Tag) -> None:
    for text in part.find_all(string=True):
        if not _is_within(text, ("pre", "code")):
            tidy = _WIDE.sub(" ", _SPACES.sub(" ", text))
            if tidy != text:
                text.replace_with(tidy)
    for block in part.find_all(_WITH_EDGES):
        for last in (False, True):
            edge = _edge(block, last=last)
            if edge is not None and "\xa0" in (edge[:1], edge[-1:]):
                edge.replace_with(edge.rstrip(" \xa0") if last else edge.lstrip(" \xa0"))


def _edge(block: Tag, *, last: bool) -> NavigableString | None:
    """Return the text that a block begins or ends with, if it does so."""
    node: PageElement = block
    while isinstance(node, Tag):
        if node.name == "pre" or not node.contents:
            return None
        node = node.contents[-1 if last else 0]
    return node if isinstance(node, NavigableString) else None


def _is_within(node: PageElement, names: Collection[str]) -> bool:
    above = node.parent
    while above is not None:
        if above.name in names:
            return True
        above = above.parent
    return False


def _drop_needless_line_ends(part: Tag) -> None:
    """Take out line ends that begin or end a block; part two links that touch each other."""
    for end in part.find_all("br"):
        if not _has_more(end, forward=True) or not _has_more(end, forward=False):
            end.replace_with(" ")
    for link in part.find_all("a"):
        if isinstance(link.next_sibling, Tag) and link.next_sibling.name == "a":
            link.insert_after(" ")


def _has_more(tag: Tag, *, forward: bool) -> bool:
    """Tell whether the block that ``tag`` stands in goes on after it, or before it."""
    node: PageElement = tag
    while True:
        beside = node.next_sibling if forward else node.previous_sibling
        while isinstance(beside, NavigableString) and not beside.strip():
            beside = beside.next_sibling if forward else beside.previous_sibling
        if beside is not None:
            return not (isinstance(beside, Tag) and beside.name in BLOCKS)
        if node.parent is None or node.parent.name not in _INLINE:
            return False
        node = node.parent


def _drop_empty(part: Tag) -> None:
    """Take out what shows nothing: editors leave empty paragraphs and emphasis of nothing."""
    names = ["p", "strong", "em", "del", "a", "u", "h1", "h2", "h3", "h4", "h5", "h6"]
    for tag in reversed(
        part.find_all([*names, "ul", "ol", "dl", "blockquote", "figure", "figcaption"])
    ):
        if tag.get_text().strip() or tag.find(("img", "video", "audio", "hr")) or tag.get("id"):
            continue
        if tag.find(id=True):
            continue
        if tag.name in ("strong", "em", "del", "a", "u"):
            tag.unwrap()
        else:
            tag.decompose()


def _part_paragraphs(soup: BeautifulSoup, part: Tag) -> None:
    """Begin a new paragraph where two line ends stood for one."""
    for paragraph in part.find_all("p"):
        children = list(paragraph.children)
        ends = [isinstance(child, Tag) and child.name == "br" for child in children]
        shown = [not isinstance(child, NavigableString) or child.strip() for child in children]
        said = [place for place in range(len(children)) if shown[place]]
        if not any(ends[one] and ends[two] for one, two in pairwise(said)):
            continue
        new, was_end = soup.new_tag("p"), False
        paragraph.insert_before(new)
        for child, is_end, is_shown in zip(children, ends, shown, strict=True):
            if is_end and was_end and new.contents:
                new = soup.new_tag("p")
                paragraph.insert_before(new)
            elif not (is_end and was_end):
                new.append(child.extract())
            was_end = is_end or (was_end and not is_shown)
        paragraph.decompose()


def _lay_out_galleries(soup: BeautifulSoup, part: Tag) -> None:
    """Set the pictures of a list that holds nothing else one below the other."""
    for box in part.find_all(("ul", "ol")):
        items = [child for child in box.children if isinstance(child, Tag)]
        if not items or not all(_is_picture(item) for item in items):
            continue
        for item in items:
            _wrap_runs(soup, item)
            item.unwrap()
        box.unwrap()


def _is_picture(item: Tag) -> bool:
    captions = "".join(tag.get_text() for tag in item.find_all("figcaption"))
    alone = item.get_text(strip=True) == captions.strip()
    return item.name == "li" and alone and len(item.find_all("img")) == 1


def _wrap_runs(soup: BeautifulSoup, parent: Tag) -> None:
    """Make paragraphs of the words that stand between the blocks of ``parent``."""
    run: list[Tag | NavigableString] = []
    for child in [*parent.children, None]:
        if child is not None and not (isinstance(child, Tag) and child.name in BLOCKS):
            run.append(child)  # type: ignore[arg-type]
            continue
        if any(_says_something(part) for part in run):
            paragraph = soup.new_tag("p")
            run[0].insert_before(paragraph)
            for part in run:
                paragraph.append(part.extract())
        else:
            for part in run:
                part.extract()
        run = []


def _says_something(part: Tag | NavigableString) -> bool:
    if isinstance(part, Tag):
        return part.name != "br" and bool(
            part.get_text(strip=True) or part.name == "img" or part.find("img") or part.get("id")
        )
    return bool(part.strip())


def _text(value: str | Iterable[str] | None) -> str:
    """Return an attribute as text: some of them are lists to Beautiful Soup."""
    return value if isinstance(value, str) else " ".join(value or ())
