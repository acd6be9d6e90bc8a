"""Whether Markdown says what the HTML said: both as trees of blocks, compared."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from html import escape

from blogapp.text.captions import caption
from blogapp.text.extending import make_markdown
from blogapp.text.sanitizing import sanitize
from blogapp.text.templating import resolve
from blogapp.text.tokens import VOID, Tag, tokens

# One block: its elements, words and line ends in order, without what depends on how it is typed.
Shape = tuple[tuple[str, ...], ...]

# More blocks than this are not searched for where two texts meet again.
_MOST_ALIGNED = 2_000
_SAME = {"b": "strong", "i": "em", "s": "del"}


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_SEEN_THROUGH = _words(
    "div span section article aside header footer thead tbody tfoot colgroup col small samp"
)
_INLINE = _words(
    "a abbr bdi bdo cite code del dfn em ins kbd mark q ruby rp rt strong sub sup time u var"
)
_TOLD = {
    "a": ("href", "title"),
    "abbr": ("title",),
    "audio": ("src",),
    "img": ("src", "alt", "title"),
    "li": ("value",),
    "ol": ("start", "reversed"),
    "pre": ("title",),
    "source": ("src",),
    "td": ("colspan", "rowspan"),
    "th": ("colspan", "rowspan"),
    "video": ("src",),
}
_ADDRESS = {"href", "src"}
_WORD = re.compile(r"[ \t\r\n\f\v]+|[^ \t\r\n\f\v]+")
_BREAK, _SPACE = ("/",), (" ",)


@dataclass
class Shapes:
    """The blocks of a text, and its footnotes."""

    blocks: list[Shape] = field(default_factory=list)
    notes: list[Shape] = field(default_factory=list)


def shapes_of_markdown(text: str) -> Shapes:
    """Return what the blog's renderer makes of ``text``, before it is dressed for a page."""
    html = make_markdown(_code, language="zxx").convert(resolve(text).text)
    return shapes_of_html(html)


def shapes_of_html(html: str) -> Shapes:
    return _Reading(caption(list(tokens(sanitize(html))))).run()


def differing(wanted: Sequence[Shape], got: Sequence[Shape]) -> set[int]:
    """Return which of ``wanted`` did not come out as they should, by number."""
    start, end = 0, 0
    shortest = min(len(wanted), len(got))
    while start < shortest and wanted[start] == got[start]:
        start += 1
    while end < shortest - start and wanted[-1 - end] == got[-1 - end]:
        end += 1
    last = len(wanted) - end
    if start == last and len(wanted) == len(got):
        return set()
    around = {number for number in (start - 1, last) if 0 <= number < len(wanted)}
    if last - start > _MOST_ALIGNED:
        return set(range(start, last)) | around
    # Something that was not asked for came of the blocks around it.
    bad = around if start == last else set[int]()
    middle = got[start : len(got) - end]
    for kind, low, high, _, _ in SequenceMatcher(
        None, wanted[start:last], middle, autojunk=False
    ).get_opcodes():
        if kind == "insert":
            bad |= {start + low - 1, start + low} & set(range(len(wanted)))
        elif kind != "equal":
            bad |= set(range(start + low, start + high))
    return bad


def _code(text: str, info: str) -> str:
    language = f' title="{escape(info)}"' if info else ""
    return f"<pre{language}>{escape(text)}</pre>"


class _Reading:
    def __init__(self, parts: Iterable[Tag | str]) -> None:
        self.parts = list(parts)
        self.at = 0
        self.found = Shapes()
        self.open: list[str] = []
        self.events: list[tuple[str, ...]] = []

    def run(self) -> Shapes:
        while self.at < len(self.parts):
            part = self.parts[self.at]
            if isinstance(part, str):
                self._words(part)
            elif part.name == "section" and "footnotes" in part.classes and not part.closing:
                self._end_block()
                self._read_notes()
            elif part.name == "sup" and not part.closing and (number := self._note_mark()):
                self.events.append(("note", number))
                self.at = self._closing(self.at)
            elif part.name == "pre" and not part.closing:
                self._read_code(part)
            else:
                self._tag(part)
            self.at += 1
        self._end_block()
        return self.found

    def _words(self, text: str) -> None:
        for word in _WORD.findall(text):
            self.events.append(_SPACE if word.isspace() and word != "\xa0" else ("w", word))

    def _tag(self, tag: Tag) -> None:
        name = _SAME.get(tag.name, tag.name)
        id = "" if tag.closing or name == "sup" else tag.attributes.get("id", "")
        anchor = [("id", id)] if id else []
        if name in _SEEN_THROUGH or (name == "code" and "pre" in self.open):
            task = {"task", "task--done"} & set(tag.classes)
            if task and not tag.closing:
                self.events.append(("w", "☑" if "task--done" in task else "☐"))
            self.events += anchor
            return
        if name in _INLINE or name in ("br", "img", "wbr"):
            self.events += [*anchor, self._event(tag, name)]
            return
        if not self.open and not tag.closing:
            self._end_block()
        self.events.append(_BREAK)
        if name != "p":
            self.events.append(self._event(tag, name))
        self.events += [_BREAK, *anchor]
        if tag.closing:
            if name in self.open:
                while self.open.pop() != name:
                    pass
            if not self.open:
                self._end_block()
        elif name not in VOID:
            self.open.append(name)
        elif not self.open:
            self._end_block()

    def _event(self, tag: Tag, name: str) -> tuple[str, ...]:
        if tag.closing:
            return ("-", name)
        told = []
        for key in _TOLD.get(name, ()):
            value = tag.attributes.get(key, "")
            if key in _ADDRESS:
                value = re.sub(r"\s", "%20", value).replace("{", "%7B").replace("\\", "%5C")
                value = value.replace("<", "%3C").replace(">", "%3E")
            told.append("" if (key, value) in (("start", "1"), ("colspan", "1")) else value)
        return ("+", name, *(" ".join(value.split()) for value in told))

    def _read_code(self, tag: Tag) -> None:
        if not self.open:
            self._end_block()
        end = self._closing(self.at)
        inside = self.parts[self.at + 1 : end]
        told = [self._event(part, part.name) for part in inside if isinstance(part, Tag)]
        text = "".join(part for part in inside if isinstance(part, str))
        links = [event for event in told if event[1] in ("a", "img")]
        self.events += [
            _BREAK,
            (*self._event(tag, "pre"), text.strip("\n").rstrip()),
            *links,
            _BREAK,
        ]
        self.at = end
        if not self.open:
            self._end_block()

    def _note_mark(self) -> str:
        if (title := self.parts[self.at].attributes.get("title", "")).startswith("note-"):  # type: ignore[union-attr]
            return title.removeprefix("note-")
        match self.parts[self.at : self.at + 3]:
            case [_, Tag(name="a") as link, str() as number] if "footnotes__mark" in link.classes:
                return number
        return ""

    def _read_notes(self) -> None:
        end = self._closing(self.at)
        inside = self.parts[self.at + 1 : end]
        self.at = end
        depth, item = 0, list[Tag | str]()
        skipping = False
        for part in inside:
            if (
                isinstance(part, Tag)
                and part.name == "a"
                and (skipping or "footnotes__back" in part.classes)
            ):
                skipping = not part.closing
                continue
            if skipping:
                continue
            if isinstance(part, Tag) and part.name == "li":
                depth += -1 if part.closing else 1
                if depth == 0 or (depth == 1 and not part.closing):
                    if part.closing:
                        self.found.notes.append(_joined(_Reading(_without_end(item)).run().blocks))
                    item = []
                    continue
            if depth:
                item.append(part)

    def _closing(self, at: int) -> int:
        """Return where the element ends that begins at ``at``."""
        name, depth = self.parts[at].name, 0  # type: ignore[union-attr]
        for place in range(at, len(self.parts)):
            part = self.parts[place]
            if isinstance(part, Tag) and part.name == name:
                depth += -1 if part.closing else 1
                if not depth:
                    return place
        return len(self.parts) - 1

    def _end_block(self) -> None:
        if shape := _settled(self.events):
            self.found.blocks.append(shape)
        self.events, self.open = [], []


def note_shape(html: str) -> Shape:
    """Return the shape of a footnote, which has no blocks of its own number."""
    return _joined(shapes_of_html(html).blocks)


def _joined(blocks: Iterable[Shape]) -> Shape:
    return tuple(event for block in blocks for event in (*block, _BREAK))[:-1]


def _without_end(parts: list[Tag | str]) -> list[Tag | str]:
    """Return a note without the space that stood before the way back."""
    return [part.rstrip("\xa0") if isinstance(part, str) else part for part in parts]


def _settled(events: list[tuple[str, ...]]) -> Shape:
    """Return events with each space where it shows, and none where it does not."""
    moved: list[tuple[str, ...]] = []
    for event in events:
        if event[0] == "-" and event[1] in _INLINE and moved and moved[-1] == _SPACE:
            moved[-1:] = [event, _SPACE]
        else:
            moved.append(event)
    settled: list[tuple[str, ...]] = []
    for event in reversed(moved):
        if event[0] == "+" and event[1] in _INLINE and settled and settled[-1] == _SPACE:
            settled[-1:] = [event, _SPACE]
        else:
            settled.append(event)
    settled.reverse()
    return tuple(_joined_words(_without_edges(settled)))


def _without_edges(events: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    kept: list[tuple[str, ...]] = []
    for event in events:
        if _is_edge(event):
            while kept and (kept[-1] in (_SPACE, ("+", "br"))) and event != ("+", "br"):
                kept.pop()
            if event == ("+", "br"):
                if kept and kept[-1] == _SPACE:
                    kept.pop()
                if not kept or kept[-1] == _BREAK:
                    continue
            if event == _BREAK and (not kept or kept[-1] == _BREAK):
                continue
        elif event == _SPACE and (not kept or kept[-1] == _SPACE or _is_edge(kept[-1])):
            continue
        kept.append(event)
    while kept and kept[-1] in (_SPACE, _BREAK, ("+", "br")):
        kept.pop()
    return _without_needless_breaks(kept)


def _is_edge(event: tuple[str, ...]) -> bool:
    if event == _BREAK:
        return True
    return event[0] in "+-" and event[1] not in _INLINE and event[1] not in ("img", "wbr")


def _without_needless_breaks(events: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Leave only breaks between words: beside a block's own tag there is one anyway."""
    kept: list[tuple[str, ...]] = []
    for place, event in enumerate(events):
        after = events[place + 1] if place + 1 < len(events) else _BREAK
        beside = (kept[-1] if kept else _BREAK, after)
        if event == _BREAK and any(
            other == _BREAK or (_is_edge(other) and other != ("+", "br")) for other in beside
        ):
            continue
        kept.append(event)
    return kept


def _joined_words(events: list[tuple[str, ...]]) -> Iterable[tuple[str, ...]]:
    text = ""
    for event in events:
        if event[0] in ("w", " "):
            text += event[1] if event[0] == "w" else " "
            continue
        if text:
            yield ("w", text)
            text = ""
        yield event
    if text:
        yield ("w", text)
