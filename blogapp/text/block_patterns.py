"""What the first line of each kind of block looks like (CommonMark 0.31, section 4 and 5)."""

import re

FENCE = re.compile(r"(`{3,}(?=[^`]*$)|~{3,})\s*(.*?)\s*$")
HEADING = re.compile(r"(#{1,6})(?:[ \t]+(.*?))??(?:[ \t]+#+)?[ \t]*$")
SETEXT = re.compile(r"(?:=+|-+)[ \t]*$")
DIVIDER = re.compile(r"(?:(?:\*[ \t]*){3,}|(?:-[ \t]*){3,}|(?:_[ \t]*){3,})$")
ITEM = re.compile(r"([-*+]|\d{1,9}[.)])([ \t]+|$)(.*)")
FOOTNOTE = re.compile(r"\[\^[^\]\s]+\]:")
ABBREVIATION = re.compile(r"\*\[([^\[\]\\]+)\][ ]?:[ \t]*(\S.*?)[ \t]*$")
DEFINITION = re.compile(r":[ ]{1,3}\S")
# Kramdown's attributes on a line of their own.
ITEM_ATTRIBUTES = re.compile(r"\{:[^{}]*\}[ \t]*$")
ATTRIBUTES_ID = re.compile(r"[{:\s]#([\w.-]+)")
# A line that is words and nothing but words: no row of a table, no definition.
WORDS = re.compile(r"[ ]{0,3}[\w*(\[\"'“](?!.*(?:\||\]:))")
# Where other generators put a table of contents, which pages here have beside the text.
CONTENTS = re.compile(r"(?:\[TOC\]|\[\[_?TOC_?\]\])[ \t]*$", re.IGNORECASE)
CONTENTS_ITEM = re.compile(r"\{:[ ]*toc[ \t]*\}[ \t]*$", re.IGNORECASE)

# A tag of a template language alone on its line: no part of the text around it.
TEMPLATE_TAG = re.compile(r"\{(?:%.*%|\{.*\})\}[ \t]*$")

CALLOUTS = {
    "note": "note",
    "info": "note",
    "tip": "tip",
    "hint": "tip",
    "success": "tip",
    "important": "important",
    "warning": "warning",
    "caution": "caution",
    "danger": "caution",
}
CALLOUT = re.compile(r"[ ]{0,3}\[!(\w+)\][+-]?[ \t]*(.*?)[ \t]*$")
ADMONITION = re.compile(
    rf":::+[ \t]*({'|'.join(CALLOUTS)})\b(?:\[(.*)\]|[ \t]+(?!\{{)(.*?))?"
    r"[ \t]*(?:\{.*\})?[ \t]*$",
    re.IGNORECASE,
)
# A box of the other generator's own making (markdown-it-container, remark-directive).
CONTAINER = re.compile(r":::+[ \t]*[a-zA-Z][\w-]*[ \t]*(?:\{[^{}]*\})?[ \t]*$")

_BLOCK_TAGS = (
    "address|article|aside|base|basefont|blockquote|body|caption|center|col|colgroup|dd|details"
    "|dialog|dir|div|dl|dt|fieldset|figcaption|figure|footer|form|frame|frameset|h[1-6]|head"
    "|header|hr|html|iframe|legend|li|link|main|menu|menuitem|nav|noframes|ol|optgroup|option|p"
    "|param|search|section|summary|table|tbody|td|tfoot|th|thead|title|tr|track|ul"
)
_ATTRIBUTE = r"\s+[a-zA-Z_:@][\w:.@-]*(?:\s*=\s*(?:[^\s\"'=<>`]+|'[^']*'|\"[^\"]*\"))?"
_WHOLE_TAG = rf"<(?:[a-zA-Z][\w-]*(?:{_ATTRIBUTE})*\s*/?|/[a-zA-Z][\w-]*\s*)>"
_BLANK = re.compile(r"$^")
_PHRASE = re.compile(
    r"<(?:(img|br|wbr)|(a|abbr|b|big|cite|code|del|em|font|i|ins|kbd|mark|q|s|samp|small|span"
    r"|strong|sub|sup|u))(?=[\s/>])",
    re.IGNORECASE,
)
_BLOCK_TAG = re.compile(rf"</?(?:{_BLOCK_TAGS}|pre)(?=[\s/>])", re.IGNORECASE)
MARKDOWN_INSIDE = re.compile(
    rf"<([a-zA-Z][\w-]*)(?:{_ATTRIBUTE})*?\s+markdown(?:\s*=\s*[\"']?(?:1|block|span)[\"']?)?"
    rf"(?:{_ATTRIBUTE})*\s*>"
)

# Opening of a block of raw HTML, what ends it, and whether it may follow text directly.
_HTML_BLOCKS = [
    (re.compile(r"<(?:script|pre|style|textarea)(?:\s|>|$)", re.IGNORECASE),
     re.compile(r"</(?:script|pre|style|textarea)>", re.IGNORECASE), True),
    (re.compile(r"<!--"), re.compile(r"-->"), True),
    (re.compile(r"<\?"), re.compile(r"\?>"), True),
    (re.compile(r"<![a-zA-Z]"), re.compile(r">"), True),
    (re.compile(r"<!\[CDATA\["), re.compile(r"\]\]>"), True),
    (re.compile(rf"</?(?:{_BLOCK_TAGS})(?:\s|/?>|$)", re.IGNORECASE), _BLANK, True),
    (re.compile(rf"{_WHOLE_TAG}\s*$"), _BLANK, False),
]  # fmt: skip

_INTERRUPTS = re.compile(r"[-*+][ \t]+\S|1[.)][ \t]+\S|>|\[\^[^\]\s]+\]:")


def html_block_end(text: str, *, in_paragraph: bool) -> re.Pattern[str] | None:
    """Return what ends the block of HTML that begins here; a pattern that matches "" is a blank."""
    if not text.startswith("<"):
        return None
    for opening, end, interrupts in _HTML_BLOCKS:
        if (interrupts or not in_paragraph) and opening.match(text):
            return end
    return None


def is_phrase(html: str) -> bool:
    """Tell whether a block of HTML is words or pictures, complete, to be set as a paragraph.

    >>> is_phrase('<a href="/b"><img src="c.png"></a>'), is_phrase("<del>"), is_phrase("<p>")
    (True, False, False)
    """
    begin = _PHRASE.match(html)
    if not begin or _BLOCK_TAG.search(html):
        return False
    return bool(begin[1]) or html.lower().rstrip().endswith(f"</{begin[2].lower()}>")


def interrupts_paragraph(text: str) -> bool:
    """Tell whether a line begins a block even directly under a line of text."""
    return bool(
        _INTERRUPTS.match(text)
        or FENCE.match(text)
        or HEADING.match(text)
        or DIVIDER.match(text)
        or ITEM.match(text)
        or html_block_end(text, in_paragraph=True)
    )


def split_indent(line: str) -> tuple[int, str]:
    """Return the column at which the text of a line begins, and the text.

    >>> split_indent("  \\tcode"), split_indent("   ")
    ((4, 'code'), (0, ''))
    """
    text = line.lstrip(" \t")
    if not text.strip():
        return 0, ""
    indent = line[: len(line) - len(text)]
    return len(indent.expandtabs(4)), text


def strip_columns(line: str, columns: int) -> str:
    """Remove up to so many columns of space; tabs further right stay tabs.

    >>> strip_columns("\\t\\tx", 4), strip_columns("  x", 4)
    ('\\tx', 'x')
    """
    column = 0
    for place, character in enumerate(line):
        if column >= columns or character not in " \t":
            return " " * (column - columns) + line[place:]
        column += 4 - column % 4 if character == "\t" else 1
    return ""
