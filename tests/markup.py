"""What is wrong with a document, as the HTML standard and readers of headings see it."""

import re
from itertools import pairwise

import html5lib
from bs4 import BeautifulSoup

HEADINGS = re.compile(r"h[1-6]")
REFERENCES = (
    "aria-labelledby",
    "aria-describedby",
    "aria-controls",
    "for",
    "form",
    "popovertarget",
)


def faults(html):
    """Return a line for each fault of a whole page."""
    return [*parse_errors(html), *faults_of_tree(BeautifulSoup(html, "html5lib"))]


def parse_errors(html):
    """Return where the text breaks the syntax (WHATWG HTML, 13.2)."""
    parser = html5lib.HTMLParser()
    parser.parse(html)
    lines = html.splitlines()
    return [
        f"{code} {values} in line {line}: {lines[line - 1][max(0, column - 60) : column + 20]!r}"
        for (line, column), code, values in parser.errors
    ]


def faults_of_tree(tree):
    """Return ids that stand twice or are missing, and headings out of order."""
    return [*_ids(tree), *_references(tree), *_headings(tree)]


def _ids(tree):
    ids = [element["id"] for element in tree.select("[id]")]
    return [f"id {id!r} stands twice" for id in sorted({id for id in ids if ids.count(id) > 1})]


def _references(tree):
    ids = {element["id"] for element in tree.select("[id]")}
    return [
        f"{name}={element[name]!r} names nothing"
        for name in REFERENCES
        for element in tree.select(f"[{name}]")
        if not set(element[name].split()) <= ids
    ]


def _headings(tree):
    levels = [int(heading.name[1]) for heading in tree.find_all(HEADINGS)]
    if not levels or levels[0] != 1:
        return [f"headings begin {levels[:3]}"]
    found = ["more than one h1"] if levels.count(1) > 1 else []
    return found + [
        f"h{level} after h{before}"
        for before, level in pairwise(levels)
        if level > before + 1
    ]
