"""What is wrong with a document, as the HTML standard and readers of headings see it."""

import re
from collections import Counter
from itertools import pairwise

import html5lib

HEADINGS = re.compile(r"h[1-6]")
REFERENCES = ("aria-labelledby", "aria-describedby", "aria-controls", "for", "popovertarget")


def faults(html):
    """Return a line for each fault of a whole page: of its syntax, ids, references, headings."""
    parser = html5lib.HTMLParser(namespaceHTMLElements=False)
    document = parser.parse(html)
    # Comments have no name.
    elements = [element for element in document.iter() if isinstance(element.tag, str)]
    return [
        *_syntax(parser.errors, html.splitlines()),
        *_ids(elements),
        *_references(elements),
        *_headings(elements),
    ]


def _syntax(errors, lines):
    return [
        f"{code} {values} in line {line}: {lines[line - 1][max(0, column - 60) : column + 20]!r}"
        for (line, column), code, values in errors
    ]


def _ids(elements):
    counted = Counter(element.get("id") for element in elements)
    return [f"id {id!r} stands twice" for id, times in counted.items() if id and times > 1]


def _references(elements):
    ids = {element.get("id") for element in elements}
    return [
        f"{name}={element.get(name)!r} names nothing"
        for name in REFERENCES
        for element in elements
        if not set(element.get(name, "").split()) <= ids
    ]


def _headings(elements):
    levels = [int(element.tag[1]) for element in elements if HEADINGS.fullmatch(element.tag)]
    if not levels or levels[0] != 1:
        return [f"headings begin {levels[:3]}"]
    found = ["more than one h1"] if levels.count(1) > 1 else []
    return found + [
        f"h{level} after h{before}" for before, level in pairwise(levels) if level > before + 1
    ]
