"""Pictures in several versions, of which a browser takes the one that it needs."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from blogapp.text.enlarging import is_wide
from blogapp.text.tokens import Tag, write

# As wide as `prose.css` shows pictures; on a phone the page's margins are left out.
_COLUMN = "(min-width: 46rem) 43.5rem, calc(100vw - 2.5rem)"
_WIDE = "(min-width: 49rem) 46rem, calc(100vw - 2.5rem)"
_OFFERED = re.compile(
    r"<picture data-added=\"\">(?:<source [^<>]*>)+(<img [^<>]*>)</picture>",
)


@dataclass(frozen=True)
class Source:
    """The versions of an image in one format: its type, and what a ``srcset`` says."""

    content_type: str
    srcset: str


def offer(image: Tag, sources: Sequence[Source]) -> str:
    """Return the image's HTML with its other versions, for browsers that know their formats.

    >>> offer(Tag("img", attributes={"src": "a.png"}), [])
    '<img src="a.png">'
    """
    html = write(image)
    if not sources:
        return html
    sizes = _WIDE if is_wide(image) else _COLUMN
    offered = (
        {"type": each.content_type, "srcset": each.srcset, "sizes": sizes} for each in sources
    )
    tags = "".join(write(Tag("source", attributes=attributes)) for attributes in offered)
    return f'<picture data-added="">{tags}{html}</picture>'


def plain(html: str) -> str:
    """Return HTML with the images alone, for programs that would show every version.

    >>> plain('<picture data-added=""><source type="a" srcset="b"><img src="a.png"></picture>')
    '<img src="a.png">'
    """
    return _OFFERED.sub(r"\1", html)
