"""Reading XML that strangers wrote: part by part, in bounded memory, mending what can be mended.

Nothing outside the file is ever asked for, and no entity of its own is ever expanded.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from blogapp.importing.errors import BrokenXml
from blogapp.importing.mending import Mending

# Of one part: its text, and what its elements weigh in memory.
MOST_OF_A_PART = 32_000_000
DEEPEST = 200

_ELEMENT_WEIGHT, _ATTRIBUTE_WEIGHT = 200, 100
# A tag or a comment is kept whole by the parser, and looked through again with every chunk.
_LONGEST_TAG = 4_000_000

XML: Final = "http://www.w3.org/XML/1998/namespace"
# Of prefixes that some exports use without saying what they stand for.
_USUAL_PREFIXES = {
    "atom": "http://www.w3.org/2005/Atom",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "dcterms": "http://purl.org/dc/terms/",
    "excerpt": "http://wordpress.org/export/1.2/excerpt/",
    "itunes": "http://www.itunes.com/dtds/podcast-1.0.dtd",
    "media": "http://search.yahoo.com/mrss/",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "slash": "http://purl.org/rss/1.0/modules/slash/",
    "thr": "http://purl.org/syndication/thread/1.0",
    "wfw": "http://wellformedweb.org/CommentAPI/",
    "wp": "http://wordpress.org/export/1.2/",
    "xhtml": "http://www.w3.org/1999/xhtml",
}


@dataclass(frozen=True, kw_only=True)
class Around:
    """An element that holds parts: its name and attributes."""

    name: str
    attributes: dict[str, str]


@dataclass(frozen=True, kw_only=True)
class Part:
    """An element of the file with all that is in it; names are like ``{namespace}local``."""

    element: Element
    line: int  # where it begins, from 1
    around: tuple[Around, ...]  # the elements it stands in, outermost first
    cut: bool  # it was longer than `MOST_OF_A_PART`; the end is missing


class XmlFile:
    """A file of XML whose ``containers`` are opened and whose other elements come as parts.

    A container (a local name: ``rss``, ``channel``, ``feed``) counts where everything around
    it is one. `notes` says by line what was mended, when `parts` has come to its end.
    """

    def __init__(self, path: Path, containers: Collection[str]) -> None:
        self.path = path
        self._mending = Mending()
        self._building = _Building(containers)

    @property
    def notes(self) -> list[tuple[int, str]]:
        return self._mending.notes()

    def parts(self) -> Iterator[Part]:
        """Yield each part when it is complete.

        Raises `BrokenXml`, with the line, after the parts before it: for what is no XML, ends
        in the middle, declares entities, is nested too deep or longer than `mending.MOST_BYTES`.
        """
        for text in self._mending.texts(self.path):
            yield from self._building.feed(text)
            if self._building.has_ended:
                break
        yield from self._building.close()


class _Building:
    """Follows the parser's events and builds one part at a time."""

    def __init__(self, containers: Collection[str]) -> None:
        self.containers = containers
        self.around: list[Around] = []
        self.done: list[Part] = []
        self.has_begun = self.has_ended = False
        self.builder: TreeBuilder | None = None
        self.line = self.depth = self.started = self.weight = self.quiet = 0
        self.scopes: list[dict[str, str]] = [{"": "", "xml": XML}]
        self.parser = self._parser()

    def feed(self, text: str) -> Iterator[Part]:
        self.quiet += len(text)
        try:
            self._parse(text)
        except BrokenXml:
            yield from self._take()
            raise
        if self.quiet > _LONGEST_TAG:
            raise BrokenXml("holds a tag or a comment of several megabytes", self._line())
        yield from self._take()

    def close(self) -> Iterator[Part]:
        if not self.has_ended:
            if not self.has_begun:
                raise BrokenXml("holds no XML")
            raise BrokenXml("ends in the middle; the file is not complete", self._line())
        yield from self._take()

    def _take(self) -> Iterator[Part]:
        done, self.done = self.done, []
        yield from done

    def _parser(self) -> expat.XMLParserType:
        parser = expat.ParserCreate("utf-8")
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        parser.CommentHandler = self._text_of_nobody
        parser.EntityDeclHandler = self._refuse_declaration
        parser.AttlistDeclHandler = self._refuse_declaration
        return parser

    def _parse(self, text: str) -> None:
        try:
            self.parser.Parse(text)
        except expat.ExpatError as error:
            if self.has_ended:  # what stands after the last tag is nobody's
                return
            reason = expat.ErrorString(error.code)
            raise BrokenXml(f"is no XML ({reason})", error.lineno) from error

    def _line(self) -> int:
        return self.parser.CurrentLineNumber

    def _refuse_declaration(self, *_: object) -> None:
        raise BrokenXml("declares entities or attributes of its own; refused", self._line())

    def _start(self, name: str, given: dict[str, str]) -> None:
        self.quiet, self.has_begun = 0, True
        if len(self.scopes) > DEEPEST:
            raise BrokenXml("is nested too deep", self._line())
        self._open_scope(given)
        name = self._name(name, is_element=True)
        attributes = {self._name(key): value for key, value in given.items()}
        if self.builder is None:
            if name.rpartition("}")[2] in self.containers:
                self._refuse_long(attributes)
                self.around.append(Around(name=name, attributes=attributes))
                return
            self.builder = TreeBuilder()
            self.line, self.depth, self.started, self.weight = self._line(), 0, 0, 0
        self.depth += 1
        self.weight += _ELEMENT_WEIGHT + len(name) + sum(map(_weigh, attributes.items()))
        if self.weight <= MOST_OF_A_PART or self.depth == 1:
            self.builder.start(name, attributes)
            self.started = self.depth

    def _text(self, text: str) -> None:
        self.quiet = 0
        if self.builder is not None:
            self.weight += len(text)
            if self.weight <= MOST_OF_A_PART:
                self.builder.data(text)

    def _end(self, name: str) -> None:
        self.quiet = 0
        if self.builder is None:
            self.around.pop()
        else:
            self._end_of_part(self.builder, self._name(name, is_element=True))
        self.scopes.pop()
        self.has_ended = len(self.scopes) == 1

    def _end_of_part(self, builder: TreeBuilder, name: str) -> None:
        if self.depth == self.started:
            builder.end(name)
            self.started -= 1
        self.depth -= 1
        if self.depth == 0:
            element = builder.close()
            cut = self.weight > MOST_OF_A_PART
            self.builder = None
            self.done.append(
                Part(element=element, line=self.line, around=tuple(self.around), cut=cut)
            )

    def _text_of_nobody(self, _: str) -> None:
        self.quiet = 0

    def _open_scope(self, given: dict[str, str]) -> None:
        declared = {
            key.partition(":")[2]: given.pop(key)
            for key in list(given)
            if key == "xmlns" or key.startswith("xmlns:")
        }
        self._refuse_long(declared)
        self.scopes.append(self.scopes[-1] | declared if declared else self.scopes[-1])

    def _refuse_long(self, kept: dict[str, str]) -> None:
        """Refuse what would be kept for all that is inside, and is longer than anybody needs."""
        if sum(map(len, (*kept, *kept.values()))) > 100_000:
            raise BrokenXml("holds a tag of more than 100,000 characters", self._line())

    def _name(self, name: str, *, is_element: bool = False) -> str:
        prefix, colon, local = name.rpartition(":")
        if not colon and not is_element:
            return name
        namespace = self.scopes[-1].get(prefix)
        if namespace is None:
            namespace = _USUAL_PREFIXES.get(prefix, prefix)
        return f"{{{namespace}}}{local}" if namespace else local


def _weigh(attribute: tuple[str, str]) -> int:
    return _ATTRIBUTE_WEIGHT + len(attribute[0]) + len(attribute[1])
