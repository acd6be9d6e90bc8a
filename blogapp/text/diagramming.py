"""Mermaid in, SVG out: diagrams are drawn when a post is saved, by a library of Mermaid's kind."""

import json
import re
import time
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec

from blogapp.text.excerpts import cut
from blogapp.text.restyling import STAND_INS, Unfit, restyle

LONGEST_SOURCE = 10_000
MOST_LINES = 400
LONGEST_DRAWING = 600_000
# Seconds of CPU time for all diagrams of a body.
SECONDS_PER_BODY = 0.7

_DIRECTIVE = re.compile(r"%%\{.*?\}%%", re.DOTALL)
_SETTINGS = re.compile(r"\A\s*---[ \t]*\n(.*?)\n[ \t]*---[ \t]*(?:\n|\Z)", re.DOTALL)
_TITLE = re.compile(
    r"^[ \t]*(?:title:|accTitle:|title)[ \t]+[\"']?(.+?)[\"']?[ \t]*$", re.MULTILINE
)
_CLICK = re.compile(
    r"^[ \t]*click[ \t]+[\w.-]+[ \t]+(?:href|call|javascript|[\"']|\w+[ \t]*$).*$", re.MULTILINE
)
_KIND = re.compile(r"^\s*(?:%%[^\n]*\n\s*)*([\w-]+)")
_KINDS = {
    "flowchart": "Flowchart",
    "graph": "Flowchart",
    "sequenceDiagram": "Sequence diagram",
    "classDiagram": "Class diagram",
    "stateDiagram": "State diagram",
    "erDiagram": "Entity relationship diagram",
    "gantt": "Gantt chart",
    "pie": "Pie chart",
    "gitGraph": "Git graph",
    "mindmap": "Mind map",
    "timeline": "Timeline",
    "journey": "User journey",
    "quadrantChart": "Quadrant chart",
    "xychart": "Chart",
    "sankey": "Sankey diagram",
}
_LONGEST_NAME = 250


@dataclass(frozen=True)
class Diagram:
    """A drawing for a page; ``name`` says what it shows, ``text`` holds its words."""

    svg: str
    width: int
    name: str
    text: str


class NotDrawn(Exception):
    """A diagram could not be drawn; says why."""


class Draughtsman:
    """Draws the diagrams of one body, as long as its time lasts."""

    def __init__(self) -> None:
        self.left = SECONDS_PER_BODY
        self.number = 0

    def draw(self, source: str, title: str = "") -> Diagram:
        """Return a diagram as SVG, or raise `NotDrawn`."""
        if len(source) > LONGEST_SOURCE or source.count("\n") > MOST_LINES:
            raise NotDrawn(f"a diagram has at most {MOST_LINES} lines")
        if self.left <= 0:
            raise NotDrawn("there are more diagrams than one post can have")
        self.number += 1
        before = time.thread_time()
        try:
            found = _draw(source, title, self.number)
        finally:
            self.left -= time.thread_time() - before
        if isinstance(found, str):
            raise NotDrawn(found)
        return found


def is_possible() -> bool:
    """Tell whether diagrams can be drawn here: whether the libraries are installed."""
    return all(find_spec(name) is not None for name in ("mmdr", "cssselect2"))


@lru_cache(maxsize=100)
def _draw(source: str, title: str, number: int) -> Diagram | str:
    """Return the diagram, or why there is none."""
    if not is_possible():
        return "diagrams need mmdr, which is not installed"
    from mmdr import _mmdr

    plain = _without_settings(source)
    try:
        svg = _mmdr.render(f"%%{{init: {json.dumps(_SETUP)}}}%%\n{plain}", "merman")
    except ValueError as error:
        return str(error).split("\n", 1)[0][:200]
    if len(svg) > LONGEST_DRAWING:
        return "the drawing is too large"
    try:
        drawn = restyle(svg, prefix=f"diagram-{number}-")
    except Unfit as error:
        return str(error)
    name = _name(source, title, drawn.labels)
    opening = f'<svg role="img" aria-label="{_quoted(name)}" '
    return Diagram(
        opening + drawn.svg.removeprefix("<svg "), drawn.width, name, " ".join(drawn.labels)
    )


def _without_settings(source: str) -> str:
    """Return a diagram without what would change how all are drawn, and without its links.

    >>> _without_settings("%%{init: {'theme': 'dark'}}%%\\npie\\nclick a href 'b'").strip()
    'pie'
    """
    return _CLICK.sub("", _DIRECTIVE.sub("", _SETTINGS.sub("", source)))


def _name(source: str, title: str, labels: tuple[str, ...]) -> str:
    """Say what a diagram shows: its kind, and its title or what stands in it.

    >>> _name("flowchart LR", "", ("Browser", "Cache"))
    'Flowchart: Browser, Cache'
    """
    settings = _SETTINGS.match(source)
    said = _TITLE.search(source)
    begin = _KIND.match(_without_settings(source))
    word = begin[1].removesuffix("-beta").removesuffix("-v2") if begin else ""
    kind = _KINDS.get(word, "Diagram")
    words = title or (said[1] if said and (settings or said) else "") or ", ".join(labels)
    return cut(f"{kind}: {words}" if words else kind, _LONGEST_NAME)


def _quoted(text: str) -> str:
    return text.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;")


def _numbered(name: str, count: int, *tokens: str, start: int = 0) -> dict[str, str]:
    return {
        f"{name}{number + start}": STAND_INS[tokens[number % len(tokens)]]
        for number in range(count)
    }


def _each(token: str, names: str) -> dict[str, str]:
    return dict.fromkeys(names.split(), STAND_INS[token])


_PALETTE = ("blue", "green", "amber", "red", "bar-2", "bar-3")
_INK = """
    primaryTextColor secondaryTextColor tertiaryTextColor textColor titleColor nodeTextColor
    actorTextColor signalTextColor labelTextColor loopTextColor noteTextColor classText
    taskTextColor taskTextLightColor taskTextDarkColor taskTextOutsideColor taskTextClickableColor
    pieTitleTextColor pieSectionTextColor pieLegendTextColor commitLabelColor tagLabelColor
    labelColor quadrantTitleFill quadrant1TextFill quadrant2TextFill quadrant3TextFill
    quadrant4TextFill quadrantPointTextFill quadrantXAxisTextFill quadrantYAxisTextFill
    requirementTextColor relationLabelColor sequenceNumberColor stateLabelColor errorTextColor
    transitionLabelColor
"""
_SHEET = """
    primaryColor mainBkg actorBkg labelBoxBkgColor stateBkg requirementBackground
    attributeBackgroundColorOdd rowOdd pieStrokeColor quadrant2Fill quadrant4Fill
"""
_PAPER = """
    background tertiaryColor edgeLabelBackground labelBackgroundColor relationLabelBackground
    commitLabelBackground sectionBkgColor2 quadrant1Fill quadrant3Fill
"""
_WELL = """
    secondaryColor clusterBkg altBackground compositeBackground compositeTitleBackground
    attributeBackgroundColorEven rowEven sectionBkgColor altSectionBkgColor excludeBkgColor
    activationBkgColor tagLabelBackground
"""
_BORDER = """
    primaryBorderColor secondaryBorderColor tertiaryBorderColor nodeBorder actorBorder
    labelBoxBorderColor activationBorderColor compositeBorder stateBorder requirementBorderColor
    taskBorderColor doneTaskBorderColor tagLabelBorder pieOuterStrokeColor
    quadrantExternalBorderStrokeFill
"""
_LINE = """
    lineColor defaultLinkColor actorLineColor signalColor relationColor transitionColor
    specialStateColor innerEndBackground
"""
_THEME = {
    **_each("ink", _INK),
    **_each("sheet", _SHEET),
    **_each("paper", _PAPER),
    **_each("well", _WELL),
    **_each("rule", "gridColor clusterBorder quadrantInternalBorderStrokeFill"),
    **_each("rule-2", _BORDER),
    **_each("ink-3", _LINE),
    **_each("blue-wash", "noteBkgColor taskBkgColor activeTaskBkgColor"),
    **_each("blue", "noteBorderColor activeTaskBorderColor quadrantPointFill"),
    **_each("bar-2", "doneTaskBkgColor"),
    **_each("red-wash", "critBkgColor errorBkgColor"),
    **_each("red", "critBorderColor todayLineColor"),
    **_numbered("pie", 12, *_PALETTE, start=1),
    **_numbered("git", 8, *_PALETTE),
    **_numbered("gitInv", 8, *_PALETTE),
    **_numbered("gitBranchLabel", 8, "ink"),
    **_numbered("cScale", 12, *_PALETTE),
    **_numbered("cScalePeer", 12, *_PALETTE),
    **_numbered("cScaleInv", 12, *_PALETTE),
    **_numbered("cScaleLabel", 12, "ink"),
    **_numbered("fillType", 8, *_PALETTE),
    **_numbered("actor", 6, *_PALETTE),
}
_CHART = {
    **_each("paper", "backgroundColor"),
    **_each("ink", "titleColor xAxisTitleColor xAxisLabelColor yAxisTitleColor yAxisLabelColor"),
    **_each("ink", "dataLabelColor"),
    **_each("rule-2", "xAxisTickColor xAxisLineColor yAxisTickColor yAxisLineColor"),
    "plotColorPalette": ",".join(STAND_INS[name] for name in _PALETTE),
}
_SETUP = {
    "theme": "base",
    "look": "classic",
    "securityLevel": "strict",
    "themeVariables": _THEME | {"fontSize": "15px", "pieOpacity": "1", "xyChart": _CHART},
}
