"""Spaces, line ends and paragraphs: those that show, and no others."""

import re
from itertools import pairwise

from bs4 import BeautifulSoup
from bs4.element import NavigableString, PageElement, Tag

from blogapp.text.from_html_elements import BLOCKS, INLINE, PARTS, is_within

_SPACES = re.compile(r"[ \t\r\n\f\v]+")
_WIDE = re.compile(r"[ ]*\xa0(?:[ \xa0])+|[ ]+\xa0")
_WITH_EDGES = sorted((BLOCKS - {"pre"}) | PARTS)


def settle_spaces(part: Tag) -> None:
    for text in part.find_all(string=True):
        if not is_within(text, ("pre", "code")):
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


def drop_needless_line_ends(part: Tag) -> None:
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
        if node.parent is None or node.parent.name not in INLINE:
            return False
        node = node.parent


def drop_empty(part: Tag) -> None:
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


def part_paragraphs(soup: BeautifulSoup, part: Tag) -> None:
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


def wrap_runs(soup: BeautifulSoup, parent: Tag) -> None:
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
