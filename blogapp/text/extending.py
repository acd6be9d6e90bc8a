"""How Python-Markdown is set up here: fewer rules of its own, and bounds on the rest."""

import re
import xml.etree.ElementTree as etree
from collections.abc import Callable
from itertools import islice
from typing import Any

from markdown import Markdown
from markdown.blockparser import BlockParser
from markdown.blockprocessors import BlockProcessor
from markdown.extensions import Extension
from markdown.extensions.attr_list import AttrListTreeprocessor
from markdown.extensions.def_list import DefListExtension
from markdown.extensions.footnotes import FootnoteExtension
from markdown.inlinepatterns import InlineProcessor
from markdown.postprocessors import Postprocessor
from markdown.preprocessors import Preprocessor
from markdown.treeprocessors import Treeprocessor
from markdown.util import AtomicString

from blogapp.text.formulas import Formulas
from blogapp.text.inline_patterns import label_key
from blogapp.text.inlining import LONGEST_EXPANSION, Inlines
from blogapp.text.preparing import HEADING_MARK, TIGHT, prepare
from blogapp.text.typography import typography_of

_NO_ELEMENTS = re.compile("</?x-(?:run|tight)>")
MOST_BLOCKS = 500
MOST_ABBREVIATIONS = 100
_PLACE = re.compile("\x02wzxhzdk:[0-9]+\x03\\s*")
# What `preparing` and `inlining` do instead.
_BLOCKS_DONE = ["code", "hashheader", "hr", "indent", "olist", "quote", "reference"]
_BLOCKS_DONE += ["setextheader", "ulist"]
_INLINE_DONE = ["backtick", "escape", "reference", "link", "image_link", "image_reference"]
_INLINE_DONE += ["short_reference", "short_image_ref", "autolink", "automail", "linebreak"]
_INLINE_DONE += ["html", "entity", "em_strong"]


def make_markdown(code: Callable[[str, str], str], *, language: str = "") -> Markdown:
    """Return a converter for one body; ``code(text, info)`` makes the HTML of a code block.

    ``language`` (BCP 47) says what quotation marks look like; with "zxx", no linguistic
    content, all marks stay as they were typed.
    """
    notes = FootnoteExtension(SEPARATOR="-", USE_DEFINITION_ORDER=False, PLACE_MARKER="\x07")
    rules = _OwnRules(code, notes, language)
    return Markdown(output_format="html", extensions=[notes, DefListExtension(), Formulas(), rules])


class _OwnRules(Extension):
    def __init__(
        self, code: Callable[[str, str], str], notes: FootnoteExtension, language: str
    ) -> None:
        super().__init__()
        self.code = code
        self.notes = notes
        self.typography = typography_of(language)

    def extendMarkdown(self, md: Markdown) -> None:
        md.parser = _PatientParser(md)
        md.preprocessors.deregister("html_block")
        md.preprocessors.deregister("normalize_whitespace")
        md.preprocessors.register(_Blocks(md, self.code), "blocks", 30)
        for name in _BLOCKS_DONE:
            md.parser.blockprocessors.deregister(name)
        for name in _INLINE_DONE:
            md.inlinePatterns.deregister(name)
        for name, processor, priority in (
            ("place", _Places(md.parser), 95),
            ("heading", _Headings(md.parser), 90),
            ("tight", _TightParagraphs(md.parser), 11),
        ):
            md.parser.blockprocessors.register(processor, name, priority)
        md.inlinePatterns.register(_NoteMarks(self.notes), "footnote", 175)
        md.treeprocessors.deregister("unescape")
        md.treeprocessors.register(Inlines(md, self.typography), "inline", 20)
        md.treeprocessors.register(_Notes(md, self.notes), "notes", 14)
        md.treeprocessors.register(_Attributes(md), "attr_list", 8)
        md.postprocessors.register(_Unwrapped(md), "unwrapped", 40)


class _Blocks(Preprocessor):
    def __init__(self, md: Markdown, code: Callable[[str, str], str]) -> None:
        super().__init__(md)
        self.code = code

    def run(self, lines: list[str]) -> list[str]:
        references: dict[str, tuple[str, str]] = self.md.references
        abbreviations: dict[str, str] = {}
        prepared = prepare(
            lines,
            keep=self.md.htmlStash.store,
            code=self.code,
            define=lambda label, *place: references.setdefault(label_key(label), place),
            abbreviate=abbreviations.__setitem__,
        )
        if abbreviations:
            self.md.inlinePatterns.register(_Abbreviated(abbreviations), "abbr", 7)
        # Python-Markdown splits at two line ends; a third would begin the next block.
        lines = [
            line for line, before in zip(prepared, ["", *prepared], strict=False) if line or before
        ]
        return lines if lines[-1:] != [""] else lines[:-1]


class _PatientParser(BlockParser):
    """Processors take the first of a list over and over: they are handed short lists."""

    def __init__(self, md: Markdown) -> None:
        super().__init__(md)
        self.blockprocessors = md.parser.blockprocessors

    def parseChunk(self, parent: etree.Element, text: str) -> None:
        blocks = text.split("\n\n")
        start = 0
        while start < len(blocks):
            end = start + MOST_BLOCKS
            while end < len(blocks) and blocks[end].startswith("    "):
                end += 1
            self.parseBlocks(parent, blocks[start:end])
            start = end


class _Places(BlockProcessor):
    def test(self, parent: etree.Element, block: str) -> bool:
        return _PLACE.fullmatch(block) is not None

    def run(self, parent: etree.Element, blocks: list[str]) -> None:
        etree.SubElement(parent, "x-run").text = AtomicString(blocks.pop(0).strip())


class _Headings(BlockProcessor):
    def test(self, parent: etree.Element, block: str) -> bool:
        return block.startswith(HEADING_MARK)

    def run(self, parent: etree.Element, blocks: list[str]) -> None:
        block = blocks.pop(0)
        etree.SubElement(parent, f"h{block[1]}").text = block[2:]


class _TightParagraphs(BlockProcessor):
    def test(self, parent: etree.Element, block: str) -> bool:
        return block.startswith(TIGHT)

    def run(self, parent: etree.Element, blocks: list[str]) -> None:
        etree.SubElement(parent, "x-tight").text = blocks.pop(0).lstrip(TIGHT)


class _NoteMarks(InlineProcessor):
    """The marks of notes, numbered in the order of their use."""

    def __init__(self, notes: FootnoteExtension) -> None:
        super().__init__(r"\[\^([^\s\[\]]+)\]")
        self.notes = notes
        self.numbers: dict[str, int] = {}
        self.marks: dict[str, int] = {}

    def handleMatch(self, m: re.Match[str], data: str) -> Any:  # type: ignore[override]
        id = m[1]
        if id not in self.notes.footnotes:
            return None, None, None
        number = self.numbers.setdefault(id, len(self.numbers) + 1)
        if number > len(self.notes.footnote_order):
            self.notes.footnote_order.append(id)
        self.marks[id] = self.marks.get(id, 0) + 1
        place = f"fnref{self.marks[id] if self.marks[id] > 1 else ''}-{id}"
        self.notes.found_refs[f"fnref-{id}"] = self.marks[id]
        mark = etree.Element("sup", {"id": place})
        link = {"href": f"#{self.notes.makeFootnoteId(id)}", "class": "footnote-ref"}
        etree.SubElement(mark, "a", link).text = AtomicString(str(number))
        return mark, m.start(), m.end()


class _Abbreviated(InlineProcessor):
    """The words that ``*[word]: …`` explains."""

    def __init__(self, abbreviations: dict[str, str]) -> None:
        known = sorted(islice(abbreviations, MOST_ABBREVIATIONS), key=len, reverse=True)
        first = "".join(re.escape(letter) for letter in {word[0] for word in known})
        words = "|".join(map(re.escape, known))
        super().__init__(rf"(?<!\w)(?=[{first}])(?:{words})(?!\w)")
        self.abbreviations = abbreviations
        self.met: set[str] = set()
        self.left = LONGEST_EXPANSION

    def handleMatch(self, m: re.Match[str], data: str) -> Any:  # type: ignore[override]
        title = self.abbreviations[m[0]]
        self.left -= len(title)
        if self.left < 0:
            return None, None, None
        # The first of each can be reached without a pointer; more would be in the way.
        reached = {} if m[0] in self.met else {"tabindex": "0"}
        self.met.add(m[0])
        element = etree.Element("abbr", {"title": title, **reached})
        element.text = m[0]
        return element, m.start(), m.end()


class _Notes(Treeprocessor):
    def __init__(self, md: Markdown, notes: FootnoteExtension) -> None:
        super().__init__(md)
        self.notes = notes

    def run(self, root: etree.Element) -> None:
        for element in root.iter():
            css_class = element.get("class")
            for link in [child for child in element if self.leads_nowhere(child)]:
                element.remove(link)
            if css_class == "footnote":
                _make_section(element)
            elif css_class == "footnote-ref":
                element.set("class", "footnotes__mark")
                element.set("role", "doc-noteref")
            elif css_class == "footnote-backref":
                element.attrib.pop("title", None)
                element.set("class", "footnotes__back")
                element.set("role", "doc-backlink")
                element.set("aria-label", "Back to the text")

    def leads_nowhere(self, link: etree.Element) -> bool:
        """Tell whether a link leads back to where no mark of its note stands."""
        place = link.get("href", "")[1:] if link.get("class") == "footnote-backref" else ""
        return place.startswith("fnref-") and place not in self.notes.found_refs


def _make_section(notes: etree.Element) -> None:
    notes.tag = "section"
    notes.set("class", "footnotes")
    notes.set("aria-label", "Footnotes")
    for rule in notes.findall("hr"):
        notes.remove(rule)


class _Unwrapped(Postprocessor):
    """Takes the elements away that stood for none: they would close what HTML left open."""

    def run(self, text: str) -> str:
        return _NO_ELEMENTS.sub("", text)


class _Attributes(AttrListTreeprocessor):
    """Attributes only where they are meant: ``{#id}``, ``{.class}``, ``{: …}``, no other braces."""

    _BASE = r"\{(?::[ ]*|(?=[#.]))([^\}\n ][^\n\}]*)[ ]*\}"
    HEADER_RE = re.compile(rf"[ ]+{_BASE}[ ]*$")  # type: ignore[misc]
    BLOCK_RE = re.compile(rf"\n[ ]*{_BASE}[ ]*$")  # type: ignore[misc]
    INLINE_RE = re.compile(rf"^{_BASE}")  # type: ignore[misc]
