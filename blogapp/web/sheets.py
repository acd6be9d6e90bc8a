"""Stylesheets in two parts: what the first frame of a page shows, and what comes after it.

Nobody points at anything, prints, or opens a menu before there is a page. Rules for that
leave the sheet inside the page for one that all pages share and ask for once they are shown.
"""

import re
from collections.abc import Collection, Sequence
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
    "search-box__option--all",
    "search-box__words",
)

# What few pages have: one that does names it among its components.
RARE = (
    "button--primary",
    "button--quiet",
    "filter-bar__chip--out",
    "footer__icon",
    "footer__line",
    "footer__social",
    "footnotes",
    "footnotes__back",
    "footnotes__mark",
    "header__logo",
    "masthead--narrow",
    "masthead__crumb",
    "masthead__eyebrow",
    "masthead__heading--hero",
    "post-card--plain",
    "post-card__authors",
    "post-card__summary--alone",
    "post-card__title--long",
    "post-list--plain",
    "post-list__newer",
    "post-list__part",
    "post__authors",
    "post__cover",
    "post__deck--long",
    "post__deck--longest",
    "post__empty",
    "post__head--long",
    "post__kind",
    "post__title--long",
    "post__title--longest",
    "prose__plain",
    "prose__scroll",
    "search-box__form",
    "task",
    "task--done",
    # Of a text, by what stands in its HTML.
    "<abbr",
    "<blockquote",
    "<del",
    "<details",
    "<dl",
    "<h4",
    "<hr",
    "<img",
    "<ins",
    "<kbd",
    "<mark",
    "<ol",
    "<pre>",
    "<table",
    "callout",
)
# With all their parts and variants.
_BLOCKS = ("callout",)
_IN_PROSE = {
    "<abbr": r"abbr\[title\]",
    "<blockquote": r"blockquote",
    "<del": r"del,s$",
    "<details": r"details|summary",
    "<dl": r"d[td]\b",
    "<h4": r"h[45],",
    "<hr": r"hr",
    "<img": r":is\(img,video\)|p >:is\(img|audio|\.prose__image|>:is\(p,figure\)|figure:not",
    "<ins": r"ins",
    "<kbd": r"kbd",
    "<mark": r"mark",
    "<ol": r"ol\b",
    "<pre>": r">\s?pre",
    "<table": r"table|:is\(td,th\)|thead th|\.cell--",
}
_TRAITS = [
    (name, re.compile(rf"\.{name}(?![\w-])" if name not in _BLOCKS else rf"\.{name}(?![a-z])"))
    for name in RARE
    if name[0] != "<"
]
_PROSE_TRAITS = [(name, re.compile(head)) for name, head in _IN_PROSE.items()]

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
_TOKEN = re.compile(r"(?<=[{;])(--[\w-]+):[^;}]*;?")
_USE = re.compile(r"var\((--[\w-]+)")
_MARKS = re.compile(r"""\"(?:[^"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'|url\([^)"']*\)|[{};]""")


class Sheet(NamedTuple):
    """A minified stylesheet in two parts, each of which stands for itself."""

    first: str
    later: str


def divided(css: str, shown: Collection[str] = RARE) -> Sheet:
    """Return a minified, nested stylesheet as what is seen first, and what may come later.

    ``shown`` names what of `RARE` the page has. Each part has its rules in their order, within
    the layers and conditions they were in.

    >>> divided("@layer a{.b{color:red;&:hover{color:blue}}}")
    Sheet(first='@layer a{.b{color:red}}', later='@layer a{.b{&:hover{color:blue}}}')
    """
    missing = [trait for name, trait in _TRAITS if name not in shown]
    prose = [trait for name, trait in _PROSE_TRAITS if name not in shown]
    return _Division(css, missing, prose).block(0, "")[0]


def tokens_of(sheet: str) -> str:
    """Return the layer of tokens with which a stylesheet of a page begins."""
    return sheet[: sheet.find("@font-face")]


def without_tokens(sheet: str, names: Collection[str]) -> str:
    """Return a stylesheet of a page whose layer of tokens says nothing of these.

    >>> without_tokens("@layer tokens{:root{--a:1px;--b:2px}}@font-face{}", ["--b"])
    '@layer tokens{:root{--a:1px;}}@font-face{}'
    """
    tokens = tokens_of(sheet)
    kept = _TOKEN.sub(lambda found: "" if found[1] in names else found[0], tokens)
    return kept + sheet[len(tokens) :]


def unused_tokens(sheet: str) -> set[str]:
    """Return the names of the tokens that nothing in this stylesheet of a page goes by."""
    named = {found[1] for found in _TOKEN.finditer(tokens_of(sheet))}
    return named - set(_USE.findall(sheet))


class _Division:
    """One way through a stylesheet."""

    def __init__(
        self, css: str, missing: Sequence[re.Pattern[str]], prose: Sequence[re.Pattern[str]]
    ) -> None:
        self.css, self.marks = css, _MARKS.finditer(css)
        self.missing, self.prose = missing, prose

    def block(self, start: int, around: str) -> tuple[Sheet, int]:
        """Divide what stands from ``start`` up to its closing brace; return where that ends."""
        css = self.css
        first: list[str] = []
        later: list[str] = []
        at = start
        for mark in self.marks:
            if mark[0] == ";":
                first.append(css[at : mark.end()])
            elif mark[0] == "}":
                first.append(css[at : mark.start()])
                return Sheet("".join(first).removesuffix(";"), "".join(later)), mark.end()
            elif mark[0] == "{":
                head = css[at : mark.start()]
                inside, end = self.block(mark.end(), head)
                whole = Sheet("", css[mark.end() : end - 1])
                for part, text in zip(
                    (first, later),
                    whole if self._is_later(head, whole.later, around) else inside,
                    strict=True,
                ):
                    if text:
                        part.append(f"{head}{{{text}}}")
                at = end
                continue
            else:
                continue
            at = mark.end()
        first.append(css[at:])
        return Sheet("".join(first), "".join(later)), len(css)

    def _is_later(self, head: str, inside: str, around: str) -> bool:
        if head.startswith("@"):
            return bool(_LATER_AT_RULES.match(head)) and _FIRST_AT_RULE not in inside
        if around == ".prose" and any(trait.match(head) for trait in self.prose):
            return True
        seen = _NEGATIONS.sub("", head)
        return all(
            _STATES.search(branch) or any(trait.search(branch) for trait in self.missing)
            for branch in _BRANCHES.split(seen)
        )
