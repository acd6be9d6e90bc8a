"""What differs between two texts as readers see them: one page, insertions and deletions in it.

Both are sanitised HTML, and what comes of them is made of their own tags and text: around what
only one of them has stand `ins` and `del`, with words for those who see neither lines nor colours.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from html import escape, unescape
from typing import Literal

from blogapp.text.aligning import Budget, align, are_like, counterparts, without_islands
from blogapp.text.tokens import VOID
from blogapp.text.trees import Element, Node, parse, write
from blogapp.text.words import cut, is_blank, words_of

# Characters of each text's HTML: a megabyte of Markdown makes about 1.3 million.
MOST_CHARACTERS = 2_000_000
# Blocks in a row that agree, and are folded away.
LEAST_FOLDED = 4
# Nobody reads more of them on one page.
MOST_CHANGES = 4_000


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


_INLINE = _names(
    "a abbr b bdi bdo br cite code dfn em i img ins kbd del mark math picture q rp rt ruby s samp"
    " small span strong sub sup svg time u var wbr"
)
# What stands in its place only as such a part of something: marks go inside.
_PARTS = _names("caption dd dt figcaption li summary tbody td tfoot th thead tr")
_HOLD_PARTS = _names("tbody tfoot thead tr")
# Ids and what scripts look for: a text stands here twice.
_NOT_KEPT = re.compile(r" (?:id|name|tabindex|data-[a-z-]+|aria-describedby)=\"[^\"]*\"")
_ANCHOR = 'class="prose__anchor"'

Kind = Literal["removed", "added"]
_TAGS: dict[Kind, str] = {"removed": "del", "added": "ins"}


class TooMuch(Exception):
    """The texts are too long, or too different, to be one page."""


@dataclass(frozen=True)
class Words:
    """What is said besides the text, in the interface's language."""

    removed: str
    added: str
    end: str
    unchanged: Callable[[int], str]


@dataclass(frozen=True)
class PageDifference:
    """One page of both, and how many changes are in it: ``change-1``, ``change-2`` …"""

    html: str
    changes: int


def compare_pages(old: str, new: str, words: Words) -> PageDifference:
    """Return both texts in one; raises `TooMuch` or `NotWellFormed`.

    >>> said = Words("removed:", "added:", ".", str)
    >>> compare_pages("<p>a b</p>", "<p>a b</p>", said)
    PageDifference(html='<p>a b</p>', changes=0)
    """
    if max(len(old), len(new)) > MOST_CHARACTERS:
        raise TooMuch(f"{max(len(old), len(new))} characters of HTML")
    comparison = _Comparison(words)
    html = comparison.page(_bare(parse(old)), _bare(parse(new)))
    return PageDifference(html, comparison.changes)


def _bare(nodes: Sequence[Node]) -> list[Node]:
    """Return nodes without what only one text may have on a page."""
    kept: list[Node] = []
    for node in nodes:
        if isinstance(node, Element):
            if _ANCHOR in node.opening:
                continue
            node.opening = _NOT_KEPT.sub("", node.opening)
            node.children = _bare(node.children)
        kept.append(node)
    return kept


@dataclass(frozen=True)
class _Block:
    """An element, or the text and inline elements between two (then it has no name)."""

    name: str
    nodes: Sequence[Node]

    @cached_property
    def html(self) -> str:
        return write(self.nodes)

    @cached_property
    def words(self) -> Counter[str]:
        return Counter(words_of(self.html))

    @property
    def element(self) -> Element | None:
        node = self.nodes[0]
        return node if self.name and isinstance(node, Element) else None

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Block) and self.html == other.html

    def __hash__(self) -> int:
        return hash(self.html)

    def is_like(self, other: "_Block") -> bool:
        return self.name == other.name and are_like(self.words, other.words)


@dataclass(frozen=True, slots=True)
class _Piece:
    """A word, or an inline element that is looked at whole, and the elements around it."""

    html: str
    around: tuple[tuple[str, str], ...] = ()


@dataclass
class _Comparison:
    words: Words
    budget: Budget = field(default_factory=Budget)
    changes: int = 0

    def page(self, old: Sequence[Node], new: Sequence[Node]) -> str:
        """Return the whole page, with what agrees and stands by itself folded away."""
        before, after = _blocks(old), _blocks(new)
        shown: list[str] = []
        for at in align(before, after, budget=self.budget):
            if at.same:
                same = [block.html for block in after[at.k : at.m]]
                shown += self.folded(same, has_before=at.k > 0, has_after=at.m < len(after))
            else:
                shown.append(self.gap(before[at.i : at.j], after[at.k : at.m]))
        return "".join(shown)

    def folded(self, same: list[str], *, has_before: bool, has_after: bool) -> list[str]:
        """Leave one block beside each difference in sight."""
        start, end = int(has_before), len(same) - int(has_after)
        if end - start < LEAST_FOLDED or not (has_before or has_after):
            return same
        label = escape(self.words.unchanged(end - start))
        inside = "".join(same[start:end])
        fold = f'<details class="page-diff__fold"><summary>{label}</summary>{inside}</details>'
        return [*same[:start], fold, *same[end:]]

    def nodes(self, old: Sequence[Node], new: Sequence[Node]) -> str:
        """Return what is inside two elements of one name."""
        before, after = _blocks(old), _blocks(new)
        if not any(block.name for block in (*before, *after)):
            return self.text(old, new)
        return "".join(
            "".join(block.html for block in after[at.k : at.m])
            if at.same
            else self.gap(before[at.i : at.j], after[at.k : at.m])
            for at in align(before, after, budget=self.budget)
        )

    def gap(self, old: Sequence[_Block], new: Sequence[_Block]) -> str:
        """Return blocks of which none stays as it was."""
        return "".join(
            self.block(before, after)
            if before and after
            else self.marked(before.nodes, "removed")
            if before
            else self.marked(after.nodes, "added")
            if after
            else ""
            for before, after in counterparts(old, new, _Block.is_like)
        )

    def block(self, before: _Block, after: _Block) -> str:
        was, now = before.element, after.element
        if was is None or now is None:
            return self.text(before.nodes, after.nodes)
        if now.whole or now.name in VOID:
            return self.marked([was], "removed") + self.marked([now], "added")
        if now.name == "tr" and (cells := self.cells(was, now)) is not None:
            return f"{now.opening}{cells}{now.closing}"
        if now.name == "pre" and (code := _code_in(now)) and (old_code := _code_in(was)):
            inside = self.text(old_code.children, code.children)
            return f"{now.opening}{code.opening}{inside}{code.closing}{now.closing}"
        inside = self.nodes(was.children, now.children)
        return f"{now.opening}{inside}{now.closing}"

    def cells(self, was: Element, now: Element) -> str | None:
        """Return the cells of a row that has as many as before, each beside its own."""
        before, after = _blocks(was.children), _blocks(now.children)
        if [block.name for block in before] != [block.name for block in after]:
            return None
        return "".join(
            b.html if a == b else self.block(a, b) for a, b in zip(before, after, strict=True)
        )

    def text(self, old: Sequence[Node], new: Sequence[Node]) -> str:
        """Return words and what stands among them, with the elements around them."""
        before, after = list(_pieces(old)), list(_pieces(new))
        stretches = align(before, after, is_filler=_is_blank, budget=self.budget)
        shown: list[str] = []
        for at in without_islands(stretches, before, _is_blank):
            if at.same:
                shown.append(_woven(after[at.k : at.m]))
                continue
            gone, come = before[at.i : at.j], after[at.k : at.m]
            if gone:
                shown.append(self.wrapped(_woven(gone), "removed"))
            if come:
                shown.append(self.wrapped(_woven(come), "added", counts=not gone))
        return "".join(shown)

    def marked(self, nodes: Sequence[Node], kind: Kind, *, counts: bool = True) -> str:
        """Return ``nodes`` as something that only one of the texts has."""
        node = nodes[0]
        if len(nodes) > 1 or isinstance(node, str) or node.name not in _PARTS:
            return self.wrapped(write(nodes), kind, counts=counts, is_block=_is_block(node))
        if node.name in _HOLD_PARTS:
            parts = [child for child in node.children if isinstance(child, Element)]
            inside = "".join(
                self.marked([part], kind, counts=counts and not n) for n, part in enumerate(parts)
            )
        else:
            inside = self.wrapped(write(node.children), kind, counts=counts)
        return f"{node.opening}{inside}{node.closing}"

    def wrapped(self, html: str, kind: Kind, *, counts: bool = True, is_block: bool = False) -> str:
        tag, said = _TAGS[kind], self.words.removed if kind == "removed" else self.words.added
        id = ""
        if counts:
            self.changes += 1
            if self.changes > MOST_CHANGES:
                raise TooMuch(f"more than {MOST_CHANGES} changes")
            id = f' id="change-{self.changes}"'
        block = f" page-diff__{kind}--block" if is_block else ""
        return (
            f'<{tag} class="page-diff__{kind}{block}"{id}>'
            f'<span class="unseen">{escape(said)} </span>{html}'
            f'<span class="unseen"> {escape(self.words.end)} </span></{tag}>'
        )


def _blocks(nodes: Sequence[Node]) -> list[_Block]:
    """Return elements, and what stands between them."""
    blocks: list[_Block] = []
    run: list[Node] = []
    for node in [*nodes, None]:
        if node is not None and not _is_block(node):
            run.append(node)
            continue
        if run and not is_blank(write(run)):
            blocks.append(_Block("", tuple(run)))
        run = []
        if isinstance(node, Element):
            blocks.append(_Block(node.name, (node,)))
    return blocks


def _code_in(pre: Element) -> Element | None:
    node = pre.children[0] if len(pre.children) == 1 else None
    return node if isinstance(node, Element) and node.name == "code" else None


def _is_block(node: Node) -> bool:
    return isinstance(node, Element) and node.name not in _INLINE


def _pieces(nodes: Sequence[Node], around: tuple[tuple[str, str], ...] = ()) -> Iterator[_Piece]:
    for node in nodes:
        if isinstance(node, str):
            yield from (_Piece(escape(word, quote=False), around) for word in cut(unescape(node)))
        elif node.children and node.name in _INLINE:
            yield from _pieces(node.children, (*around, (node.opening, node.closing)))
        else:
            yield _Piece(write([node]), around)


def _is_blank(piece: _Piece) -> bool:
    return is_blank(piece.html)


def _woven(pieces: Sequence[_Piece]) -> str:
    """Return pieces as HTML, the elements around them opened and closed once."""
    html: list[str] = []
    open_ones: tuple[tuple[str, str], ...] = ()
    for piece in (*pieces, _Piece("")):
        pairs = zip(open_ones, piece.around, strict=False)
        shared = next((n for n, (a, b) in enumerate(pairs) if a != b), len(open_ones))
        shared = min(shared, len(piece.around))
        html += [closing for _, closing in reversed(open_ones[shared:])]
        html += [opening for opening, _ in piece.around[shared:]]
        html.append(piece.html)
        open_ones = piece.around
    return "".join(html)
