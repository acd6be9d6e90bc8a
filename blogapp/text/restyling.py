"""Drawings of Mermaid as part of a page: no style sheet, the page's colours, nothing that acts.

What the drawing's own style sheet says is written on its elements, because a page's policy
admits no styles of its own. Colours become the page's variables, so that a drawing follows
light, dark and print. Elements and attributes that are not listed here do not come through.
"""

import re
import xml.etree.ElementTree as etree
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape
from typing import Any

MOST_ELEMENTS = 3_000
DEEPEST = 100

_SHAPES = {"circle", "ellipse", "line", "path", "polygon", "polyline", "rect"}
_TEXTS = {"text", "tspan"}
_GROUPS = {"defs", "g", "linearGradient", "marker", "stop", "svg"}
# What is shown only where something refers to it.
_REFERRED = {"linearGradient", "marker"}
# A link in a drawing leads nowhere: its picture is one image to whoever cannot see it.
_OPENED = {"a": "g", "switch": "g"}

_NUMBER = r"-?\d{0,7}(?:\.\d+)?(?:e-?\d{1,2})?"
_MEASURE = re.compile(rf"{_NUMBER}(?:px|em|%|pt)?")
_NUMBERS = re.compile(rf"(?:{_NUMBER}[\s,]*){{1,4000}}")
_PATH = re.compile(r"[MmZzLlHhVvCcSsQqTtAa\d\s,.e+-]{0,100000}")
_TRANSFORM = re.compile(
    rf"(?:\s*(?:matrix|rotate|scale|translate)\((?:{_NUMBER}[\s,]*)+\)\s*){{1,5}}"
)
_WORD = re.compile(r"[a-zA-Z][\w-]{0,30}")
_LOCAL = re.compile(r"url\([\"']?#([^()\"']+)[\"']?\)")

_GEOMETRY = {
    "circle": "cx cy r",
    "ellipse": "cx cy rx ry",
    "line": "x1 x2 y1 y2",
    "linearGradient": "gradientUnits x1 x2 y1 y2",
    "marker": "markerHeight markerUnits markerWidth orient preserveAspectRatio refX refY viewBox",
    "path": "d",
    "polygon": "points",
    "polyline": "points",
    "rect": "height rx ry width x y",
    "stop": "offset",
    "text": "dx dy x y",
    "tspan": "dx dy x y",
}
_VALUES = {
    "d": _PATH,
    "points": _NUMBERS,
    "transform": _TRANSFORM,
    "viewBox": _NUMBERS,
    **dict.fromkeys(
        ("gradientUnits", "markerUnits", "orient", "preserveAspectRatio"),
        re.compile(rf"{_WORD.pattern}|{_NUMBER}"),
    ),
}
_STYLES = {
    "dominant-baseline": _WORD,
    "fill-opacity": _MEASURE,
    "font-size": _MEASURE,
    "font-style": re.compile("italic|normal"),
    "font-weight": re.compile(r"bold(?:er)?|normal|\d00"),
    "opacity": _MEASURE,
    "stroke-dasharray": _NUMBERS,
    "stroke-linecap": _WORD,
    "stroke-linejoin": _WORD,
    "stroke-opacity": _MEASURE,
    "stroke-width": _MEASURE,
    "text-anchor": re.compile("start|middle|end"),
    "text-decoration": re.compile("line-through|underline"),
    "visibility": re.compile("hidden"),
    "display": re.compile("none"),
}
_OF_TEXT = {"dominant-baseline", "font-size", "font-style", "font-weight", "text-anchor"}
_OF_TEXT |= {"text-decoration"}
_WITH_TEXT = {"g", *_TEXTS}
_MOVED = {"g", "text", *_SHAPES}
_PAINTS = ("fill", "stroke", "stop-color")
_REFERENCES = ("marker-end", "marker-mid", "marker-start")

# Colours of the page, each under one that only stands for it; what a feed reader shows instead.
_TOKENS = {
    "ink": "#121A16",
    "ink-3": "#566259",
    "sheet": "#FBFCFA",
    "paper": "#F3F6F0",
    "well": "#E6EBE2",
    "rule": "#CFD7CC",
    "rule-2": "#758178",
    "blue-wash": "#DFE6FB",
    "red-wash": "#F9E2DB",
    "blue": "#1B41C6",
    "green": "#1A6446",
    "amber": "#7A4E00",
    "red": "#B82C17",
    "bar-2": "#7F8C81",
    "bar-3": "#2A352F",
}
STAND_INS = {name: f"#0101{number:02x}" for number, name in enumerate(_TOKENS, start=1)}
# Of these a shape wears a tint, so that text stands out from it on either kind of paper: the
# variable `--diagram-…`, which the style sheet mixes.
_TINTS = {
    "blue": "#C3CDEE",
    "green": "#C3D7CE",
    "amber": "#DBD1BC",
    "red": "#EAC8C1",
    "bar-2": "#DCDFDC",
    "bar-3": "#C7CAC8",
}
# Colours that an author chose are made light in the same measure.
_TINT = "0.25"
# A dot, without text in it, has at most this radius.
_SMALL = 12.0
# Channels (0 to 255) that differ by no more make a grey, which is dark up to the other.
_GREYEST = 24
_LIGHTEST = 160


class Unfit(Exception):
    """This is no drawing that could stand in a page; says why."""


@dataclass(frozen=True)
class Drawn:
    """An SVG without its ``role`` and name; ``width`` is in pixels, ``labels`` its texts."""

    svg: str
    width: int
    labels: tuple[str, ...]


def restyle(svg: str, *, prefix: str) -> Drawn:
    """Return a drawing in the page's colours, its ids beginning with ``prefix``.

    Raises `Unfit` if it is too large or is no drawing.
    """
    try:
        root = etree.fromstring(svg)  # nosec B314
    except etree.ParseError as error:
        raise Unfit("the drawing cannot be read") from error
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
    if root.tag != "svg" or sum(1 for _ in root.iter()) > MOST_ELEMENTS:
        raise Unfit("the drawing is too large")
    return _Restyling(root, prefix).run()


class _Restyling:
    def __init__(self, root: etree.Element, prefix: str) -> None:
        self.root = root
        self.prefix = prefix
        self.styles = _read_styles(root)
        self.used = {id for element in root.iter() for id in self.references(element)}
        self.names: dict[str, str] = {}
        self.labels: list[str] = []

    def run(self) -> Drawn:
        box = self.root.get("viewBox", "").replace(",", " ").split()
        try:
            width, height = (max(1, round(float(size))) for size in box[2:4])
        except ValueError as error:
            raise Unfit("the drawing has no size") from error
        inside = "".join(part for child in self.root for part in self.write(child, 1))
        size = self.said(self.root).get("font-size", "")
        written = f' font-size="{size}"' if _MEASURE.fullmatch(size) else ""
        opening = (
            f'<svg viewBox="{escape(" ".join(box[:4]))}" width="{width}" height="{height}"'
            f' fill="currentColor"{written}>'
        )
        return Drawn(f"{opening}{inside}</svg>", width, tuple(self.labels))

    def write(self, element: etree.Element, depth: int) -> Iterator[str]:
        tag = _OPENED.get(element.tag, element.tag)
        if tag not in _SHAPES | _TEXTS | _GROUPS:
            return
        if tag in _REFERRED and element.get("id") not in self.used:
            return
        if depth > DEEPEST:
            raise Unfit("the drawing is nested too deep")
        attributes = dict(self.attributes(element, tag))
        written = "".join(f' {name}="{escape(value)}"' for name, value in attributes.items())
        if tag == "text":
            self.note(element)
        inside = [escape(element.text or "", quote=False)] if tag in _TEXTS else []
        for child in element:
            inside.extend(self.write(child, depth + 1))
            if tag in _TEXTS:
                inside.append(escape(child.tail or "", quote=False))
        if inside or tag in _SHAPES | {"stop"}:
            yield f"<{tag}{written}>{''.join(inside)}</{tag}>"

    def note(self, text: etree.Element) -> None:
        label = " ".join(" ".join(_lines(text)).split())
        if label and label not in self.labels:
            self.labels.append(label)

    def attributes(self, element: etree.Element, tag: str) -> Iterator[tuple[str, str]]:
        for name in (*_GEOMETRY.get(tag, "").split(), *["transform"] * (tag in _MOVED)):
            value = element.get(name, "").strip()
            if value and _VALUES.get(name, _MEASURE).fullmatch(value):
                yield name, value
        if tag in _REFERRED:
            yield "id", self.name(element.get("id", ""))
        said = self.said(element)
        for name, value in said.items():
            pattern = _STYLES.get(name)
            if name in _OF_TEXT and tag not in _WITH_TEXT:
                continue
            if name == "opacity" and _is_ground(said):
                continue
            if pattern and pattern.fullmatch(value):
                yield name, value
            elif name in _REFERENCES and (local := _LOCAL.fullmatch(value)):
                yield name, f"url(#{self.name(local[1])})"
        if tag == "text":
            # Ink wherever it stands: no drawing's own colour is legible on both papers.
            yield from (("fill", "currentColor"), ("stroke", "none"))
        elif tag not in _TEXTS:
            yield from self.paints(element, tag, said)

    def paints(
        self, element: etree.Element, tag: str, said: dict[str, str]
    ) -> Iterator[tuple[str, str]]:
        for name in _PAINTS:
            value = said.get(name, "")
            if tag == "g" and name == "fill" and value != "none":
                continue
            if local := _LOCAL.fullmatch(value):
                yield name, f"url(#{self.name(local[1])})"
            elif value:
                paint = _paint(value, is_surface=name == "fill" and not _is_dot(element))
                yield name, paint
                if name == "fill" and paint[0] == "#" and "fill-opacity" not in said:
                    yield "fill-opacity", _TINT

    def references(self, element: etree.Element) -> Iterator[str]:
        """Return the ids to which an element's attributes and styles refer."""
        said = self.said(element)
        for name in (*_REFERENCES, *_PAINTS):
            if local := _LOCAL.fullmatch(said.get(name, "")):
                yield local[1]

    def said(self, element: etree.Element) -> dict[str, str]:
        """Return what attributes and styles say about an element, the strongest last."""
        known = (*_STYLES, *_PAINTS, *_REFERENCES)
        own = {name: element.attrib[name] for name in known if name in element.attrib}
        return own | self.styles.get(element, {})

    def name(self, id: str) -> str:
        return self.names.setdefault(id, f"{self.prefix}{len(self.names) + 1}")


def _lines(text: etree.Element) -> Iterator[str]:
    rows = [child for child in text if child.tag == "tspan"]
    yield text.text or ""
    for row in rows:
        yield "".join(row.itertext())


def _is_ground(said: dict[str, str]) -> bool:
    """Tell the ground of a label, through which its line should not show."""
    return said.get("fill") == STAND_INS["paper"]


def _is_dot(element: etree.Element) -> bool:
    radius = element.get("r", "")
    return bool(_MEASURE.fullmatch(radius)) and 0 < float(radius or 0) <= _SMALL


# --- style sheets


@dataclass
class _Declared:
    values: dict[str, tuple[tuple[Any, ...], str]] = field(default_factory=dict)

    def take(self, name: str, value: str, weight: tuple[Any, ...]) -> None:
        if name not in self.values or self.values[name][0] <= weight:
            self.values[name] = (weight, value)


def _read_styles(root: etree.Element) -> dict[etree.Element, dict[str, str]]:
    """Return the declarations that win on each element (CSS Cascading, 6)."""
    from cssselect2 import ElementWrapper

    sheets = "".join(style.text or "" for style in root.iter("style"))
    matcher = _matcher(sheets)
    declared: dict[etree.Element, _Declared] = defaultdict(_Declared)
    for wrapped in ElementWrapper.from_xml_root(root).iter_subtree():
        element = wrapped.etree_element
        for specificity, order, _, declarations in matcher.match(wrapped):
            for name, value, important in declarations:
                declared[element].take(name, value, (important, False, specificity, order))
        for name, value, important in _declarations(element.get("style", "")):
            declared[element].take(name, value, (important, True, (0, 0, 0), 0))
    return {
        element: {name: value for name, (_, value) in found.values.items()}
        for element, found in declared.items()
    }


def _matcher(sheet: str) -> Any:
    import tinycss2
    from cssselect2 import Matcher, SelectorError, compile_selector_list

    matcher = Matcher()
    for rule in tinycss2.parse_stylesheet(sheet, skip_comments=True, skip_whitespace=True):
        if rule.type != "qualified-rule":
            continue
        declarations = list(_declarations(rule.content))
        try:
            selectors = compile_selector_list(rule.prelude)
        except SelectorError:
            continue
        for selector in selectors:
            if declarations and selector.pseudo_element is None:
                matcher.add_selector(selector, declarations)
    return matcher


def _declarations(content: Any) -> Iterator[tuple[str, str, bool]]:
    import tinycss2

    known = {*_STYLES, *_PAINTS, *_REFERENCES}
    found = tinycss2.parse_blocks_contents(content, skip_comments=True, skip_whitespace=True)
    for declaration in found:
        if declaration.type == "declaration" and declaration.lower_name in known:
            value = tinycss2.serialize(declaration.value).strip()
            yield declaration.lower_name, value, declaration.important


# --- colours


def _paint(value: str, *, is_surface: bool) -> str:
    """Return a colour as the page has it; a surface is what text may stand on."""
    from tinycss2.color3 import RGBA, parse_color

    colour = parse_color(value)
    if value == "none" or (isinstance(colour, RGBA) and colour.alpha == 0):
        return "none"
    if not isinstance(colour, RGBA):
        return "currentColor"
    channels = [round(255 * max(0.0, min(1.0, part))) for part in colour[:3]]
    written = "#{:02x}{:02x}{:02x}".format(*channels)
    if token := next((name for name, known in STAND_INS.items() if known == written), ""):
        if is_surface and token in _TINTS:
            return f"var(--diagram-{token},{_TINTS[token]})"
        return _variable(token)
    if max(channels) - min(channels) > _GREYEST:
        return written
    # Grey: whatever it was to Mermaid, here it is a line, or paper.
    return _variable("sheet" if is_surface and max(channels) >= _LIGHTEST else "ink-3")


def _variable(token: str) -> str:
    return f"var(--{token},{_TOKENS[token]})"
