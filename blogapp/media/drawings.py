"""Telling SVG drawings that only draw from those that could do more (SVG 2, WHATWG HTML)."""

import re
from xml.parsers import expat

_SVG = "http://www.w3.org/2000/svg"
_XHTML = "http://www.w3.org/1999/xhtml"
_ACTIVE = (
    "script foreignobject iframe frame embed object applet audio video canvas handler listener"
    " html body link meta base form input button textarea style-sheet import"
)
_ADDRESSES = {"href", "src", "xlink:href", "action", "formaction", "data", "from", "to", "by"}
_EMBEDDED = re.compile(r"data:image/(?:png|jpeg|gif|webp);base64,[A-Za-z0-9+/=\s]*", re.I)
_SCHEME = re.compile(r"[\s\x00-\x20]*(?:java|vb|live)\s*script\s*:", re.I)
_CSS_REFERENCE = re.compile(
    r"url\(\s*(?![\"']?\s*#)|@import|@font-face|expression\(|\\|image-set", re.I
)
_SIZE = re.compile(r"\s*(\d{1,6}(?:\.\d+)?)\s*(?:px)?\s*$")


class NotInert(Exception):
    """The drawing could run, load or hide something; the message says what."""


def check(data: bytes) -> tuple[int | None, int | None]:
    """Return width and height in pixels of an SVG that only draws; None where it names none.

    Raises `NotInert` for scripts, event handlers, references to anything outside the
    file, styles that load, entities, and for what is no SVG.
    """
    checker = _Checker()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = checker.start
    parser.CharacterDataHandler = checker.text
    parser.EndElementHandler = checker.end
    parser.ProcessingInstructionHandler = checker.instruction
    parser.StartDoctypeDeclHandler = checker.doctype
    parser.EntityDeclHandler = checker.entity
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        raise NotInert(f"it is not well-formed: {error}") from error
    if not checker.is_svg:
        raise NotInert("its root is no svg element")
    return checker.size


class _Checker:
    def __init__(self) -> None:
        self.is_svg = False
        self.size: tuple[int | None, int | None] = (None, None)
        self._depth = 0
        self._in_style = False
        self._style = ""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        namespace, _, local = name.rpartition(" ")
        if self._depth == 0:
            self.is_svg = namespace in {_SVG, ""} and local == "svg"
            self.size = _size(attributes)
        self._depth += 1
        if namespace == _XHTML or local.lower() in _ACTIVE.split():
            raise NotInert(f"it holds the element {local}")
        self._in_style = local.lower() == "style"
        for attribute, value in attributes.items():
            _check_attribute(attribute.rpartition(" ")[2].lower(), value)

    def text(self, text: str) -> None:
        if self._in_style:
            self._style += text

    def end(self, _name: str) -> None:
        if self._in_style:
            _check_css(self._style)
        self._in_style, self._style = False, ""

    def instruction(self, target: str, _data: str) -> None:
        raise NotInert(f"it holds the processing instruction {target}")

    def doctype(
        self, _name: str, _system: str | None, _public: str | None, has_internal_subset: bool
    ) -> None:
        if has_internal_subset:
            raise NotInert("it declares a document type of its own")

    def entity(self, *_declaration: object) -> None:
        raise NotInert("it declares entities")


def _check_attribute(name: str, value: str) -> None:
    if name.startswith("on"):
        raise NotInert(f"it holds the event handler {name}")
    if _SCHEME.match(value):
        raise NotInert(f"its {name} runs a script")
    if name == "attributename" and value.lower().strip().rpartition(":")[2] in {"href", "src"}:
        raise NotInert("it animates an address")
    if name in {"href", "src"} and not _is_inside(value):
        raise NotInert(f"it refers to {value.strip()[:60]!r}")
    if name in _ADDRESSES and ":" in value and not _is_inside(value):
        raise NotInert(f"its {name} holds an address")
    _check_css(value)


def _is_inside(address: str) -> bool:
    address = address.strip()
    return address.startswith("#") or _EMBEDDED.fullmatch(address) is not None or not address


def _check_css(text: str) -> None:
    if found := _CSS_REFERENCE.search(text):
        raise NotInert(f"its style holds {found[0]!r}")


def _size(attributes: dict[str, str]) -> tuple[int | None, int | None]:
    box = re.split(r"[\s,]+", attributes.get("viewBox", "").strip())
    given = _pixels(attributes.get("width", "")), _pixels(attributes.get("height", ""))
    if all(given) or len(box) != 4:
        return given if all(given) else (None, None)
    from_box = _pixels(box[2]), _pixels(box[3])
    return from_box if all(from_box) else (None, None)


def _pixels(text: str) -> int | None:
    found = _SIZE.match(text)
    size = round(float(found[1])) if found else 0
    return size if 0 < size < 20_000 else None
