"""How Python-Markdown is set up here: fewer rules of its own, and bounds on the rest."""

import re
import xml.etree.ElementTree as etree
from collections.abc import Callable
from html import unescape

from markdown import Markdown
from markdown.blockparser import BlockParser
from markdown.blockprocessors import BlockProcessor, ReferenceProcessor
from markdown.extensions import Extension
from markdown.extensions.abbr import AbbrBlockprocessor, AbbrTreeprocessor
from markdown.extensions.attr_list import AttrListTreeprocessor
from markdown.extensions.def_list import DefListExtension
from markdown.extensions.footnotes import FootnoteExtension
from markdown.extensions.tables import TableExtension, TableProcessor
from markdown.inlinepatterns import (
    IMAGE_REFERENCE_RE,
    REFERENCE_RE,
    ImageReferenceInlineProcessor,
    ReferenceInlineProcessor,
    ShortImageReferenceInlineProcessor,
    ShortReferenceInlineProcessor,
)
from markdown.preprocessors import Preprocessor
from markdown.treeprocessors import InlineProcessor, Treeprocessor
from markdown.util import AtomicString
from pymdownx.tilde import DeleteSubExtension

from blogapp.text.bounding import is_written_by_people, runs
from blogapp.text.preparing import HEADING_MARK, TIGHT, prepare

PUNCTUATION = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"
MOST_CELLS = 50_000
MOST_TICKS = 300
MOST_BLOCKS = 500
MOST_ABBREVIATIONS = 100
LONGEST_EXPANSION = 500_000
_PLACE = re.compile("\\s*\x02wzxhzdk:[0-9]+\x03\\s*")
_HTML_ONLY = re.compile("\x02wzxhzdk:[0-9]+\x03(?:\x02qq\\w+\x03)?")
# What `preparing` has turned into HTML before these could see it.
_DONE_BEFORE = ["code", "hashheader", "hr", "indent", "olist", "quote", "setextheader", "ulist"]
_CODE_MARKER = re.compile("\x02klzzwxh:([0-9]+)\x03")


def make_markdown(code: Callable[[str, str], str]) -> Markdown:
    """Return a converter for one body; ``code(text, info)`` makes the HTML of a code block."""
    return Markdown(
        output_format="html",
        extensions=[
            FootnoteExtension(SEPARATOR="-"),
            DefListExtension(),
            TableExtension(use_align_attribute=True),
            DeleteSubExtension(subscript=False),
            _OwnRules(code),
        ],
    )


class _OwnRules(Extension):
    def __init__(self, code: Callable[[str, str], str]) -> None:
        super().__init__()
        self.code = code

    def extendMarkdown(self, md: Markdown) -> None:
        md.block_level_elements = [*md.block_level_elements, "copy-code"]
        md.ESCAPED_CHARS = list(PUNCTUATION)
        md.parser = _PatientParser(md)
        md.preprocessors.deregister("html_block")
        md.preprocessors.deregister("normalize_whitespace")
        md.preprocessors.register(_Blocks(md, self.code), "blocks", 30)
        for name in _DONE_BEFORE:
            md.parser.blockprocessors.deregister(name)
        abbreviations: dict[str, str] = {}
        budget = _Budget()
        for name, processor, priority in (
            ("place", _Places(md.parser), 95),
            ("heading", _Headings(md.parser), 90),
            ("table", _Tables(md.parser, {"use_align_attribute": True}), 75),
            ("abbr", _Abbreviations(md.parser, abbreviations), 16),
            ("reference", _Definitions(md.parser), 15),
            ("tight", _TightParagraphs(md.parser), 11),
        ):
            md.parser.blockprocessors.register(processor, name, priority)
        _register_references(md, budget)
        # Before "prettify" (10) puts a line end behind every block: each would be looked up.
        md.treeprocessors.register(_Abbreviated(md, abbreviations, budget), "abbr", 12)
        md.treeprocessors.register(_Bounds(md, abbreviations), "bounds", 25)
        md.treeprocessors.register(_Notes(md), "notes", 14)
        md.treeprocessors.register(_Attributes(md), "attr_list", 8)


class _Blocks(Preprocessor):
    def __init__(self, md: Markdown, code: Callable[[str, str], str]) -> None:
        super().__init__(md)
        self.code = code

    def run(self, lines: list[str]) -> list[str]:
        prepared = prepare(lines, keep=self.md.htmlStash.store, code=self.code)
        # Python-Markdown splits at two line ends; a third would begin the next block.
        # One at the end would be an empty row to a table.
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
        etree.SubElement(parent, "p").text = AtomicString(blocks.pop(0).strip())


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
        # No such element exists, so the sanitiser leaves only what is in it.
        etree.SubElement(parent, "x-tight").text = blocks.pop(0).lstrip(TIGHT)


class _Tables(TableProcessor):
    def test(self, parent: etree.Element, block: str) -> bool:
        # Short rows are filled up: a wide head over many of them would grow without end.
        header, _, rows = block.partition("\n")
        cells = (header.count("|") + 1) * (rows.count("\n") + 1)
        # Finding code in a row costs the square of its backticks.
        ticks = max(line.count("`") for line in block.split("\n"))
        return cells <= MOST_CELLS and ticks <= MOST_TICKS and bool(super().test(parent, block))


class _Abbreviations(AbbrBlockprocessor):
    def test(self, parent: etree.Element, block: str) -> bool:
        return block.startswith("*[") and len(self.abbrs) < MOST_ABBREVIATIONS


class _Definitions(ReferenceProcessor):
    def test(self, parent: etree.Element, block: str) -> bool:
        return block.lstrip().startswith("[")


class _Budget:
    """What may still be written in place of short references and abbreviations."""

    def __init__(self) -> None:
        self.left = LONGEST_EXPANSION

    def allows(self, *texts: str) -> bool:
        self.left -= sum(map(len, texts))
        return self.left > 0


class _ByLabel(ReferenceInlineProcessor):
    """References whose labels may hold code, and which cannot blow a page up."""

    def __init__(self, pattern: str, md: Markdown, budget: _Budget) -> None:
        super().__init__(pattern, md)
        self.budget = budget

    def evalId(self, data: str, index: int, text: str) -> tuple[str | None, int, bool]:
        label, end, handled = super().evalId(data, index, text)
        return label and _CODE_MARKER.sub(self._as_written, label), end, handled

    def makeTag(self, href: str, title: str, text: str) -> etree.Element:
        if self.budget.allows(href, title or ""):
            return super().makeTag(href, title, text)
        unlinked = etree.Element("x-run")
        unlinked.text = text
        return unlinked

    def _as_written(self, marker: re.Match[str]) -> str:
        inline = self.md.treeprocessors["inline"]
        node = inline.stashed_nodes.get(marker[1]) if isinstance(inline, InlineProcessor) else None
        code = node.text if isinstance(node, etree.Element) else None
        return f"`{unescape(code or '')}`".lower()


class _Reference(_ByLabel, ReferenceInlineProcessor):
    pass


class _ImageReference(_ByLabel, ImageReferenceInlineProcessor):
    pass


class _ShortReference(_ByLabel, ShortReferenceInlineProcessor):
    pass


class _ShortImageReference(_ByLabel, ShortImageReferenceInlineProcessor):
    pass


def _register_references(md: Markdown, budget: _Budget) -> None:
    link, image = REFERENCE_RE, IMAGE_REFERENCE_RE
    for processor, name, priority in (
        (_Reference(link, md, budget), "reference", 170),
        (_ImageReference(image, md, budget), "image_reference", 140),
        (_ShortReference(link, md, budget), "short_reference", 130),
        (_ShortImageReference(image, md, budget), "short_image_ref", 125),
    ):
        md.inlinePatterns.register(processor, name, priority)


class _Abbreviated(AbbrTreeprocessor):
    def __init__(self, md: Markdown, abbreviations: dict[str, str], budget: _Budget) -> None:
        super().__init__(md, abbreviations)
        self.budget = budget

    def create_element(self, title: str, text: str, tail: str) -> etree.Element:
        element = super().create_element(title, text, tail)
        if not self.budget.allows(title):
            element.attrib.pop("title")
        return element


class _Bounds(Treeprocessor):
    def __init__(self, md: Markdown, abbreviations: dict[str, str]) -> None:
        super().__init__(md)
        self.abbreviations = abbreviations

    def run(self, root: etree.Element) -> None:
        for element in list(root.iter()):
            text = element.text
            if not text or isinstance(text, AtomicString):
                continue
            first, *others = (
                run if is_written_by_people(run) else AtomicString(run)
                for run in runs(text, short=bool(self.abbreviations))
            )
            element.text = first
            for place, run in enumerate(others):
                piece = etree.Element("x-run")
                piece.text = run
                element.insert(place, piece)


class _Notes(Treeprocessor):
    def run(self, root: etree.Element) -> None:
        for element in root.iter():
            css_class = element.get("class")
            if css_class == "footnote":
                _make_section(element)
            elif css_class == "footnote-ref":
                element.set("class", "footnotes__mark")
                element.set("role", "doc-noteref")
            elif element.tag == "p" and _HTML_ONLY.fullmatch(element.text or "") and len(element):
                # A block that ends a note: the way back cannot stand in its paragraph.
                element.tag = "x-run"
            elif css_class == "footnote-backref":
                element.attrib.pop("title", None)
                element.set("class", "footnotes__back")
                element.set("role", "doc-backlink")
                element.set("aria-label", "Back to the text")


def _make_section(notes: etree.Element) -> None:
    notes.tag = "section"
    notes.set("class", "footnotes")
    notes.set("aria-label", "Footnotes")
    for rule in notes.findall("hr"):
        notes.remove(rule)


class _Attributes(AttrListTreeprocessor):
    """Attributes only where they are meant: ``{#id}``, ``{.class}``, ``{: …}``, no other braces."""

    _BASE = r"\{(?::[ ]*|(?=[#.]))([^\}\n ][^\n\}]*)[ ]*\}"
    HEADER_RE = re.compile(rf"[ ]+{_BASE}[ ]*$")  # type: ignore[misc]
    BLOCK_RE = re.compile(rf"\n[ ]*{_BASE}[ ]*$")  # type: ignore[misc]
    INLINE_RE = re.compile(rf"^{_BASE}")  # type: ignore[misc]
