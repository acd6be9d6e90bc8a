"""Blocks of HTML as Markdown that the blog's own renderer reads back as the same."""

import re
from html import escape
from typing import Any

from bs4.element import NavigableString, Tag
from markdownify import MarkdownConverter

from blogapp.text.from_html_elements import BLOCKS

# Deeper than anybody writes; further down a block stays as it is.
DEEPEST = 12
# What Markdown has no sign for.
_KEPT_INLINE = (
    "abbr bdi bdo cite dfn ins kbd mark q ruby rp rt samp small span sub sup time u var wbr"
)
_ALWAYS = re.compile(r"[\\`*\[~$^]|<(?=[a-zA-Z/!?])|&(?=#?\w{1,40};)|\{(?=[\{%#.:])")
_SINGLE_UNDERSCORE = re.compile(r"(?<![^\W_])_|_(?![^\W_])")
_BARE_ADDRESS = re.compile(r"(\bhttps?://[^\s<>\[\]{}*|`]+)")
_BEGINNINGS = re.compile(
    r"(?m)^(?:(#{1,6})(?=\s|$)|(>)|([-+])(?=\s|$)|(\d{1,9})([.)])(?=\s|$)|(:)(?=[\s:])"
    r"|(=+|(?=[|: ]*-)[|: -]++)[ ]*$|(\|))"
)
_LINES = re.compile(r"(?m)^(?=.)")
# Stands for the backslash before a line end until no block of code can be mistaken for it.
BREAK = "\x0e"
_LINE = "\n&#10;"
_NEEDS_POINTS = re.compile(r"[()]")
# Where a long line of HTML may be broken without a reader noticing.
_ENDS = re.compile(
    r"(</(?:tr|li|thead|tbody|dt|dd|p|figcaption)>|<(?:table|tbody|ul|ol|dl)[^<>]*>)\s*(?=<)"
)
_BLANKS = re.compile(r"\n[ \t]*(?=\n)")


def write_block(block: Tag, *, plainly: bool = False) -> str:
    """Return a block as Markdown; ``plainly`` writes emphasis as HTML, which never misreads."""
    if _is_kept(block):
        return keep(block)
    writer = _Plain() if plainly else _Writer()
    return writer.process_tag(block, parent_tags=set()).strip("\n").replace(BREAK, "\\")


def keep(block: Tag) -> str:
    """Return a block as HTML that Markdown lets through: no blank line ends it early.

    Its own characters never begin template syntax.
    """
    html = block.decode(formatter="minimal")
    html = html.replace(' data-language="', ' class="language-').replace("{", "&#123;")
    html = html.replace(' data-math="1"', "")
    if block.name == "pre":
        return html
    if "<pre" not in html:
        html = _ENDS.sub("\\1\n", " ".join(html.split(" ")))
    return _BLANKS.sub(_LINE, html).strip()


def keep_whole(html: str) -> str:
    """Return sanitised HTML as one block that Markdown lets through.

    >>> keep_whole("a\\n\\n<p>{{ b }}</p>")
    '<div>a\\n&#10;\\n<p>&#123;&#123; b }}</p></div>'
    """
    return f"<div>{_BLANKS.sub(_LINE, html.replace('{', '&#123;'))}</div>"


def _is_kept(block: Tag) -> bool:
    depth = max((len(list(tag.parents)) for tag in block.find_all(True)), default=0)
    return depth - len(list(block.parents)) > DEEPEST * 2


def _tag(element: Tag) -> str:
    attributes = "".join(
        f' {name}="{escape(value if isinstance(value, str) else " ".join(value))}"'
        for name, value in element.attrs.items()
        if value is not None
    )
    return f"<{element.name}{attributes}>".replace("{", "&#123;")


class _List:
    """A list while it is written: its marks, and whether its items stand apart."""

    def __init__(self, element: Tag) -> None:
        items = element.find_all("li", recursive=False)
        self.is_loose = any(len(item.find_all("p", recursive=False)) > 1 for item in items)
        self.is_ordered = element.name == "ol"
        self.turn = _turn(element)
        start = str(element.get("start") or "1")
        self.number = int(start) if start.isdigit() and len(start) < 9 else 1

    def next_mark(self) -> str:
        self.number += 1
        if self.is_ordered:
            return f"{self.number - 1}{')' if self.turn else '.'} "
        return "* " if self.turn else "- "


def _turn(element: Tag) -> bool:
    """Tell whose turn it is: lists right after one another would be read as one."""
    turn, before = False, _before(element)
    while before is not None and before.name == element.name:
        turn, before = not turn, _before(before)
    return turn


class _Writer(MarkdownConverter):
    """Markdownify, with what the blog's renderer reads otherwise than others do."""

    class Options(MarkdownConverter.DefaultOptions):
        heading_style = "atx"
        bullets = "-"
        newline_style = "backslash"

    def __init__(self) -> None:
        super().__init__()
        self.lists: dict[int, _List] = {}

    def escape(self, text: str, parent_tags: set[str]) -> str:
        # The renderer takes an address as it stands, signs and all.
        parts = _BARE_ADDRESS.split(text)
        parts[::2] = [
            _SINGLE_UNDERSCORE.sub(r"\\_", _ALWAYS.sub(r"\\\g<0>", part)) for part in parts[::2]
        ]
        text = "".join(parts)
        if "a" in parent_tags:
            text = text.replace("]", r"\]")
        if "td" in parent_tags or "th" in parent_tags:
            text = text.replace("|", r"\|")
        return text

    def process_text(self, el: NavigableString, parent_tags: set[str] | None = None) -> str:
        text: str = super().process_text(el, parent_tags)
        if "pre" in (parent_tags or ()) or "code" in (parent_tags or ()):
            return text
        return text.replace("\n", " ")

    def get_conv_fn(self, tag_name: str) -> Any:
        if tag_name in _KEPT_INLINE.split():
            return self.convert_as_it_is
        if tag_name in ("figure", "video", "audio", "table"):
            return getattr(self, f"convert_{tag_name}")
        return super().get_conv_fn(tag_name)

    def convert_as_it_is(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        if "_noformat" in parent_tags:
            return text
        if number := el.get("data-note"):
            return f"[^{number}]"
        return _tag(el) + ("" if el.name == "wbr" else f"{text}</{el.name}>")

    def convert_a(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        if "_noformat" in parent_tags:
            return text
        anchor = f'<span id="{escape(str(el["id"]))}"></span>' if el.get("id") else ""
        href = str(el.get("href") or "")
        if not text.strip() or not href:
            return anchor + text
        before, after = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
        title = str(el.get("title") or "")
        if el.get_text() == href and not title and re.fullmatch(r"https?://[^\s<>]+", href):
            return f"{before}{anchor}<{href}>{after}"
        return f"{before}{anchor}[{text.strip()}]({_address(href)}{_title(title)}){after}"

    def convert_img(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        alt = _ALWAYS.sub(r"\\\g<0>", str(el.get("alt") or "")).replace("]", r"\]")
        title = _title(str(el.get("title") or ""))
        return f"![{' '.join(alt.split())}]({_address(str(el.get('src') or ''))}{title})"

    def convert_em(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        before, after = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
        # Three stars in a row are read as emphasis around strong words, never inside them.
        sign = "_" if el.parent and el.parent.name == "strong" else "*"
        return f"{before}{sign}{text.strip()}{sign}{after}" if text.strip() else text

    def convert_code(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        if "pre" in parent_tags or not text:
            return text
        text = re.sub(r"\s+", " ", el.get_text())
        if el.get("data-math"):
            return f"\\({text}\\)"
        if "td" in parent_tags or "th" in parent_tags:
            text = text.replace("|", r"\|")
        fence = "`" * (max((len(run) for run in re.findall("`+", text)), default=0) + 1)
        space = " " if text[:1] == "`" or text[-1:] == "`" or text != text.strip() else ""
        return f"{fence}{space}{text}{space}{fence}" if text.strip() else text

    def convert_pre(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        if el.find(True):
            return f"\n\n{keep(el)}\n\n"
        text = el.get_text()
        longest = max((len(run) for run in re.findall(r"(?m)^[^\S\n]*(`{3,})", text)), default=2)
        fence = "`" * (longest + 1)
        return f"\n\n{fence}{el.get('data-language') or ''}\n{text}\n{fence}\n\n"

    def convert_p(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        if "_inline" in parent_tags:
            return f" {text.strip()} "
        text = _tidy_breaks(text.strip())
        return f"\n\n{_BEGINNINGS.sub(_begin_harmlessly, text)}\n\n" if text else ""

    def convert_br(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        if "_inline" in parent_tags:
            return "<br>"
        return f"{BREAK}\n"

    def convert_hN(self, n: int, el: Tag, text: str, parent_tags: set[str]) -> str:
        text = " ".join(text.split())
        anchor = f" {{#{el['id']}}}" if el.get("id") else ""
        return f"\n\n{'#' * n} {text}{anchor}\n\n" if text else ""

    def convert_list(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        return f"\n\n{text.strip(chr(10))}\n\n" if "li" not in parent_tags else f"\n{text.rstrip()}"

    convert_ul = convert_list
    convert_ol = convert_list

    def convert_li(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        text = _tidy_breaks(text.strip())
        mark = self._mark(el)
        if not el.find(("p", "ul", "ol", "pre", "blockquote", "table")):
            text = _BEGINNINGS.sub(_begin_harmlessly, text)
        loose = "\n\n" in text or self._is_loose(el)
        indented = _LINES.sub(" " * len(mark), text)[len(mark) :]
        return f"{mark}{indented}\n{chr(10) * loose}" if text else f"{mark.rstrip()}\n"

    def _mark(self, item: Tag) -> str:
        around = item.parent
        if around is None:
            return "- "
        if id(around) not in self.lists:
            self.lists[id(around)] = _List(around)
        return self.lists[id(around)].next_mark()

    def _is_loose(self, item: Tag) -> bool:
        found = self.lists.get(id(item.parent))
        return found is not None and found.is_loose

    def convert_dt(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        text = " ".join(text.split())
        before = el.find_previous_sibling(True)
        first = before is None or before.name == "dd"
        return f"{chr(10) * 2 if first else ''}{text}\n" if text else ""

    def convert_dd(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        text = text.strip()
        return f":   {_LINES.sub('    ', text)[4:]}\n" if text else ""

    def convert_figure(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        picture, caption = _pictured(el)
        if picture is None:
            return f"\n\n{keep(el)}\n\n"
        shown = self.convert_img(picture, "", parent_tags)
        if caption:
            shown = f"{shown[:-1]}{_title(caption)})"
        return f"\n\n{shown}\n\n"

    def convert_details(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        return f"\n\n{_tag(el)}{text.strip(chr(10))}\n\n</details>\n\n"

    def convert_summary(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        inner = el.decode_contents(formatter="minimal").replace("{", "&#123;")
        return f"\n<summary>{' '.join(inner.split())}</summary>\n\n"

    def convert_video(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        return f"\n\n{keep(el)}\n\n"

    convert_audio = convert_video

    def convert_table(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        rows = el.find_all("tr")
        if "_inline" in parent_tags or not _is_plain_table(el, rows):
            return f"\n\n{keep(el)}\n\n"
        lines = [f"|{self._cells(row)}" for row in rows]
        marks = [_aligned(cell) for cell in rows[0].find_all(("td", "th"))]
        return "\n\n" + "\n".join([lines[0], f"| {' | '.join(marks)} |", *lines[1:]]) + "\n\n"

    def _cells(self, row: Tag) -> str:
        cells = row.find_all(("td", "th"))
        words = (self.process_tag(cell, parent_tags={"table", "tr", "_inline"}) for cell in cells)
        return "".join(f" {text.strip()} |" for text in words)

    def convert_td(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        return " ".join(text.split())

    convert_th = convert_td


class _Plain(_Writer):
    """Writes emphasis as HTML: Markdown's signs depend on the letters around them."""

    def get_conv_fn(self, tag_name: str) -> Any:
        if tag_name in ("strong", "em", "del"):
            return self.convert_as_it_is
        return super().get_conv_fn(tag_name)


def _address(address: str) -> str:
    address = address.replace("{", "%7B").replace("\\", "%5C")
    address = re.sub(r"\s", "%20", address).replace("<", "%3C").replace(">", "%3E")
    return f"<{address}>" if _NEEDS_POINTS.search(address) else address


def _title(words: str) -> str:
    words = _ALWAYS.sub(r"\\\g<0>", " ".join(words.split())).replace('"', r"\"")
    return f' "{words}"' if words else ""


def _begin_harmlessly(beginning: re.Match[str]) -> str:
    if beginning[4]:
        return f"{beginning[4]}\\{beginning[5]}"
    return f"\\{beginning[0]}"


def _tidy_breaks(text: str) -> str:
    """Write line ends: none at the edges of a paragraph, where they show nothing."""
    text = re.sub(rf"(?:\s*{BREAK}\n)+$|^(?:{BREAK}\n\s*)+", "", text + "\n").rstrip("\n")
    text = re.sub(rf"[ ]*{BREAK}\n[ ]*(?=\S)", f"{BREAK}\n", text)
    # A backslash would become part of an address; two line ends together would end the paragraph.
    text = re.sub(rf"(\bhttps?://[^\s<>{BREAK}]+){BREAK}\n", r"\1<br>\n", text)
    return re.sub(rf"{BREAK}\n(?={BREAK}\n)", "<br>", text)


def _before(tag: Tag) -> Tag | None:
    """Return the element right before, if only space is between."""
    sibling = tag.previous_sibling
    while sibling is not None and not isinstance(sibling, Tag):
        if str(sibling).strip():
            return None
        sibling = sibling.previous_sibling
    return sibling


def _pictured(figure: Tag) -> tuple[Tag | None, str]:
    """Return the picture and the caption of a figure that is no more than these."""
    pictures = figure.find_all("img")
    captions = figure.find_all("figcaption")
    caption = captions[0] if len(captions) == 1 else None
    others = [tag for tag in figure.find_all(True) if tag.name not in ("img", "figcaption", "p")]
    words = "".join(caption.get_text()) if caption else ""
    if len(pictures) != 1 or len(captions) > 1 or others or pictures[0].get("title"):
        return None, ""
    if figure.get_text(strip=True) != words.strip() or pictures[0].find_parent("figcaption"):
        return None, ""
    return pictures[0], words


def _is_plain_table(table: Tag, rows: list[Tag]) -> bool:
    """Tell whether rows and columns are all there is to a table, below one row of heads."""
    if not rows or table.find("caption") or table.find("table"):
        return False
    widths = {len(row.find_all(("td", "th"))) for row in rows}
    cells = table.find_all(("td", "th"))
    if len(widths) != 1 or any(cell.get("colspan") or cell.get("rowspan") for cell in cells):
        return False
    if any(cell.name == "td" for cell in rows[0].find_all(("td", "th"))):
        return False
    if any(row.find("th") for row in rows[1:]):
        return False
    return not any(cell.find(tuple(BLOCKS)) for cell in cells)


def _aligned(cell: Tag) -> str:
    return {"center": ":-:", "right": "--:", "left": ":--"}.get(str(cell.get("align") or ""), "---")
