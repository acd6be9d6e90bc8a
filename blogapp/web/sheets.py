"""Stylesheets in two parts: what the first frame of a page shows, and what comes after it.

Nobody points at anything, prints, or opens a menu before there is a page. Rules for that
leave the sheet inside the page for one that all pages share and ask for once they are shown.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

# What scripts or presses bring: nothing of it is in sight when a page opens.
ASKED_FOR = (
    "button--danger",
    "copy-code__button",
    "filter-bar__more",
    "filter-bar__name",
    "filter-bar__rest",
    "image-zoom",
    "margin-notes__close",
    "margin-notes__note",
    "new-since__clear",
    "new-since__mark",
    "new-since__show",
    "pager__waiting",
    "pager__waiting--alone",
    "post__time",
    "search-box__list",
    "search-box__option",
    "search-box__words",
)

_STATES = re.compile(
    r":(?:hover|active|focus|focus-visible|focus-within|disabled|popover-open|defined)(?![\w-])"
    r"|::(?:backdrop|selection|target-text)"
    r"|\[(?:aria-(?:busy|pressed|selected)|data-(?:at|fresh|held|pointed|reading|wrapped))\b"
    r"|\.htmx-"
    rf"|\.(?:{'|'.join(ASKED_FOR)})(?![\w-])"
)
_NEGATIONS = re.compile(r":not\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)")
_BRANCHES = re.compile(r",(?![^(]*\))")
_LATER_AT_RULES = re.compile(
    r"@(?:keyframes|page)\b|@media print"
    r"|@media \((?:forced-colors|prefers-reduced-motion|scripting)"
    r"|@supports (?:\(animation-timeline|selector\(a:target-current)"
)
# It is read before the first frame (CSS View Transitions 2, 2.3).
_FIRST_AT_RULE = "@view-transition"
_MARKS = re.compile(r"""\"(?:[^"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'|url\([^)"']*\)|[{};]""")


class Sheet(NamedTuple):
    """A minified stylesheet in two parts, each of which stands for itself."""

    first: str
    later: str


def divided(css: str) -> Sheet:
    """Return a minified, nested stylesheet as what is seen first, and what may come later.

    Each part has its rules in their order, within the layers and conditions they were in.

    >>> divided("@layer a{.b{color:red;&:hover{color:blue}}}")
    Sheet(first='@layer a{.b{color:red}}', later='@layer a{.b{&:hover{color:blue}}}')
    """
    marks = _MARKS.finditer(css)
    return _divided_block(css, 0, marks)[0]


def _divided_block(css: str, start: int, marks: Iterator[re.Match[str]]) -> tuple[Sheet, int]:
    """Divide what stands from ``start`` up to the brace that closes it; return where that ends."""
    first: list[str] = []
    later: list[str] = []
    at = start
    for mark in marks:
        if mark[0] == ";":
            first.append(css[at : mark.end()])
        elif mark[0] == "}":
            first.append(css[at : mark.start()])
            return Sheet("".join(first).removesuffix(";"), "".join(later)), mark.end()
        elif mark[0] == "{":
            head = css[at : mark.start()]
            inside, end = _divided_block(css, mark.end(), marks)
            _put(head, inside, css[mark.end() : end - 1], first, later)
            at = end
            continue
        else:
            continue
        at = mark.end()
    first.append(css[at:])
    return Sheet("".join(first), "".join(later)), len(css)


def _put(head: str, inside: Sheet, whole: str, first: list[str], later: list[str]) -> None:
    if _is_later(head, whole):
        later.append(f"{head}{{{whole}}}")
        return
    if inside.first or not inside.later:
        first.append(f"{head}{{{inside.first}}}")
    if inside.later:
        later.append(f"{head}{{{inside.later}}}")


def _is_later(head: str, inside: str) -> bool:
    if head.startswith("@"):
        return bool(_LATER_AT_RULES.match(head)) and _FIRST_AT_RULE not in inside
    seen = _NEGATIONS.sub("", head)
    return all(_STATES.search(branch) for branch in _BRANCHES.split(seen))
