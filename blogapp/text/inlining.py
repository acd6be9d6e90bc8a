"""What stands within a paragraph, by CommonMark's rules (0.31, section 6), in one pass.

It takes the place of Python-Markdown's inline patterns, each of which looks through a text
again. Patterns that others register are still asked, at the places where they match.
"""

import re
import xml.etree.ElementTree as etree
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from html import escape, unescape

from markdown import Markdown
from markdown.inlinepatterns import InlineProcessor
from markdown.treeprocessors import Treeprocessor
from markdown.util import AtomicString

from blogapp.text.addresses import bare_address_at
from blogapp.text.delimiters import Run, make_run, pair
from blogapp.text.inline_patterns import (
    AUTOLINK,
    EMAIL,
    ENTITY,
    ESCAPABLE,
    LABEL,
    RawTags,
    decode,
    inline_destination,
    label_key,
)
from blogapp.text.typography import Quote, Typography, settle

LONGEST_EXPANSION = 500_000
DEEPEST = 60

_SPECIAL = re.compile(r"[\\`*_~\[\]!<&\n\"'.:\-\x02]|(?<![\w@/.])(?:https?://|ftp://|www\.)", re.I)
_TICKS = re.compile("`+")
_SPACES = re.compile(r"[ \t]*")
_MARKER = re.compile("\x02[^\x02\x03]*\x03")
_ENTITY_LIKE = re.compile(r"&(?=#?\w{1,40};)")
_VERBATIM = re.compile(r"<(/?)(?:abbr|code|kbd|samp|pre|tt|var|script|style|math)\b", re.I)


class Inlines(Treeprocessor):
    """Turns the text of each element into elements."""

    def __init__(self, md: Markdown, typography: Typography | None) -> None:
        super().__init__(md)
        self.typography = typography
        self.left = LONGEST_EXPANSION
        self.patterns: list[InlineProcessor] = []

    def run(self, root: etree.Element) -> None:
        patterns = self.md.inlinePatterns
        self.patterns = [pattern for pattern in patterns if isinstance(pattern, InlineProcessor)]
        for element in list(root.iter()):
            text = element.text
            if text and not isinstance(text, AtomicString):
                nodes = _Inline(self, text.strip()).run()
                element.text = None
                _fill(element, nodes, self.md.htmlStash.store)

    def find(self, label: str) -> tuple[str, str] | None:
        """Return address and title of a definition, while there is room to write them out."""
        found: tuple[str, str] | None = self.md.references.get(label_key(label))
        if found:
            self.left -= len(found[0]) + len(found[1] or "")
        return found if found and self.left > 0 else None


@dataclass(slots=True)
class _Bracket:
    """A ``[`` or ``![`` that may begin a link: its node, where its text begins, its runs."""

    node: int
    start: int
    runs: int
    is_image: bool
    holds_bracket: bool = False


@dataclass(slots=True)
class _Open:
    tag: str
    attributes: dict[str, str]


@dataclass(slots=True)
class _Close:
    pass


@dataclass(slots=True)
class _Raw:
    html: str


_Node = str | etree.Element | Run | Quote | _Open | _Close | _Raw


class _Inline:
    def __init__(self, inlines: Inlines, text: str) -> None:
        self.text = text
        self.find = inlines.find
        self.typography = inlines.typography
        self.others = _Others(inlines.patterns, text)
        self.nodes: list[_Node] = []
        self.runs: list[Run] = []
        self.brackets: list[_Bracket] = []
        # No link holds another: brackets that begin before this node begin none.
        self.linked = -1
        self.verbatim = False
        self.tags = RawTags(text)
        self.ticks: dict[int, list[int]] | None = None

    def run(self) -> list[_Node]:
        at = start = 0
        while at < len(self.text):
            if start <= at:
                special = _SPECIAL.search(self.text, at)
                start = special.start() if special else len(self.text)
            pattern = None if self.verbatim else self.others.next(at)
            begin = self.others.start(pattern) if pattern and not self.verbatim else None
            if pattern and begin is not None and begin <= start:
                if found := self.others.take(pattern):
                    self.put(self.text[at:begin])
                    self.put(found[0])
                    at = found[1]
                continue
            self.put(self.text[at:start])
            at = self.take(start) if start < len(self.text) else start
        pair(self.runs, 0)
        if self.typography:
            settle((node for node in self.nodes if isinstance(node, Quote)), self.typography)
        return self.nodes

    def put(self, node: _Node) -> None:
        if node != "":
            self.nodes.append(node)

    def take(self, at: int) -> int:
        """Take what begins with a special character, and return the place after it."""
        return self._TAKERS.get(self.text[at], _Inline.take_address)(self, at)

    def take_one(self, at: int) -> int:
        self.put(self.text[at])
        return at + 1

    def take_escape(self, at: int) -> int:
        following = self.text[at + 1 : at + 2]
        if following == "\n":
            return self.take_break(at + 1)
        if following and following in ESCAPABLE:
            self.put(following)
            return at + 2
        return self.take_one(at)

    def take_marker(self, at: int) -> int:
        marker = _MARKER.match(self.text, at)
        self.put(marker[0] if marker else "")
        return marker.end() if marker else at + 1

    def take_code(self, at: int) -> int:
        ticks = _TICKS.match(self.text, at)
        assert ticks
        end = self.closing_ticks(ticks.end(), len(ticks[0]))
        if end is None:
            self.put(ticks[0])
            return ticks.end()
        code = self.text[ticks.end() : end].replace("\n", " ")
        if code.strip(" ") and code[0] == code[-1] == " ":
            code = code[1:-1]
        self.put(_element("code", code))
        return end + len(ticks[0])

    def closing_ticks(self, at: int, length: int) -> int | None:
        if self.ticks is None:
            self.ticks = defaultdict(list)
            for ticks in _TICKS.finditer(self.text):
                self.ticks[len(ticks[0])].append(ticks.start())
        places = self.ticks.get(length, [])
        place = bisect_right(places, at - 1)
        return places[place] if place < len(places) else None

    def take_run(self, at: int) -> int:
        run = make_run(self.text, at)
        self.nodes.append(run)
        self.runs.append(run)
        return at + run.length

    def take_bracket(self, at: int, *, is_image: bool = False) -> int:
        start = at + 1 + is_image
        if self.brackets:
            self.brackets[-1].holds_bracket = True
        self.brackets.append(_Bracket(len(self.nodes), start, len(self.runs), is_image))
        self.put("![" if is_image else "[")
        return start

    def take_bang(self, at: int) -> int:
        if self.text.startswith("![", at):
            return self.take_bracket(at, is_image=True)
        return self.take_one(at)

    def take_closing_bracket(self, at: int) -> int:
        if not self.brackets:
            return self.take_one(at)
        bracket = self.brackets.pop()
        if not bracket.is_image and bracket.node < self.linked:
            return self.take_one(at)
        found = inline_destination(self.text, at + 1) or self.reference(bracket, at)
        if found is None:
            # An inner bracket makes the outer ones' text no label.
            return self.take_one(at)
        address, title, end = found
        self.link(bracket, address, title)
        return end

    def reference(self, bracket: _Bracket, at: int) -> tuple[str, str, int] | None:
        label = LABEL.match(self.text, at + 1)
        if label and label[1].strip():
            text, end = label[1], label.end()
        elif bracket.holds_bracket:
            return None
        else:
            # ``[label]`` alone, or followed by ``[]``.
            text, end = self.text[bracket.start : at], label.end() if label else at + 1
        found = self.find(text)
        return (found[0], found[1] or "", end) if found else None

    def link(self, bracket: _Bracket, address: str, title: str) -> None:
        pair(self.runs, bracket.runs)
        named = {"title": _as_text(title)} if title else {}
        if bracket.is_image:
            words = " ".join("".join(_plain(self.nodes[bracket.node + 1 :])).split())
            image = {"alt": _as_text(words), "src": _as_text(address), **named}
            self.nodes[bracket.node :] = [etree.Element("img", image)]
            return
        self.linked = bracket.node
        self.nodes[bracket.node] = _Open("a", {"href": _as_text(address), **named})
        self.nodes.append(_Close())

    def take_angle(self, at: int) -> int:
        if link := AUTOLINK.match(self.text, at) or EMAIL.match(self.text, at):
            address = link[1]
            scheme = "" if link.re is AUTOLINK else "mailto:"
            self.put(_element("a", address, {"href": _as_text(scheme + address)}))
            return link.end()
        end = self.tags.end_of(at)
        if end is None:
            return self.take_one(at)
        html = self.text[at:end]
        if verbatim := _VERBATIM.match(html):
            self.verbatim = not verbatim[1]
        self.put(_Raw(html))
        return end

    def take_entity(self, at: int) -> int:
        entity = ENTITY.match(self.text, at)
        if entity and (decoded := decode(entity[0])) != entity[0]:
            self.put(decoded)
            return entity.end()
        return self.take_one(at)

    def take_break(self, at: int) -> int:
        broken = self.text[at - 1 : at] == "\\"
        if self.nodes and isinstance(last := self.nodes[-1], str):
            bare = last.rstrip(" ")
            broken = broken or len(last) - len(bare) >= 2
            self.nodes[-1] = bare
        if broken:
            self.put(etree.Element("br"))
        self.put("\n")
        spaces = _SPACES.match(self.text, at + 1)
        return spaces.end() if spaces else at + 1

    def take_address(self, at: int) -> int:
        """Keep an address from being read as Markdown; the page makes a link of it."""
        address = bare_address_at(self.text, at)
        if not address or self.brackets:
            return self.take_one(at)
        self.put(address)
        return at + len(address)

    def take_typography(self, at: int) -> int:
        if self.typography is None or self.verbatim:
            return self.take_one(at)
        node, end = self.typography.take(self.text, at)
        self.put(node)
        return end

    _TAKERS: dict[str, Callable[["_Inline", int], int]] = {  # noqa: RUF012
        "\\": take_escape,
        "`": take_code,
        "*": take_run,
        "_": take_run,
        "~": take_run,
        "[": take_bracket,
        "!": take_bang,
        "]": take_closing_bracket,
        "<": take_angle,
        "&": take_entity,
        "\n": take_break,
        "\x02": take_marker,
        **dict.fromkeys("\"'.:-", take_typography),
    }


class _Others:
    """Patterns that extensions registered, and where each matches next."""

    def __init__(self, patterns: Sequence[InlineProcessor], text: str) -> None:
        self.text = text
        self.found: dict[InlineProcessor, re.Match[str]] = {}
        for pattern in patterns:
            self.look(pattern, 0)

    def look(self, pattern: InlineProcessor, at: int) -> None:
        self.found.pop(pattern, None)
        if match := pattern.compiled_re.search(self.text, at):
            self.found[pattern] = match

    def next(self, at: int) -> InlineProcessor | None:
        """Return the pattern that matches first from a place on."""
        for pattern, match in list(self.found.items()):
            if match.start() < at:
                self.look(pattern, at)
        return min(self.found, key=lambda pattern: self.found[pattern].start(), default=None)

    def start(self, pattern: InlineProcessor) -> int:
        return self.found[pattern].start()

    def take(self, pattern: InlineProcessor) -> tuple[_Node, int] | None:
        """Return what a pattern makes of its match and where that ends, if it wants it."""
        match = self.found[pattern]
        node, _, end = pattern.handleMatch(match, self.text)
        self.look(pattern, match.start() + 1)
        return None if node is None or end is None else (node, end)


def _element(tag: str, text: str, attributes: dict[str, str] | None = None) -> etree.Element:
    element = etree.Element(tag, attributes or {})
    element.text = AtomicString(escape(text, quote=False))
    return element


def _as_text(text: str) -> str:
    """Return text that Python-Markdown's serializer will not take for a character reference."""
    return _ENTITY_LIKE.sub("&amp;", text)


def _plain(nodes: Iterable[_Node]) -> Iterator[str]:
    """Return the words of nodes: what stands for a picture where it cannot be seen."""
    for node in nodes:
        if isinstance(node, str):
            yield _MARKER.sub("", node)
        elif isinstance(node, Run | Quote):
            yield node.text
        elif isinstance(node, etree.Element):
            yield node.get("alt", "") + unescape("".join(node.itertext()))


def _fill(element: etree.Element, nodes: Sequence[_Node], keep: Callable[[str], str]) -> None:
    """Make elements of nodes, before what the element holds already."""
    filling = _Filling(element, keep)
    for node in nodes:
        filling.add(node)
    filling.end()


class _Filling:
    def __init__(self, element: etree.Element, keep: Callable[[str], str]) -> None:
        self.keep = keep
        self.root = element
        self.later = list(element)
        del element[:]
        self.open = [element]
        self.unopened = 0
        self.texts: list[str] = []

    def add(self, node: _Node) -> None:
        match node:
            case str():
                self.texts.append(node)
            case Quote():
                self.texts.append(node.text)
            case _Raw():
                self.texts.append(self.keep(node.html))
            case Run():
                for _ in node.closes:
                    self.close()
                self.texts.append(node.text)
                for tag in reversed(node.opens):
                    self.begin(tag, {})
            case _Open():
                self.begin(node.tag, node.attributes)
            case _Close():
                self.close()
            case _:
                self.flush()
                self.open[-1].append(node)

    def begin(self, tag: str, attributes: dict[str, str]) -> None:
        # Deeper than anybody reads, tags cost more than they say.
        if self.unopened or len(self.open) > DEEPEST:
            self.unopened += 1
            return
        self.flush()
        self.open.append(etree.SubElement(self.open[-1], tag, attributes))

    def close(self) -> None:
        if self.unopened:
            self.unopened -= 1
            return
        self.flush()
        self.open.pop()

    def flush(self) -> None:
        text = _as_text("".join(self.texts))
        self.texts.clear()
        if not text:
            return
        inside = self.open[-1]
        if len(inside):
            inside[-1].tail = (inside[-1].tail or "") + text
        else:
            inside.text = (inside.text or "") + text

    def end(self) -> None:
        self.flush()
        self.root.extend(self.later)
