"""A post's rendered text as a search takes it: its words, and its code."""

from dataclasses import dataclass

from blogapp.text.dressing import HEADINGS
from blogapp.text.tokens import VOID, Tag, tokens

# Written by the renderer, or for machines: not the author's words.
_PASSED_OVER = frozenset({"style", "title", "desc", "metadata"})
_NOTE_LINKS = frozenset({"footnotes__mark", "footnotes__back"})
_IN_LINE = frozenset(
    {"a", "abbr", "b", "bdi", "bdo", "cite", "code", "del", "dfn", "em", "i", "ins", "kbd"}
    | {"mark", "q", "s", "samp", "small", "span", "strong", "sub", "sup", "u", "var", "wbr"}
)


@dataclass(frozen=True)
class Passages:
    """The words of a text without its headings, and its code: blocks and names in the text."""

    prose: str
    code: str


def read_passages(html: str) -> Passages:
    """Return the passages of HTML that the renderer wrote.

    >>> read_passages("<h2>A</h2><p>The <code>x_1</code> of</p><pre>y</pre>")
    Passages(prose='The x_1 of', code='x_1\\n\\ny')
    """
    prose: list[str] = []
    code: list[str] = []
    open_tags: list[Tag] = []
    for part in tokens(html):
        if isinstance(part, str):
            _take(part, open_tags, prose, code)
        elif part.closing:
            if open_tags:
                open_tags.pop()
            _part(part, prose, code)
        else:
            _part(part, prose, code)
            if part.name not in VOID:
                open_tags.append(part)
    return Passages(" ".join("".join(prose).split()), "".join(code).strip())


def _take(text: str, open_tags: list[Tag], prose: list[str], code: list[str]) -> None:
    names = {tag.name for tag in open_tags}
    if names & HEADINGS or names & _PASSED_OVER or any(map(_is_added, open_tags)):
        return
    # Of a formula, what was typed.
    if "math" in names and "annotation" not in names:
        return
    if "pre" in names and not any("prose__plain" in tag.classes for tag in open_tags):
        code.append(text)
        return
    # The line above a block of code names its language and its file.
    if "figcaption" in names and any("code-block" in tag.classes for tag in open_tags):
        return
    prose.append(text)
    if "code" in names:
        code.append(f"{text}\n")


def _part(tag: Tag, prose: list[str], code: list[str]) -> None:
    if tag.name not in _IN_LINE:
        prose.append("\n")
        if tag.name == "pre":
            code.append("\n")


def _is_added(tag: Tag) -> bool:
    # What is added around an author's table is a `div`; around an address, a link.
    added = "data-added" in tag.attributes and tag.name not in ("a", "div")
    return added or not _NOTE_LINKS.isdisjoint(tag.classes)
