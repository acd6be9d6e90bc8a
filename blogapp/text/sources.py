"""The words of a Markdown source without its marks, roughly: for what a machine proposes."""

import re

_LINK = re.compile(r"!?\[([^\[\]]{0,500})\](?:\([^()\n]{0,1000}\)|\[[^\[\]]{0,200}\])?")
_MARKS = re.compile(r"(?<!\w)[*_~=]{1,3}|[*_~=]{1,3}(?!\w)|<[^<>]{0,300}>")
_NO_PARAGRAPH = re.compile(
    r"[ ]{0,3}(?:[#>|<]|[-*+][ \t]|\d+[.)][ \t]|!\[|:::|\[\^?[^\]]+\]:|---|===)"
)
MOST = 20_000


def plain_paragraphs(prose: str) -> list[str]:
    """Return the paragraphs at the beginning of a text without headings, lists and marks.

    >>> plain_paragraphs("# A\\n\\nCaches **lie**, [often](/b).\\n\\n- c")
    ['Caches lie, often.']
    """
    blocks = re.split(r"\n[ \t]*\n", prose[:MOST])
    texts = (
        " ".join(block.split()) for block in blocks if not _NO_PARAGRAPH.match(block.lstrip("\n"))
    )
    plain = (_MARKS.sub("", _LINK.sub(r"\1", text)) for text in texts)
    return [text.strip() for text in plain if text.strip()]
