"""The addresses that a text leads to beyond its own site."""

import re
from html import unescape

_LINK = re.compile(r"<a\b([^>]*)>")
_ADDRESS = re.compile(r'\bhref="(https?://[^"]*)"', re.IGNORECASE)


def outside_links(html: str) -> tuple[str, ...]:
    """Return where the author's links in sanitised HTML lead, one for each, in their order.

    What the page adds, such as a bare address turned into a link, is left out.

    >>> outside_links('<a href="https://a.example/?b&amp;c">x</a> <a href="/y">y</a>')
    ('https://a.example/?b&c',)
    """
    found = (
        _ADDRESS.search(link[1]) for link in _LINK.finditer(html) if "data-added" not in link[1]
    )
    return tuple(unescape(address[1]) for address in found if address)
