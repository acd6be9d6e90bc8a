"""What references in a body name once a generator's own notation is taken off."""

import re
from html import unescape
from urllib.parse import unquote

_PLACEHOLDER = re.compile(r"^(?:\{(?:static|attach|filename|index)\}|\|(?:static|filename)\|)")
_CHOICE = re.compile(r"^\{(tag|category|author)\}/?")
_CHOICES = {"tag": "/tags/", "category": "/domains/", "author": "/authors/"}
_SITE = re.compile(
    r"\{\{-?\s*(?:site\.(?:base_?url|url)|base_?url|root|pathPrefix)\s*(?:\|[^{}]*)?-?\}\}", re.I
)
_QUOTED = re.compile(r"\{\{-?\s*[\"']([^\"'{}]*)[\"']\s*(?:\|[^{}]*)?-?\}\}")
_OUTSIDE = re.compile(r"(?:[a-z][a-z0-9+.-]*:|//|#|$)", re.IGNORECASE)


def plain_reference(reference: str) -> str:
    """Return a reference without Pelican's placeholders and Liquid's usual wrapping.

    >>> plain_reference("{static}/a.png"), plain_reference("{{ site.baseurl }}/b.png")
    ('/a.png', '/b.png')
    >>> plain_reference('{{ "/c.png" | relative_url }}'), plain_reference("images/d.png")
    ('/c.png', 'images/d.png')
    >>> plain_reference("{category}updates"), plain_reference("https://a.example/{filename}")
    ('/domains/updates', 'https://a.example/{filename}')
    """
    if "{" not in reference and not reference.startswith("|"):
        return reference
    bare = _QUOTED.sub(lambda found: found[1], reference.strip())
    bare = _CHOICE.sub(lambda found: _CHOICES[found[1]], bare, count=1)
    return _PLACEHOLDER.sub("", _SITE.sub("", bare), count=1)


def is_outside(reference: str) -> bool:
    """Tell whether a reference leaves the site or stays on its page.

    >>> is_outside("https://a.example"), is_outside("#top"), is_outside("a.png")
    (True, True, False)
    """
    return _OUTSIDE.match(plain_reference(reference.strip())) is not None


def file_path(reference: str) -> str:
    """Return the path of a reference as files are named: decoded, without query and fragment.

    >>> file_path("a%20b.png?v=2#x")
    'a b.png'
    """
    bare = plain_reference(unescape(reference.strip()))
    return unquote(re.split(r"[?#]", bare, maxsplit=1)[0])
